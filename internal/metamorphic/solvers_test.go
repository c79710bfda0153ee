package metamorphic

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/blocks"
	"github.com/relift/relift/engine"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/proof/check"
)

// boundAccuracy is how far bounds of the relaxation may be apart: the engine calls one solved that is within a
// relative 1e-5 of its value.
const boundAccuracy = 2e-5

func TestBoundFollowsTheLaws(t *testing.T) {
	p := randomProblem(2, 12, 3, 2, 0.4)
	bound := func(p problem.Problem) float64 {
		r, err := engine.Bound(t.Context(), p, engine.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return r.LowerBound
	}
	original := bound(p)
	for _, c := range changes(p) {
		if got, want := bound(c.problem), c.law(original); apart(got, want, boundAccuracy) {
			t.Errorf("%s: bound %v, want %v", c.name, got, want)
		}
	}
}

// optimumGap is the gap to which the exact method closes the problems of these tests.
const optimumGap = 1e-6

func TestTrainFollowsTheLaws(t *testing.T) {
	for _, size := range []struct{ n, d, c int }{{14, 2, 2}, {10, 3, 1}} {
		p := randomProblem(3, size.n, size.d, size.c, 0.4)
		train := func(name string, p problem.Problem) *engine.Result {
			r, err := engine.Train(t.Context(), p, engine.Options{Gap: optimumGap, Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != engine.GapReached {
				t.Errorf("d = %d, %s: %v with a gap of %v", size.d, name, r.Status, r.RelativeGap)
			}
			return r
		}
		original := train("the original", p)
		for _, c := range changes(p) {
			changed := train(c.name, c.problem)
			if got, want := changed.UpperBound, c.law(original.UpperBound); apart(got, want, optimumGap) {
				t.Errorf("d = %d, %s: objective %v, want %v", size.d, c.name, got, want)
			}
			if got, want := changed.LowerBound, c.law(original.LowerBound); apart(got, want, optimumGap) {
				t.Errorf("d = %d, %s: bound %v, want %v", size.d, c.name, got, want)
			}
			// The networks of one problem are networks of the other, so its bound is one for them.
			for _, side := range []struct{ bound, network float64 }{
				{changed.LowerBound, c.law(original.UpperBound)}, {c.law(original.LowerBound), changed.UpperBound},
			} {
				if !(side.bound <= side.network*(1+rounding)) {
					t.Errorf("d = %d, %s: the bound %v contradicts the network of %v", size.d, c.name, side.bound, side.network)
				}
			}
		}
	}
}

// What proves a bound for many rows is a heuristic that stops early: a block is solved at 1e-3, and diagonal multipliers
// count a row as if it had at least 1e-6 of the mean's moments, which is 1e-3 in its δ.
const blocksAccuracy = 2e-3

func TestBlocksFollowTheLaws(t *testing.T) {
	p := randomProblem(4, 24, 3, 2, 2)
	prove := func(p problem.Problem, count int) float64 {
		red, err := lift.Presolve(p)
		if err != nil {
			t.Fatal(err)
		}
		d, _, err := blocks.Prove(t.Context(), red, blocks.Options{Count: count, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		return checked(t, d)
	}
	one, three := prove(p, 1), prove(p, 3)
	for _, c := range changes(p) {
		if got, want := prove(c.problem, 1), c.law(one); apart(got, want, blocksAccuracy) {
			t.Errorf("%s: one block proves %v, want %v", c.name, got, want)
		}
		if !c.sameRows {
			continue // other blocks
		}
		if got, want := prove(c.problem, 3), c.law(three); apart(got, want, blocksAccuracy) {
			t.Errorf("%s: three blocks prove %v, want %v", c.name, got, want)
		}
	}
}

func TestDiagonalFollowsTheLaws(t *testing.T) {
	p := randomProblem(5, 24, 3, 2, 10)
	r, err := engine.Train(t.Context(), p, engine.Options{Method: engine.MethodDescent})
	if err != nil {
		t.Fatal(err)
	}
	w := p.Residual(r.Weights)
	prove := func(p problem.Problem, w *mat.Dense) float64 {
		d, _, err := blocks.Diagonal(t.Context(), p, w)
		if err != nil {
			t.Fatal(err)
		}
		return checked(t, d)
	}
	original := prove(p, w)
	for _, c := range changes(p) {
		if c.apart {
			continue // diagonal multipliers do not merge rows
		}
		if got, want := prove(c.problem, c.dual(w)), c.law(original); apart(got, want, blocksAccuracy) {
			t.Errorf("%s: diagonal multipliers prove %v, want %v", c.name, got, want)
		}
	}
}

// checked is the bound that the verifier finds in a derivation.
func checked(t *testing.T, d *proof.Derivation) float64 {
	t.Helper()
	r, err := d.Check(t.Context(), check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if failed, bad := r.FirstFailure(); bad {
		t.Fatalf("%s: %s", failed.Name, failed.Detail)
	}
	return r.ProvenBound
}
