package descent

import (
	"math"

	"github.com/relift/relift/internal/linalg"
)

// adam makes steps of Adam (D. P. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR 2015).
type adam[T linalg.Real] struct {
	mean, square []T // moments of the gradient
	steps        int
}

const (
	adamMean   = 0.9
	adamSquare = 0.99
)

func newAdam[T linalg.Real](size int) *adam[T] {
	return &adam[T]{mean: make([]T, size), square: make([]T, size)}
}

// step moves x against the gradient g; rate is the length of a step in each coordinate, for the first head coordinates and for the others.
func (a *adam[T]) step(x, g []T, head int, rateHead, rateTail float64) {
	a.steps++
	correct := math.Sqrt(1-math.Pow(adamSquare, float64(a.steps))) / (1 - math.Pow(adamMean, float64(a.steps)))
	move := func(lo, hi int, rate T) {
		mean, square, g := a.mean[lo:hi], a.square[lo:hi], g[lo:hi]
		for i, v := range g {
			mean[i] += (1 - adamMean) * (v - mean[i])
			square[i] += (1 - adamSquare) * (v*v - square[i])
			x[lo+i] -= rate * mean[i] / (T(math.Sqrt(float64(square[i]))) + tinySlope)
		}
	}
	move(0, head, T(rateHead*correct))
	move(head, len(x), T(rateTail*correct))
}

// tinySlope keeps coordinates that have no gradient where they are.
const tinySlope = 1e-30
