package proof

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/reduce"
)

// FromCertificate returns the derivation that a certificate of format version 1 amounts
// to: multipliers at the root.
func FromCertificate(c *certificate.Certificate) *Derivation {
	return &Derivation{
		Problem: Problem{X: c.X, Y: c.Y, Gamma: c.Gamma},
		W:       c.W,
		Rows:    RowsOf(c.X, c.Grouping).RowSpace(),
		Claim:   Form{U: c.Gamma, V: c.Gamma},
		Root:    FromMultipliers(c.Multipliers),
	}
}

// RowsOf returns the representatives of a grouping of the rows of x (n×d) as the rows of a
// derivation; nil where every row is zero.
func RowsOf(x *mat.Dense, g reduce.Grouping) *Rows {
	if len(g.Representatives) == 0 {
		return nil
	}
	_, d := x.Dims()
	rows := &Rows{R: mat.NewDense(len(g.Representatives), d, nil), Of: slices.Clone(g.MergedInto), Scale: slices.Clone(g.MergeScale)}
	for r, i := range g.Representatives {
		rows.R.SetRow(r, x.RawRowView(i))
	}
	return rows
}

// FromMultipliers returns the leaf in which every row is open that multipliers amount to.  It shares their memory.
func FromMultipliers(mu lift.Multipliers) *Multipliers {
	return &Multipliers{Pairs: mu.Pairs, Psi: mu.Psi}
}
