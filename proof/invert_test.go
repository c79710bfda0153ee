package proof

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
)

// TestInvert: a proof for a reduced problem, taken back, proves the same bound for the source.
func TestInvert(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	plain := problem.Problem{X: gaussian(rng, 5, 8), Y: gaussian(rng, 5, 1), Gamma: 0.7}
	weighted := plain
	weighted.Weights = []float64{1, 0.5, 2, 0, 3}
	merges := withMerges(rng, 7, 3, 2, 0.7)
	group := reduce.ParallelRows(reduce.Group(merges.X))
	for name, stack := range map[string]*reduce.Stack{
		"wide":                   reduce.New(plain, reduce.Wide),
		"row space":              reduce.New(plain, reduce.RowSpace),
		"row scales":             reduce.New(weighted, reduce.RowScales),
		"scales and then space":  reduce.New(weighted, reduce.RowScales, reduce.Wide),
		"parallel and zero rows": reduce.New(merges, group, reduce.ZeroRows, reduce.RowScales),
	} {
		d := FromCertificate(relaxation(t, stack.Reduced()))
		want := mustCheck(t, repaired(t, d)).ProvenBound + stack.Constant()
		got := mustCheck(t, repaired(t, Invert(d, stack))).ProvenBound
		if !(want > 0) || !(math.Abs(got-want) <= 1e-6*want) {
			t.Errorf("%s: the proof taken back proves %v, expected %v", name, got, want)
		}
	}
}

// TestInvertScales: a proof for scaled rows is one for weighted rows, with the same bound, whether or not it names its rows; a row of weight zero has no part in
// it.
func TestInvertScales(t *testing.T) {
	rng := newRand(77)
	p := withMerges(rng, 6, 3, 2, 0.4)
	n, _, _ := p.Dims()
	for i := range n {
		p.Weights = append(p.Weights, float64(i%3)+0.5)
	}
	p.Weights[2] = 0
	scales := reduce.RowScales(p)
	d := FromCertificate(relaxation(t, scales.Reduced()))
	want := mustCheck(t, repaired(t, d))
	if !want.OK() {
		t.Fatal(want)
	}
	scaled := Invert(d, scales)
	got := mustCheck(t, scaled)
	if !got.OK() || math.Abs(got.ProvenBound-want.ProvenBound) > 1e-9*want.ProvenBound {
		t.Errorf("bound %v for the weighted rows, %v for the scaled ones\n%v", got.ProvenBound, want.ProvenBound, got)
	}
	// Without rows of its own, and no row is zero.
	q := p
	q.X, q.Y, q.Weights = gaussian(rng, 8, 3), gaussian(rng, 8, 2), []float64{1, 2, 3, 4, 5, 6, 7, 8}
	scales = reduce.RowScales(q)
	d = diagonal(scales.Reduced().X, scales.Reduced().Y, scales.Reduced().Y, q.Gamma)
	if d.Rows != nil {
		t.Fatal("the derivation names its rows")
	}
	want, got = mustCheck(t, d), mustCheck(t, Invert(d, scales))
	if !got.OK() || math.Abs(got.ProvenBound-want.ProvenBound) > 1e-9*want.ProvenBound {
		t.Errorf("bound %v for the weighted rows, %v for the scaled ones\n%v", got.ProvenBound, want.ProvenBound, got)
	}
}
