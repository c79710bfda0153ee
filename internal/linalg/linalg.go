// Package linalg is the dense linear algebra under the solvers, behind one interface: gonum's kernels in pure Go, or an OpenBLAS
// found at run time.
//
// An [Algebra] is a back end with a number of threads for each call.  Whoever wants a computation done chooses one and passes it on;
// several can be in use at once.  Its zero value is gonum with all processors.
//
// # Back ends
//
// [Gonum] is always there.  [OpenBLAS] loads a shared library with the Fortran symbols of BLAS and LAPACK, with dlopen and without cgo;
// the build tag noblas, and every system other than Linux and macOS on amd64 or arm64, leaves the loader out.  [Choose] is the choice
// of a program's user by a word, such as the value of the environment variable RELIFT_BLAS.
//
// # Concurrency
//
// Every function may be called from several goroutines at once.  A back end's kernels run on the calling goroutine, and wait for nobody;
// an Algebra with several threads divides large operations among goroutines (split.go).  Goroutines that work beside each other take
// WithThreads(1).  Decompositions (eigenvalues, singular values, LQ) have one thread whatever is set: Parallel
// runs several beside each other.
//
// # Reproducibility
//
// For a given back end results are a function of the inputs only: they do not depend on the number of threads.  Between back ends they
// differ by rounding.
package linalg

import (
	"fmt"
	"runtime"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
)

// Algebra is dense linear algebra on a back end, with a number of threads for each call.  The zero value is gonum with as many threads
// as there are processors.  It is small and immutable: copy it, share it.
type Algebra struct {
	backend backend // nil: gonum
	threads int     // 0: as many as processors
}

// backend makes kernels.
type backend interface {
	describe() Description
	kernels() kernels
	// abandon has calls that begin later run in pure Go.
	abandon()
}

// kernels are what a back end has to offer, on the calling goroutine, for row-major matrices, with the arguments and the panics of gonum's packages blas and
// lapack.  The suite in suite_test.go says what they have to fulfil.
type kernels interface {
	Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int)
	Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int)
	Dsyrk(ul blas.Uplo, t blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int)
	Dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int)
	Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int)
	Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int)

	// Dpotrf factors a positive definite matrix; it refuses one whose factor has a NaN on its diagonal.
	Dpotrf(ul blas.Uplo, n int, a []float64, lda int) (ok bool)
	Dpotri(ul blas.Uplo, n int, a []float64, lda int) (ok bool)
	// Dsyev computes all eigenvalues, and eigenvectors as columns.  A matrix with NaN or Inf is for no iterative kernel: LAPACK may loop or
	// end the process on one.
	Dsyev(jobz lapack.EVJob, ul blas.Uplo, n int, a []float64, lda int, w, work []float64, lwork int) (ok bool)
	Dgesvd(jobU, jobVT lapack.SVDJob, m, n int, a []float64, lda int, s, u []float64, ldu int, vt []float64, ldvt int, work []float64, lwork int) (ok bool)
	// Dgelqf and Dorglq factor a wide matrix; lwork is −1 for a query of the workspace.
	Dgelqf(m, n int, a []float64, lda int, tau, work []float64, lwork int)
	Dorglq(m, n, k int, a []float64, lda int, tau, work []float64, lwork int)
	// eigenRange computes eigenpairs lo ≤ i < hi in ascending order of the symmetric matrix whose upper triangle is in the n×n
	// row-major a, which is destroyed.  With vectors the i-th is row i−lo of z ((hi−lo)×n row-major).  ok is false if the iteration
	// fails, or if the back end can do the whole decomposition only.
	eigenRange(n int, a []float64, lo, hi int, vectors bool) (values, z []float64, ok bool)
}

// maxThreads is below the MAX_THREADS, and half of it below the number of work buffers, of every distribution's OpenBLAS.
const maxThreads = 64

// Gonum returns the kernels in pure Go.
func Gonum() Algebra { return Algebra{} }

// WithThreads returns the same back end with n threads for each call; below 1, as many as there are processors
// ([runtime.GOMAXPROCS]).
func (a Algebra) WithThreads(n int) Algebra {
	a.threads = min(max(n, 0), maxThreads)
	return a
}

// Threads returns how many threads a call, and [Algebra.Parallel], may use.
func (a Algebra) Threads() int {
	if a.threads > 0 {
		return a.threads
	}
	return min(runtime.GOMAXPROCS(0), maxThreads)
}

// Abandon has every later call on this back end run in pure Go on its own goroutine.  It is for a program that is about to end and must
// not wait for a call of a library that is still under way; there is no way back.
func (a Algebra) Abandon() {
	if a.backend != nil {
		a.backend.abandon()
	}
}

// Description tells which kernels an Algebra has.
func (a Algebra) Description() Description {
	d := gonumDescription()
	if a.backend != nil {
		d = a.backend.describe()
	}
	d.Threads = a.Threads()
	return d
}

// String describes the kernels on one line.
func (a Algebra) String() string { return a.Description().String() }

func (a Algebra) kernels() kernels {
	if a.backend == nil {
		return gonumKernels{}
	}
	return a.backend.kernels()
}

// Description tells which kernels are in use.
type Description struct {
	// Name is "gonum" or the family of the loaded library, such as "OpenBLAS".
	Name string
	// Config is the library's own description of its version and build, such as
	// "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Cooperlake MAX_THREADS=64".
	// For gonum it is the module version where the binary records it.
	Config string
	// Path is the file of the loaded library, empty for gonum.
	Path string
	// Threads is how many a call has.
	Threads int
}

// String describes the kernels on one line.
func (d Description) String() string {
	s := d.Config
	if s == "" {
		s = d.Name
	}
	plural := "s"
	if d.Threads == 1 {
		plural = ""
	}
	if d.Path == "" {
		return fmt.Sprintf("%s, %d thread%s", s, d.Threads, plural)
	}
	return fmt.Sprintf("%s, %s, %d thread%s", s, d.Path, d.Threads, plural)
}
