package engine

import (
	"math"
	"sync"
	"testing"

	"github.com/relift/relift/internal/linalg"
)

// TestLinearAlgebraOfTheCaller has runs with different linear algebra at the same time: each takes what it was given, and they agree but for
// rounding.
func TestLinearAlgebraOfTheCaller(t *testing.T) {
	p := teacher(3, 20, 3, 1)
	all := []LinearAlgebra{linalg.Gonum(), {}}
	if library, err := linalg.OpenBLAS(""); err == nil {
		all = append(all, library)
	}
	results := make([]*Result, len(all))
	var wait sync.WaitGroup
	for i, a := range all {
		wait.Go(func() {
			r, err := Bound(t.Context(), p, Options{LinearAlgebra: a, Threads: 1 + i, Relaxation: RelaxationPublished}) // whose value does not depend on the order of its conditions
			if err != nil {
				t.Error(err)
			}
			results[i] = r
		})
	}
	wait.Wait()
	if t.Failed() {
		return
	}
	first := results[0].LowerBound
	for i, r := range results {
		if !(first > 0) || !(math.Abs(r.LowerBound-first) <= 1e-4*first) {
			t.Errorf("%v: bound %v, gonum has %v", all[i], r.LowerBound, first)
		}
	}
}
