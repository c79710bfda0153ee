package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/engine"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/report"
)

// The share of the time limit of the column generation when the relaxation may
// follow, and the gap above which it does.
const (
	searchShare = 0.6
	largeGap    = 0.9
)

// search looks for a bound and for better networks.
func (a *auditor) search(ctx context.Context) error {
	if !a.problem.IsPlain() {
		return a.general(ctx)
	}
	reduced, err := lift.Presolve(a.problem)
	if err != nil {
		return err
	}
	_, rank, _ := reduced.Dims()
	limit := a.options.TimeLimit
	if rank <= SearchRank {
		share := limit
		if rank > sweepRank {
			share = time.Duration(searchShare * float64(limit))
			if limit == 0 {
				share = engine.AutoTime
			}
		}
		if err := a.columns(ctx, share); err != nil {
			return err
		}
		if rank <= sweepRank || a.gap() <= largeGap {
			return nil
		}
	}
	if err := a.relaxation(ctx); err != nil {
		return err
	}
	if rank > SearchRank && a.gap() > a.options.Gap {
		return a.train(ctx)
	}
	return nil
}

// left returns what is left of the time limit, 0 for no limit.
func (a *auditor) left() time.Duration {
	if a.options.TimeLimit == 0 {
		return 0
	}
	return max(a.options.TimeLimit-time.Since(a.begin), time.Millisecond)
}

// columns runs the column generation from the network.  Its first bound is that
// of the residual of the network with its second layer refitted.
func (a *auditor) columns(ctx context.Context, limit time.Duration) error {
	row := engine.Event{Phase: "exact", Relaxed: math.NaN()}
	result, err := exact.Solve(ctx, a.problem, exact.Options{
		Gap: a.options.Gap / 2, TimeLimit: limit, Threads: a.options.Threads, Seed: a.options.Seed, Initial: a.refitted,
		Progress: func(p exact.Progress) {
			if a.options.Progress != nil {
				row.Outer, row.Inner, row.Bound, row.Network, row.Elapsed = p.Round, p.Columns, p.LowerBound, p.UpperBound, time.Since(a.begin)
				a.options.Progress.Record(row)
			}
		},
	})
	if err != nil {
		return fmt.Errorf("column generation: %w", err)
	}
	a.propose(result.Weights)
	if result.Certificate == nil {
		return nil
	}
	proof, err := proved(ctx, result.Certificate)
	if err != nil {
		a.report.Warnings = append(a.report.Warnings, fmt.Sprintf("a certificate of the bound %.6g was not accepted by the verifier and is not used: %v", result.Certificate.LowerBound, err))
		return nil
	}
	if proof == nil {
		return nil
	}
	a.consider(Bound{Value: report.Number(proof.Bound()), Source: proof.Source(), Proof: proof})
	return nil
}

// grace is how long a proof is verified after the end of the audit's context.
const grace = 500 * time.Millisecond

// proved makes a proof of what the column generation found.  If ctx has ended, or ends meanwhile, there is a
// little time for it still: a search that was interrupted is not to lose its bound.
func proved(ctx context.Context, c *exact.Certificate) (engine.Proof, error) {
	proof, err := engine.ProveCones(ctx, c)
	if ctx.Err() == nil {
		return proof, err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return engine.ProveCones(last, c)
}

// general takes bound and network of a training of their own where the problem is not plain: there a bound needs a good network.
func (a *auditor) general(ctx context.Context) error {
	result, err := a.run(ctx, engine.Train, "the search for a bound")
	if result == nil {
		return err
	}
	a.propose(result.Weights)
	a.take(result)
	return nil
}

// run runs the engine.  Where there is not enough memory for that, a warning says what is left out and the result is nil.
func (a *auditor) run(ctx context.Context, solve func(context.Context, engine.Problem, engine.Options) (*engine.Result, error), what string) (*engine.Result, error) {
	result, err := solve(ctx, a.problem, a.engineOptions())
	if errors.Is(err, engine.ErrMemory) {
		a.report.Warnings = append(a.report.Warnings, fmt.Sprintf("%s is left out: %v", what, err))
		return nil, nil
	}
	return result, err
}

// engineOptions are those of a run of the engine in the time that is left.
func (a *auditor) engineOptions() engine.Options {
	return engine.Options{
		Gap: a.options.Gap / 2, Seed: a.options.Seed, TimeLimit: a.left(), Threads: a.options.Threads, MemoryLimit: a.options.MemoryLimit, Progress: a.options.Progress,
	}
}

// take considers the bound of a run of the engine.
func (a *auditor) take(result *engine.Result) {
	a.report.Warnings = append(a.report.Warnings, result.Warnings...)
	if result.Proof != nil {
		a.consider(Bound{Value: report.Number(result.LowerBound), Source: result.Proof.Source(), Proof: result.Proof})
	}
}

// relaxation takes the bound of the semidefinite relaxation.
func (a *auditor) relaxation(ctx context.Context) error {
	result, err := a.run(ctx, engine.Bound, "the semidefinite relaxation")
	if result != nil {
		a.take(result)
	}
	return err
}

// growRounds is how often training adds neurons.
const growRounds = 10

// train improves the network by local search.
func (a *auditor) train(ctx context.Context) error {
	if a.refitted.Width() == 0 {
		return nil
	}
	w, _, err := descent.Refine(ctx, a.problem, a.refitted, descent.Options{GrowRounds: growRounds, Seed: a.options.Seed, TimeLimit: a.left()})
	if err != nil {
		return fmt.Errorf("training from the network: %w", err)
	}
	a.propose(w)
	return nil
}
