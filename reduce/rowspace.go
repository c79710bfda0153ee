package reduce

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

var _ Reduction = (*rowSpace)(nil)

// rowSpace restricts the first layer to a space that holds the rows of X: with the orthonormal columns of B spanning it, (Xu)₊ = (XBBᵀu)₊, and a u
// outside of it only costs weight decay.  A network (z, v) for XB is (Bz, v) for X, with the same outputs and norms.
type rowSpace struct {
	change            // XB for X
	basis  *mat.Dense // d×k
}

func newRowSpace(p problem.Problem, x, basis *mat.Dense) Reduction {
	r := &rowSpace{change{source: p, reduced: p}, basis}
	r.reduced.X = x
	return r
}

// Wide is the step to the row space of a wide X (n×d, d > n): with X = L Q, L n×n and the rows of Q orthonormal, L stands for X.  The rank of X is not
// asked for.
func Wide(p problem.Problem) Reduction {
	n, d := p.X.Dims()
	if n == 0 || d <= n {
		return nil
	}
	l, q := p.Algebra().LQ(p.X)
	return newRowSpace(p, l, mat.DenseCopyOf(q.T()))
}

// RowSpace is the step to the row space of an X whose rank is below its number of columns, by the singular values of its rows, each scaled to unit
// norm.
func RowSpace(p problem.Problem) Reduction {
	n, d := p.X.Dims()
	if n == 0 {
		return nil
	}
	unit := mat.DenseCopyOf(p.X)
	for i := range n {
		row := unit.RawRowView(i)
		length := linalg.Norm(row)
		if math.IsInf(length, 1) {
			return nil
		}
		if length == 0 {
			continue
		}
		for j := range row {
			row[j] /= length
		}
	}
	_, values, v, ok := p.Algebra().SVD(unit)
	if !ok || values[0] == 0 {
		return nil
	}
	rank := linalg.Rank(values, float64(max(n, d))*0x1p-52)
	if rank == d {
		return nil
	}
	basis := mat.DenseCopyOf(v.Slice(0, d, 0, rank))
	var x mat.Dense
	p.Algebra().Mul(&x, p.X, basis)
	return newRowSpace(p, &x, basis)
}

// InvertMultipliers returns w: the rows stay what they are.
func (r *rowSpace) InvertMultipliers(w *mat.Dense) *mat.Dense { return w }

// Rows are those of X, in the basis.
func (r *rowSpace) Rows() Rows {
	n, _ := r.source.X.Dims()
	rows := same(n)
	rows.Basis = r.basis
	return rows
}

// Apply returns the network for XB of one for X, whose part outside of the row space is dropped.
func (r *rowSpace) Apply(w problem.Weights) problem.Weights { return r.turn(w, r.basis) }

// Invert returns the network for X of one for XB.
func (r *rowSpace) Invert(w problem.Weights) problem.Weights { return r.turn(w, r.basis.T()) }

func (r *rowSpace) turn(w problem.Weights, by mat.Matrix) problem.Weights {
	if w.Width() == 0 {
		return problem.Weights{B: w.B}
	}
	var u mat.Dense
	r.source.Algebra().Mul(&u, w.U, by)
	return problem.Weights{U: &u, V: w.V, B: w.B}
}
