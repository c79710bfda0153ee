package descent

import (
	"context"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/relift/relift/problem"
)

// largestStarts is how many directions LargestGamma climbs from.
const largestStarts = 100

// LargestGamma returns an estimate from below of the γ from which on, and only there, a network of width 0 is optimal: the largest
// h(u) = ‖Wᵀ(Xu)₊‖, ‖u‖ = 1, that climbing finds, W the dual point of the best constant model.  p.Gamma plays no part.
func LargestGamma(ctx context.Context, p problem.Problem, seed uint64) float64 {
	n, d, _ := p.Dims()
	u := startDirections(p, problem.Weights{}, min(largestStarts, fewDirections(n, d)), rand.New(rand.NewPCG(seed, 0x67616d6d61)))
	_, k := u.Dims()
	c := newClimber(p, p.DualPoint(problem.Weights{}), k)
	c.run(ctx, u, 60)
	return floats.Max(c.value)
}
