package proof

import (
	"math"
	"testing"

	"github.com/relift/relift/reduce"
)

// TestScaled: a proof for scaled rows is one for weighted rows, with the same bound, whether or not it names its rows; a row of weight zero has no part in
// it.
func TestScaled(t *testing.T) {
	rng := newRand(77)
	p := withMerges(rng, 6, 3, 2, 0.4)
	n, _, _ := p.Dims()
	for i := range n {
		p.Weights = append(p.Weights, float64(i%3)+0.5)
	}
	p.Weights[2] = 0
	scales := reduce.NewRowScales(p)
	d := FromCertificate(relaxation(t, scales.Problem))
	want := mustCheck(t, repaired(t, d))
	if !want.OK() {
		t.Fatal(want)
	}
	scaled := Scaled(d, p, scales.Factors())
	got := mustCheck(t, scaled)
	if !got.OK() || math.Abs(got.ProvenBound-want.ProvenBound) > 1e-9*want.ProvenBound {
		t.Errorf("bound %v for the weighted rows, %v for the scaled ones\n%v", got.ProvenBound, want.ProvenBound, got)
	}
	// Without rows of its own, and no row is zero.
	q := p
	q.X, q.Y, q.Weights = gaussian(rng, 8, 3), gaussian(rng, 8, 2), []float64{1, 2, 3, 4, 5, 6, 7, 8}
	scales = reduce.NewRowScales(q)
	d = diagonal(scales.Problem.X, scales.Problem.Y, scales.Problem.Y, q.Gamma)
	if d.Rows != nil {
		t.Fatal("the derivation names its rows")
	}
	want, got = mustCheck(t, d), mustCheck(t, Scaled(d, q, scales.Factors()))
	if !got.OK() || math.Abs(got.ProvenBound-want.ProvenBound) > 1e-9*want.ProvenBound {
		t.Errorf("bound %v for the weighted rows, %v for the scaled ones\n%v", got.ProvenBound, want.ProvenBound, got)
	}
}
