package relax

import (
	"context"
	"errors"
	"math"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/dense"
	"github.com/relift/relift/lift"
)

// interior is the state of the primal–dual interior-point method, which suits
// problems whose N(N+1)/2 entries of Z (N = m+r) allow a dense Newton system.
//
// The objective is made linear by the chordal clique {α, v}:
//
//	minimise γ tr U + γ tr V  subject to  Z ⪰ 0,  Z₂ = [[K+γI, Y], [Yᵀ, V]] ⪰ 0,  T ≥ 0,
//
// twice the value of the relaxation.  The variable x holds the free entries of Z and V:
// A_ij (i<j), B_ik, U_kl and V_ab (upper triangles).  The constraint diag N = 0 is
// eliminated, A_ii = Σ_k B_ik X_ik, and A_ii, P_ii ≥ 0 are implied by Z ⪰ 0.  T are the entries
// A_ij, P_ij (i<j) and N_ij (i≠j).  With multipliers S, S₂ ≻ 0 and M > 0 a step solves
//
//	(F*(S ∘ Z⁻¹)F + F₂*(S₂ ∘ Z₂⁻¹)F₂ + T*(M/t)T) dx
//	    = −∇ + F*(σμZ⁻¹ − c) + F₂*(σμZ₂⁻¹ − c₂) + T*(σμ/t − c_t − (M/t)(T(x) − t))
//
// with the HKM direction and Mehrotra's second-order corrections c.
type interior struct {
	red     *lift.Reduced
	m, r, c int // representatives, rank, outputs
	n       int // N = m+r
	nv      int // free variables
	gamma   float64
	embed   *mat.Dense // (q+c)×(N+c): fitted rows as linear forms of (α̂, û), identity on V

	rows, cols []int // position of each variable in the (N+c)×(N+c) pattern; the m eliminated A_ii come last
	pairs      []pair
	cost       []float64 // gradient of the linear objective
	x          []float64
	z          [2]cone
	t, mult    []float64 // one per pair
	mu         float64   // at the start
}

// cone is a semidefinite block: the primal matrix with its Cholesky factor and
// inverse, and the dual matrix.
type cone struct {
	z, inv *mat.SymDense
	factor blas64.Triangular
	s      *mat.SymDense
}

// pair is one sign constraint: its value is Σ coef·x[index].
type pair struct {
	kind  pairKind
	i, j  int
	index []int32
	coef  []float64
}

type pairKind int8

const (
	pairAA pairKind = iota // A_ij ≥ 0, i<j
	pairAB                 // N_ij ≥ 0, i≠j
	pairBB                 // P_ij ≥ 0, i<j
)

func (ip *interior) offdiagonal(i, j int) int { // A_ij, i<j
	return i*(2*ip.m-i-1)/2 + (j - i - 1)
}

func newInterior(red *lift.Reduced) *interior {
	m, r, q := red.Dims()
	_, c := red.Y.Dims()
	ip := &interior{red: red, m: m, r: r, c: c, n: m + r, gamma: red.Source.Gamma}
	for i := range m {
		for j := i + 1; j < m; j++ {
			ip.rows, ip.cols = append(ip.rows, i), append(ip.cols, j)
		}
	}
	bStart := len(ip.rows)
	for i := range m {
		for k := range r {
			ip.rows, ip.cols = append(ip.rows, i), append(ip.cols, m+k)
		}
	}
	uIndex := make([][]int32, r)
	for k := range r {
		uIndex[k] = make([]int32, r)
	}
	for k := range r {
		for l := k; l < r; l++ {
			uIndex[k][l] = int32(len(ip.rows))
			uIndex[l][k] = uIndex[k][l]
			ip.rows, ip.cols = append(ip.rows, m+k), append(ip.cols, m+l)
		}
	}
	for a := range c {
		for b := a; b < c; b++ {
			ip.rows, ip.cols = append(ip.rows, m+r+a), append(ip.cols, m+r+b)
		}
	}
	ip.nv = len(ip.rows)
	ip.cost = make([]float64, ip.nv)
	for p := range ip.nv {
		if ip.rows[p] == ip.cols[p] {
			ip.cost[p] = ip.gamma
		}
	}
	for i := range m {
		ip.rows, ip.cols = append(ip.rows, i), append(ip.cols, i)
	}
	b := func(i, k int) int32 { return int32(bStart + i*r + k) }
	x := red.X
	for i := range m {
		for j := i + 1; j < m; j++ {
			a := int32(ip.offdiagonal(i, j))
			ip.pairs = append(ip.pairs, pair{pairAA, i, j, []int32{a}, []float64{1}})
			for _, o := range [2][2]int{{i, j}, {j, i}} {
				p := pair{pairAB, o[0], o[1], []int32{a}, []float64{1}}
				for k := range r {
					p.index, p.coef = append(p.index, b(o[0], k)), append(p.coef, -x.At(o[1], k))
				}
				ip.pairs = append(ip.pairs, p)
			}
			p := pair{pairBB, i, j, []int32{a}, []float64{1}}
			for k := range r {
				p.index, p.coef = append(p.index, b(i, k)), append(p.coef, -x.At(j, k))
				p.index, p.coef = append(p.index, b(j, k)), append(p.coef, -x.At(i, k))
			}
			for k := range r {
				for l := k; l < r; l++ {
					c := x.At(i, k) * x.At(j, l)
					if l > k {
						c += x.At(i, l) * x.At(j, k)
					}
					p.index, p.coef = append(p.index, uIndex[k][l]), append(p.coef, c)
				}
			}
			ip.pairs = append(ip.pairs, p)
		}
	}
	ip.embed = mat.NewDense(q+c, ip.n+c, nil)
	for a := range c {
		ip.embed.Set(q+a, ip.n+a, 1)
	}
	for row, fit := range red.Fits {
		ip.embed.Set(row, fit.Row, fit.Weight)
		if fit.Negative {
			for k := range r {
				ip.embed.Set(row, m+k, -fit.Weight*x.At(fit.Row, k))
			}
		}
	}
	ip.start()
	return ip
}

// start puts Z near the moments of û ~ N(0, I), the arc-cosine kernel of order one
// (Cho and Saul, 2009), moved away from the boundary of the cone: near-parallel rows
// make that kernel nearly singular and its N_ij nearly zero.  The constraints' slacks t
// need not agree with x at the start; a full primal step closes the difference.
func (ip *interior) start() {
	const blend, least = 0.3, 0.05
	// A first gap far above the value keeps the early steps long.
	const startGap = 300
	kernel := mat.NewSymDense(ip.m, nil)
	for i := range ip.m {
		for j := i; j < ip.m; j++ {
			v := arcCosine(dot(ip.red.X.RawRowView(i), ip.red.X.RawRowView(j)))
			if i != j {
				v *= 1 - blend
			}
			kernel.SetSym(i, j, v)
		}
	}
	tau := 1.0
	for ; tau < 1e12; tau *= 2 {
		schur := mat.NewSymDense(ip.m, nil)
		schur.SymOuterK(-1/(4*tau), ip.red.X)
		for i := range ip.m {
			for j := i; j < ip.m; j++ {
				schur.SetSym(i, j, schur.At(i, j)+kernel.At(i, j))
			}
			schur.SetSym(i, i, schur.At(i, i)-least)
		}
		if _, ok := cholesky(schur); ok {
			break
		}
	}
	ip.x = make([]float64, ip.nv)
	for p := range ip.nv {
		i, j := ip.rows[p], ip.cols[p]
		switch {
		case j < ip.m:
			ip.x[p] = kernel.At(i, j)
		case i < ip.m:
			ip.x[p] = ip.red.X.At(i, j-ip.m) / 2
		case i == j && i < ip.n:
			ip.x[p] = tau
		}
	}
	scale := ip.startScale(tau)
	for p := range ip.x {
		ip.x[p] *= scale
	}
	// V = YᵀQY + (μ/γ)I makes μZ₂⁻¹ feasible in its v-part for the first μ.
	fit, v := ip.fit(ip.matrix(ip.x))
	ip.mu = startGap * ip.gamma * (fit + scale*tau*float64(ip.r)) / ip.count()
	for p := range ip.nv {
		if i, j := ip.rows[p], ip.cols[p]; i >= ip.n {
			ip.x[p] = v.At(i-ip.n, j-ip.n)
			if i == j {
				ip.x[p] += ip.mu / ip.gamma
			}
		}
	}
	ip.t = ip.values(ip.x)
	for e := range ip.t {
		ip.t[e] = max(ip.t[e], 0.1*scale)
	}
}

// count returns the number of complementarity conditions.
func (ip *interior) count() float64 {
	return float64(ip.n + len(ip.red.Fits) + ip.c + len(ip.pairs))
}

// startScale returns the s > 0 that makes s·Z₀ best along the ray, by
// comparing powers of two.
func (ip *interior) startScale(tau float64) float64 {
	best, at := math.Inf(1), 1.0
	trial := make([]float64, ip.nv)
	for e := -30; e <= 30; e++ {
		s := math.Ldexp(1, e)
		for p := range trial {
			trial[p] = s * ip.x[p]
		}
		if fit, _ := ip.fit(ip.matrix(trial)); fit+s*tau*float64(ip.r) < best {
			best, at = fit+s*tau*float64(ip.r), s
		}
	}
	return at
}

// fit returns tr YᵀQY and YᵀQY for Q = (K+γI)⁻¹.
func (ip *interior) fit(pattern *mat.SymDense) (trace float64, v *mat.Dense) {
	z2 := ip.second(pattern)
	q := len(ip.red.Fits)
	v = mat.NewDense(ip.c, ip.c, nil)
	factor, ok := cholesky(z2.SliceSym(0, q).(*mat.SymDense))
	if !ok {
		return math.Inf(1), v
	}
	half := mat.DenseCopyOf(ip.red.Y)
	blas64.Trsm(blas.Left, blas.Trans, 1, factor, half.RawMatrix())
	v.Mul(half.T(), half)
	return mat.Trace(v), v
}

// arcCosine returns E[(xᵀu)₊(yᵀu)₊] for unit x, y with xᵀy = c and u ~ N(0, I).
func arcCosine(c float64) float64 {
	c = max(-1, min(1, c))
	theta := math.Acos(c)
	return (math.Sin(theta) + (math.Pi-theta)*c) / (2 * math.Pi)
}

// matrix assembles the pattern [Z 0; 0 V] of order N+c from x, with A_ii = Σ_k B_ik X_ik.
func (ip *interior) matrix(x []float64) *mat.SymDense {
	z := mat.NewSymDense(ip.n+ip.c, nil)
	for p := range ip.nv {
		z.SetSym(ip.rows[p], ip.cols[p], x[p])
	}
	for i := range ip.m {
		var a float64
		for k := range ip.r {
			a += z.At(i, ip.m+k) * ip.red.X.At(i, k)
		}
		z.SetSym(i, i, a)
	}
	return z
}

// first returns the block Z of the pattern.
func (ip *interior) first(pattern *mat.SymDense) *mat.SymDense {
	z := mat.NewSymDense(ip.n, nil)
	z.CopySym(pattern.SliceSym(0, ip.n))
	return z
}

// linear returns the linear part E·pattern·Eᵀ of Z₂.
func (ip *interior) linear(pattern *mat.SymDense) *mat.SymDense {
	var ez, full mat.Dense
	ez.Mul(ip.embed, pattern)
	full.Mul(&ez, ip.embed.T())
	return symmetric(&full)
}

// second returns Z₂ = [[K+γI, Y], [Yᵀ, V]].
func (ip *interior) second(pattern *mat.SymDense) *mat.SymDense {
	z2 := ip.linear(pattern)
	q := len(ip.red.Fits)
	for i := range q {
		z2.SetSym(i, i, z2.At(i, i)+ip.gamma)
		for a := range ip.c {
			z2.SetSym(i, q+a, z2.At(i, q+a)+ip.red.Y.At(i, a))
		}
	}
	return z2
}

func (ip *interior) values(x []float64) []float64 {
	t := make([]float64, len(ip.pairs))
	for e := range ip.pairs {
		var v float64
		for q, index := range ip.pairs[e].index {
			v += ip.pairs[e].coef[q] * x[index]
		}
		t[e] = v
	}
	return t
}

// adjoint adds F*(g₁) + F₂*(g₂) to out.
func (ip *interior) adjoint(out []float64, g1, g2 *mat.SymDense) {
	var tmp, pulled mat.Dense
	tmp.Mul(ip.embed.T(), g2)
	pulled.Mul(&tmp, ip.embed)
	g := symmetric(&pulled)
	for i := range ip.n {
		for j := i; j < ip.n; j++ {
			g.SetSym(i, j, g.At(i, j)+g1.At(i, j))
		}
	}
	for p := range ip.nv {
		i, j := ip.rows[p], ip.cols[p]
		v := g.At(i, j)
		if i != j {
			v *= 2
		}
		if i < ip.m && j >= ip.m {
			v += ip.red.X.At(i, j-ip.m) * g.At(i, i)
		}
		out[p] += v
	}
}

func (ip *interior) addPairsAdjoint(out, weights []float64) {
	for e := range ip.pairs {
		for q, index := range ip.pairs[e].index {
			out[index] += weights[e] * ip.pairs[e].coef[q]
		}
	}
}

// inverse returns the inverse and the Cholesky factor (upper, UᵀU) of a.
func inverse(a *mat.SymDense) (inv *mat.SymDense, factor blas64.Triangular, ok bool) {
	n := a.SymmetricDim()
	u := mat.NewSymDense(n, nil)
	u.CopySym(a)
	factor, ok = lapack64.Potrf(u.RawSymmetric())
	if !ok {
		return nil, factor, false
	}
	full := mat.NewDense(n, n, nil)
	for i := range n {
		full.Set(i, i, 1)
	}
	lapack64.Potrs(factor, full.RawMatrix())
	inv = mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			inv.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
	}
	return inv, factor, true
}

// maxStep returns the largest a ≤ limit with base + a·dir ⪰ 0, given the upper Cholesky
// factor of base.
func maxStep(factor blas64.Triangular, dir *mat.SymDense, limit float64) float64 {
	n := dir.SymmetricDim()
	g := mat.NewDense(n, n, nil)
	g.Copy(dir)
	// U⁻ᵀ dir U⁻¹
	blas64.Trsm(blas.Left, blas.Trans, 1, factor, g.RawMatrix())
	blas64.Trsm(blas.Right, blas.NoTrans, 1, factor, g.RawMatrix())
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			sym.SetSym(i, j, (g.At(i, j)+g.At(j, i))/2)
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(sym, false) {
		return 0
	}
	low := eig.Values(nil)[0]
	if low >= 0 {
		return limit
	}
	return min(limit, -1/low)
}

func maxStepVector(v, d []float64, limit float64) float64 {
	for i := range v {
		if d[i] < 0 {
			limit = min(limit, -v[i]/d[i])
		}
	}
	return limit
}

// hessian assembles the lower triangle of the Newton matrix.
func (ip *interior) hessian() *mat.Dense {
	total := ip.nv + ip.m
	h := mat.NewDense(total, total, nil)
	pull := func(a *mat.SymDense) []float64 {
		var tmp, out mat.Dense
		tmp.Mul(ip.embed.T(), a)
		out.Mul(&tmp, ip.embed)
		return squared(symmetric(&out), ip.n+ip.c)
	}
	sd, zd := squared(ip.z[0].s, ip.n+ip.c), squared(ip.z[0].inv, ip.n+ip.c)
	wd, qd := pull(ip.z[1].s), pull(ip.z[1].inv)
	n := ip.n + ip.c
	raw := h.RawMatrix()
	// Rows are paired first with last so that the triangle's work is even.
	dense.Parallel((total+1)/2, 8, func(lo, hi int) {
		for half := lo; half < hi; half++ {
			for _, p := range [2]int{half, total - 1 - half} {
				i, j := ip.rows[p], ip.cols[p]
				fp := 1.0
				if i == j {
					fp = 0.5
				}
				si, sj := sd[i*n:(i+1)*n], sd[j*n:(j+1)*n]
				zi, zj := zd[i*n:(i+1)*n], zd[j*n:(j+1)*n]
				qi, qj := qd[i*n:(i+1)*n], qd[j*n:(j+1)*n]
				wi, wj := wd[i*n:(i+1)*n], wd[j*n:(j+1)*n]
				row := raw.Data[p*raw.Stride : p*raw.Stride+p+1]
				for q := range row {
					k, l := ip.rows[q], ip.cols[q]
					v := sj[k]*zi[l] + si[l]*zj[k] + si[k]*zj[l] + sj[l]*zi[k] +
						qj[k]*wi[l] + qi[l]*wj[k] + qi[k]*wj[l] + qj[l]*wi[k]
					if k == l {
						v *= 0.5
					}
					row[q] = fp * v
				}
			}
		}
	})
	// Fold the eliminated A_ii = Σ_k B_ik X_ik into the rows and columns of B.
	get := func(p, q int) float64 {
		if p < q {
			p, q = q, p
		}
		return raw.Data[p*raw.Stride+q]
	}
	bStart := ip.m * (ip.m - 1) / 2
	uStart := bStart + ip.m*ip.r
	for p := uStart - 1; p >= bStart; p-- {
		i, k := (p-bStart)/ip.r, (p-bStart)%ip.r
		xik := ip.red.X.At(i, k)
		row := raw.Data[p*raw.Stride:]
		for q := 0; q <= p; q++ {
			v := row[q] + xik*get(ip.nv+i, q)
			if q >= bStart {
				j, l := (q-bStart)/ip.r, (q-bStart)%ip.r
				xjl := ip.red.X.At(j, l)
				v += xjl * (get(p, ip.nv+j) + xik*get(ip.nv+i, ip.nv+j))
			}
			row[q] = v
		}
	}
	for p := uStart; p < ip.nv; p++ {
		row := raw.Data[p*raw.Stride:]
		for q := bStart; q < uStart; q++ {
			j, l := (q-bStart)/ip.r, (q-bStart)%ip.r
			row[q] += ip.red.X.At(j, l) * get(ip.nv+j, p)
		}
	}
	for e := range ip.pairs {
		pr := &ip.pairs[e]
		weight := ip.mult[e] / ip.t[e]
		for a, pa := range pr.index {
			ca := weight * pr.coef[a]
			for b := 0; b <= a; b++ {
				pb := pr.index[b]
				hi, lo := pa, pb
				if hi < lo {
					hi, lo = lo, hi
				}
				v := ca * pr.coef[b]
				raw.Data[int(hi)*raw.Stride+int(lo)] += v
			}
		}
	}
	return h
}

// solve runs the method until the duality gap is below the tolerance relative to the value.
func (ip *interior) solve(ctx context.Context, opts Options, begin time.Time) (*Result, error) {
	res := &Result{Status: IterationLimit, Method: InteriorPoint}
	pattern := ip.matrix(ip.x)
	for b, z := range [2]*mat.SymDense{ip.first(pattern), ip.second(pattern)} {
		inv, factor, ok := inverse(z)
		if !ok {
			return nil, errors.New("relax: interior-point method: the start is not interior")
		}
		ip.z[b] = cone{z: z, inv: inv, factor: factor, s: mat.NewSymDense(inv.SymmetricDim(), nil)}
	}
	count := ip.count()
	reciprocal := make([]float64, len(ip.t))
	for e := range ip.t {
		reciprocal[e] = 1 / ip.t[e]
	}
	mu := ip.mu
	for b := range ip.z {
		ip.z[b].s.ScaleSym(mu, ip.z[b].inv)
	}
	ip.mult = scaled(reciprocal, mu)

	best, stagnant := math.Inf(1), 0
	for iter := 1; iter <= opts.MaxOuter; iter++ {
		res.Outer = iter
		twice := dot(ip.cost, ip.x)
		gap := inner(ip.z[0].z, ip.z[0].s) + inner(ip.z[1].z, ip.z[1].s) + dot(ip.t, ip.mult)
		mu = gap / count
		residual := make([]float64, ip.nv)
		ip.adjoint(residual, ip.z[0].s, ip.z[1].s)
		ip.addPairsAdjoint(residual, ip.mult)
		size := amax(residual) + ip.gamma
		for p := range residual {
			residual[p] -= ip.cost[p]
		}
		res.Value = ip.red.Constant + twice/2
		it := Iterate{
			Method: InteriorPoint, Outer: iter, Inner: iter, Value: res.Value, DualityGap: gap / 2,
			Residual: amax(residual) / size, Violation: ip.infeasibility(), Rank: numericalRank(ip.z[0].z),
			Seconds: time.Since(begin).Seconds(), multipliers: ip.multipliers, factor: ip.factor,
		}
		stop := opts.record(it)
		merit := max(gap/twice, it.Residual, it.Violation)
		if merit <= opts.Tolerance {
			res.Status = Optimal
			break
		}
		if merit < 0.9*best {
			best, stagnant = merit, 0
		} else if stagnant++; stagnant == 8 {
			res.Status = Stalled
			break
		}
		if stop {
			res.Status = Stopped
			break
		}
		if ctx.Err() != nil {
			res.Status = Interrupted
			break
		}
		if !ip.step(mu, count) {
			res.Status = Stalled
			break
		}
	}
	res.Inner = res.Outer
	res.Factor, res.Rank, res.Multipliers = ip.factor(), numericalRank(ip.z[0].z), ip.multipliers()
	return res, nil
}

// direction is a Newton direction in all the variables.
type direction struct {
	x     []float64
	z, s  [2]*mat.SymDense
	t, mt []float64
}

// step makes one predictor–corrector step; false means that rounding prevents it.
func (ip *interior) step(mu, count float64) bool {
	newton, ok := factorSystem(ip.hessian(), ip.nv)
	if !ok {
		return false
	}
	var dual [2]blas64.Triangular
	for b := range ip.z {
		if dual[b], ok = cholesky(ip.z[b].s); !ok {
			return false
		}
	}
	lengths := func(d direction) (ap, ad float64) {
		ap, ad = maxStepVector(ip.t, d.t, 2), maxStepVector(ip.mult, d.mt, 2)
		for b := range ip.z {
			ap = maxStep(ip.z[b].factor, d.z[b], ap)
			ad = maxStep(dual[b], d.s[b], ad)
		}
		return ap, ad
	}
	predictor := ip.newton(newton, 0, nil)
	ap, ad := lengths(predictor)
	ap, ad = min(1, ap), min(1, ad)
	var after float64
	for b := range ip.z {
		z, s, dz, ds := ip.z[b].z, ip.z[b].s, predictor.z[b], predictor.s[b]
		after += inner(z, s) + ap*inner(dz, s) + ad*inner(z, ds) + ap*ad*inner(dz, ds)
	}
	for e := range ip.t {
		after += (ip.t[e] + ap*predictor.t[e]) * (ip.mult[e] + ad*predictor.mt[e])
	}
	ratio := max(0, after/count/mu)
	sigma := max(1e-6, min(1, ratio*ratio*ratio))
	if min(ap, ad) < 0.2 {
		sigma = max(sigma, 0.2)
	}
	d := ip.newton(newton, sigma*mu, &predictor)
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

// newton solves for the direction to the target μ, with second-order corrections from a
// predictor where it is given.
func (ip *interior) newton(solve func([]float64), mu float64, predictor *direction) direction {
	var d direction
	var target [2]*mat.SymDense
	for b, cn := range ip.z {
		target[b] = mat.NewSymDense(cn.z.SymmetricDim(), nil)
		target[b].ScaleSym(mu, cn.inv)
		if predictor != nil {
			addSym(target[b], -1, sandwich(cn.inv, predictor.z[b], predictor.s[b]))
		}
	}
	rho := ip.values(ip.x) // T(x) − t
	tTarget, shifted := make([]float64, len(ip.t)), make([]float64, len(ip.t))
	for e := range ip.t {
		rho[e] -= ip.t[e]
		tTarget[e] = mu / ip.t[e]
		if predictor != nil {
			tTarget[e] -= predictor.t[e] * predictor.mt[e] / ip.t[e]
		}
		shifted[e] = tTarget[e] - ip.mult[e]/ip.t[e]*rho[e]
	}
	d.x = scaled(ip.cost, -1)
	ip.adjoint(d.x, target[0], target[1])
	ip.addPairsAdjoint(d.x, shifted)
	solve(d.x)
	pattern := ip.matrix(d.x)
	d.z = [2]*mat.SymDense{ip.first(pattern), ip.linear(pattern)}
	for b, cn := range ip.z {
		d.s[b] = target[b]
		addSym(d.s[b], -1, cn.s)
		addSym(d.s[b], -1, sandwich(cn.inv, d.z[b], cn.s))
	}
	d.t = ip.values(d.x)
	d.mt = make([]float64, len(d.t))
	for e := range d.t {
		d.t[e] += rho[e]
		d.mt[e] = tTarget[e] - ip.mult[e] - ip.mult[e]*d.t[e]/ip.t[e]
	}
	return d
}

// move takes a step of lengths ap (primal) and ad (dual) if it stays interior.
func (ip *interior) move(d direction, ap, ad float64) bool {
	x, t, mult := append([]float64(nil), ip.x...), append([]float64(nil), ip.t...), append([]float64(nil), ip.mult...)
	axpy(ap, d.x, x)
	axpy(ap, d.t, t)
	axpy(ad, d.mt, mult)
	if !allPositive(t) || !allPositive(mult) {
		return false
	}
	pattern := ip.matrix(x)
	var next [2]cone
	for b, z := range [2]*mat.SymDense{ip.first(pattern), ip.second(pattern)} {
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
	ip.x, ip.t, ip.mult, ip.z = x, t, mult, next
	return true
}

// infeasibility returns the largest T(x) < 0 in absolute value, relative to the largest
// diagonal entry of A.
func (ip *interior) infeasibility() float64 {
	var worst, top float64
	for _, v := range ip.values(ip.x) {
		worst = max(worst, -v)
	}
	for i := range ip.m {
		top = max(top, ip.z[0].z.At(i, i))
	}
	return worst / top
}

// multipliers maps the dual iterate to the certificate's W, Φ, Ψ, Ω.  S₂ = [[D, −W], [−Wᵀ, γI]]
// at dual feasibility, and D ⪰ WWᵀ/γ.  The diagonal of Ψ is what makes the diagonal of the
// certificate's S agree with that of the iterate, or better it where D is the larger.
func (ip *interior) multipliers() lift.Multipliers {
	m, q := ip.m, len(ip.red.Fits)
	w := mat.NewDense(q, ip.c, nil)
	for i := range q {
		for a := range ip.c {
			w.Set(i, a, -ip.z[1].s.At(i, q+a))
		}
	}
	phi, psi, omega := mat.NewDense(m, m, nil), mat.NewDense(m, m, nil), mat.NewDense(m, m, nil)
	for e, p := range ip.pairs {
		half := ip.mult[e] / 2
		switch p.kind {
		case pairAA:
			phi.Set(p.i, p.j, half)
			phi.Set(p.j, p.i, half)
		case pairAB:
			psi.Set(p.i, p.j, half)
		case pairBB:
			omega.Set(p.i, p.j, half)
			omega.Set(p.j, p.i, half)
		}
	}
	var tmp, pulled mat.Dense
	tmp.Mul(ip.embed.T(), ip.z[1].s)
	pulled.Mul(&tmp, ip.embed)
	for i := range m {
		psi.Set(i, i, -(ip.z[0].s.At(i, i)+pulled.At(i, i))/2)
	}
	return ip.red.Multipliers(w, phi, psi, omega)
}

func (ip *interior) factor() lift.Factor { return factorOf(ip.z[0].z, ip.m) }
