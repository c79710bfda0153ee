package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/descent"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/round"
)

// The passes over the data that training takes where no time limit is given: for a first network, and for the one
// that is kept.
const (
	firstEffort = 200
	fullEffort  = 2000
	quickEffort = 400   // in a run that no clock ends: with more the objective falls by a part in a thousand or so
	treeEffort  = 20000 // before a tree of signs, which is worth as much as the network is good
	untilTheEnd = 0     // no effort: as long as there is time
)

// training returns the phase that trains a network, from the best one so far, for the effort, or until its share of the
// time.  Without an effort it goes on as long as there is time, or for fullEffort where that is not limited.
func (s *state) training(until float64, effort int) Phase {
	return Phase{Name: "network", Until: until, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		start, _ := s.network()
		options := descent.TrainOptions{
			Width: s.opts.Width, Seed: s.opts.Seed, Threads: s.opts.threads(), Start: start, Effort: s.passes(effort),
			Progress: func(w problem.Weights, _ float64) {
				s.propose(a, w)
				a.Note(nil)
			},
		}
		if options.Effort > 0 {
			options.Spent = s.expected(a, options.Effort)
		}
		w, _, err := descent.Train(ctx, s.narrow(), options)
		if err != nil {
			return nil, fmt.Errorf("network: %w", err)
		}
		s.propose(a, w)
		a.Note(nil)
		return nil, nil
	}}
}

// noteEvery is how often a training tells how long it will still take.
const noteEvery = 500 * time.Millisecond

// expected tells, as the passes of a training are spent, when all of them will be at the speed so far.
func (s *state) expected(a Access, passes int) func(spent float64) {
	begin := s.clock.Now()
	last := begin
	return func(spent float64) {
		now := s.clock.Now()
		if now.Sub(last) < noteEvery || !(spent > 0) {
			return
		}
		last = now
		left := float64(now.Sub(begin)) * max(0, float64(passes)/spent-1)
		a.Note(func(e *Event) { e.Left = time.Duration(left) })
	}
}

// longTraining returns the phase that goes on with the training where the first phase was too short for any network, with what time there is
// for networks: the network comes before the bound.
func (s *state) longTraining() Phase {
	p := s.training(firstShare, firstEffort)
	train := p.Run
	p.Run = func(ctx context.Context) (func(), error) {
		if w, _ := s.record.Network(); w.Width() > 0 {
			return nil, nil
		}
		return train(ctx)
	}
	return p
}

// simplification returns the phase that makes the best network narrower without raising its objective, until its share
// of the time.
func (s *state) simplification(until float64) Phase {
	return Phase{Name: "narrow", Until: until, Complete: true, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		before, _ := s.network()
		if before.Width() == 0 {
			return nil, nil
		}
		w, err := descent.Simplify(ctx, s.narrow(), before)
		if err != nil {
			return nil, fmt.Errorf("simplification of the network: %w", err)
		}
		if w.Width() == before.Width() {
			return nil, nil
		}
		s.propose(a, w)
		if s.problem.IsPlain() {
			w, _, err = descent.Refine(ctx, s.narrow(), w, descent.Options{Width: s.opts.Width, Seed: s.opts.Seed, Iterations: 1000, NewtonIterations: 50})
			if err != nil {
				return nil, fmt.Errorf("refinement of the network: %w", err)
			}
			s.propose(a, w)
		}
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
		if s.denseProofs() {
			bound = func(ctx context.Context, a Access) error { return s.simpleBound(ctx, a, effort) }
		}
		if err := bound(ctx, a); err != nil {
			return nil, err
		}
		a.Note(nil)
		return nil, nil
	}}
}

// denseProofs says whether proofs are certificates of dense multipliers.
func (s *state) denseProofs() bool {
	n, _, _ := s.problem.Dims()
	return n <= denseRows && s.problem.IsPlain()
}

// certificateMemory estimates the bytes of the bound from a network, its repair and its verification.
func (s *state) certificateMemory() uint64 {
	n, d, c := s.problem.Dims()
	if !s.denseProofs() {
		return 8 * uint64(n) * uint64(d+2*c+8)
	}
	order := uint64(n) + uint64(min(n, d))
	return 8 * 10 * order * order
}

// roundingOptions are those of the training of the network from the relaxation.
var roundingOptions = descent.Options{Iterations: 1000, NewtonIterations: 50, GrowRounds: 10}

// rounding returns the phase that makes a network of the directions of the relaxation's factor.
func (s *state) rounding(until float64) Phase {
	return Phase{Name: "round", Until: until, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		reduced, _, err := s.reduced()
		if err != nil || s.relaxed == nil || s.relaxed.Factor.Columns() == 0 {
			return nil, err
		}
		options := roundingOptions
		options.Width, options.Seed = s.opts.Width, s.opts.Seed
		directions := s.stack.Apply(problem.Weights{U: reduced.Directions(s.relaxed.Factor)}).U
		w, _, err := round.Network(ctx, s.narrow(), directions, options)
		if err != nil {
			return nil, fmt.Errorf("network from the relaxation: %w", err)
		}
		s.propose(a, w)
		a.Note(nil)
		return nil, nil
	}}
}
