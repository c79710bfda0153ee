package leaf

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem/loss"
)

// Joint is the relaxation of training over several cones at once, with W free.  With Z_b the moments of the neurons in
// cone b, its primal is
//
//	min Σ_j w_jℓ(F_j + b, Y_j) + (γ/2) Σ_b (tr U_b + tr V_b),   F_j = Σ_b f_bj E_b[ℓ_bj v],   tr U_b = tr V_b,
//
// with the conditions of the package comment in each cone, and its dual is
//
//	max D(W)   s.t.  S_b = (γ/2 + τ_b)I_u + (γ/2 − τ_b)I_v − Σ_j f_bj W_jᵀ(ℓ_bj v) − … ⪰ 0 for every b,
//
// D being the dual of the loss (package loss), with columns of W that sum to zero where there is an intercept b.
// The cones have to cover all pairs (u, v); then the dual value of any feasible W bounds the objective of every network.
type Joint struct {
	Algebra  linalg.Algebra // zero: gonum's
	Gamma    float64
	Loss     loss.Smooth
	Targets  *mat.Dense // Y (n×k)
	Outputs  *mat.Dense // Q (k×c), orthonormal columns: the multipliers of the loss are WQᵀ, and its outputs FQᵀ; nil for the identity, k = c
	Weights  []float64  // n, positive; nil for ones
	Balanced bool       // there is an intercept
	Cones    []JointCone
	// Objective is that of a network, 0 where none is known: the program is solved as soon as most of the gap to it is there to stay.
	Objective float64
	// Directions, unit, the first ones first, are where the neurons are expected: they complete the projection of the second-order cones (k×d); nil for none.
	Directions *mat.Dense
}

// JointCone is one of the cones.
type JointCone struct {
	// Problem is the cone; of its Objective only the size counts.
	Problem Problem
	// Lines and Factors say what row j of the data contributes: Factors[j]·ℓ, ℓ being the line with the number Lines[j],
	// or nothing where that is negative.
	Lines   []int
	Factors []float64
	// Start are multipliers of the cone for the first W, in the scale of Problem, of which τ_u + τ_v ≤ 1 is asked.
	Start Multipliers
	// Scale is about the trace of U over the neurons of this cone.
	Scale float64
	// Neurons are those of a network in the cone, (u, v) with ‖u‖ = ‖v‖ (k×(d+c)): a start of the primal close to an optimum.  nil for none.
	Neurons *mat.Dense
}

// JointResult is the outcome of SolveJoint.
type JointResult struct {
	Status Status
	// Bound is the dual value.
	Bound, Primal float64
	W             *mat.Dense // n×c
	// Multipliers prove h(W) ≤ γ on the cones, in the scale of Problem, τ_u + τ_v = 1.
	Multipliers []Multipliers
	Steps       int
}

// joint is the state of SolveJoint.
type joint struct {
	Joint
	objective objective
	w         []float64
	tau       []float64 // τ_b
	parts     []*part
}

// part is a cone with its unknowns among those of W.
type part struct {
	*iterate
	shared []pair
	entry  []int     // of W for each of the shared unknowns
	factor []float64 // f
	work   []float64
}

// Constants of the joint program.
const (
	jointSteps    = 80
	jointPatience = 25   // steps without progress
	jointSpread   = 0.3  // part of the directions' moments beside those of neurons
	jointOpen     = 0.1  // part of the gap that a program may leave to gain
	jointViolated = 0.02 // and violations, of products and cones, that it may leave then
)

// SolveJoint improves W from a start w (n×c) that is strictly feasible with the cones' multipliers, inside of the domain of the loss and
// balanced where that is asked for.
func SolveJoint(ctx context.Context, j Joint, w *mat.Dense, o Options) *JointResult {
	n, c := w.Dims()
	st := &joint{Joint: j, objective: newObjective(j), w: mat.DenseCopyOf(w).RawMatrix().Data}
	out := &JointResult{Status: Numerical, Bound: math.Inf(-1)}
	if st.objective.reach(st.w, st.w) == 0 {
		return out
	}
	for _, cone := range j.Cones {
		pt, tau, ok := st.newPart(cone, o)
		if !ok {
			return out
		}
		st.parts, st.tau = append(st.parts, pt), append(st.tau, tau)
	}
	var history []float64
	for step := 1; ; step++ {
		worst := violations{}
		mu := st.mu()
		violated := make([]violations, len(st.parts))
		st.each(func(b int, pt *part) {
			violated[b], _ = pt.extend(lift(pt.algebra, pt.lines, pt.z), step+projectFrom, o.Tolerance, mu)
		})
		for _, v := range violated {
			worst.pairs, worst.cones = max(worst.pairs, v.pairs), max(worst.cones, v.cones)
		}
		st.objective.differentiate(st.w)
		bound := st.objective.value(st.w)
		primal, infeasible := st.primal()
		if bound > out.Bound {
			out.Bound, out.W = bound, mat.NewDense(n, c, append([]float64(nil), st.w...))
			out.Multipliers = st.multipliers()
		}
		out.Primal, out.Steps = primal, step-1
		gap := math.Abs(primal-bound) / math.Abs(bound)
		history = append(history, bound)
		switch {
		case ctx.Err() != nil:
			out.Status = Interrupted
			return out
		case gap < o.Tolerance && infeasible < o.Tolerance && (st.full() || worst.pairs < 5*o.Tolerance && worst.cones < 3*coneTolerance):
			out.Status = Solved
			return out
		case st.enough(bound, primal, infeasible) && (st.full() || max(worst.pairs, worst.cones) < jointViolated):
			out.Status = Solved
			return out
		case len(history) > jointPatience && bound-history[len(history)-jointPatience] < 0.1*o.Tolerance*bound:
			out.Status = Stalled
			return out
		case step > jointSteps:
			out.Status = StepLimit
			return out
		}
		if !st.step() {
			return out
		}
	}
}

// each calls f for the cones, side by side.
func (st *joint) each(f func(b int, pt *part)) {
	st.Algebra.Parallel(len(st.parts), 1, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			f(b, st.parts[b])
		}
	})
}

// enough reports whether what the program can still gain is a small part of the gap to the known network.
func (st *joint) enough(bound, primal, infeasible float64) bool {
	open := jointOpen * (st.Objective - bound)
	return primal-bound < open && infeasible*primal < open
}

// full reports whether no cone takes further products.
func (st *joint) full() bool {
	for _, pt := range st.parts {
		if pt.room() > 0 {
			return false
		}
	}
	return true
}

// newPart starts a cone.
func (st *joint) newPart(k JointCone, o Options) (*part, float64, bool) {
	it := newIterate(k.Problem, o)
	c := st.objective.c
	// The lines of v come after the numbered ones: no conditions are looked for among them.
	first, _ := it.lines.Dims()
	grown := mat.NewDense(first+c, it.n, nil)
	copy(grown.RawMatrix().Data, it.lines.RawMatrix().Data)
	for q := range c {
		grown.Set(first+q, it.m+it.d+q, 1)
	}
	it.lines = grown
	pt := &part{iterate: it}
	for row, line := range k.Lines {
		if line < 0 {
			continue
		}
		for q := range c {
			pt.shared = append(pt.shared, pair{int32(line), int32(first + q)})
			pt.entry = append(pt.entry, row*c+q)
			pt.factor = append(pt.factor, k.Factors[row])
		}
	}
	g := st.Gamma
	it.z = k.Problem.moments()
	if k.Neurons == nil {
		it.z.Scale(max(k.Scale, 1e-6), it.z)
	} else {
		it.z.Scale(jointSpread*max(k.Scale, 1e-6), it.z)
		it.z.Add(it.z, k.Problem.sum(k.Neurons))
	}
	start := k.Start.Scaled(g)
	tau := (start.TauU - start.TauV) / 2
	it.tau = [2]float64{g/2 + tau, g/2 - tau}
	it.psi = start.Psi
	for _, p := range start.Pairs {
		if p.M > 0 {
			it.pairs = append(it.pairs, pair{int32(p.A), int32(p.B)})
			it.mul = append(it.mul, p.M)
		}
	}
	it.project = it.basis(start.Cones, st.Directions)
	it.warmCones(start.Cones, 0)
	st.price(pt)
	it.s = it.slackMatrix(it.tau, it.unknowns(), it.multipliers())
	if reachFrom(it.algebra, it.s, mat.NewDense(it.n, it.n, nil)) == 0 {
		return nil, 0, false
	}
	mu := short.Dot(it.z.RawMatrix().Data, it.s.RawMatrix().Data) / float64(it.n)
	it.settle(mu)
	return pt, tau, true
}

// price writes W into the cost of the cone.
func (st *joint) price(pt *part) {
	pt.cost = adjoint(pt.algebra, pt.lines, pt.shared, st.shares(pt, st.w))
}

// shares lists f·x for the shared unknowns of a cone.
func (st *joint) shares(pt *part, x []float64) []float64 {
	y := make([]float64, len(pt.shared))
	for k, e := range pt.entry {
		y[k] = pt.factor[k] * x[e]
	}
	return y
}

// mu is the mean complementarity.
func (st *joint) mu() float64 {
	sum, degree := 0.0, 0
	for _, pt := range st.parts {
		sum += pt.complementarity()
		degree += pt.degree()
	}
	return sum / float64(degree)
}

// outputs returns F = Σ_b f E_b[ℓv].
func (st *joint) outputs() []float64 {
	f := make([]float64, len(st.w))
	for _, pt := range st.parts {
		t := lift(st.Algebra, pt.lines, pt.z)
		for k, p := range pt.shared {
			f[pt.entry[k]] += pt.factor[k] * t.At(int(p.a), int(p.b))
		}
	}
	return f
}

// primal returns the primal objective and what the infeasibility means for it, relative.
func (st *joint) primal() (value, infeasible float64) {
	f := st.outputs()
	value = st.objective.of(f)
	by := 0.0
	for i, v := range f {
		by += math.Abs((st.objective.slope[i] - v) * st.w[i])
	}
	for b, pt := range st.parts {
		t := pt.traces(pt.z)
		value += st.Gamma / 2 * (t[0] + t[1])
		by += math.Abs(st.tau[b] * (t[0] - t[1]))
		lifted := lift(st.Algebra, pt.lines, pt.z)
		sum := 0.0
		for i := range pt.m {
			sum += pt.psi[i] * lifted.At(i, pt.m+i)
		}
		for k, p := range pt.pairs {
			sum += pt.mul[k] * (lifted.At(int(p.a), int(p.b)) - pt.slack[k])
		}
		by += math.Abs(sum)
	}
	return value, by / max(math.Abs(value), 1e-300)
}

// multipliers returns those of the cones in the scale of their problems.
func (st *joint) multipliers() []Multipliers {
	var all []Multipliers
	for _, pt := range st.parts {
		r := &Result{Bound: math.Inf(1)}
		r.keep(pt.iterate, measures{bound: 0})
		m := r.Multipliers.Scaled(1 / st.Gamma)
		all = append(all, m)
	}
	return all
}

// reducedPart is a cone's system with its own unknowns eliminated.
type reducedPart struct {
	sys   *system
	inner []float64  // factor of the part of ψ, M, ζ, τ (k×k)
	cross *mat.Dense // shared×k
	k     int
}

// reduce splits a cone's system into its own unknowns, of which τ_u = −τ_v = τ, and the shared ones, and factors it.
func (sys *system) reduce() (*reducedPart, *mat.SymDense, bool) {
	e, n := sys.shared, sys.order
	k := n - 2 - e + 1
	at := func(i, j int) float64 {
		if i < j {
			i, j = j, i
		}
		return sys.h[i*n+j]
	}
	rp := &reducedPart{sys: sys, inner: make([]float64, k*k), cross: mat.NewDense(max(e, 1), k, nil), k: k}
	u, v := n-2, n-1
	for i := range k - 1 {
		copy(rp.inner[i*k:i*k+i+1], sys.h[(e+i)*n+e:(e+i)*n+e+i+1])
		rp.inner[(k-1)*k+i] = at(u, e+i) - at(v, e+i)
	}
	rp.inner[k*k-1] = at(u, u) - 2*at(u, v) + at(v, v)
	for i := range e {
		row := rp.cross.RawRowView(i)
		for l := range k - 1 {
			row[l] = at(e+l, i)
		}
		row[k-1] = at(u, i) - at(v, i)
	}
	if !sys.it.algebra.Cholesky(blas.Lower, k, rp.inner, k) {
		return nil, nil, false
	}
	// Schur complement onto the shared unknowns: H_ee − C A⁻¹ Cᵀ = H_ee − (C L⁻ᵀ)(C L⁻ᵀ)ᵀ.
	half := mat.DenseCopyOf(rp.cross)
	sys.it.algebra.Trsm(blas.Right, blas.Trans, 1, blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: k, Stride: k, Data: rp.inner}, half.RawMatrix())
	outer := mat.NewSymDense(max(e, 1), nil)
	for i := range e {
		for l := i; l < e; l++ {
			outer.SetSym(i, l, at(i, l))
		}
	}
	sys.it.algebra.Syrk(blas.NoTrans, -1, half.RawMatrix(), 1, outer.RawSymmetric())
	return rp, outer, true
}

// split separates a right-hand side into the shared part and the cone's own, with one τ.
func (rp *reducedPart) split(rhs []float64) (shared, own []float64) {
	n := len(rhs)
	e := rp.sys.shared
	own = append([]float64(nil), rhs[e:n-2]...)
	return rhs[:e], append(own, rhs[n-2]-rhs[n-1])
}

// step does one predictor–corrector step for all cones together.
func (st *joint) step() bool {
	q := len(st.w)
	schur := mat.NewSymDense(q, nil)
	c := st.objective.c
	for i := range q {
		row, block := i/c, st.objective.bend[i*c:(i+1)*c]
		for o := i % c; o < c; o++ {
			schur.SetSym(i, row*c+o, block[o])
		}
		schur.SetSym(i, i, block[i%c]*(1+regularise))
	}
	reduced, outers := make([]*reducedPart, len(st.parts)), make([]*mat.SymDense, len(st.parts))
	st.each(func(b int, pt *part) {
		if sc, ok := newScaled(pt.algebra, pt.z, pt.s, pt.lines); ok {
			reduced[b], outers[b], _ = newSystem(pt.iterate, sc, pt.shared, &pt.work).reduce()
		}
	})
	for b, pt := range st.parts {
		if reduced[b] == nil {
			return false
		}
		for i, a := range pt.entry {
			for l := i; l < len(pt.entry); l++ {
				o := pt.entry[l]
				schur.SetSym(a, o, schur.At(a, o)+pt.factor[i]*pt.factor[l]*outers[b].At(i, l))
			}
		}
	}
	balanced := 0
	if st.Balanced {
		balanced = st.objective.c
	}
	shared, ok := newSaddle(st.Algebra, schur, balanced)
	if !ok {
		return false
	}
	mu := st.mu()
	pred, predicted, ok := st.solve(reduced, shared, 0, nil)
	if !ok {
		return false
	}
	ap, ad := joined(pred, predictorMargin)
	ad = min(ad, predictorMargin*st.objective.reach(st.w, predicted))
	after, degree := 0.0, 0
	for b, rp := range reduced {
		after += rp.sys.after(pred[b], ap, ad)
		degree += st.parts[b].degree()
	}
	sigma := 0.5
	if min(ap, ad) > 0.2 {
		ratio := after / float64(degree) / mu
		sigma = min(max(ratio*ratio*ratio, 1e-3), 0.9)
	}
	corrections := make([]*correction, len(reduced))
	st.each(func(b int, _ *part) { corrections[b] = reduced[b].sys.correct(pred[b]) })
	dirs, dw, ok := st.solve(reduced, shared, sigma*mu, corrections)
	if !ok {
		return false
	}
	ap, ad = joined(dirs, correctorMargin)
	ad = min(ad, correctorMargin*st.objective.reach(st.w, dw))
	if !(ap > 0) || !(ad > 0) {
		return false
	}
	short.Axpy(ad, dw, st.w)
	st.each(func(b int, pt *part) {
		st.tau[b] += ad * dirs[b].tau[0]
		st.price(pt)
		reduced[b].sys.advance(dirs[b], ap, ad)
	})
	return true
}

// joined returns the steps that all cones allow.
func joined(dirs []*direction, margin float64) (p, d float64) {
	p, d = 1, 1
	for _, dir := range dirs {
		p, d = min(p, margin*dir.primalStep), min(d, margin*dir.dualStep)
	}
	return p, d
}

// solve computes the directions of all cones and of W: with D = diag(f) of a cone,
//
//	(−D″ + Σ_b D_b H_b D_b) dw = D′ + Σ_b D_b rhs_b
//
// after the cones' own unknowns have been eliminated, with the intercept as the multiplier of balanced columns; rhs_b holds −E_b[ℓv] as it will be
// but for the unknowns.  Where the system of W cannot be solved, ok is false.
func (st *joint) solve(parts []*reducedPart, shared *saddle, target float64, corr []*correction) (dirs []*direction, dw []float64, ok bool) {
	right := append([]float64(nil), st.objective.slope...)
	owns := make([][]float64, len(parts))
	shares := make([][]float64, len(parts))
	st.each(func(b int, pt *part) {
		rp := parts[b]
		outer, own := rp.split(rp.sys.rhs(target, pick(corr, b)))
		pt.algebra.CholeskySolve(blas.Lower, rp.k, 1, rp.inner, rp.k, own, 1)
		owns[b], shares[b] = own, outer
		for i := range pt.entry {
			outer[i] -= short.Dot(rp.cross.RawRowView(i), own)
		}
	})
	for b, pt := range st.parts {
		for i, e := range pt.entry {
			right[e] += pt.factor[i] * shares[b][i]
		}
	}
	dw = right
	if !shared.solve(dw) {
		return nil, nil, false
	}
	dirs = make([]*direction, len(parts))
	st.each(func(b int, pt *part) {
		rp, y := parts[b], st.shares(pt, dw)
		change := make([]float64, rp.k)
		for i, v := range y {
			short.Axpy(v, rp.cross.RawRowView(i), change)
		}
		pt.algebra.CholeskySolve(blas.Lower, rp.k, 1, rp.inner, rp.k, change, 1)
		own := owns[b]
		for i := range own {
			own[i] -= change[i]
		}
		tau := own[rp.k-1]
		dirs[b] = rp.sys.complete(target, pick(corr, b), append(y, own[:rp.k-1]...), [2]float64{tau, -tau})
	})
	return dirs, dw, true
}

func pick(corr []*correction, b int) *correction {
	if corr == nil {
		return nil
	}
	return corr[b]
}
