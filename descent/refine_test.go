package descent

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

func TestRefineReachesStationaryPoints(t *testing.T) {
	for seed := uint64(1); seed <= 6; seed++ {
		p, w, _ := randomProblem(t, seed, 30, 3, 2, 10)
		before, _ := p.Objective(w)
		got, st, err := Refine(t.Context(), p, w, Options{})
		if err != nil {
			t.Fatal(err)
		}
		f, _ := p.Objective(got)
		if !(f < before) || !(math.Abs(f-st.Objective) <= 1e-12*f) {
			t.Errorf("seed %d: objective %v, status says %v, before %v", seed, f, st.Objective, before)
		}
		if st.Reason != Stationary || !(st.Stationarity <= 1e-11) {
			t.Errorf("seed %d: %+v", seed, st)
		}
		// Small changes of the weights must not lower the objective.
		rng := newRand(seed)
		for range 500 {
			near := problem.Weights{U: mat.DenseCopyOf(got.U), V: mat.DenseCopyOf(got.V)}
			for _, data := range [][]float64{near.U.RawMatrix().Data, near.V.RawMatrix().Data} {
				for i := range data {
					data[i] += 1e-5 * rng.NormFloat64()
				}
			}
			if g, _ := p.Objective(near); !(g >= f*(1-1e-13)) {
				t.Fatalf("seed %d: %v close to the minimiser, below %v", seed, g, f)
			}
		}
	}
}

func TestRefineWithBadlyScaledFeatures(t *testing.T) {
	p, w, _ := randomProblem(t, 4, 40, 5, 2, 8)
	for i := range 40 {
		for k, s := range []float64{1, 300, 20, 0.01, 100} {
			p.X.Set(i, k, p.X.At(i, k)*s+s) // large means: rows nearly parallel
		}
	}
	_, st, err := Refine(t.Context(), p, w, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !(st.Stationarity <= 1e-9) {
		t.Errorf("%+v", st)
	}
}

func TestRefineKeepsTheBestWhenCancelled(t *testing.T) {
	p, w, _ := randomProblem(t, 5, 200, 8, 3, 60)
	before, _ := p.Objective(w)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, st, err := Refine(ctx, p, w, Options{})
	if err != nil || st.Reason != Interrupted {
		t.Fatalf("%+v, %v", st, err)
	}
	if f, _ := p.Objective(got); !(f <= before) {
		t.Errorf("objective %v, before %v", f, before)
	}
	_, st, err = Refine(t.Context(), p, w, Options{TimeLimit: 50 * time.Millisecond, GrowRounds: 1000})
	if err != nil || st.Reason != TimeLimit {
		t.Fatalf("%+v, %v", st, err)
	}
}

func TestRefineRejectsBadInput(t *testing.T) {
	p, w, _ := randomProblem(t, 1, 5, 2, 2, 3)
	nan := problem.Weights{U: mat.DenseCopyOf(w.U), V: mat.DenseCopyOf(w.V)}
	nan.V.Set(0, 0, math.NaN())
	for name, call := range map[string]func() error{
		"NaN weight": func() error { _, _, err := Refine(t.Context(), p, nan, Options{}); return err },
		"wrong V": func() error {
			_, _, err := Refine(t.Context(), p, problem.Weights{U: w.U, V: w.U.Grow(1, 0).(*mat.Dense)}, Options{})
			return err
		},
		"no V": func() error { _, _, err := Refine(t.Context(), p, problem.Weights{U: w.U}, Options{}); return err },
		"NaN tolerance": func() error {
			_, _, err := Refine(t.Context(), p, w, Options{Tolerance: math.NaN()})
			return err
		},
		"negative time":  func() error { _, _, err := Refine(t.Context(), p, w, Options{TimeLimit: -1}); return err },
		"negative width": func() error { _, _, err := Refine(t.Context(), p, w, Options{Width: -1}); return err },
		"negative starts": func() error {
			_, _, err := Restarts(t.Context(), p, Options{Starts: -1})
			return err
		},
		"γ = 0": func() error {
			q := p
			q.Gamma = 0
			_, _, err := Refine(t.Context(), q, w, Options{})
			if err != nil && !errors.Is(err, problem.ErrInvalid) {
				t.Errorf("γ = 0: %v does not wrap problem.ErrInvalid", err)
			}
			return err
		},
	} {
		if call() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRefineZeroWidth(t *testing.T) {
	p, _, _ := randomProblem(t, 1, 12, 2, 2, 3)
	w, st, err := Refine(t.Context(), p, problem.Weights{}, Options{})
	if err != nil || w.Width() != 0 {
		t.Fatalf("width %d, %v, %+v", w.Width(), err, st)
	}
	w, st, err = Refine(t.Context(), p, problem.Weights{}, Options{GrowRounds: 20})
	zero, _ := p.Objective(problem.Weights{})
	if err != nil || w.Width() == 0 || !(st.Objective < zero) {
		t.Errorf("growing from nothing: width %d, objective %v of %v, %v", w.Width(), st.Objective, zero, err)
	}
}

func TestWidthCap(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	p := readTable(t, "random/random003.csv", 0.1)
	last := math.Inf(1)
	for _, width := range []int{2, 8} {
		runs, best, err := Restarts(t.Context(), p, Options{Starts: 1, Seed: 3, Width: width})
		if err != nil {
			t.Fatal(err)
		}
		r := runs[best]
		t.Logf("width %d: %.6f (%v)", r.Weights.Width(), r.Status.Objective, r.Status.Elapsed)
		if r.Weights.Width() > width {
			t.Errorf("width %d, cap %d", r.Weights.Width(), width)
		}
		if !(r.Status.Objective < last) {
			t.Errorf("width %d: objective %v, not below %v of the narrower network", width, r.Status.Objective, last)
		}
		last = r.Status.Objective
	}
}

func TestGlobalOptimaOfReferenceProblems(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	want := reference(t)
	for _, c := range []struct {
		trial, gamma string
		g            float64
	}{{"0", "0.1", 0.1}, {"7", "0.1", 0.1}, {"0", "0.01", 0.01}} {
		p := readTable(t, "random/random"+pad(c.trial)+".csv", c.g)
		runs, best, err := Restarts(t.Context(), p, Options{Starts: 1, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		got, exact := runs[best].Status.Objective, want[c.trial+" "+c.gamma]
		if !(math.Abs(got-exact) <= 1e-6*exact) {
			t.Errorf("trial %s, γ %s: %.8f, exact optimum %.8f", c.trial, c.gamma, got, exact)
		}
	}
}

func pad(s string) string { return ("000" + s)[len(s):] }

func TestSpiralAndIris(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, c := range []struct {
		name string
		most float64
	}{{"spiral.csv", 16.59301}, {"iris.train.csv", 2.54}} {
		p := readTable(t, c.name, 0.1)
		runs, best, err := Restarts(t.Context(), p, Options{Starts: 2, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := runs[best].Status.Objective; !(got <= c.most) {
			t.Errorf("%s: %v, want at most %v", c.name, got, c.most)
		}
	}
}

func TestRestartsDoNotDependOnParallel(t *testing.T) {
	p, _, _ := randomProblem(t, 9, 20, 2, 2, 1)
	var first []Run
	for _, parallel := range []int{1, 3} {
		runs, _, err := Restarts(t.Context(), p, Options{Starts: 4, Seed: 5, Parallel: parallel})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = runs
			continue
		}
		for i := range runs {
			if runs[i].Status.Objective != first[i].Status.Objective || !mat.Equal(runs[i].Weights.U, first[i].Weights.U) {
				t.Errorf("start %d differs: %v and %v", i, runs[i].Status, first[i].Status)
			}
		}
	}
}

// TestRidgeStart checks the normal equations of the start, and that it costs less than no network.
func TestRidgeStart(t *testing.T) {
	p, _, _ := randomProblem(t, 7, 40, 3, 2, 10)
	directions := startDirections(p, problem.Weights{}, 25, rand.New(rand.NewPCG(1, 2)))
	w := ridgeStart(p, directions)
	if w.Width() != 25 {
		t.Fatalf("width %d, want 25", w.Width())
	}
	// Rescaled to the directions' own lengths, V solves (AᵀA + λI) V = AᵀY.
	a := problem.Weights{U: mat.DenseCopyOf(directions.T()), V: w.V}.Activations(p.X)
	v := mat.DenseCopyOf(w.V)
	for j := range 25 {
		scale := mat.Norm(w.U.RowView(j), 2) / mat.Norm(directions.ColView(j), 2)
		for k := range 2 {
			v.Set(j, k, v.At(j, k)*scale)
		}
	}
	lambda := ridgeShare * p.Gamma * math.Pow(mat.Norm(a, 2), 2) / 40
	var fit, left, right mat.Dense
	fit.Mul(a, v)
	left.Mul(a.T(), &fit)
	v.Scale(lambda, v)
	left.Add(&left, v)
	right.Mul(a.T(), p.Y)
	if !mat.EqualApprox(&left, &right, 1e-9*mat.Norm(&right, 2)) {
		t.Error("the normal equations do not hold")
	}
	none, _ := p.Objective(problem.Weights{})
	if f, _ := p.Objective(w); !(f < none) {
		t.Errorf("the start costs %g, no network %g", f, none)
	}
}
