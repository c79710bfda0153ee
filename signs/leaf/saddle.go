package leaf

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
)

// saddle is the system of a step of W, of order n·c:
//
//	K dw + Eb = r,   Eᵀdw = 0,
//
// E having a column for each output that sums over the rows, where the columns of W have to go on summing to zero; without that, K dw = r.
type saddle struct {
	algebra linalg.Algebra
	k       *mat.SymDense // its factor
	across  *mat.Dense    // K⁻¹E, a row for each output
	inner   mat.Cholesky  // EᵀK⁻¹E
}

// newSaddle replaces k by its factor; c is 0 where nothing is balanced, else the number of outputs.
func newSaddle(algebra linalg.Algebra, k *mat.SymDense, c int) (*saddle, bool) {
	raw := k.RawSymmetric()
	s := &saddle{algebra: algebra, k: k}
	if !algebra.Cholesky(raw.Uplo, raw.N, raw.Data, raw.Stride) {
		return nil, false
	}
	if c == 0 {
		return s, true
	}
	s.across = mat.NewDense(c, raw.N, nil)
	sums := mat.NewSymDense(c, nil)
	for q := range c {
		row := s.across.RawRowView(q)
		for i := q; i < raw.N; i += c {
			row[i] = 1
		}
		s.back(row)
		for o := range q + 1 {
			sums.SetSym(o, q, column(row, o, c))
		}
	}
	return s, s.inner.Factorize(sums)
}

// column sums the entries of output q.
func column(w []float64, q, c int) float64 {
	sum := 0.0
	for i := q; i < len(w); i += c {
		sum += w[i]
	}
	return sum
}

func (s *saddle) back(x []float64) {
	raw := s.k.RawSymmetric()
	s.algebra.CholeskySolve(raw.Uplo, raw.N, 1, raw.Data, raw.Stride, x, 1)
}

// solve replaces r by dw; ok is false where EᵀK⁻¹E cannot be solved with.
func (s *saddle) solve(r []float64) (ok bool) {
	s.back(r)
	if s.across == nil {
		return true
	}
	c, _ := s.across.Dims()
	b := mat.NewVecDense(c, nil)
	for q := range c {
		b.SetVec(q, column(r, q, c))
	}
	if s.inner.SolveVecTo(b, b) != nil {
		return false
	}
	for q := range c {
		short.Axpy(-b.AtVec(q), s.across.RawRowView(q), r)
	}
	return true
}
