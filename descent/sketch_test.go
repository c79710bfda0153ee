package descent

import (
	"context"
	"errors"
	"testing"

	"github.com/relift/relift/problem"
)

// TestSketchIsFirst: with many rows the first network is of a few neurons, better than none, and known before a pass of a wide one over the data.
func TestSketchIsFirst(t *testing.T) {
	p := structured(60_000, 2, 1, 0.5, 5)
	none, _ := p.Objective(problem.Weights{})
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	seen := errors.New("a network was seen")
	w, st, err := Train(ctx, p, TrainOptions{Seed: 1, Threads: 1, Progress: func(w problem.Weights, objective float64) {
		if w.Width() > 0 {
			cancel(seen)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if w.Width() < 1 || w.Width() > sketchWidth || !(st.Objective < none/2) {
		t.Errorf("%d neurons, objective %v; expected at most %d and less than half of %v", w.Width(), st.Objective, sketchWidth, none)
	}
}
