package proof

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
)

// RowSpace returns the rows in coordinates of the space that they span, r_i = Vᵀx_i with an
// orthonormal V (d×k), so that leaves have k coordinates instead of d.  It is for rows
// without a basis of their own; where they are as many as their coordinates, or more, it
// returns them as they are.
func (r *Rows) RowSpace() *Rows {
	if r == nil {
		return nil
	}
	m, d := r.R.Dims()
	if m >= d || r.V != nil {
		return r
	}
	// Gram–Schmidt, with every vector orthogonalised twice.
	var basis [][]float64
	for i := range m {
		v := append([]float64(nil), r.R.RawRowView(i)...)
		size := short.Norm(v)
		for range 2 {
			for _, b := range basis {
				linalg.Axpy(-short.Dot(b, v), b, v)
			}
		}
		// What is left of a row that depends on the others is rounding, and is charged.
		if left := short.Norm(v); left > 1e-13*size && !math.IsInf(left, 1) {
			floats.Scale(1/left, v)
			basis = append(basis, v)
		}
	}
	if len(basis) == 0 {
		return r
	}
	k := len(basis)
	out := &Rows{R: mat.NewDense(m, k, nil), V: mat.NewDense(d, k, nil), Of: r.Of, Scale: r.Scale}
	for q, b := range basis {
		out.V.SetCol(q, b)
		for i := range m {
			out.R.Set(i, q, short.Dot(r.R.RawRowView(i), b))
		}
	}
	return out
}
