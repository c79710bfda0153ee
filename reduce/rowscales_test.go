package reduce

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem/loss"
)

// TestRowScales: networks have the objective of the weighted problem, and their dual points differ by the factors.
func TestRowScales(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	draw := func(rows, cols int) *mat.Dense {
		m := mat.NewDense(rows, cols, nil)
		m.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, m)
		return m
	}
	p := lift.Problem{X: draw(7, 3), Y: draw(7, 2), Gamma: 0.4, Weights: []float64{1, 2, 0, 0.3, 5, 1e-3, 1}}
	r := NewRowScales(p)
	if !r.Reduced().IsPlain() {
		t.Fatal("the scaled problem is not plain")
	}
	for range 5 {
		w := lift.Weights{U: draw(4, 3), V: draw(4, 2)}
		want, _ := p.Objective(w)
		if got, _ := r.Reduced().Objective(w); math.Abs(got-want) > 1e-13*want {
			t.Errorf("objective %v, want %v", got, want)
		}
		plain, weighted := r.Reduced().DualPoint(w), p.DualPoint(w)
		for i, factor := range r.Factors() {
			for k := range 2 {
				if math.Abs(factor*plain.At(i, k)-weighted.At(i, k)) > 1e-12 {
					t.Errorf("W[%d,%d] is %v, and %v times %v", i, k, weighted.At(i, k), factor, plain.At(i, k))
				}
			}
		}
	}
	for name, q := range map[string]lift.Problem{
		"no weights": {X: p.X, Y: p.Y, Gamma: 1}, "an intercept": {X: p.X, Y: p.Y, Gamma: 1, Weights: p.Weights, Intercept: true},
		"another loss": {X: p.X, Y: p.Y, Gamma: 1, Weights: p.Weights, Loss: loss.Huber{Delta: 1}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			NewRowScales(q)
		}()
	}
}
