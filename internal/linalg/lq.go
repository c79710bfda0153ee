package linalg

import (
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// LQ factors a wide x (n×d, n ≤ d) into l·q with l (n×n) lower triangular and the rows of q (n×d)
// orthonormal.  Its memory is that of q: mat.LQ makes a d×d matrix.
func LQ(x *mat.Dense) (l, q *mat.Dense) {
	n, _ := x.Dims()
	q = mat.DenseCopyOf(x)
	tau := make([]float64, n)
	query := make([]float64, 1)
	lapack64.Gelqf(q.RawMatrix(), tau, query, -1)
	work := make([]float64, int(query[0]))
	lapack64.Gelqf(q.RawMatrix(), tau, work, len(work))
	l = mat.NewDense(n, n, nil)
	for i := range n {
		copy(l.RawRowView(i)[:i+1], q.RawRowView(i)[:i+1])
	}
	lapack64.Orglq(q.RawMatrix(), tau, query, -1)
	work = make([]float64, int(query[0]))
	lapack64.Orglq(q.RawMatrix(), tau, work, len(work))
	return l, q
}
