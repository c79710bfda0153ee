// Package dense is package linalg with one algebra for the whole process, for callers that are not given one.
//
// Init chooses it, at program start, by the environment variable RELIFT_BLAS; without Init it is gonum.  Package mat runs on it as well.
package dense

import (
	"sync"
	"sync/atomic"

	"github.com/relift/relift/internal/linalg"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"
)

// Backend tells which kernels are in use.
type Backend = linalg.Description

// Real is a floating-point number.
type Real = linalg.Real

var state struct {
	once    sync.Once
	algebra linalg.Algebra // set by Init
	err     error
	ready   atomic.Bool
	threads atomic.Int32 // 0: as many as processors
	beside  atomic.Int32 // SideBySides under way
}

// Algebra returns the algebra of the process, with the threads that are set.
func Algebra() linalg.Algebra {
	var a linalg.Algebra
	if state.ready.Load() {
		a = state.algebra
	}
	if state.beside.Load() > 0 {
		return a.WithThreads(1)
	}
	return a.WithThreads(int(state.threads.Load()))
}

// Init chooses the back end; see [linalg.Choose].  On error gonum stays in place.
func Init() (Backend, error) {
	state.once.Do(func() {
		state.algebra, state.err = linalg.FromEnvironment()
		state.ready.Store(true)
		linalg.Register(Algebra)
	})
	return Algebra().Description(), state.err
}

// Threads returns how many threads a call, and Parallel, may use.
func Threads() int { return state.algebra.WithThreads(int(state.threads.Load())).Threads() }

// SetThreads sets how many threads a call, and Parallel, may use; below 1, as many as processors.
func SetThreads(n int) { state.threads.Store(int32(max(n, 0))) }

// Abandon has every later call run in pure Go on its own goroutine.
func Abandon() { Algebra().Abandon() }

// SideBySide runs f with one thread for each call in the whole process.
func SideBySide(f func()) {
	state.beside.Add(1)
	defer state.beside.Add(-1)
	f()
}

// Parallel calls f on ranges of 0 ≤ i < n; see [linalg.Algebra.Parallel].
func Parallel(n, grain int, f func(lo, hi int)) {
	Algebra().WithThreads(Threads()).Parallel(n, grain, f)
}

// Gemm computes C = alpha·op(A)·op(B) + beta·C.
func Gemm(tA, tB blas.Transpose, alpha float64, a, b *mat.Dense, beta float64, c *mat.Dense) {
	Algebra().Gemm(tA, tB, alpha, a.RawMatrix(), b.RawMatrix(), beta, c.RawMatrix())
}

// Cholesky factors in place.
func Cholesky(uplo blas.Uplo, n int, a []float64, lda int) bool {
	return Algebra().Cholesky(uplo, n, a, lda)
}

// CholeskySolve solves with a factor.
func CholeskySolve(uplo blas.Uplo, n, nrhs int, a []float64, lda int, b []float64, ldb int) {
	Algebra().CholeskySolve(uplo, n, nrhs, a, lda, b, ldb)
}

// EigenSym computes all eigenvalues.
func EigenSym(a mat.Symmetric, vectors bool) (values []float64, columns *mat.Dense, ok bool) {
	return Algebra().EigenSym(a, vectors)
}

// EigenRange computes some eigenpairs.
func EigenRange(a mat.Symmetric, lo, hi int, vectors bool) (values []float64, columns *mat.Dense, ok bool) {
	return Algebra().EigenRange(a, lo, hi, vectors)
}

// EigenSmallest computes the smallest eigenpairs.
func EigenSmallest(a mat.Symmetric, k int, vectors bool) (values []float64, columns *mat.Dense, ok bool) {
	return Algebra().EigenSmallest(a, k, vectors)
}

// LQ factors a wide matrix.
func LQ(x *mat.Dense) (l, q *mat.Dense) { return Algebra().LQ(x) }

// Product computes a product in the precision of T.
func Product[T Real](tA, tB blas.Transpose, m, n, k int, a, b []T, beta T, c []T) {
	linalg.Product(Algebra(), tA, tB, m, n, k, a, b, beta, c)
}

// Relu replaces the negative numbers of x by 0.
func Relu[T Real](x []T) { linalg.Relu(x) }

// MaskPositive replaces x[i] by 0 where h[i] is 0.
func MaskPositive[T Real](x, h []T) { linalg.MaskPositive(x, h) }

// FillPositive sets x[i] to value where h[i] is positive, and to 0 elsewhere.
func FillPositive[T Real](x []T, value T, h []T) { linalg.FillPositive(x, value, h) }
