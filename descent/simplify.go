package descent

import (
	"context"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// simplifySlack is the relative rise of the objective that counts as rounding.
const simplifySlack = 1e-12

// simplifyWork bounds the refits of merging and those of dropping neurons, each with refitWork.
const simplifyWork = 800_000_000

// refitWork is what a refit of the output layer of w costs, up to a factor.
func refitWork(p problem.Problem, w problem.Weights) int {
	n, _, c := p.Dims()
	return n * w.Width() * (w.Width() + c)
}

// Simplify removes neurons without raising the objective (beyond rounding, 1e-12
// relative): it balances (Balance), merges (Merge), drops those that Reduce can
// spare, and those whose loss a refit of the others makes good.  The result is
// usually as narrow as the paper's critical width suggests; run Refine before
// and after.  Networks whose activations are too many to hold (n·m above six million) are only balanced.
func Simplify(ctx context.Context, p problem.Problem, w problem.Weights) (problem.Weights, error) {
	if err := checkWeights(p, w); err != nil {
		return problem.Weights{}, err
	}
	w = reduce(p, merge(ctx, p, Balance(w)))
	return dropSpare(ctx, p, w), nil
}

// Reduce drops neurons whose features are linear combinations of the others':
// where Σ_j δ_j (Xu_j)₊v_jᵀ = 0, scaling the neurons by 1 + θδ_j leaves the
// output as it is, does not raise the weight decay for one sign of θ, and makes a
// neuron vanish (Carathéodory).  At most n·c neurons remain.
func Reduce(p problem.Problem, w problem.Weights) (problem.Weights, error) {
	if err := checkWeights(p, w); err != nil {
		return problem.Weights{}, err
	}
	return reduce(p, Balance(w)), nil
}

// Prune drops neurons that no row of X activates and neurons without which the
// objective is not higher, the weakest first.
func Prune(ctx context.Context, p problem.Problem, w problem.Weights) (problem.Weights, error) {
	if err := checkWeights(p, w); err != nil {
		return problem.Weights{}, err
	}
	w = Balance(w)
	f, _ := p.Objective(w)
	for _, j := range byStrength(p, w) {
		if ctx.Err() != nil {
			break
		}
		without := problem.Weights{U: mat.DenseCopyOf(w.U), V: mat.DenseCopyOf(w.V), B: w.B}
		clear(without.V.RawRowView(j))
		if g, _ := p.Objective(without); g <= f {
			w, f = without, g
		}
	}
	return Balance(w), nil
}

// reduce is Reduce for balanced weights.
//
// With f_j the feature (Xu_j)₊v_jᵀ scaled to norm one and s_j ≥ 0 its coefficient, the output is
// Σ s_j f_j and the weight decay the linear Σ κ_j s_j.  A vector μ with Σ μ_j f_j = 0 is a direction for s; a step
// along it, towards less decay, ends where a coefficient becomes zero.  A basis of such vectors comes from one
// pivoted Cholesky factorisation of the Gram matrix of the features, and what is left of it after a step
// is made zero in the place of the neuron that has gone.
func reduce(p problem.Problem, w problem.Weights) problem.Weights {
	m := w.Width()
	if m < 2 || !editsFit(p, m) {
		return w
	}
	a := w.ActivationsOn(p.Algebra(), p.X)
	var gram, vv mat.Dense
	p.Algebra().Mul(&gram, a.T(), a)
	p.Algebra().Mul(&vv, w.V, w.V.T())
	size, cost := make([]float64, m), make([]float64, m)
	for j := range m {
		size[j] = math.Sqrt(gram.At(j, j) * vv.At(j, j))
	}
	unit := mat.NewSymDense(m, nil)
	for j := range m {
		if size[j] > 0 {
			cost[j] = vv.At(j, j) / size[j] // ‖u_j‖‖v_j‖ = ‖v_j‖²
		}
		for k := j; k < m; k++ {
			if s := size[j] * size[k]; s > 0 {
				unit.SetSym(j, k, gram.At(j, k)*vv.At(j, k)/s)
			}
		}
	}
	basis := nullVectors(p.Algebra(), unit)
	if len(basis) == 0 {
		return w
	}
	best, _ := p.Objective(w)
	coefficients := slices.Clone(size)
	scaled := func() problem.Weights {
		v := mat.DenseCopyOf(w.V)
		for j := range m {
			ratio := 0.0 // a neuron that is never active may go
			if size[j] > 0 {
				ratio = coefficients[j] / size[j]
			}
			floats.Scale(ratio, v.RawRowView(j))
		}
		return Balance(problem.Weights{U: mat.DenseCopyOf(w.U), V: v, B: w.B})
	}
	out := w
	for t, mu := range basis {
		if gone := eliminate(coefficients, cost, mu); gone >= 0 {
			for _, later := range basis[t+1:] {
				floats.AddScaled(later, -later[gone]/mu[gone], mu)
				later[gone] = 0
			}
		}
		// The vectors lose accuracy on the way.
		if t%16 == 15 || t == len(basis)-1 {
			next := scaled()
			if f, _ := p.Objective(next); !(f <= best*(1+simplifySlack)) {
				return out
			}
			out = next
		}
	}
	return out
}

// nullVectors returns a basis of the vectors that the positive semidefinite g takes to zero.
func nullVectors(a linalg.Algebra, g *mat.SymDense) [][]float64 {
	m := g.SymmetricDim()
	var factor mat.PivotedCholesky
	if factor.Factorize(g, -1) {
		return nil
	}
	rank := factor.Rank()
	if rank == 0 {
		return nil // every neuron is dead; Balance drops them
	}
	var u mat.TriDense
	factor.UTo(&u)
	pivots := factor.ColumnPivots(nil)
	// Gram = PUᵀUPᵀ with U = [R₁ R₂]: (−R₁⁻¹R₂ e_t, e_t) is taken to zero.
	var r1, r2, head mat.Dense
	r1.CloneFrom(u.SliceTri(0, rank))
	r2.CloneFrom(mat.DenseCopyOf(&u).Slice(0, rank, rank, m))
	head.CloneFrom(&r2)
	a.Trsm(blas.Left, blas.NoTrans, 1, blas64.Triangular{
		Uplo: blas.Upper, Diag: blas.NonUnit, N: rank, Data: r1.RawMatrix().Data, Stride: r1.RawMatrix().Stride,
	}, head.RawMatrix())
	basis := make([][]float64, m-rank)
	for t := range basis {
		basis[t] = make([]float64, m)
		for i := range rank {
			basis[t][pivots[i]] = -head.At(i, t)
		}
		basis[t][pivots[rank+t]] = 1
	}
	return basis
}

// eliminate adds a multiple of mu to the coefficients that does not raise their cost and makes one of them zero,
// the first, whose index it returns; −1 where there is none.
func eliminate(coefficients, cost, mu []float64) int {
	if floats.Dot(mu, cost) > 0 {
		floats.Scale(-1, mu)
	}
	gone, step := -1, math.Inf(1)
	for j, m := range mu {
		if m < 0 && coefficients[j] < -m*step {
			gone, step = j, -coefficients[j]/m
		}
	}
	if gone < 0 || math.IsInf(step, 0) {
		return -1
	}
	for j, m := range mu {
		coefficients[j] = math.Max(coefficients[j]+step*m, 0)
	}
	coefficients[gone] = 0
	return gone
}

// byStrength orders neurons by ‖(Xu_j)₊‖‖v_j‖, the weakest first.
func byStrength(p problem.Problem, w problem.Weights) []int {
	m := w.Width()
	order, size := make([]int, m), make([]float64, m)
	if m == 0 {
		return order
	}
	a := w.ActivationsOn(p.Algebra(), p.X)
	for j := range m {
		order[j] = j
		size[j] = mat.Norm(a.ColView(j), 2) * floats.Norm(w.V.RawRowView(j), 2)
	}
	sort.SliceStable(order, func(a, b int) bool { return size[order[a]] < size[order[b]] })
	return order
}

// spareFailures neurons in a row that the others cannot replace end a pass: those after them are stronger.
const spareFailures = 10

// dropSpare drops neurons whose loss a refit of the others makes good, the weakest first.
func dropSpare(ctx context.Context, p problem.Problem, w problem.Weights) problem.Weights {
	if !editsFit(p, w.Width()) {
		return w
	}
	f, _ := p.Objective(w)
	work := 0
	for dropped := true; dropped; {
		dropped = false
		failures := 0
		left := byStrength(p, w)
		for len(left) > 0 && failures < spareFailures {
			if ctx.Err() != nil || work > simplifyWork {
				return w
			}
			j := left[0]
			left = left[1:]
			next := without(w, j)
			if g, _ := p.Objective(next); !(g < f*1.05+1e-300) {
				failures++ // too far for a refit to make good
				continue
			}
			work += refitWork(p, w)
			next, g := refitBelow(ctx, p, next, f*(1+simplifySlack))
			if g > f*(1+simplifySlack) {
				failures++
				continue
			}
			whole := next.Width() == w.Width()-1 // the refit may have dropped others
			w, f, dropped, failures = next, g, true, 0
			if !whole {
				break
			}
			for i, k := range left {
				if k > j {
					left[i] = k - 1
				}
			}
		}
	}
	return w
}

// refitBelow refits the output layer of w until its objective, which is the second result, is at most the
// level, or the dual bound says that it cannot be.
func refitBelow(ctx context.Context, p problem.Problem, w problem.Weights, level float64) (problem.Weights, float64) {
	f := math.Inf(1)
	for _, tol := range []float64{1e-4, 1e-6, 1e-9} {
		var gap Gap
		w, gap = refit(ctx, p, directionsOf(w), w, tol, 3)
		w = p.WithIntercept(w)
		f, _ = p.Objective(w)
		if f <= level || gap.Dual > level {
			break
		}
	}
	return w, f
}

// without returns w without neuron j.
func without(w problem.Weights, j int) problem.Weights {
	var keep []int
	for k := range w.Width() {
		if k != j {
			keep = append(keep, k)
		}
	}
	return selectNeurons(w, keep)
}
