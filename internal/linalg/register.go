package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// Register has gonum's packages, for the whole process, run on the algebra that current returns at each call, where it has a library.
func Register(current func() Algebra) {
	if current().backend == nil {
		return
	}
	blas64.Use(registered{current: current})
	blas32.Use(registered{current: current})
	lapack64.Use(registeredLAPACK{current: current})
}

type registered struct {
	goBLAS
	current func() Algebra
}

type registeredLAPACK struct {
	goLAPACK
	current func() Algebra
}

func (r registered) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	r.current().dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func (r registered) Dsyrk(ul blas.Uplo, t blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	r.current().dsyrk(ul, t, n, k, alpha, a, lda, beta, c, ldc)
}

func (r registered) Dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	r.current().dsymm(s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}

func (r registered) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	r.current().dtrsm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

func (r registered) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	r.current().kernels().Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
}

func (r registeredLAPACK) Dpotrf(ul blas.Uplo, n int, a []float64, lda int) bool {
	return r.current().dpotrf(ul, n, a, lda)
}

func (r registeredLAPACK) Dpotri(ul blas.Uplo, n int, a []float64, lda int) bool {
	return r.current().kernels().Dpotri(ul, n, a, lda)
}

func (r registeredLAPACK) Dsyev(jobz lapack.EVJob, ul blas.Uplo, n int, a []float64, lda int, w, work []float64, lwork int) bool {
	if lwork != -1 {
		for i := range n {
			if lo, hi := i, n; ul == blas.Upper && !finite(a[i*lda+lo:i*lda+hi]) || ul == blas.Lower && !finite(a[i*lda:i*lda+i+1]) {
				return false
			}
		}
	}
	return r.current().kernels().Dsyev(jobz, ul, n, a, lda, w, work, lwork)
}

func (r registeredLAPACK) Dgesvd(jobU, jobVT lapack.SVDJob, m, n int, a []float64, lda int, s, u []float64, ldu int, vt []float64, ldvt int, work []float64, lwork int) bool {
	if lwork != -1 {
		for i := range m {
			if !finite(a[i*lda : i*lda+n]) {
				return false
			}
		}
	}
	return r.current().kernels().Dgesvd(jobU, jobVT, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork)
}
