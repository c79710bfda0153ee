// Package testdata reads the tables that the baselines' tests share.
package testdata

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Rows returns the lines of a file of the folder shared/data beside the
// repository, and skips the test where it is not there.
func Rows(t testing.TB, name string) [][]string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skip("no go.mod above the test's directory")
		}
		dir = up
	}
	path := filepath.Join(filepath.Dir(dir), "shared", "data", filepath.FromSlash(name))
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		t.Skipf("the shared data are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return rows
}

// Classes reads a table whose last column is a class: raw features (n×d) and
// one-hot targets (n×c), classes in alphabetical order.
func Classes(t testing.TB, name string) (x, y *mat.Dense) {
	t.Helper()
	rows := Rows(t, name)[1:]
	d := len(rows[0]) - 1
	index := map[string]int{}
	var names []string
	for _, r := range rows {
		if _, ok := index[r[d]]; !ok {
			index[r[d]] = 0
			names = append(names, r[d])
		}
	}
	sort.Strings(names)
	for i, s := range names {
		index[s] = i
	}
	x, y = mat.NewDense(len(rows), d, nil), mat.NewDense(len(rows), len(names), nil)
	for i, r := range rows {
		for k := range d {
			x.Set(i, k, number(t, r[k]))
		}
		y.Set(i, index[r[d]], 1)
	}
	return x, y
}

// Regression reads a table with features x… and targets y….
func Regression(t testing.TB, name string) (x, y *mat.Dense) {
	t.Helper()
	rows := Rows(t, name)
	d := 0
	for _, h := range rows[0] {
		if strings.HasPrefix(h, "x") {
			d++
		}
	}
	c := len(rows[0]) - d
	rows = rows[1:]
	x, y = mat.NewDense(len(rows), d, nil), mat.NewDense(len(rows), c, nil)
	for i, r := range rows {
		for k, s := range r {
			if k < d {
				x.Set(i, k, number(t, s))
			} else {
				y.Set(i, k-d, number(t, s))
			}
		}
	}
	return x, y
}

// ExactOptimum returns the exact optimum of shared/data/random for a trial and
// γ ("0.1" or "0.01").
func ExactOptimum(t testing.TB, trial int, gamma string) float64 {
	t.Helper()
	for _, r := range Rows(t, "random/reference.csv")[1:] {
		if r[0] == strconv.Itoa(trial) && r[1] == gamma {
			return number(t, r[3])
		}
	}
	t.Fatalf("reference.csv has no trial %d with γ = %s", trial, gamma)
	return 0
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
