package descent

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 99)) }

// split doubles every neuron: λ and 1 − λ of each, which changes neither the
// output nor the objective.
func split(w problem.Weights, rng *rand.Rand) problem.Weights {
	m := w.Width()
	out := problem.Weights{U: stack(w.U, w.U), V: stack(w.V, w.V)}
	for j := range m {
		s := math.Sqrt(0.1 + 0.8*rng.Float64())
		r := math.Sqrt(1 - s*s)
		for _, a := range []*mat.Dense{out.U, out.V} {
			floats.Scale(s, a.RawRowView(j))
			floats.Scale(r, a.RawRowView(m+j))
		}
	}
	return out
}

func TestMergeUndoesSplitting(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		p, w, rng := randomProblem(t, seed, 20, 3, 2, 5)
		w = Balance(w)
		f, _ := p.Objective(w)
		for name, fn := range map[string]func(problem.Weights) (problem.Weights, error){
			"Merge":    func(w problem.Weights) (problem.Weights, error) { return Merge(t.Context(), p, w) },
			"Reduce":   func(w problem.Weights) (problem.Weights, error) { return Reduce(p, w) },
			"Simplify": func(w problem.Weights) (problem.Weights, error) { return Simplify(t.Context(), p, w) },
		} {
			got, err := fn(split(w, rng))
			if err != nil {
				t.Fatal(err)
			}
			if g, _ := p.Objective(got); got.Width() > 5 || !(g <= f*(1+1e-11)) {
				t.Errorf("seed %d: %s leaves width %d and objective %v, want at most 5 and %v", seed, name, got.Width(), g, f)
			}
		}
	}
}

func TestReduceKeepsTheOutput(t *testing.T) {
	for _, size := range []struct{ n, d, c, m int }{{4, 2, 2, 40}, {30, 6, 2, 300}, {12, 2, 3, 200}} {
		p, w, _ := randomProblem(t, 2, size.n, size.d, size.c, size.m)
		w = Balance(w)
		f, _ := p.Objective(w)
		got, err := Reduce(p, w)
		if err != nil {
			t.Fatal(err)
		}
		if got.Width() > size.n*size.c {
			t.Errorf("%+v: width %d, want at most n·c = %d", size, got.Width(), size.n*size.c)
		}
		if g, _ := p.Objective(got); !(g <= f*(1+1e-10)) {
			t.Errorf("%+v: objective rose from %v to %v", size, f, g)
		}
		var diff mat.Dense
		diff.Sub(w.Output(p.X, size.c), got.Output(p.X, size.c))
		if e := mat.Norm(&diff, math.Inf(1)); !(e <= 1e-9) {
			t.Errorf("%+v: output changed by %v", size, e)
		}
	}
}

func TestSimplifyNeverRaisesTheObjective(t *testing.T) {
	for seed := uint64(1); seed <= 8; seed++ {
		p, w, _ := randomProblem(t, seed, 15, 2, 2, 25)
		f, _ := p.Objective(w)
		got, err := Simplify(t.Context(), p, w)
		if err != nil {
			t.Fatal(err)
		}
		if g, _ := p.Objective(got); !(g <= f*(1+1e-10)) {
			t.Errorf("seed %d: objective rose from %v to %v", seed, f, g)
		}
		pruned, err := Prune(t.Context(), p, w)
		if err != nil {
			t.Fatal(err)
		}
		if g, _ := p.Objective(pruned); !(g <= f) || pruned.Width() > 25 {
			t.Errorf("seed %d: Prune gives %v from %v", seed, g, f)
		}
	}
}

func TestBalance(t *testing.T) {
	p, w, _ := randomProblem(t, 6, 10, 3, 2, 6)
	clear(w.V.RawRowView(2))
	got := Balance(w)
	if got.Width() != 5 {
		t.Fatalf("width %d, want 5", got.Width())
	}
	for j := range 5 {
		a, b := floats.Norm(got.U.RawRowView(j), 2), floats.Norm(got.V.RawRowView(j), 2)
		if !(math.Abs(a-b) <= 1e-14*a) {
			t.Errorf("neuron %d: ‖u‖ = %v, ‖v‖ = %v", j, a, b)
		}
	}
	if !mat.EqualApprox(w.Output(p.X, 2), got.Output(p.X, 2), 1e-12) {
		t.Error("the output changed")
	}
}
