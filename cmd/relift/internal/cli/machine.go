package cli

import (
	"runtime"
	"sync"

	"github.com/relift/relift/internal/linalg"
)

// chosenBLAS is the linear algebra that RELIFT_BLAS chooses, once in a process.
var chosenBLAS = sync.OnceValues(linalg.FromEnvironment)

// startBLAS chooses the linear algebra before any other use of it.
func startBLAS() error {
	_, err := chosenBLAS()
	return badInput(err)
}

// blas is the linear algebra in use; startBLAS has reported where it is not the one that was asked for.
func blas() linalg.Algebra {
	a, _ := chosenBLAS()
	return a.WithThreads(threads())
}

// blasName describes the linear algebra in use.
func blasName() string { return blas().Description().Name }

// useThreads limits the processor threads; 0 leaves all of them.
func useThreads(n int) {
	if n > 0 {
		runtime.GOMAXPROCS(n)
	}
}

// threads returns how many processor threads are used.
func threads() int { return linalg.Gonum().Threads() }
