package proof

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/reduce"
)

// Invert returns, for a derivation for the reduced problem, one for its source: Wᵀ(Xu)₊ is the same for every u of the basis, so the rows are those of the
// reduced problem, scaled and in the basis, and stand for all rows of the source that are multiples of them.
func Invert(d *Derivation, r reduce.Reduction) *Derivation {
	out := *d
	out.Problem, out.W = r.Source(), r.InvertMultipliers(d.W)
	rows := d.Rows
	if rows == nil {
		rows = EachRow(d.Problem.X)
	}
	if rows == nil {
		return &out
	}
	of := r.Rows()
	out.Rows = &Rows{R: rows.R, V: rows.V, Of: slices.Clone(of.Of), Scale: slices.Clone(of.Scale)}
	for i, k := range of.Of {
		if k >= 0 && rows.Of[k] >= 0 {
			out.Rows.Of[i], out.Rows.Scale[i] = rows.Of[k], of.Scale[i]*rows.Scale[k]
		} else {
			out.Rows.Of[i], out.Rows.Scale[i] = -1, 0
		}
	}
	switch {
	case rows.V == nil:
		out.Rows.V = of.Basis
	case of.Basis != nil:
		var basis mat.Dense
		basis.Mul(of.Basis, rows.V)
		out.Rows.V = &basis
	}
	return &out
}
