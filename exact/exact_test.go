package exact

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// solve runs Solve and checks what must hold in every result.
func solve(t testing.TB, ctx context.Context, p problem.Problem, o Options) *Result {
	t.Helper()
	r, err := Solve(ctx, p, o)
	if err != nil {
		t.Fatal(err)
	}
	value, _ := p.Objective(r.Weights)
	if value != r.UpperBound {
		t.Errorf("the network's objective is %v, reported %v", value, r.UpperBound)
	}
	if !(r.LowerBound <= r.UpperBound) || !(r.LowerBound >= 0) {
		t.Errorf("bounds %v and %v are in the wrong order", r.LowerBound, r.UpperBound)
	}
	if r.Source == FromOracle {
		report := r.Certificate.Verify()
		if !report.OK() || !(report.ProvenBound >= r.LowerBound) {
			t.Errorf("the certificate of %v was rejected:\n%v", r.LowerBound, report)
		}
	}
	return r
}

func TestRandomProblemsAgainstReference(t *testing.T) {
	_, reference := readTable(t, sharedData(t, "random", "reference.csv"))
	for _, rec := range reference {
		trial, err := strconv.Atoi(rec[0])
		if err != nil {
			t.Fatal(err)
		}
		gamma, relaxed, want := number(t, rec[1]), number(t, rec[2]), number(t, rec[3])
		name := fmt.Sprintf("random%03d.csv", trial)
		r := solve(t, context.Background(), regression(t, sharedData(t, "random", name), gamma), Options{Gap: 1e-5})
		if r.Status != GapReached || !(r.Gap <= 1e-5) {
			t.Errorf("%s γ=%v: %v with gap %v, expected at most 1e-5", name, gamma, r.Status, r.Gap)
		}
		// the reference values are given to about 1e-6
		if !(r.LowerBound <= want*(1+1e-6)) || !(r.UpperBound >= want*(1-1e-6)) || !(r.UpperBound >= relaxed) {
			t.Errorf("%s γ=%v: bounds %v, %v do not enclose %v (relaxation %v)", name, gamma, r.LowerBound, r.UpperBound, want, relaxed)
		}
	}
}

func TestSpiral(t *testing.T) {
	for _, tt := range []struct{ gamma, want float64 }{{0.1, 16.5930}, {0.01, 15.1551}} {
		r := solve(t, context.Background(), classification(t, sharedData(t, "spiral.csv"), tt.gamma, false), Options{Gap: 1e-6})
		if !(r.Gap <= 1e-6) || !(math.Abs(r.UpperBound-tt.want) <= 1e-4) {
			t.Errorf("γ=%v: bounds %v, %v, expected %v", tt.gamma, r.LowerBound, r.UpperBound, tt.want)
		}
	}
}

func TestIris(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	// values to which this search and its certificates agreed, within the gap
	for _, tt := range []struct {
		gamma, want float64
		standardise bool
	}{{0.1, 2.530, false}, {0.01, 0.7375, false}, {0.1, 1.7645, true}} {
		r := solve(t, context.Background(), classification(t, sharedData(t, "iris.train.csv"), tt.gamma, tt.standardise), Options{Gap: 0.01, Seed: 1})
		if !(r.Gap <= 0.01) || !(math.Abs(r.UpperBound-tt.want) <= 0.005*tt.want) {
			t.Errorf("γ=%v standardised %v: bounds %v, %v, expected %v within 0.5 %%", tt.gamma, tt.standardise, r.LowerBound, r.UpperBound, tt.want)
		}
	}
}

// TestTinyProblems holds the certified H against dense sampling and local
// ascents, which never exceed it, and the bounds against each other.
func TestTinyProblems(t *testing.T) {
	for seed := range uint64(24) {
		rnd := rand.New(rand.NewPCG(seed, 4))
		d := 1 + int(seed%4)
		p := tiny(rnd, d)
		r := solve(t, context.Background(), p, Options{Gap: 1e-4, Seed: seed})
		if !(r.Gap <= 1e-4) {
			t.Errorf("seed %d, d=%d: %v with gap %v", seed, d, r.Status, r.Gap)
			continue
		}
		in := newInstance(p, 0)
		w := plain(r.Certificate.W).Data
		f := make([]float64, in.c)
		cl := newClimber(t.Context(), in, w)
		for range 3000 {
			u := gaussian(rnd, 1, in.d).RawRowView(0)
			normalise(u)
			before := in.value(w, u, f)
			after := before
			if d > 1 {
				after = cl.climb(u)
			}
			if !(before <= r.H) || !(after <= r.H) {
				t.Fatalf("seed %d, d=%d: ‖Wᵀ(Xu)₊‖ = %v and %v after the ascent at %v, certified H %v", seed, d, before, after, u, r.H)
			}
			if !(after >= before*(1-1e-12)) {
				t.Fatalf("seed %d, d=%d: the ascent went down from %v to %v", seed, d, before, after)
			}
		}
	}
}

// TestGrid compares the certified H with the maximum over a fine grid of
// directions for a fixed W that is far from optimal.
func TestGrid(t *testing.T) {
	for seed := range uint64(6) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		d := 2 + int(seed%2)
		p := tiny(rnd, d)
		in := newInstance(p, 0)
		w := plain(p.Y).Data
		grid := 0.0
		f := make([]float64, in.c)
		const steps = 400
		for i := range 4 * steps {
			theta := float64(i) / (4 * steps) * 2 * math.Pi
			if d == 2 {
				grid = max(grid, in.value(w, []float64{math.Cos(theta), math.Sin(theta)}, f))
				continue
			}
			for k := range steps / 2 {
				phi := (float64(k) + 0.5) / (steps / 2) * math.Pi
				grid = max(grid, in.value(w, []float64{math.Sin(phi) * math.Cos(theta), math.Sin(phi) * math.Sin(theta), math.Cos(phi)}, f))
			}
		}
		var h float64
		if d == 2 {
			h, _ = in.sweepPlane(w)
		} else {
			fr := newFrame(in, w)
			if at := fr.prove(context.Background(), 0.999*grid, 2, 1<<20, 1<<20); at.proven {
				t.Errorf("seed %d: H = %v was proven below the grid's maximum %v", seed, 0.999*grid, grid)
			}
			at := fr.prove(context.Background(), 1.002*grid, 2, 1<<20, 1<<20)
			if !at.proven {
				t.Errorf("seed %d: H = %v was not proven, the grid's maximum is %v", seed, 1.002*grid, grid)
			}
			h = at.bound
		}
		if !(h >= grid) || !(h <= 1.0021*grid) {
			t.Errorf("seed %d, d=%d: bound %v, grid %v", seed, d, h, grid)
		}
	}
}

// TestConesAgreeWithSweep embeds problems of rank 2 in more dimensions, where
// the reduction finds the plane again, and tilts them slightly, where the cones
// must prove almost the same.
func TestConesAgreeWithSweep(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 9))
	p := tiny(rnd, 2)
	want := solve(t, context.Background(), p, Options{Gap: 1e-6})

	q := p
	var embedded mat.Dense
	basis := gaussian(rnd, 2, 2)
	var rotation mat.QR
	rotation.Factorize(basis)
	var orthogonal mat.Dense
	rotation.QTo(&orthogonal)
	n, _, _ := p.Dims()
	embedded.Mul(p.X, &orthogonal)
	q.X = mat.NewDense(n, 4, nil)
	for i := range n {
		q.X.SetRow(i, []float64{0.6 * embedded.At(i, 0), 0.8 * embedded.At(i, 0), embedded.At(i, 1), 0})
	}
	flat := solve(t, context.Background(), q, Options{Gap: 1e-6})
	if newInstance(q, 0).d != 2 || !(math.Abs(flat.UpperBound-want.UpperBound) <= 2e-6*want.UpperBound) {
		t.Errorf("rank %d: value %v, expected 2 and %v", newInstance(q, 0).d, flat.UpperBound, want.UpperBound)
	}
	for i := range n {
		q.X.Set(i, 3, 1e-7*rnd.NormFloat64())
	}
	tilted := solve(t, context.Background(), q, Options{Gap: 1e-4})
	if newInstance(q, 0).d != 3 || !(tilted.Gap <= 1e-4) || !(math.Abs(tilted.UpperBound-want.UpperBound) <= 2e-4*want.UpperBound) {
		t.Errorf("rank %d, gap %v: value %v, expected 3 and %v", newInstance(q, 0).d, tilted.Gap, tilted.UpperBound, want.UpperBound)
	}
}

func TestDegenerateProblems(t *testing.T) {
	one := func(rows, cols int, v ...float64) *mat.Dense { return mat.NewDense(rows, cols, v) }
	for _, tt := range []struct {
		name string
		p    problem.Problem
		want float64
	}{
		{"one sample", problem.Problem{X: one(1, 1, 2), Y: one(1, 1, 3), Gamma: 0.5}, 0.5*0.25*0.25 + 0.5*(3-0.25)/2},
		{"γ too large", problem.Problem{X: one(1, 3, 1, 2, 2), Y: one(1, 2, 3, 4), Gamma: 100}, 12.5},
		{"zero targets", problem.Problem{X: one(2, 3, 1, 2, 3, 4, 5, 7), Y: one(2, 1, 0, 0), Gamma: 1}, 0},
		{"zero rows only", problem.Problem{X: one(2, 3, 0, 0, 0, 0, 0, 0), Y: one(2, 1, 3, 4), Gamma: 1}, 12.5},
		{"zero row", problem.Problem{X: one(2, 1, 0, 2), Y: one(2, 1, 2, 3), Gamma: 0.5}, 2 + 0.5*0.25*0.25 + 0.5*(3-0.25)/2},
	} {
		r := solve(t, context.Background(), tt.p, Options{Gap: 1e-7})
		if !(math.Abs(r.UpperBound-tt.want) <= 1e-6*(1+tt.want)) || !(tt.want-r.LowerBound <= 1e-6*(1+tt.want)) {
			t.Errorf("%s: %v, bounds %v and %v, expected %v", tt.name, r.Status, r.LowerBound, r.UpperBound, tt.want)
		}
	}
}

// TestInterruption ends the search at many moments; what it has is valid then.
func TestInterruption(t *testing.T) {
	p := classification(t, sharedData(t, "iris.train.csv"), 0.1, true)
	proofs := 0
	for _, wait := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond, 800 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		r := solve(t, ctx, p, Options{Gap: 1e-9})
		cancel()
		if r.Status != Interrupted {
			t.Errorf("after %v: status %v, expected %v", wait, r.Status, Interrupted)
		}
		if r.Certificate != nil {
			proofs++
		}
	}
	t.Logf("%d of 6 runs had a certificate", proofs)
	r := solve(t, context.Background(), p, Options{Gap: 1e-9, TimeLimit: 50 * time.Millisecond, RootBound: 1.5})
	if r.Status != TimeLimit || r.Source != FromRoot || r.LowerBound != 1.5 {
		t.Errorf("status %v, bound %v from %v; expected the time limit and 1.5 from the root", r.Status, r.LowerBound, r.Source)
	}
}

// TestThreadsDoNotMatter: the same seed gives the same network and bound.
func TestThreadsDoNotMatter(t *testing.T) {
	p := tiny(rand.New(rand.NewPCG(3, 3)), 4)
	a := solve(t, context.Background(), p, Options{Gap: 1e-3, Threads: 1})
	b := solve(t, context.Background(), p, Options{Gap: 1e-3, Threads: 4})
	if a.UpperBound != b.UpperBound || a.LowerBound != b.LowerBound || a.Cones != b.Cones || !mat.Equal(a.Weights.U, b.Weights.U) {
		t.Errorf("one thread: %v, %v, %d cones; four: %v, %v, %d cones", a.LowerBound, a.UpperBound, a.Cones, b.LowerBound, b.UpperBound, b.Cones)
	}
}

// TestInitialNetwork: the result is never worse than the network given.
func TestInitialNetwork(t *testing.T) {
	p := tiny(rand.New(rand.NewPCG(6, 6)), 3)
	best := solve(t, context.Background(), p, Options{Gap: 1e-4})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := solve(t, ctx, p, Options{Initial: best.Weights})
	if r.UpperBound != best.UpperBound {
		t.Errorf("objective %v, the initial network had %v", r.UpperBound, best.UpperBound)
	}
}

func TestBadOptions(t *testing.T) {
	p := problem.Problem{X: mat.NewDense(1, 2, []float64{1, 2}), Y: mat.NewDense(1, 1, []float64{1}), Gamma: 1}
	nan := math.NaN()
	for name, o := range map[string]Options{
		"gap NaN": {Gap: nan}, "gap infinite": {Gap: math.Inf(1)}, "gap negative": {Gap: -1},
		"time": {TimeLimit: -1}, "threads": {Threads: -1}, "root NaN": {RootBound: nan}, "root negative": {RootBound: -1},
		"starts":          {Starts: mat.NewDense(1, 3, nil)},
		"starts NaN":      {Starts: mat.NewDense(1, 2, []float64{nan, 1})},
		"initial":         {Initial: problem.Weights{U: mat.NewDense(1, 3, nil), V: mat.NewDense(1, 1, nil)}},
		"initial outputs": {Initial: problem.Weights{U: mat.NewDense(1, 2, nil), V: mat.NewDense(1, 2, nil)}},
		"initial NaN":     {Initial: problem.Weights{U: mat.NewDense(1, 2, []float64{nan, 1}), V: mat.NewDense(1, 1, nil)}},
	} {
		if _, err := Solve(context.Background(), p, o); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: error %v, expected ErrOptions", name, err)
		}
	}
	p.Gamma = nan
	if _, err := Solve(context.Background(), p, Options{}); !errors.Is(err, problem.ErrInvalid) {
		t.Errorf("γ NaN: error %v, expected problem.ErrInvalid", err)
	}
}

// TestColumnsOfVeryDifferentUnits: of the columns 10⁻⁶, 1 and 10⁶ in size the first is worth nothing, and a sweep over the other
// two has the optimum; cones in all three would prove next to nothing in minutes.
func TestColumnsOfVeryDifferentUnits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 8))
	p := tiny(rnd, 3)
	p.X, p.Y = gaussian(rnd, 10, 3), gaussian(rnd, 10, 1)
	p.Gamma = 0.1
	for i := range 10 {
		p.X.Set(i, 0, 1e-6*p.X.At(i, 0))
		p.X.Set(i, 2, 1e6*p.X.At(i, 2))
	}
	two := p
	two.X = mat.DenseCopyOf(p.X.Slice(0, 10, 1, 3))
	want := solve(t, context.Background(), two, Options{Gap: 1e-4})
	for _, gap := range []float64{1e-3, 1e-4} { // the smaller one leaves the first column for a second look
		r := solve(t, context.Background(), p, Options{Gap: gap, TimeLimit: 20 * time.Second})
		if !(r.Gap <= 1e-3) || !(r.LowerBound <= want.UpperBound*(1+1e-9)) || !(math.Abs(r.UpperBound-want.UpperBound) <= 1e-3*want.UpperBound) {
			t.Errorf("gap %v: bounds %v and %v, expected about %v", gap, r.LowerBound, r.UpperBound, want.UpperBound)
		}
	}
}

// TestRoundsAmongVeryDifferentUnits: with a column of ones beside columns 1 and 10⁶ in size three directions are left; a restricted
// problem that is solved loosely leaves the dual constraint violated for ever.
func TestRoundsAmongVeryDifferentUnits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 9))
	p := tiny(rnd, 3)
	p.X, p.Y = gaussian(rnd, 6, 3), gaussian(rnd, 6, 1)
	p.Gamma = 0.1
	for i := range 6 {
		p.X.Set(i, 1, 1)
		p.X.Set(i, 2, 1e6*p.X.At(i, 2))
	}
	if r := solve(t, context.Background(), p, Options{Gap: 1e-2, TimeLimit: 20 * time.Second}); !(r.Gap <= 1e-2) {
		t.Errorf("%v: gap %v after %d rounds", r.Status, r.Gap, r.Rounds)
	}
}

// Rounds before the first one, of a sweep, do not make it one without progress.
func TestFirstRoundIsProgress(t *testing.T) {
	p := problem.Problem{X: mat.NewDense(1, 1, []float64{1}), Y: mat.NewDense(1, 1, []float64{1}), Gamma: 0.1}
	s := newSearch(p, Options{}, newInstance(p, 0), time.Now())
	s.rounds = 3
	for still := range 3 {
		s.rounds++
		if s.roundAccuracy(); s.still != still {
			t.Errorf("%d rounds of %d are without progress", s.still, still+1)
		}
	}
}
