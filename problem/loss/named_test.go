package loss

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
)

func TestNamed(t *testing.T) {
	for _, e := range examples {
		l, err := Named(e.loss.Name(), Delta(e.loss))
		if err != nil || l != e.loss {
			t.Errorf("%s: %v, %v", e.name, l, err)
		}
	}
	for name, delta := range map[string]float64{"hinge": 1, "huber": 0, "": 1} {
		if _, err := Named(name, delta); err == nil {
			t.Errorf("%q with δ = %v is accepted", name, delta)
		}
	}
	if len(Names) != len(examples) {
		t.Errorf("%d names, %d losses with examples", len(Names), len(examples))
	}
}

// TestProbabilities: they sum to one, and the loss of a row is −log of its class's.
func TestProbabilities(t *testing.T) {
	out := []float64{0.3, -2, 1.5, 700, -700, 0}
	p := Softmax{}.Probabilities(out, 3)
	for i := range 2 {
		for k := range 3 {
			y := make([]float64, 3)
			y[k] = 1
			row := append([]float64(nil), out[3*i:3*i+3]...)
			if want := -math.Log(p[3*i+k]); !math.IsInf(want, 1) {
				if got := (Softmax{}).Gradient(row, y, 3, nil); math.Abs(got-want) > 1e-12*(1+want) {
					t.Errorf("row %d, class %d: loss %v, −log p = %v", i, k, got, want)
				}
			}
		}
		if sum := floats.Sum(p[3*i : 3*i+3]); math.Abs(sum-1) > 1e-15 {
			t.Errorf("row %d: probabilities sum to %v", i, sum)
		}
	}
	q := Logistic{}.Probabilities([]float64{0.7}, 1)
	for k, y := range []float64{-1, 1} {
		if got := (Logistic{}).Gradient([]float64{0.7}, []float64{y}, 1, nil); math.Abs(got+math.Log(q[k])) > 1e-15 {
			t.Errorf("target %v: loss %v, −log p = %v", y, got, -math.Log(q[k]))
		}
	}
}
