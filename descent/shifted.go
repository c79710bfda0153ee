package descent

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

// solveShifted solves (h + μI)x = b for the smallest μ = shift·10^k, k = 0, 1, …,
// at which h + μI is numerically positive definite, and returns x and μ.
func solveShifted(a linalg.Algebra, h *mat.SymDense, b []float64, shift float64) (x []float64, mu float64, ok bool) {
	raw := h.RawSymmetric()
	n := raw.N
	factor := make([]float64, n*n)
	x = make([]float64, n)
	for range 60 {
		for i := range n {
			copy(factor[i*n+i:(i+1)*n], raw.Data[i*raw.Stride+i:i*raw.Stride+n])
			factor[i*n+i] += shift
		}
		if a.Cholesky(blas.Upper, n, factor, n) {
			copy(x, b)
			a.CholeskySolve(blas.Upper, n, 1, factor, n, x, 1)
			if !floats.HasNaN(x) && !math.IsInf(floats.Norm(x, 2), 0) {
				return x, shift, true
			}
		}
		shift = math.Max(10*shift, 1e-300)
	}
	return nil, shift, false
}
