// Package dense is the linear algebra under the solvers: gonum's interfaces,
// accelerated where the machine has an OpenBLAS.
//
// Init chooses a backend once, at program start:
//
//   - An OpenBLAS (or another library with the Fortran BLAS and LAPACK symbols)
//     found at run time is loaded with dlopen, without cgo. It is registered
//     with gonum's blas64.Use and lapack64.Use, so that everything built on its
//     mat package runs on it: products, Cholesky, symmetric eigenvalues, SVD.
//   - Otherwise gonum's own kernels in pure Go stay in place. That is also what
//     a program or test that never calls Init gets.
//
// The environment variable RELIFT_BLAS forces the choice; see [Init]. The build
// tag noblas, and every system other than Linux and macOS on amd64 or arm64,
// leaves the loader out.
//
// # Concurrency
//
// Every function here, and gonum's mat on top of the registered backend, may be
// called from several goroutines at once. With one BLAS thread ([SetThreads])
// calls run side by side, each on the calling goroutine. With more, one call at
// a time has all the threads and the others wait, because a threaded BLAS under
// several callers oversubscribes the processors and collapses. Small operations
// always run in pure Go on the calling goroutine and wait for nobody.
//
// # Reproducibility
//
// For a given backend and number of threads results are a function of the
// inputs only. Between backends or thread counts they differ by rounding.
package dense

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Backend tells which kernels are in use.
type Backend struct {
	// Name is "gonum" or the family of the loaded library, such as "OpenBLAS".
	Name string
	// Config is the library's own description of its version and build, such as
	// "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Cooperlake MAX_THREADS=64".
	// For gonum it is the module version where the binary records it.
	Config string
	// Path is the file of the loaded library, empty for gonum.
	Path string
	// Threads is how many threads a call of the kernels had at start-up, see
	// SetThreads; 1 for a library without any.
	Threads int
}

// String describes the backend on one line.
func (b Backend) String() string {
	s := b.Config
	if s == "" {
		s = b.Name
	}
	plural := "s"
	if b.Threads == 1 {
		plural = ""
	}
	if b.Path == "" {
		return fmt.Sprintf("%s, %d thread%s", s, b.Threads, plural)
	}
	return fmt.Sprintf("%s, %s, %d thread%s", s, b.Path, b.Threads, plural)
}

// accelerator is what a loaded library offers beyond gonum's two interfaces.
type accelerator interface {
	// setThreads waits for the calls under way, then sets the threads per call; it
	// returns how many there are, which is 1 for a library without threads.
	setThreads(n int) int
	// sideBySide begins (+1) and ends (−1) a time with one thread per call.
	sideBySide(change int)
	// eigenRange computes eigenpairs lo ≤ i < hi in ascending order of the
	// symmetric matrix whose upper triangle is in the n×n row-major a, which is
	// destroyed. With vectors the i-th is row i−lo of z ((hi−lo)×n row-major).
	// ok is false if the iteration fails; then a is spent as well.
	eigenRange(n int, a []float64, lo, hi int, vectors bool) (values, z []float64, ok bool)
}

// state is the one piece of package state: the backend, chosen once by Init.
var state struct {
	once    sync.Once
	backend Backend
	err     error
	library atomic.Pointer[accelerator] // nil for gonum
	threads atomic.Int32                // 0: not set, use the number of processors
	// abandoned: the library is not called any more.
	abandoned atomic.Bool
}

// Threads returns how many threads a call of the backend, and Parallel, may use.
func Threads() int {
	if n := state.threads.Load(); n > 0 {
		return int(n)
	}
	return runtime.GOMAXPROCS(0)
}

// SetThreads sets how many threads a call of the backend, and Parallel, may
// use. Values below 1 mean the number of processors ([runtime.GOMAXPROCS]),
// which is the default. It waits for calls under way. gonum's own kernels size
// themselves by GOMAXPROCS whatever is set here.
//
// It is meant for the start of a program. A change while a computation is
// running changes the rounding of its later steps.
func SetThreads(n int) {
	if n < 1 {
		n = runtime.GOMAXPROCS(0)
	}
	n = min(n, maxThreads)
	state.threads.Store(int32(n))
	if library := state.library.Load(); library != nil {
		(*library).setThreads(n)
	}
}

// Abandon has every later call run in pure Go on its own goroutine.  It is for a program that is about to end and must not
// wait for a call of the library that is still under way; there is no way back.
func Abandon() { state.abandoned.Store(true) }

// maxThreads is below the MAX_THREADS of every distribution's OpenBLAS.
const maxThreads = 64

// SideBySide runs f with one thread per call of the library, so that calls of several goroutines
// of f do not wait for each other.  It waits for calls under way, nests, and holds for the whole
// process: a call of somebody else has one thread meanwhile.
func SideBySide(f func()) {
	if library := state.library.Load(); library != nil {
		(*library).sideBySide(1)
		defer (*library).sideBySide(-1)
	}
	f()
}
