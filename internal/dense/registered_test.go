package dense

import (
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/mat"
)

// TestMatRunsOnTheLibrary holds that gonum's mat gives, to the last bit, what
// the library gives when it is called directly.
func TestMatRunsOnTheLibrary(t *testing.T) {
	if state.library.Load() == nil {
		t.Skip("the backend is pure Go")
	}
	defer SetThreads(0)
	SetThreads(2) // as anyLibrary sets it: the same threads, the same rounding
	library := anyLibrary(t)
	rnd := newRand(t, 11)
	const n = 150
	g := mat.NewDense(n, n, gaussian(rnd, n*n))

	var product mat.Dense
	product.Mul(g, g.T())
	direct := make([]float64, n*n)
	data := g.RawMatrix().Data
	library.blas.Dgemm(blas.NoTrans, blas.Trans, n, n, n, 1, data, n, clone(data), n, 0, direct, n)
	for i := range n {
		for j := range n {
			// mat may compute A·Aᵀ as a symmetric rank-k update.
			if d := product.At(i, j) - direct[i*n+j]; !(d <= 1e-11 && d >= -1e-11) {
				t.Fatalf("product (%d, %d) differs by %g", i, j, d)
			}
		}
	}

	a := mat.NewSymDense(n, nil)
	a.SymOuterK(1, g)
	for i := range n {
		a.SetSym(i, i, a.At(i, i)+1)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(a, true) {
		t.Fatal("mat.EigenSym failed")
	}
	work, w := make([]float64, 64*n), make([]float64, n)
	if !library.lapack.Dsyev(lapack.EVCompute, blas.Upper, n, clone(a.RawSymmetric().Data), n, w, work, len(work)) {
		t.Fatal("Dsyev failed")
	}
	for i, v := range eigen.Values(nil) {
		if v != w[i] {
			t.Fatalf("eigenvalue %d: mat %v, library %v", i, v, w[i])
		}
	}

	var cholesky mat.Cholesky
	if !cholesky.Factorize(a) {
		t.Fatal("mat.Cholesky failed")
	}
	factor := clone(a.RawSymmetric().Data)
	if !library.lapack.Dpotrf(blas.Upper, n, factor, n) {
		t.Fatal("Dpotrf failed")
	}
	u := cholesky.RawU()
	for i := range n {
		for j := i; j < n; j++ {
			if u.At(i, j) != factor[i*n+j] {
				t.Fatalf("factor (%d, %d): mat %v, library %v", i, j, u.At(i, j), factor[i*n+j])
			}
		}
	}
}
