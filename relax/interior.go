package relax

import (
	"context"
	"errors"
	"math"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/dense"
	"github.com/relift/relift/lift"
)

// interior is the state of the primal–dual interior-point method for the
// relaxation restricted to
//
//	Z = B Ẑ Bᵀ + τ Z₀,   Ẑ ⪰ 0 (p×p),  τ ≥ 0,
//
// with a basis B (N×p, N = m+r) and the moments Z₀ of û ~ N(0, I), which satisfy every
// sign condition.  With B = I, which is how the solver uses it, this is the whole relaxation; a
// narrower basis gives an upper bound on it.
//
// The objective is made linear by the chordal clique {α, v}:
//
//	minimise γ tr U + γ tr V  subject to  Z₂ = [[K+γI, Y], [Yᵀ, V]] ⪰ 0,  T ≥ 0,
//
// twice the value of the relaxation.  T are the entries A_ij, P_ij (i<j), N_ij (i≠j) and
// −N_ii: the multiplier of N_ii = 0 cannot be positive, because S ⪰ 0 has a nonnegative
// diagonal, so that the inequality is enough.  With rows l_a of L = [α̂; β̂] as
// functions of the basis, T_ab = ±(l_aᵀ Ẑ l_b + τ T₀_ab) for a < b among 2m rows.
//
// With multipliers Ŝ, S₂ ≻ 0, s_τ, M > 0 and slacks t, a step solves
//
//	(F*(Ŝ∘Ẑ⁻¹)F + F₂*(S₂∘Z₂⁻¹)F₂ + T*(M/t)T + s_τ/τ) dx
//	    = −∇ + F*(σμẐ⁻¹ − c) + F₂*(σμZ₂⁻¹ − c₂) + T*(σμ/t − c_t − (M/t)(T(x) − t)) + (σμ − c_τ)/τ
//
// with the HKM direction and Mehrotra's second-order corrections c.  The term T*(M/t)T is
// assembled from M = Qᵀ w Q, Q_a,(ik) = l_ai l_ak, by two matrix products.
type interior struct {
	red     *lift.Reduced
	m, r, c int // representatives, rank, outputs
	q       int // fitted rows
	gamma   float64

	p     int        // columns of the basis
	basis *mat.Dense // N×p
	lines *mat.Dense // 2m×p: L
	embed *mat.Dense // (q+c)×(p+c): fitted rows as linear forms of the basis, identity on V
	t0    *mat.Dense // 2m×2m: T of Z₀, signs included
	k0    *mat.SymDense

	rows, cols []int // position of each matrix variable in the (p+c)×(p+c) pattern; τ comes last
	np         int   // variables of Ẑ
	nv         int
	index      []int32 // p×p: position of an entry of Ẑ among the variables
	cost       []float64
	x          []float64
	z          [2]cone
	tauDual    float64
	t, mult    *mat.Dense // 2m×2m symmetric, zero diagonal

}

// cone is a semidefinite block: the primal matrix with its Cholesky factor and
// inverse, and the dual matrix.
type cone struct {
	z, inv *mat.SymDense
	factor blas64.Triangular
	s      *mat.SymDense
}

// newInterior prepares the restriction to the basis; nil means all of Z.
func newInterior(red *lift.Reduced, basis *mat.Dense) *interior {
	m, r, q := red.Dims()
	_, c := red.Y.Dims()
	ip := &interior{red: red, m: m, r: r, c: c, q: q, gamma: red.Source.Gamma}
	if basis == nil {
		basis = identity(m + r)
	}
	_, ip.p = basis.Dims()
	p := ip.p
	ip.basis = basis

	ip.lines = mat.NewDense(2*m, p, nil)
	alpha := ip.lines.Slice(0, m, 0, p).(*mat.Dense)
	beta := ip.lines.Slice(m, 2*m, 0, p).(*mat.Dense)
	alpha.Copy(basis.Slice(0, m, 0, p))
	beta.Mul(red.X, basis.Slice(m, m+r, 0, p))
	beta.Sub(alpha, beta)

	ip.embed = mat.NewDense(q+c, p+c, nil)
	for row, fit := range red.Fits {
		axpy(fit.Weight, ip.lines.RawRowView(slot(fit, m)), ip.embed.RawRowView(row)[:p])
	}
	for a := range c {
		ip.embed.Set(q+a, p+a, 1)
	}
	ip.moments()

	ip.index = make([]int32, p*p)
	for i := range p {
		for j := i; j < p; j++ {
			ip.index[i*p+j], ip.index[j*p+i] = int32(len(ip.rows)), int32(len(ip.rows))
			ip.rows, ip.cols = append(ip.rows, i), append(ip.cols, j)
		}
	}
	ip.np = len(ip.rows)
	for a := range c {
		for b := a; b < c; b++ {
			ip.rows, ip.cols = append(ip.rows, p+a), append(ip.cols, p+b)
		}
	}
	ip.nv = len(ip.rows) + 1
	// ⟨∇, Z⟩ = γ tr U + γ tr V.
	gram := mat.NewSymDense(p, nil)
	gram.SymOuterK(ip.gamma, basis.Slice(m, m+r, 0, p).T())
	ip.cost = make([]float64, ip.nv)
	for v := range ip.nv - 1 {
		i, j := ip.rows[v], ip.cols[v]
		switch {
		case j < p && i == j:
			ip.cost[v] = gram.At(i, i)
		case j < p:
			ip.cost[v] = 2 * gram.At(i, j)
		case i == j:
			ip.cost[v] = ip.gamma
		}
	}
	ip.cost[ip.nv-1] = ip.gamma * float64(r)
	return ip
}

// slot is the row of L = [α̂; β̂] that a fitted row reads.
func slot(fit lift.Fit, m int) int {
	if fit.Negative {
		return m + fit.Row
	}
	return fit.Row
}

// moments sets T₀ and K₀ for Z₀ = E (α̂,û)(α̂,û)ᵀ over û ~ N(0, I), the arc-cosine kernel of
// order one (Cho and Saul, 2009).
func (ip *interior) moments() {
	m := ip.m
	ip.t0 = mat.NewDense(2*m, 2*m, nil)
	dense.Parallel(m, 16, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			for j := range m {
				c := dot(ip.red.X.RawRowView(i), ip.red.X.RawRowView(j))
				same, opposite := arcCosine(c), arcCosine(-c)
				if i == j {
					same, opposite = 0.5, 0
				}
				ip.t0.Set(i, j, same)
				ip.t0.Set(m+i, m+j, same)
				ip.t0.Set(i, m+j, opposite)
				ip.t0.Set(m+i, j, opposite)
			}
		}
	})
	ip.k0 = mat.NewSymDense(ip.q, nil)
	for a, fa := range ip.red.Fits {
		for b := a; b < ip.q; b++ {
			fb := ip.red.Fits[b]
			ip.k0.SetSym(a, b, fa.Weight*fb.Weight*ip.t0.At(slot(fa, m), slot(fb, m)))
		}
	}
	ip.sign(ip.t0)
}

// arcCosine returns E[(xᵀu)₊(yᵀu)₊] for unit x, y with xᵀy = c and u ~ N(0, I).
func arcCosine(c float64) float64 {
	c = max(-1, min(1, c))
	theta := math.Acos(c)
	return max(0, (math.Sin(theta)+(math.Pi-theta)*c)/(2*math.Pi))
}

// sign negates the entries N_ii and clears the diagonal, which carries no constraint.
func (ip *interior) sign(t *mat.Dense) {
	for i := range ip.m {
		t.Set(i, ip.m+i, -t.At(i, ip.m+i))
		t.Set(ip.m+i, i, -t.At(ip.m+i, i))
		t.Set(i, i, 0)
		t.Set(ip.m+i, ip.m+i, 0)
	}
}

// pattern assembles [Ẑ 0; 0 V] of order p+c.
func (ip *interior) pattern(x []float64) *mat.SymDense {
	z := mat.NewSymDense(ip.p+ip.c, nil)
	for v := range ip.nv - 1 {
		z.SetSym(ip.rows[v], ip.cols[v], x[v])
	}
	return z
}

func (ip *interior) first(pattern *mat.SymDense) *mat.SymDense {
	z := mat.NewSymDense(ip.p, nil)
	z.CopySym(pattern.SliceSym(0, ip.p))
	return z
}

// linear returns the linear part of Z₂ at the pattern and τ.
func (ip *interior) linear(pattern *mat.SymDense, tau float64) *mat.SymDense {
	var ez, full mat.Dense
	ez.Mul(ip.embed, pattern)
	full.Mul(&ez, ip.embed.T())
	z2 := symmetric(&full)
	for i := range ip.q {
		for j := i; j < ip.q; j++ {
			z2.SetSym(i, j, z2.At(i, j)+tau*ip.k0.At(i, j))
		}
	}
	return z2
}

// second returns Z₂ = [[K+γI, Y], [Yᵀ, V]].
func (ip *interior) second(pattern *mat.SymDense, tau float64) *mat.SymDense {
	z2 := ip.linear(pattern, tau)
	for i := range ip.q {
		z2.SetSym(i, i, z2.At(i, i)+ip.gamma)
		for a := range ip.c {
			z2.SetSym(i, ip.q+a, z2.At(i, ip.q+a)+ip.red.Y.At(i, a))
		}
	}
	return z2
}

// values returns T at the point (2m×2m).
func (ip *interior) values(pattern *mat.SymDense, tau float64) *mat.Dense {
	var lz, t mat.Dense
	lz.Mul(ip.lines, pattern.SliceSym(0, ip.p))
	t.Mul(&lz, ip.lines.T())
	mirror(&t) // the weights M/t of the two triangles must be the same numbers
	ip.sign(&t)
	data, base := t.RawMatrix().Data, ip.t0.RawMatrix().Data
	axpy(tau, base, data)
	return &t
}

// adjoint adds F*(g₁) + F₂*(g₂) + T*(weights) to out; any of them may be nil.
func (ip *interior) adjoint(out []float64, g1, g2 *mat.SymDense, weights *mat.Dense) {
	g := mat.NewSymDense(ip.p+ip.c, nil)
	if g2 != nil {
		var tmp, pulled mat.Dense
		tmp.Mul(ip.embed.T(), g2)
		pulled.Mul(&tmp, ip.embed)
		g = symmetric(&pulled)
		var s float64
		for i := range ip.q {
			s += g2.At(i, i) * ip.k0.At(i, i)
			for j := i + 1; j < ip.q; j++ {
				s += 2 * g2.At(i, j) * ip.k0.At(i, j)
			}
		}
		out[ip.nv-1] += s
	}
	if g1 != nil {
		for i := range ip.p {
			for j := i; j < ip.p; j++ {
				g.SetSym(i, j, g.At(i, j)+g1.At(i, j))
			}
		}
	}
	if weights != nil {
		ip.sign(weights)
		var wl, lwl mat.Dense
		wl.Mul(weights, ip.lines)
		lwl.Mul(ip.lines.T(), &wl)
		ip.sign(weights)
		for i := range ip.p {
			for j := i; j < ip.p; j++ {
				g.SetSym(i, j, g.At(i, j)+(lwl.At(i, j)+lwl.At(j, i))/4)
			}
		}
		out[ip.nv-1] += dot(weights.RawMatrix().Data, ip.t0.RawMatrix().Data) / 2
	}
	for v := range ip.nv - 1 {
		i, j := ip.rows[v], ip.cols[v]
		if i == j {
			out[v] += g.At(i, i)
		} else {
			out[v] += 2 * g.At(i, j)
		}
	}
}

// hessian assembles the lower triangle of the Newton matrix.
func (ip *interior) hessian() *mat.Dense {
	n := ip.p + ip.c
	h := mat.NewDense(ip.nv, ip.nv, nil)
	pull := func(a *mat.SymDense) []float64 {
		var tmp, out mat.Dense
		tmp.Mul(ip.embed.T(), a)
		out.Mul(&tmp, ip.embed)
		return squared(symmetric(&out), n)
	}
	sd, zd := squared(ip.z[0].s, n), squared(ip.z[0].inv, n)
	wd, qd := pull(ip.z[1].s), pull(ip.z[1].inv)

	weights := mat.NewDense(2*ip.m, 2*ip.m, nil)
	quotient(weights, ip.mult, ip.t)
	quad := mat.NewDense(2*ip.m, ip.np, nil)
	dense.Parallel(2*ip.m, 8, func(lo, hi int) {
		for a := lo; a < hi; a++ {
			line, row := ip.lines.RawRowView(a), quad.RawRowView(a)
			for v := range row {
				row[v] = line[ip.rows[v]] * line[ip.cols[v]]
			}
		}
	})
	var wq, m4 mat.Dense
	wq.Mul(weights, quad)
	m4.Mul(quad.T(), &wq)
	quartic, stride := m4.RawMatrix().Data, m4.RawMatrix().Stride

	raw := h.RawMatrix()
	p := ip.p
	last := ip.nv - 2
	// Rows are paired first with last so that the triangle's work is even.
	dense.Parallel((last+2)/2, 4, func(lo, hi int) {
		for half := lo; half < hi; half++ {
			for side, v := range [2]int{half, last - half} {
				if side == 1 && v == half {
					continue
				}
				i, j := ip.rows[v], ip.cols[v]
				fv := 1.0
				if i == j {
					fv = 0.5
				}
				si, sj := sd[i*n:(i+1)*n], sd[j*n:(j+1)*n]
				zi, zj := zd[i*n:(i+1)*n], zd[j*n:(j+1)*n]
				qi, qj := qd[i*n:(i+1)*n], qd[j*n:(j+1)*n]
				wi, wj := wd[i*n:(i+1)*n], wd[j*n:(j+1)*n]
				row := raw.Data[v*raw.Stride : v*raw.Stride+v+1]
				for u := range row {
					k, l := ip.rows[u], ip.cols[u]
					e := qj[k]*wi[l] + qi[l]*wj[k] + qi[k]*wj[l] + qj[l]*wi[k]
					if v < ip.np {
						e += sj[k]*zi[l] + si[l]*zj[k] + si[k]*zj[l] + sj[l]*zi[k] +
							quartic[int(ip.index[i*p+k])*stride+int(ip.index[j*p+l])] +
							quartic[int(ip.index[i*p+l])*stride+int(ip.index[j*p+k])]
					}
					if k == l {
						e *= 0.5
					}
					row[u] = fv * e
				}
			}
		}
	})
	// The row of τ.
	unit := make([]float64, ip.nv)
	unit[ip.nv-1] = 1
	copy(raw.Data[(ip.nv-1)*raw.Stride:], ip.apply(unit, weights))
	return h
}

// apply returns the Newton matrix times dx, each constraint's curvature through its own
// value: the large weights multiply small changes, which a product with the assembled
// matrix would drown in rounding.
func (ip *interior) apply(dx []float64, weights *mat.Dense) []float64 {
	pattern, dtau := ip.pattern(dx), dx[ip.nv-1]
	out := make([]float64, ip.nv)
	dt := ip.values(pattern, dtau)
	dt.MulElem(dt, weights)
	ip.adjoint(out,
		sandwich(ip.z[0].inv, ip.first(pattern), ip.z[0].s),
		sandwich(ip.z[1].inv, ip.linear(pattern, dtau), ip.z[1].s), dt)
	out[ip.nv-1] += ip.tauDual / ip.x[ip.nv-1] * dtau
	return out
}

// count returns the number of complementarity conditions.
func (ip *interior) count() float64 {
	return float64(ip.p + ip.q + ip.c + 1 + ip.m*(2*ip.m-1))
}

func (ip *interior) gap() float64 {
	return inner(ip.z[0].z, ip.z[0].s) + inner(ip.z[1].z, ip.z[1].s) +
		dot(ip.t.RawMatrix().Data, ip.mult.RawMatrix().Data)/2 + ip.x[ip.nv-1]*ip.tauDual
}

// start sets the first iterate.  Ẑ is a multiple of the identity and τ the best scale of
// Z₀; the slacks t are kept away from zero and need not agree with x, a full primal
// step closes the difference.
func (ip *interior) start() error {
	// A first gap far above the value keeps the early steps long; chosen by measurement.
	const startGap, share, least = 3000, 3, 1
	ip.x = make([]float64, ip.nv)
	best, scale := math.Inf(1), 1.0
	for e := -30; e <= 30; e++ {
		s := math.Ldexp(1, e)
		if fit, _ := ip.fit(mat.NewSymDense(ip.p+ip.c, nil), s); ip.gamma*fit+s*ip.cost[ip.nv-1] < best {
			best, scale = ip.gamma*fit+s*ip.cost[ip.nv-1], s
		}
	}
	ip.x[ip.nv-1] = scale
	for i := range ip.p {
		ip.x[ip.index[i*ip.p+i]] = share * scale
	}
	// V = YᵀQY + (μ/γ)I makes μZ₂⁻¹ feasible in its v-part for the first μ.
	mu := startGap * best / ip.count()
	_, v := ip.fit(ip.pattern(ip.x), scale)
	for e := ip.np; e < ip.nv-1; e++ {
		i, j := ip.rows[e]-ip.p, ip.cols[e]-ip.p
		ip.x[e] = v.At(i, j)
		if i == j {
			ip.x[e] += mu / ip.gamma
		}
	}
	pattern := ip.pattern(ip.x)
	ip.t = ip.values(pattern, scale)
	ip.mult = mat.NewDense(2*ip.m, 2*ip.m, nil)
	ip.t.Apply(func(i, j int, v float64) float64 {
		if i == j {
			return 0
		}
		return max(v, least*scale)
	}, ip.t)
	ip.mult.Apply(func(i, j int, _ float64) float64 {
		if i == j {
			return 0
		}
		return mu / ip.t.At(i, j)
	}, ip.mult)
	for b, z := range [2]*mat.SymDense{ip.first(pattern), ip.second(pattern, scale)} {
		inv, factor, ok := inverse(z)
		if !ok {
			return errors.New("relax: interior-point method: the start is not interior")
		}
		s := mat.NewSymDense(inv.SymmetricDim(), nil)
		s.ScaleSym(mu, inv)
		ip.z[b] = cone{z: z, inv: inv, factor: factor, s: s}
	}
	ip.tauDual = mu / scale
	return nil
}

// fit returns tr YᵀQY and YᵀQY for Q = (K+γI)⁻¹.
func (ip *interior) fit(pattern *mat.SymDense, tau float64) (trace float64, v *mat.Dense) {
	z2 := ip.second(pattern, tau)
	v = mat.NewDense(ip.c, ip.c, nil)
	factor, ok := cholesky(z2.SliceSym(0, ip.q).(*mat.SymDense))
	if !ok {
		return math.Inf(1), v
	}
	half := mat.DenseCopyOf(ip.red.Y)
	blas64.Trsm(blas.Left, blas.Trans, 1, factor, half.RawMatrix())
	v.Mul(half.T(), half)
	return mat.Trace(v), v
}

// run iterates until the duality gap of the restriction is below tol relative to its value.
// limit bounds the iterations; after is called after each of them and may stop it.
func (ip *interior) run(ctx context.Context, tol float64, limit int, after func(progress) bool) Status {
	best, stagnant := math.Inf(1), 0
	for iter := 1; iter <= limit; iter++ {
		twice := dot(ip.cost, ip.x)
		gap := ip.gap()
		mu := gap / ip.count()
		residual := make([]float64, ip.nv)
		ip.adjoint(residual, ip.z[0].s, ip.z[1].s, ip.mult)
		residual[ip.nv-1] += ip.tauDual
		size := amax(residual) + amax(ip.cost)
		axpy(-1, ip.cost, residual)
		pr := progress{
			iteration: iter, value: ip.red.Constant + twice/2, gap: gap / 2,
			residual: amax(residual) / size, violation: ip.infeasibility(),
		}
		stop := after(pr)
		merit := max(gap/twice, pr.residual, pr.violation)
		if merit <= tol {
			return Optimal
		}
		if merit < 0.9*best {
			best, stagnant = merit, 0
		} else if stagnant++; stagnant == 10 {
			return Stalled
		}
		if stop {
			return Stopped
		}
		if ctx.Err() != nil {
			return Interrupted
		}
		if !ip.step(mu) {
			return Stalled
		}
	}
	return IterationLimit
}

type progress struct {
	iteration                       int
	value, gap, residual, violation float64
}

// direction is a Newton direction in all the variables.
type direction struct {
	x       []float64
	z, s    [2]*mat.SymDense
	t, mult *mat.Dense
	tauDual float64
}

// step makes one predictor–corrector step; false means that rounding prevents it.
func (ip *interior) step(mu float64) bool {
	solve, ok := factorSystem(ip.hessian(), ip.nv)
	if !ok {
		return false
	}
	var dual [2]blas64.Triangular
	for b := range ip.z {
		if dual[b], ok = cholesky(ip.z[b].s); !ok {
			return false
		}
	}
	tau := ip.x[ip.nv-1]
	lengths := func(d *direction) (ap, ad float64) {
		ap = maxStepVector(ip.t.RawMatrix().Data, d.t.RawMatrix().Data, 2)
		ad = maxStepVector(ip.mult.RawMatrix().Data, d.mult.RawMatrix().Data, 2)
		ap = maxStepVector([]float64{tau}, d.x[ip.nv-1:], ap)
		ad = maxStepVector([]float64{ip.tauDual}, []float64{d.tauDual}, ad)
		for b := range ip.z {
			ap = maxStep(ip.z[b].factor, d.z[b], ap)
			ad = maxStep(dual[b], d.s[b], ad)
		}
		return ap, ad
	}
	predictor := ip.newton(solve, 0, nil)
	ap, ad := lengths(predictor)
	ap, ad = min(1, ap), min(1, ad)
	after := (tau + ap*predictor.x[ip.nv-1]) * (ip.tauDual + ad*predictor.tauDual)
	for b := range ip.z {
		z, s, dz, ds := ip.z[b].z, ip.z[b].s, predictor.z[b], predictor.s[b]
		after += inner(z, s) + ap*inner(dz, s) + ad*inner(z, ds) + ap*ad*inner(dz, ds)
	}
	t, mt := ip.t.RawMatrix().Data, ip.mult.RawMatrix().Data
	dt, dm := predictor.t.RawMatrix().Data, predictor.mult.RawMatrix().Data
	after += (dot(t, mt) + ap*dot(dt, mt) + ad*dot(t, dm) + ap*ad*dot(dt, dm)) / 2
	ratio := max(0, after/ip.count()/mu)
	sigma := max(1e-6, min(1, ratio*ratio*ratio))
	if min(ap, ad) < 0.2 {
		sigma = max(sigma, 0.2)
	}
	d := ip.newton(solve, sigma*mu, predictor)
	ap, ad = lengths(d)
	const fraction = 0.97
	ap, ad = min(1, fraction*ap), min(1, fraction*ad)
	for range 20 {
		if ip.move(d, ap, ad) {
			return max(ap, ad) > 1e-5
		}
		ap, ad = ap*0.7, ad*0.7
	}
	return false
}

// conjugateGradients solves the system with an approximate solver as the preconditioner.
func conjugateGradients(apply func([]float64) []float64, solve func([]float64), rhs []float64, tol float64, limit int) []float64 {
	x := make([]float64, len(rhs))
	r := append([]float64(nil), rhs...)
	z := append([]float64(nil), r...)
	solve(z)
	p := append([]float64(nil), z...)
	rz := dot(r, z)
	start := norm(rhs)
	best, bestX := math.Inf(1), x
	for range limit {
		ap := apply(p)
		curvature := dot(p, ap)
		if !(curvature > 0) {
			break
		}
		alpha := rz / curvature
		axpy(alpha, p, x)
		axpy(-alpha, ap, r)
		if size := norm(r); size < best {
			best, bestX = size, append([]float64(nil), x...)
		}
		if norm(r) <= tol*start {
			break
		}
		copy(z, r)
		solve(z)
		next := dot(r, z)
		beta := next / rz
		rz = next
		for i := range p {
			p[i] = z[i] + beta*p[i]
		}
	}
	return bestX
}

// newton solves for the direction to the target μ, with second-order corrections from a
// predictor where it is given.
func (ip *interior) newton(solve func([]float64), mu float64, predictor *direction) *direction {
	d := &direction{}
	var target [2]*mat.SymDense
	for b, cn := range ip.z {
		target[b] = mat.NewSymDense(cn.z.SymmetricDim(), nil)
		target[b].ScaleSym(mu, cn.inv)
		if predictor != nil {
			addSym(target[b], -1, sandwich(cn.inv, predictor.z[b], predictor.s[b]))
		}
	}
	tau := ip.x[ip.nv-1]
	tauTarget := mu / tau
	if predictor != nil {
		tauTarget -= predictor.x[ip.nv-1] * predictor.tauDual / tau
	}
	m2 := 2 * ip.m
	rho := ip.values(ip.pattern(ip.x), tau) // T(x) − t
	rho.Sub(rho, ip.t)
	weights := mat.NewDense(m2, m2, nil)
	quotient(weights, ip.mult, ip.t)
	tTarget, shifted := mat.NewDense(m2, m2, nil), mat.NewDense(m2, m2, nil)
	each(m2, func(i, lo, hi int) {
		for e := lo; e < hi; e++ {
			if e == i*m2+i {
				continue
			}
			t := ip.t.RawMatrix().Data[e]
			v := mu / t
			if predictor != nil {
				v -= predictor.t.RawMatrix().Data[e] * predictor.mult.RawMatrix().Data[e] / t
			}
			tTarget.RawMatrix().Data[e] = v
			shifted.RawMatrix().Data[e] = v - weights.RawMatrix().Data[e]*rho.RawMatrix().Data[e]
		}
	})
	rhs := scaled(ip.cost, -1)
	ip.adjoint(rhs, target[0], target[1], shifted)
	rhs[ip.nv-1] += tauTarget
	d.x = conjugateGradients(func(v []float64) []float64 { return ip.apply(v, weights) }, solve, rhs, 1e-10, 30)
	pattern, dtau := ip.pattern(d.x), d.x[ip.nv-1]
	d.z = [2]*mat.SymDense{ip.first(pattern), ip.linear(pattern, dtau)}
	for b, cn := range ip.z {
		d.s[b] = target[b]
		addSym(d.s[b], -1, cn.s)
		addSym(d.s[b], -1, sandwich(cn.inv, d.z[b], cn.s))
	}
	d.t = ip.values(pattern, dtau)
	d.t.Add(d.t, rho)
	d.mult = tTarget
	each(m2, func(_, lo, hi int) {
		dm, dt := d.mult.RawMatrix().Data, d.t.RawMatrix().Data
		for e := lo; e < hi; e++ {
			dm[e] -= ip.mult.RawMatrix().Data[e] + weights.RawMatrix().Data[e]*dt[e]
		}
	})
	d.tauDual = tauTarget - ip.tauDual - ip.tauDual*dtau/tau
	return d
}

// move takes a step of lengths ap (primal) and ad (dual) if it stays interior.
func (ip *interior) move(d *direction, ap, ad float64) bool {
	x := append([]float64(nil), ip.x...)
	axpy(ap, d.x, x)
	tau, tauDual := x[ip.nv-1], ip.tauDual+ad*d.tauDual
	t, mult := mat.DenseCopyOf(ip.t), mat.DenseCopyOf(ip.mult)
	axpy(ap, d.t.RawMatrix().Data, t.RawMatrix().Data)
	axpy(ad, d.mult.RawMatrix().Data, mult.RawMatrix().Data)
	if !(tau > 0) || !(tauDual > 0) || !positiveOffDiagonal(t) || !positiveOffDiagonal(mult) {
		return false
	}
	pattern := ip.pattern(x)
	var next [2]cone
	for b, z := range [2]*mat.SymDense{ip.first(pattern), ip.second(pattern, tau)} {
		inv, factor, ok := inverse(z)
		if !ok {
			return false
		}
		s := mat.NewSymDense(z.SymmetricDim(), nil)
		s.CopySym(ip.z[b].s)
		addSym(s, ad, d.s[b])
		if _, ok := cholesky(s); !ok {
			return false
		}
		next[b] = cone{z: z, inv: inv, factor: factor, s: s}
	}
	ip.x, ip.t, ip.mult, ip.z, ip.tauDual = x, t, mult, next, tauDual
	return true
}

// infeasibility returns the largest violation of T(x) ≥ 0, relative to the largest entry.
func (ip *interior) infeasibility() float64 {
	t := ip.values(ip.pattern(ip.x), ip.x[ip.nv-1])
	var worst, top float64
	for _, v := range t.RawMatrix().Data {
		worst, top = max(worst, -v), max(top, math.Abs(v))
	}
	return worst / top
}

// dual returns the certificate's multipliers in the scaled coordinates: W̃ (q×c) and the
// m×m blocks Φ, Ψ, Ω.  S₂ = [[D, −W], [−Wᵀ, γI]] at dual feasibility.
func (ip *interior) dual() (w, phi, psi, omega *mat.Dense) {
	m := ip.m
	w = mat.NewDense(ip.q, ip.c, nil)
	for i := range ip.q {
		for a := range ip.c {
			w.Set(i, a, -ip.z[1].s.At(i, ip.q+a))
		}
	}
	half := mat.DenseCopyOf(ip.mult)
	half.Scale(0.5, half)
	ip.sign(half)
	return w, mat.DenseCopyOf(half.Slice(0, m, 0, m)),
		mat.DenseCopyOf(half.Slice(0, m, m, 2*m)),
		mat.DenseCopyOf(half.Slice(m, 2*m, m, 2*m))
}

func (ip *interior) multipliers() lift.Multipliers {
	return ip.red.Multipliers(ip.dual())
}

// factor returns the low-rank part B Ẑ^½ of the iterate; τZ₀, which vanishes at the
// optimum, is left out.
func (ip *interior) factor() lift.Factor {
	var eig mat.EigenSym
	if !eig.Factorize(ip.z[0].z, true) {
		return lift.Factor{}
	}
	values := eig.Values(nil)
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	k := 0
	for _, v := range values {
		if v > 1e-13*values[ip.p-1] {
			k++
		}
	}
	half := mat.NewDense(ip.p, k, nil)
	for col := range k {
		s := math.Sqrt(values[ip.p-1-col])
		for i := range ip.p {
			half.Set(i, col, s*vectors.At(i, ip.p-1-col))
		}
	}
	var full mat.Dense
	full.Mul(ip.basis, half)
	return lift.Factor{
		Alpha: mat.DenseCopyOf(full.Slice(0, ip.m, 0, k)),
		U:     mat.DenseCopyOf(full.Slice(ip.m, ip.m+ip.r, 0, k)),
	}
}

// solveInterior runs the interior-point method on the whole cone.
func solveInterior(ctx context.Context, red *lift.Reduced, opts Options, begin time.Time) (*Result, error) {
	ip := newInterior(red, nil)
	if err := ip.start(); err != nil {
		return nil, err
	}
	res := &Result{Method: InteriorPoint}
	res.Status = ip.run(ctx, opts.Tolerance, opts.MaxOuter, func(pr progress) bool {
		res.Outer, res.Inner, res.Value = pr.iteration, pr.iteration, pr.value
		return opts.record(Iterate{
			Method: InteriorPoint, Outer: pr.iteration, Inner: pr.iteration, Value: pr.value, DualityGap: pr.gap,
			Residual: pr.residual, Violation: pr.violation, Rank: numericalRank(ip.z[0].z),
			Seconds: time.Since(begin).Seconds(), multipliers: ip.multipliers, factor: ip.factor,
		})
	})
	res.Factor, res.Rank, res.Multipliers = ip.factor(), numericalRank(ip.z[0].z), ip.multipliers()
	return res, nil
}
