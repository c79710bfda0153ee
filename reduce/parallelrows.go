package reduce

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

var _ Reduction = (*parallelRows)(nil)

// parallelRows has one row for all rows of the squared loss that are positive multiples of each other.  At the rows x_i = s_ix, s_i > 0, an output is s_if, with f that
// at x, and
//
//	Σ_i w_i·½‖s_if − y_i‖² = ω·½‖f − ȳ‖² + Σ_i w_i·½‖y_i − s_iȳ‖²,   ω = Σ_i w_is_i²,  ȳ = Σ_i w_is_iy_i/ω.
//
// Multipliers W̄ of that row are W_i = w_i(y_i − s_iȳ) + (w_is_i/ω)W̄, with Σ_i s_iW_i = W̄.
type parallelRows struct {
	changeOfRows
	rows Rows
}

// ParallelRows is the step that merges rows of problems with the squared loss and without an intercept, by a grouping of their rows: those of a
// representative with a positive scale, and those with a negative one, which become a row in the opposite direction.  They come in the order of
// the representatives, then the rows of no group as they are.
func ParallelRows(g Grouping) Step {
	return func(p problem.Problem) Reduction {
		n, _, _ := p.Dims()
		if !p.IsSquared() || p.Intercept || len(g.Representatives) == 0 || len(g.Representatives) == n {
			return nil
		}
		return merged(p, g)
	}
}

// merged makes the reduction.
func merged(p problem.Problem, g Grouping) *parallelRows {
	n, d, c := p.Dims()
	r := &parallelRows{changeOfRows: changeOfRows{change{source: p}}, rows: Rows{Of: make([]int, n), Scale: make([]float64, n)}}
	var x, y, weights []float64
	add := func(members []int, direction []float64, sign float64) {
		target, spread := make([]float64, c), 0.0
		omega := 0.0
		for _, i := range members {
			s := r.rows.Scale[i]
			omega += p.Weight(i) * s * s
			linalg.Axpy(p.Weight(i)*s, p.Y.RawRowView(i), target)
		}
		if omega > 0 {
			for k := range target {
				target[k] /= omega
			}
		}
		for _, i := range members {
			r.rows.Of[i] = len(weights)
			rest := r.rest(i, target)
			spread += p.Weight(i) * linalg.Dot(rest, rest) / 2
		}
		if len(members) > 1 {
			r.constant += spread
		}
		for _, v := range direction {
			x = append(x, sign*v)
		}
		y, weights = append(y, target...), append(weights, omega)
	}
	members := make([][]int, 2*len(g.Representatives)) // by representative and sign
	var alone []int
	for i, k := range g.MergedInto {
		r.rows.Scale[i] = math.Abs(g.MergeScale[i])
		switch {
		case k < 0:
			r.rows.Scale[i] = 1
			alone = append(alone, i)
		case g.MergeScale[i] > 0:
			members[2*k] = append(members[2*k], i)
		default:
			members[2*k+1] = append(members[2*k+1], i)
		}
	}
	for slot, rows := range members {
		if len(rows) > 0 {
			add(rows, p.X.RawRowView(g.Representatives[slot/2]), float64(1-2*(slot%2)))
		}
	}
	for _, i := range alone {
		add([]int{i}, p.X.RawRowView(i), 1)
	}
	r.reduced = p
	r.reduced.X, r.reduced.Y, r.reduced.Weights = mat.NewDense(len(weights), d, x), mat.NewDense(len(weights), c, y), weights
	return r
}

// rest returns y_i − s_iȳ: Σ‖y_i − s_iȳ‖² has none of the cancellation of Σ‖y_i‖² − ω‖ȳ‖².
func (r *parallelRows) rest(i int, target []float64) []float64 {
	rest := append([]float64(nil), r.source.Y.RawRowView(i)...)
	linalg.Axpy(-r.rows.Scale[i], target, rest)
	return rest
}

func (r *parallelRows) Rows() Rows { return r.rows }

func (r *parallelRows) InvertMultipliers(w *mat.Dense) *mat.Dense {
	n, _, c := r.source.Dims()
	out := mat.NewDense(n, c, nil)
	for i, k := range r.rows.Of {
		weight, omega := r.source.Weight(i), r.reduced.Weight(k)
		if weight == 0 {
			continue
		}
		row := out.RawRowView(i)
		linalg.Axpy(weight, r.rest(i, r.reduced.Y.RawRowView(k)), row)
		linalg.Axpy(weight*r.rows.Scale[i]/omega, w.RawRowView(k), row)
	}
	return out
}
