package copositive

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/baseline/arrangement"
	"github.com/relift/relift/baseline/internal/testdata"
	"github.com/relift/relift/descent"
	"github.com/relift/relift/problem"
)

func randomProblem(seed uint64, n, d, c int) problem.Problem {
	rng := rand.New(rand.NewPCG(seed, 3))
	p := problem.Problem{X: mat.NewDense(n, d, nil), Y: mat.NewDense(n, c, nil), Gamma: 0.1}
	for _, a := range []*mat.Dense{p.X, p.Y} {
		for i := range a.RawMatrix().Data {
			a.RawMatrix().Data[i] = rng.NormFloat64()
		}
	}
	return p
}

func TestTightInThePlane(t *testing.T) {
	for _, trial := range []int{0, 3, 6} {
		x, y := testdata.Regression(t, fmt.Sprintf("random/random%03d.csv", trial))
		p := problem.Problem{X: x, Y: y, Gamma: 0.1}
		exact := testdata.ExactOptimum(t, trial, "0.1")
		r, err := Solve(t.Context(), p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("trial %d: value %.6f, bound %.6f, exact %.6f, %d cells, %d + %d iterations, %v", trial, r.Value, r.Bound, exact, len(r.Cells), r.Outer, r.Inner, r.Elapsed)
		if !r.Complete {
			t.Error("cells are missing")
		}
		if !(r.Bound <= exact*(1+1e-7)) {
			t.Errorf("trial %d: bound %v above the exact optimum %v", trial, r.Bound, exact)
		}
		if !r.Converged || !(math.Abs(r.Value-exact) <= 1e-5*exact) || !(r.Bound >= exact*(1-1e-4)) {
			t.Errorf("trial %d: value %v, bound %v, exact optimum %v, converged %v", trial, r.Value, r.Bound, exact, r.Converged)
		}
		if got := published(p, r); !(math.Abs(got-r.Value) <= 1e-8*r.Value) {
			t.Errorf("trial %d: the published objective at U is %v, Value %v", trial, got, r.Value)
		}
	}
}

// published evaluates the objective of the package comment's first display.
func published(p problem.Problem, r *Result) float64 {
	n, _, c := p.Dims()
	k := mat.NewDense(n, n, nil)
	trace := 0.0
	for i, cell := range r.Cells {
		masked := mat.DenseCopyOf(p.X)
		for j, on := range cell.Active {
			if !on {
				clear(masked.RawRowView(j))
			}
		}
		var a, b mat.Dense
		a.Mul(masked, r.U[i])
		b.Mul(&a, masked.T())
		k.Add(k, &b)
		trace += mat.Trace(r.U[i])
	}
	k.Scale(2, k)
	for i := range n {
		k.Set(i, i, k.At(i, i)+1)
	}
	var z mat.Dense
	if err := z.Solve(k, p.Y); err != nil {
		return math.NaN()
	}
	sum := 0.0
	for j := range c {
		sum += mat.Dot(z.ColView(j), p.Y.ColView(j))
	}
	return sum/2 + p.Gamma*p.Gamma*trace
}

func TestGradientAgainstFiniteDifferences(t *testing.T) {
	for _, d := range []int{2, 3} {
		p := randomProblem(uint64(d), 6, d, 2)
		cells, _, err := arrangement.Cells(p.X, 5, 1)
		if err != nil {
			t.Fatal(err)
		}
		s := newSolver(p, cells)
		s.rho = 0.3
		rng := rand.New(rand.NewPCG(1, 1))
		for i := range s.l {
			s.l[i] = rng.NormFloat64()
		}
		for _, m := range s.dual { // symmetric, positive
			q, _ := m.Dims()
			for a := range q {
				for b := a; b < q; b++ {
					v := rng.Float64()
					m.Set(a, b, v)
					m.Set(b, a, v)
				}
			}
		}
		grad := make([]float64, len(s.l))
		s.lagrangian(s.l, grad)
		for i := range s.l {
			const h = 1e-6
			at := s.l[i]
			s.l[i] = at + h
			up := s.lagrangian(s.l, nil)
			s.l[i] = at - h
			down := s.lagrangian(s.l, nil)
			s.l[i] = at
			if want := (up - down) / (2 * h); !(math.Abs(grad[i]-want) <= 1e-5*(1+math.Abs(want))) {
				t.Errorf("d = %d: gradient %d is %v, finite difference %v", d, i, grad[i], want)
			}
		}
	}
}

func TestBelowNetworksInSpace(t *testing.T) {
	// With all 2(1 + 5 + 10) = 32 cells of 6 planes in general position the
	// relaxation is below every network, in any state of convergence.
	for seed := uint64(1); seed <= 2; seed++ {
		p := randomProblem(seed, 6, 3, 2)
		runs, best, err := descent.Restarts(t.Context(), p, descent.Options{Starts: 3, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		network := runs[best].Status.Objective
		for _, outer := range []int{1, 20} {
			r, err := Solve(t.Context(), p, Options{Cells: 20000, Outer: outer, Inner: 1500})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Cells) != 32 || r.Complete {
				t.Fatalf("seed %d: %d cells found of 32 (complete: %v)", seed, len(r.Cells), r.Complete)
			}
			t.Logf("seed %d: bound %.6f, value %.6f, network %.6f after %d", seed, r.Bound, r.Value, network, r.Outer)
			if !(r.Bound <= network*(1+1e-9)) {
				t.Errorf("seed %d: bound %v above the network's %v", seed, r.Bound, network)
			}
			if outer == 20 && (!(r.Value <= network*(1+1e-4)) || !(r.Bound >= 0.9*r.Value)) {
				t.Errorf("seed %d: value %v, bound %v, network %v", seed, r.Value, r.Bound, network)
			}
		}
	}
}

func TestHalfPlane(t *testing.T) {
	// One row in the plane: u = x/‖x‖ is the best direction, so the problem is
	// ½(‖x‖t − y)² + γ|t|.
	p := problem.Problem{X: mat.NewDense(1, 2, []float64{3, 4}), Y: mat.NewDense(1, 1, []float64{2}), Gamma: 0.5}
	r, err := Solve(t.Context(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := (5*2 - 0.5) / 25
	want := 0.5*math.Pow(5*s-2, 2) + 0.5*s
	if !(math.Abs(r.Value-want) <= 1e-4*want) || !(r.Bound <= want*(1+1e-9)) {
		t.Errorf("value %v, bound %v, want %v", r.Value, r.Bound, want)
	}
}

func TestMomentsAreFeasible(t *testing.T) {
	p := randomProblem(5, 8, 2, 2)
	r, err := Solve(t.Context(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	scale := 0.0
	for _, u := range r.U {
		scale = math.Max(scale, mat.Trace(u))
	}
	for i, u := range r.U {
		cell := r.Cells[i]
		for a := range 8 {
			for b := range 8 {
				x, z := p.X.RawRowView(a), p.X.RawRowView(b)
				v := mat.Inner(mat.NewVecDense(2, append([]float64(nil), x...)), u, mat.NewVecDense(2, append([]float64(nil), z...)))
				if cell.Active[a] != cell.Active[b] {
					v = -v
				}
				if !(v >= -1e-4*scale*floats.Norm(x, 2)*floats.Norm(z, 2)) {
					t.Errorf("cell %d: entry (%d, %d) is %v", i, a, b, v)
				}
			}
		}
	}
}

func TestStopsAndRejects(t *testing.T) {
	p := randomProblem(1, 5, 2, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := Solve(ctx, p, Options{}); err != nil || !r.Stopped {
		t.Errorf("%+v, %v", r, err)
	}
	for name, o := range map[string]Options{
		"cells": {Cells: -1}, "outer": {Outer: -1}, "tolerance": {Tolerance: math.NaN()}, "time": {TimeLimit: -1},
	} {
		if _, err := Solve(t.Context(), p, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p.Gamma = math.Inf(1)
	if _, err := Solve(t.Context(), p, Options{}); err == nil {
		t.Error("infinite γ: no error")
	}
}
