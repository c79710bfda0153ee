package descent

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// TestLargestGamma: a little above it no neuron pays, a little below some do.  In two dimensions a fine sweep over all directions knows it.
func TestLargestGamma(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []int{1, 3} {
		p := problem.Problem{X: mat.NewDense(30, 2, nil), Y: mat.NewDense(30, c, nil)}
		for _, m := range []*mat.Dense{p.X, p.Y} {
			data := m.RawMatrix().Data
			for k := range data {
				data[k] = rng.NormFloat64()
			}
		}
		got := LargestGamma(t.Context(), p, 1)
		for _, at := range []struct {
			factor float64
			some   bool
		}{{0.999, true}, {1.0001, false}} {
			p.Gamma = at.factor * got
			u, _ := Missing(t.Context(), p, problem.Weights{}, 300, 1, 0, rng)
			if some := !u.IsEmpty(); some != at.some {
				t.Errorf("%d outputs, γ = %v·%v: a missing neuron was found: %v, expected %v", c, at.factor, got, some, at.some)
			}
		}
	}
}

// TestLargestGammaOfTheIntercept does not depend on what an intercept takes away.
func TestLargestGammaOfTheIntercept(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	p := problem.Problem{X: mat.NewDense(40, 4, nil), Y: mat.NewDense(40, 1, nil), Intercept: true}
	for _, m := range []*mat.Dense{p.X, p.Y} {
		data := m.RawMatrix().Data
		for k := range data {
			data[k] = rng.NormFloat64()
		}
	}
	before := LargestGamma(t.Context(), p, 1)
	data := p.Y.RawMatrix().Data
	for k := range data {
		data[k] += 1000
	}
	if after := LargestGamma(t.Context(), p, 1); after < before*(1-1e-9) || after > before*(1+1e-9) {
		t.Errorf("%v, and with shifted targets %v", before, after)
	}
}
