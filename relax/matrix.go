package relax

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

func amax(a []float64) float64 {
	var m float64
	for _, v := range a {
		m = max(m, math.Abs(v))
	}
	return m
}

// each splits the rows of an n×n matrix over goroutines: f gets a row and the range of its
// entries.
func each(algebra linalg.Algebra, n int, f func(row, lo, hi int)) {
	algebra.Parallel(n, 32, func(first, last int) {
		for i := first; i < last; i++ {
			f(i, i*n, (i+1)*n)
		}
	})
}

// balanced splits the rows of a lower triangle of order n over goroutines, each of which calls f with a loop
// over its rows.  They are taken first with last so that the triangle's work is even.
func balanced(algebra linalg.Algebra, n int, f func(rows func(func(i int)))) {
	algebra.Parallel((n+1)/2, 4, func(lo, hi int) {
		f(func(do func(i int)) {
			for i := lo; i < hi; i++ {
				do(i)
				if n-1-i != i {
					do(n - 1 - i)
				}
			}
		})
	})
}

// mirror copies the lower triangle of a to the upper.
func mirror(algebra linalg.Algebra, a *mat.Dense) {
	pairsOf(algebra, a, func(low, up *float64) { *up = *low })
}

// pairsOf calls f for the entries (i, j) and (j, i), j < i, of a square matrix, tile by tile.
func pairsOf(algebra linalg.Algebra, a *mat.Dense, f func(low, up *float64)) {
	n, _ := a.Dims()
	const tile = 64
	data := a.RawMatrix().Data
	algebra.Parallel((n+tile-1)/tile, 1, func(first, last int) {
		for bi := first; bi < last; bi++ {
			for bj := 0; bj <= bi; bj++ {
				for i := bi * tile; i < min(n, (bi+1)*tile); i++ {
					for j := bj * tile; j < min(i, (bj+1)*tile); j++ {
						f(&data[i*n+j], &data[j*n+i])
					}
				}
			}
		}
	})
}

func identity(n int) *mat.Dense {
	a := mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, i, 1)
	}
	return a
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

// block is a.Slice as a *mat.Dense.
func block(a *mat.Dense, i, j, k, l int) *mat.Dense { return a.Slice(i, j, k, l).(*mat.Dense) }

// gram returns X Xᵀ.
func gram(algebra linalg.Algebra, x *mat.Dense) *mat.Dense {
	m, _ := x.Dims()
	out := mat.NewDense(m, m, nil)
	algebra.Gemm(blas.NoTrans, blas.Trans, 1, x.RawMatrix(), x.RawMatrix(), 0, out.RawMatrix())
	mirror(algebra, out)
	return out
}

// balance replaces a square matrix by its symmetric part.
func balance(algebra linalg.Algebra, a *mat.Dense) {
	pairsOf(algebra, a, func(x, y *float64) {
		v := (*x + *y) / 2
		*x, *y = v, v
	})
}

// inverse returns the inverse of a symmetric positive definite matrix.
func inverse(algebra linalg.Algebra, a *mat.Dense) (*mat.Dense, bool) {
	n, _ := a.Dims()
	factor, out := mat.DenseCopyOf(a), identity(n)
	if !algebra.Cholesky(blas.Lower, n, factor.RawMatrix().Data, n) {
		return nil, false
	}
	algebra.CholeskySolve(blas.Lower, n, n, factor.RawMatrix().Data, n, out.RawMatrix().Data, n)
	balance(algebra, out)
	return out, true
}

// factorSystem factors the positive definite matrix that build assembles, given by its lower
// triangle, and returns a solver that works in place.  Where rounding has made the matrix
// indefinite it is built again and a tiny multiple of the diagonal added.
func factorSystem(algebra linalg.Algebra, build func() *mat.Dense) (solve func([]float64), ok bool) {
	for shift := 0.0; shift < 1e-6; shift = max(1e-15, 10*shift) {
		h := build()
		n, _ := h.Dims()
		// The system is scaled to a unit diagonal: its entries range over many decades.
		scale := make([]float64, n)
		for i := range n {
			v := h.At(i, i)
			if !(v > 0) || math.IsInf(v, 1) {
				return nil, false
			}
			scale[i] = 1 / math.Sqrt(v)
		}
		algebra.Parallel(n, 64, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				row := h.RawRowView(i)[:i+1]
				for j := range row {
					row[j] *= scale[i] * scale[j]
				}
				row[i] = 1 + shift
			}
		})
		data := h.RawMatrix().Data
		if !algebra.Cholesky(blas.Lower, n, data, n) {
			continue
		}
		return func(b []float64) {
			for i := range b {
				b[i] *= scale[i]
			}
			algebra.CholeskySolve(blas.Lower, n, 1, data, n, b, 1)
			for i := range b {
				b[i] *= scale[i]
			}
		}, true
	}
	return nil, false
}
