package certificate

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

// interior minimises κ over δ: it solves the pair
//
//	(D)  min η               s.t.  S(δ, η) ⪰ 0,
//	(P)  max −⟨S(0,0), M⟩    s.t.  tr M_uu = 1,  ⟨E_i, M⟩ = 0,  M ⪰ 0,
//
// by the primal–dual interior-point method with the HKM direction (Helmberg,
// Rendl, Vanderbei, Wolkowicz, An interior-point method for semidefinite
// programming, SIAM J. Optim. 6, 1996) and Mehrotra's corrector.  With a_i = (e_i, 0) and
// b_i = (e_i, −x_i), so that a_iᵀz = α_i and b_iᵀz = β_i, the derivative of S in δ_i
// is E_i = a_ib_iᵀ + b_ia_iᵀ, and in η it is F, the identity of the u-block.  M is the
// moment matrix Σ(α,u)(α,u)ᵀ of the relaxation with only diag Σαβᵀ = 0 left of its
// constraints.
type interior struct {
	b       *blocks
	delta   []float64
	eta     float64
	primal  *mat.Dense // M, (m+k)×(m+k)
	inverse *mat.Dense // Z = S⁻¹
	gap     float64    // ⟨M, S⟩

	lastPrimal, lastDual float64 // step lengths
}

// assemble returns S(δ, η), both triangles.
func (b *blocks) assemble(delta []float64, eta float64) *mat.Dense {
	m := b.q.m
	_, k := b.q.x.Dims()
	s := mat.NewDense(m+k, m+k, nil)
	for i := range m {
		row := s.RawRowView(i)
		copy(row[:m], b.a.RawRowView(i))
		row[i] += 2 * delta[i]
		copy(row[m:], b.c.RawRowView(i))
		addScaled(row[m:], -delta[i], b.q.x.RawRowView(i))
		for j, v := range row[m:] {
			s.Set(m+j, i, v)
		}
	}
	for i := range k {
		row := s.RawRowView(m + i)[m:]
		for j := range row {
			row[j] = -(b.d.At(i, j)/2 + b.d.At(j, i)/2)
		}
		row[i] += eta
	}
	return s
}

// factorize overwrites the upper triangle of s by its Cholesky factor, after
// scaling rows and columns to a unit diagonal by the returned factors.
func factorize(algebra linalg.Algebra, s *mat.Dense) (tri blas64.Triangular, scale []float64, ok bool) {
	n, _ := s.Dims()
	scale = make([]float64, n)
	for i := range n {
		v := s.At(i, i)
		if !(v > 0) || math.IsInf(v, 0) {
			return tri, nil, false
		}
		scale[i] = 1 / math.Sqrt(v)
	}
	for i := range n {
		row := s.RawRowView(i)
		for j := i; j < n; j++ {
			row[j] *= scale[i] * scale[j]
		}
	}
	tri = blas64.Triangular{N: n, Stride: n, Data: s.RawMatrix().Data, Uplo: blas.Upper, Diag: blas.NonUnit}
	return tri, scale, algebra.Cholesky(tri.Uplo, n, tri.Data, tri.Stride)
}

// definite reports whether a Cholesky factorization of s succeeds; it overwrites s.
func definite(algebra linalg.Algebra, s *mat.Dense) bool {
	_, _, ok := factorize(algebra, s)
	return ok
}

// invert returns the inverse of s, both triangles; it overwrites s.
func invert(algebra linalg.Algebra, s *mat.Dense) (*mat.Dense, bool) {
	tri, scale, ok := factorize(algebra, s)
	if !ok {
		return nil, false
	}
	if !algebra.CholeskyInverse(tri.Uplo, tri.N, tri.Data, tri.Stride) {
		return nil, false
	}
	n, _ := s.Dims()
	for i := range n {
		row := s.RawRowView(i)
		for j := i; j < n; j++ {
			row[j] *= scale[i] * scale[j]
			s.Set(j, i, row[j])
		}
	}
	return s, true
}

// gram holds the products of the a_i and b_i in the inner product of a symmetric
// matrix Z of order m+k.
type gram struct {
	algebra       linalg.Algebra
	zaa, zau, zuu *mat.Dense // blocks of Z; zaa is aᵀZa, row i of zau is (Za_i)_u
	n             *mat.Dense // m×m, aᵀZb
	bu            *mat.Dense // m×k, row i is (Zb_i)_u
}

func newGram(algebra linalg.Algebra, z, x *mat.Dense) gram {
	m, k := x.Dims()
	g := gram{
		algebra: algebra,
		zaa:     z.Slice(0, m, 0, m).(*mat.Dense),
		zau:     z.Slice(0, m, m, m+k).(*mat.Dense),
		zuu:     z.Slice(m, m+k, m, m+k).(*mat.Dense),
	}
	g.n = mat.DenseCopyOf(g.zaa)
	algebra.Gemm(blas.NoTrans, blas.Trans, -1, g.zau.RawMatrix(), x.RawMatrix(), 1, g.n.RawMatrix())
	g.bu = mat.DenseCopyOf(g.zau)
	algebra.Gemm(blas.NoTrans, blas.NoTrans, -1, x.RawMatrix(), g.zuu.RawMatrix(), 1, g.bu.RawMatrix())
	return g
}

// addProducts adds (bᵀZb)_ij·other_ij to the upper triangle of dst.
func (g gram) addProducts(dst, other, x *mat.Dense) {
	p := mat.DenseCopyOf(g.n) // bᵀZb = N − X (Zb)_uᵀ
	g.algebra.Gemm(blas.NoTrans, blas.Trans, -1, x.RawMatrix(), g.bu.RawMatrix(), 1, p.RawMatrix())
	m, _ := p.Dims()
	for i := range m {
		row, a, b := dst.RawRowView(i), p.RawRowView(i), other.RawRowView(i)
		for j := i; j < m; j++ {
			row[j] += a[j] * b[j]
		}
	}
}

// schur returns the upper triangle of the matrix ⟨E_i, M E_j Z⟩ of order m+1,
// the last row and column for F:
//
//	⟨E_i, M E_j Z⟩ = (aMa)(bZb) + (bMb)(aZa) + (aMb)(bZa) + (bMa)(aZb)   at (i, j).
func schur(p, z gram, x *mat.Dense) *mat.Dense {
	m, _ := x.Dims()
	s := mat.NewDense(m+1, m+1, nil)
	z.addProducts(s, p.zaa, x)
	p.addProducts(s, z.zaa, x)
	for i := range m {
		row, pn, zn := s.RawRowView(i), p.n.RawRowView(i), z.n.RawRowView(i)
		for j := i; j < m; j++ {
			row[j] += pn[j]*z.n.At(j, i) + p.n.At(j, i)*zn[j]
		}
		row[m] = linalg.Dot(p.bu.RawRowView(i), z.zau.RawRowView(i)) + linalg.Dot(p.zau.RawRowView(i), z.bu.RawRowView(i))
	}
	sum := 0.0
	k, _ := p.zuu.Dims()
	for i := range k {
		sum += linalg.Dot(p.zuu.RawRowView(i), z.zuu.RawRowView(i))
	}
	s.Set(m, m, sum)
	return s
}

// system is a factorized Schur matrix.
type system struct {
	algebra linalg.Algebra
	tri     blas64.Triangular
	scale   []float64
}

// newSystem factorizes the positive definite s given by its upper triangle, which
// it overwrites.
func newSystem(algebra linalg.Algebra, s *mat.Dense) (system, bool) {
	n, _ := s.Dims()
	for i := range n { // against semidefiniteness to rounding, relative to the diagonal
		s.Set(i, i, s.At(i, i)*(1+float64(n)*0x1p-52))
	}
	tri, scale, ok := factorize(algebra, s)
	return system{algebra, tri, scale}, ok
}

// solve returns the solution for a right-hand side; ok is false if it overflows.
func (y system) solve(right []float64) (out []float64, ok bool) {
	out = make([]float64, len(right))
	for i := range out {
		out[i] = right[i] * y.scale[i]
	}
	y.algebra.CholeskySolve(y.tri.Uplo, len(out), 1, y.tri.Data, y.tri.Stride, out, 1)
	for i := range out {
		out[i] *= y.scale[i]
		if math.IsNaN(out[i]) || math.IsInf(out[i], 0) {
			return nil, false
		}
	}
	return out, true
}

// move is a search direction.
type move struct {
	dual   []float64  // m+1, in (δ, η)
	primal *mat.Dense // ΔM
	slope  *mat.Dense // ΔS Z, not symmetric
}

// direction solves the linearised system for M S = μI,
//
//	⟨E_i, M + ΔM⟩ = 0,  tr(M + ΔM)_uu = 1,  M + ΔM = μZ − sym(M ΔS Z) − correction,
//
// where correction is the symmetric second-order term sym(ΔM ΔS Z) of the
// predictor (Mehrotra), or nil.
func (c *interior) direction(y system, z gram, mu float64, correction *mat.Dense) (move, bool) {
	x := c.b.q.x
	m, k := x.Dims()
	order := m + k
	right := make([]float64, m+1)
	for i := range m {
		right[i] = 2 * mu * z.n.At(i, i)
		if correction != nil {
			row := correction.RawRowView(i)
			right[i] -= 2 * (row[i] - linalg.Dot(row[m:], x.RawRowView(i)))
		}
	}
	for i := range k {
		right[m] += mu * z.zuu.At(i, i)
		if correction != nil {
			right[m] -= correction.At(m+i, m+i)
		}
	}
	right[m]--
	dual, ok := y.solve(right)
	if !ok {
		return move{}, false
	}

	// ΔS Z with ΔS = Σ Δδ_i E_i + Δη F.
	slope := mat.NewDense(order, order, nil)
	zu := c.inverse.Slice(m, order, 0, order).(*mat.Dense)
	za := c.inverse.Slice(0, m, 0, order).(*mat.Dense)
	top := slope.Slice(0, m, 0, order).(*mat.Dense)
	bottom := slope.Slice(m, order, 0, order).(*mat.Dense)
	z.algebra.Gemm(blas.NoTrans, blas.NoTrans, -1, x.RawMatrix(), zu.RawMatrix(), 0, top.RawMatrix())
	scaled := mat.NewDense(m, k, nil) // diag(Δδ) X
	for i := range m {
		row, zi := top.RawRowView(i), c.inverse.RawRowView(i)
		for j := range row {
			row[j] = dual[i] * (row[j] + 2*zi[j])
		}
		addScaled(scaled.RawRowView(i), dual[i], x.RawRowView(i))
	}
	z.algebra.Gemm(blas.Trans, blas.NoTrans, -1, scaled.RawMatrix(), za.RawMatrix(), 0, bottom.RawMatrix())
	for i := range k {
		addScaled(bottom.RawRowView(i), dual[m], zu.RawRowView(i))
	}

	primal := symmetricProduct(z.algebra, c.primal, slope)
	for i := range order {
		row, zi, mi := primal.RawRowView(i), c.inverse.RawRowView(i), c.primal.RawRowView(i)
		for j := range row {
			row[j] = mu*zi[j] - mi[j] - row[j]
		}
		if correction != nil {
			addScaled(row, -1, correction.RawRowView(i))
		}
	}
	return move{dual, primal, slope}, true
}

// symmetricProduct returns (ab + (ab)ᵀ)/2.
func symmetricProduct(algebra linalg.Algebra, a, b *mat.Dense) *mat.Dense {
	n, _ := a.Dims()
	p := mat.NewDense(n, n, nil)
	algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, a.RawMatrix(), b.RawMatrix(), 0, p.RawMatrix())
	for i := range n {
		row := p.RawRowView(i)
		for j := i + 1; j < n; j++ {
			v := row[j]/2 + p.At(j, i)/2
			row[j] = v
			p.Set(j, i, v)
		}
	}
	return p
}

// step moves to the next iterate with the centering parameter sigma and returns
// the step lengths taken; ok is false when no progress is possible.
func (c *interior) step(sigma float64) (primal, dual float64, ok bool) {
	b, x, algebra := c.b, c.b.q.x, c.b.q.algebra
	m, k := x.Dims()
	z := newGram(algebra, c.inverse, x)
	y, ok := newSystem(algebra, schur(newGram(algebra, c.primal, x), z, x))
	if !ok {
		return 0, 0, false
	}
	predictor, ok := c.direction(y, z, 0, nil)
	if !ok {
		return 0, 0, false
	}
	correction := symmetricProduct(algebra, predictor.primal, predictor.slope)
	next, ok := c.direction(y, z, sigma*c.gap/float64(m+k), correction)
	if !ok {
		return 0, 0, false
	}

	trial := make([]float64, m)
	dual = lineSearch(c.lastDual, func(length float64) bool {
		for i := range trial {
			trial[i] = c.delta[i] + length*next.dual[i]
		}
		return definite(algebra, b.assemble(trial, c.eta+length*next.dual[m]))
	})
	work := next.slope
	primal = lineSearch(c.lastPrimal, func(length float64) bool {
		work.Scale(length, next.primal)
		work.Add(work, c.primal)
		return definite(algebra, work)
	})
	if dual == 0 || primal == 0 {
		return primal, dual, false
	}
	c.lastPrimal, c.lastDual = primal, dual
	for i := range c.delta {
		c.delta[i] += dual * next.dual[i]
	}
	c.eta += dual * next.dual[m]
	next.primal.Scale(primal, next.primal)
	c.primal.Add(c.primal, next.primal)
	return primal, dual, c.refresh()
}

// refresh computes Z and the gap at the current point.
func (c *interior) refresh() bool {
	s := c.b.assemble(c.delta, c.eta)
	c.gap = 0
	n, _ := s.Dims()
	if c.primal != nil {
		for i := range n {
			c.gap += linalg.Dot(s.RawRowView(i), c.primal.RawRowView(i))
		}
	}
	var ok bool
	c.inverse, ok = invert(c.b.q.algebra, s)
	return ok && !math.IsNaN(c.gap)
}

// lineSearch returns a step length in (0, 1] a little inside of what inside
// accepts, 0 when there is none.  It begins a little beyond the previous length:
// each try costs a factorization.
func lineSearch(previous float64, inside func(length float64) bool) float64 {
	length := min(1, 2.2*previous)
	for range 40 {
		if inside(length) {
			if length == 1 {
				return 1
			}
			return 0.95 * length
		}
		length *= 0.75
	}
	return 0
}

// follow runs the method from a strictly feasible (δ, η) and calls visit at every
// iterate, all of which are strictly feasible, until visit returns false, the gap
// falls below tolerance·η, the steps run out or no progress is possible.
func (b *blocks) follow(ctx context.Context, delta []float64, eta, tolerance float64, steps int, visit func(c *interior) bool) {
	m, k := b.q.x.Dims()
	c := &interior{b: b, delta: append([]float64(nil), delta...), eta: eta, lastPrimal: 1, lastDual: 1}
	if !c.refresh() {
		return
	}
	// M = μZ with tr M_uu = 1 starts on the central path's primal side.
	trace := 0.0
	for i := range k {
		trace += c.inverse.At(m+i, m+i)
	}
	c.primal = mat.DenseCopyOf(c.inverse)
	c.primal.Scale(1/trace, c.primal)
	c.gap = float64(m+k) / trace
	sigma := 0.3
	for range steps {
		if ctx.Err() != nil || c.gap <= tolerance*c.eta {
			return
		}
		primal, dual, ok := c.step(sigma)
		if !ok || !visit(c) {
			return
		}
		switch shortest := min(primal, dual); {
		case shortest > 0.9:
			sigma = 0.02
		case shortest > 0.5:
			sigma = 0.15
		default:
			sigma = 0.5
		}
	}
}
