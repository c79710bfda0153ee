package proof

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// Wide X: the leaf has as many coordinates as there are rows, or fewer, and the bound is
// that of the certificate.
func TestWideRows(t *testing.T) {
	for _, c := range []struct{ n, d, rank int }{{6, 40, 6}, {6, 40, 3}, {12, 6000, 12}, {2, 200_000, 2}} {
		rng := newRand(uint64(c.n + c.d))
		x := gaussian(rng, c.n, c.d)
		if c.rank < c.n {
			x.Mul(gaussian(rng, c.n, c.rank), gaussian(rng, c.rank, c.d))
		}
		p := problem.Problem{X: x, Y: gaussian(rng, c.n, 2), Gamma: 1}
		of := relaxation(t, p)
		d := repaired(t, FromCertificate(of))
		if _, k := d.Rows.R.Dims(); k != c.rank {
			t.Errorf("%d×%d of rank %d: %d coordinates", c.n, c.d, c.rank, k)
		}
		report := mustCheck(t, d)
		if !report.OK() || !(report.ProvenBound >= of.LowerBound*(1-1e-9)) {
			t.Errorf("%d×%d: bound %v, that of the certificate %v\n%v", c.n, c.d, report.ProvenBound, of.LowerBound, report)
		}
		// As many operations as there are in the products of X with a basis of its rows, not d³.
		if most := float64(10 * c.n * c.d * (c.rank + 2)); report.Work > most {
			t.Errorf("%d×%d: %.1e operations, expected at most %.1e", c.n, c.d, report.Work, most)
		}
	}
	if (*Rows)(nil).RowSpace() != nil {
		t.Error("no rows have a row space")
	}
	square := &Rows{R: mat.NewDense(2, 2, []float64{1, 0, 0, 1})}
	if square.RowSpace() != square {
		t.Error("rows that are not fewer than their coordinates got a basis")
	}
}
