package reduce

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

var _ Reduction = (*RowScales)(nil)

// RowScales turns weights of the squared loss into scales of the rows: w·½‖f(x) − y‖² is ½‖f(√w x) − √w y‖², because ReLU networks without an
// intercept are positively homogeneous.  The networks are the same.
type RowScales struct {
	source, reduced lift.Problem // reduced: plain, with the rows √w_i x_i and √w_i y_i, rounded
	roots           []float64    // n
}

// NewRowScales returns the reduction of p, which has the squared loss, weights and no intercept; it panics for others.
func NewRowScales(p lift.Problem) *RowScales {
	if !p.IsSquared() || p.Weights == nil || p.Intercept {
		panic("reduce: row scales are for the weighted squared loss without an intercept")
	}
	r := &RowScales{source: p, reduced: lift.Problem{X: mat.DenseCopyOf(p.X), Y: mat.DenseCopyOf(p.Y), Gamma: p.Gamma}.On(p.Algebra())}
	for i, w := range p.Weights {
		root := math.Sqrt(w)
		r.roots = append(r.roots, root)
		for _, m := range []*mat.Dense{r.reduced.X, r.reduced.Y} {
			row := m.RawRowView(i)
			for j := range row {
				row[j] *= root
			}
		}
	}
	return r
}

// Source is the weighted problem.
func (r *RowScales) Source() lift.Problem { return r.source }

// Reduced is the plain problem of the scaled rows.
func (r *RowScales) Reduced() lift.Problem { return r.reduced }

// Basis is the identity.
func (r *RowScales) Basis() *mat.Dense { return nil }

// Factors are √w_i.
func (r *RowScales) Factors() []float64 { return r.roots }

// Apply and Invert return the network as it is: its outputs on the scaled rows are scaled.
func (r *RowScales) Apply(w lift.Weights) lift.Weights  { return w }
func (r *RowScales) Invert(w lift.Weights) lift.Weights { return w }
