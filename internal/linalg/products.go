package linalg

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// General is a row-major matrix with the distance between its rows.
type General = blas64.General

// Gemm computes C = alpha·op(A)·op(B) + beta·C in place, op being the identity
// for [blas.NoTrans] and the transpose for [blas.Trans]. C must not overlap A
// or B. With beta = 0 the old content of C is not read. It panics if the shapes
// do not fit.
func (a Algebra) Gemm(tA, tB blas.Transpose, alpha float64, x, y General, beta float64, z General) {
	m, k := x.Rows, x.Cols
	if tA != blas.NoTrans {
		m, k = k, m
	}
	inner, n := y.Rows, y.Cols
	if tB != blas.NoTrans {
		inner, n = n, inner
	}
	if inner != k || z.Rows != m || z.Cols != n {
		panic(fmt.Sprintf("linalg: the product of %d×%d and %d×%d in %d×%d", m, k, inner, n, z.Rows, z.Cols))
	}
	if k == 0 {
		for i := range m {
			scale(beta, z.Data[i*z.Stride:i*z.Stride+n])
		}
		return
	}
	a.dgemm(tA, tB, m, n, k, alpha, x.Data, x.Stride, y.Data, y.Stride, beta, z.Data, z.Stride)
}

// Mul computes z = x·y, with the shape that it needs where z is empty.  x and y are matrices or transposes of such; one of them may be
// symmetric.  z must not overlap them.
func (a Algebra) Mul(z *mat.Dense, x, y mat.Matrix) {
	rows, _ := x.Dims()
	_, cols := y.Dims()
	if z.IsEmpty() {
		z.ReuseAs(rows, cols)
	}
	raw := z.RawMatrix()
	if s, isSymmetric := y.(mat.RawSymmetricer); isSymmetric {
		if left, t := general(x); t == blas.NoTrans {
			a.symm(blas.Right, s.RawSymmetric(), left, raw)
			return
		}
	}
	right, tB := general(y)
	if s, isSymmetric := x.(mat.RawSymmetricer); isSymmetric && tB == blas.NoTrans {
		a.symm(blas.Left, s.RawSymmetric(), right, raw)
		return
	}
	left, tA := general(x)
	a.Gemm(tA, tB, 1, left, right, 0, raw)
}

// symm computes Z = S·X or X·S with a symmetric S.
func (a Algebra) symm(side blas.Side, s blas64.Symmetric, x, z General) {
	inner := x.Cols
	if side == blas.Left {
		inner = x.Rows
	}
	if s.N != inner || z.Rows != x.Rows || z.Cols != x.Cols {
		panic(fmt.Sprintf("linalg: the product of %d×%d and a symmetric matrix of order %d in %d×%d", x.Rows, x.Cols, s.N, z.Rows, z.Cols))
	}
	a.dsymm(side, s.Uplo, x.Rows, x.Cols, 1, s.Data, s.Stride, x.Data, x.Stride, 0, z.Data, z.Stride)
}

// general returns the memory of a matrix, and how it is to be read; that of a copy where it has none of its own.
func general(x mat.Matrix) (General, blas.Transpose) {
	t := blas.NoTrans
	if tr, isTransposed := x.(mat.Transpose); isTransposed {
		x, t = tr.Matrix, blas.Trans
	}
	if raw, isDense := x.(mat.RawMatrixer); isDense {
		return raw.RawMatrix(), t
	}
	return mat.DenseCopyOf(x).RawMatrix(), t
}

// SymOuterK computes z = alpha·x·xᵀ, of the order that it needs where z is empty.
func (a Algebra) SymOuterK(z *mat.SymDense, alpha float64, x mat.Matrix) {
	if z.IsEmpty() {
		n, _ := x.Dims()
		z.ReuseAsSym(n)
	}
	a.SymRankK(z, alpha, x, 0)
}

// SymRankK computes z = alpha·x·xᵀ + beta·z.
func (a Algebra) SymRankK(z *mat.SymDense, alpha float64, x mat.Matrix, beta float64) {
	rows, t := general(x)
	a.Syrk(t, alpha, rows, beta, z.RawSymmetric())
}

// Syrk computes the triangle of Z = alpha·X·Xᵀ + beta·Z, or XᵀX for [blas.Trans], that z holds.
func (a Algebra) Syrk(t blas.Transpose, alpha float64, x General, beta float64, z blas64.Symmetric) {
	n, k := x.Rows, x.Cols
	if t != blas.NoTrans {
		n, k = k, n
	}
	if z.N != n {
		panic(fmt.Sprintf("linalg: products of %d vectors in a matrix of order %d", n, z.N))
	}
	a.dsyrk(z.Uplo, t, n, k, alpha, x.Data, x.Stride, beta, z.Data, z.Stride)
}

// Trsm solves op(T)·X = alpha·B or X·op(T) = alpha·B in place of B, with a triangular T.
func (a Algebra) Trsm(s blas.Side, t blas.Transpose, alpha float64, tri blas64.Triangular, b General) {
	order := b.Cols
	if s == blas.Left {
		order = b.Rows
	}
	if tri.N != order {
		panic(fmt.Sprintf("linalg: a triangle of order %d for %d×%d", tri.N, b.Rows, b.Cols))
	}
	a.dtrsm(s, tri.Uplo, t, tri.Diag, b.Rows, b.Cols, alpha, tri.Data, tri.Stride, b.Data, b.Stride)
}

// Gemv computes y = alpha·op(A)·x + beta·y.  With beta = 0 the old content of y is not read.
func (a Algebra) Gemv(t blas.Transpose, alpha float64, m General, x []float64, beta float64, y []float64) {
	in, out := m.Cols, m.Rows
	if t != blas.NoTrans {
		in, out = out, in
	}
	if len(x) != in || len(y) != out {
		panic(fmt.Sprintf("linalg: a %d×%d matrix takes %d numbers to %d", out, in, len(x), len(y)))
	}
	a.dgemv(t, m.Rows, m.Cols, alpha, m.Data, m.Stride, x, beta, y)
}

// Product computes C = op(A)·op(B) + beta·C for row-major matrices without gaps between their
// rows, C being m×n and the inner dimension k, in the precision of T.
func Product[T Real](algebra Algebra, tA, tB blas.Transpose, m, n, k int, a, b []T, beta T, c []T) {
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		scale(beta, c[:m*n])
		return
	}
	lda, ldb := k, n
	if tA != blas.NoTrans {
		lda = m
	}
	if tB != blas.NoTrans {
		ldb = k
	}
	switch a := any(a).(type) {
	case []float64:
		algebra.dgemm(tA, tB, m, n, k, 1, a, lda, any(b).([]float64), ldb, float64(beta), any(c).([]float64), n)
	case []float32:
		algebra.sgemm(tA, tB, m, n, k, 1, a, lda, any(b).([]float32), ldb, float32(beta), any(c).([]float32), n)
	}
}

// scale multiplies x by beta; with 0 the old content is not read.
func scale[T Real](beta T, x []T) {
	if beta == 0 {
		clear(x)
		return
	}
	for i := range x {
		x[i] *= beta
	}
}
