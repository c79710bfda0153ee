package proof

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// The derivation of a certificate proves the bound of the certificate, and no more than
// the optimum, whatever the units of the data.
func TestFromCertificateKeepsTheBound(t *testing.T) {
	for seed := uint64(1); seed <= 12; seed++ {
		rng := newRand(seed)
		p := withMerges(rng, 3+rng.IntN(8), 2+rng.IntN(2), 1+rng.IntN(2), 0.1+rng.Float64())
		c := relaxation(t, p)
		best := optimum(t, p)
		report := mustCheck(t, repaired(t, FromCertificate(c)))
		if !report.OK() {
			t.Errorf("seed %d: %v", seed, report)
			continue
		}
		if !(report.ProvenBound > c.LowerBound*(1-1e-9)) || !(report.ProvenBound <= best.UpperBound) {
			t.Errorf("seed %d: bound %v, the certificate's %v, optimum at most %v", seed, report.ProvenBound, c.LowerBound, best.UpperBound)
		}
	}
}

func TestUnitsOfTheData(t *testing.T) {
	rng := newRand(99)
	p := problem.Problem{X: gaussian(rng, 12, 3), Y: gaussian(rng, 12, 2), Gamma: 0.5}
	want := mustCheck(t, FromCertificate(relaxation(t, p))).ProvenBound
	for _, e := range [][2]int{{40, 0}, {-60, 3}, {0, 80}, {3, -90}, {90, 90}, {-120, -60}} {
		// x → 2^a x and y → 2^b y with γ → 2^(a+b) γ multiply the optimum by 2^(2b), and W by
		// 2^b; α is 2^a times larger.
		d := FromCertificate(relaxation(t, p))
		a, b := e[0], e[1]
		scale := func(m *mat.Dense, e int) {
			m.Apply(func(_, _ int, v float64) float64 { return math.Ldexp(v, e) }, m)
		}
		d.Problem.X, d.Problem.Y, d.W = mat.DenseCopyOf(d.Problem.X), mat.DenseCopyOf(d.Problem.Y), mat.DenseCopyOf(d.W)
		scale(d.Problem.X, a)
		scale(d.Rows.R, a)
		scale(d.Problem.Y, b)
		scale(d.W, b)
		d.Problem.Gamma = math.Ldexp(d.Problem.Gamma, a+b)
		d.Claim = Form{U: d.Problem.Gamma, V: d.Problem.Gamma}
		leaf := d.Root.(*Multipliers)
		for i := range leaf.Pairs {
			leaf.Pairs[i].Value = math.Ldexp(leaf.Pairs[i].Value, b-a)
		}
		for i := range leaf.Psi {
			leaf.Psi[i] = math.Ldexp(leaf.Psi[i], b-a)
		}
		report := mustCheck(t, d)
		if got := math.Ldexp(report.ProvenBound, -2*b); !report.OK() || math.Abs(got-want) > 1e-9*want {
			t.Errorf("X·2^%d, Y·2^%d: bound %v, want %v\n%v", a, b, got, want, report)
		}
	}
}
