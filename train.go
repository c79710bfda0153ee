package relift

import (
	"context"
	"fmt"
	"runtime"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/descent"
	"github.com/relift/relift/round"
)

// The shares of the time limit after which a phase gives way to the next.
const (
	earlyShare  = 0.1  // first network
	widthShare  = 0.5  // first network under a cap, which is the main one
	firstShare  = 0.6  // first network where the relaxation is not likely to be solved
	relaxShare  = 0.7  // relaxation before the network,
	lastShare   = 0.85 // and after it
	refineShare = 0.9  // network
	roundShare  = 0.95 // network from the relaxation
)

// Train finds a network for p and a certified lower bound on the objective of
// every network of any width.
//
// MethodSDP first trains a network by local search, so that an interruption at
// any time has one; then solves the relaxation, turning each iterate into
// a certificate; makes a network of the relaxation's directions; and repairs
// the best certificate thoroughly.  MethodExact adds neurons that lower the
// objective until a branch and bound over directions proves that there are
// none.  Whatever the method, the best certificate is verified at the end.
//
// Errors are about the input (lift.ErrInvalid, ErrOptions, ErrMemory) or
// internal; every other way to end is a Status.
func Train(ctx context.Context, p Problem, opts Options) (*Result, error) {
	r, cancel, err := newRun(ctx, p, opts)
	if err != nil {
		return nil, err
	}
	defer cancel()
	// The network of width 0 and its certificate: from here on there is a result.
	r.propose(Weights{})
	if err := r.simpleBound(certificate.Quick); err != nil {
		return nil, err
	}
	method, steps := r.plan()
	for _, step := range steps {
		if r.ctx.Err() != nil {
			break
		}
		if err := step(); err != nil {
			return nil, err
		}
	}
	return r.finish(method)
}

// timedStarts is more random starts than anybody waits for; freeStarts are those without a time limit.
const (
	timedStarts = 1000
	freeStarts  = 10
)

// simplifyShare of the time limit is for making that network narrower.
const simplifyShare = 0.02

// simplifyLargest is the largest n·m² of a network of m neurons that is worth it: minutes beyond that.
const simplifyLargest = 200_000_000

// earlyNetwork trains a network quickly.
func (r *run) earlyNetwork() error {
	share := earlyShare
	if r.opts.Width > 0 {
		share = widthShare
	}
	if r.gapReached() {
		return nil
	}
	ctx, cancel := r.until(share)
	defer cancel()
	r.record("network")
	runs, best, err := descent.Restarts(ctx, r.problem, descent.Options{
		Starts: 1, GrowRounds: 5, Iterations: 300, NewtonIterations: 20, Width: r.opts.Width, Seed: r.opts.Seed,
	})
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	r.propose(runs[best].Weights)
	if err := r.simpleBound(certificate.Quick); err != nil {
		return err
	}
	r.record("network")
	return nil
}

// combinedNetwork returns the step that combines networks from random starts with the best one so far, for a
// part of the time until the share of the time limit, and refines the result for the rest.
func (r *run) combinedNetwork(share float64) func() error {
	return func() error {
		if r.gapReached() {
			return nil
		}
		starts := freeStarts
		if r.opts.TimeLimit > 0 {
			starts = timedStarts
		}
		ctx, cancel := r.until(r.halfway(share))
		defer cancel()
		r.record("network")
		w, _, err := descent.Combine(ctx, r.problem, r.weights, descent.Options{
			Starts: starts, Width: r.opts.Width, Seed: r.opts.Seed, Parallel: r.threads(),
		})
		if err != nil {
			return fmt.Errorf("network: %w", err)
		}
		r.propose(w)
		r.record("network")
		if err := r.refine(share - simplifyShare); err != nil {
			return err
		}
		return r.simplify(share)
	}
}

// simplify makes the best network narrower without raising its objective, until the share of the time limit where
// there is one.
func (r *run) simplify(share float64) error {
	n, _, _ := r.problem.Dims()
	if m := r.weights.Width(); m == 0 || n*m*m > simplifyLargest {
		return nil
	}
	ctx, cancel := r.until(share)
	defer cancel()
	w, err := descent.Simplify(ctx, r.problem, r.weights)
	if err != nil {
		return fmt.Errorf("simplification of the network: %w", err)
	}
	if w.Width() == r.weights.Width() {
		return nil
	}
	r.propose(w)
	r.proposeNarrow(w)
	w, _, err = descent.Refine(ctx, r.problem, r.weights, descent.Options{Width: r.opts.Width, Seed: r.opts.Seed, Iterations: 1000, NewtonIterations: 50})
	if err != nil {
		return fmt.Errorf("refinement of the network: %w", err)
	}
	r.propose(w)
	r.record("network")
	return nil
}

// threads is the number of threads that the options allow.
func (r *run) threads() int {
	if r.opts.Threads > 0 {
		return r.opts.Threads
	}
	return runtime.GOMAXPROCS(0)
}

// aroundRelaxation returns the steps that solve the relaxation and train networks.  Under a time
// limit the relaxation comes first where it is likely to be solved in its share, because it has no good bound
// before, and the networks have what it leaves; otherwise the networks come first.
func (r *run) aroundRelaxation() []func() error {
	_, rank, _ := r.reduced.Dims()
	switch {
	case r.opts.TimeLimit > 0 && rank <= searchRank:
		return []func() error{r.earlyNetwork, r.sdp(relaxShare, r.refineUntil(refineShare), r.roundFactor)}
	case !r.needsSample(relaxShare):
		return []func() error{r.earlyNetwork, r.sdp(relaxShare, r.roundFactor, r.combinedNetwork(refineShare))}
	}
	return []func() error{r.combinedNetwork(firstShare), r.sdp(lastShare, r.refineUntil(refineShare), r.roundFactor)}
}

// sdp returns the step that solves the relaxation until the share of the time limit, trains networks and
// repairs the best certificate.
func (r *run) sdp(share float64, networks ...func() error) func() error {
	return func() error {
		if r.gapReached() {
			return nil
		}
		if err := r.relaxation(share); err != nil {
			return err
		}
		for _, step := range append(networks, r.repair) {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	}
}

// refine goes on with the training of the best network, until the share of the time limit where there is one.
func (r *run) refine(share float64) error {
	if r.gapReached() || r.weights.Width() == 0 {
		return nil
	}
	ctx, cancel := r.until(share)
	defer cancel()
	r.record("network")
	options := descent.Options{Width: r.opts.Width, Seed: r.opts.Seed, GrowRounds: 30}
	if r.opts.TimeLimit == 0 {
		options.Iterations, options.NewtonIterations, options.GrowRounds = 1000, 50, 10
	}
	w, _, err := descent.Refine(ctx, r.problem, r.weights, options)
	if err != nil {
		return fmt.Errorf("refinement of the network: %w", err)
	}
	r.propose(w)
	r.record("network")
	return nil
}

// refineUntil returns refine as a step of runs with a time limit.
func (r *run) refineUntil(share float64) func() error {
	return func() error {
		if r.opts.TimeLimit == 0 {
			return nil
		}
		return r.refine(share)
	}
}

// roundFactor makes a network of the directions of the relaxation's factor.
func (r *run) roundFactor() error {
	if r.gapReached() || r.relaxed.Factor.Columns() == 0 {
		return nil
	}
	ctx, cancel := r.until(roundShare)
	defer cancel()
	r.record("round")
	w, _, err := round.Network(ctx, r.problem, r.reduced.Directions(r.relaxed.Factor), descent.Options{
		Width: r.opts.Width, Seed: r.opts.Seed, Iterations: 1000, NewtonIterations: 50, GrowRounds: 10,
	})
	if err != nil {
		return fmt.Errorf("network from the relaxation: %w", err)
	}
	r.propose(w)
	r.record("round")
	return nil
}

// fullDescent trains by local search alone.
func (r *run) fullDescent() error {
	if err := r.combinedNetwork(roundShare)(); err != nil {
		return err
	}
	if err := r.simpleBound(certificate.Thorough); err != nil {
		return err
	}
	r.record("network")
	return nil
}
