package linalg

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	blasgonum "gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
)

func testProduct[T Real](t *testing.T, algebra Algebra, tol float64) {
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
				Product(algebra, tA, tB, m, n, k, a, b, 0.5, c)
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
	everywhere(t, func(t *testing.T, algebra Algebra) {
		testProduct[float64](t, algebra, 1e-14)
		testProduct[float32](t, algebra, 2e-6)
	})
}

// TestMul compares products of matrices of all kinds with package mat.
func TestMul(t *testing.T) { everywhere(t, testMul) }

func testMul(t *testing.T, algebra Algebra) {
	rnd := newRand(t, 12)
	for _, n := range []int{1, 5, 40} {
		m, k := n+3, 2*n
		wide := mat.NewDense(m+1, k+2, gaussian(rnd, (m+1)*(k+2))).Slice(1, m+1, 1, k+1)
		tall := mat.NewDense(k, n, gaussian(rnd, k*n))
		s := symmetric(gaussian(rnd, k*k), k)
		for _, pair := range [][2]mat.Matrix{{wide, tall}, {tall.T(), wide.T()}, {wide, wide.T()}, {wide.T(), wide}, {wide, s}, {s, tall}, {tall.T(), s}, {s, wide.T()}, {s, s}} {
			var want, got mat.Dense
			want.Mul(pair[0], pair[1])
			algebra.Mul(&got, pair[0], pair[1])
			if !mat.EqualApprox(&got, &want, 1e-12) {
				t.Errorf("n = %d: the product of %T and %T is not that of package mat", n, pair[0], pair[1])
			}
		}
		var want, got mat.SymDense
		want.SymOuterK(-0.5, wide)
		algebra.SymOuterK(&got, -0.5, wide)
		if !mat.EqualApprox(&got, &want, 1e-12) {
			t.Errorf("n = %d: XXᵀ is not that of package mat", n)
		}
		want.SymRankK(&want, 2, wide)
		algebra.SymRankK(&got, 2, wide, 1)
		if !mat.EqualApprox(&got, &want, 1e-12) {
			t.Errorf("n = %d: XXᵀ + Z is not that of package mat", n)
		}
	}
}

// TestShapesThatDoNotFit holds that the functions on matrices panic where shapes do not fit, and not only where a slice is too short.
func TestShapesThatDoNotFit(t *testing.T) {
	a, b := mat.NewDense(3, 4, nil), mat.NewDense(3, 4, nil)
	everywhere(t, func(t *testing.T, algebra Algebra) {
		for name, call := range map[string]func(){
			"Gemm": func() {
				algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, a.RawMatrix(), b.RawMatrix(), 0, mat.NewDense(3, 4, nil).RawMatrix())
			},
			"Mul":       func() { algebra.Mul(new(mat.Dense), a, b) },
			"Mul into":  func() { algebra.Mul(mat.NewDense(4, 4, nil), a, b.T()) },
			"symmetric": func() { algebra.Mul(new(mat.Dense), a, mat.NewSymDense(3, nil)) },
			"SymOuterK": func() { algebra.SymOuterK(mat.NewSymDense(4, nil), 1, a) },
			"Gemv":      func() { algebra.Gemv(blas.NoTrans, 1, a.RawMatrix(), make([]float64, 3), 0, make([]float64, 3)) },
			"range":     func() { algebra.EigenRange(mat.NewSymDense(4, nil), 2, 2, false) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: no panic", name)
					}
				}()
				call()
			}()
		}
	})
}

// TestNoTermsNoRead: with an empty inner dimension a product is βC, and with β = 0 the old content, which may be NaN, is not read.
func TestNoTermsNoRead(t *testing.T) {
	everywhere(t, func(t *testing.T, algebra Algebra) {
		for _, n := range []int{1, 40, 200} {
			nan := make([]float64, n*n)
			for i := range nan {
				nan[i] = math.NaN()
			}
			one := mat.NewDense(n, n, nil)
			for i := range n {
				one.Set(i, i, 1)
			}
			c := General{Rows: n, Cols: n, Stride: n, Data: nan}
			algebra.Gemm(blas.NoTrans, blas.Trans, 2, one.RawMatrix(), one.RawMatrix(), 0, c)
			for i := range n {
				for j := range n {
					if want := 2 * one.At(i, j); c.Data[i*n+j] != want {
						t.Fatalf("n = %d: entry %d, %d is %v, expected %v", n, i, j, c.Data[i*n+j], want)
					}
				}
			}
			algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, General{Rows: n, Stride: 1}, General{Cols: n, Stride: n}, -3, c)
			if c.Data[0] != -6 || c.Data[n*n-1] != -6 {
				t.Errorf("n = %d: an empty product with β = −3 makes %v, %v of 2", n, c.Data[0], c.Data[n*n-1])
			}
		}
	})
}

// TestNaNSpreads: a NaN in a factor is in all of its row of the product, with every back end; a solver that looks at its result finds it.
func TestNaNSpreads(t *testing.T) {
	everywhere(t, func(t *testing.T, algebra Algebra) {
		rnd := newRand(t, 13)
		for _, n := range []int{3, 30, 200} {
			a, b := mat.NewDense(n, n, gaussian(rnd, n*n)), mat.NewDense(n, n, gaussian(rnd, n*n))
			a.Set(n/2, n-1, math.NaN())
			for _, tB := range []mat.Matrix{b, b.T()} {
				var c mat.Dense
				algebra.Mul(&c, a, tB)
				for j := range n {
					if !math.IsNaN(c.At(n/2, j)) || math.IsNaN(c.At(0, j)) {
						t.Fatalf("n = %d: column %d of the product has %v in the row with NaN and %v in the first", n, j, c.At(n/2, j), c.At(0, j))
					}
				}
			}
		}
	})
}

// TestGonumToTheBit: gonum's kernels here are those of its own package, which takes all processors.
func TestGonumToTheBit(t *testing.T) {
	rnd := newRand(t, 14)
	for _, s := range [][3]int{{64, 64, 64}, {130, 190, 70}, {300, 65, 129}, {1, 500, 90}, {500, 3, 1}} {
		m, n, k := s[0], s[1], s[2]
		for _, tA := range transposes {
			for _, tB := range transposes {
				lda, ldb := k, n
				if tA != blas.NoTrans {
					lda = m
				}
				if tB != blas.NoTrans {
					ldb = k
				}
				a, b, c := gaussian(rnd, m*k), gaussian(rnd, k*n), gaussian(rnd, m*n)
				want, want32 := clone(c), single(c)
				blasgonum.Implementation{}.Dgemm(tA, tB, m, n, k, -1.5, a, lda, b, ldb, 0.3, want, n)
				blasgonum.Implementation{}.Sgemm(tA, tB, m, n, k, -1.5, single(a), lda, single(b), ldb, 0.3, want32, n)
				got, got32 := clone(c), single(c)
				Gonum().kernels().Dgemm(tA, tB, m, n, k, -1.5, a, lda, b, ldb, 0.3, got, n)
				Gonum().kernels().Sgemm(tA, tB, m, n, k, -1.5, single(a), lda, single(b), ldb, 0.3, got32, n)
				if !slices.Equal(got, want) || !slices.Equal(got32, want32) {
					t.Fatalf("%v %c%c: not gonum's product", s, tA, tB)
				}
			}
		}
	}
}
