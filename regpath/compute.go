package regpath

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/relift/relift/dispatch"
	"github.com/relift/relift/engine"
	"github.com/relift/relift/tune"
)

// Options of Compute.  The zero value asks for the defaults.
type Options struct {
	// Tune says how the path is cross-validated.  Its Steps are how many γ there are, all of which are tried, its Networks the passes of the networks for all
	// rows (0: DefaultNetworks); Width and Seed are those of Run where they are zero, and an Executor that is nil has the threads of Run.
	Tune tune.Options
	// Run says how the runs at single γ find networks and proofs, from the networks of the path on.  TimeLimit is that of the whole path, half of it for
	// the cross-validation.
	Run engine.Options
	// Proofs is the most runs; 0 means DefaultProofs.
	Proofs int
	// Progress, unless nil, is called with the path after each run.
	Progress func(*Path)
}

// The defaults.
const (
	DefaultSteps    = 12 // down to γ_max/4096
	DefaultNetworks = 200
	DefaultProofs   = 3
)

// The shares of the time limit at which the cross-validation and the networks along the path end, and making these networks narrower.
const (
	tuningShare = 0.5
	narrowShare = 0.6
)

// until is ctx until a share of the time limit, if there is one.
func (o Options) until(ctx context.Context, share float64) (context.Context, context.CancelFunc) {
	if o.Run.TimeLimit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, o.Run.Begin.Add(time.Duration(share*float64(o.Run.TimeLimit))))
}

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	o.Tune.Whole = true
	for _, d := range []struct {
		to    *int
		value int
	}{
		{&o.Tune.Steps, DefaultSteps}, {&o.Tune.Networks, DefaultNetworks}, {&o.Tune.Width, o.Run.Width}, {&o.Proofs, DefaultProofs},
	} {
		if *d.to == 0 {
			*d.to = d.value
		}
	}
	if o.Tune.Seed == 0 {
		o.Tune.Seed = o.Run.Seed
	}
	if o.Run.Gap == 0 {
		o.Run.Gap = engine.DefaultGap
	}
	if o.Run.Begin.IsZero() {
		o.Run.Begin = time.Now()
	}
	return o
}

// Compute computes the path for the problem p, whose γ is not used, with the folds of its rows.  When ctx or the time limit ends, the result has what there
// is; it is an error where there is no point yet: that of ctx, or context.DeadlineExceeded.  Other errors are those of tune.Choose and engine.Train.
func Compute(ctx context.Context, p engine.Problem, folds []tune.Fold, o Options) (*Path, error) {
	o = o.withDefaults()
	p.Gamma = 1 // of a problem whose γ is not used
	if err := o.Run.Check(p); err != nil {
		return nil, err
	}
	p = o.Run.Place(p)
	if o.Tune.Executor == nil {
		o.Tune.Executor = dispatch.NewParallel(dispatch.Budget{Threads: o.Run.Threads}, tune.Kind(p.Algebra()))
	}
	early, cancel := o.until(ctx, tuningShare)
	defer cancel()
	tuning, err := tune.Choose(early, p, folds, o.Tune)
	if err != nil {
		return nil, err
	}
	narrowing, cancel := o.until(ctx, narrowShare)
	defer cancel()
	path, err := newPath(narrowing, p, tuning)
	if err != nil {
		return nil, err
	}
	if err := path.prove(ctx, p, o); err != nil {
		return nil, err
	}
	path.Status = path.status(ctx, o)
	return path, nil
}

// prove makes the runs, the first one whatever time is left, as it bounds the whole path.
func (path *Path) prove(ctx context.Context, p engine.Problem, o Options) error {
	limited, end := o.Run.TimeLimit > 0, o.Run.Begin.Add(o.Run.TimeLimit)
	tried := make([]bool, len(path.Points))
	for k := range o.Proofs {
		at := path.Tuning.Chosen
		if k > 0 {
			at = path.next(tried, o.Run.Gap)
		}
		if at < 0 || k > 0 && (ctx.Err() != nil || limited && !time.Now().Before(end)) {
			return nil
		}
		run := o.Run
		if run.Begin = time.Now(); limited {
			run.TimeLimit = max(end.Sub(run.Begin)/time.Duration(o.Proofs-k), time.Millisecond)
		}
		p.Gamma, run.Start, tried[at] = path.Points[at].Gamma, path.Points[at].Weights, true
		r, err := engine.Train(ctx, p, run)
		if err != nil {
			return err
		}
		path.take(at, r)
		for _, q := range path.Points {
			if q.Proof < 0 {
				continue
			}
			if err := engine.Contradiction(q.LowerBound, q.Objective, path.Proofs[q.Proof].Source()); err != nil {
				return fmt.Errorf("for γ = %v: %w", q.Gamma, err)
			}
		}
		if o.Progress != nil {
			o.Progress(path)
		}
	}
	return nil
}

// status says how the path ended.
func (path *Path) status(ctx context.Context, o Options) engine.Status {
	limit := o.Run.TimeLimit > 0 && (path.Tuning.Status == tune.Interrupted || !time.Now().Before(o.Run.Begin.Add(o.Run.TimeLimit)))
	switch {
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return engine.Interrupted
	case limit || ctx.Err() != nil:
		return engine.TimeLimit
	case path.widest() <= o.Run.Gap:
		return engine.GapReached
	}
	return engine.Done
}
