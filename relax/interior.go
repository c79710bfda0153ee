package relax

import (
	"context"
	"errors"
	"math"
	"runtime"
	"runtime/debug"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
)

// interior is the state of the primal–dual interior-point method with the HKM direction and
// Mehrotra's corrections for
//
//	minimise  ½‖W‖² + (γ/2)(tr U + tr V)  over  Z ⪰ 0 (N×N, in (α̂, û, v))
//	subject to  W + ΓZ = Y,   t = ±T_ab ≥ 0 for the pairs (a, b) of the set.
//
// Its dual is to maximise ⟨W,Y⟩ − ½‖W‖² with S = ½∇ − Σ y_i A_i ⪰ 0, where y are W and the
// multipliers M ≥ 0 of the signs and ∇ = diag(0, γI, γI); 2S without the part of v is the S of
// the package comment.  A step solves the Schur complement
//
//	(⟨A_i, Z A_j S⁻¹⟩ + diag(I, t/M)) dy = rhs
//
// whose order is the number of conditions: q·c and those of the set.  Where q·c is large, its
// part is eliminated: see elimination.
type interior struct {
	*conditions
	gamma float64
	half  *mat.Dense // ½∇
	z, s  *mat.Dense
	y     []float64 // W, then M
	t     []float64 // slacks of the signs

	eliminated *eliminationWork // nil where the entries of W are unknowns like the others
	storage    []float64        // of the Schur complement, by far the largest matrix
}

// Constants of the interior-point method, chosen by measurement on the reference problems.
const (
	startShare    = 3    // of I in Z at the start, beside the moments of random neurons
	startGap      = 100  // gap at the start, relative to the value of random neurons
	startSlack    = 1    // smallest slack at the start, relative to the scale of Z
	boundary      = 0.95 // part of the way to the boundary
	refinements   = 30   // conjugate gradients on the Schur complement, preconditioned by its factor
	refinedTo     = 1e-10
	addBelow      = 1       // relative gap below which broken conditions are added,
	addFeasible   = 1e-2    // and relative dual infeasibility
	addEvery      = 2       // steps
	addDegree     = 3       // conditions of one line at a time
	mostUnknowns  = 16000   // of the Schur complement, which then takes 2 GB
	collectFrom   = 1 << 25 // numbers in the system
	addSlack      = 0.03    // smallest slack of a new condition relative to the lengths of its lines, or the relative gap
	shortestStep  = 1e-5
	factorTail    = 1e-7 // eigenvalues of Z, relative to the largest, that the factor leaves out
	patienceSteps = 20   // without a better iterate or new conditions
)

func newInterior(red *lift.Reduced) (*interior, error) { return newBlock(red, false) }

// newBlock is newInterior of one of several blocks that share moments or not.
func newBlock(red *lift.Reduced, share bool) (*interior, error) {
	ip := &interior{conditions: newConditions(red, share), gamma: red.Source.Gamma}
	ip.half = mat.NewDense(ip.n, ip.n, nil)
	for i := ip.m; i < ip.n; i++ {
		ip.half.Set(i, i, ip.gamma/2)
	}
	if !share && eliminates(ip.fits, ip.c) {
		ip.eliminated = newEliminationWork(ip.conditions)
	}
	if err := ip.start(); err != nil {
		return nil, err
	}
	return ip, nil
}

// start sets the first iterate: Z has the moments of random neurons and a multiple of I, with
// the best fit for them in its part of v, and the duals are μZ⁻¹ and μ/t.  The slacks t are
// kept away from zero and need not agree with Z; a full primal step closes the difference.
func (ip *interior) start() error {
	m, r, c, n := ip.m, ip.r, ip.c, ip.n
	moments := momentsOf(ip.algebra, ip.red.X)
	best, scale := math.Inf(1), 1.0
	for e := -20; e <= 30; e += 2 {
		var z mat.Dense
		z.Scale(math.Ldexp(1, e), moments)
		if fit, ok := ridge(ip.red, &z); ok && fit.value < best {
			best, scale = fit.value, math.Ldexp(1, e)
		}
	}
	moments.Scale(scale, moments)
	for i := range m + r {
		moments.Set(i, i, moments.At(i, i)+startShare*scale)
	}
	fit, ok := ridge(ip.red, moments)
	if !ok {
		return errors.New("relax: interior-point method: the start is not interior")
	}
	mu := startGap * best / float64(n+ip.signs())
	ip.z = mat.NewDense(n, n, nil)
	block(ip.z, 0, m+r, 0, m+r).Copy(moments)
	block(ip.z, 0, m+r, m+r, n).Copy(fit.cross)
	block(ip.z, m+r, n, 0, m+r).Copy(fit.cross.T())
	block(ip.z, m+r, n, m+r, n).Copy(fit.v)
	for a := range c {
		// Then S = μZ⁻¹ is feasible in its part of v from the start.
		ip.z.Set(m+r+a, m+r+a, ip.z.At(m+r+a, m+r+a)+2*mu/ip.gamma)
	}
	if ip.s, ok = inverse(ip.algebra, ip.z); !ok {
		return errors.New("relax: interior-point method: the start is not interior")
	}
	ip.s.Scale(mu, ip.s)
	values := ip.values(ip.lift(ip.z))
	ip.y, ip.t = make([]float64, len(ip.pairs)), make([]float64, ip.signs())
	copy(ip.y, fit.w.RawMatrix().Data)
	for j := range ip.t {
		ip.t[j] = max(values[ip.free()+j], startSlack*scale)
		ip.y[ip.free()+j] = mu / ip.t[j]
	}
	return nil
}

// measures are what is known of an iterate.
type measures struct {
	lifted      *mat.Dense // L Z Lᵀ
	values      []float64
	infeasible  *mat.Dense // ½∇ − Σ y_i A_i − S
	primal      float64    // objective
	gap         float64    // ⟨Z,S⟩ + tᵀM
	primalError float64    // relative infeasibility of the fit
	slackError  float64    // largest difference of T and t, relative to the lengths of the lines
	dualError   float64    // relative infeasibility of S
	broken      []broken   // conditions to add
	violation   float64    // relative, inside the set and outside
}

func (ip *interior) measure(tol float64) *measures {
	ms := &measures{lifted: ip.lift(ip.z)}
	ms.values = ip.values(ms.lifted)
	for e, target := range ip.targets {
		w, d := ip.y[e], target-ms.values[e]
		ms.primal += d * d / 2
		ms.primalError = max(ms.primalError, math.Abs(d-w)/(1+math.Abs(target)))
	}
	ms.primal += linalg.Dot(ip.half.RawMatrix().Data, ip.z.RawMatrix().Data)
	ms.gap = linalg.Dot(ip.z.RawMatrix().Data, ip.s.RawMatrix().Data) + linalg.Dot(ip.t, ip.multipliersOfSigns())
	for j, t := range ip.t {
		p := ip.pairs[ip.free()+j]
		length := math.Sqrt(ms.lifted.At(int(p.a), int(p.a)) * ms.lifted.At(int(p.b), int(p.b)))
		ms.slackError = max(ms.slackError, math.Abs(ms.values[ip.free()+j]-t)/length)
	}
	ms.infeasible = ip.dualResidual()
	ms.dualError = amax(ms.infeasible.RawMatrix().Data) / ip.gamma
	ms.broken, ms.violation = ip.broken(ms.lifted, tol)
	return ms
}

func (ip *interior) dualResidual() *mat.Dense {
	rd := ip.adjoint(ip.y)
	rd.Sub(ip.half, rd)
	rd.Sub(rd, ip.s)
	return rd
}

// order is that of the Schur complement's factor.
func (ip *interior) order() int {
	if ip.eliminated != nil {
		return ip.signs()
	}
	return len(ip.pairs)
}

// extend adds broken conditions, at most addDegree of them at a line, with slacks that are not
// small: a full primal step closes the difference to the values.  It returns how many they are.
func (ip *interior) extend(ms *measures) int {
	before := len(ip.pairs)
	mu := ms.gap / float64(ip.n+ip.signs())
	least := min(addSlack, ms.gap/ms.primal)
	degree := make([]int, 2*ip.m)
	for _, b := range ms.broken {
		if ip.order() >= mostUnknowns {
			break // more would not fit into the memory of a usual machine
		}
		if degree[b.a] == addDegree || degree[b.b] == addDegree || !ip.add(b.a, b.b) {
			continue
		}
		degree[b.a]++
		degree[b.b]++
		slack := max(-b.value, least) * b.length
		ip.t, ip.y = append(ip.t, slack), append(ip.y, mu/slack)
	}
	ms.values = ip.values(ms.lifted)
	ms.infeasible = ip.dualResidual()
	return len(ip.pairs) - before
}

// direction is a Newton direction in all the variables.
type direction struct {
	z, s *mat.Dense
	y, t []float64
}

// multipliersOfSigns is M, the last part of y.
func (ip *interior) multipliersOfSigns() []float64 { return ip.y[ip.free():] }

// system is what the directions of one step have in common.
type system struct {
	*interior
	ms         *measures
	inv, shift *mat.Dense // S⁻¹ and the symmetric part of Z·(dual residual)·S⁻¹
	diagonal   []float64
	factored   func([]float64) // an approximate solver that works in place
	inner      *mat.Dense      // with shares: their part of the inverse of the Schur complement
}

// prepare factors the Schur complement at an iterate; false where rounding prevents it.
func (ip *interior) prepare(ms *measures) (*system, bool) {
	inv, ok := inverse(ip.algebra, ip.s)
	if !ok {
		return nil, false
	}
	sys := &system{interior: ip, ms: ms, inv: inv, diagonal: make([]float64, len(ip.pairs))}
	for e := range ip.fits {
		sys.diagonal[e] = 1
	}
	for j, m := range ip.multipliersOfSigns() {
		sys.diagonal[ip.free()+j] = ip.t[j] / m
	}
	ip.collect()
	inverseLifted := ip.lift(inv)
	if ip.shares > 0 {
		sys.factored, sys.inner, ok = ip.factorShares(ms.lifted, inverseLifted, sys.diagonal)
	} else {
		sys.factored, ok = ip.factorSchur(inv, ms.lifted, inverseLifted, sys.diagonal)
	}
	sys.shift = triple(ip.algebra, ip.z, ms.infeasible, inv)
	return sys, ok
}

// solve solves the Schur complement's system.  The factor is approximate, or has few digits where the matrix is nearly singular; the
// operator has more.
func (sys *system) solve(rhs []float64) []float64 {
	return conjugateGradients(func(y []float64) []float64 {
		sys.collect()
		out := sys.values(sys.lift(triple(sys.algebra, sys.z, sys.adjoint(y), sys.inv)))
		for i, v := range sys.diagonal {
			out[i] += v * y[i]
		}
		return out
	}, sys.factored, rhs, refinedTo, refinements)
}

// lengths returns the longest steps along d inside the cones, at most limit.
func (ip *interior) lengths(d *direction, limit float64) (primal, dual float64) {
	return longest(ip.algebra, ip.z, d.z, maxStep(ip.t, d.t, limit)), longest(ip.algebra, ip.s, d.s, maxStep(ip.multipliersOfSigns(), d.y[ip.free():], limit))
}

// advance moves the iterate.
func (ip *interior) advance(d *direction, primal, dual float64) {
	linalg.Axpy(primal, d.z.RawMatrix().Data, ip.z.RawMatrix().Data)
	linalg.Axpy(primal, d.t, ip.t)
	linalg.Axpy(dual, d.s.RawMatrix().Data, ip.s.RawMatrix().Data)
	linalg.Axpy(dual, d.y, ip.y)
}

// step makes one predictor–corrector step and returns the longer of its two lengths, 0 where
// rounding prevents it.
func (ip *interior) step(ms *measures) float64 {
	sys, ok := ip.prepare(ms)
	if !ok {
		return 0
	}
	newton := func(mu float64, predictor *direction) *direction {
		d, rhs := sys.begin(mu, predictor)
		d.y = sys.solve(rhs)
		sys.finish(d)
		return d
	}
	predictor := newton(0, nil)
	primal, dual := ip.lengths(predictor, 1)
	sigma := centring(ip.gapAfter(predictor, primal, dual)/ms.gap, min(primal, dual))
	if max(ms.primalError, ms.slackError) > ms.gap/ms.primal {
		// An iterate that is closer to the boundary than to feasibility cannot become feasible any more.
		sigma = 1
	}
	d := newton(sigma*ms.gap/float64(ip.n+ip.signs()), predictor)
	primal, dual = ip.lengths(d, 1/boundary)
	primal, dual = min(1, boundary*primal), min(1, boundary*dual)
	ip.advance(d, primal, dual)
	return max(primal, dual)
}

// factorSchur factors the Schur complement plus a diagonal, and returns a solver that works in place.
func (ip *interior) factorSchur(inv, lifted, inverseLifted *mat.Dense, diagonal []float64) (solve func([]float64), ok bool) {
	if ip.eliminated != nil {
		el, ok := newElimination(ip.conditions, ip.z, inv, lifted, inverseLifted, diagonal, ip.square(ip.signs()), ip.eliminated)
		if !ok {
			return nil, false
		}
		return el.solve, true
	}
	return factorSystem(ip.algebra, func() *mat.Dense {
		h := ip.square(len(ip.pairs))
		ip.schur(h, ip.pairs, lifted, inverseLifted)
		for i, v := range diagonal {
			h.Set(i, i, h.At(i, i)+v)
		}
		return h
	})
}

// square returns a p×p matrix of unspecified content, the same memory in every step.
func (ip *interior) square(p int) *mat.Dense {
	if p*p > cap(ip.storage) {
		ip.release() // both do not fit into the memory of a usual machine
		ip.storage = make([]float64, p*p+p*p/8)
	}
	return mat.NewDense(p, p, ip.storage[:p*p])
}

// release gives the memory of the system back.
func (ip *interior) release() {
	large := cap(ip.storage) >= collectFrom
	ip.storage = nil
	if large {
		debug.FreeOSMemory()
	}
}

// collect frees the memory of dead matrices where the system is large: the runtime would let them
// grow to its size.
func (ip *interior) collect() {
	if cap(ip.storage) >= collectFrom {
		runtime.GC()
	}
}

// centring is Mehrotra's σ for what the predictor leaves of the gap, at least 0.2 where the
// predictor's step is short.
func centring(left, length float64) float64 {
	sigma := max(1e-6, min(1, left*left*left))
	if left < 0 {
		sigma = 1e-6
	}
	if length < 0.2 {
		sigma = max(sigma, 0.2)
	}
	return sigma
}

func (ip *interior) gapAfter(d *direction, primal, dual float64) float64 {
	z, s, dz, ds := ip.z.RawMatrix().Data, ip.s.RawMatrix().Data, d.z.RawMatrix().Data, d.s.RawMatrix().Data
	gap := linalg.Dot(z, s) + primal*linalg.Dot(dz, s) + dual*linalg.Dot(z, ds) + primal*dual*linalg.Dot(dz, ds)
	for j, t := range ip.t {
		gap += (t + primal*d.t[j]) * (ip.y[ip.free()+j] + dual*d.y[ip.free()+j])
	}
	return gap
}

// begin returns the part of the direction to the target μ that needs no solution, with second-order corrections from a
// predictor where it is given, and the right-hand side for its y.
func (sys *system) begin(mu float64, predictor *direction) (*direction, []float64) {
	d := &direction{z: mat.DenseCopyOf(sys.inv), t: make([]float64, len(sys.t))}
	d.z.Scale(mu, d.z)
	if predictor != nil {
		d.z.Sub(d.z, triple(sys.algebra, predictor.z, predictor.s, sys.inv))
	}
	var at mat.Dense
	at.Sub(d.z, sys.shift)
	rhs := sys.values(sys.lift(&at))
	for e, target := range sys.targets {
		rhs[e] = target - sys.y[e] - rhs[e]
	}
	for e := sys.fits; e < sys.free(); e++ {
		rhs[e] = -rhs[e]
	}
	for j, m := range sys.multipliersOfSigns() {
		d.t[j] = mu
		if predictor != nil {
			d.t[j] -= predictor.t[j] * predictor.y[sys.free()+j]
		}
		d.t[j] /= m
		rhs[sys.free()+j] = d.t[j] - rhs[sys.free()+j]
	}
	return d, rhs
}

// finish completes a direction from its y.
func (sys *system) finish(d *direction) {
	multipliers := sys.multipliersOfSigns()
	for j, t := range sys.t {
		d.t[j] -= t + t/multipliers[j]*d.y[sys.free()+j]
	}
	d.s = sys.adjoint(d.y)
	d.s.Sub(sys.ms.infeasible, d.s)
	d.z.Sub(d.z, sys.z)
	d.z.Sub(d.z, triple(sys.algebra, sys.z, d.s, sys.inv))
}

// factor returns Z in (α̂, û) as a product of its eigenvectors, the largest first, with the slack of N_ii ≤ 0 put into
// A_ii: that keeps Z ⪰ 0, makes N_ii = 0 and can only lower the value.
func (ip *interior) factor() lift.Factor {
	k := ip.m + ip.r
	z := mat.DenseCopyOf(block(ip.z, 0, k, 0, k))
	for i := range ip.m {
		n := z.At(i, i) - linalg.Dot(ip.red.X.RawRowView(i), z.RawRowView(i)[ip.m:])
		z.Set(i, i, z.At(i, i)+max(0, -n))
	}
	values, vectors, ok := ip.algebra.EigenSym(symmetric(z), true)
	if !ok {
		return lift.Factor{}
	}
	rank := 0
	for _, v := range values {
		if v > factorTail*values[k-1] {
			rank++
		}
	}
	half := mat.NewDense(k, rank, nil)
	for col := range rank {
		s := math.Sqrt(values[k-1-col])
		for i := range k {
			half.Set(i, col, s*vectors.At(i, k-1-col))
		}
	}
	return lift.Factor{
		Alpha: mat.DenseCopyOf(block(half, 0, ip.m, 0, rank)),
		U:     mat.DenseCopyOf(block(half, ip.m, k, 0, rank)),
	}
}

// rank counts the eigenvalues of Z in (α̂, û) above 1e-6 of the largest.
func (ip *interior) rank() int {
	k := ip.m + ip.r
	values, _, ok := ip.algebra.EigenSym(symmetric(block(ip.z, 0, k, 0, k)), false)
	if !ok {
		return k
	}
	rank := 0
	for _, v := range values {
		if v > 1e-6*values[k-1] {
			rank++
		}
	}
	return rank
}

func solveInterior(ctx context.Context, red *lift.Reduced, opts Options, begin time.Time) (*Result, error) {
	ip, err := newInterior(red)
	if err != nil {
		return nil, err
	}
	return ip.solve(ctx, opts, begin), nil
}

// solve iterates until gap, infeasibilities and violation are below the tolerance.  The
// result is the iterate with the smallest largest of them since conditions were last added: after
// that rounding makes them worse.
func (ip *interior) solve(ctx context.Context, opts Options, begin time.Time) *Result {
	defer ip.release()
	res := &Result{Method: InteriorPoint, Status: IterationLimit}
	best, bestAt, extended := math.Inf(1), 0, 0
	keep := func(value float64) {
		res.Value, res.Factor, res.Rank = value, ip.factor(), ip.rank()
		res.Multipliers = ip.multipliers(ip.y)
	}
	for iter := 1; iter <= opts.MaxOuter; iter++ {
		ip.collect()
		ms := ip.measure(opts.Tolerance)
		relative, value := ms.gap/ms.primal, ip.red.Constant+ms.primal
		res.Outer, res.Inner = iter, iter
		stop := opts.record(Iterate{
			Method: InteriorPoint, Outer: iter, Inner: iter, Value: value, DualityGap: ms.gap,
			Residual: max(ms.primalError, ms.dualError), Violation: ms.violation, Rank: ip.rank(), Conditions: ip.signs(),
			Seconds:     time.Since(begin).Seconds(),
			multipliers: func() lift.Multipliers { return ip.multipliers(ip.y) },
		})
		merit := max(relative, ms.primalError, ms.dualError, ms.violation)
		if merit < best || iter == 1 {
			best, bestAt = merit, iter
			keep(value)
		}
		switch {
		case merit <= opts.Tolerance:
			res.Status = Optimal
		case stop:
			res.Status = Stopped
		case ctx.Err() != nil:
			res.Status = Interrupted
		case iter >= max(bestAt, extended)+patienceSteps && relative < addBelow:
			res.Status = Stalled
		}
		if res.Status != IterationLimit {
			break
		}
		if len(ms.broken) > 0 && relative < addBelow && ms.dualError < addFeasible && iter >= extended+addEvery {
			if ip.extend(ms) > 0 {
				extended, best = iter, math.Inf(1)
			}
		}
		ip.collect() // what the recorder left
		if !(ip.step(ms) > shortestStep) {
			res.Status = Stalled
			break
		}
	}
	return res
}

// triple returns the symmetric part of a·b·c.
func triple(algebra linalg.Algebra, a, b, c *mat.Dense) *mat.Dense {
	n, _ := a.Dims()
	ab, abc := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, a.RawMatrix(), b.RawMatrix(), 0, ab.RawMatrix())
	algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, ab.RawMatrix(), c.RawMatrix(), 0, abc.RawMatrix())
	balance(algebra, abc)
	return abc
}

// longest backtracks to a positive definite base + a·dir, a ≤ limit.
func longest(algebra linalg.Algebra, base, dir *mat.Dense, limit float64) float64 {
	n, _ := base.Dims()
	next := mat.NewDense(n, n, nil)
	for a := limit; a > shortestStep; a *= 0.85 {
		next.Copy(base)
		linalg.Axpy(a, dir.RawMatrix().Data, next.RawMatrix().Data)
		if algebra.Cholesky(blas.Lower, n, next.RawMatrix().Data, n) {
			return a
		}
	}
	return 0
}

// maxStep returns the largest a ≤ limit with v + a·d ≥ 0.
func maxStep(v, d []float64, limit float64) float64 {
	for i := range v {
		if d[i] < 0 {
			limit = min(limit, -v[i]/d[i])
		}
	}
	return limit
}

// conjugateGradients solves a system with an approximate solver as the preconditioner, and
// returns the iterate of the smallest residual.
func conjugateGradients(apply func([]float64) []float64, solve func([]float64), rhs []float64, tol float64, limit int) []float64 {
	x := make([]float64, len(rhs))
	r := append([]float64(nil), rhs...)
	z := append([]float64(nil), r...)
	solve(z)
	p := append([]float64(nil), z...)
	rz := linalg.Dot(r, z)
	start := linalg.Norm(rhs)
	best, bestX := math.Inf(1), x
	for range limit {
		ap := apply(p)
		curvature := linalg.Dot(p, ap)
		if !(curvature > 0) {
			break
		}
		alpha := rz / curvature
		linalg.Axpy(alpha, p, x)
		linalg.Axpy(-alpha, ap, r)
		if size := linalg.Norm(r); size < best {
			best, bestX = size, append([]float64(nil), x...)
		}
		if linalg.Norm(r) <= tol*start {
			break
		}
		copy(z, r)
		solve(z)
		next := linalg.Dot(r, z)
		beta := next / rz
		rz = next
		for i := range p {
			p[i] = z[i] + beta*p[i]
		}
	}
	return bestX
}
