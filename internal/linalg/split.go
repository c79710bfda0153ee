package linalg

import (
	"math"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/blas"
)

// A kernel of a back end runs on the calling goroutine.  Large products, triangular solves and Cholesky factorizations are divided here
// into pieces for several goroutines.  A threaded library does the same inside, but its threads wait for each other at every step, and
// where others compute on the same processors one that has to wait holds up all.
//
// The pieces depend on the shapes alone, and no sum runs across two of them: results do not depend on the number of threads.

// leastPiece is the least number of multiply-adds that are worth a goroutine of their own: 50 µs of a fast library, where waking the
// goroutine takes some 5.
const leastPiece = 1 << 20

// leastRows is the least number of rows or columns of a piece, and mostPieces how many there are at most.
const (
	leastRows  = 64
	mostPieces = 16
)

// pieces is the number of parts, a power of two, for n rows of work multiply-adds each.
func pieces(n, work int) int {
	parts := 1
	for parts < mostPieces && n/(2*parts) >= leastRows && n/(2*parts)*work >= leastPiece {
		parts *= 2
	}
	return parts
}

// inTurn calls piece for each part on up to a.Threads() goroutines, of which each takes the next part when it is ready.
func (a Algebra) inTurn(parts int, piece func(part int)) {
	threads := min(a.Threads(), parts)
	if threads == 1 {
		for part := range parts {
			piece(part)
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for part := int(next.Add(1)) - 1; part < parts; part = int(next.Add(1)) - 1 {
			piece(part)
		}
	}
	var wait sync.WaitGroup
	for range threads - 1 {
		wait.Go(work)
	}
	work()
	wait.Wait()
}

// inPieces calls f for consecutive ranges that cover 0 ≤ i < n, where one i costs work multiply-adds.
func (a Algebra) inPieces(n, work int, f func(lo, hi int)) {
	parts := pieces(n, work)
	if parts == 1 {
		f(0, n)
		return
	}
	a.inTurn(parts, func(part int) { f(part*n/parts, (part+1)*n/parts) })
}

// dgemm computes C = alpha·op(A)·op(B) + beta·C, C m×n, by rows or columns of C, whichever are more.
func (a Algebra) dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, x []float64, ldx int, y []float64, ldy int, beta float64, z []float64, ldz int) {
	kernels := a.kernels()
	if m*n*k < 2*leastPiece { // most products by far
		kernels.Dgemm(tA, tB, m, n, k, alpha, x, ldx, y, ldy, beta, z, ldz)
		return
	}
	splitProduct(a, tA, tB, m, n, k, x, ldx, y, ldy, z, ldz, func(m, n int, x, y, z []float64) {
		kernels.Dgemm(tA, tB, m, n, k, alpha, x, ldx, y, ldy, beta, z, ldz)
	})
}

// sgemm is dgemm in single precision.
func (a Algebra) sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, x []float32, ldx int, y []float32, ldy int, beta float32, z []float32, ldz int) {
	kernels := a.kernels()
	if m*n*k < 2*leastPiece {
		kernels.Sgemm(tA, tB, m, n, k, alpha, x, ldx, y, ldy, beta, z, ldz)
		return
	}
	splitProduct(a, tA, tB, m, n, k, x, ldx, y, ldy, z, ldz, func(m, n int, x, y, z []float32) {
		kernels.Sgemm(tA, tB, m, n, k, alpha, x, ldx, y, ldy, beta, z, ldz)
	})
}

func splitProduct[T Real](a Algebra, tA, tB blas.Transpose, m, n, k int, x []T, ldx int, y []T, ldy int, z []T, ldz int, gemm func(m, n int, x, y, z []T)) {
	if pieces(max(m, n), min(m, n)*k) == 1 || !holdProduct(tA, tB, m, n, k, x, ldx, y, ldy, z, ldz) {
		gemm(m, n, x, y, z)
		return
	}
	if m >= n {
		a.inPieces(m, n*k, func(lo, hi int) {
			from := lo * ldx
			if tA != blas.NoTrans {
				from = lo
			}
			gemm(hi-lo, n, x[from:], y, z[lo*ldz:])
		})
		return
	}
	a.inPieces(n, m*k, func(lo, hi int) {
		from := lo
		if tB != blas.NoTrans {
			from = lo * ldy
		}
		gemm(m, hi-lo, x, y[from:], z[lo:])
	})
}

// dsyrk computes a triangle of C = alpha·A·Aᵀ + beta·C, C n×n, by bands of rows of like area.
func (a Algebra) dsyrk(ul blas.Uplo, t blas.Transpose, n, k int, alpha float64, x []float64, ldx int, beta float64, z []float64, ldz int) {
	kernels, parts := a.kernels(), pieces(n, n*k/2)
	rows, cols := n, k
	if t != blas.NoTrans {
		rows, cols = k, n
	}
	if parts == 1 || !validUplo(ul) || !validTranspose(t) || !holds(x, rows, cols, ldx) || !holds(z, n, n, ldz) {
		kernels.Dsyrk(ul, t, n, k, alpha, x, ldx, beta, z, ldz)
		return
	}
	from := func(row int) []float64 {
		if t != blas.NoTrans {
			return x[row:]
		}
		return x[row*ldx:]
	}
	other := blas.Trans
	if t != blas.NoTrans {
		other = blas.NoTrans
	}
	// The first i of the parts of a lower triangle end at row n√(i/parts).
	end := func(i int) int { return int(math.Round(float64(n) * math.Sqrt(float64(i)/float64(parts)))) }
	a.inTurn(parts, func(part int) {
		part = parts - 1 - part // wide bands, whose products are the slower ones, begin
		lo, hi := end(part), end(part+1)
		left, right := 0, lo // the columns beside the triangle of the band
		if ul == blas.Upper {
			lo, hi = n-hi, n-lo
			left, right = hi, n
		}
		if lo == hi {
			return
		}
		kernels.Dsyrk(ul, t, hi-lo, k, alpha, from(lo), ldx, beta, z[lo*ldz+lo:], ldz)
		if left < right {
			kernels.Dgemm(t, other, hi-lo, right-left, k, alpha, from(lo), ldx, from(left), ldx, beta, z[lo*ldz+left:], ldz)
		}
	})
}

// dsymm computes C = alpha·S·B + beta·C or alpha·B·S + beta·C with a symmetric S, C m×n, by columns or rows of C.
func (a Algebra) dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, x []float64, ldx int, y []float64, ldy int, beta float64, z []float64, ldz int) {
	kernels := a.kernels()
	switch {
	case !holds(y, m, n, ldy) || !holds(z, m, n, ldz):
		kernels.Dsymm(s, ul, m, n, alpha, x, ldx, y, ldy, beta, z, ldz)
	case s == blas.Left:
		a.inPieces(n, m*m, func(lo, hi int) {
			kernels.Dsymm(s, ul, m, hi-lo, alpha, x, ldx, y[lo:], ldy, beta, z[lo:], ldz)
		})
	default:
		a.inPieces(m, n*n, func(lo, hi int) {
			kernels.Dsymm(s, ul, hi-lo, n, alpha, x, ldx, y[lo*ldy:], ldy, beta, z[lo*ldz:], ldz)
		})
	}
}

// dtrsm solves op(T)·X = alpha·B or X·op(T) = alpha·B in place of B, m×n, by columns or rows of B.
func (a Algebra) dtrsm(s blas.Side, ul blas.Uplo, t blas.Transpose, d blas.Diag, m, n int, alpha float64, x []float64, ldx int, b []float64, ldb int) {
	kernels := a.kernels()
	switch {
	case !holds(b, m, n, ldb):
		kernels.Dtrsm(s, ul, t, d, m, n, alpha, x, ldx, b, ldb)
	case s == blas.Left:
		a.inPieces(n, m*m/2, func(lo, hi int) { kernels.Dtrsm(s, ul, t, d, m, hi-lo, alpha, x, ldx, b[lo:], ldb) })
	default:
		a.inPieces(m, n*n/2, func(lo, hi int) { kernels.Dtrsm(s, ul, t, d, hi-lo, n, alpha, x, ldx, b[lo*ldb:], ldb) })
	}
}

// dgemv computes y = alpha·op(A)·x + beta·y with an m×n matrix A, by elements of y.
func (a Algebra) dgemv(t blas.Transpose, m, n int, alpha float64, x []float64, ldx int, v []float64, beta float64, y []float64) {
	kernels := a.kernels()
	switch {
	case !holds(x, m, n, ldx):
		kernels.Dgemv(t, m, n, alpha, x, ldx, v, 1, beta, y, 1)
	case t == blas.NoTrans:
		a.inPieces(m, n, func(lo, hi int) { kernels.Dgemv(t, hi-lo, n, alpha, x[lo*ldx:], ldx, v, 1, beta, y[lo:], 1) })
	default:
		a.inPieces(n, m, func(lo, hi int) { kernels.Dgemv(t, m, hi-lo, alpha, x[lo:], ldx, v, 1, beta, y[lo:], 1) })
	}
}

// factorBlock is the order of the diagonal blocks of a Cholesky factorization whose other parts are worth dividing.
const factorBlock = 192

// dpotrf factors a symmetric positive definite matrix in place, A = UᵀU or LLᵀ: block by block, the rows or columns beside a diagonal block
// and then what remains, in pieces.
func (a Algebra) dpotrf(ul blas.Uplo, n int, x []float64, ldx int) bool {
	kernels := a.kernels()
	if n < 2*factorBlock || !holds(x, n, n, ldx) || !validUplo(ul) {
		return kernels.Dpotrf(ul, n, x, ldx)
	}
	for lo := 0; lo < n; lo += factorBlock {
		order := min(factorBlock, n-lo)
		hi := lo + order
		diagonal := x[lo*ldx+lo:]
		if !kernels.Dpotrf(ul, order, diagonal, ldx) {
			return false
		}
		if hi == n {
			break
		}
		if ul == blas.Lower {
			below := x[hi*ldx+lo:]
			a.dtrsm(blas.Right, ul, blas.Trans, blas.NonUnit, n-hi, order, 1, diagonal, ldx, below, ldx)
			a.dsyrk(ul, blas.NoTrans, n-hi, order, -1, below, ldx, 1, x[hi*ldx+hi:], ldx)
		} else {
			beside := x[lo*ldx+hi:]
			a.dtrsm(blas.Left, ul, blas.Trans, blas.NonUnit, order, n-hi, 1, diagonal, ldx, beside, ldx)
			a.dsyrk(ul, blas.Trans, n-hi, order, -1, beside, ldx, 1, x[hi*ldx+hi:], ldx)
		}
	}
	return true
}
