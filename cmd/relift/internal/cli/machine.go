package cli

import (
	"runtime"

	"github.com/relift/relift/internal/dense"
)

// startBLAS chooses the linear algebra once, before any other use of it.
func startBLAS() error {
	_, err := dense.Init()
	return badInput(err)
}

// blasName describes the linear algebra in use.
func blasName() string {
	b, err := dense.Init()
	if err != nil {
		return "gonum"
	}
	return b.Name
}

// useThreads limits the processor threads; 0 leaves all of them.
func useThreads(n int) {
	if n > 0 {
		runtime.GOMAXPROCS(n)
	}
	dense.SetThreads(n)
}

// threads returns how many processor threads are used.
func threads() int { return dense.Threads() }
