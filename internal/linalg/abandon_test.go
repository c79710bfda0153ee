//go:build (linux || darwin) && (amd64 || arm64) && !noblas

package linalg

import (
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
)

// After Abandon nobody waits for a call of the library that is under way.
func TestAbandonWaitsForNobody(t *testing.T) {
	algebra, err := Choose(choiceAuto)
	if err != nil || algebra.backend == nil {
		t.Skip("no shared BLAS here")
	}
	back := algebra.backend.(*library)
	defer back.abandoned.Store(false)
	const n = 300
	a := mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, i, 2)
	}
	for range cap(back.gate) { // as long calls
		back.gate.enter()
		defer back.gate.leave()
	}
	algebra.Abandon()
	done := make(chan bool)
	var b mat.Dense
	go func() {
		algebra.Mul(&b, a, a)
		_, _, ok := algebra.EigenRange(mat.NewSymDense(n, a.RawMatrix().Data), 0, 1, false)
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
