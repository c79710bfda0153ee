package relax

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// shared reads a table of the shared data: numeric features, then either one class
// column (one-hot in sorted order) or the last outputs columns as targets.
func shared(t testing.TB, name string, outputs int, gamma float64) problem.Problem {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "shared", "data", name))
	if err != nil {
		t.Skipf("shared data are not here: %v", err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	records = records[1:]
	n, cols := len(records), len(records[0])
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if outputs > 0 {
		x, y := mat.NewDense(n, cols-outputs, nil), mat.NewDense(n, outputs, nil)
		for i, rec := range records {
			for j, s := range rec {
				if j < cols-outputs {
					x.Set(i, j, number(s))
				} else {
					y.Set(i, j-cols+outputs, number(s))
				}
			}
		}
		return problem.Problem{X: x, Y: y, Gamma: gamma}
	}
	classes := map[string]int{}
	var labels []string
	for _, rec := range records {
		if l := rec[cols-1]; !contains(labels, l) {
			labels = append(labels, l)
		}
	}
	sort.Strings(labels)
	for k, l := range labels {
		classes[l] = k
	}
	x, y := mat.NewDense(n, cols-1, nil), mat.NewDense(n, len(labels), nil)
	for i, rec := range records {
		for j := range cols - 1 {
			x.Set(i, j, number(rec[j]))
		}
		y.Set(i, classes[rec[cols-1]], 1)
	}
	return problem.Problem{X: x, Y: y, Gamma: gamma}
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
