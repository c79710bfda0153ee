package exact

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
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
func regression(t testing.TB, path string, gamma float64) lift.Problem {
	t.Helper()
	header, records := readTable(t, path)
	d := 0
	for header[d][0] == 'x' {
		d++
	}
	p := lift.Problem{X: mat.NewDense(len(records), d, nil), Y: mat.NewDense(len(records), len(header)-d, nil), Gamma: gamma}
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

// classification reads features and one-hot targets sorted by label (last column).
func classification(t testing.TB, path string, gamma float64, standardise bool) lift.Problem {
	t.Helper()
	header, records := readTable(t, path)
	d := len(header) - 1
	labels := map[string]int{}
	var names []string
	for _, rec := range records {
		if _, ok := labels[rec[d]]; !ok {
			labels[rec[d]] = 0
			names = append(names, rec[d])
		}
	}
	sortStrings(names)
	for k, name := range names {
		labels[name] = k
	}
	n := len(records)
	x := mat.NewDense(n, d, nil)
	y := mat.NewDense(n, len(names), nil)
	for i, rec := range records {
		for k := range d {
			x.Set(i, k, number(t, rec[k]))
		}
		y.Set(i, labels[rec[d]], 1)
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
		ones := make([]float64, n)
		for i := range ones {
			ones[i] = 1
		}
		kept = append(kept, ones)
		x = mat.NewDense(n, len(kept), nil)
		for k, col := range kept {
			x.SetCol(k, col)
		}
	}
	return lift.Problem{X: x, Y: y, Gamma: gamma}
}

func sortStrings(names []string) {
	for i := range names {
		for j := i; j > 0 && names[j] < names[j-1]; j-- {
			names[j], names[j-1] = names[j-1], names[j]
		}
	}
}

func TestRandomProblemsAgainstReference(t *testing.T) {
	_, reference := readTable(t, sharedData(t, "random", "reference.csv"))
	for _, rec := range reference {
		trial, _ := strconv.Atoi(rec[0])
		gamma, relaxed, want := number(t, rec[1]), number(t, rec[2]), number(t, rec[3])
		name := "random" + strconv.Itoa(1000 + trial)[1:] + ".csv"
		p := regression(t, sharedData(t, "random", name), gamma)
		r, err := Solve(context.Background(), p, Options{Gap: 1e-6})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s γ=%v: %.8f ≤ %.8f ≤ %.8f, gap %.1e, rounds %d, columns %d, width %d, %v", name, gamma, r.LowerBound, want, r.UpperBound, r.Gap, r.Rounds, r.Columns, r.Weights.Width(), r.Elapsed)
		if !(r.Gap <= 1e-4) {
			t.Errorf("%s γ=%v: gap %v, expected at most 1e-4", name, gamma, r.Gap)
		}
		if !(r.LowerBound <= want*(1+1e-6)) || !(r.UpperBound >= want*(1-1e-6)) || !(r.LowerBound >= relaxed) {
			t.Errorf("%s γ=%v: bounds %v, %v do not enclose %v (relaxation %v)", name, gamma, r.LowerBound, r.UpperBound, want, relaxed)
		}
	}
}

func TestSpiral(t *testing.T) {
	for _, tt := range []struct{ gamma, want float64 }{{0.1, 16.5930}, {0.01, 15.1551}} {
		p := classification(t, sharedData(t, "spiral.csv"), tt.gamma, false)
		r, err := Solve(context.Background(), p, Options{Gap: 1e-6})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("γ=%v: %.8f ≤ %.4f ≤ %.8f, gap %.1e, rounds %d, columns %d, width %d, %v", tt.gamma, r.LowerBound, tt.want, r.UpperBound, r.Gap, r.Rounds, r.Columns, r.Weights.Width(), r.Elapsed)
		if !(r.Gap <= 1e-4) || !(math.Abs(r.UpperBound-tt.want) <= 1e-4*tt.want) {
			t.Errorf("γ=%v: bounds %v, %v, expected %v within 1e-4", tt.gamma, r.LowerBound, r.UpperBound, tt.want)
		}
	}
}
