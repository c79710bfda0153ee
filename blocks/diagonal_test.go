package blocks

import (
	"testing"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/problem"
)

func TestDiagonalProvesWhatItClaims(t *testing.T) {
	for _, c := range []int{1, 3} {
		p := randomProblem(uint64(10+c), 300, 4, c, 20)
		runs, best, err := descent.Restarts(t.Context(), p, descent.Options{Starts: 1})
		if err != nil {
			t.Fatal(err)
		}
		d, claimed, err := Diagonal(t.Context(), p, p.Residual(runs[best].Weights))
		if err != nil {
			t.Fatal(err)
		}
		bound, upper := proven(t, d), runs[best].Status.Objective
		if !(bound >= claimed*(1-1e-6) && bound > 0.1*upper && bound <= upper) {
			t.Errorf("%d outputs: proves %v, claimed %v, a network has %v", c, bound, claimed, upper)
		}
		t.Logf("%d outputs: %.4g of %.4g", c, bound, upper)
	}
}

// For W = 0 there is nothing to prove.
func TestDiagonalOfNothing(t *testing.T) {
	p := randomProblem(1, 20, 2, 1, 1)
	p.Y.Zero()
	if d, _, err := Diagonal(t.Context(), p, p.Residual(problem.Weights{})); d != nil || err != nil {
		t.Errorf("derivation %v, error %v", d, err)
	}
}
