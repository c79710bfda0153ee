package linalg

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/mat"
)

// orders lie on both sides of every threshold.
var orders = []int{1, 2, 5, 8, 9, 24, 25, 63, 130}

// positiveDefinite returns GGᵀ/n + I, n×n with row stride n+2.
func positiveDefinite(g []float64, n int) (a []float64, lda int) {
	lda = n + 2
	a = make([]float64, n*lda)
	for i := range n {
		for j := range n {
			for k := range n {
				a[i*lda+j] += g[i*n+k] * g[j*n+k] / float64(n)
			}
		}
		a[i*lda+i]++
	}
	return a, lda
}

func TestCholeskyAgreesWithGonum(t *testing.T) { everywhere(t, testCholeskyAgreesWithGonum) }

func testCholeskyAgreesWithGonum(t *testing.T, algebra Algebra) {
	library := algebra.kernels()
	var reference lapackgonum.Implementation
	rnd := newRand(t, 3)
	for _, n := range orders {
		for _, ul := range triangles {
			a, lda := positiveDefinite(gaussian(rnd, n*n), n)
			want := clone(a)
			if !reference.Dpotrf(ul, n, want, lda) || !library.Dpotrf(ul, n, a, lda) {
				t.Fatalf("n=%d %c: not positive definite", n, ul)
			}
			requireClose(t, fmt.Sprintf("dpotrf n=%d %c", n, ul), a, want, 10)
			if !reference.Dpotri(ul, n, want, lda) || !library.Dpotri(ul, n, a, lda) {
				t.Fatalf("n=%d %c: singular", n, ul)
			}
			requireClose(t, fmt.Sprintf("dpotri n=%d %c", n, ul), a, want, 10)
		}
	}
}

func TestCholeskyRefuses(t *testing.T) { everywhere(t, testCholeskyRefuses) }

func testCholeskyRefuses(t *testing.T, algebra Algebra) {
	for _, n := range orders {
		for _, bad := range []float64{-1, 0, math.NaN(), math.Inf(1), math.Inf(-1)} {
			for _, at := range []int{0, n / 2, n - 1} {
				for _, ul := range triangles {
					a := make([]float64, n*n)
					for i := range n {
						a[i*n+i] = 1
					}
					a[at*n+at] = bad
					if algebra.Cholesky(ul, n, a, n) {
						t.Errorf("n=%d: diagonal element %d = %v was accepted as positive definite", n, at, bad)
					}
				}
			}
		}
	}
	// Indefinite by an off-diagonal element only.
	for _, n := range orders[1:] {
		a := make([]float64, n*n)
		for i := range n {
			a[i*n+i] = 1
		}
		a[n-1], a[(n-1)*n] = 1.0001, 1.0001
		if algebra.Cholesky(blas.Upper, n, a, n) {
			t.Errorf("n=%d: an indefinite matrix was accepted", n)
		}
		a[n-1], a[(n-1)*n] = math.NaN(), math.NaN()
		if algebra.Cholesky(blas.Lower, n, a, n) {
			t.Errorf("n=%d: a matrix with NaN off the diagonal was accepted", n)
		}
	}
}

func TestCholeskySolve(t *testing.T) { everywhere(t, testCholeskySolve) }

func testCholeskySolve(t *testing.T, algebra Algebra) {
	rnd := newRand(t, 4)
	for _, n := range orders {
		for _, ul := range triangles {
			a, lda := positiveDefinite(gaussian(rnd, n*n), n)
			const nrhs, ldb = 3, 5
			x := gaussian(rnd, n*ldb)
			b := clone(x)
			for i := range n {
				for j := range nrhs {
					b[i*ldb+j] = 0
					for k := range n {
						b[i*ldb+j] += a[i*lda+k] * x[k*ldb+j]
					}
				}
			}
			if !algebra.Cholesky(ul, n, a, lda) {
				t.Fatalf("n=%d: not positive definite", n)
			}
			algebra.CholeskySolve(ul, n, nrhs, a, lda, b, ldb)
			requireClose(t, fmt.Sprintf("n=%d %c", n, ul), b, x, 1000)
		}
	}
}

func symmetric(g []float64, n int) *mat.SymDense {
	a := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			a.SetSym(i, j, g[i*n+j])
		}
	}
	return a
}

// requireEigen checks AV = V·diag(w), VᵀV = I and the order of w.
func requireEigen(t *testing.T, what string, a mat.Symmetric, w []float64, v *mat.Dense) {
	t.Helper()
	var av, vtv mat.Dense
	av.Mul(a, v)
	vtv.Mul(v.T(), v)
	n, k := v.Dims()
	if k != len(w) {
		t.Fatalf("%s: %d values, %d vectors", what, len(w), k)
	}
	tolerance := 1e-13 * float64(n+10)
	for j := range k {
		if j > 0 && !(w[j-1] <= w[j]) {
			t.Fatalf("%s: values are not ascending: %v", what, w)
		}
		for i := range n {
			if r := av.At(i, j) - v.At(i, j)*w[j]; !(math.Abs(r) <= tolerance) {
				t.Fatalf("%s: residual %g at row %d of pair %d", what, r, i, j)
			}
		}
		for i := range k {
			want := 0.0
			if i == j {
				want = 1
			}
			if d := vtv.At(i, j) - want; !(math.Abs(d) <= tolerance) {
				t.Fatalf("%s: vectors %d and %d: inner product is off by %g", what, i, j, d)
			}
		}
	}
}

func TestDsyevAgreesWithGonum(t *testing.T) { everywhere(t, testDsyevAgreesWithGonum) }

func testDsyevAgreesWithGonum(t *testing.T, algebra Algebra) {
	library := algebra.kernels()
	var reference lapackgonum.Implementation
	rnd := newRand(t, 5)
	for _, n := range orders {
		for _, ul := range triangles {
			for _, job := range []lapack.EVJob{lapack.EVNone, lapack.EVCompute} {
				lda := n + 3
				a := gaussian(rnd, n*lda)
				full := mat.NewSymDense(n, nil)
				for i := range n {
					for j := i; j < n; j++ {
						if ul == blas.Upper {
							full.SetSym(i, j, a[i*lda+j])
						} else {
							full.SetSym(i, j, a[j*lda+i])
						}
					}
				}
				want, w := make([]float64, n), make([]float64, n)
				work := make([]float64, 64*n)
				if !reference.Dsyev(lapack.EVNone, ul, n, clone(a), lda, want, work, len(work)) {
					t.Fatal("gonum's iteration failed")
				}
				if !library.Dsyev(job, ul, n, a, lda, w, work, len(work)) {
					t.Fatal("the library's iteration failed")
				}
				what := fmt.Sprintf("n=%d %c", n, ul)
				requireClose(t, what, w, want, 100)
				if job == lapack.EVCompute {
					v := mat.NewDense(n, n, nil)
					for i := range n {
						v.SetRow(i, a[i*lda:i*lda+n])
					}
					requireEigen(t, what, full, w, v)
				}
			}
		}
	}
}

func TestEigenSym(t *testing.T) { everywhere(t, testEigenSym) }

func testEigenSym(t *testing.T, algebra Algebra) {
	rnd := newRand(t, 6)
	for _, n := range orders {
		a := symmetric(gaussian(rnd, n*n), n)
		w, v, ok := algebra.EigenSym(a, true)
		if !ok {
			t.Fatalf("n=%d failed", n)
		}
		requireEigen(t, fmt.Sprintf("n=%d", n), a, w, v)
		alone, none, ok := algebra.EigenSym(a, false)
		if !ok || none != nil {
			t.Fatalf("n=%d without vectors: ok %v, vectors %v", n, ok, none)
		}
		requireClose(t, "without vectors", alone, w, 100)
		a.SetSym(0, n-1, math.NaN())
		if _, _, ok := algebra.EigenSym(a, true); ok {
			t.Errorf("n=%d: a matrix with NaN has eigenvalues", n)
		}
		if _, _, ok := algebra.EigenSmallest(a, 1, true); ok {
			t.Errorf("n=%d: a matrix with NaN has a smallest eigenvalue", n)
		}
	}
}

func TestEigenRange(t *testing.T) { everywhere(t, testEigenRange) }

func testEigenRange(t *testing.T, algebra Algebra) {
	rnd := newRand(t, 7)
	for _, n := range []int{1, 2, 33, 60, 200} {
		a := symmetric(gaussian(rnd, n*n), n)
		all, _, ok := algebra.EigenSym(a, false)
		if !ok {
			t.Fatal("failed")
		}
		for _, r := range [][2]int{{0, 1}, {0, min(5, n)}, {n / 2, n/2 + 1}, {n - 1, n}, {0, n}} {
			what := fmt.Sprintf("n=%d range %v", n, r)
			w, v, ok := algebra.EigenRange(a, r[0], r[1], true)
			if !ok {
				t.Fatalf("%s failed", what)
			}
			requireClose(t, what, w, all[r[0]:r[1]], 100)
			requireEigen(t, what, a, w, v)
			w, _, ok = algebra.EigenRange(a, r[0], r[1], false)
			if !ok {
				t.Fatalf("%s failed without vectors", what)
			}
			requireClose(t, what, w, all[r[0]:r[1]], 100)
		}
	}
}

// TestEigenCluster is the solver's own case: a positive semidefinite matrix of
// low rank has most eigenvalues equal to zero.
func TestEigenCluster(t *testing.T) { everywhere(t, testEigenCluster) }

func testEigenCluster(t *testing.T, algebra Algebra) {
	rnd := newRand(t, 8)
	const n, rank = 150, 6
	r := mat.NewDense(n, rank, gaussian(rnd, n*rank))
	var a mat.SymDense
	a.SymOuterK(0.1, r)
	w, v, ok := algebra.EigenSmallest(&a, 10, true)
	if !ok {
		t.Fatal("failed")
	}
	requireEigen(t, "smallest", &a, w, v)
	for _, x := range w {
		if !(math.Abs(x) <= 1e-12) {
			t.Errorf("an eigenvalue of the null space is %g", x)
		}
	}
	zero := mat.NewSymDense(n, nil)
	if w, v, ok = algebra.EigenSmallest(zero, 3, true); !ok {
		t.Fatal("the zero matrix failed")
	}
	requireEigen(t, "zero matrix", zero, w, v)
}

func TestSVD(t *testing.T) { everywhere(t, testSVD) }

func testSVD(t *testing.T, algebra Algebra) {
	rnd := newRand(t, 9)
	for _, shape := range [][2]int{{5, 3}, {40, 40}, {120, 30}, {30, 120}, {20, 9}} {
		m, n := shape[0], shape[1]
		a := mat.NewDense(m, n, gaussian(rnd, m*n))
		u, values, v, ok := algebra.SVD(a)
		if !ok {
			t.Fatalf("%v failed", shape)
		}
		var scaled, product mat.Dense
		scaled.Mul(u, mat.NewDiagDense(len(values), values))
		product.Mul(&scaled, v.T())
		product.Sub(&product, a)
		if e := mat.Norm(&product, 2); !(e <= 1e-12) {
			t.Errorf("%v: ‖USVᵀ − A‖ = %g", shape, e)
		}
		for _, basis := range []*mat.Dense{u, v} {
			var gram mat.Dense
			gram.Mul(basis.T(), basis)
			for i := range values {
				gram.Set(i, i, gram.At(i, i)-1)
			}
			if e := mat.Norm(&gram, 2); !(e <= 1e-12) {
				t.Errorf("%v: vectors are orthonormal but for %g", shape, e)
			}
		}
		alone, ok := algebra.SingularValues(a)
		if !ok {
			t.Fatalf("%v failed without vectors", shape)
		}
		requireClose(t, "values", alone, values, 100)
		a.Set(0, n-1, math.NaN())
		if _, _, _, ok := algebra.SVD(a); ok {
			t.Errorf("%v with NaN has singular values", shape)
		}
	}
}

// TestConcurrentCallers holds that every one of many callers gets the right eigenvalues, and to the bit those that it gets alone.
func TestConcurrentCallers(t *testing.T) {
	const callers, rounds, n = 8, 6, 90
	rnd := newRand(t, 10)
	for name, algebra := range implementations(t) {
		t.Run(name, func(t *testing.T) {
			var wait sync.WaitGroup
			for caller := range callers {
				a := symmetric(gaussian(rnd, n*n), n)
				mine := algebra.WithThreads(1 + caller%3)
				alone, vectors, ok := mine.EigenSym(a, true)
				if !ok {
					t.Fatal("failed")
				}
				requireEigen(t, name, a, alone, vectors)
				wait.Go(func() {
					for range rounds {
						w, v, ok := mine.EigenSym(a, true)
						if !ok || !slices.Equal(w, alone) || !mat.Equal(v, vectors) {
							t.Errorf("caller %d: ok %v, and not what it gets alone", caller, ok)
							return
						}
					}
				})
			}
			wait.Wait()
		})
	}
}
