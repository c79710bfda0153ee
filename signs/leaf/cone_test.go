package leaf

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/relift/relift/internal/short"
)

func insideCone(rng *rand.Rand, q int) []float64 {
	x := make([]float64, q)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	x[0] = short.Norm(x[1:]) + 0.1 + rng.Float64()
	return x
}

func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-10*(1+math.Abs(want[i])) {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
}

func TestConeAlgebra(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		q := 2 + rng.IntN(6)
		s, z := insideCone(rng, q), insideCone(rng, q)
		inv, one, unit := make([]float64, q), make([]float64, q), make([]float64, q)
		unit[0] = 1
		invert(inv, s)
		product(one, s, inv)
		near(t, "s∘s⁻¹", one, unit)

		w := newScaling(s, z)
		a, b, back := make([]float64, q), make([]float64, q), make([]float64, q)
		w.apply(a, z, false)
		w.apply(b, s, true)
		near(t, "Wz = W⁻¹s", a, b)
		w.apply(back, b, false)
		near(t, "WW⁻¹s", back, s)
		square := make([]float64, q)
		for i := range q {
			for j := range q {
				square[i] += w.square(i, j) * z[j]
			}
		}
		near(t, "W²z = s", square, s)

		r := make([]float64, q)
		for i := range r {
			r[i] = rng.NormFloat64()
		}
		y, again := make([]float64, q), make([]float64, q)
		divide(y, s, r)
		product(again, s, y)
		near(t, "s∘(s\\r)", again, r)
	}
}

func TestReachIsTheBoundary(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for range 200 {
		q := 2 + rng.IntN(5)
		x, dx := insideCone(rng, q), make([]float64, q)
		for i := range dx {
			dx[i] = rng.NormFloat64()
		}
		a := reach(x, dx)
		at := func(t float64) float64 {
			y := append([]float64(nil), x...)
			short.Axpy(t, dx, y)
			return y[0] - short.Norm(y[1:])
		}
		if math.IsInf(a, 1) {
			if at(1e6) < -1e-3 {
				t.Errorf("the ray from %v along %v leaves the cone", x, dx)
			}
			continue
		}
		if at(a*(1-1e-6)) < 0 || at(a*(1+1e-6)) > 0 {
			t.Errorf("from %v along %v the boundary is not at %g", x, dx, a)
		}
	}
}
