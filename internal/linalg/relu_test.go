package linalg

import (
	"math"
	"testing"
)

func testKernels[T Real](t *testing.T) {
	rnd := newRand(t, 1)
	for _, n := range []int{0, 1, 2, 7, 16, 33} {
		x := make([]T, n)
		for i := range x {
			x[i] = T(rnd.NormFloat64())
		}
		if n > 3 {
			x[1], x[2], x[3] = 0, T(math.Copysign(0, -1)), T(math.Inf(1))
		}
		h := append([]T(nil), x...)
		Relu(h)
		masked, filled := make([]T, n), make([]T, n)
		for i := range masked {
			masked[i], filled[i] = T(i)-3, 5
		}
		MaskPositive(masked, h)
		FillPositive(filled, -2.5, h)
		for i, v := range x {
			want := max(v, 0)
			if h[i] != want || math.Signbit(float64(h[i])) {
				t.Errorf("n = %d: Relu of %v is %v", n, v, h[i])
			}
			active := v > 0
			if m := T(i) - 3; masked[i] != m && active || masked[i] != 0 && !active {
				t.Errorf("n = %d: %v where the activation is %v: masked to %v", n, m, h[i], masked[i])
			}
			if filled[i] != -2.5 && active || filled[i] != 0 && !active {
				t.Errorf("n = %d: filled with %v where the activation is %v", n, filled[i], h[i])
			}
		}
	}
}

func TestKernels(t *testing.T) {
	t.Run("float64", testKernels[float64])
	t.Run("float32", testKernels[float32])
}
