package blocks

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/proof/check"
)

// problem is n rows of a smooth function of d features with noise, among them a zero row, one that is repeated and one with
// the opposite sign.
func randomProblem(seed uint64, n, d, c int, gamma float64) problem.Problem {
	rng := rand.New(rand.NewPCG(seed, 1))
	x, y := mat.NewDense(n, d, nil), mat.NewDense(n, c, nil)
	for i := range n {
		for j := range d {
			x.Set(i, j, rng.NormFloat64())
		}
		for k := range c {
			y.Set(i, k, math.Abs(x.At(i, 0))+x.At(i, k%d)+0.3*rng.NormFloat64())
		}
	}
	x.SetRow(1, x.RawRowView(0))
	opposite := mat.NewVecDense(d, nil)
	opposite.ScaleVec(-2, x.RowView(0))
	x.SetRow(2, opposite.RawVector().Data)
	clear(x.RawRowView(3))
	return problem.Problem{X: x, Y: y, Gamma: gamma}
}

// proven is the bound that the checker finds.
func proven(t *testing.T, d *proof.Derivation) float64 {
	t.Helper()
	r, err := d.Check(t.Context(), check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() {
		failed, _ := r.FirstFailure()
		t.Fatalf("%s: %s", failed.Name, failed.Detail)
	}
	return r.ProvenBound
}

func TestBlocksProveWhatTheyClaim(t *testing.T) {
	for _, c := range []int{1, 2} {
		p := randomProblem(uint64(c), 40, 3, c, 2)
		red, err := lift.Presolve(p)
		if err != nil {
			t.Fatal(err)
		}
		runs, best, err := descent.Restarts(t.Context(), p, descent.Options{Starts: 4})
		if err != nil {
			t.Fatal(err)
		}
		upper := runs[best].Status.Objective
		last := math.Inf(1)
		for _, count := range []int{1, 2, 5, 100} {
			calls := 0
			d, claimed, err := Prove(t.Context(), red, Options{Count: count, Seed: 1, Parallel: 2, Apart: true, Progress: func(int, float64) { calls++ }})
			if err != nil {
				t.Fatal(err)
			}
			if want := min(count, len(red.Representatives)); calls != want {
				t.Errorf("%d blocks were reported, want %d", calls, want)
			}
			bound := proven(t, d)
			zero := 0.0 // the zero row's part, which belongs to no block
			for _, v := range p.Y.RawRowView(3) {
				zero += v * v / 2
			}
			if math.Abs(bound-claimed-zero) > 1e-6*bound {
				t.Errorf("%d blocks prove %v, claimed %v and %v of zero rows", count, bound, claimed, zero)
			}
			if !(bound > 0.2*upper && bound <= upper) || bound > last*(1+1e-3) {
				t.Errorf("%d blocks prove %v; fewer of them %v, a network has %v", count, bound, last, upper)
			}
			last = bound
		}
	}
}

func TestCommonMomentsProveMore(t *testing.T) {
	for _, c := range []int{1, 2} {
		p := randomProblem(uint64(c), 60, 3, c, 2)
		red, err := lift.Presolve(p)
		if err != nil {
			t.Fatal(err)
		}
		prove := func(count, families int, apart bool) float64 {
			d, claimed, err := Prove(t.Context(), red, Options{Count: count, Families: families, Seed: 1, Parallel: 2, Apart: apart})
			if err != nil {
				t.Fatal(err)
			}
			bound := proven(t, d)
			if !(bound >= claimed*(1-1e-6)) {
				t.Errorf("%d blocks prove %v, claimed %v", count, bound, claimed)
			}
			return bound
		}
		whole, apart, together, families := prove(1, 1, false), prove(4, 1, true), prove(4, 1, false), prove(4, 2, false)
		if !(together <= whole*(1+2e-3) && together-apart > 0.4*(whole-apart)) {
			t.Errorf("c=%d: blocks apart prove %v, together %v, all rows %v", c, apart, together, whole)
		}
		if !(families < together && families > apart) {
			t.Errorf("c=%d: two families prove %v, one %v, blocks apart %v", c, families, together, apart)
		}
	}
}

func TestBlocksTogetherInterrupted(t *testing.T) {
	p := randomProblem(3, 60, 3, 1, 2)
	red, err := lift.Presolve(p)
	if err != nil {
		t.Fatal(err)
	}
	last := 0.0
	for _, steps := range []int{1, 20, 40} {
		ctx, cancel := context.WithCancel(t.Context())
		d, _, err := Prove(ctx, red, Options{Count: 4, Progress: func(done int, _ float64) {
			if done == steps {
				cancel()
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		bound := proven(t, d)
		if !(bound >= last) {
			t.Errorf("after %d steps %v is proved, before %v", steps, bound, last)
		}
		last = bound
		cancel()
	}
	if !(last > 0) {
		t.Error("nothing is proved")
	}
}

func TestInterruptedBlocksAreStillTrue(t *testing.T) {
	p := randomProblem(3, 40, 3, 1, 2)
	red, err := lift.Presolve(p)
	if err != nil {
		t.Fatal(err)
	}
	runs, best, err := descent.Restarts(t.Context(), p, descent.Options{Starts: 1})
	if err != nil {
		t.Fatal(err)
	}
	last := 0.0
	for _, w := range []*mat.Dense{nil, p.Residual(runs[best].Weights)} {
		ctx, cancel := context.WithCancel(t.Context())
		d, claimed, err := Prove(ctx, red, Options{Count: 4, W: w, Apart: true, Progress: func(done int, _ float64) {
			if done == 2 {
				cancel()
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		bound := proven(t, d)
		if !(bound > last && bound >= claimed*(1-1e-6)) {
			t.Errorf("two of four blocks prove %v, claimed %v", bound, claimed)
		}
		last = bound // what the network's residual gives is more than nothing
	}
}

func TestPartition(t *testing.T) {
	red, err := lift.Presolve(randomProblem(4, 50, 4, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, divide := range []func(*lift.Reduced, int, uint64) [][]int{Partition, Bundles} {
		parts := divide(red, 7, 3)
		var all []int
		for _, part := range parts {
			if !slices.IsSorted(part) || len(part) < len(red.Representatives)/7 || len(part) > len(red.Representatives)/7+1 {
				t.Errorf("block %v of %d rows", part, len(red.Representatives))
			}
			all = append(all, part...)
		}
		slices.Sort(all)
		for i, g := range all {
			if i != g || len(all) != len(red.Representatives) || len(parts) != 7 {
				t.Fatalf("%d blocks have the rows %v", len(parts), all)
			}
		}
	}
}

// Rows along three lines, some of them backwards, are three bundles.
func TestBundlesAreLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	x := mat.NewDense(30, 3, nil)
	for i := range 30 {
		for j := range 3 {
			x.Set(i, j, 0.05*rng.NormFloat64())
		}
		x.Set(i, i%3, float64(1-2*(i/3%2)))
	}
	red, err := lift.Presolve(problem.Problem{X: x, Y: mat.NewDense(30, 1, nil), Gamma: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range Bundles(red, 3, 1) {
		for _, i := range part {
			if i%3 != part[0]%3 {
				t.Errorf("a bundle has the rows %v", part)
				break
			}
		}
	}
}
