package signs

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// Numbers of the sampler.
const (
	samplesPerOrder = 8    // directions for the moments of a leaf, relative to its order
	walkFresh       = 30   // steps of the walk from one direction,
	walkKnown       = 10   // and from directions that were samples of the parent
	wall            = 0.01 // part of a chord next to the sides that is not used
	farthest        = 1e3
)

// sample draws unit directions from the interior of {u : a_kᵀu ≥ 0} by hit-and-run for the normal law restricted to the
// cone (R. L. Smith, Operations Research 32, 1984), starting at the given interior directions in turn.
func sample(a [][]float64, starts [][]float64, count, steps, d int, rng *rand.Rand) *mat.Dense {
	out := mat.NewDense(count, d, nil)
	dir, av, ad := make([]float64, d), make([]float64, len(a)), make([]float64, len(a))
	for s := range count {
		u := out.RawRowView(s)
		if len(a) == 0 {
			gaussian(u, rng)
			normalise(u)
			continue
		}
		copy(u, starts[s%len(starts)])
		scale := 0.7 * math.Sqrt(float64(d)) / short.Norm(u)
		for j := range u {
			u[j] *= scale
		}
		for k, v := range a {
			av[k] = short.Dot(v, u)
		}
		for range steps {
			gaussian(dir, rng)
			normalise(dir)
			lo, hi := -farthest, farthest
			for k, v := range a {
				t := short.Dot(v, dir)
				ad[k] = t
				switch {
				case t > 1e-14:
					lo = max(lo, -av[k]/t)
				case t < -1e-14:
					hi = min(hi, -av[k]/t)
				}
			}
			if !(lo < hi) {
				continue
			}
			b := short.Dot(u, dir)
			t := truncated(lo+b, hi+b, rng.Float64()) - b
			t = min(max(t, lo+wall*(hi-lo)), hi-wall*(hi-lo))
			if math.IsNaN(t) || math.IsInf(t, 0) {
				continue
			}
			short.Axpy(t, dir, u)
			for k, v := range ad {
				av[k] += t * v
			}
		}
		normalise(u)
	}
	return out
}

// truncated maps p in [0, 1] to a standard normal number in [lo, hi].
func truncated(lo, hi, p float64) float64 {
	a, b := normalCDF(lo), normalCDF(hi)
	q := min(max(a+(b-a)*p, 1e-15), 1-1e-15)
	return math.Sqrt2 * math.Erfinv(2*q-1)
}

func normalCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func gaussian(u []float64, rng *rand.Rand) {
	for j := range u {
		u[j] = rng.NormFloat64()
	}
}

func normalise(u []float64) {
	size := short.Norm(u)
	if !(size > 0) {
		return
	}
	for j := range u {
		u[j] /= size
	}
}

func newRand(a, b uint64) *rand.Rand { return rand.New(rand.NewPCG(a, b)) }
