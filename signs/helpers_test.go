package signs

import (
	"context"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// algebra is what RELIFT_BLAS names, as in the program, on one thread as in the tree.
var algebra = func() linalg.Algebra {
	a, err := linalg.FromEnvironment()
	if err != nil {
		panic(err)
	}
	return a.WithThreads(1)
}()

// gaussianProblem draws standard normal data.
func gaussianProblem(n, d, c int, gamma float64, seed uint64) problem.Problem {
	rng := rand.New(rand.NewPCG(seed, 17))
	draw := func(rows, cols int) *mat.Dense {
		out := mat.NewDense(rows, cols, nil)
		for i := range out.RawMatrix().Data {
			out.RawMatrix().Data[i] = rng.NormFloat64()
		}
		return out
	}
	return problem.Problem{X: draw(n, d), Y: draw(n, c), Gamma: gamma}.On(algebra)
}

// trained returns a network that local search finds.
func trained(t *testing.T, p problem.Problem) problem.Weights {
	t.Helper()
	runs, best, err := descent.Restarts(context.Background(), p, descent.Options{Starts: 4, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	return runs[best].Weights
}
