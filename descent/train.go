package descent

import (
	"context"
	"fmt"
	"time"

	"github.com/relift/relift/problem"
)

// TrainOptions steer Train.  The zero value means the defaults.
type TrainOptions struct {
	// Width caps the number of neurons; 0 means no cap.
	Width int
	// Seed makes all random numbers.
	Seed uint64
	// Threads is the number of goroutines; 0 means those of the problem's linear algebra.  It is part of the result, as it sets the order of sums and
	// how many starts are trained side by side.
	Threads int
	// Effort limits the work, in passes over the data for the loss and its gradient of a network of 400 neurons; 0
	// means that training goes on until ctx ends or nothing is gained any more.
	Effort int
	// Start are weights to go on from, which may have width 0: none.  The result is never worse, unless they are wider than Width.
	Start problem.Weights
	// Sprouts is how many random neurons are tried beside those of Start: the ones that lower the objective join it, small at first.  A Start that was
	// trained with a larger γ, which needs fewer neurons, lacks directions that training alone does not find.
	Sprouts int
	// Progress, unless nil, is called with each better network and its objective, from the goroutine of Train, soon after
	// it was found.  The weights are the callee's to keep.
	Progress func(w problem.Weights, objective float64)
	// Spent, unless nil, is called as work is done, with all of it so far in the passes of Effort, from the goroutine of Train.
	Spent func(passes float64)
}

// withDefaults checks the options and fills in the defaults.
func (o TrainOptions) withDefaults(threads int) (TrainOptions, error) {
	switch {
	case o.Width < 0:
		return o, fmt.Errorf("descent: Width is %d, expected 0 (no cap) or a positive number of neurons", o.Width)
	case o.Threads < 0:
		return o, fmt.Errorf("descent: Threads is %d, expected 0 (all) or a positive number", o.Threads)
	case o.Sprouts < 0:
		return o, fmt.Errorf("descent: Sprouts is %d, expected 0 (none) or a positive number of neurons", o.Sprouts)
	case o.Effort < 0:
		return o, fmt.Errorf("descent: Effort is %d, expected 0 (no limit) or a positive number of passes such as 1000", o.Effort)
	}
	if o.Threads == 0 {
		o.Threads = threads
	}
	return o, nil
}

// Train trains a network for p, of any size, and returns the best one that it has found when ctx ends, the effort is
// spent or nothing is gained any more.  Its neurons are balanced (‖u_j‖ = ‖v_j‖).
//
// A wide random network, which has few bad local minima, is trained by Adam on small batches where there are many
// rows, then by L-BFGS.  Its neurons and those of further random networks, or copies of its own that were disturbed, are
// then the candidates of a convex refit of the output layer, which keeps few of them, and the result is trained on; that is repeated
// while it helps.  The neurons of two networks of the same objective together hold a better one, which is why this gains far
// more than as many restarts.  Where a convex refit would be too large, or the loss is another, neurons are added that violate
// the dual constraint (see Missing).
//
// Where p has an intercept, the result has the best one for its neurons.
//
// Passes are made in blocks of rows, in single precision until little is gained by them; objectives are
// computed in double precision.  Beside X it needs a copy of it in single precision, one more where that takes less than 64 MB, and
// about 100 MB at most.
//
// Runs that ctx does not cut off are deterministic for a seed and a number of threads.  Errors are those of bad
// input.
func Train(ctx context.Context, p problem.Problem, o TrainOptions) (problem.Weights, Status, error) {
	begin := time.Now()
	if err := checkWeights(p, o.Start); err != nil {
		return problem.Weights{}, Status{}, err
	}
	o, err := o.withDefaults(p.Algebra().Threads())
	if err != nil {
		return problem.Weights{}, Status{}, err
	}
	t := newTraining(ctx, p.On(p.Algebra().WithThreads(1)), o) // the goroutines are beside each other
	t.run()
	w, st := t.outcome()
	st.finish(ctx, ctx, begin)
	return w, st, nil
}
