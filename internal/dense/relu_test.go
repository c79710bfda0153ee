package dense

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
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

func testProduct[T Real](t *testing.T, tol float64) {
	rnd := newRand(t, 2)
	random := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(rnd.NormFloat64())
		}
		return x
	}
	for _, s := range [][3]int{{1, 1, 1}, {3, 4, 0}, {2, 3, 5}, {40, 17, 33}} {
		m, n, k := s[0], s[1], s[2]
		for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
			for _, tB := range []blas.Transpose{blas.NoTrans, blas.Trans} {
				a, b, c := random(m*k), random(k*n), random(m*n)
				want := make([]float64, m*n)
				for i := range m {
					for j := range n {
						sum := 0.5 * float64(c[i*n+j])
						for l := range k {
							va, vb := i*k+l, l*n+j
							if tA == blas.Trans {
								va = l*m + i
							}
							if tB == blas.Trans {
								vb = j*k + l
							}
							sum += float64(a[va]) * float64(b[vb])
						}
						want[i*n+j] = sum
					}
				}
				Product(tA, tB, m, n, k, a, b, 0.5, c)
				for i, v := range c {
					if math.Abs(float64(v)-want[i]) > tol*float64(k+1) {
						t.Fatalf("%d×%d×%d %c%c: entry %d is %v, expected %v", m, n, k, tA, tB, i, v, want[i])
					}
				}
			}
		}
	}
}

func TestProduct(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testProduct[float64](t, 1e-14) })
	t.Run("float32", func(t *testing.T) { testProduct[float32](t, 2e-6) })
}
