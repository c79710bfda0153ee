package reduce

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

// RowScales turns weights of the squared loss into scales of the rows: w·½‖f(x) − y‖² is ½‖f(√w x) − √w y‖², because ReLU networks without an
// intercept are positively homogeneous.  The networks are the same.
type RowScales struct {
	Problem lift.Problem // plain, with the rows √w_i x_i and √w_i y_i, rounded
	roots   []float64    // n
}

// NewRowScales returns the reduction of p, which has the squared loss, weights and no intercept; it panics for others.
func NewRowScales(p lift.Problem) *RowScales {
	if !p.IsSquared() || p.Weights == nil || p.Intercept {
		panic("reduce: row scales are for the weighted squared loss without an intercept")
	}
	r := &RowScales{Problem: lift.Problem{X: mat.DenseCopyOf(p.X), Y: mat.DenseCopyOf(p.Y), Gamma: p.Gamma}.On(p.Algebra())}
	for i, w := range p.Weights {
		root := math.Sqrt(w)
		r.roots = append(r.roots, root)
		for _, m := range []*mat.Dense{r.Problem.X, r.Problem.Y} {
			row := m.RawRowView(i)
			for j := range row {
				row[j] *= root
			}
		}
	}
	return r
}

// Factors are √w_i (n numbers): the multipliers of the weighted problem are √w_i times those of the plain one.
func (r *RowScales) Factors() []float64 { return r.roots }
