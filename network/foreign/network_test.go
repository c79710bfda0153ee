package foreign

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestWeightsKeepTheOutput: biases as weights of a column of ones.
func TestWeightsKeepTheOutput(t *testing.T) {
	n := &Network{
		U: mat.NewDense(2, 1, []float64{1, -2}), B: []float64{0.5, 1},
		V: mat.NewDense(2, 2, []float64{1, 2, 3, 4}), A: []float64{3, -4},
	}
	w, err := n.Weights(true)
	if err != nil {
		t.Fatal(err)
	}
	out := w.Output(mat.NewDense(2, 2, []float64{2, 1, -1, 1}), 2)
	// At 2: hidden (2.5, 0); at −1: hidden (0, 3).
	want := mat.NewDense(2, 2, []float64{2.5 + 3, 5 - 4, 9 + 3, 12 - 4})
	if !mat.EqualApprox(out, want, 1e-14) {
		t.Errorf("outputs %v, want %v", mat.Formatted(out), mat.Formatted(want))
	}
	// The new neuron costs γ‖A‖ = 5γ.
	if cost := w.SquaredNorm() - (1 + 4 + 0.25 + 1 + 1 + 4 + 9 + 16); math.Abs(cost-10) > 1e-12 {
		t.Errorf("the constant neuron has squared norm %v, want 10", cost)
	}
}

func TestBiasesNeedAColumn(t *testing.T) {
	if _, err := (&Network{U: mat.NewDense(1, 1, nil), V: mat.NewDense(1, 1, nil), B: []float64{1}}).Weights(false); !errors.Is(err, ErrBias) {
		t.Errorf("biases without a bias column: %v", err)
	}
}
