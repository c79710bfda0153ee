package round

import (
	"errors"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// nullSpace projects orthogonally onto null(M), M = [−I I X 0] (n×p):
//
//	P = I − Mᵀ(MMᵀ)⁻¹M,   MMᵀ = 2I + XXᵀ,
//	(2I + XXᵀ)⁻¹ = ½(I − X(2I + XᵀX)⁻¹Xᵀ),
//
// with the smaller of the two matrices factorised once.
type nullSpace struct {
	x    *mat.Dense
	wide bool         // d > n: chol is of 2I + XXᵀ, otherwise of 2I + XᵀX
	chol mat.Cholesky // of order min(n, d)
}

func newNullSpace(x *mat.Dense) (*nullSpace, error) {
	n, d := x.Dims()
	s := &nullSpace{x: x, wide: d > n}
	order := min(n, d)
	gram := mat.NewSymDense(order, nil)
	if s.wide {
		gram.SymOuterK(1, x)
	} else {
		gram.SymOuterK(1, x.T())
	}
	for i := range order {
		gram.SetSym(i, i, gram.At(i, i)+2)
	}
	if !s.chol.Factorize(gram) {
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
	var t, small mat.Dense
	t.Mul(s.x, u)
	t.Add(&t, beta)
	t.Sub(&t, alpha)
	if s.wide {
		if err := s.chol.SolveTo(&small, &t); err == nil || isCondition(err) {
			t.Copy(&small)
		}
	} else {
		var xt mat.Dense
		xt.Mul(s.x.T(), &t)
		if err := s.chol.SolveTo(&small, &xt); err == nil || isCondition(err) {
			blas64.Gemm(blas.NoTrans, blas.NoTrans, -0.5, s.x.RawMatrix(), small.RawMatrix(), 0.5, t.RawMatrix())
		}
	}
	// w ← w − Mᵀt
	alpha.Add(alpha, &t)
	beta.Sub(beta, &t)
	var xt mat.Dense
	xt.Mul(s.x.T(), &t)
	u.Sub(u, &xt)
}

// isCondition tells a warning about conditioning, which leaves a usable result,
// from a failure.
func isCondition(err error) bool {
	var c mat.Condition
	return errors.As(err, &c)
}
