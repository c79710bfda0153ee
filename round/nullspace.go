package round

import (
	"errors"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

// nullSpace projects orthogonally onto null(M), M = [−I I X 0] (n×p):
//
//	P = I − Mᵀ(MMᵀ)⁻¹M,   MMᵀ = 2I + XXᵀ,
//	(2I + XXᵀ)⁻¹ = ½(I − X(2I + XᵀX)⁻¹Xᵀ),
//
// with the smaller of the two matrices factorised once.
type nullSpace struct {
	algebra linalg.Algebra
	x       *mat.Dense
	wide    bool             // d > n: factor is of 2I + XXᵀ, otherwise of 2I + XᵀX
	factor  blas64.Symmetric // of order min(n, d), its Cholesky factor
}

func newNullSpace(algebra linalg.Algebra, x *mat.Dense) (*nullSpace, error) {
	n, d := x.Dims()
	s := &nullSpace{algebra: algebra, x: x, wide: d > n}
	order := min(n, d)
	gram := mat.NewSymDense(order, nil)
	if s.wide {
		s.algebra.SymOuterK(gram, 1, x)
	} else {
		s.algebra.SymOuterK(gram, 1, x.T())
	}
	for i := range order {
		gram.SetSym(i, i, gram.At(i, i)+2)
	}
	s.factor = gram.RawSymmetric()
	if !algebra.Cholesky(s.factor.Uplo, order, s.factor.Data, s.factor.Stride) {
		return nil, errors.New("rounding: 2I + XᵀX is not positive definite in floating point: X overflows")
	}
	return s, nil
}

// project replaces the columns of w (p×r) by their projections.
func (s *nullSpace) project(w blas64.General) {
	n, d := s.x.Dims()
	r := w.Cols
	view := mat.NewDense(w.Rows, r, w.Data)
	alpha := view.Slice(0, n, 0, r).(*mat.Dense)
	beta := view.Slice(n, 2*n, 0, r).(*mat.Dense)
	u := view.Slice(2*n, 2*n+d, 0, r).(*mat.Dense)
	// t = (MMᵀ)⁻¹ M w
	var t mat.Dense
	s.algebra.Mul(&t, s.x, u)
	t.Add(&t, beta)
	t.Sub(&t, alpha)
	if s.wide {
		s.solve(&t)
	} else {
		var xt mat.Dense
		s.algebra.Mul(&xt, s.x.T(), &t)
		s.solve(&xt)
		s.algebra.Gemm(blas.NoTrans, blas.NoTrans, -0.5, s.x.RawMatrix(), xt.RawMatrix(), 0.5, t.RawMatrix())
	}
	// w ← w − Mᵀt
	alpha.Add(alpha, &t)
	beta.Sub(beta, &t)
	var xt mat.Dense
	s.algebra.Mul(&xt, s.x.T(), &t)
	u.Sub(u, &xt)
}

// solve replaces b by the solution of the factored system.
func (s *nullSpace) solve(b *mat.Dense) {
	raw := b.RawMatrix()
	s.algebra.CholeskySolve(s.factor.Uplo, s.factor.N, raw.Cols, s.factor.Data, s.factor.Stride, raw.Data, raw.Stride)
}
