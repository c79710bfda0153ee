package reduce

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

var _ Reduction = (*zeroRows)(nil)

// zeroRows is a problem without its rows x_i = 0, at which every network without an intercept has the output 0: they add the constant w_iℓ_i(0), and
// W_i = −w_i∇ℓ_i(0) gives that to the dual objective.
type zeroRows struct {
	changeOfRows
	rows        Rows
	dropped     []int
	multipliers *mat.Dense // of the dropped rows
}

// ZeroRows is the step that drops rows x_i = 0, of problems without an intercept.
func ZeroRows(p problem.Problem) Reduction {
	n, _, _ := p.Dims()
	r := &zeroRows{changeOfRows: changeOfRows{change{source: p}}, rows: Rows{Of: make([]int, n), Scale: make([]float64, n)}}
	var kept []int
	for i := range n {
		if p.IsFixed(i) {
			r.rows.Of[i] = -1
			r.dropped = append(r.dropped, i)
		} else {
			r.rows.Of[i], r.rows.Scale[i] = len(kept), 1
			kept = append(kept, i)
		}
	}
	if len(r.dropped) == 0 {
		return nil
	}
	fixed := p.Subset(r.dropped)
	r.reduced, r.multipliers = p.Subset(kept), fixed.DualPoint(problem.Weights{})
	r.constant, _ = fixed.Objective(problem.Weights{})
	return r
}

func (r *zeroRows) Rows() Rows { return r.rows }

func (r *zeroRows) InvertMultipliers(w *mat.Dense) *mat.Dense {
	n, _, c := r.source.Dims()
	out := mat.NewDense(n, c, nil)
	for i, k := range r.rows.Of {
		if k >= 0 {
			copy(out.RawRowView(i), w.RawRowView(k))
		}
	}
	for k, i := range r.dropped {
		copy(out.RawRowView(i), r.multipliers.RawRowView(k))
	}
	return out
}
