package check

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/internal/npy"
)

// honest returns the honest files of the corpus about one row.
func honest(t testing.TB) map[string]*npy.Archive {
	t.Helper()
	out := map[string]*npy.Archive{}
	for _, name := range []string{"honest-split", "honest-multipliers", "honest-ball", "honest-implied", "honest-rows", "honest-empty"} {
		archive, err := npy.OpenArchive(filepath.Join("..", "testdata", "forgeries", name+".npz"))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = archive
	}
	return out
}

// optimum returns the optimum for one row: min over s ≥ 0 of ½(|x|s − |y|)² + γs.
func optimum(c *Claims) float64 {
	x, y := math.Abs(c.X.Data[0]), math.Abs(c.Y.Data[0])
	s := 0.0
	if x*x > 0 {
		s = max(0, (x*y-c.Gamma)/(x*x))
	}
	return (x*s-y)*(x*s-y)/2 + c.Gamma*s
}

// No change of a number makes an honest file prove more than the optimum of the problem
// that the changed file states.
func TestChangedFilesProveNothingFalse(t *testing.T) {
	reals := []func(float64) float64{
		func(v float64) float64 { return -v },
		func(v float64) float64 { return math.Nextafter(v, math.Inf(1)) },
		func(v float64) float64 { return math.Nextafter(v, math.Inf(-1)) },
		func(v float64) float64 { return v * (1 + 1e-9) },
	}
	for _, constant := range []float64{0, math.Copysign(0, -1), 1, -1, 2, 0.5, 5e-324, 1e-310, 1e-170, 1e-12, 1e12, 1e60, 1e170, math.MaxFloat64, math.NaN(), math.Inf(1), math.Inf(-1)} {
		reals = append(reals, func(float64) float64 { return constant })
	}
	accepted := 0
	for name, archive := range honest(t) {
		for _, key := range archive.Names() {
			array, err := archive.Array(key)
			if err != nil {
				t.Fatal(err)
			}
			judge := func(changed npy.Array) {
				var entries []npy.Entry
				for _, other := range archive.Names() {
					a, _ := archive.Array(other)
					if other == key {
						a = changed
					}
					entries = append(entries, npy.Entry{Name: other, Array: a})
				}
				c, err := Open(npy.NewArchive(entries))
				if err != nil {
					return
				}
				r, err := c.Check(context.Background(), Options{})
				if err != nil || !r.OK() {
					return
				}
				accepted++
				if best := optimum(c); !(r.ProvenBound <= best*(1+1e-12)) || !(r.ClaimedBound <= best*(1+1e-12)) {
					t.Errorf("%s: with %q changed to %v the bound %v is accepted, the optimum is %v", name, key, changed, r.ProvenBound, best)
				}
			}
			for at := range array.Float64 {
				for _, change := range reals {
					changed := array
					changed.Float64 = slices.Clone(array.Float64)
					changed.Float64[at] = change(changed.Float64[at])
					judge(changed)
				}
			}
			for at := range array.Int64 {
				for _, v := range []int64{-1, 0, 1, 2, 3, 5, 6, 7, 8, 10, 40, -40, 1 << 40, math.MinInt64} {
					changed := array
					changed.Int64 = slices.Clone(array.Int64)
					changed.Int64[at] = v
					judge(changed)
				}
			}
		}
	}
	if accepted < 100 {
		t.Errorf("only %d changed files were accepted, so that the test shows little", accepted)
	}
}

// FuzzCheck holds that no bytes make the checker panic, run on, or accept what is false.
func FuzzCheck(f *testing.F) {
	folder := filepath.Join("..", "testdata", "forgeries")
	files, err := os.ReadDir(folder)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if data, err := os.ReadFile(filepath.Join(folder, file.Name())); err == nil && strings.HasSuffix(file.Name(), ".npz") {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		archive, err := npy.ReadArchive(bytes.NewReader(data), int64(len(data)), 1<<24)
		if err != nil {
			return
		}
		c, err := Open(archive)
		if err != nil {
			return
		}
		r, err := c.Check(context.Background(), Options{WorkLimit: 1e8, MemoryLimit: 1 << 26, Workers: 1})
		if err != nil || !r.OK() || c.X.Rows != 1 || c.X.Cols != 1 || c.Y.Cols != 1 || c.Loss != "squared" || c.Weights != nil || c.Intercept {
			return
		}
		if best := optimum(c); !(r.ProvenBound <= best*(1+1e-12)) {
			t.Errorf("the bound %v is accepted, the optimum is %v", r.ProvenBound, best)
		}
	})
}
