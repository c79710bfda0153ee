package descent

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// TestLeadingPair compares with the singular value decomposition.
func TestLeadingPair(t *testing.T) {
	rng := newRand(1)
	for trial := range 60 {
		d, c := 1+trial%5, 1+trial%3
		u1, u2, v1, v2 := make([]float64, d), make([]float64, d), make([]float64, c), make([]float64, c)
		for _, x := range [][]float64{u1, u2, v1, v2} {
			random(x, rng)
		}
		switch trial % 4 {
		case 1:
			copy(u2, u1) // parallel
		case 2:
			copy(v2, v1)
		case 3:
			for i := range u2 {
				u2[i] = u1[i] * (1 + 1e-9*rng.NormFloat64())
			}
		}
		var m mat.Dense
		m.Outer(1, mat.NewVecDense(d, u1), mat.NewVecDense(c, v1))
		m.RankOne(&m, 1, mat.NewVecDense(d, u2), mat.NewVecDense(c, v2))
		var svd mat.SVD
		if !svd.Factorize(&m, mat.SVDNone) {
			t.Fatal("no decomposition")
		}
		sigma := svd.Values(nil)
		u, v := leadingPair(u1, v1, u2, v2)
		norm := mat.Norm(mat.NewVecDense(d, u), 2)
		if math.Abs(norm-mat.Norm(mat.NewVecDense(c, v), 2)) > 1e-13*norm || math.Abs(norm*norm-sigma[0]) > 1e-12*sigma[0] {
			t.Errorf("trial %d: ‖u‖² = %v, largest singular value %v", trial, norm*norm, sigma[0])
		}
		m.RankOne(&m, -1, mat.NewVecDense(d, u), mat.NewVecDense(c, v))
		rest := 0.0
		for _, s := range sigma[1:] {
			rest = math.Hypot(rest, s)
		}
		if left := mat.Norm(&m, 2); math.Abs(left-rest) > 1e-7*sigma[0] {
			t.Errorf("trial %d: %v is left of M, expected %v", trial, left, rest)
		}
	}
}

// TestEdits compares the objectives of edited networks with those computed anew.
func TestEdits(t *testing.T) {
	p, w, _ := randomProblem(t, 2, 25, 3, 2, 6)
	e := newEdits(p, w)
	same := func(what string, got float64, w problem.Weights) {
		t.Helper()
		if f, _ := p.Objective(w); math.Abs(got-f) > 1e-12*f {
			t.Errorf("%s: objective %v, expected %v", what, got, f)
		}
	}
	same("as it is", e.f, w)
	same("without 2", e.without(2), without(w, 2))
	u, v, f := e.merged(1, 4)
	same("1 and 4 merged", f, e.withMerged(1, 4, u, v))
	same("removal of 0", removal{j: 0, f: e.without(0)}.f, e.apply(removal{j: 0}))
	e.set(e.withMerged(1, 4, u, v))
	same("after the merger", e.f, e.w)
	if e.w.Width() != 5 {
		t.Errorf("%d neurons, expected 5", e.w.Width())
	}
}

// TestSimplifyEnds: a wide network is left as it is when there is no time.
func TestSimplifyEnds(t *testing.T) {
	p, w, rng := randomProblem(t, 3, 200, 4, 1, 150)
	w = split(Balance(w), rng)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f, _ := p.Objective(w)
	got, err := Simplify(ctx, p, w)
	if err != nil {
		t.Fatal(err)
	}
	if g, _ := p.Objective(got); !(g <= f*(1+1e-11)) {
		t.Errorf("objective %v, expected at most %v", g, f)
	}
}
