package descent

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// solveShifted solves (h + μI)x = b for the smallest μ = shift·10^k, k = 0, 1, …,
// at which h + μI is numerically positive definite, and returns x and μ.
func solveShifted(h *mat.SymDense, b []float64, shift float64) (x []float64, mu float64, ok bool) {
	raw := h.RawSymmetric()
	n := raw.N
	factor := blas64.Symmetric{N: n, Stride: n, Uplo: blas.Upper, Data: make([]float64, n*n)}
	x = make([]float64, n)
	for range 60 {
		for i := range n {
			copy(factor.Data[i*n+i:(i+1)*n], raw.Data[i*raw.Stride+i:i*raw.Stride+n])
			factor.Data[i*n+i] += shift
		}
		if chol, ok := lapack64.Potrf(factor); ok {
			copy(x, b)
			lapack64.Potrs(chol, blas64.General{Rows: n, Cols: 1, Stride: 1, Data: x})
			if !floats.HasNaN(x) && !math.IsInf(floats.Norm(x, 2), 0) {
				return x, shift, true
			}
		}
		shift = math.Max(10*shift, 1e-300)
	}
	return nil, shift, false
}
