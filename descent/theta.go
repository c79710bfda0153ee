package descent

import (
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

func general(rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: max(cols, 1), Data: make([]float64, rows*cols)}
}

// pack lays weights out as theta.
func pack(w problem.Weights, theta []float64) {
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
func unpack(theta []float64, m, d, c int) problem.Weights {
	if m == 0 {
		return problem.Weights{}
	}
	w := problem.Weights{U: mat.NewDense(m, d, nil), V: mat.NewDense(m, c, nil)}
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
