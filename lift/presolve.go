package lift

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
)

// Fit is one row of targets of the reduced problem: it is fitted by Weight times
// the activation α (or β, where Negative) of representative Row.
type Fit struct {
	Row      int
	Negative bool
	Weight   float64
}

// Reduced is a problem after its reductions, lifted.  The m representatives of its grouping have unit rows
// in coordinates û of the row space, u = Basis û, so that
//
//	α_r = RowScale[r]·α̂_r,   α̂ − β̂ = X û,   ‖u‖ = ‖û‖.
type Reduced struct {
	Source problem.Problem
	reduce.Grouping

	X        *mat.Dense // m×r, rows of unit norm; nil when every row of the source is zero
	Basis    *mat.Dense // d×r, orthonormal columns
	RowScale []float64  // m, the norms of the representatives' rows
	// The plain problem only: other losses, weights and intercepts leave every row a loss of its own, of activations that it shares.
	Fits []Fit      // q, one for each row that the reductions leave, ordered by representative, α before β
	Y    *mat.Dense // q×c, targets of the fits
	// Constant is the part of the objective that no network can change.
	Constant float64

	stack *reduce.Stack // from Source to the problem of the fits
}

// Algebra returns the linear algebra of the source problem.
func (r *Reduced) Algebra() linalg.Algebra { return r.Source.Algebra() }

// Dims returns the number m of representatives, the rank r and the number q of
// fitted rows.
func (r *Reduced) Dims() (m, rank, q int) {
	if r.X == nil {
		return 0, 0, 0
	}
	m, rank = r.X.Dims()
	return m, rank, len(r.Fits)
}

// Presolve validates p, reduces it, and lifts what is left.
func Presolve(p problem.Problem) (*Reduced, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	red := &Reduced{Source: p, Grouping: reduce.Group(p.X)}
	if p.IsPlain() {
		red.stack = reduce.New(p, reduce.ParallelRows(red.Grouping), reduce.ZeroRows, reduce.RowScales, reduce.RowSpace)
	} else {
		red.stack = reduce.New(p, reduce.RowSpace)
	}
	red.fit()
	if err := red.liftRows(); err != nil {
		return nil, err
	}
	return red, nil
}

// liftRows sets X, Basis and RowScale: the representatives' rows in the reduced problem, with unit norms.
func (r *Reduced) liftRows() error {
	m := len(r.Representatives)
	if m == 0 {
		return nil
	}
	rows, reduced := r.stack.Rows(), r.stack.Reduced().X
	_, rank := reduced.Dims()
	r.X, r.RowScale, r.Basis = mat.NewDense(m, rank, nil), make([]float64, m), rows.Basis
	for k, i := range r.Representatives {
		row := r.X.RawRowView(k)
		copy(row, reduced.RawRowView(rows.Of[i]))
		length := linalg.Norm(row)
		if math.IsInf(length, 1) {
			return fmt.Errorf("%w: the norm of row %d of X overflows; scale the features", problem.ErrInvalid, i)
		}
		for j := range row {
			row[j] /= length
		}
		r.RowScale[k] = rows.Scale[i] * length
	}
	if r.Basis == nil {
		r.Basis = mat.NewDense(rank, rank, nil)
		for j := range rank {
			r.Basis.Set(j, j, 1)
		}
	}
	return nil
}

// fit sets Fits, Y and Constant of a plain problem.
func (r *Reduced) fit() {
	if !r.Source.IsPlain() {
		return
	}
	r.Constant = r.stack.Constant()
	reduced := r.stack.Reduced()
	if len(r.Representatives) == 0 {
		return
	}
	r.Y = reduced.Y
	r.Fits = make([]Fit, r.Y.RawMatrix().Rows)
	for i, q := range r.stack.Rows().Of {
		if q >= 0 {
			r.Fits[q] = Fit{Row: r.MergedInto[i], Negative: r.MergeScale[i] < 0, Weight: linalg.Norm(reduced.X.RawRowView(q))}
		}
	}
}
