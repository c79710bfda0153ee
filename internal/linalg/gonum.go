package linalg

import (
	"runtime/debug"

	"gonum.org/v1/gonum/blas"
	blasgonum "gonum.org/v1/gonum/blas/gonum"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// gonumKernels are those in pure Go.  What gonum's decompositions do by products takes every processor.
type gonumKernels struct {
	goBLAS
	goLAPACK
}

// The two packages have a type of the same name, and methods too.
type (
	goBLAS   struct{ blasgonum.Implementation }
	goLAPACK struct{ lapackgonum.Implementation }
)

var _ kernels = gonumKernels{}

// gonumDescription describes the pure-Go kernels.
func gonumDescription() Description {
	d := Description{Name: "gonum", Config: "gonum (pure Go)"}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "gonum.org/v1/gonum" {
				d.Config = "gonum " + m.Version + " (pure Go)"
			}
		}
	}
	return d
}

// goBlock is the order of the blocks in which gonum computes a product; of fewer than goBlocks it makes one.
const (
	goBlock  = 64
	goBlocks = 4
)

// Dgemm computes C = alpha·op(A)·op(B) + beta·C to the bits of gonum's product, which takes every processor whoever calls: the same
// blocks in the same order.
func (g gonumKernels) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if !inBlocks(m, n) || !holdProduct(tA, tB, m, n, k, a, lda, b, ldb, c, ldc) {
		g.goBLAS.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	g.goBLAS.Dgemm(tA, tB, m, n, 0, alpha, a, lda, b, ldb, beta, c, ldc) // βC
	blockwise(tA, tB, m, n, k, a, lda, b, ldb, c, ldc, func(rows, cols, inner int, a, b, c []float64) {
		g.goBLAS.Dgemm(tA, tB, rows, cols, inner, alpha, a, lda, b, ldb, 1, c, ldc)
	})
}

// Sgemm is Dgemm in single precision.
func (g gonumKernels) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if !inBlocks(m, n) || !holdProduct(tA, tB, m, n, k, a, lda, b, ldb, c, ldc) {
		g.goBLAS.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	g.goBLAS.Sgemm(tA, tB, m, n, 0, alpha, a, lda, b, ldb, beta, c, ldc)
	blockwise(tA, tB, m, n, k, a, lda, b, ldb, c, ldc, func(rows, cols, inner int, a, b, c []float32) {
		g.goBLAS.Sgemm(tA, tB, rows, cols, inner, alpha, a, lda, b, ldb, 1, c, ldc)
	})
}

func inBlocks(m, n int) bool {
	return m > 0 && n > 0 && ((m+goBlock-1)/goBlock)*((n+goBlock-1)/goBlock) >= goBlocks
}

// blockwise calls product for the blocks of C += op(A)·op(B), the blocks of the inner dimension of one of C's in their order.
func blockwise[T Real](tA, tB blas.Transpose, m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int, product func(rows, cols, inner int, a, b, c []T)) {
	for i := 0; i < m; i += goBlock {
		for j := 0; j < n; j += goBlock {
			for l := 0; l < k; l += goBlock {
				fromA, fromB := i*lda+l, l*ldb+j
				if tA != blas.NoTrans {
					fromA = l*lda + i
				}
				if tB != blas.NoTrans {
					fromB = j*ldb + l
				}
				product(min(goBlock, m-i), min(goBlock, n-j), min(goBlock, k-l), a[fromA:], b[fromB:], c[i*ldc+j:])
			}
		}
	}
}

// eigenRange leaves it to the whole decomposition.
func (gonumKernels) eigenRange(int, []float64, int, int, bool) (values, z []float64, ok bool) {
	return nil, nil, false
}
