package engine

import (
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem/loss"
)

// TestStrongerRelaxation: for one output the bound is larger than that of the paper's relaxation, its proof is accepted, and no network is below it.
func TestStrongerRelaxation(t *testing.T) {
	p := teacher(41, 16, 5, 1)
	p.Gamma, p.Y = 1, mat.NewDense(16, 1, mat.Col(nil, 0, teacher(43, 16, 5, 1).X)) // noise
	published, err := Bound(t.Context(), p, Options{Relaxation: RelaxationPublished})
	if err != nil {
		t.Fatal(err)
	}
	if published.Proof.Source() != relaxationSource {
		t.Errorf("the paper's relaxation is proved by %s", published.Proof.Source())
	}
	bound, err := Bound(t.Context(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := bound.Proof.Verify(t.Context()); err != nil || bound.Proof.Source() != rootSource {
		t.Errorf("proved by %s: %v", bound.Proof.Source(), err)
	}
	if bound.Weights.Width() > 0 || bound.RelativeGap != 1 {
		t.Errorf("a bound came with %d neurons and a gap of %v", bound.Weights.Width(), bound.RelativeGap)
	}
	trained, err := Train(t.Context(), p, Options{Effort: 300})
	if err != nil {
		t.Fatal(err)
	}
	checkResult(t, p, trained)
	for _, lower := range []float64{bound.LowerBound, trained.LowerBound} {
		if left := trained.UpperBound - lower; !(left >= 0) || !(left < (trained.UpperBound-published.LowerBound)/4) {
			t.Errorf("bound %v, the paper's relaxation %v, a network %v", lower, published.LowerBound, trained.UpperBound)
		}
	}
}

// TestStrengthens: the root relaxation is for one output or a problem that is not plain, losses with a smooth dual, and as many rows as there is time for.
func TestStrengthens(t *testing.T) {
	small, balanced := teacher(42, 20, 7, 1), teacher(42, 20, 7, 2)
	balanced.Intercept = true
	for name, c := range map[string]struct {
		problem Problem
		options Options
		want    bool
	}{
		"small":                   {small, Options{}, true},
		"logistic, intercept":     {general(loss.Logistic{}, true, true), Options{}, true},
		"published":               {small, Options{Relaxation: RelaxationPublished}, false},
		"a loss with kinks":       {general(loss.Huber{Delta: 1}, false, false), Options{}, false},
		"two outputs":             {teacher(42, 20, 7, 2), Options{}, false},
		"two, intercept":          {balanced, Options{}, true},
		"three classes":           {general(loss.Softmax{}, true, true), Options{}, true},
		"hundreds of rows":        {teacher(42, 400, 7, 1), Options{}, false},
		"more rows than any time": {teacher(42, treeRows+1, 2, 1), Options{TimeLimit: 240 * time.Hour}, false},
	} {
		s, err := newState(c.problem, c.options)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := s.strengthens(boundShare); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if need := s.root(boundShare, false).Bytes(); (need > 0) != c.want {
			t.Errorf("%s: needs %d bytes, for a phase that runs: %v", name, need, c.want)
		}
	}
}
