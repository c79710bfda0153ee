package signs

import (
	"context"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// A tree with too little memory for its leaves ends with what it has proved; with room for the proof alone it drops what leaves on hold
// start from, and closes all the same.
func TestTreeWithinMemory(t *testing.T) {
	p := gaussianProblem(20, 4, 1, 0.5, 4)
	w := p.Residual(trained(t, p))
	run := func(bytes uint64) (*Tree, Status) {
		tree, err := NewTree(p, w, Options{Seed: 1, Bytes: bytes})
		if err != nil {
			t.Fatal(err)
		}
		return tree, tree.Run(context.Background())
	}
	free, status := run(0)
	if status != Closed || free.Leaves() < 6 {
		t.Fatalf("%v with %d leaves: this problem tests nothing", status, free.Leaves())
	}
	small, status := run(1)
	if status != MemoryLimit || small.Leaves() >= free.Leaves() {
		t.Errorf("%v with %d leaves and no memory", status, small.Leaves())
	}
	if _, err := small.Derivation(); err != nil {
		t.Error(err)
	}
	tree, err := NewTree(p, w, Options{Seed: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	var waiting []*node // leaves that are not next and have what their children start from
	starts := 0         // of them that still have it when there was no room for it
	tree.options.Progress = func(Progress) {
		switch {
		case tree.options.Bytes > 0:
			for _, nd := range waiting {
				if nd.start != nil {
					starts++
				}
			}
			tree.options.Bytes = 0
		case waiting == nil:
			rest := tree.held()
			for _, nd := range tree.open {
				if nd.bound < tree.open[0].bound && nd.start != nil {
					waiting, rest = append(waiting, nd), rest-nd.start.size()
				}
			}
			if waiting != nil {
				tree.options.Bytes = rest
			}
		}
	}
	if status := tree.Run(context.Background()); status != Closed || len(waiting) == 0 || starts > 0 {
		t.Errorf("%v; %d of %d leaves on hold have their starts where there was no room for them", status, starts, len(waiting))
	}
}

func TestBetweenSeparates(t *testing.T) {
	samples := mat.NewDense(4, 2, []float64{1, 0, 0.8, 0.6, 0.6, 0.8, 0, 1})
	normal := between(samples)
	if a, b := short.Dot(normal, samples.RawRowView(0)), short.Dot(normal, samples.RawRowView(3)); !(a*b < -0.4) {
		t.Errorf("the hyperplane across %v does not separate the farthest directions", normal)
	}
	if same := between(mat.NewDense(2, 2, []float64{1, 0, 1, 0})); same != nil {
		t.Errorf("one direction is separated by %v", same)
	}
}
