package descent

import (
	"context"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/relift/relift/lift"
)

const (
	// combineIterations are the L-BFGS iterations of a start and of a combination: more of
	// them find a better network from one start, but fewer starts in the same time.
	combineIterations = 250
	// largestBatch is the most starts that are combined at a time.
	largestBatch = 4
	// fewestBatches is how many batches have to fit into the time that is left after the first
	// start; where they do not, that start is better refined.
	fewestBatches = 4
	// staleBatches in a row, each with less than staleGain of the objective, end it.
	staleBatches = 10
	staleGain    = 1e-5
)

// Combine trains one network from Options.Starts random starts and from the weights from, which
// may have width 0.  A batch of Options.Parallel starts, at most four, is trained roughly; the neurons of
// those networks and of the best one so far are then the candidates of one convex refit of the output layer,
// whose result is refined.  The neurons of two networks of the same objective together hold a better one, which
// is why this gains far more than the best of as many restarts.
//
// The result is never worse than from or, without a cap on the width, than any start.  It is rough: see Refine.
// Options.GrowRounds and NewtonIterations are not used; Options.Iterations is for each start and each combination, 0
// means 250.  Parallel is part of the result, as it sets the batches.  Under a deadline Combine ends early where there is no time for another batch, and after the first start where there is none for several.
func Combine(ctx context.Context, p lift.Problem, from lift.Weights, o Options) (lift.Weights, Status, error) {
	if o.Iterations == 0 {
		o.Iterations = combineIterations
	}
	width := o.Width
	o, err := o.withDefaults()
	if err != nil {
		return lift.Weights{}, Status{}, err
	}
	if err := checkWeights(p, from); err != nil {
		return lift.Weights{}, Status{}, err
	}
	begin := time.Now()
	limited, cancel := withLimit(ctx, o.TimeLimit)
	defer cancel()
	o.NewtonIterations, o.GrowRounds, o.Width = -1, -1, 0
	best := Run{Weights: from, Status: Status{Stationarity: math.NaN(), Reason: IterationLimit}}
	best.Status.Objective, _ = p.Objective(from)
	stale := 0
	for next := 0; next < o.Starts && limited.Err() == nil && stale < staleBatches; {
		at, before := time.Now(), best.Status.Objective
		size := min(o.Parallel, largestBatch, o.Starts-next)
		if next == 0 {
			size = 1
		}
		batch := startBatch(limited, p, o, next, size)
		next += size
		best = combine(limited, p, best, batch, o)
		if before-best.Status.Objective > staleGain*math.Abs(before) {
			stale = 0
		} else {
			stale++
		}
		if deadline, ok := limited.Deadline(); ok {
			needed := time.Since(at)
			if next == 1 {
				needed *= fewestBatches
			}
			if time.Until(deadline) < needed {
				break
			}
		}
	}
	w, st := best.Weights, best.Status
	if limited.Err() != nil {
		st.Reason = Interrupted
	}
	if width > 0 && w.Width() > width {
		o.Width = width
		w, st = narrow(limited, p, w, st, o)
		if f, _ := p.Objective(from); from.Width() <= width && !(st.Objective < f) {
			w, st.Objective, st.Stationarity = from, f, math.NaN()
		}
	}
	st.finish(ctx, limited, begin)
	return w, st, nil
}

// startBatch trains size starts from the given index on.
func startBatch(ctx context.Context, p lift.Problem, o Options, first, size int) []Run {
	runs := make([]Run, size)
	var group errgroup.Group
	for i := range runs {
		group.Go(func() error {
			runs[i] = restart(ctx, p, o, uint64(first+i))
			return nil
		})
	}
	_ = group.Wait() // the starts return no errors
	return runs
}

// combine refits and refines the neurons of all runs.
func combine(ctx context.Context, p lift.Problem, best Run, batch []Run, o Options) Run {
	runs := append([]Run{best}, batch...)
	least := 0
	for i, r := range runs {
		if r.Status.Objective < runs[least].Status.Objective {
			least = i
		}
	}
	best = runs[least]
	directions := best.Weights.U // first, as the refit starts from their output weights
	for i, r := range runs {
		if i != least && r.Weights.Width() > 0 {
			directions = stack(directions, r.Weights.U)
		}
	}
	if directions == best.Weights.U || ctx.Err() != nil {
		return best
	}
	w, _ := refit(ctx, p, directions, best.Weights, 1e-5, 4)
	if n, _, c := p.Dims(); w.Width() > n*c {
		w = reduce(p, Balance(w))
	}
	w, st := refine(ctx, p, w, o)
	if st.Objective < best.Status.Objective {
		return Run{w, st}
	}
	return best
}
