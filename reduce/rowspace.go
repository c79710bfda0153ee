package reduce

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

var _ Reduction = (*RowSpace)(nil)

// RowSpace restricts the first layer to the row space of a wide X (n×d, d > n): with X = L Q, L n×n and
// the rows of Q orthonormal, (Xu)₊ = (LQu)₊ and a u outside of the row space only costs weight decay.  A network
// (w, v) for L is (Qᵀw, v) for X, with the same outputs and norms.
type RowSpace struct {
	source, reduced lift.Problem // X, and L for X
	q               *mat.Dense   // n×d, orthonormal rows
}

// NewRowSpace returns the reduction of p, nil where X has no more columns than rows.
func NewRowSpace(p lift.Problem) *RowSpace {
	n, d, _ := p.Dims()
	if d <= n {
		return nil
	}
	l, q := p.Algebra().LQ(p.X)
	reduced := p
	reduced.X = l
	return &RowSpace{source: p, reduced: reduced, q: q}
}

// Source is the problem of X.
func (r *RowSpace) Source() lift.Problem { return r.source }

// Reduced is the problem of L.
func (r *RowSpace) Reduced() lift.Problem { return r.reduced }

// Basis returns the basis of the row space as columns (d×n), Qᵀ: a row of X is the row of L times its transpose.
func (r *RowSpace) Basis() *mat.Dense { return mat.DenseCopyOf(r.q.T()) }

// Factors are ones.
func (r *RowSpace) Factors() []float64 { return nil }

// Invert returns the network for X of one for L.
func (r *RowSpace) Invert(w lift.Weights) lift.Weights { return r.turn(w, r.q) }

// Apply returns the network for L of one for X, whose part outside of the row space is dropped.
func (r *RowSpace) Apply(w lift.Weights) lift.Weights { return r.turn(w, r.q.T()) }

func (r *RowSpace) turn(w lift.Weights, q mat.Matrix) lift.Weights {
	if w.Width() == 0 {
		return lift.Weights{B: w.B}
	}
	var u mat.Dense
	r.source.Algebra().Mul(&u, w.U, q)
	return lift.Weights{U: &u, V: w.V, B: w.B}
}
