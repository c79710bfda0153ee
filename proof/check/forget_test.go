package check

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/relift/relift/internal/npy"
)

// What nodes take that only forget lines counts: it can be most of the work on a file.
func TestForgettingIsWork(t *testing.T) {
	honest, err := npy.OpenArchive(filepath.Join("..", "testdata", "forgeries", "honest-forget.npz"))
	if err != nil {
		t.Fatal(err)
	}
	// often forgets nothing, many times, of the line that the first split makes.
	often := func(times int) *Claims {
		var entries []npy.Entry
		for _, name := range honest.Names() {
			a, err := honest.Array(name)
			if err != nil {
				t.Fatal(err)
			}
			if name == "steps_0_int" {
				a.Int64 = slices.Insert(slices.Clone(a.Int64), 1, slices.Repeat([]int64{codeForget, 1, 0, 0}, times)...)
				a.Shape = []int{len(a.Int64)}
			}
			entries = append(entries, npy.Entry{Name: name, Array: a})
		}
		c, err := Open(npy.NewArchive(entries))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	check := func(c *Claims, limit float64) *Report {
		r, err := c.Check(context.Background(), Options{WorkLimit: limit})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	once := check(often(0), 0)
	if r := check(often(2000), 0); !once.OK() || !r.OK() {
		t.Fatalf("refused without a limit: %v, %v", once.Checks, r.Checks)
	}
	if r := check(often(2000), 10*once.Work); r.OK() {
		t.Errorf("2000 nodes that forget need %v operations, without them it is %v", r.Work, once.Work)
	}
}
