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
	longShare   = 0.5  // first network where no branch and bound follows
	widthShare  = 0.5  // first network under a cap, which is the main one
	relaxShare  = 0.7  // relaxation
	refineShare = 0.9  // first network again, if its share was too short
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

// timedStarts is more random starts than fit into the first network's share of a time limit on all
// but tiny problems.
const timedStarts = 50

// earlyNetwork trains a network quickly.
func (r *run) earlyNetwork() error {
	if r.gapReached() {
		return nil
	}
	share := earlyShare
	_, rank, _ := r.reduced.Dims()
	long := r.opts.TimeLimit > 0 && rank > searchRank
	if long {
		share = longShare
	}
	if r.opts.Width > 0 {
		share = widthShare
	}
	ctx, cancel := r.until(share)
	defer cancel()
	r.record("network")
	options := descent.Options{Width: r.opts.Width, Seed: r.opts.Seed, Starts: 1, GrowRounds: 5, Iterations: 300, NewtonIterations: 20}
	if long { // then its share of the time is the limit
		options.GrowRounds, options.Iterations, options.NewtonIterations = 0, 0, 0
		options.Starts = timedStarts
	}
	runs, best, err := descent.Restarts(ctx, r.problem, options)
	if err != nil {
		return fmt.Errorf("first network: %w", err)
	}
	r.propose(runs[best].Weights)
	if err := r.simpleBound(certificate.Quick); err != nil {
		return err
	}
	r.record("network")
	return nil
}

// sdp solves the relaxation and rounds it.
func (r *run) sdp() error {
	if r.gapReached() {
		return nil
	}
	if err := r.relaxation(relaxShare); err != nil {
		return err
	}
	if err := r.refine(); err != nil {
		return err
	}
	if err := r.roundFactor(); err != nil {
		return err
	}
	return r.repair()
}

// refine goes on with the training of the best network where the time limit has cut it short.
func (r *run) refine() error {
	if r.gapReached() || r.opts.TimeLimit == 0 || r.weights.Width() == 0 {
		return nil
	}
	ctx, cancel := r.until(refineShare)
	defer cancel()
	r.record("network")
	w, _, err := descent.Refine(ctx, r.problem, r.weights, descent.Options{Width: r.opts.Width, Seed: r.opts.Seed, GrowRounds: 30})
	if err != nil {
		return fmt.Errorf("refinement of the network: %w", err)
	}
	r.propose(w)
	r.record("network")
	return nil
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
	if r.gapReached() {
		return nil
	}
	r.record("network")
	parallel := r.opts.Threads
	if parallel == 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	runs, best, err := descent.Restarts(r.ctx, r.problem, descent.Options{
		Width: r.opts.Width, Seed: r.opts.Seed, GrowRounds: 30, Parallel: parallel,
	})
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	r.propose(runs[best].Weights)
	if err := r.simpleBound(certificate.Thorough); err != nil {
		return err
	}
	r.record("network")
	return nil
}
