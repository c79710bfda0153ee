package reduce

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

var _ Reduction = (*rowScales)(nil)

// rowScales turns weights of the squared loss into scales of the rows: w·½‖f(x) − y‖² is ½‖f(√w x) − √w y‖², because ReLU networks without an
// intercept are positively homogeneous.  The networks are the same, as their outputs on the scaled rows are scaled, and W_i is √w_i times that of the scaled row.
type rowScales struct {
	changeOfRows           // reduced: plain, with the rows √w_i x_i and √w_i y_i, rounded
	roots        []float64 // n
}

// RowScales is the step that makes a plain problem of one with the squared loss, weights and no intercept.
func RowScales(p problem.Problem) Reduction {
	if !p.IsSquared() || p.Weights == nil || p.Intercept {
		return nil
	}
	reduced := problem.Problem{X: mat.DenseCopyOf(p.X), Y: mat.DenseCopyOf(p.Y), Gamma: p.Gamma}.On(p.Algebra())
	r := &rowScales{changeOfRows: changeOfRows{change{source: p, reduced: reduced}}}
	for _, w := range p.Weights {
		r.roots = append(r.roots, math.Sqrt(w))
	}
	r.scale(r.reduced.X)
	r.scale(r.reduced.Y)
	return r
}

// scale multiplies the rows of m by the roots.
func (r *rowScales) scale(m *mat.Dense) {
	for i, root := range r.roots {
		row := m.RawRowView(i)
		for j := range row {
			row[j] *= root
		}
	}
}

func (r *rowScales) InvertMultipliers(w *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(w)
	r.scale(out)
	return out
}

// Rows are the scaled rows, divided by their scales; rows without weight have no part.
func (r *rowScales) Rows() Rows {
	rows := same(len(r.roots))
	for i, root := range r.roots {
		if root == 0 {
			rows.Of[i], rows.Scale[i] = -1, 0
		} else {
			rows.Scale[i] = 1 / root
		}
	}
	return rows
}
