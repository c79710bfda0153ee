package relax

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/dense"
)

func dot(a, b []float64) float64 {
	return blas64.Dot(blas64.Vector{N: len(a), Inc: 1, Data: a}, blas64.Vector{N: len(b), Inc: 1, Data: b})
}

func axpy(s float64, x, y []float64) {
	blas64.Axpy(s, blas64.Vector{N: len(x), Inc: 1, Data: x}, blas64.Vector{N: len(y), Inc: 1, Data: y})
}

func norm(a []float64) float64 {
	return blas64.Nrm2(blas64.Vector{N: len(a), Inc: 1, Data: a})
}

func amax(a []float64) float64 {
	var m float64
	for _, v := range a {
		m = max(m, math.Abs(v))
	}
	return m
}

func scaled(a []float64, s float64) []float64 {
	out := make([]float64, len(a))
	for i, v := range a {
		out[i] = s * v
	}
	return out
}

// each splits the rows of an n×n matrix over goroutines: f gets a row and the range of its
// entries.
func each(n int, f func(row, lo, hi int)) {
	dense.Parallel(n, 32, func(first, last int) {
		for i := first; i < last; i++ {
			f(i, i*n, (i+1)*n)
		}
	})
}

// mirror copies the lower triangle of a to the upper.
func mirror(a *mat.Dense) {
	n, _ := a.Dims()
	const tile = 64
	data := a.RawMatrix().Data
	dense.Parallel((n+tile-1)/tile, 1, func(first, last int) {
		for bi := first; bi < last; bi++ {
			for bj := 0; bj <= bi; bj++ {
				for i := bi * tile; i < min(n, (bi+1)*tile); i++ {
					for j := bj * tile; j < min(i, (bj+1)*tile); j++ {
						data[j*n+i] = data[i*n+j]
					}
				}
			}
		}
	})
}

// quotient sets c = a/b entrywise, zero on the diagonal.
func quotient(c, a, b *mat.Dense) {
	n, _ := c.Dims()
	x, y, z := a.RawMatrix().Data, b.RawMatrix().Data, c.RawMatrix().Data
	each(n, func(i, lo, hi int) {
		for e := lo; e < hi; e++ {
			if e != i*n+i {
				z[e] = x[e] / y[e]
			}
		}
	})
}

func positiveOffDiagonal(a *mat.Dense) bool {
	n, _ := a.Dims()
	for e, v := range a.RawMatrix().Data {
		if !(v > 0) && e/n != e%n {
			return false
		}
	}
	return true
}

func identity(n int) *mat.Dense {
	a := mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, i, 1)
	}
	return a
}

// inverse returns the inverse and the Cholesky factor (upper, UᵀU) of a.
func inverse(a *mat.SymDense) (inv *mat.SymDense, factor blas64.Triangular, ok bool) {
	factor, ok = cholesky(a)
	if !ok {
		return nil, factor, false
	}
	full := identity(a.SymmetricDim())
	lapack64.Potrs(factor, full.RawMatrix())
	return symmetric(full), factor, true
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
	low, _, ok := dense.EigenSmallest(symmetric(g), 1, false)
	if !ok {
		return 0
	}
	if low[0] >= 0 {
		return limit
	}
	return min(limit, -1/low[0])
}

// maxStepVector returns the largest a ≤ limit with v + a·d ≥ 0.
func maxStepVector(v, d []float64, limit float64) float64 {
	for i := range v {
		if d[i] < 0 {
			limit = min(limit, -v[i]/d[i])
		}
	}
	return limit
}

// inner returns ⟨a, b⟩ = tr ab.
func inner(a, b *mat.SymDense) float64 {
	n := a.SymmetricDim()
	ra, rb := a.RawSymmetric(), b.RawSymmetric()
	var sum float64
	for i := range n {
		x, y := ra.Data[i*ra.Stride+i:i*ra.Stride+n], rb.Data[i*rb.Stride+i:i*rb.Stride+n]
		sum += 2*dot(x, y) - x[0]*y[0]
	}
	return sum
}

// cholesky returns the upper factor of a and whether a is positive definite.
func cholesky(a *mat.SymDense) (blas64.Triangular, bool) {
	u := mat.NewSymDense(a.SymmetricDim(), nil)
	u.CopySym(a)
	return lapack64.Potrf(u.RawSymmetric())
}

// factorSystem factors the leading nv×nv block of h, given by its lower triangle, and returns
// a solver that works in place.  A tiny multiple of the diagonal is added where rounding
// has made the block indefinite.
func factorSystem(h *mat.Dense, nv int) (solve func([]float64), ok bool) {
	raw := h.RawMatrix()
	diagonal := make([]float64, nv)
	for p := range nv {
		v := raw.Data[p*raw.Stride+p]
		if !(v > 0) {
			return nil, false
		}
		diagonal[p] = 1 / math.Sqrt(v)
	}
	for shift := 0.0; shift < 1e-6; shift = max(1e-15, 10*shift) {
		// The system is scaled to a unit diagonal: its entries range over many decades.
		a := make([]float64, nv*nv)
		for p := range nv {
			dst, src := a[p*nv:p*nv+p+1], raw.Data[p*raw.Stride:p*raw.Stride+p+1]
			for q := range dst {
				dst[q] = src[q] * diagonal[p] * diagonal[q]
			}
			dst[p] = 1 + shift
		}
		t, ok := lapack64.Potrf(blas64.Symmetric{N: nv, Stride: nv, Data: a, Uplo: 'L'})
		if !ok {
			continue
		}
		return func(b []float64) {
			for p := range b {
				b[p] *= diagonal[p]
			}
			lapack64.Potrs(t, blas64.General{Rows: nv, Cols: 1, Stride: 1, Data: b})
			for p := range b {
				b[p] *= diagonal[p]
			}
		}, true
	}
	return nil, false
}

// numericalRank counts the eigenvalues of z above 1e-6 of the largest.
func numericalRank(z *mat.SymDense) int {
	var eig mat.EigenSym
	if !eig.Factorize(z, false) {
		return z.SymmetricDim()
	}
	values := eig.Values(nil)
	rank := 0
	for _, v := range values {
		if v > 1e-6*values[len(values)-1] {
			rank++
		}
	}
	return rank
}

// symmetric returns (a + aᵀ)/2.
func symmetric(a *mat.Dense) *mat.SymDense {
	n, _ := a.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (a.At(i, j)+a.At(j, i))/2)
		}
	}
	return s
}

// addSym adds s·b to a.
func addSym(a *mat.SymDense, s float64, b *mat.SymDense) {
	n := a.SymmetricDim()
	ra, rb := a.RawSymmetric(), b.RawSymmetric()
	for i := range n {
		axpy(s, rb.Data[i*rb.Stride+i:i*rb.Stride+n], ra.Data[i*ra.Stride+i:i*ra.Stride+n])
	}
}

// sandwich returns the symmetric part of a·b·c.
func sandwich(a, b, c *mat.SymDense) *mat.SymDense {
	var ab, abc mat.Dense
	ab.Mul(a, b)
	abc.Mul(&ab, c)
	return symmetric(&abc)
}

// squared returns a as a full row-major square array of order n, zero outside a.
func squared(a *mat.SymDense, n int) []float64 {
	out := make([]float64, n*n)
	k := a.SymmetricDim()
	for i := range k {
		for j := i; j < k; j++ {
			v := a.At(i, j)
			out[i*n+j], out[j*n+i] = v, v
		}
	}
	return out
}
