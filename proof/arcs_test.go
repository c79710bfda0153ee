package proof

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// Signs of all rows: in one and two dimensions what is proved is exact.
func TestArcsAreExact(t *testing.T) {
	for seed := uint64(1); seed <= 40; seed++ {
		rng := newRand(seed)
		k, c := 1+rng.IntN(2), 1+rng.IntN(3)
		p := withMerges(rng, 1+rng.IntN(15), k, c, 1)
		n, _ := p.X.Dims()
		w := gaussian(rng, n, c)
		var rows *Rows
		if k == 1 {
			rows = &Rows{R: mat.NewDense(1, 1, []float64{1}), Of: make([]int, n), Scale: make([]float64, n)}
			for j := range n {
				rows.Scale[j] = p.X.At(j, 0)
				if rows.Scale[j] == 0 {
					rows.Of[j] = -1
				}
			}
		}
		d, err := Arcs(Problem{X: p.X, Y: p.Y, Gamma: 1}, w, rows)
		if err != nil {
			t.Fatal(err)
		}
		truth := reach(rng, p.X, w)
		report := mustCheck(t, d)
		if !report.OK() || !(report.Effective >= truth*(1-1e-12)) || !(report.Effective <= truth*(1+1e-6)) {
			t.Errorf("seed %d: γ_eff = %v, ‖Wᵀ(Xu)₊‖ reaches %v\n%v", seed, report.Effective, truth, report)
		}
	}
}

// Rows in units that differ by a factor of 10⁶ have arcs as narrow as 10⁻⁶, on which Wᵀ(Xu)₊ is a small difference of large numbers.
func TestArcsProveWhatNarrowArcsHave(t *testing.T) {
	for _, unit := range []float64{1e3, 1e5, 1e6} {
		// What the verifier charges for roundings is the same in every direction, and so that of the large column: parts of its square.
		loss := 1e-4 + 100*0x1p-52*unit*unit
		for seed := uint64(1); seed <= 10; seed++ {
			rng := newRand(seed)
			p := problem.Problem{X: gaussian(rng, 10, 2), Y: gaussian(rng, 10, 1), Gamma: 0.1}
			for i := range 10 {
				p.X.Set(i, 1, unit*p.X.At(i, 1))
			}
			best := optimum(t, p)
			d, err := Arcs(Problem{X: p.X, Y: p.Y, Gamma: p.Gamma}, best.Certificate.W, nil)
			if err != nil {
				t.Fatal(err)
			}
			report := mustCheck(t, d)
			if !report.OK() || !(report.ProvenBound <= best.UpperBound) || !(report.ProvenBound >= best.LowerBound*(1-loss)) {
				t.Errorf("unit %v, seed %d: bound %v, the optimum is in [%v, %v]\n%v", unit, seed, report.ProvenBound, best.LowerBound, best.UpperBound, report)
			}
		}
	}
}

// The bound of the dual optimum, by arcs, is the optimum.
func TestArcsProveTheOptimum(t *testing.T) {
	for seed := uint64(1); seed <= 10; seed++ {
		rng := newRand(seed)
		p := problem.Problem{X: gaussian(rng, 4+rng.IntN(12), 2), Gamma: 0.2 + rng.Float64()}
		n, _ := p.X.Dims()
		p.Y = gaussian(rng, n, 1+rng.IntN(2))
		best := optimum(t, p)
		d, err := Arcs(Problem{X: p.X, Y: p.Y, Gamma: p.Gamma}, best.Certificate.W, nil)
		if err != nil {
			t.Fatal(err)
		}
		report := mustCheck(t, d)
		if !report.OK() || !(report.ProvenBound <= best.UpperBound) || !(report.ProvenBound >= best.LowerBound*(1-1e-6)) {
			t.Errorf("seed %d: bound %v, the optimum is in [%v, %v]\n%v", seed, report.ProvenBound, best.LowerBound, best.UpperBound, report)
		}
		// The whole regularisation path is bounded by the same proof.
		for _, factor := range []float64{0.3, 0.8, 1.5, 5} {
			other := p
			other.Gamma *= factor
			if got, most := report.At(other.Gamma), optimum(t, other).UpperBound; !(got <= most) || math.IsInf(got, 0) {
				t.Errorf("seed %d: at %v times γ the bound is %v, the optimum at most %v", seed, factor, got, most)
			}
		}
	}
}
