// Package tables makes tables for the commands that measure whole processes: the same ones whenever they are called.
package tables

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// write makes a file in dir.
func write(dir, name string, content func(w *bufio.Writer) error) (string, error) {
	path := filepath.Join(dir, name)
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	w := bufio.NewWriterSize(file, 1<<20)
	if err := content(w); err != nil {
		return "", err
	}
	return path, w.Flush()
}

// rows writes n rows of d features and a target as CSV, and returns the path.
func rows(dir string, n, d int, row func(rng *rand.Rand, x []float64) string) (string, error) {
	return write(dir, fmt.Sprintf("table%dx%d.csv", n, d), func(w *bufio.Writer) error {
		for j := range d {
			fmt.Fprintf(w, "x%d,", j)
		}
		fmt.Fprintln(w, "y")
		rng := rand.New(rand.NewPCG(uint64(n), uint64(d)))
		x := make([]float64, d)
		var line []byte
		for range n {
			y := row(rng, x)
			line = line[:0]
			for _, v := range x {
				line = append(strconv.AppendFloat(line, v, 'g', 6, 64), ',')
			}
			line = append(append(line, y...), '\n')
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
}

// Regression writes n rows of d normal features, with a target that is a smooth function of a few of them with so much noise, and returns the path.
func Regression(dir string, n, d int, noise float64) (string, error) {
	return rows(dir, n, d, func(rng *rand.Rand, x []float64) string {
		for j := range x {
			x[j] = rng.NormFloat64()
		}
		y := math.Sin(2*x[0]) + noise*rng.NormFloat64()
		if d > 4 {
			y += math.Abs(x[1]+x[2]) - 0.5*x[3]*x[4]
		}
		return strconv.FormatFloat(y, 'g', 6, 64)
	})
}

// Classes writes n rows of d features in c classes, each of two clusters that overlap with those of others, and returns the path.
func Classes(dir string, n, d, c int) (string, error) {
	centres := rand.New(rand.NewPCG(7, uint64(d)))
	centre := make([][]float64, 2*c)
	for k := range centre {
		centre[k] = make([]float64, d)
		for j := range d {
			centre[k][j] = 1.2 * centres.NormFloat64()
		}
	}
	return rows(dir, n, d, func(rng *rand.Rand, x []float64) string {
		k := rng.IntN(2 * c)
		for j := range x {
			x[j] = centre[k][j] + 1.5*rng.NormFloat64()
		}
		return fmt.Sprintf("class%d", k%c)
	})
}

// Gaussian writes n rows of d standard normal features with a standard normal target, and returns the path.
func Gaussian(dir string, n, d int) (string, error) {
	return rows(dir, n, d, func(rng *rand.Rand, x []float64) string {
		for j := range x {
			x[j] = rng.NormFloat64()
		}
		return strconv.FormatFloat(rng.NormFloat64(), 'g', 6, 64)
	})
}
