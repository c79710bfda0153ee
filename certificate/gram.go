package certificate

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

// gramFactor returns an L (m×m) with L Lᵀ ⪰ R Rᵀ for the wide rows R (m×d, d > m, norms below 1), or nil if there
// is none to rounding.
//
// For every u there is then a w with L w = R u and ‖w‖ ≤ ‖u‖ (Douglas' lemma), so that ‖Vᵀ(Lw)₊‖ ≤ γ‖w‖ for
// every w implies the same of R: S for L, of order 2m, proves what S for R, of order m+d, would.  The verifier makes an L
// of its own; this one exceeds R Rᵀ by more than any that it may make.
func gramFactor(algebra linalg.Algebra, rows *mat.Dense) *mat.Dense {
	m, d := rows.Dims()
	gram := mat.NewDense(m, m, nil)
	algebra.Gemm(blas.NoTrans, blas.Trans, 1, rows.RawMatrix(), rows.RawMatrix(), 0, gram.RawMatrix())
	// Twice the error of the products, m·(d+2)ε, and of the factorization, m(m+1)ε, for rows of norm below 1.
	shift := gramMargin * float64(m) * float64(d+m+4) * 0x1p-53
	for i := range m {
		gram.Set(i, i, gram.At(i, i)+shift)
	}
	if !algebra.Cholesky(blas.Lower, m, gram.RawMatrix().Data, m) {
		return nil
	}
	for i := range m {
		row := gram.RawRowView(i)
		clear(row[i+1:])
		for _, v := range row {
			if math.IsNaN(v) {
				return nil
			}
		}
	}
	return gram
}

// gramMargin is by how much the shift exceeds the error bounds.
const gramMargin = 4
