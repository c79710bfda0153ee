package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/blas"
	blasgonum "gonum.org/v1/gonum/blas/gonum"
)

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

// oriented is a matrix that op makes rows×cols.
func oriented(rnd *rand.Rand, t blas.Transpose, rows, cols int) (data []float64, stride int) {
	if t == blas.NoTrans {
		return matrix(rnd, rows, cols)
	}
	return matrix(rnd, cols, rows)
}

// vector has n elements at a random step, negative too.
func vector(rnd *rand.Rand, n int) (data []float64, inc int) {
	inc = pick(rnd, []int{1, 2, 3, -1, -2})
	step := max(inc, -inc)
	return gaussian(rnd, n*step+2), inc
}

func clone(x []float64) []float64 { return append([]float64(nil), x...) }

// implementations are the back ends of this machine, on two threads: what the suite is for.
func implementations(tb testing.TB) map[string]Algebra {
	tb.Helper()
	all := map[string]Algebra{"gonum": Gonum().WithThreads(2)}
	if library, err := Choose(choiceAuto); err == nil && library.backend != nil {
		all[library.Description().Name] = library.WithThreads(2)
	} else if os.Getenv(EnvBackend) == choiceOpenBLAS {
		tb.Fatalf("%s=%s and no library loads", EnvBackend, choiceOpenBLAS)
	}
	return all
}

// everywhere runs a test of the suite on every implementation.
func everywhere(t *testing.T, test func(t *testing.T, a Algebra)) {
	for name, a := range implementations(t) {
		t.Run(name, func(t *testing.T) { test(t, a) })
	}
}

func TestLevel3AgreesWithGonum(t *testing.T) { everywhere(t, testLevel3) }

func testLevel3(t *testing.T, algebra Algebra) {
	k3 := algebra.kernels()
	var reference blasgonum.Implementation
	rnd := newRand(t, 1)
	size := func() int { return pick(rnd, []int{1, 2, 7, 13, 33, 64, 97, 150}) }
	for trial := range 100 {
		m, n, k := size(), size(), size()
		tA, tB := pick(rnd, transposes), pick(rnd, transposes)
		ul, side, diag := pick(rnd, triangles), pick(rnd, sides), pick(rnd, diagonals)
		alpha, beta := pick(rnd, scalars), pick(rnd, scalars)
		shape := func(kernel string) string {
			return fmt.Sprintf("trial %d: %s m=%d n=%d k=%d tA=%c tB=%c ul=%c side=%c diag=%c alpha=%g beta=%g", trial, kernel, m, n, k, tA, tB, ul, side, diag, alpha, beta)
		}
		scale := 20 * math.Sqrt(float64(max(m, n, k)))

		a, lda := oriented(rnd, tA, m, k)
		b, ldb := oriented(rnd, tB, k, n)
		c, ldc := matrix(rnd, m, n)
		want := clone(c)
		reference.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
		k3.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		requireClose(t, shape("dgemm"), c, want, scale)

		a32, b32, c32 := single(a), single(b), single(want)
		k3.Sgemm(tA, tB, m, n, k, float32(alpha), a32, lda, b32, ldb, float32(beta), c32, ldc)
		want32 := single(want)
		reference.Sgemm(tA, tB, m, n, k, float32(alpha), a32, lda, b32, ldb, float32(beta), want32, ldc)
		requireClose(t, shape("sgemm"), double(c32), double(want32), 1e7*scale)

		a, lda = oriented(rnd, tA, n, k)
		c, ldc = matrix(rnd, n, n)
		want = clone(c)
		reference.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, want, ldc)
		k3.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
		requireClose(t, shape("dsyrk"), c, want, scale)

		order := n
		if side == blas.Left {
			order = m
		}
		a, lda = matrix(rnd, order, order)
		b, ldb = matrix(rnd, m, n)
		c, ldc = matrix(rnd, m, n)
		want = clone(c)
		reference.Dsymm(side, ul, m, n, alpha, a, lda, b, ldb, beta, want, ldc)
		k3.Dsymm(side, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
		requireClose(t, shape("dsymm"), c, want, scale)

		// A well-conditioned triangle: small off the diagonal, large on it.
		for i := range order {
			for j := range order {
				a[i*lda+j] /= float64(order)
			}
			a[i*lda+i] += 3
		}
		want = clone(b)
		reference.Dtrsm(side, ul, tA, diag, m, n, alpha, a, lda, want, ldb)
		k3.Dtrsm(side, ul, tA, diag, m, n, alpha, a, lda, b, ldb)
		requireClose(t, shape("dtrsm"), b, want, scale)
	}
}

func TestLevel2AgreesWithGonum(t *testing.T) { everywhere(t, testLevel2) }

func testLevel2(t *testing.T, algebra Algebra) {
	k2 := algebra.kernels()
	var reference blasgonum.Implementation
	rnd := newRand(t, 2)
	size := func() int { return pick(rnd, []int{1, 3, 77, 201, 257, 330}) }
	for trial := range 100 {
		m, n := size(), size()
		tA := pick(rnd, transposes)
		alpha, beta := pick(rnd, scalars), pick(rnd, scalars)
		shape := func(kernel string) string {
			return fmt.Sprintf("trial %d: %s m=%d n=%d tA=%c alpha=%g beta=%g", trial, kernel, m, n, tA, alpha, beta)
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
		k2.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		requireClose(t, shape("dgemv"), y, want, scale)
	}
}

// TestBadArguments holds that a wrong call panics as in gonum, and never
// reaches C.
func TestBadArguments(t *testing.T) { everywhere(t, testBadArguments) }

func testBadArguments(t *testing.T, algebra Algebra) {
	k := algebra.kernels()
	a := make([]float64, 100*100)
	for name, call := range map[string]func(){
		"short a":      func() { k.Dgemm('N', 'N', 100, 100, 100, 1, a[:9999], 100, a, 100, 0, a, 100) },
		"stride":       func() { k.Dgemm('N', 'N', 100, 100, 100, 1, a, 99, a, 100, 0, a, 100) },
		"transpose":    func() { k.Dgemm('X', 'N', 100, 100, 100, 1, a, 100, a, 100, 0, a, 100) },
		"negative":     func() { k.Dgemm('N', 'N', -100, -100, 100, 1, a, 100, a, 100, 0, a, 100) },
		"triangle":     func() { k.Dsyrk('X', 'N', 100, 100, 1, a, 100, 0, a, 100) },
		"side":         func() { k.Dtrsm('X', 'U', 'N', 'N', 100, 100, 1, a, 100, a, 100) },
		"diagonal":     func() { k.Dtrsm('L', 'U', 'N', 'X', 100, 100, 1, a, 100, a, 100) },
		"zero step":    func() { k.Dgemv('N', 100, 100, 1, a, 100, a, 0, 0, a, 1) },
		"short vector": func() { k.Dgemv('N', 100, 100, 1, a, 100, a[:99], 1, 0, a, 1) },
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

func single(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}

func double(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
