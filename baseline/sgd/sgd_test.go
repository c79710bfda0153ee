package sgd

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/baseline/internal/testdata"
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

func TestGradientAgainstFiniteDifferences(t *testing.T) {
	p := randomProblem(1, 8, 3, 2)
	m := newModel(p, 5)
	theta, grad, scratch := make([]float64, 25), make([]float64, 25), make([]float64, 25)
	initialise(theta, 3, 5, rand.New(rand.NewPCG(2, 2)))
	f := m.value(theta, grad)
	if want, _ := p.Objective(m.weights(theta)); !(math.Abs(f-want) <= 1e-12*want) {
		t.Errorf("objective %v, want %v", f, want)
	}
	for i := range theta {
		const h = 1e-6
		at := theta[i]
		theta[i] = at + h
		up := m.value(theta, scratch)
		theta[i] = at - h
		down := m.value(theta, scratch)
		theta[i] = at
		if want := (up - down) / (2 * h); !(math.Abs(grad[i]-want) <= 1e-6*(1+math.Abs(want))) {
			t.Errorf("∂F/∂θ_%d = %v, finite difference %v", i, grad[i], want)
		}
	}
}

func TestMomentumOnOneStep(t *testing.T) {
	p := randomProblem(1, 6, 2, 1)
	const rate = 1e-3
	r, err := Train(t.Context(), p, Options{Width: 3, Iterations: 2, LearningRate: rate, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	// By hand: w1 = w0 − ηg0, w2 = w1 − η(µg0 + g1).
	m := newModel(p, 3)
	w, g0, g1 := make([]float64, 9), make([]float64, 9), make([]float64, 9)
	initialise(w, 2, 3, rand.New(rand.NewPCG(4, 0xbb67ae8584caa73b)))
	f0 := m.value(w, g0)
	for i := range w {
		w[i] -= rate * g0[i]
	}
	f1 := m.value(w, g1)
	for i := range w {
		w[i] -= rate * (0.95*g0[i] + g1[i])
	}
	f2 := m.value(w, g1)
	if want := []float64{f0, f1, f2}; !slices.Equal(r.History, want) {
		t.Errorf("history %v, want %v", r.History, want)
	}
}

func TestTrainIsDeterministicAndNotBelowTheOptimum(t *testing.T) {
	x, y := testdata.Regression(t, "random/random000.csv")
	p := problem.Problem{X: x, Y: y, Gamma: 0.1}
	exact := testdata.ExactOptimum(t, 0, "0.1")
	for _, optimizer := range []Optimizer{Momentum, Adam} {
		o := Options{Width: 50, Iterations: 3000, Seed: 1, Optimizer: optimizer}
		a, err := Train(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Train(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.History, b.History) || !mat.Equal(a.Weights.U, b.Weights.U) {
			t.Errorf("optimizer %d: two runs differ", optimizer)
		}
		f, _ := p.Objective(a.Weights)
		t.Logf("optimizer %d: %.4f after %d iterations, rate %.3g → %.3g (%v)", optimizer, f, a.Iterations, a.LearningRate, a.FinalRate, a.Elapsed)
		if !(math.Abs(f-a.Objective) <= 1e-10*f) || a.Objective != slices.Min(a.History) {
			t.Errorf("optimizer %d: objective %v, weights have %v, history's least %v", optimizer, a.Objective, f, slices.Min(a.History))
		}
		if !(f >= exact*(1-1e-7)) {
			t.Errorf("optimizer %d: %v is below the exact optimum %v", optimizer, f, exact)
		}
		if !(f <= a.History[0]/100) {
			t.Errorf("optimizer %d: only from %v to %v", optimizer, a.History[0], f)
		}
	}
}

func TestPlateauHalvesTheRate(t *testing.T) {
	p := plateau{patience: 2, best: math.Inf(1)}
	var got []bool
	for _, f := range []float64{10, 9, 9, 8.9999, 9, 9, 9, 9, 1} {
		got = append(got, p.bad(f))
	}
	if want := []bool{false, false, false, false, true, false, false, true, false}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestDivergingRateIsHalved(t *testing.T) {
	p := randomProblem(1, 20, 3, 2)
	r, err := Train(t.Context(), p, Options{Width: 10, Iterations: 100, LearningRate: 1e3})
	if err != nil {
		t.Fatal(err)
	}
	if !(r.LearningRate < 1e3) || math.IsNaN(r.Objective) {
		t.Errorf("rate %v, objective %v", r.LearningRate, r.Objective)
	}
}

func TestStops(t *testing.T) {
	p := randomProblem(1, 50, 4, 2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Train(ctx, p, Options{})
	if err != nil || !r.Stopped || r.Weights.Width() != 300 {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = Train(t.Context(), p, Options{TimeLimit: 30 * time.Millisecond, Iterations: 1 << 30, LearningRate: 1e-5})
	if err != nil || !r.Stopped {
		t.Errorf("%v, %v", r, err)
	}
}

func TestRejectsBadOptions(t *testing.T) {
	p := randomProblem(1, 5, 2, 1)
	for name, o := range map[string]Options{
		"width": {Width: -1}, "rate": {LearningRate: math.NaN()}, "momentum": {Momentum: 1},
		"NaN momentum": {Momentum: math.NaN()}, "iterations": {Iterations: -1}, "optimizer": {Optimizer: 9},
	} {
		if _, err := Train(t.Context(), p, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p.Gamma = -1
	if _, err := Train(t.Context(), p, Options{}); err == nil {
		t.Error("negative γ: no error")
	}
}
