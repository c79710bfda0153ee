package relift

import (
	"context"
	"fmt"
	"runtime"
	"time"

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

// timedStarts is more random starts than fit into the first network's share of a time limit on all
// but tiny problems.
const timedStarts = 50

// What a rough start is, and the part of the time for them.
const (
	roughIterations = 1000
	roughPart       = 0.5
)

// earlyNetwork trains a network quickly.
func (r *run) earlyNetwork() error {
	share := earlyShare
	if r.opts.Width > 0 {
		share = widthShare
	}
	return r.restarts(share, descent.Options{Starts: 1, GrowRounds: 5, Iterations: 300, NewtonIterations: 20})
}

// longNetwork returns the step that trains networks roughly for a part of the time until the share of the
// time limit, and the best of them for the rest.
func (r *run) longNetwork(share float64) func() error {
	return func() error {
		now := time.Since(r.begin).Seconds() / r.opts.TimeLimit.Seconds()
		rough := descent.Options{Starts: timedStarts, GrowRounds: 1, Iterations: roughIterations, NewtonIterations: -1}
		if err := r.restarts(now+roughPart*(share-now), rough); err != nil {
			return err
		}
		return r.refine(share)
	}
}

// restarts trains networks from random starts, one after the other.
func (r *run) restarts(share float64, options descent.Options) error {
	if r.gapReached() {
		return nil
	}
	ctx, cancel := r.until(share)
	defer cancel()
	r.record("network")
	options.Width, options.Seed = r.opts.Width, r.opts.Seed
	runs, best, err := descent.Restarts(ctx, r.problem, options)
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

// aroundRelaxation returns the steps that solve the relaxation and train networks.  Under a time
// limit the relaxation comes first where it is likely to be solved in its share, because it has no good bound
// before, and the networks have what it leaves; otherwise the networks come first.
func (r *run) aroundRelaxation() []func() error {
	_, rank, _ := r.reduced.Dims()
	switch {
	case r.opts.TimeLimit == 0 || rank <= searchRank:
		return []func() error{r.earlyNetwork, r.sdp(relaxShare, r.refineUntil(refineShare), r.roundFactor)}
	case !r.needsSample(relaxShare):
		return []func() error{r.earlyNetwork, r.sdp(relaxShare, r.roundFactor, r.longNetwork(refineShare))}
	}
	return []func() error{r.longNetwork(firstShare), r.sdp(lastShare, r.refineUntil(refineShare), r.roundFactor)}
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

// refine goes on with the training of the best network until the share of the time limit.
func (r *run) refine(share float64) error {
	if r.gapReached() || r.opts.TimeLimit == 0 || r.weights.Width() == 0 {
		return nil
	}
	ctx, cancel := r.until(share)
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

// refineUntil returns refine as a step.
func (r *run) refineUntil(share float64) func() error { return func() error { return r.refine(share) } }

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
