//go:build (linux || darwin) && (amd64 || arm64) && !noblas

package linalg

import (
	"math"
	"unsafe"

	"github.com/ebitengine/purego"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
)

// Orders up to these run in gonum: the library's start-up costs more.
const (
	smallFactor = 24
	smallEigen  = 8
)

// largestEigen keeps 2n² + 6n + 1, a workspace length, within 32 bits.
const largestEigen = 32000

// Dpotrf computes the Cholesky factor of A in place, A = UᵀU or LLᵀ; false if A
// is not positive definite. Row-major U is column-major L = Uᵀ.
func (l *library) Dpotrf(ul blas.Uplo, n int, a []float64, lda int) (ok bool) {
	if n <= smallFactor || !validUplo(ul) || !l.fits(n, lda) || !holds(a, n, n, lda) {
		return l.goLAPACK.Dpotrf(ul, n, a, lda)
	}
	if l.triangle(l.dpotrf, ul, n, a, lda) != 0 {
		return false
	}
	// OpenBLAS tests pivot <= 0, which lets NaN through.
	for i := range n {
		if !(a[i*lda+i] > 0) {
			return false
		}
	}
	return true
}

// Dpotri computes the inverse of A from its Cholesky factor, in place.
func (l *library) Dpotri(ul blas.Uplo, n int, a []float64, lda int) (ok bool) {
	if n <= smallFactor || !validUplo(ul) || !l.fits(n, lda) || !holds(a, n, n, lda) {
		return l.goLAPACK.Dpotri(ul, n, a, lda)
	}
	return l.triangle(l.dpotri, ul, n, a, lda) == 0
}

// triangle calls a routine with the arguments (uplo, n, a, lda, info).
func (l *library) triangle(routine uintptr, ul blas.Uplo, n int, a []float64, lda int) (info int32) {
	f := newFrame()
	defer f.release()
	f.c[0] = opposite(ul)
	f.i[0], f.i[1] = int64(n), int64(lda)
	f.info = 0
	l.enter()
	defer l.leave()
	purego.SyscallN(routine, f.char(0), f.integer(0), uintptr(unsafe.Pointer(&a[0])), f.integer(1), f.status(), stringLength)
	return int32(f.info)
}

// Dsyev computes all eigenvalues and, on demand, the eigenvectors of a symmetric
// matrix, by divide and conquer (dsyevd). The workspace argument serves only
// gonum's own routine; this one has its own.
func (l *library) Dsyev(jobz lapack.EVJob, ul blas.Uplo, n int, a []float64, lda int, w, work []float64, lwork int) (ok bool) {
	if lwork == -1 || n <= smallEigen || n > largestEigen || !validUplo(ul) || (jobz != lapack.EVNone && jobz != lapack.EVCompute) ||
		!l.fits(n, lda) || !holds(a, n, n, lda) || len(w) < n || len(work) < 1 {
		return l.goLAPACK.Dsyev(jobz, ul, n, a, lda, w, work, lwork)
	}
	lengthReal, lengthInteger := 2*n+1, 1
	if jobz == lapack.EVCompute {
		lengthReal, lengthInteger = 2*n*n+6*n+1, 5*n+3
	}
	// dsytrd is blocked only with 32n or more; both lengths are minima.
	lengthReal = max(lengthReal, 2*n+64*n)
	space, spaceInteger := make([]float64, lengthReal), make([]int32, lengthInteger)

	f := newFrame()
	defer f.release()
	f.c[0], f.c[1] = byte(jobz), opposite(ul)
	f.i[0], f.i[1], f.i[2], f.i[3] = int64(n), int64(lda), int64(lengthReal), int64(lengthInteger)
	f.info = 0
	l.enter()
	purego.SyscallN(l.dsyevd, f.char(0), f.char(1), f.integer(0), uintptr(unsafe.Pointer(&a[0])), f.integer(1),
		uintptr(unsafe.Pointer(&w[0])), uintptr(unsafe.Pointer(&space[0])), f.integer(2),
		uintptr(unsafe.Pointer(&spaceInteger[0])), f.integer(3), f.status(), stringLength, stringLength)
	l.leave()
	if int32(f.info) != 0 {
		return false
	}
	if jobz == lapack.EVCompute {
		transposeSquare(n, a, lda) // eigenvectors are columns in either order
	}
	work[0] = float64(max(1, 3*n-1))
	return true
}

// eigenRange computes only what is asked for, with dsyevr.
func (l *library) eigenRange(n int, a []float64, lo, hi int, vectors bool) (values, z []float64, ok bool) {
	if n > largestEigen || !l.fits(n) {
		return nil, nil, false
	}
	k := hi - lo
	w, support := make([]float64, n), make([]int32, 2*max(1, k))
	z = make([]float64, n*max(1, k))
	lengthReal, lengthInteger := 26*n+64*n, 10*n
	space, spaceInteger := make([]float64, lengthReal), make([]int32, lengthInteger)

	f := newFrame()
	defer f.release()
	f.c = [3]byte{'N', 'I', opposite(blas.Upper)}
	if vectors {
		f.c[0] = 'V'
	}
	f.i[0], f.i[1], f.i[2] = int64(n), int64(lo+1), int64(hi) // 1-based, inclusive
	f.i[3], f.i[4] = int64(lengthReal), int64(lengthInteger)
	f.i[5] = 0                                 // number found
	f.x[0], f.x[1], f.x[2] = 0, 0, safeMinimum // vl, vu (not used), abstol for the best accuracy
	f.info = 0
	l.enter()
	purego.SyscallN(l.dsyevr, f.char(0), f.char(1), f.char(2), f.integer(0), uintptr(unsafe.Pointer(&a[0])), f.integer(0),
		f.real(0), f.real(1), f.integer(1), f.integer(2), f.real(2), f.integer(5),
		uintptr(unsafe.Pointer(&w[0])), uintptr(unsafe.Pointer(&z[0])), f.integer(0), uintptr(unsafe.Pointer(&support[0])),
		uintptr(unsafe.Pointer(&space[0])), f.integer(3), uintptr(unsafe.Pointer(&spaceInteger[0])), f.integer(4),
		f.status(), stringLength, stringLength, stringLength)
	l.leave()
	if int32(f.info) != 0 || int(int32(f.i[5])) != k {
		return nil, nil, false
	}
	return w[:k:k], z, true
}

// safeMinimum is LAPACK's DLAMCH('S').
const safeMinimum = 0x1p-1022

// Dgesvd computes a singular value decomposition. If the same part of U and of
// Vᵀ is wanted it is done by divide and conquer (dgesdd), else by gonum. The
// transposed problem is Aᵀ = VΣUᵀ: U and Vᵀ change places.
func (l *library) Dgesvd(jobU, jobVT lapack.SVDJob, m, n int, a []float64, lda int, s, u []float64, ldu int, vt []float64, ldvt int, work []float64, lwork int) (ok bool) {
	short, long := min(m, n), max(m, n)
	colsU, rowsVT := 0, 0
	switch jobU {
	case lapack.SVDAll:
		colsU, rowsVT = m, n
	case lapack.SVDStore:
		colsU, rowsVT = short, short
	}
	simple := jobU == jobVT && (jobU == lapack.SVDNone || (colsU > 0 && holds(u, m, colsU, ldu) && holds(vt, rowsVT, n, ldvt)))
	if !simple || lwork == -1 || short <= smallEigen || !l.fits(m, n, lda, ldu, ldvt, 4*short*short+7*short+65*long) ||
		!holds(a, m, n, lda) || len(s) < short || len(work) < 1 {
		return l.goLAPACK.Dgesvd(jobU, jobVT, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork)
	}
	var none [1]float64
	if jobU == lapack.SVDNone {
		u, vt, ldu, ldvt = none[:], none[:], 1, 1
	}
	spaceInteger := make([]int32, 8*short)
	f := newFrame()
	defer f.release()
	f.c[0] = byte(jobU)
	f.i[0], f.i[1], f.i[2], f.i[3], f.i[4] = int64(n), int64(m), int64(lda), int64(ldvt), int64(ldu)
	call := func(space []float64, length int) {
		f.i[5], f.info = int64(length), 0
		l.enter()
		defer l.leave()
		purego.SyscallN(l.dgesdd, f.char(0), f.integer(0), f.integer(1), uintptr(unsafe.Pointer(&a[0])), f.integer(2),
			uintptr(unsafe.Pointer(&s[0])), uintptr(unsafe.Pointer(&vt[0])), f.integer(3), uintptr(unsafe.Pointer(&u[0])), f.integer(4),
			uintptr(unsafe.Pointer(&space[0])), f.integer(5), uintptr(unsafe.Pointer(&spaceInteger[0])), f.status(), stringLength)
	}
	var best [1]float64
	call(best[:], -1)
	if int32(f.info) != 0 || !(best[0] >= 1 && best[0] <= math.MaxInt32) {
		return false
	}
	space := make([]float64, int(best[0]))
	call(space, len(space))
	if int32(f.info) != 0 {
		return false
	}
	work[0] = float64(max(3*short+long, 5*short))
	return true
}

// Dgelqf factors A = LQ in place, L below the diagonal and reflectors that make up Q above it, as the column-major Aᵀ = QR.
func (l *library) Dgelqf(m, n int, a []float64, lda int, tau, work []float64, lwork int) {
	if lwork == -1 || min(m, n) <= smallFactor || !l.fits(m, n, lda) || !holds(a, m, n, lda) || len(tau) < min(m, n) || len(work) < lwork || lwork < m {
		l.goLAPACK.Dgelqf(m, n, a, lda, tau, work, lwork)
		return
	}
	f := newFrame()
	defer f.release()
	f.i[0], f.i[1], f.i[2], f.i[3] = int64(n), int64(m), int64(lda), int64(lwork)
	f.info = 0
	l.enter()
	defer l.leave()
	purego.SyscallN(l.dgeqrf, f.integer(0), f.integer(1), uintptr(unsafe.Pointer(&a[0])), f.integer(2), uintptr(unsafe.Pointer(&tau[0])),
		uintptr(unsafe.Pointer(&work[0])), f.integer(3), f.status())
}

// Dorglq makes the m×n matrix Q with orthonormal rows of the first k reflectors that Dgelqf left in a.
func (l *library) Dorglq(m, n, k int, a []float64, lda int, tau, work []float64, lwork int) {
	if lwork == -1 || k <= smallFactor || k > m || m > n || !l.fits(m, n, lda) || !holds(a, m, n, lda) || len(tau) < k || len(work) < lwork || lwork < m {
		l.goLAPACK.Dorglq(m, n, k, a, lda, tau, work, lwork)
		return
	}
	f := newFrame()
	defer f.release()
	f.i[0], f.i[1], f.i[2], f.i[3], f.i[4] = int64(n), int64(m), int64(k), int64(lda), int64(lwork)
	f.info = 0
	l.enter()
	defer l.leave()
	purego.SyscallN(l.dorgqr, f.integer(0), f.integer(1), f.integer(2), uintptr(unsafe.Pointer(&a[0])), f.integer(3), uintptr(unsafe.Pointer(&tau[0])),
		uintptr(unsafe.Pointer(&work[0])), f.integer(4), f.status())
}

// transposeSquare transposes an n×n matrix in place, in blocks that stay in the
// cache.
func transposeSquare(n int, a []float64, lda int) {
	const block = 32
	for i0 := 0; i0 < n; i0 += block {
		i1 := min(i0+block, n)
		for j0 := i0; j0 < n; j0 += block {
			j1 := min(j0+block, n)
			for i := i0; i < i1; i++ {
				for j := max(j0, i+1); j < j1; j++ {
					a[i*lda+j], a[j*lda+i] = a[j*lda+i], a[i*lda+j]
				}
			}
		}
	}
}
