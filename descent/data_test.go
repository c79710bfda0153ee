package descent

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// readTable reads a table of shared/data, raw: a column "class" becomes one-hot
// targets, columns y1… targets as they are.
func readTable(t testing.TB, name string, gamma float64) problem.Problem {
	t.Helper()
	rows := readCSV(t, name)
	head := rows[0]
	var xs, ys []int
	class := -1
	for k, h := range head {
		switch {
		case h == "class":
			class = k
		case strings.HasPrefix(h, "y"):
			ys = append(ys, k)
		default:
			xs = append(xs, k)
		}
	}
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	rows = rows[1:]
	x := mat.NewDense(len(rows), len(xs), nil)
	for i, r := range rows {
		for q, k := range xs {
			x.Set(i, q, number(r[k]))
		}
	}
	if class < 0 {
		y := mat.NewDense(len(rows), len(ys), nil)
		for i, r := range rows {
			for q, k := range ys {
				y.Set(i, q, number(r[k]))
			}
		}
		return problem.Problem{X: x, Y: y, Gamma: gamma}
	}
	labels := map[string]int{}
	var names []string
	for _, r := range rows {
		if _, ok := labels[r[class]]; !ok {
			labels[r[class]] = 0
			names = append(names, r[class])
		}
	}
	sort.Strings(names)
	for i, s := range names {
		labels[s] = i
	}
	y := mat.NewDense(len(rows), len(names), nil)
	for i, r := range rows {
		y.Set(i, labels[r[class]], 1)
	}
	return problem.Problem{X: x, Y: y, Gamma: gamma}
}

// reference returns the exact optima of shared/data/random by trial and γ.
func reference(t testing.TB) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for _, r := range readCSV(t, "random/reference.csv")[1:] {
		v, err := strconv.ParseFloat(r[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		out[r[0]+" "+r[1]] = v
	}
	return out
}

func readCSV(t testing.TB, name string) [][]string {
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
		t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
	return rows
}
