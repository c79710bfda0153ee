package exact

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// sharedData returns the path of a file of the shared data sets, which lie
// beside the repository, or skips the test.
func sharedData(t testing.TB, elem ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's directory")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(append([]string{dir, "..", "shared", "data"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared data set %s is not here", filepath.Join(elem...))
	}
	return path
}

// readTable returns the header and the records of a CSV file.
func readTable(t testing.TB, path string) ([]string, [][]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records[0], records[1:]
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// regression splits the columns x1… and y1… of a table.
func regression(t testing.TB, path string, gamma float64) problem.Problem {
	t.Helper()
	header, records := readTable(t, path)
	d := 0
	for header[d][0] == 'x' {
		d++
	}
	p := problem.Problem{X: mat.NewDense(len(records), d, nil), Y: mat.NewDense(len(records), len(header)-d, nil), Gamma: gamma}
	for i, rec := range records {
		for k, field := range rec {
			if k < d {
				p.X.Set(i, k, number(t, field))
			} else {
				p.Y.Set(i, k-d, number(t, field))
			}
		}
	}
	return p
}

// classification reads features and one-hot targets sorted by label (last
// column); standardise scales by mean and population deviation, drops constant
// columns and appends a column of ones.
func classification(t testing.TB, path string, gamma float64, standardise bool) problem.Problem {
	t.Helper()
	header, records := readTable(t, path)
	n, d := len(records), len(header)-1
	var names []string
	for _, rec := range records {
		names = append(names, rec[d])
	}
	slices.Sort(names)
	names = slices.Compact(names)
	x, y := mat.NewDense(n, d, nil), mat.NewDense(n, len(names), nil)
	for i, rec := range records {
		for k := range d {
			x.Set(i, k, number(t, rec[k]))
		}
		y.Set(i, slices.Index(names, rec[d]), 1)
	}
	if standardise {
		var kept [][]float64
		for k := range d {
			col := mat.Col(nil, k, x)
			mean, sq := 0.0, 0.0
			for _, v := range col {
				mean += v / float64(n)
			}
			for _, v := range col {
				sq += (v - mean) * (v - mean) / float64(n)
			}
			if sq == 0 {
				continue
			}
			for i := range col {
				col[i] = (col[i] - mean) / math.Sqrt(sq)
			}
			kept = append(kept, col)
		}
		kept = append(kept, slices.Repeat([]float64{1}, n))
		x = mat.NewDense(n, len(kept), nil)
		for k, col := range kept {
			x.SetCol(k, col)
		}
	}
	return problem.Problem{X: x, Y: y, Gamma: gamma}
}

// gaussian returns an n×m matrix of standard normal numbers.
func gaussian(rnd *rand.Rand, n, m int) *mat.Dense {
	out := mat.NewDense(n, m, nil)
	for i := range n {
		for j := range m {
			out.Set(i, j, rnd.NormFloat64())
		}
	}
	return out
}

// tiny returns a random problem that the cone search solves in well under a second.
func tiny(rnd *rand.Rand, d int) problem.Problem {
	n, c := 6+rnd.IntN(8), 1+rnd.IntN(3)
	return problem.Problem{X: gaussian(rnd, n, d), Y: gaussian(rnd, n, c), Gamma: 0.05 + rnd.Float64()}
}
