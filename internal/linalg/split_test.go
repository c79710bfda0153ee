package linalg

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	blasgonum "gonum.org/v1/gonum/blas/gonum"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// TestPiecesAgreeWithGonum compares operations that are large enough to be divided with gonum's, and their bits on one thread with those
// on several.
func TestPiecesAgreeWithGonum(t *testing.T) { everywhere(t, testPieces) }

func testPieces(t *testing.T, algebra Algebra) {
	var reference blasgonum.Implementation
	rnd := newRand(t, 15)
	shapes := [][3]int{{300, 33, 250}, {33, 300, 250}, {150, 170, 190}, {150, 130, 300}}
	if testing.Short() {
		shapes = shapes[:2] // pieces of rows, and of columns
	}
	for _, s := range shapes {
		m, n, k := s[0], s[1], s[2]
		scale := 20 * math.Sqrt(float64(max(m, n, k)))
		check := func(what string, start, want []float64, call func(a Algebra, z []float64)) {
			t.Helper()
			got := clone(start)
			call(algebra, got)
			requireClose(t, fmt.Sprintf("%v %s", s, what), got, want, scale)
			for _, threads := range []int{1, 3} {
				again := clone(start)
				call(algebra.WithThreads(threads), again)
				if !slices.Equal(again, got) {
					t.Fatalf("%v %s: not the same bits on %d threads", s, what, threads)
				}
			}
		}
		for _, tA := range transposes[:2] {
			for _, tB := range transposes[:2] {
				x, ldx := oriented(rnd, tA, m, k)
				y, ldy := oriented(rnd, tB, k, n)
				z, ldz := matrix(rnd, m, n)
				want := clone(z)
				reference.Dgemm(tA, tB, m, n, k, -0.7, x, ldx, y, ldy, 0.3, want, ldz)
				check(fmt.Sprintf("dgemm %c%c", tA, tB), z, want, func(a Algebra, z []float64) {
					a.dgemm(tA, tB, m, n, k, -0.7, x, ldx, y, ldy, 0.3, z, ldz)
				})
			}
			for _, ul := range triangles {
				x, ldx := oriented(rnd, tA, m, k)
				z, ldz := matrix(rnd, m, m)
				want := clone(z)
				reference.Dsyrk(ul, tA, m, k, 1.5, x, ldx, 0.3, want, ldz)
				check(fmt.Sprintf("dsyrk %c%c", ul, tA), z, want, func(a Algebra, z []float64) {
					a.dsyrk(ul, tA, m, k, 1.5, x, ldx, 0.3, z, ldz)
				})
			}
			x, ldx := matrix(rnd, m, n)
			in, out := n, m
			if tA != blas.NoTrans {
				in, out = m, n
			}
			v, z := gaussian(rnd, in), gaussian(rnd, out)
			want := clone(z)
			reference.Dgemv(tA, m, n, 2, x, ldx, v, 1, 0.3, want, 1)
			check(fmt.Sprintf("dgemv %c", tA), z, want, func(a Algebra, z []float64) { a.dgemv(tA, m, n, 2, x, ldx, v, 0.3, z) })
		}
		for _, side := range sides {
			order := n
			if side == blas.Left {
				order = m
			}
			for _, ul := range triangles {
				x, ldx := matrix(rnd, order, order)
				y, ldy := matrix(rnd, m, n)
				z, ldz := matrix(rnd, m, n)
				want := clone(z)
				reference.Dsymm(side, ul, m, n, 0.5, x, ldx, y, ldy, -1, want, ldz)
				check(fmt.Sprintf("dsymm %c%c", side, ul), z, want, func(a Algebra, z []float64) {
					a.dsymm(side, ul, m, n, 0.5, x, ldx, y, ldy, -1, z, ldz)
				})
				for i := range order {
					for j := range order {
						x[i*ldx+j] /= float64(order)
					}
					x[i*ldx+i] += 3
				}
				for _, tA := range transposes {
					want := clone(z)
					reference.Dtrsm(side, ul, tA, blas.NonUnit, m, n, 0.5, x, ldx, want, ldz)
					check(fmt.Sprintf("dtrsm %c%c%c", side, ul, tA), z, want, func(a Algebra, z []float64) {
						a.dtrsm(side, ul, tA, blas.NonUnit, m, n, 0.5, x, ldx, z, ldz)
					})
				}
			}
		}
	}
	for _, n := range []int{2*factorBlock - 1, 2 * factorBlock, 2*factorBlock + 7} {
		for _, ul := range triangles {
			x, ldx := positiveDefinite(gaussian(rnd, n*n), n)
			want, got := clone(x), clone(x)
			if !(lapackgonum.Implementation{}).Dpotrf(ul, n, want, ldx) || !algebra.Cholesky(ul, n, got, ldx) {
				t.Fatalf("n = %d: not positive definite", n)
			}
			requireClose(t, fmt.Sprintf("dpotrf %d %c", n, ul), got, want, 100)
			again := clone(x)
			if !algebra.WithThreads(3).Cholesky(ul, n, again, ldx) || !slices.Equal(again, got) {
				t.Errorf("n = %d: not the same factor on other threads", n)
			}
			for _, at := range []int{0, factorBlock, n - 1} {
				for _, bad := range []float64{-1, 0, math.NaN()} {
					broken := clone(x)
					broken[at*ldx+at] = bad
					if algebra.Cholesky(ul, n, broken, ldx) {
						t.Errorf("n = %d: accepted with %v at %d", n, bad, at)
					}
				}
			}
		}
	}
}

// TestPieces: large work is divided, small is not, and no piece is too small.
func TestPieces(t *testing.T) {
	for _, s := range [][2]int{{1, 1}, {10, 1 << 30}, {100, 10000}, {400, 160000}, {1 << 20, 10}, {1 << 20, 1000}, {0, 5}} {
		n, work := s[0], s[1]
		parts := pieces(n, work)
		if parts < 1 || parts > mostPieces || parts > 1 && (n/parts < leastRows || n/parts*work < leastPiece) {
			t.Errorf("%d rows of %d: %d pieces", n, work, parts)
		}
		if large := n >= 2*leastRows && n/2*work >= leastPiece; large != (parts > 1) {
			t.Errorf("%d rows of %d: %d pieces, large: %v", n, work, parts, large)
		}
	}
}
