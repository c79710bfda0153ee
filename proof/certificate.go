package proof

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate"
)

// FromCertificate returns the derivation that a certificate of format version 1 amounts
// to: multipliers at the root.
func FromCertificate(c *certificate.Certificate) *Derivation {
	n, d, _, m := c.Dims()
	rows := &Rows{R: mat.NewDense(m, d, nil), Of: make([]int, n), Scale: make([]float64, n)}
	for r, i := range c.Representatives {
		rows.R.SetRow(r, c.X.RawRowView(i))
	}
	copy(rows.Of, c.MergedInto)
	copy(rows.Scale, c.MergeScale)
	lines := Lines{Open: m}
	leaf := &Multipliers{Psi: make([]float64, m)}
	// αᵀΦα + 2αᵀΨβ + βᵀΩβ without the diagonals of Φ and Ω, which only weaken the proof.
	add := func(k, l int, v float64) {
		if v > 0 {
			leaf.Pairs = append(leaf.Pairs, Pair{k, l, v})
		}
	}
	for i := range m {
		leaf.Psi[i] = 2 * c.Psi.At(i, i)
		for j := range m {
			if i < j {
				add(lines.Alpha(i), lines.Alpha(j), c.Phi.At(i, j))
				add(lines.Beta(i), lines.Beta(j), c.Omega.At(i, j))
			}
			if i != j {
				add(lines.Alpha(i), lines.Beta(j), c.Psi.At(i, j))
			}
		}
	}
	return &Derivation{
		Problem: Problem{X: c.X, Y: c.Y, Gamma: c.Gamma},
		W:       c.W,
		Rows:    rows,
		Claim:   Form{U: c.Gamma, V: c.Gamma},
		Root:    leaf,
	}
}
