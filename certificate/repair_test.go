package certificate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
	"gonum.org/v1/gonum/mat"
)

// One row x = 1, y > 0 in one dimension: the best network is u = v = √w with
// ½(w − y)² + γw, so p* = γy − γ²/2 for y ≥ γ, and the relaxation is exact.  The
// multipliers W = γ, Φ = Ψ = Ω = 0 need S = [[−γ, 0], [0, γ]] ⪰ 0, which only the
// free diagonal of Ψ can give: with Ψ = −ψ, S = [[2ψ − γ, −ψ], [−ψ, γ]] is
// semidefinite for ψ = γ alone.
func TestOneRowHasItsKnownOptimum(t *testing.T) {
	p := problem.Problem{X: mat.NewDense(1, 1, []float64{1}), Y: mat.NewDense(1, 1, []float64{3}), Gamma: 0.5}
	zero := mat.NewDense(1, 1, nil)
	for _, w := range []float64{0.5, 3, 1e-3, 700} {
		c := mustRepair(t, p, plainGrouping(1), lift.SparseMultipliers(mat.NewDense(1, 1, []float64{w}), zero, zero, zero))
		mustVerify(t, c)
		want := 0.5*3 - 0.125
		if !(c.LowerBound <= want) || !(c.LowerBound > want*(1-2e-8)) {
			t.Errorf("W = %v: bound %v, exact optimum %v", w, c.LowerBound, want)
		}
	}
	exact := lift.SparseMultipliers(mat.NewDense(1, 1, []float64{0.5}), zero, mat.NewDense(1, 1, []float64{-0.5}), zero)
	c := &Certificate{X: p.X, Y: p.Y, Gamma: p.Gamma, Grouping: plainGrouping(1), Multipliers: exact, LowerBound: 1.375}
	mustVerify(t, c) // S is singular: only exact arithmetic can tell
}

// The rows 1 and −2 are one group whose members see α and 2β, so the two outputs
// decouple: p* is the sum over both signs of the one-row value with s = 1 and 2.
func TestOppositeRowsHaveTheirKnownOptimum(t *testing.T) {
	const gamma = 0.5
	p := problem.Problem{X: mat.NewDense(2, 1, []float64{1, -2}), Y: mat.NewDense(2, 1, []float64{3, 5}), Gamma: gamma}
	g := presolved(t, p)
	if len(g.Representatives) != 1 {
		t.Fatalf("presolve kept %d representatives, expected 1", len(g.Representatives))
	}
	// min over a ≥ 0 of ½(sa − y)² + γa: a = (sy − γ)/s².
	value := func(s, y float64) float64 {
		a := (s*y - gamma) / (s * s)
		return (s*a-y)*(s*a-y)/2 + gamma*a
	}
	want := value(1, 3) + value(2, 5)
	zero := mat.NewDense(1, 1, nil)
	w := mat.NewDense(2, 1, []float64{gamma, gamma / 2})
	c := mustRepair(t, p, g, lift.SparseMultipliers(w, zero, zero, zero))
	mustVerify(t, c)
	if !(c.LowerBound <= want) || !(c.LowerBound > want*(1-2e-8)) {
		t.Errorf("bound %v, exact optimum %v", c.LowerBound, want)
	}
}

func TestGoodMultipliersLoseAlmostNothing(t *testing.T) {
	for _, test := range []struct {
		name   string
		p      problem.Problem
		margin float64
	}{
		{"generic", problem.Problem{X: gaussian(newRand(2), 7, 2), Y: gaussian(newRand(3), 7, 2), Gamma: 0.3}, 1e-8},
		{"one output", problem.Problem{X: gaussian(newRand(4), 8, 3), Y: gaussian(newRand(5), 8, 1), Gamma: 0.05}, 1e-8},
		{"nearly parallel rows", nearlyParallel(), 2e-7}, // Ψ of order 10⁵ costs five digits
	} {
		t.Run(test.name, func(t *testing.T) {
			p := test.p
			n, _, _ := p.Dims()
			mu := solveDual(t, p, 1e-10)
			best := dualValue(mu.W, p.Y)
			r, err := NewRepairer(p, plainGrouping(n))
			if err != nil {
				t.Fatal(err)
			}
			rng := newRand(6)
			for _, noise := range []float64{0, 1e-9, 1e-7, 1e-5, 1e-3} {
				w := mat.DenseCopyOf(mu.W)
				phi, psi, omega := mu.Dense()
				for _, part := range []*mat.Dense{w, phi, psi, omega} {
					n, k := part.Dims()
					add := gaussian(rng, n, k)
					add.Scale(noise, add)
					part.Add(part, add)
				}
				bad := lift.SparseMultipliers(w, phi, psi, omega)
				quick, err := r.Repair(context.Background(), bad, Quick)
				if err != nil {
					t.Fatal(err)
				}
				c := mustRepair(t, p, plainGrouping(n), bad)
				mustVerify(t, quick)
				mustVerify(t, c)
				loss := (best - c.LowerBound) / best
				t.Logf("noise %.0e: quick %.10g, thorough %.10g, loss %.1e", noise, quick.LowerBound, c.LowerBound, loss)
				if !(c.LowerBound >= quick.LowerBound) {
					t.Errorf("noise %v: quick %v, thorough %v", noise, quick.LowerBound, c.LowerBound)
				}
				if !(loss < 1e3*noise+test.margin) || !(loss > -1e-6) {
					t.Errorf("noise %v costs %v of the bound", noise, loss)
				}
			}
		})
	}
}

// nearlyParallel has two rows with a cosine of 1 − 3e-9.
func nearlyParallel() problem.Problem {
	rng := newRand(3)
	p := problem.Problem{X: gaussian(rng, 7, 2), Y: gaussian(rng, 7, 2), Gamma: 0.3}
	p.X.SetRow(3, []float64{p.X.At(2, 0) * 1.5, p.X.At(2, 1) * (1.5 + 1e-4)})
	return p
}

// Whatever the multipliers, the certificate is accepted, its W satisfies the
// constraint of the exact dual, and its bound is below every network's objective.
func TestAnyMultipliersGiveATrueBound(t *testing.T) {
	for seed := uint64(1); seed <= 60; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			rng := newRand(seed)
			p := withMerges(rng, 1+rng.IntN(8), 1+rng.IntN(4), 1+rng.IntN(3), math.Pow(10, -2+3*rng.Float64()))
			n, d, outputs := p.Dims()
			// Rows and targets of very different size.
			if seed%3 == 0 {
				p.X.Scale(math.Ldexp(1, rng.IntN(20)-10), p.X)
				p.Y.Scale(math.Pow(10, float64(rng.IntN(7)-3)), p.Y)
			}
			g := presolved(t, p)
			m := len(g.Representatives)
			mu := lift.SparseMultipliers(p.Y, new(mat.Dense), new(mat.Dense), new(mat.Dense))
			if m > 0 {
				mu = randomMultipliers(rng, n, outputs, m, math.Pow(10, float64(rng.IntN(9)-6)))
				if seed%2 == 0 {
					mu.W = p.Y
				}
			}
			c := mustRepair(t, p, g, mu)
			mustVerify(t, c)
			if h := dualNorm(rng, c, 2000); !(h <= p.Gamma*(1+1e-9)) {
				t.Errorf("‖Wᵀ(Xu)₊‖ reaches %v‖u‖ and γ is %v", h, p.Gamma)
			}
			for width := range 6 {
				w := problem.Weights{}
				if width > 0 {
					w = problem.Weights{U: gaussian(rng, width, d), V: gaussian(rng, width, outputs)}
					size := math.Pow(10, -3*rng.Float64())
					w.U.Scale(size, w.U)
					w.V.Scale(size, w.V)
				}
				if total, _ := p.Objective(w); !(c.LowerBound <= total*(1+1e-12)) {
					t.Errorf("bound %v and a network of width %d with objective %v", c.LowerBound, width, total)
				}
			}
		})
	}
}

// κ must be as brute force over u finds it in the problem where the relaxation's
// constraint is exact: no bound exceeds an exact optimum.
func TestBoundOnSpiralFromTargetsAlone(t *testing.T) {
	p := spiral(t)
	g := presolved(t, p)
	m := len(g.Representatives)
	zero := mat.NewDense(m, m, nil)
	c := mustRepair(t, p, g, lift.SparseMultipliers(p.Y, zero, zero, zero))
	mustVerify(t, c)
	if !(c.LowerBound > 2.6) || !(c.LowerBound < 16.5930) {
		t.Errorf("bound %v, expected between the known 2.6045 of these multipliers and the optimum 16.593", c.LowerBound)
	}
}

func TestZeroRowsOnly(t *testing.T) {
	p := problem.Problem{X: mat.NewDense(2, 3, nil), Y: mat.NewDense(2, 1, []float64{1, -2}), Gamma: 1}
	c := mustRepair(t, p, presolved(t, p), lift.Multipliers{W: mat.NewDense(2, 1, nil)})
	mustVerify(t, c)
	if c.LowerBound != 2.5 {
		t.Errorf("bound %v, expected 2.5", c.LowerBound)
	}
}

func TestHopelessMultipliersGiveTheTrivialCertificate(t *testing.T) {
	rng := newRand(9)
	p := withMerges(rng, 6, 3, 2, 0.1)
	g := presolved(t, p)
	n, _, outputs := p.Dims()
	constant := 0.0
	for i, r := range g.MergedInto {
		if r < 0 {
			constant += sumOfSquares(p.Y.RawRowView(i)) / 2
		}
	}
	for name, mu := range map[string]lift.Multipliers{
		"zero":    randomMultipliers(rng, n, outputs, len(g.Representatives), 0),
		"huge":    randomMultipliers(rng, n, outputs, len(g.Representatives), 1e300),
		"against": lift.SparseMultipliers(scaledCopy(-1, p.Y), square(g), square(g), square(g)),
	} {
		c := mustRepair(t, p, g, mu)
		mustVerify(t, c)
		if !(c.LowerBound >= constant*(1-1e-12)) {
			t.Errorf("%s: bound %v is below the zero rows' constant %v", name, c.LowerBound, constant)
		}
	}
}

func square(g reduce.Grouping) *mat.Dense {
	return mat.NewDense(len(g.Representatives), len(g.Representatives), nil)
}

func scaledCopy(s float64, m *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(m)
	out.Scale(s, out)
	return out
}

func TestMoreFeaturesThanRows(t *testing.T) {
	rng := newRand(4)
	p := problem.Problem{X: gaussian(rng, 5, 30), Y: gaussian(rng, 5, 2), Gamma: 0.2}
	zero := mat.NewDense(5, 5, nil)
	c := mustRepair(t, p, plainGrouping(5), lift.SparseMultipliers(p.Y, zero, zero, zero))
	mustVerify(t, c)
	if !(c.LowerBound > 0) {
		t.Errorf("bound %v, expected more than 0", c.LowerBound)
	}
	if h := dualNorm(rng, c, 2000); !(h <= p.Gamma) {
		t.Errorf("‖Wᵀ(Xu)₊‖ reaches %v‖u‖ and γ is %v", h, p.Gamma)
	}
}

func TestRowsOfVeryDifferentNorm(t *testing.T) {
	rng := newRand(5)
	p := problem.Problem{X: gaussian(rng, 12, 3), Y: gaussian(rng, 12, 2), Gamma: 0.3}
	for i := range 12 {
		s := math.Pow(10, float64(i%7-3))
		for j := range 3 {
			p.X.Set(i, j, s*p.X.At(i, j))
		}
	}
	for j := range 3 { // cosine 1 − 4e-9
		p.X.Set(1, j, p.X.At(0, j)*(1+9e-5*float64(j)))
	}
	zero := mat.NewDense(12, 12, nil)
	c := mustRepair(t, p, plainGrouping(12), lift.SparseMultipliers(p.Y, zero, zero, zero))
	mustVerify(t, c)
	if !(c.LowerBound > 0) {
		t.Errorf("bound %v, expected more than 0", c.LowerBound)
	}
}

func TestRepairIsDeterministic(t *testing.T) {
	rng := newRand(6)
	p := withMerges(rng, 8, 3, 2, 0.1)
	g := presolved(t, p)
	n, _, outputs := p.Dims()
	mu := randomMultipliers(rng, n, outputs, len(g.Representatives), 0.1)
	mu.W = p.Y
	first, second := mustRepair(t, p, g, mu), mustRepair(t, p, g, mu)
	if !reflect.DeepEqual(first, second) {
		t.Error("two repairs of the same multipliers differ")
	}
}

func TestRepairStopsWhenTheContextEnds(t *testing.T) {
	rng := newRand(7)
	p := withMerges(rng, 8, 3, 2, 0.1)
	g := presolved(t, p)
	r, err := NewRepairer(p, g)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c, err := r.Repair(ctx, lift.SparseMultipliers(p.Y, square(g), square(g), square(g)), Thorough)
	if err != nil {
		t.Fatal(err)
	}
	mustVerify(t, c)
}

func TestBadArgumentsAreErrors(t *testing.T) {
	rng := newRand(8)
	p := problem.Problem{X: gaussian(rng, 4, 2), Y: gaussian(rng, 4, 1), Gamma: 0.1}
	good := func() lift.Multipliers { return randomMultipliers(rng, 4, 1, 4, 1) }
	for name, mutate := range map[string]func(mu *lift.Multipliers, g *reduce.Grouping){
		"NaN in W":           func(mu *lift.Multipliers, _ *reduce.Grouping) { mu.W.Set(1, 0, math.NaN()) },
		"Inf in a pair":      func(mu *lift.Multipliers, _ *reduce.Grouping) { mu.Pairs[1].Value = math.Inf(1) },
		"negative pair":      func(mu *lift.Multipliers, _ *reduce.Grouping) { mu.Pairs[1].Value = -1 },
		"NaN in Psi":         func(mu *lift.Multipliers, _ *reduce.Grouping) { mu.Psi[0] = math.NaN() },
		"Psi missing":        func(mu *lift.Multipliers, _ *reduce.Grouping) { mu.Psi = nil },
		"no such line":       func(mu *lift.Multipliers, _ *reduce.Grouping) { mu.Pairs[1].L = 8 },
		"α and β of a row":   func(mu *lift.Multipliers, _ *reduce.Grouping) { mu.Pairs[1] = lift.Pair{K: 1, L: 5, Value: 1} },
		"group out of range": func(_ *lift.Multipliers, g *reduce.Grouping) { g.MergedInto[2] = 4 },
		"scale zero":         func(_ *lift.Multipliers, g *reduce.Grouping) { g.MergeScale[2] = 0 },
		"false merge": func(_ *lift.Multipliers, g *reduce.Grouping) {
			g.Representatives = g.Representatives[:3]
			g.MergedInto[3] = 0
		},
		"false zero row": func(_ *lift.Multipliers, g *reduce.Grouping) {
			g.Representatives = g.Representatives[:3]
			g.MergedInto[3] = -1
		},
		"too short": func(_ *lift.Multipliers, g *reduce.Grouping) { g.MergeScale = g.MergeScale[:3] },
	} {
		mu, g := good(), plainGrouping(4)
		mutate(&mu, &g)
		if _, err := Repair(p, g, mu); !errors.Is(err, ErrMultipliers) {
			t.Errorf("%s: error %v, expected one that wraps ErrMultipliers", name, err)
		}
	}
	p.Gamma = math.NaN()
	if _, err := Repair(p, plainGrouping(4), good()); !errors.Is(err, problem.ErrInvalid) {
		t.Errorf("γ NaN: error %v, expected one that wraps problem.ErrInvalid", err)
	}
}

func TestBoundIsRoundedDown(t *testing.T) {
	w := mat.NewDense(2, 1, []float64{1, 0x1p-60})
	y := mat.NewDense(2, 1, []float64{1, -1})
	// ½ − 2⁻⁶⁰ − 2⁻¹²¹ lies just below ½.
	if got, want := dualValue(w, y), math.Nextafter(0.5, 0); got != want {
		t.Errorf("got %v, expected %v", got, want)
	}
	if got := (&verify.Claims{}).LowerBound; got != 0 {
		t.Errorf("zero claims have bound %v", got)
	}
}
