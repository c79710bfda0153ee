//go:build (linux || darwin) && (amd64 || arm64) && !noblas

package linalg

import (
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
)

// After Abandon nobody waits for a call of the library that is under way.
func TestAbandonWaitsForNobody(t *testing.T) {
	library, err := Choose(choiceAuto)
	if err != nil || library.backend == nil {
		t.Skip("no shared BLAS here")
	}
	routines := library.backend.(*routines)
	defer routines.abandoned.Store(false)
	const n = 300
	a := mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, i, 2)
	}
	routines.gate.enter(2) // as a long call
	defer routines.gate.leave()
	library.Abandon()
	done := make(chan bool)
	var b mat.Dense
	go func() {
		library.Mul(&b, a, a)
		_, _, ok := library.EigenRange(mat.NewSymDense(n, a.RawMatrix().Data), 0, 1, false)
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
