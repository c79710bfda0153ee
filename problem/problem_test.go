package problem

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestObjectiveAndValidation(t *testing.T) {
	p := Problem{X: mat.NewDense(2, 1, []float64{1, -1}), Y: mat.NewDense(2, 1, []float64{3, 5}), Gamma: 2}
	w := Weights{U: mat.NewDense(1, 1, []float64{1}), V: mat.NewDense(1, 1, []float64{2})}
	total, loss := p.Objective(w)
	if !(math.Abs(loss-13) <= 1e-12 && math.Abs(total-18) <= 1e-12) {
		t.Errorf("objective %v with loss %v; expected 18 with 13", total, loss)
	}
	if total, loss := p.Objective(Weights{}); !(math.Abs(total-17) <= 1e-12 && total == loss) {
		t.Errorf("network of width 0: %v, %v; expected 17, 17", total, loss)
	}
	for name, bad := range map[string]Problem{
		"gamma zero":   {X: p.X, Y: p.Y},
		"gamma NaN":    {X: p.X, Y: p.Y, Gamma: math.NaN()},
		"gamma Inf":    {X: p.X, Y: p.Y, Gamma: math.Inf(1)},
		"NaN in X":     {X: mat.NewDense(2, 1, []float64{1, math.NaN()}), Y: p.Y, Gamma: 1},
		"Inf in Y":     {X: p.X, Y: mat.NewDense(2, 1, []float64{1, math.Inf(1)}), Gamma: 1},
		"rows differ":  {X: p.X, Y: mat.NewDense(3, 1, nil), Gamma: 1},
		"nil X":        {Y: p.Y, Gamma: 1},
		"norm is huge": {X: mat.NewDense(2, 1, []float64{1, math.Inf(-1)}), Y: p.Y, Gamma: 1},
	} {
		if err := bad.Validate(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
