package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
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

// writeTable writes n rows of d features and a target as CSV.
func writeTable(dir string, n, d int, row func(rng *rand.Rand, x []float64) string) (string, error) {
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

// writeRegression writes a table whose target is a smooth function of a few features with noise.
func writeRegression(dir string, n, d int, noise float64) (string, error) {
	return writeTable(dir, n, d, func(rng *rand.Rand, x []float64) string {
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

// writeClasses writes a table of c classes, each of two clusters that overlap with those of others.
func writeClasses(dir string, n, d, c int) (string, error) {
	centres := rand.New(rand.NewPCG(7, uint64(d)))
	centre := make([][]float64, 2*c)
	for k := range centre {
		centre[k] = make([]float64, d)
		for j := range d {
			centre[k][j] = 1.2 * centres.NormFloat64()
		}
	}
	return writeTable(dir, n, d, func(rng *rand.Rand, x []float64) string {
		k := rng.IntN(2 * c)
		for j := range x {
			x[j] = centre[k][j] + 1.5*rng.NormFloat64()
		}
		return fmt.Sprintf("class%d", k%c)
	})
}

// writeSparseIndex writes three rows of LIBSVM with a huge index.
func writeSparseIndex(dir string) (string, error) {
	return write(dir, "huge.svm", func(w *bufio.Writer) error {
		_, err := io.WriteString(w, "1 1:0.5 10000000:1\n-1 1:0.25 7:2\n1 2:1 7:1\n")
		return err
	})
}

// writeBomb writes about a megabyte that unpacks to a gigabyte of CSV.
func writeBomb(dir string) (string, error) {
	return write(dir, "bomb.csv.gz", func(w *bufio.Writer) error {
		z := gzip.NewWriter(w)
		if _, err := io.WriteString(z, "a,b,c\n"); err != nil {
			return err
		}
		block := make([]byte, 0, 6<<17)
		for range 1 << 17 {
			block = append(block, "1,2,3\n"...)
		}
		for range 1 << 30 / len(block) {
			if _, err := z.Write(block); err != nil {
				return err
			}
		}
		return z.Close()
	})
}

// writeWideARFF writes an ARFF file with 100 000 attributes and three rows.
func writeWideARFF(dir string) (string, error) {
	const d = 100_000
	return write(dir, "wide.arff", func(w *bufio.Writer) error {
		fmt.Fprintln(w, "@relation wide")
		for j := range d {
			fmt.Fprintf(w, "@attribute a%d numeric\n", j)
		}
		fmt.Fprintln(w, "@attribute y numeric\n@data")
		for i := range 3 {
			for j := range d {
				fmt.Fprintf(w, "%d,", (i+1)*(j%7)-i)
			}
			fmt.Fprintln(w, i)
		}
		return nil
	})
}

// writeManyValues writes an ARFF file with a nominal attribute of 100 000 values.
func writeManyValues(dir string) (string, error) {
	return write(dir, "values.arff", func(w *bufio.Writer) error {
		fmt.Fprint(w, "@relation values\n@attribute a numeric\n@attribute y {")
		for k := range 100_000 {
			if k > 0 {
				w.WriteByte(',')
			}
			fmt.Fprintf(w, "v%d", k)
		}
		fmt.Fprintln(w, "}\n@data")
		for i := range 50 {
			fmt.Fprintf(w, "%d,v%d\n", i%9, i%2)
		}
		return nil
	})
}
