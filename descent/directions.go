package descent

import (
	"context"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// FromDirections trains a network that starts from the given first-layer
// directions (k×d, any scale): it refits the output layer for all of them,
// roughly, and refines.  It is what RefitOutput followed by Refine does, without
// solving the convex problem in between to full accuracy.
func FromDirections(ctx context.Context, p problem.Problem, directions mat.Matrix, o Options) (problem.Weights, Status, error) {
	o, err := o.withDefaults()
	if err != nil {
		return problem.Weights{}, Status{}, err
	}
	if err := checkDirections(p, directions); err != nil {
		return problem.Weights{}, Status{}, err
	}
	start := time.Now()
	limited, cancel := withLimit(ctx, o.TimeLimit)
	defer cancel()
	w, _ := refit(limited, p, directions, problem.Weights{}, 1e-4, 10)
	w, st, err := Refine(limited, p, w, o)
	st.finish(ctx, limited, start)
	return w, st, err
}

// checkDirections validates a problem and directions for it.
func checkDirections(p problem.Problem, directions mat.Matrix) error {
	if err := p.Validate(); err != nil {
		return err
	}
	_, d, _ := p.Dims()
	k, cols := directions.Dims()
	if k > 0 && cols != d {
		return fmt.Errorf("descent: directions have %d columns and X has %d, expected the same number", cols, d)
	}
	for j := range k {
		for l := range cols {
			if t := directions.At(j, l); math.IsNaN(t) || math.IsInf(t, 0) {
				return fmt.Errorf("descent: direction %d has the entry %v, expected finite numbers", j, t)
			}
		}
	}
	return nil
}
