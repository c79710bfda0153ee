package engine

import (
	"context"
	"fmt"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/descent"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/round"
)

// firstNetwork returns the phase that trains a network quickly and claims the bound that it gives by itself.
func (s *state) firstNetwork(until float64) Phase {
	return Phase{Name: "network", Until: until, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		runs, best, err := descent.Restarts(ctx, s.narrow, descent.Options{
			Starts: 1, GrowRounds: 5, Iterations: 300, NewtonIterations: 20, Width: s.opts.Width, Seed: s.opts.Seed,
		})
		if err != nil {
			return nil, fmt.Errorf("network: %w", err)
		}
		s.propose(a, runs[best].Weights)
		a.Note(nil)
		return nil, nil
	}}
}

// denseRows is the largest number of rows for which a certificate by dense multipliers is made, of matrices of that order.
const denseRows = 1500

// networkBound returns the phase that claims the bound which the best network gives by itself.
func (s *state) networkBound(effort certificate.Effort) Phase {
	return Phase{Name: "bound", Needed: "the bound from the network", Bytes: s.certificateMemory, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		bound := s.diagonalBound
		if n, _, _ := s.problem.Dims(); n <= denseRows {
			bound = func(ctx context.Context, a Access) error { return s.simpleBound(ctx, a, effort) }
		}
		if err := bound(ctx, a); err != nil {
			return nil, err
		}
		a.Note(nil)
		return nil, nil
	}}
}

// certificateMemory estimates the bytes of the bound from a network, its repair and its verification.
func (s *state) certificateMemory() uint64 {
	n, d, c := s.problem.Dims()
	if n > denseRows {
		return 8 * uint64(n) * uint64(d+2*c+8)
	}
	order := uint64(n) + uint64(min(n, d))
	return 8 * 10 * order * order
}

// timedStarts is more random starts than anybody waits for; freeStarts are those without a time limit.
const (
	timedStarts = 1000
	freeStarts  = 10
)

// simplifyLargest is the largest n·m² of a network of m neurons that is worth simplifying: minutes beyond that.
const simplifyLargest = 200_000_000

// The refinement of a network without a time limit.
var freeRefinement = descent.Options{Iterations: 1000, NewtonIterations: 50, GrowRounds: 10}

// localSearch returns the phase that combines networks from random starts with the best one so far, for a
// part of its time, refines the result for the rest, and makes it narrower.
func (s *state) localSearch(until float64) Phase {
	return Phase{Name: "network", Until: until, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		starts, half := freeStarts, ctx
		if deadline, ok := ctx.Deadline(); ok {
			starts = timedStarts
			now := s.clock.Now()
			var cancel context.CancelFunc
			half, cancel = withDeadline(ctx, s.clock, now.Add(deadline.Sub(now)/2))
			defer cancel()
		}
		from, _ := s.network()
		w, _, err := descent.Combine(half, s.narrow, from, descent.Options{
			Starts: starts, Width: s.opts.Width, Seed: s.opts.Seed, Parallel: s.opts.threads(),
		})
		if err != nil {
			return nil, fmt.Errorf("network: %w", err)
		}
		s.propose(a, w)
		a.Note(nil)
		if err := s.refine(ctx, a); err != nil {
			return nil, err
		}
		return nil, s.simplify(ctx, a)
	}}
}

// refinement returns the phase that goes on with the training of the best network.
func (s *state) refinement(until float64) Phase {
	return Phase{Name: "network", Until: until, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		if err := s.refine(ctx, a); err != nil {
			return nil, err
		}
		return nil, s.simplify(ctx, a)
	}}
}

func (s *state) refine(ctx context.Context, a Access) error {
	w, _ := s.network()
	if w.Width() == 0 || s.record.reached() {
		return nil
	}
	options := descent.Options{GrowRounds: 30}
	if s.budget.Limit == 0 {
		options = freeRefinement
	}
	options.Width, options.Seed = s.opts.Width, s.opts.Seed
	w, _, err := descent.Refine(ctx, s.narrow, w, options)
	if err != nil {
		return fmt.Errorf("refinement of the network: %w", err)
	}
	s.propose(a, w)
	a.Note(nil)
	return nil
}

// simplify makes the best network narrower without raising its objective.
func (s *state) simplify(ctx context.Context, a Access) error {
	n, _, _ := s.narrow.Dims()
	before, _ := s.network()
	if m := before.Width(); m == 0 || n*m*m > simplifyLargest || ctx.Err() != nil {
		return nil
	}
	w, err := descent.Simplify(ctx, s.narrow, before)
	if err != nil {
		return fmt.Errorf("simplification of the network: %w", err)
	}
	if w.Width() == before.Width() {
		return nil
	}
	s.propose(a, w)
	w, _ = s.network()
	w, _, err = descent.Refine(ctx, s.narrow, w, descent.Options{Width: s.opts.Width, Seed: s.opts.Seed, Iterations: 1000, NewtonIterations: 50})
	if err != nil {
		return fmt.Errorf("refinement of the network: %w", err)
	}
	s.propose(a, w)
	a.Note(nil)
	return nil
}

// rounding returns the phase that makes a network of the directions of the relaxation's factor.
func (s *state) rounding(until float64) Phase {
	return Phase{Name: "round", Until: until, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		reduced, _, err := s.reduced()
		if err != nil || s.relaxed == nil || s.relaxed.Factor.Columns() == 0 {
			return nil, err
		}
		options := freeRefinement
		options.Width, options.Seed = s.opts.Width, s.opts.Seed
		directions := reduced.Directions(s.relaxed.Factor)
		if s.rowSpace != nil {
			directions = s.rowSpace.Apply(lift.Weights{U: directions}).U
		}
		w, _, err := round.Network(ctx, s.narrow, directions, options)
		if err != nil {
			return nil, fmt.Errorf("network from the relaxation: %w", err)
		}
		s.propose(a, w)
		a.Note(nil)
		return nil, nil
	}}
}
