package dense

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/blas"
	blasgonum "gonum.org/v1/gonum/blas/gonum"
)

// anyLibrary returns the library that RELIFT_BLAS asks for; where that is pure Go,
// the first one that loads.
func anyLibrary(tb testing.TB) *loaded {
	tb.Helper()
	choice := os.Getenv(EnvBackend)
	if choice == choiceGonum {
		choice = choiceAuto
	}
	library, err := choose(choice)
	if err != nil {
		tb.Fatal(err)
	}
	if library == nil {
		tb.Skip("no shared BLAS here")
	}
	library.setThreads(2)
	return library
}

// requireClose compares whole slices, the parts between rows included, so that
// a write outside the matrix shows.
func requireClose(t *testing.T, what string, got, want []float64, scale float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-13*scale) {
			t.Fatalf("%s: element %d is %v, gonum has %v", what, i, got[i], want[i])
		}
	}
}

var (
	transposes = []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}
	triangles  = []blas.Uplo{blas.Upper, blas.Lower}
	sides      = []blas.Side{blas.Left, blas.Right}
	diagonals  = []blas.Diag{blas.NonUnit, blas.Unit}
	scalars    = []float64{0, 1, -0.7}
)

func pick[T any](rnd *rand.Rand, from []T) T { return from[rnd.IntN(len(from))] }

// matrix is rows×cols with a random stride and a little room behind.
func matrix(rnd *rand.Rand, rows, cols int) (data []float64, stride int) {
	stride = cols + rnd.IntN(4)
	return gaussian(rnd, rows*stride+3), stride
}

// vector has n elements at a random step, negative too.
func vector(rnd *rand.Rand, n int) (data []float64, inc int) {
	inc = pick(rnd, []int{1, 2, 3, -1, -2})
	step := max(inc, -inc)
	return gaussian(rnd, n*step+2), inc
}

// element is number i of n elements at a step, which counts from the end of the
// slice's used part if it is negative.
func element(x []float64, n, inc, i int) float64 {
	if inc < 0 {
		return x[(i-n+1)*inc]
	}
	return x[i*inc]
}

func clone(x []float64) []float64 { return append([]float64(nil), x...) }

func TestLevel3AgreesWithGonum(t *testing.T) {
	library := anyLibrary(t).blas
	var reference blasgonum.Implementation
	rnd := newRand(t, 1)
	size := func() int { return pick(rnd, []int{1, 2, 7, 13, 33, 64, 97, 150}) }
	for trial := range 400 {
		m, n, k := size(), size(), size()
		tA, tB := pick(rnd, transposes), pick(rnd, transposes)
		ul, side, diag := pick(rnd, triangles), pick(rnd, sides), pick(rnd, diagonals)
		alpha, beta := pick(rnd, scalars), pick(rnd, scalars)
		shape := func(kernel string) string {
			return fmt.Sprintf("trial %d: %s m=%d n=%d k=%d tA=%c tB=%c ul=%c side=%c diag=%c alpha=%g beta=%g", trial, kernel, m, n, k, tA, tB, ul, side, diag, alpha, beta)
		}
		oriented := func(t blas.Transpose, rows, cols int) ([]float64, int) {
			if t == blas.NoTrans {
				return matrix(rnd, rows, cols)
			}
			return matrix(rnd, cols, rows)
		}
		scale := 20 * math.Sqrt(float64(max(m, n, k)))

		a, lda := oriented(tA, m, k)
		b, ldb := oriented(tB, k, n)
		c, ldc := matrix(rnd, m, n)
		want := clone(c)
		reference.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
		library.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		requireClose(t, shape("dgemm"), c, want, scale)

		a, lda = oriented(tA, n, k)
		c, ldc = matrix(rnd, n, n)
		want = clone(c)
		reference.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, want, ldc)
		library.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
		requireClose(t, shape("dsyrk"), c, want, scale)

		b, ldb = oriented(tA, n, k)
		want = clone(c)
		reference.Dsyr2k(ul, tA, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
		library.Dsyr2k(ul, tA, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		requireClose(t, shape("dsyr2k"), c, want, scale)

		order := n
		if side == blas.Left {
			order = m
		}
		a, lda = matrix(rnd, order, order)
		b, ldb = matrix(rnd, m, n)
		c, ldc = matrix(rnd, m, n)
		want = clone(c)
		reference.Dsymm(side, ul, m, n, alpha, a, lda, b, ldb, beta, want, ldc)
		library.Dsymm(side, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
		requireClose(t, shape("dsymm"), c, want, scale)

		want = clone(b)
		reference.Dtrmm(side, ul, tA, diag, m, n, alpha, a, lda, want, ldb)
		got := clone(b)
		library.Dtrmm(side, ul, tA, diag, m, n, alpha, a, lda, got, ldb)
		requireClose(t, shape("dtrmm"), got, want, scale)

		// A well-conditioned triangle: small off the diagonal, large on it.
		for i := range order {
			for j := range order {
				a[i*lda+j] /= float64(order)
			}
			a[i*lda+i] += 3
		}
		want = clone(b)
		reference.Dtrsm(side, ul, tA, diag, m, n, alpha, a, lda, want, ldb)
		library.Dtrsm(side, ul, tA, diag, m, n, alpha, a, lda, b, ldb)
		requireClose(t, shape("dtrsm"), b, want, scale)
	}
}

func TestLevel2AgreesWithGonum(t *testing.T) {
	library := anyLibrary(t).blas
	var reference blasgonum.Implementation
	rnd := newRand(t, 2)
	size := func() int { return pick(rnd, []int{1, 3, 77, 201, 257, 330}) }
	for trial := range 400 {
		m, n := size(), size()
		tA, ul := pick(rnd, transposes), pick(rnd, triangles)
		alpha, beta := pick(rnd, scalars), pick(rnd, scalars)
		shape := func(kernel string) string {
			return fmt.Sprintf("trial %d: %s m=%d n=%d tA=%c ul=%c alpha=%g beta=%g", trial, kernel, m, n, tA, ul, alpha, beta)
		}
		scale := 20 * math.Sqrt(float64(max(m, n)))
		a, lda := matrix(rnd, m, n)
		lenX, lenY := n, m
		if tA != blas.NoTrans {
			lenX, lenY = m, n
		}
		x, incX := vector(rnd, lenX)
		y, incY := vector(rnd, lenY)
		want := clone(y)
		reference.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, want, incY)
		library.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		requireClose(t, shape("dgemv"), y, want, scale)

		x, incX = vector(rnd, m)
		y, incY = vector(rnd, n)
		want = clone(a)
		// By the definition: on amd64 gonum v0.17 is wrong for negative steps.
		for i := range m {
			for j := range n {
				want[i*lda+j] += alpha * element(x, m, incX, i) * element(y, n, incY, j)
			}
		}
		library.Dger(m, n, alpha, x, incX, y, incY, a, lda)
		requireClose(t, shape("dger"), a, want, scale)

		a, lda = matrix(rnd, n, n)
		x, incX = vector(rnd, n)
		want = clone(y)
		reference.Dsymv(ul, n, alpha, a, lda, x, incX, beta, want, incY)
		library.Dsymv(ul, n, alpha, a, lda, x, incX, beta, y, incY)
		requireClose(t, shape("dsymv"), y, want, scale)
	}
}

// TestBadArguments holds that a wrong call panics as in gonum, and never
// reaches C.
func TestBadArguments(t *testing.T) {
	library := anyLibrary(t).blas
	a := make([]float64, 100*100)
	for name, call := range map[string]func(){
		"short a":       func() { library.Dgemm('N', 'N', 100, 100, 100, 1, a[:9999], 100, a, 100, 0, a, 100) },
		"stride":        func() { library.Dgemm('N', 'N', 100, 100, 100, 1, a, 99, a, 100, 0, a, 100) },
		"transpose":     func() { library.Dgemm('X', 'N', 100, 100, 100, 1, a, 100, a, 100, 0, a, 100) },
		"negative":      func() { library.Dgemm('N', 'N', -100, -100, 100, 1, a, 100, a, 100, 0, a, 100) },
		"triangle":      func() { library.Dsyrk('X', 'N', 100, 100, 1, a, 100, 0, a, 100) },
		"side":          func() { library.Dtrsm('X', 'U', 'N', 'N', 100, 100, 1, a, 100, a, 100) },
		"diagonal":      func() { library.Dtrsm('L', 'U', 'N', 'X', 100, 100, 1, a, 100, a, 100) },
		"zero step":     func() { library.Dgemv('N', 100, 100, 1, a, 100, a, 0, 0, a, 1) },
		"short vector":  func() { library.Dgemv('N', 100, 100, 1, a, 100, a[:99], 1, 0, a, 1) },
		"negative step": func() { library.Dger(100, 100, 1, a[:190], -2, a, 1, a, 100) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}
