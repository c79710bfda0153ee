package dense

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// Gemm computes C = alpha·op(A)·op(B) + beta·C in place, op being the identity
// for [blas.NoTrans] and the transpose for [blas.Trans]. C must not overlap A
// or B. With beta = 0 the old content of C is not read. It panics if the shapes
// do not fit.
func Gemm(tA, tB blas.Transpose, alpha float64, a, b *mat.Dense, beta float64, c *mat.Dense) {
	blas64.Gemm(tA, tB, alpha, a.RawMatrix(), b.RawMatrix(), beta, c.RawMatrix())
}

// Cholesky factors a symmetric positive definite n×n matrix in place, row-major
// with row stride lda ≥ n. With uplo [blas.Upper] the upper triangle of a is
// read and becomes U with A = UᵀU; with [blas.Lower] the lower triangle becomes
// L with A = LLᵀ. The other triangle is left alone.
//
// It returns false, with the triangle in an unspecified state, if a pivot is
// not a positive finite number: A is not numerically positive definite or has
// a NaN or an Inf in it.
func Cholesky(uplo blas.Uplo, n int, a []float64, lda int) bool {
	_, ok := lapack64.Potrf(blas64.Symmetric{Uplo: uplo, N: n, Data: a, Stride: lda})
	if !ok {
		return false
	}
	for i := range n {
		if pivot := a[i*lda+i]; !(pivot > 0) || math.IsInf(pivot, 1) {
			return false
		}
	}
	return true
}

// CholeskySolve solves A·X = B in place of the n×nrhs row-major b with row
// stride ldb, from the factor of A that Cholesky left in a (same uplo).
func CholeskySolve(uplo blas.Uplo, n, nrhs int, a []float64, lda int, b []float64, ldb int) {
	lapack64.Potrs(
		blas64.Triangular{Uplo: uplo, Diag: blas.NonUnit, N: n, Data: a, Stride: lda},
		blas64.General{Rows: n, Cols: nrhs, Data: b, Stride: ldb},
	)
}

// EigenSym computes the eigenvalues of the symmetric n×n matrix a in ascending
// order and, with vectors, an orthonormal matrix whose column i belongs to
// eigenvalue i. a is not changed. ok is false if the iteration does not converge
// or a holds a NaN or an Inf.
func EigenSym(a mat.Symmetric, vectors bool) (values []float64, columns *mat.Dense, ok bool) {
	if !finiteSymmetric(a) {
		return nil, nil, false
	}
	var e mat.EigenSym
	if !e.Factorize(a, vectors) {
		return nil, nil, false
	}
	values = e.Values(nil)
	if vectors {
		columns = new(mat.Dense)
		e.VectorsTo(columns)
	}
	return values, columns, true
}

// EigenRange computes the eigenpairs number lo ≤ i < hi (from 0, in ascending
// order of the eigenvalues) of the symmetric n×n matrix a. Column i−lo of the
// n×(hi−lo) matrix columns belongs to values[i−lo]; it is nil without vectors.
// a is not changed. ok is false as for EigenSym. It panics unless
// 0 ≤ lo < hi ≤ n.
//
// A loaded library computes only what is asked for (dsyevr); pure Go does the
// whole decomposition.
func EigenRange(a mat.Symmetric, lo, hi int, vectors bool) (values []float64, columns *mat.Dense, ok bool) {
	n := a.SymmetricDim()
	if lo < 0 || lo >= hi || hi > n {
		panic(fmt.Sprintf("dense: eigenpairs [%d, %d) of a matrix of order %d", lo, hi, n))
	}
	library := state.library.Load()
	if library != nil && !state.abandoned.Load() && rangeIsCheaper(n, hi-lo) && finiteSymmetric(a) {
		var full mat.SymDense
		full.ReuseAsSym(n)
		full.CopySym(a)
		values, rows, ok := (*library).eigenRange(n, full.RawSymmetric().Data, lo, hi, vectors)
		if ok && !vectors {
			return values, nil, true
		}
		if ok {
			columns = mat.DenseCopyOf(mat.NewDense(hi-lo, n, rows).T())
			return values, columns, true
		}
	}
	values, columns, ok = EigenSym(a, vectors)
	if !ok {
		return nil, nil, false
	}
	if vectors {
		columns = mat.DenseCopyOf(columns.Slice(0, n, lo, hi))
	}
	return append([]float64(nil), values[lo:hi]...), columns, true
}

// EigenSmallest computes the k smallest eigenvalues of a, 1 ≤ k ≤ n, and their
// eigenvectors (n×k); see EigenRange.
func EigenSmallest(a mat.Symmetric, k int, vectors bool) (values []float64, columns *mat.Dense, ok bool) {
	return EigenRange(a, 0, k, vectors)
}

// rangeIsCheaper tells when k of n eigenpairs are had sooner by bisection and
// inverse iteration than by a whole divide-and-conquer decomposition. Measured
// for n = 100, 500, 1000 (BenchmarkEigenSmallest): five pairs take half to two
// thirds of the time, n/4 of them at 500 twice as long.
func rangeIsCheaper(n, k int) bool { return n > 32 && k <= n/16 }

func finiteSymmetric(a mat.Symmetric) bool {
	n := a.SymmetricDim()
	for i := range n {
		for j := i; j < n; j++ {
			if v := a.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}
