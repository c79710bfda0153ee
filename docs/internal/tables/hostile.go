package tables

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
)

// SparseIndex writes three rows of LIBSVM with a huge index.
func SparseIndex(dir string) (string, error) {
	return write(dir, "huge.svm", func(w *bufio.Writer) error {
		_, err := io.WriteString(w, "1 1:0.5 10000000:1\n-1 1:0.25 7:2\n1 2:1 7:1\n")
		return err
	})
}

// GzipBomb writes about a megabyte that unpacks to a gigabyte of CSV.
func GzipBomb(dir string) (string, error) {
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

// WideARFF writes an ARFF file with 100 000 attributes and three rows.
func WideARFF(dir string) (string, error) {
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

// ManyValues writes an ARFF file with a nominal attribute of 100 000 values.
func ManyValues(dir string) (string, error) {
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
