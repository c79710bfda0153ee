//go:build (linux || darwin) && (amd64 || arm64) && !noblas

package linalg

import (
	"unsafe"

	"github.com/ebitengine/purego"
	"gonum.org/v1/gonum/blas"
)

var _ kernels = (*library)(nil)

// Up to these counts of multiply-adds gonum's kernels on the calling goroutine
// are as fast, and wait for no other caller: a call of the library costs about a
// microsecond, and level 2 is bound by memory. Measured on two cores
// (BenchmarkThreshold): matrix products break even at order 10, matrix-vector
// products between 200 and 500.
const (
	smallLevel3 = 12 * 12 * 12
	smallLevel2 = 256 * 256
)

// opposite is the other triangle: what is upper in row-major memory is lower in
// column-major.
func opposite(ul blas.Uplo) byte {
	if ul == blas.Upper {
		return 'L'
	}
	return 'U'
}

// otherSide exchanges left and right: (AB)ᵀ = BᵀAᵀ.
func otherSide(s blas.Side) byte {
	if s == blas.Left {
		return 'R'
	}
	return 'L'
}

// transposed exchanges A and Aᵀ.
func transposed(t blas.Transpose) byte {
	if t == blas.NoTrans {
		return 'T'
	}
	return 'N'
}

// plain is a real transpose code as Fortran writes it.
func plain(t blas.Transpose) byte {
	if t == blas.NoTrans {
		return 'N'
	}
	return 'T'
}

// Dgemm computes C = alpha·op(A)·op(B) + beta·C, as Cᵀ = alpha·op(B)ᵀ·op(A)ᵀ + beta·Cᵀ.
func (l *library) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if m*n*k <= smallLevel3 || !l.fits(m, n, k, lda, ldb, ldc) || !holdProduct(tA, tB, m, n, k, a, lda, b, ldb, c, ldc) {
		l.goBLAS.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	f := newFrame()
	defer f.release()
	f.x[0], f.x[1] = alpha, beta
	l.gemm(l.dgemm, f, f.real(0), f.real(1), tA, tB, m, n, k, unsafe.Pointer(&a[0]), lda, unsafe.Pointer(&b[0]), ldb, unsafe.Pointer(&c[0]), ldc)
}

// Sgemm is Dgemm in single precision.
func (l *library) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if m*n*k <= smallLevel3 || !l.fits(m, n, k, lda, ldb, ldc) || !holdProduct(tA, tB, m, n, k, a, lda, b, ldb, c, ldc) {
		l.goBLAS.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	f := newFrame()
	defer f.release()
	f.s[0], f.s[1] = alpha, beta
	l.gemm(l.sgemm, f, f.single(0), f.single(1), tA, tB, m, n, k, unsafe.Pointer(&a[0]), lda, unsafe.Pointer(&b[0]), ldb, unsafe.Pointer(&c[0]), ldc)
}

// gemm calls dgemm_ or sgemm_, which have the same arguments.
func (l *library) gemm(routine uintptr, f *frame, alpha, beta uintptr, tA, tB blas.Transpose, m, n, k int, a unsafe.Pointer, lda int, b unsafe.Pointer, ldb int, c unsafe.Pointer, ldc int) {
	f.c[0], f.c[1] = plain(tB), plain(tA)
	f.i[0], f.i[1], f.i[2], f.i[3], f.i[4], f.i[5] = int64(n), int64(m), int64(k), int64(ldb), int64(lda), int64(ldc)
	l.enter()
	defer l.leave()
	purego.SyscallN(routine, f.char(0), f.char(1), f.integer(0), f.integer(1), f.integer(2), alpha,
		uintptr(b), f.integer(3), uintptr(a), f.integer(4), beta,
		uintptr(c), f.integer(5), stringLength, stringLength)
}

// Dsyrk computes one triangle of C = alpha·A·Aᵀ + beta·C (or AᵀA).
func (l *library) Dsyrk(ul blas.Uplo, t blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	rows, cols := n, k
	if t != blas.NoTrans {
		rows, cols = k, n
	}
	if n*n*k/2 <= smallLevel3 || !validUplo(ul) || !validTranspose(t) || !l.fits(n, k, lda, ldc) ||
		!holds(a, rows, cols, lda) || !holds(c, n, n, ldc) {
		l.goBLAS.Dsyrk(ul, t, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	f := newFrame()
	defer f.release()
	f.c[0], f.c[1] = opposite(ul), transposed(t)
	f.i[0], f.i[1], f.i[2], f.i[3] = int64(n), int64(k), int64(lda), int64(ldc)
	f.x[0], f.x[1] = alpha, beta
	l.enter()
	defer l.leave()
	purego.SyscallN(l.dsyrk, f.char(0), f.char(1), f.integer(0), f.integer(1), f.real(0),
		uintptr(unsafe.Pointer(&a[0])), f.integer(2), f.real(1), uintptr(unsafe.Pointer(&c[0])), f.integer(3),
		stringLength, stringLength)
}

// Dtrsm solves op(A)·X = alpha·B or X·op(A) = alpha·B with a triangular A.
func (l *library) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	order := n
	if s == blas.Left {
		order = m
	}
	if m*n*order/2 <= smallLevel3 || !validSide(s) || !validUplo(ul) || !validTranspose(tA) || !validDiag(d) || !l.fits(m, n, lda, ldb) ||
		!holds(a, order, order, lda) || !holds(b, m, n, ldb) {
		l.goBLAS.Dtrsm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
		return
	}
	diag := byte('N')
	if d == blas.Unit {
		diag = 'U'
	}
	f := newFrame()
	defer f.release()
	f.c = [3]byte{otherSide(s), opposite(ul), plain(tA)}
	f.i[0], f.i[1], f.i[2], f.i[3], f.i[4] = int64(n), int64(m), int64(lda), int64(ldb), int64(diag)
	f.x[0] = alpha
	l.enter()
	defer l.leave()
	purego.SyscallN(l.dtrsm, f.char(0), f.char(1), f.char(2), f.integer(4), f.integer(0), f.integer(1), f.real(0),
		uintptr(unsafe.Pointer(&a[0])), f.integer(2), uintptr(unsafe.Pointer(&b[0])), f.integer(3),
		stringLength, stringLength, stringLength, stringLength)
}

// Dsymm computes C = alpha·A·B + beta·C or alpha·B·A + beta·C with a symmetric A.
func (l *library) Dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	order := n
	if s == blas.Left {
		order = m
	}
	if m*n*order <= smallLevel3 || !validSide(s) || !validUplo(ul) || !l.fits(m, n, lda, ldb, ldc) ||
		!holds(a, order, order, lda) || !holds(b, m, n, ldb) || !holds(c, m, n, ldc) {
		l.goBLAS.Dsymm(s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	f := newFrame()
	defer f.release()
	f.c[0], f.c[1] = otherSide(s), opposite(ul)
	f.i[0], f.i[1], f.i[2], f.i[3], f.i[4] = int64(n), int64(m), int64(lda), int64(ldb), int64(ldc)
	f.x[0], f.x[1] = alpha, beta
	l.enter()
	defer l.leave()
	purego.SyscallN(l.dsymm, f.char(0), f.char(1), f.integer(0), f.integer(1), f.real(0),
		uintptr(unsafe.Pointer(&a[0])), f.integer(2), uintptr(unsafe.Pointer(&b[0])), f.integer(3), f.real(1),
		uintptr(unsafe.Pointer(&c[0])), f.integer(4), stringLength, stringLength)
}

// Dgemv computes y = alpha·op(A)·x + beta·y.
func (l *library) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	lenX, lenY := n, m
	if tA != blas.NoTrans {
		lenX, lenY = m, n
	}
	if m*n <= smallLevel2 || !validTranspose(tA) || !l.fits(m, n, lda) || !holds(a, m, n, lda) ||
		!holdsVector(x, lenX, incX) || !holdsVector(y, lenY, incY) {
		l.goBLAS.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	f := newFrame()
	defer f.release()
	f.c[0] = transposed(tA)
	f.i[0], f.i[1], f.i[2], f.i[3], f.i[4] = int64(n), int64(m), int64(lda), int64(incX), int64(incY)
	f.x[0], f.x[1] = alpha, beta
	l.enter()
	defer l.leave()
	purego.SyscallN(l.dgemv, f.char(0), f.integer(0), f.integer(1), f.real(0), uintptr(unsafe.Pointer(&a[0])), f.integer(2),
		uintptr(unsafe.Pointer(&x[0])), f.integer(3), f.real(1), uintptr(unsafe.Pointer(&y[0])), f.integer(4), stringLength)
}
