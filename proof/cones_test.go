package proof

import (
	"context"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/exact"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof/check"
)

func TestFromConesKeepsTheBound(t *testing.T) {
	for seed := uint64(1); seed <= 9; seed++ {
		rng := newRand(seed)
		p := withMerges(rng, 4+rng.IntN(8), 1+rng.IntN(4), 1+rng.IntN(3), 0.3+rng.Float64())
		if seed%3 == 0 { // rank below the number of features
			n, d := p.X.Dims()
			x := mat.NewDense(n, d+2, nil)
			x.Mul(p.X, gaussian(rng, d, d+2))
			p.X = x
		}
		r, err := exact.Solve(context.Background(), p, exact.Options{Gap: 1e-3, TimeLimit: 20 * time.Second})
		if err != nil || r.Certificate == nil {
			t.Fatalf("seed %d: %v, %+v", seed, err, r)
		}
		d, err := FromCones(r.Certificate.Claims(), 1e-11)
		if err != nil {
			t.Fatal(err)
		}
		report := mustCheck(t, d)
		if !report.OK() || !(report.ProvenBound >= r.Certificate.LowerBound*(1-1e-9)) || !(report.ProvenBound <= r.UpperBound) {
			t.Errorf("seed %d: bound %v, that of the certificate %v, a network has %v\n%v", seed, report.ProvenBound, r.Certificate.LowerBound, r.UpperBound, report)
		}
		if truth := reach(rng, p.X, d.W); !(report.Effective >= truth*(1-1e-12)) {
			t.Errorf("seed %d: γ_eff = %v, ‖Wᵀ(Xu)₊‖ reaches %v", seed, report.Effective, truth)
		}
		// Asked for less and less, no more than the truth is accepted.
		for range 20 {
			d.Claim.U, d.Claim.V, d.ClaimInX = d.Claim.U*0.95, d.Claim.V*0.95, d.ClaimInX*0.95
			if d.Claim.G != nil {
				d.Claim.G.ScaleSym(0.95, d.Claim.G)
			}
			if r, truth := mustCheck(t, d), reach(rng, p.X, d.W); r.OK() && !(r.Effective >= truth*(1-1e-12)) {
				t.Errorf("seed %d: γ_eff = %v was accepted, ‖Wᵀ(Xu)₊‖ reaches %v", seed, r.Effective, truth)
			}
		}
	}
}

// Rows in units that differ by a factor of 10⁶ have cones on which Wᵀ(Xu)₊ is a small difference of large numbers.
func TestConesOfVeryDifferentUnits(t *testing.T) {
	rng := newRand(2)
	p := problem.Problem{X: gaussian(rng, 6, 3), Y: gaussian(rng, 6, 1), Gamma: 0.1}
	for i := range 6 {
		p.X.Set(i, 2, 1e6*p.X.At(i, 2))
	}
	r, err := exact.Solve(t.Context(), p, exact.Options{Gap: 1e-2, TimeLimit: 20 * time.Second})
	if err != nil || !(r.Gap <= 1e-2) {
		t.Fatalf("gap %v, error %v", r.Gap, err)
	}
	d, err := FromCones(r.Certificate.Claims(), 1e-11)
	if err != nil {
		t.Fatal(err)
	}
	report, err := d.Check(t.Context(), check.Options{ForOthers: true})
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() || !(report.ProvenBound >= r.LowerBound*(1-1e-4)) || !(report.ProvenBound <= r.UpperBound) {
		t.Errorf("bound %v, expected about %v\n%v", report.ProvenBound, r.LowerBound, report)
	}
}
