package linalg

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/mat"
)

// EigenSym computes the eigenvalues of the symmetric n×n matrix x in ascending
// order and, with vectors, an orthonormal matrix whose column i belongs to
// eigenvalue i. x is not changed. ok is false if the iteration does not converge
// or x holds a NaN or an Inf.
func (a Algebra) EigenSym(x mat.Symmetric, vectors bool) (values []float64, columns *mat.Dense, ok bool) {
	n := x.SymmetricDim()
	upper, ok := upperCopy(x)
	if !ok {
		return nil, nil, false
	}
	columns = mat.NewDense(n, n, upper)
	job := lapack.EVNone
	if vectors {
		job = lapack.EVCompute
	}
	values = make([]float64, n)
	k, data, query := a.kernels(), columns.RawMatrix().Data, make([]float64, 1)
	k.Dsyev(job, blas.Upper, n, data, n, values, query, -1)
	work := make([]float64, max(1, int(query[0])))
	if !k.Dsyev(job, blas.Upper, n, data, n, values, work, len(work)) {
		return nil, nil, false
	}
	if !vectors {
		columns = nil
	}
	return values, columns, true
}

// EigenRange computes the eigenpairs number lo ≤ i < hi (from 0, in ascending
// order of the eigenvalues) of the symmetric n×n matrix x. Column i−lo of the
// n×(hi−lo) matrix columns belongs to values[i−lo]; it is nil without vectors.
// x is not changed. ok is false as for EigenSym. It panics unless
// 0 ≤ lo < hi ≤ n.
//
// A loaded library computes only what is asked for (dsyevr) where that is cheaper; pure Go does the
// whole decomposition.
func (a Algebra) EigenRange(x mat.Symmetric, lo, hi int, vectors bool) (values []float64, columns *mat.Dense, ok bool) {
	n := x.SymmetricDim()
	if lo < 0 || lo >= hi || hi > n {
		panic(fmt.Sprintf("linalg: eigenpairs [%d, %d) of a matrix of order %d", lo, hi, n))
	}
	if a.backend != nil && rangeIsCheaper(n, hi-lo) {
		upper, isFinite := upperCopy(x)
		if !isFinite {
			return nil, nil, false
		}
		if values, rows, ok := a.kernels().eigenRange(n, upper, lo, hi, vectors); ok {
			if vectors {
				columns = mat.DenseCopyOf(mat.NewDense(hi-lo, n, rows).T())
			}
			return values, columns, true
		}
	}
	values, columns, ok = a.EigenSym(x, vectors)
	if !ok {
		return nil, nil, false
	}
	if vectors {
		columns = mat.DenseCopyOf(columns.Slice(0, n, lo, hi))
	}
	return append([]float64(nil), values[lo:hi]...), columns, true
}

// EigenSmallest computes the k smallest eigenvalues of x, 1 ≤ k ≤ n, and their
// eigenvectors (n×k); see EigenRange.
func (a Algebra) EigenSmallest(x mat.Symmetric, k int, vectors bool) (values []float64, columns *mat.Dense, ok bool) {
	return a.EigenRange(x, 0, k, vectors)
}

// rangeIsCheaper tells when k of n eigenpairs are had sooner by bisection and
// inverse iteration than by a whole divide-and-conquer decomposition. Measured
// for n = 100, 500, 1000 (BenchmarkEigenSmallest): five pairs take half to two
// thirds of the time, n/4 of them at 500 twice as long.
func rangeIsCheaper(n, k int) bool { return n > 32 && k <= n/16 }

// upperCopy has the upper triangle of a symmetric matrix, row-major; the rest is 0.  ok is false if an element is not finite.
func upperCopy(x mat.Symmetric) (out []float64, ok bool) {
	n := x.SymmetricDim()
	out = make([]float64, n*n)
	if raw, isRaw := x.(mat.RawSymmetricer); isRaw && raw.RawSymmetric().Uplo == blas.Upper {
		s := raw.RawSymmetric()
		for i := range n {
			copy(out[i*n+i:(i+1)*n], s.Data[i*s.Stride+i:i*s.Stride+n])
		}
		return out, finite(out)
	}
	for i := range n {
		for j := i; j < n; j++ {
			out[i*n+j] = x.At(i, j)
		}
	}
	return out, finite(out)
}
