package signs

import (
	"context"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/signs/leaf"
)

// The leaves of a tree bound h for another W too, at once, and the tree goes on from there.
func TestTreeGoesOnWithAnotherResidual(t *testing.T) {
	for _, c := range []int{1, 2} {
		p := gaussianProblem(9, 3, c, 0.5, 12)
		w := p.Residual(trained(t, p))
		o := Options{Threads: 1, Seed: 7}
		first, err := NewTree(p, w, o)
		if err != nil {
			t.Fatal(err)
		}
		if status := first.Run(context.Background()); status != Closed {
			t.Fatalf("the first tree ends with %v", status)
		}
		moved := mat.DenseCopyOf(w)
		moved.Apply(func(i, k int, v float64) float64 { return v * (1.002 + 0.001*float64((i+k)%3)) }, moved)
		o.Leaves = 1
		again, err := NewTreeFrom(first, p, moved, o)
		if err != nil {
			t.Fatal(err)
		}
		again.Run(context.Background()) // bounds the leaves that are there and adds none
		if again.Leaves() != first.Leaves() {
			t.Errorf("%d outputs: %d leaves became %d", c, first.Leaves(), again.Leaves())
		}
		if v := again.Value(); !(v > first.Value() && v < 1.1*first.Value()) {
			t.Errorf("%d outputs: the value was %v, and is %v for a W that is larger by 0.3 %%", c, first.Value(), v)
		}
		requireProof(t, again, 1e-7)
		again.options.Leaves = 0
		again.Run(context.Background())
		fresh, err := NewTree(p, moved, o)
		if err != nil {
			t.Fatal(err)
		}
		fresh.options.Leaves = 0
		fresh.Run(context.Background())
		if v, want := again.Value(), fresh.Value(); v > want*(1+1e-4) || v < want*(1-1e-4) {
			t.Errorf("%d outputs: the tree says %.8f, a new one %.8f", c, v, want)
		}
		requireProof(t, again, 1e-7)
	}
}

// A tree for another residual whose first bounds were interrupted goes on from its leaves, and closes; cones without an interior stay what they are.
func TestReplantingIsInterrupted(t *testing.T) {
	p := gaussianProblem(9, 3, 1, 0.5, 12)
	w := p.Residual(trained(t, p))
	first, err := NewTree(p, w, Options{Threads: 1, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	first.Run(context.Background())
	empty := first.root
	for empty.children[0] != nil {
		empty = empty.children[0]
	}
	empty.empty, empty.multipliers, empty.bound = &margin{}, nil, 0
	again, err := NewTreeFrom(first, p, w, Options{Threads: 1, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if status := again.Run(ended); status != Interrupted {
		t.Fatalf("the interrupted tree ends with %v", status)
	}
	for _, nd := range again.open {
		if nd.empty != nil || nd.multipliers == nil || !nd.stale {
			t.Errorf("a leaf of %v: empty %v, multipliers %v, stale %v", nd.cut, nd.empty, nd.multipliers, nd.stale)
		}
	}
	if status := again.Run(context.Background()); status != Closed || again.Leaves() < first.Leaves() {
		t.Errorf("the tree goes on to %v with %d leaves of %d", status, again.Leaves(), first.Leaves())
	}
}

// Leaves are closed where the gap allows it.
func TestLeavesAreClosedAtTheGap(t *testing.T) {
	p := gaussianProblem(9, 3, 1, 0.5, 12)
	w := trained(t, p)
	objective, _ := p.Objective(w)
	for _, gap := range []float64{1e-3, 0.05} {
		tree, err := NewTree(p, p.Residual(w), Options{Objective: objective, Gap: gap})
		if err != nil {
			t.Fatal(err)
		}
		at := tree.options.Close
		if least := leaf.Defaults().Close; !(at > least) || tree.gap(at) > closeShare*gap || tree.gap(at+1e-4) < closeShare*gap {
			t.Errorf("for a gap of %v leaves are closed at %v, which costs %v", gap, at, tree.gap(at))
		}
		if tree.Run(context.Background()) != GapReached {
			t.Errorf("a tree for a gap of %v ends with %v", gap, tree.gap(tree.Value()))
		}
	}
}
