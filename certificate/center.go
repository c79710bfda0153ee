package certificate

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// centering follows the central path of
//
//	min η  s.t.  S(δ, η) ⪰ 0,
//
// the minimisers of f(δ, η) = η/μ − log det S(δ, η) as μ falls.  On the path η
// exceeds its minimum by at most μ(m+k).
//
// With a_i = (e_i, 0) and b_i = (e_i, −x_i), so that a_iᵀz = α_i and b_iᵀz = β_i,
// the derivative of S in δ_i is a_ib_iᵀ + b_ia_iᵀ.  With Z = S⁻¹ and the Gram
// matrices A = aᵀZa, N = aᵀZb, P = bᵀZb
//
//	∂f/∂δ_i = −2N_ii,            ∂²f/∂δ_i∂δ_j = 2(A_ij P_ij + N_ij N_ji),
//	∂f/∂η   = 1/μ − tr Z_uu,     ∂²f/∂δ_i∂η   = 2(Za_i)_uᵀ(Zb_i)_u,   ∂²f/∂η² = ‖Z_uu‖²,
//
// where μZ tends to the moments Σ(α,u)(α,u)ᵀ of the relaxation and −2N_ii to the
// multiplier method's step for diag Σαβᵀ = 0.
type centering struct {
	b     *blocks
	delta []float64
	eta   float64
	mu    float64

	logDet  float64
	inverse *mat.Dense // (m+k)×(m+k), Z at (delta, eta), both triangles
	step    []float64  // m+1, Newton step in (δ, η)
	newton  float64    // Newton decrement squared
}

// assemble returns S(δ, η) in a full matrix whose upper triangle is set.
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

// factorize overwrites s by its upper Cholesky factor, after scaling rows and
// columns to a unit diagonal, which is returned.
func factorize(s *mat.Dense) (tri blas64.Triangular, scale []float64, ok bool) {
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
	tri, ok = lapack64.Potrf(blas64.Symmetric{N: n, Stride: n, Data: s.RawMatrix().Data, Uplo: blas.Upper})
	return tri, scale, ok
}

// logDeterminant returns log det S from its scaled Cholesky factor.
func logDeterminant(tri blas64.Triangular, scale []float64) float64 {
	sum := 0.0
	for i, s := range scale {
		sum += 2 * (math.Log(tri.Data[i*tri.Stride+i]) - math.Log(s))
	}
	return sum
}

// value returns log det S(δ, η); ok is false outside the cone.
func (b *blocks) value(delta []float64, eta float64) (logDet float64, ok bool) {
	tri, scale, ok := factorize(b.assemble(delta, eta))
	if !ok {
		return 0, false
	}
	logDet = logDeterminant(tri, scale)
	return logDet, !math.IsNaN(logDet) && !math.IsInf(logDet, 0)
}

// invert sets the inverse and log det at the current point.
func (c *centering) invert() bool {
	s := c.b.assemble(c.delta, c.eta)
	tri, scale, ok := factorize(s)
	if !ok {
		return false
	}
	c.logDet = logDeterminant(tri, scale)
	if _, ok = lapack64.Potri(tri); !ok {
		return false
	}
	n, _ := s.Dims()
	for i := range n {
		row := s.RawRowView(i)
		for j := i; j < n; j++ {
			row[j] *= scale[i] * scale[j]
			s.Set(j, i, row[j])
		}
	}
	c.inverse = s
	return true
}

// direction computes the Newton step and decrement of f at the current point.
func (c *centering) direction() bool {
	m := c.b.q.m
	x := c.b.q.x
	_, k := x.Dims()
	gradient, hessian := c.derivatives()
	n := m + 1
	// Jacobi scaling: the entries of δ differ by the squares of the multipliers.
	scale := make([]float64, n)
	for i := range scale {
		v := hessian.At(i, i)
		if !(v > 0) || math.IsInf(v, 0) {
			return false
		}
		scale[i] = 1 / math.Sqrt(v)
	}
	for i := range n {
		row := hessian.RawRowView(i)
		for j := i; j < n; j++ {
			row[j] *= scale[i] * scale[j]
		}
		row[i] += float64(n+k) * 0x1p-52
	}
	tri, ok := lapack64.Potrf(blas64.Symmetric{N: n, Stride: n, Data: hessian.RawMatrix().Data, Uplo: blas.Upper})
	if !ok {
		return false
	}
	step := make([]float64, n)
	for i := range step {
		step[i] = -gradient[i] * scale[i]
	}
	v := blas64.Vector{N: n, Inc: 1, Data: step}
	blas64.Trsv(blas.Trans, tri, v)
	c.newton = blas64.Dot(v, v)
	blas64.Trsv(blas.NoTrans, tri, v)
	for i := range step {
		step[i] *= scale[i]
	}
	c.step = step
	return !math.IsNaN(c.newton) && !math.IsInf(c.newton, 0)
}

// derivatives returns the gradient (m+1) and Hessian (m+1)×(m+1), upper
// triangle, of f at the current point.
func (c *centering) derivatives() (gradient []float64, hessian *mat.Dense) {
	m := c.b.q.m
	x := c.b.q.x
	_, k := x.Dims()
	zaa := c.inverse.Slice(0, m, 0, m).(*mat.Dense)
	zau := c.inverse.Slice(0, m, m, m+k).(*mat.Dense)
	zuu := c.inverse.Slice(m, m+k, m, m+k).(*mat.Dense)

	// N = Z_αα − Z_αu Xᵀ; rows of q are (Zb_i)_u.
	n := mat.DenseCopyOf(zaa)
	blas64.Gemm(blas.NoTrans, blas.Trans, -1, zau.RawMatrix(), x.RawMatrix(), 1, n.RawMatrix())
	q := mat.DenseCopyOf(zau)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, x.RawMatrix(), zuu.RawMatrix(), 1, q.RawMatrix())
	hessian = mat.NewDense(m+1, m+1, nil)
	p := hessian.Slice(0, m, 0, m).(*mat.Dense) // P = N − X qᵀ, then the Hessian
	p.Copy(n)
	blas64.Gemm(blas.NoTrans, blas.Trans, -1, x.RawMatrix(), q.RawMatrix(), 1, p.RawMatrix())

	gradient = make([]float64, m+1)
	for i := range m {
		row, a, ni := hessian.RawRowView(i), zaa.RawRowView(i), n.RawRowView(i)
		for j := i; j < m; j++ {
			row[j] = 2 * (a[j]*row[j] + ni[j]*n.At(j, i))
		}
		gradient[i] = -2 * ni[i]
		cross := 0.0
		for j, z := range zau.RawRowView(i) {
			cross += z * q.At(i, j)
		}
		row[m] = 2 * cross
	}
	trace, square := 0.0, 0.0
	for i := range k {
		trace += zuu.At(i, i)
		square += sumOfSquares(zuu.RawRowView(i))
	}
	gradient[m] = 1/c.mu - trace
	hessian.Set(m, m, square)
	return gradient, hessian
}

// advance takes one damped Newton step and reports whether f fell.
func (c *centering) advance() bool {
	current := c.eta/c.mu - c.logDet
	length := 1.0
	if decrement := math.Sqrt(c.newton); decrement > 0.9 {
		length = min(1, 4/(1+decrement))
	}
	m := c.b.q.m
	trial := make([]float64, m)
	for range 40 {
		for i := range trial {
			trial[i] = c.delta[i] + length*c.step[i]
		}
		eta := c.eta + length*c.step[m]
		if logDet, ok := c.b.value(trial, eta); ok {
			// A fall that rounding hides is still taken close to the centre.
			slack := 1e-12 * (math.Abs(logDet) + eta/c.mu)
			if eta/c.mu-logDet <= current-1e-4*length*c.newton || c.newton < 1e-3 && eta/c.mu-logDet <= current+slack {
				copy(c.delta, trial)
				c.eta = eta
				return true
			}
		}
		length /= 2
	}
	return false
}

// follow runs the path from a strictly feasible (δ, η) and calls visit at every
// point that is nearly central, until visit returns false, the gap μ(m+k) falls
// below gap·η, the steps run out or no progress is possible.
func (b *blocks) follow(ctx context.Context, delta []float64, eta, gap float64, steps int, visit func(c *centering) bool) {
	_, k := b.q.x.Dims()
	order := float64(b.q.m + k)
	c := &centering{b: b, delta: append([]float64(nil), delta...), eta: eta}
	for range steps {
		if ctx.Err() != nil || !c.invert() {
			return
		}
		if c.mu == 0 {
			// The μ for which η is already central.
			trace := 0.0
			for i := range k {
				trace += c.inverse.At(b.q.m+i, b.q.m+i)
			}
			c.mu = 1 / trace
		}
		if !c.direction() {
			return
		}
		if c.newton < 0.25 {
			if !visit(c) || c.mu*order <= gap*c.eta {
				return
			}
			c.mu *= 0.15
			if !c.direction() {
				return
			}
		}
		if !c.advance() {
			return
		}
	}
}
