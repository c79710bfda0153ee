package descent

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

// smallProduct is the number of multiplications below which a product is done
// by gonum's own kernel: there a foreign BLAS costs more in calls and locks
// than it saves, above all under concurrent restarts.
const smallProduct = 1 << 17

// gemm computes c = op(a) op(b).
func gemm(ta, tb blas.Transpose, a, b, c blas64.General) {
	k := a.Cols
	if ta == blas.Trans {
		k = a.Rows
	}
	if c.Rows*c.Cols*k < smallProduct {
		gonum.Implementation{}.Dgemm(ta, tb, c.Rows, c.Cols, k, 1,
			a.Data, a.Stride, b.Data, b.Stride, 0, c.Data, c.Stride)
		return
	}
	blas64.Gemm(ta, tb, 1, a, b, 0, c)
}

func general(rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: max(cols, 1), Data: make([]float64, rows*cols)}
}

// pack lays weights out as theta.
func pack(w lift.Weights, theta []float64) {
	m := w.Width()
	if m == 0 {
		return
	}
	_, d := w.U.Dims()
	_, c := w.V.Dims()
	for j := range m {
		for k := range d {
			theta[k*m+j] = w.U.At(j, k)
		}
		for k := range c {
			theta[(d+k)*m+j] = w.V.At(j, k)
		}
	}
}

// unpack is the inverse of pack.
func unpack(theta []float64, m, d, c int) lift.Weights {
	if m == 0 {
		return lift.Weights{}
	}
	w := lift.Weights{U: mat.NewDense(m, d, nil), V: mat.NewDense(m, c, nil)}
	for j := range m {
		for k := range d {
			w.U.Set(j, k, theta[k*m+j])
		}
		for k := range c {
			w.V.Set(j, k, theta[(d+k)*m+j])
		}
	}
	return w
}
