package proof

import (
	"slices"

	"github.com/relift/relift/reduce"
)

// Invert returns, for a derivation for the reduced problem, one for its source: Wᵀ(Xu)₊ is the same for every u, so the rows are those of the
// reduced problem, scaled and in the basis.  Rows whose factor is zero have no part in it.  d must not have a basis of its own where the
// reduction has one.
func Invert(d *Derivation, r reduce.Reduction) *Derivation {
	out := *d
	out.Problem, out.W = r.Source(), reduce.InvertMultipliers(r, d.W)
	rows := d.Rows
	if rows == nil {
		rows = EachRow(d.Problem.X)
	}
	if rows == nil {
		return &out
	}
	out.Rows = &Rows{R: rows.R, V: rows.V, Of: slices.Clone(rows.Of), Scale: slices.Clone(rows.Scale)}
	if basis := r.Basis(); basis != nil {
		out.Rows.V = basis
	}
	for i, factor := range r.Factors() {
		if factor == 0 {
			out.Rows.Of[i], out.Rows.Scale[i] = -1, 0
		} else {
			out.Rows.Scale[i] /= factor
		}
	}
	return &out
}
