package round

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/problem"
)

// Candidates lists directions for first-layer weights (unit rows): the rows of g
// (k×d, the u-part of the relaxation's factor, one row per column of the factor)
// with both signs, random combinations of them, which have the second moments
// of the relaxation's u, and contrasts between random pairs of rows of X.
// Random ones make the total at least count.  The same seed gives the same
// directions.
func Candidates(p problem.Problem, g mat.Matrix, count int, seed uint64) (*mat.Dense, error) {
	if err := p.ValidatePlain(); err != nil {
		return nil, err
	}
	n, d, _ := p.Dims()
	k, cols := g.Dims()
	if k > 0 && cols != d {
		return nil, fmt.Errorf("rounding: directions have %d columns and X has %d, expected the same number", cols, d)
	}
	rng := rand.New(rand.NewPCG(seed, 0x6a09e667f3bcc909))
	var rows []float64
	add := func(u []float64) {
		if s := floats.Norm(u, 2); s > 0 && !math.IsInf(s, 0) && !math.IsNaN(s) {
			for _, v := range u {
				rows = append(rows, v/s)
			}
		}
	}
	u := make([]float64, d)
	for j := range k {
		mat.Row(u, j, g)
		add(u)
		floats.Scale(-1, u)
		add(u)
	}
	for i := 0; len(rows) < count*d && i < 2*count; i++ {
		clear(u)
		if i%3 < 2 && k > 0 {
			for j := range k {
				a := rng.NormFloat64()
				for q := range d {
					u[q] += a * g.At(j, q)
				}
			}
		} else {
			a, b := p.X.RawRowView(rng.IntN(n)), p.X.RawRowView(rng.IntN(n))
			s := 2*rng.Float64() - 1
			na, nb := floats.Norm(a, 2), floats.Norm(b, 2)
			for q := range d {
				u[q] = s*a[q]/math.Max(na, 1e-300) - (1-s*s)*b[q]/math.Max(nb, 1e-300)
			}
		}
		add(u)
	}
	if len(rows) == 0 {
		return &mat.Dense{}, nil
	}
	return mat.NewDense(len(rows)/d, d, rows), nil
}

// leadingDirections is how many of the relaxation's directions Network looks at: an iterate that
// has not converged has as many as rows, most of them noise.
const leadingDirections = 64

// Network trains a network from the directions g (k×d) of the relaxation's
// factor, the largest first: it picks among Candidates, refines with the given options, removes
// neurons that are not needed, and refines again.  Options.GrowRounds = 0 means
// 30 here, as in descent.Restarts.
func Network(ctx context.Context, p problem.Problem, g mat.Matrix, o descent.Options) (problem.Weights, descent.Status, error) {
	k, d := g.Dims()
	if k > leadingDirections {
		k = leadingDirections
		all := mat.DenseCopyOf(g)
		g = all.Slice(0, k, 0, d)
	}
	directions, err := Candidates(p, g, max(100, 6*k), o.Seed)
	if err != nil {
		return problem.Weights{}, descent.Status{}, err
	}
	if o.GrowRounds == 0 {
		o.GrowRounds = 30
	}
	w, st, err := descent.FromDirections(ctx, p, directions, o)
	if err != nil {
		return problem.Weights{}, st, err
	}
	simple, err := descent.Simplify(ctx, p, w)
	if err != nil || simple.Width() == w.Width() {
		return w, st, err
	}
	again := o
	again.GrowRounds = -1
	if simple, after, err := descent.Refine(ctx, p, simple, again); err == nil && after.Objective <= st.Objective*(1+1e-12) {
		after.Iterations += st.Iterations
		after.NewtonIterations += st.NewtonIterations
		after.Evaluations += st.Evaluations
		after.Elapsed += st.Elapsed
		return simple, after, nil
	}
	return w, st, nil
}
