package proof

import (
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Scaled returns, for a derivation about the rows s_ix_i and their multipliers W'_i, one about the rows x_i of p with the multipliers
// W_i = s_iW'_i: Wᵀ(Xu)₊ is the same for every u.  Rows with s_i = 0 have no part in it.
func Scaled(d *Derivation, p Problem, s []float64) *Derivation {
	out := *d
	out.Problem, out.W = p, mat.DenseCopyOf(d.W)
	rows := d.Rows
	if rows == nil {
		rows = EachRow(d.Problem.X)
	}
	if rows != nil {
		out.Rows = &Rows{R: rows.R, V: rows.V, Of: slices.Clone(rows.Of), Scale: slices.Clone(rows.Scale)}
	}
	for i, factor := range s {
		w := out.W.RawRowView(i)
		for k := range w {
			w[k] *= factor
		}
		if out.Rows == nil {
			continue
		}
		if factor == 0 {
			out.Rows.Of[i], out.Rows.Scale[i] = -1, 0
		} else {
			out.Rows.Scale[i] /= factor
		}
	}
	return &out
}
