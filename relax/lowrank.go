package relax

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
)

// minimise runs a truncated Newton method on φ from pt until ‖∇φ‖ ≤ tol.  It returns the last
// point and the number of Newton steps.
func (al *lagrangian) minimise(ctx context.Context, pt *point, tol float64, limit int) (last *point, newton int) {
	spare := mat.NewDense(2*al.m, 2*al.m, nil)
	for newton = 0; newton < limit && pt.gradNorm > tol && ctx.Err() == nil; newton++ {
		forcing := min(0.1, math.Sqrt(pt.gradNorm/(1+math.Abs(pt.value))))
		df, dg := al.newtonDirection(ctx, pt, forcing)
		slope := inner2(df, dg, pt.gf, pt.gg)
		if !(slope < 0) {
			break
		}
		next := al.search(pt, df, dg, slope, spare)
		if next == nil {
			break
		}
		spare = pt.plus
		pt = next
	}
	return pt, newton
}

// search backtracks from the full step.  Where the objective's decrease drowns in rounding a
// smaller gradient decides.
func (al *lagrangian) search(pt *point, df, dg *mat.Dense, slope float64, spare *mat.Dense) *point {
	rounding := 1e-14 * (math.Abs(pt.twice) + math.Abs(pt.value-pt.twice))
	for t := 1.0; t > 1e-10; t /= 2 {
		f, g := mat.DenseCopyOf(pt.f), mat.DenseCopyOf(pt.g)
		linalg.Axpy(t, df.RawMatrix().Data, f.RawMatrix().Data)
		linalg.Axpy(t, dg.RawMatrix().Data, g.RawMatrix().Data)
		next := al.at(f, g, spare)
		if next.value <= pt.value+1e-4*t*slope {
			return next
		}
		if -t*slope < 100*rounding && next.gradNorm < 0.9*pt.gradNorm {
			return next
		}
	}
	return nil
}

// newtonDirection solves H d = −∇φ by preconditioned conjugate gradients, where H is ∇²φ with |S|
// in place of S.
func (al *lagrangian) newtonDirection(ctx context.Context, pt *point, forcing float64) (df, dg *mat.Dense) {
	pt.pattern = al.newPattern(pt)
	pre := al.arrow(pt)
	lifted := al.negativePart(pt)
	k := pt.rank()
	df, dg = mat.NewDense(al.m, k, nil), mat.NewDense(al.r, k, nil)
	rf, rg := new(mat.Dense), new(mat.Dense)
	rf.Scale(-1, pt.gf)
	rg.Scale(-1, pt.gg)
	zf, zg := pre.solve(rf, rg)
	pf, pg := mat.DenseCopyOf(zf), mat.DenseCopyOf(zg)
	rz := inner2(rf, rg, zf, zg)
	start := rz
	for products := 1; products <= productLimit && ctx.Err() == nil; products++ {
		hf, hg := al.hessian(pt, pf, pg)
		al.addNegativePart(lifted, pf, pg, hf, hg)
		curvature := inner2(pf, pg, hf, hg)
		if !(curvature > 0) {
			// Rounding along the rotations R → RQ, which leave φ as it is.
			if products == 1 {
				return pf, pg
			}
			break
		}
		alpha := rz / curvature
		linalg.Axpy(alpha, pf.RawMatrix().Data, df.RawMatrix().Data)
		linalg.Axpy(alpha, pg.RawMatrix().Data, dg.RawMatrix().Data)
		linalg.Axpy(-alpha, hf.RawMatrix().Data, rf.RawMatrix().Data)
		linalg.Axpy(-alpha, hg.RawMatrix().Data, rg.RawMatrix().Data)
		zf, zg = pre.solve(rf, rg)
		next := inner2(rf, rg, zf, zg)
		if next <= forcing*forcing*start {
			break
		}
		beta := next / rz
		rz = next
		pf.Scale(beta, pf)
		pf.Add(pf, zf)
		pg.Scale(beta, pg)
		pg.Add(pg, zg)
	}
	return df, dg
}

// negativePart returns 2√|λ|·q for the negative eigenvalues λ of S with eigenvectors q (N×p), nil
// if there are none.  ∇²φ is Jᵀ(curvature in Z)J + 2S⊗I with the first part positive
// semidefinite; Newton's model takes |S| = S + 2 Σ |λ| q qᵀ in place of S and so is convex.
func (al *lagrangian) negativePart(pt *point) *mat.Dense {
	phi, psi, omega := al.blocks(pt)
	s := slackMatrix(al.red, pt.w, phi, psi, omega)
	values, vectors, ok := al.algebra.EigenSym(s, true)
	if !ok {
		return nil
	}
	count := 0
	for count < len(values) && values[count] < 0 {
		count++
	}
	pt.least = values[0]
	if count == 0 {
		return nil
	}
	q := mat.DenseCopyOf(vectors.Slice(0, al.m+al.r, 0, count))
	q.Apply(func(_, j int, v float64) float64 { return 2 * math.Sqrt(-values[j]) * v }, q)
	return q
}

func (al *lagrangian) addNegativePart(q, pf, pg, hf, hg *mat.Dense) {
	if q == nil {
		return
	}
	_, count := q.Dims()
	top, bottom := q.Slice(0, al.m, 0, count).(*mat.Dense), q.Slice(al.m, al.m+al.r, 0, count).(*mat.Dense)
	_, k := pf.Dims()
	proj := mat.NewDense(count, k, nil)
	al.algebra.Gemm(blas.Trans, blas.NoTrans, 1, top.RawMatrix(), pf.RawMatrix(), 0, proj.RawMatrix())
	al.algebra.Gemm(blas.Trans, blas.NoTrans, 1, bottom.RawMatrix(), pg.RawMatrix(), 1, proj.RawMatrix())
	al.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, top.RawMatrix(), proj.RawMatrix(), 1, hf.RawMatrix())
	al.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, bottom.RawMatrix(), proj.RawMatrix(), 1, hg.RawMatrix())
}

func inner2(af, ag, bf, bg *mat.Dense) float64 {
	return linalg.Dot(af.RawMatrix().Data, bf.RawMatrix().Data) + linalg.Dot(ag.RawMatrix().Data, bg.RawMatrix().Data)
}

// firstFactor is the start of the low-rank method: random neurons, or the given factor with a
// few random neurons beside it.
func firstFactor(red *lift.Reduced, start lift.Factor, rank int, seed uint64) (f, g *mat.Dense) {
	m, r, _ := red.Dims()
	rng := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	given := min(start.Columns(), rank-2)
	f, g = mat.NewDense(m, rank, nil), mat.NewDense(r, rank, nil)
	size := 1.0
	for k := range given {
		for i := range m {
			f.Set(i, k, start.Alpha.At(i, k))
		}
		for i := range r {
			g.Set(i, k, start.U.At(i, k))
		}
	}
	if given > 0 {
		size = 0.1 * mat.Norm(start.U, 2) / math.Sqrt(float64(given))
	}
	for k := given; k < rank; k++ {
		for i := range r {
			g.Set(i, k, size*rng.NormFloat64()/math.Sqrt(float64(r)))
		}
		for i := range m {
			var a float64
			for j := range r {
				a += red.X.At(i, j) * g.At(j, k)
			}
			f.Set(i, k, max(0, a))
		}
	}
	return f, g
}

// rescale multiplies the start by the power of two that makes the objective smallest.
func (al *lagrangian) rescale(f, g *mat.Dense) {
	best, factor := math.Inf(1), 1.0
	for e := -12; e <= 12; e++ {
		s := math.Ldexp(1, e)
		var sf, sg mat.Dense
		sf.Scale(s, f)
		sg.Scale(s, g)
		value, _ := al.red.Value(lift.Factor{Alpha: &sf, U: &sg})
		if value < best {
			best, factor = value, s
		}
	}
	f.Scale(factor, f)
	g.Scale(factor, g)
}

// violation returns the largest violated condition on T relative to its largest entry, and
// ½|⟨M⁺, T⟩|, by which the value at an exact minimiser of φ differs from that of the dual.
func (al *lagrangian) violation(pt *point) (worstRelative, gap float64) {
	n := 2 * al.m
	worst, products, top := make([]float64, n), make([]float64, n), 0.0
	for a := range n {
		top = max(top, linalg.Dot(pt.lines.RawRowView(a), pt.lines.RawRowView(a)))
	}
	each(al.algebra, n, func(a, lo, hi int) {
		plus, old := pt.plus.RawMatrix().Data[lo:hi], al.mult.RawMatrix().Data[lo:hi]
		free := (a + al.m) % n
		for b := range plus {
			// M⁺ > 0 gives T = (M − M⁺)/σ; elsewhere T ≥ 0 already.
			if b != a && (plus[b] > 0 || b == free) {
				t := (old[b] - plus[b]) / al.sigma
				products[a] += plus[b] * t
				if b == free {
					t = -math.Abs(t)
				}
				worst[a] = max(worst[a], -t)
			}
		}
	})
	for _, v := range products {
		gap += v / 2
	}
	if top == 0 {
		return 0, math.Abs(gap)
	}
	return amax(worst) / top, math.Abs(gap)
}

// Constants of the low-rank method, chosen by measurement on the reference problems.
const (
	firstRank      = 16  // columns at the start
	lastRank       = 64  // columns at most, and N
	firstPenalty   = 3   // σ at the start, relative to ‖Y‖²/‖T‖²
	penaltyGrowth  = 2   // factor of σ
	enoughProgress = 0.4 // σ stays where the violation falls below this part of the last
	firstTolerance = 0.1 // of the inner gradient, relative to γ(1+‖G‖)
	lastTolerance  = 1e-5
	toleranceFall  = 0.5
	innerLimit     = 60  // Newton steps between looks at the rank
	productLimit   = 150 // Hessian products of a Newton step
	patience       = 4   // outer iterations in a row whose inner problem was not solved
	escapes        = 6   // rank increases per outer iteration
)

// solveLowRank is the augmented Lagrangian method of the package comment: it minimises φ to
// a falling tolerance, adds columns where the minimiser is a saddle, and updates M and σ.
func solveLowRank(ctx context.Context, red *lift.Reduced, opts Options, begin time.Time) (*Result, error) {
	m, r, _ := red.Dims()
	al := newLagrangian(red)
	rank := min(m+r, max(firstRank, min(opts.Start.Columns()+2, 2*firstRank)))
	f, g := firstFactor(red, opts.Start, rank, opts.Seed)
	if opts.Start.Columns() == 0 {
		al.rescale(f, g)
	}
	res := &Result{Method: LowRank, Status: IterationLimit}
	size := mat.Norm(f, 2)
	yn := mat.Norm(red.Y, 2)
	al.sigma = firstPenalty * yn * yn * float64(rank) / (size * size * size * size)
	pt := al.at(f, g, nil)
	tol, lastViolation, failures := firstTolerance, math.Inf(1), 0
	for outer := 1; outer <= opts.MaxOuter; outer++ {
		var scale float64
		for range escapes {
			scale = al.gamma * (1 + mat.Norm(pt.g, 2))
			var newton int
			pt, newton = al.minimise(ctx, pt, tol*scale, innerLimit)
			res.Inner += newton
			phi, psi, omega := al.blocks(pt)
			values, vectors, ok := al.algebra.EigenSmallest(slackMatrix(red, pt.w, phi, psi, omega), min(4, m+r), true)
			if !ok {
				break
			}
			pt.least = values[0]
			// A zero gradient with a clearly negative eigenvalue is a saddle: the rank is too small.
			if pt.gradNorm > tol*scale || values[0] > -tol*scale || pt.rank() >= min(m+r, lastRank) || ctx.Err() != nil {
				break
			}
			next := al.escape(pt, values, vectors)
			if next == nil {
				break
			}
			pt = next
		}
		violation, gap := al.violation(pt)
		res.Outer, res.Value, res.Rank = outer, red.Constant+pt.twice/2, pt.rank()
		stop := opts.record(Iterate{
			Method: LowRank, Outer: outer, Inner: res.Inner, Value: res.Value, DualityGap: gap,
			Residual: pt.gradNorm / scale, Violation: violation, MinEigen: pt.least / scale, Penalty: al.sigma, Rank: res.Rank,
			Seconds:     time.Since(begin).Seconds(),
			multipliers: func() lift.Multipliers { return al.multipliers(pt) },
		})
		if pt.gradNorm <= tol*scale {
			failures = 0
		} else {
			failures++
		}
		switch {
		case ctx.Err() != nil:
			res.Status = Interrupted
		case stop:
			res.Status = Stopped
		case violation <= opts.Tolerance && gap <= opts.Tolerance*res.Value && pt.gradNorm <= 10*lastTolerance*scale:
			res.Status = Optimal
		case failures == patience:
			res.Status = Stalled
		}
		if res.Status != IterationLimit || outer == opts.MaxOuter {
			break
		}
		copy(al.mult.RawMatrix().Data, pt.plus.RawMatrix().Data)
		if pt.gradNorm <= tol*scale {
			if violation > enoughProgress*lastViolation {
				al.sigma *= penaltyGrowth
			}
			tol = max(lastTolerance, toleranceFall*tol)
		}
		lastViolation = violation
		pt = al.at(pt.f, pt.g, pt.plus)
	}
	res.Factor, res.Multipliers = lift.Factor{Alpha: pt.f, U: pt.g}, al.multipliers(pt)
	return res, nil
}

func (pt *point) rank() int {
	_, k := pt.f.Dims()
	return k
}

// multipliers returns W and M⁺ in the units of the data.
func (al *lagrangian) multipliers(pt *point) lift.Multipliers {
	phi, psi, omega := al.blocks(pt)
	return al.red.Multipliers(pt.w, phi, psi, omega)
}

// blocks returns copies of Φ, Ψ, Ω.
func (al *lagrangian) blocks(pt *point) (phi, psi, omega *mat.Dense) {
	m := al.m
	return mat.DenseCopyOf(pt.plus.Slice(0, m, 0, m)),
		mat.DenseCopyOf(pt.plus.Slice(0, m, m, 2*m)),
		mat.DenseCopyOf(pt.plus.Slice(m, 2*m, m, 2*m))
}

// escape appends the eigenvectors for negative eigenvalues as small new columns, which lowers
// φ to second order, in place of columns that have become negligible.
func (al *lagrangian) escape(pt *point, values []float64, vectors *mat.Dense) *point {
	_, k := pt.f.Dims()
	fresh := 0
	for _, v := range values {
		if v < 0 {
			fresh++
		}
	}
	grow := func(size float64) *point {
		f, g := mat.NewDense(al.m, k+fresh, nil), mat.NewDense(al.r, k+fresh, nil)
		f.Slice(0, al.m, 0, k).(*mat.Dense).Copy(pt.f)
		g.Slice(0, al.r, 0, k).(*mat.Dense).Copy(pt.g)
		for c := range fresh {
			for i := range al.m {
				f.Set(i, k+c, size*vectors.At(i, c))
			}
			for i := range al.r {
				g.Set(i, k+c, size*vectors.At(al.m+i, c))
			}
		}
		return al.at(f, g, nil)
	}
	size := mat.Norm(pt.f, 2) / math.Sqrt(float64(k))
	var best *point
	for range 30 {
		next := grow(size)
		if next.value < pt.value && (best == nil || next.value < best.value) {
			best = next
		} else if best != nil {
			break
		}
		size /= 3
	}
	return best
}
