package frankwolfe

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/baseline/arrangement"
	"github.com/relift/relift/baseline/internal/testdata"
	"github.com/relift/relift/problem"
)

func TestAgainstExactOptimaInThePlane(t *testing.T) {
	for _, trial := range []int{0, 1, 5} {
		x, y := testdata.Regression(t, fmt.Sprintf("random/random%03d.csv", trial))
		p := problem.Problem{X: x, Y: y, Gamma: 0.1}
		exact := testdata.ExactOptimum(t, trial, "0.1")
		for _, corrections := range []int{0, 20} {
			r, err := Train(t.Context(), p, Options{Iterations: 400, Corrections: corrections})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("trial %d, %d corrections: %.5f of %.5f, bound %.5f, width %d, %d cells, %v", trial, corrections, r.Objective, exact, r.Bound, r.Weights.Width(), r.CellCount, r.Elapsed)
			if !r.Exact {
				t.Error("the oracle is not exact in the plane")
			}
			far := 1.0 // the plain algorithm is slow
			if corrections > 0 {
				far = 0.06
			}
			if !(r.Objective >= exact*(1-1e-7)) || !(r.Objective <= (1+far)*exact) {
				t.Errorf("trial %d: objective %v, exact optimum %v", trial, r.Objective, exact)
			}
			if !(r.Bound <= exact*(1+1e-7)) || !(r.Bound >= (1-far)*exact) {
				t.Errorf("trial %d: bound %v, exact optimum %v", trial, r.Bound, exact)
			}
			last := r.History[len(r.History)-1]
			if !(r.Objective <= last*(1+1e-9)) {
				t.Errorf("trial %d: the network has %v, the combination of atoms %v", trial, r.Objective, last)
			}
			for k, f := range r.History[1:] {
				if !(f <= r.History[k]*(1+1e-12)) {
					t.Fatalf("trial %d: the objective rises from %v to %v", trial, r.History[k], f)
				}
			}
		}
	}
}

func TestBudgetForm(t *testing.T) {
	x, y := testdata.Regression(t, "random/random000.csv")
	p := problem.Problem{X: x, Y: y, Gamma: 0.1}
	exact := testdata.ExactOptimum(t, 0, "0.1")
	best, err := Train(t.Context(), p, Options{Iterations: 300, Corrections: 10})
	if err != nil {
		t.Fatal(err)
	}
	budget := best.Weights.SquaredNorm() / 2
	r, err := Train(t.Context(), p, Options{Iterations: 1000, Budget: budget})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("budget %.3f: %.5f of %.5f", budget, r.Objective, exact)
	if s := r.Weights.SquaredNorm() / 2; !(s <= budget*(1+1e-9)) {
		t.Errorf("the network uses %v of the budget %v", s, budget)
	}
	if !(r.Objective >= exact*(1-1e-7)) || !(r.Objective <= 2*exact) {
		t.Errorf("objective %v, exact optimum %v", r.Objective, exact)
	}
}

func TestOracleAgainstSampling(t *testing.T) {
	for _, d := range []int{1, 2, 3} {
		rng := rand.New(rand.NewPCG(uint64(d), 5))
		p := problem.Problem{X: mat.NewDense(10, d, nil), Y: mat.NewDense(10, 2, nil), Gamma: 0.1}
		for _, a := range []*mat.Dense{p.X, p.Y} {
			for i := range a.RawMatrix().Data {
				a.RawMatrix().Data[i] = rng.NormFloat64()
			}
		}
		cells, _, err := arrangement.Cells(p.X, 2000, 1)
		if err != nil {
			t.Fatal(err)
		}
		s := newState(p, cells)
		a := s.oracle()
		if !s.contains(cells[a.cell], a.u) && d < 3 {
			// Rays lie on the boundary: inside up to rounding.
			for i, on := range cells[a.cell].Active {
				v := floats.Dot(p.X.RawRowView(i), a.u)
				if on && v < -1e-12 || !on && v > 1e-12 {
					t.Errorf("d = %d: the atom lies outside its cell", d)
				}
			}
		}
		best := 0.0
		for range 100_000 {
			u := make([]float64, d)
			for k := range u {
				u[k] = rng.NormFloat64()
			}
			floats.Scale(1/floats.Norm(u, 2), u)
			q := make([]float64, 2)
			for i := range 10 {
				if h := floats.Dot(p.X.RawRowView(i), u); h > 0 {
					floats.AddScaled(q, h, p.Y.RawRowView(i))
				}
			}
			best = math.Max(best, floats.Norm(q, 2))
		}
		tolerance := 1e-9
		if d > 2 {
			tolerance = 0.005 // local search
		}
		if !(a.value >= best*(1-tolerance)) || !(a.value <= best*1.01) {
			t.Errorf("d = %d: oracle %v, sampling %v", d, a.value, best)
		}
	}
}

func TestHigherDimension(t *testing.T) {
	x, y := testdata.Classes(t, "iris.train.csv")
	p := problem.Problem{X: x, Y: y, Gamma: 0.1}
	r, err := Train(t.Context(), p, Options{Iterations: 100, Cells: 100, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	zero, _ := p.Objective(problem.Weights{})
	t.Logf("iris: %.4f with %d cells (%v)", r.Objective, r.CellCount, r.Elapsed)
	if r.Exact || !(r.Objective < zero/2) || !(r.Objective > 2.4) {
		t.Errorf("objective %v of %v, exact %v", r.Objective, zero, r.Exact)
	}
}

func TestStopsAndRejects(t *testing.T) {
	p := problem.Problem{X: mat.NewDense(2, 2, []float64{1, 2, 3, 4}), Y: mat.NewDense(2, 1, []float64{1, 2}), Gamma: 0.1}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := Train(ctx, p, Options{}); err != nil || !r.Stopped {
		t.Errorf("%+v, %v", r, err)
	}
	for name, o := range map[string]Options{
		"NaN budget": {Budget: math.NaN()}, "tolerance": {Tolerance: -1}, "iterations": {Iterations: -1},
		"cells": {Cells: -1}, "corrections": {Corrections: 1, Budget: 1}, "time": {TimeLimit: -time.Second},
	} {
		if _, err := Train(t.Context(), p, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	// With a large γ nothing pays.
	p.Gamma = 1e3
	r, err := Train(t.Context(), p, Options{})
	if err != nil || r.Weights.Width() != 0 || !(math.Abs(r.Bound-2.5) <= 1e-12) {
		t.Errorf("large γ: width %d, bound %v, %v", r.Weights.Width(), r.Bound, err)
	}
}
