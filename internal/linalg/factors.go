package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/mat"
)

// Cholesky factors a symmetric positive definite n×n matrix in place, row-major
// with row stride lda ≥ n. With uplo [blas.Upper] the upper triangle of x is
// read and becomes U with A = UᵀU; with [blas.Lower] the lower triangle becomes
// L with A = LLᵀ. The other triangle is left alone.
//
// It returns false, with the triangle in an unspecified state, if a pivot is
// not a positive finite number: A is not numerically positive definite or has
// a NaN or an Inf in it.
func (a Algebra) Cholesky(uplo blas.Uplo, n int, x []float64, lda int) bool {
	if !a.dpotrf(uplo, n, x, lda) {
		return false
	}
	for i := range n {
		if pivot := x[i*lda+i]; !(pivot > 0) || math.IsInf(pivot, 1) {
			return false
		}
	}
	return true
}

// CholeskySolve solves A·X = B in place of the n×nrhs row-major b with row
// stride ldb, from the factor of A that Cholesky left in x (same uplo).
func (a Algebra) CholeskySolve(uplo blas.Uplo, n, nrhs int, x []float64, lda int, b []float64, ldb int) {
	first, second := blas.Trans, blas.NoTrans // UᵀU
	if uplo == blas.Lower {
		first, second = second, first
	}
	a.dtrsm(blas.Left, uplo, first, blas.NonUnit, n, nrhs, 1, x, lda, b, ldb)
	a.dtrsm(blas.Left, uplo, second, blas.NonUnit, n, nrhs, 1, x, lda, b, ldb)
}

// CholeskyInverse replaces the factor of A that Cholesky left in x by the same triangle of A⁻¹; false if a pivot is 0.
func (a Algebra) CholeskyInverse(uplo blas.Uplo, n int, x []float64, lda int) bool {
	return a.kernels().Dpotri(uplo, n, x, lda)
}

// LQ factors a wide x (n×d, n ≤ d) into l·q with l (n×n) lower triangular and the rows of q (n×d)
// orthonormal.  Its memory is that of q: mat.LQ makes a d×d matrix.
func (a Algebra) LQ(x *mat.Dense) (l, q *mat.Dense) {
	n, d := x.Dims()
	q = mat.DenseCopyOf(x)
	tau := make([]float64, n)
	query := make([]float64, 1)
	k, raw := a.kernels(), q.RawMatrix()
	k.Dgelqf(n, d, raw.Data, raw.Stride, tau, query, -1)
	work := make([]float64, int(query[0]))
	k.Dgelqf(n, d, raw.Data, raw.Stride, tau, work, len(work))
	l = mat.NewDense(n, n, nil)
	for i := range n {
		copy(l.RawRowView(i)[:i+1], q.RawRowView(i)[:i+1])
	}
	k.Dorglq(n, d, n, raw.Data, raw.Stride, tau, query, -1)
	work = make([]float64, int(query[0]))
	k.Dorglq(n, d, n, raw.Data, raw.Stride, tau, work, len(work))
	return l, q
}

// SVD computes the singular value decomposition X = U·diag(values)·Vᵀ of an m×n matrix with r = min(m, n) values in descending order,
// U m×r, V n×r.  x is not changed.  ok is false if the iteration does not converge or x holds a NaN or an Inf.
func (a Algebra) SVD(x mat.Matrix) (u *mat.Dense, values []float64, v *mat.Dense, ok bool) {
	m, n := x.Dims()
	r := min(m, n)
	u, vt := mat.NewDense(m, r, nil), mat.NewDense(r, n, nil)
	values, ok = a.gesvd(lapack.SVDStore, x, u.RawMatrix(), vt.RawMatrix())
	if !ok {
		return nil, nil, nil, false
	}
	return u, values, mat.DenseCopyOf(vt.T()), true
}

// SingularValues are the values of SVD alone.
func (a Algebra) SingularValues(x mat.Matrix) (values []float64, ok bool) {
	return a.gesvd(lapack.SVDNone, x, General{Stride: 1}, General{Stride: 1})
}

func (a Algebra) gesvd(job lapack.SVDJob, x mat.Matrix, u, vt General) (values []float64, ok bool) {
	m, n := x.Dims()
	raw := mat.DenseCopyOf(x).RawMatrix()
	for i := range m {
		if !finite(raw.Data[i*raw.Stride : i*raw.Stride+n]) {
			return nil, false
		}
	}
	values = make([]float64, min(m, n))
	k, query := a.kernels(), make([]float64, 1)
	k.Dgesvd(job, job, m, n, raw.Data, raw.Stride, values, u.Data, u.Stride, vt.Data, vt.Stride, query, -1)
	work := make([]float64, int(query[0]))
	ok = k.Dgesvd(job, job, m, n, raw.Data, raw.Stride, values, u.Data, u.Stride, vt.Data, vt.Stride, work, len(work))
	return values, ok
}

// Rank is the number of singular values, in descending order, above a part of the first.
func Rank(values []float64, part float64) int {
	rank := 0
	for rank < len(values) && values[rank] > part*values[0] {
		rank++
	}
	return rank
}
