//go:build (linux || darwin) && (amd64 || arm64) && !noblas

package dense

import (
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"
)

// After Abandon nobody waits for a call of the library that is under way.
func TestAbandonWaitsForNobody(t *testing.T) {
	library := state.library.Load()
	if library == nil {
		t.Skip("no library is in use: RELIFT_BLAS=openblas tests this")
	}
	defer state.abandoned.Store(false)
	const n = 300
	a, b := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, i, 2)
	}
	gate := (*library).(*routines).gate
	gate.settings.Lock() // as a change of threads that waits for a long call
	defer gate.settings.Unlock()
	Abandon()
	done := make(chan bool)
	go func() {
		Gemm(blas.NoTrans, blas.NoTrans, 1, a, a, 0, b)
		_, _, ok := EigenRange(mat.NewSymDense(n, a.RawMatrix().Data), 0, 1, false)
		done <- ok
	}()
	select {
	case ok := <-done:
		if !ok || b.At(0, 0) != 4 || b.At(0, 1) != 0 {
			t.Errorf("the product begins with %v, %v", b.At(0, 0), b.At(0, 1))
		}
	case <-time.After(time.Minute):
		t.Fatal("a call waits for the library")
	}
}
