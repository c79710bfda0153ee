package descent

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/relift/relift/lift"
)

// Run is the outcome of one random start.
type Run struct {
	Weights lift.Weights
	Status  Status
}

// Restarts trains from Options.Starts random starts and returns all runs in
// order and the index of the best.  Start i depends on Options.Seed and i
// only, so the result does not depend on Options.Parallel.  Each start refits
// the output layer for random directions, refines, and adds missing neurons.
//
// When ctx ends, starts that have not begun come back with width 0.
func Restarts(ctx context.Context, p lift.Problem, o Options) (runs []Run, best int, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return nil, 0, err
	}
	if err := p.Validate(); err != nil {
		return nil, 0, err
	}
	if o.GrowRounds == 0 {
		o.GrowRounds = 30
	}
	limited, cancel := withLimit(ctx, o.TimeLimit)
	defer cancel()
	runs = make([]Run, o.Starts)
	var group errgroup.Group
	group.SetLimit(o.Parallel)
	for i := range runs {
		group.Go(func() error {
			start := time.Now()
			runs[i] = restart(limited, p, o, uint64(i))
			runs[i].Status.finish(ctx, limited, start)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	for i := range runs {
		if runs[i].Status.Objective < runs[best].Status.Objective {
			best = i
		}
	}
	return runs, best, nil
}

// restart is one start.
func restart(ctx context.Context, p lift.Problem, o Options, index uint64) Run {
	if ctx.Err() != nil {
		f, _ := p.Objective(lift.Weights{})
		return Run{Status: Status{Reason: Interrupted, Objective: f, Stationarity: math.NaN()}}
	}
	_, d, c := p.Dims()
	rng := rand.New(rand.NewPCG(o.Seed, index))
	directions := startDirections(p, lift.Weights{}, 50+10*d, rng)
	w, _ := refit(ctx, p, directions.T(), lift.Weights{}, 1e-3, 10)
	w, st := refine(ctx, p, w, o.rough(w.Width()*(d+c)))
	o.Seed = rng.Uint64()
	w, st = growAndRefine(ctx, p, w, st, o)
	if o.Width > 0 && w.Width() > o.Width {
		w, st = narrow(ctx, p, w, st, o)
	}
	return Run{Weights: w, Status: st}
}
