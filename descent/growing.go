package descent

import (
	"context"
	"math"
	"math/rand/v2"
	"sort"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// Missing searches for neurons that w lacks: unit directions u with
//
//	h(u) = ‖Wᵀ(Xu)₊‖ > γ,   W = Y − output of w, in general the dual point of w,
//
// each of which lowers the objective when it is added with a small v along
// Wᵀ(Xu)₊.  It climbs h from random directions, from directions on which
// several rows change sign, and from the neurons of w, and returns the distinct
// local maxima above γ(1 + tol) as rows (k×d), best first, at most limit, with
// their h/γ.  An empty result proves nothing: see the oracle of package exact.
func Missing(ctx context.Context, p problem.Problem, w problem.Weights, starts, limit int, tol float64, rng *rand.Rand) (*mat.Dense, []float64) {
	n, d, _ := p.Dims()
	u := startDirections(p, w, min(starts, fewDirections(n, d)), rng)
	_, k := u.Dims()
	climb := newClimber(p, p.DualPoint(w), k)
	climb.run(ctx, u, 60)

	order := make([]int, 0, k)
	for j := range k {
		if climb.value[j] > p.Gamma*(1+tol) {
			order = append(order, j)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return climb.value[order[a]] > climb.value[order[b]] })
	ut := u.RawMatrix() // d×k
	var kept []int
	for _, j := range order {
		if len(kept) >= limit {
			break
		}
		distinct := true
		for _, o := range kept {
			dot := 0.0
			for q := range d {
				dot += ut.Data[q*ut.Stride+j] * ut.Data[q*ut.Stride+o]
			}
			if dot > 1-1e-6 {
				distinct = false
				break
			}
		}
		if distinct {
			kept = append(kept, j)
		}
	}
	if len(kept) == 0 {
		return &mat.Dense{}, nil
	}
	out, ratio := mat.NewDense(len(kept), d, nil), make([]float64, len(kept))
	for q, j := range kept {
		mat.Col(out.RawRowView(q), j, u)
		ratio[q] = climb.value[j] / p.Gamma
	}
	return out, ratio
}

// fewDirections limits how many directions are worked on at a time: by the memory of their activations and the time of a product.
func fewDirections(n, d int) int {
	const product = 2_000_000_000
	return max(min(mostActivations/n, product/(n*d)), 20)
}

const (
	// mostSets is the largest dimension in which a basis of all of space belongs to each start direction, and fewRows the most rows that a
	// direction is orthogonal to beyond it.
	mostSets = 64
	fewRows  = 20
)

// startDirections returns unit start directions as columns (d×k).
func startDirections(p problem.Problem, w problem.Weights, starts int, rng *rand.Rand) *mat.Dense {
	n, d, _ := p.Dims()
	k := starts + w.Width()
	u := mat.NewDense(d, k, nil)
	var q *mat.Dense
	var lambda []float64
	if d <= mostAxes {
		q, lambda = principalAxes(p.Algebra(), p.X)
	}
	col := make([]float64, d)
	for j := range k {
		switch {
		case j >= starts:
			copy(col, w.U.RawRowView(j-starts))
		case j%3 == 0 && d > mostSets:
			random(col, rng)
			avoid(col, p, 1+rng.IntN(fewRows), rng)
		case j%3 == 0 && d > 1:
			// Orthogonal to a few rows: where kinks are.
			random(col, rng)
			set := newKinkSet(d)
			for range 1 + rng.IntN(d-1) {
				i := rng.IntN(n)
				set.add(i, p.X.RawRowView(i), col)
			}
			set.project(col)
		case j%3 == 1 && q != nil:
			// Equal in every principal direction of the data.
			random(col, rng)
			for i := range col {
				col[i] /= math.Sqrt(lambda[i] + 1e-10*lambda[d-1] + math.SmallestNonzeroFloat64)
			}
			v := mat.NewVecDense(d, nil)
			v.MulVec(q, mat.NewVecDense(d, col))
			copy(col, v.RawVector().Data)
		default:
			random(col, rng)
		}
		normalise(col)
		u.SetCol(j, col)
	}
	return u
}

// avoid makes u orthogonal to some rows of X, drawn at random.
func avoid(u []float64, p problem.Problem, rows int, rng *rand.Rand) {
	n, _ := p.X.Dims()
	var basis [][]float64
	for range min(rows, n-1) {
		x := append([]float64(nil), p.X.RawRowView(rng.IntN(n))...)
		before := floats.Norm(x, 2)
		for range 2 {
			for _, b := range basis {
				floats.AddScaled(x, -floats.Dot(b, x), b)
			}
		}
		if norm := floats.Norm(x, 2); norm > dependent*before {
			floats.Scale(1/norm, x)
			basis = append(basis, x)
		}
	}
	for range 2 {
		for _, b := range basis {
			floats.AddScaled(u, -floats.Dot(b, u), b)
		}
	}
}

func random(x []float64, rng *rand.Rand) {
	for i := range x {
		x[i] = rng.NormFloat64()
	}
}

// climber maximises h(u) = ‖wᵀ(Xu)₊‖ over the unit sphere for many columns u at
// once, by projected gradient steps with a step length for each column.
type climber struct {
	algebra     linalg.Algebra
	x, w        blas64.General // n×d, n×c
	h, dh       blas64.General // n×k
	q           blas64.General // c×k, unit wᵀ(Xu)₊
	g           blas64.General // d×k, gradient of h
	value       []float64      // k, h
	trial, step []float64      // k
}

// newClimber makes the work space for k directions and multipliers w (n×c).
func newClimber(p problem.Problem, w *mat.Dense, k int) *climber {
	n, d, c := p.Dims()
	return &climber{
		algebra: p.Algebra(),
		x:       p.X.RawMatrix(), w: w.RawMatrix(),
		h: general(n, k), q: general(c, k), dh: general(n, k), g: general(d, k),
		value: make([]float64, k), trial: make([]float64, k), step: make([]float64, k),
	}
}

func (c *climber) run(ctx context.Context, u *mat.Dense, iterations int) {
	d, k := u.Dims()
	ur := u.RawMatrix()
	next := general(d, k)
	c.evaluate(ur, c.value)
	for j := range c.step {
		c.step[j] = 1
	}
	for range iterations {
		if ctx.Err() != nil {
			return
		}
		c.gradient()
		// u' = u + step·g/‖g‖ on the sphere; a full step of the fixed-point
		// iteration u' = g/‖g‖ is step = ∞, so a long one is tried at first.
		for j := range k {
			norm := 0.0
			for i := range d {
				norm += c.g.Data[i*k+j] * c.g.Data[i*k+j]
			}
			norm = math.Sqrt(norm)
			if norm == 0 {
				norm = 1
			}
			length := 0.0
			for i := range d {
				t := ur.Data[i*ur.Stride+j] + c.step[j]*c.g.Data[i*k+j]/norm
				next.Data[i*k+j] = t
				length += t * t
			}
			length = math.Sqrt(length)
			for i := range d {
				next.Data[i*k+j] /= length
			}
		}
		c.evaluate(next, c.trial)
		moved := false
		for j := range k {
			if c.trial[j] > c.value[j] {
				moved = moved || c.trial[j] > c.value[j]*(1+1e-9)
				c.value[j] = c.trial[j]
				c.step[j] *= 2
				for i := range d {
					ur.Data[i*ur.Stride+j] = next.Data[i*k+j]
				}
			} else {
				c.step[j] /= 4
			}
		}
		c.evaluate(ur, c.trial)
		done := !moved
		for _, s := range c.step {
			done = done && s < 1e-5
		}
		if done {
			return
		}
	}
}

// evaluate sets h, q and the values of the columns u.
func (c *climber) evaluate(u blas64.General, value []float64) {
	c.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, c.x, u, 0, c.h)
	for i, t := range c.h.Data {
		if t < 0 {
			c.h.Data[i] = 0
		}
	}
	c.algebra.Gemm(blas.Trans, blas.NoTrans, 1, c.w, c.h, 0, c.q)
	k := c.q.Cols
	clear(value)
	for i, t := range c.q.Data {
		value[i%k] += t * t
	}
	for j := range value {
		value[j] = math.Sqrt(value[j])
	}
	for i := range c.q.Data {
		if v := value[i%k]; v > 0 {
			c.q.Data[i] /= v
		}
	}
}

// gradient sets g to Xᵀ(1[Xu > 0] ∘ w q) for the columns last evaluated.
func (c *climber) gradient() {
	c.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, c.w, c.q, 0, c.dh)
	for i, t := range c.h.Data {
		if t <= 0 {
			c.dh.Data[i] = 0
		}
	}
	c.algebra.Gemm(blas.Trans, blas.NoTrans, 1, c.x, c.dh, 0, c.g)
}

// growAndRefine adds missing neurons and refines, roughly round after round and
// to the tolerance at the end.
func growAndRefine(ctx context.Context, p problem.Problem, w problem.Weights, st Status, o Options) (problem.Weights, Status) {
	_, d, c := p.Dims()
	rng := rand.New(rand.NewPCG(o.Seed, 0x9e3779b97f4a7c15))
	for range o.GrowRounds {
		if ctx.Err() != nil {
			st.Reason = Interrupted
			break
		}
		found, _ := Missing(ctx, p, w, 100+20*min(d, mostSets), 10+w.Width()/2, 1e-7, rng)
		if found.IsEmpty() {
			break
		}
		before := st.Objective
		wider, _ := refit(ctx, p, stack(w.U, found), w, 1e-5, 4)
		next, ns := refine(ctx, p, wider, o.rough(wider.Width()*(d+c)))
		ns.Iterations += st.Iterations
		ns.NewtonIterations += st.NewtonIterations
		ns.Evaluations += st.Evaluations
		if !(ns.Objective < before) {
			break
		}
		w, st = next, ns
		if !(before-st.Objective > 1e-10*math.Abs(before)) {
			break
		}
	}
	final, ns := refine(ctx, p, w, o)
	ns.Iterations += st.Iterations
	ns.NewtonIterations += st.NewtonIterations
	ns.Evaluations += st.Evaluations
	return final, ns
}

// stack puts the rows of b under those of a, either of which may be nil.
func stack(a, b *mat.Dense) *mat.Dense {
	switch {
	case a == nil || a.IsEmpty():
		return b
	case b == nil || b.IsEmpty():
		return a
	}
	var out mat.Dense
	out.Stack(a, b)
	return &out
}
