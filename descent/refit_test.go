package descent

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

func TestRefitOneDirectionInClosedForm(t *testing.T) {
	// min ½‖a t − Y‖² + γ‖t‖ has t = (1 − γ/‖Yᵀa‖)₊ Yᵀa/‖a‖².
	p := problem.Problem{X: mat.NewDense(3, 1, []float64{1, 2, -1}), Y: mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6}), Gamma: 0.5}
	w, gap, err := RefitOutput(t.Context(), p, mat.NewDense(1, 1, []float64{7}))
	if err != nil {
		t.Fatal(err)
	}
	r := []float64{7, 10} // Yᵀa with a = (1, 2, 0)
	shrink := (1 - 0.5/floats.Norm(r, 2)) / 5
	for q := range r {
		if got, want := w.U.At(0, 0)*w.V.At(0, q), shrink*r[q]; !(math.Abs(got-want) <= 1e-12*want) {
			t.Errorf("t_%d = %v, want %v", q, got, want)
		}
	}
	if !(math.Abs(gap.Relative()) <= 1e-12) {
		t.Errorf("gap %v", gap)
	}
	if u, v := mat.Norm(w.U, 2), mat.Norm(w.V, 2); !(math.Abs(u-v) <= 1e-12*u) {
		t.Errorf("‖u‖ = %v and ‖v‖ = %v, want the same", u, v)
	}
}

func TestRefitGapAndOptimality(t *testing.T) {
	for seed := uint64(1); seed <= 6; seed++ {
		p, w, rng := randomProblem(t, seed, 25, 3, 4, 60)
		got, gap, err := RefitOutput(t.Context(), p, w.U)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := p.Objective(got)
		if !(math.Abs(f-gap.Primal) <= 1e-10*f) {
			t.Errorf("seed %d: objective %v, primal value %v", seed, f, gap.Primal)
		}
		if !(gap.Relative() <= 1e-11) || !(gap.Relative() >= -1e-12) {
			t.Errorf("seed %d: relative gap %v", seed, gap.Relative())
		}
		if got.Width() >= 60 {
			t.Errorf("seed %d: nothing was pruned", seed)
		}
		// No other output weights for these directions may be better.
		for range 200 {
			other := problem.Weights{U: got.U, V: mat.DenseCopyOf(got.V)}
			noise := make([]float64, len(other.V.RawMatrix().Data))
			random(noise, rng)
			floats.AddScaled(other.V.RawMatrix().Data, 1e-3, noise)
			if g, _ := p.Objective(Balance(other)); !(g >= f*(1-1e-12)) {
				t.Fatalf("seed %d: %v below the refit's %v", seed, g, f)
			}
		}
	}
}

func TestRefitLargeDecayGivesNoNeuron(t *testing.T) {
	p, w, _ := randomProblem(t, 1, 10, 2, 2, 5)
	p.Gamma = 1e6
	got, gap, err := RefitOutput(t.Context(), p, w.U)
	if err != nil || got.Width() != 0 {
		t.Fatalf("width %d, error %v", got.Width(), err)
	}
	if f, _ := p.Objective(problem.Weights{}); !(math.Abs(gap.Primal-f) <= 1e-12*f) || !(math.Abs(gap.Relative()) <= 1e-12) {
		t.Errorf("gap %+v, want both %v", gap, f)
	}
}

func TestRefitRejectsBadInput(t *testing.T) {
	p, w, _ := randomProblem(t, 1, 10, 2, 2, 5)
	if _, _, err := RefitOutput(t.Context(), p, mat.NewDense(2, 3, nil)); err == nil {
		t.Error("no error for directions of the wrong length")
	}
	w.U.Set(1, 1, math.NaN())
	if _, _, err := RefitOutput(t.Context(), p, w.U); err == nil {
		t.Error("no error for a NaN direction")
	}
	p.Gamma = math.NaN()
	if _, _, err := RefitOutput(context.Background(), p, mat.NewDense(1, 2, nil)); err == nil {
		t.Error("no error for γ = NaN")
	}
}
