package engine

import (
	"context"
	"fmt"
	"math"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/relax"
)

// relaxation returns the phase that solves the relaxation, turning each of its iterates into a
// claim, until it is solved, its share of the time has passed or the gap is reached.  With complete it goes on
// beyond the gap.
func (s *state) relaxation(until float64, complete bool) Phase {
	return Phase{
		Name: "relax", Until: until, Complete: complete, Needed: "the relaxation", Bytes: func() uint64 { return s.relaxationMemory(until) },
		Run: func(ctx context.Context) (func(), error) {
			a := s.record.access()
			reduced, repairer, err := s.reduced()
			if err != nil {
				return nil, err
			}
			if s.needsBlocks(until) {
				return nil, s.rowBlocks(ctx, a, reduced, s.partition(until))
			}
			var failed error
			finished := false
			result, err := relax.Solve(ctx, reduced, relax.Options{
				Seed: s.opts.Seed,
				Record: func(it relax.Iterate) (stop bool) {
					c, err := repairer.Repair(ctx, it.Multipliers(), s.effort(it))
					if err != nil {
						failed = err
						return true
					}
					a.Claim(moments{c})
					a.Note(func(e *Event) {
						e.Phase, e.Outer, e.Inner, e.Relaxed, e.Rank = "relax", it.Outer, it.Inner, it.Value, it.Rank
						e.Iteration = iterationOf(it, c.LowerBound)
					})
					finished = arrived(it, c.LowerBound)
					return finished || !complete && s.record.reached()
				},
			})
			if err != nil {
				return nil, fmt.Errorf("relaxation: %w", err)
			}
			if failed != nil {
				return nil, fmt.Errorf("certificate of an iterate: %w", failed)
			}
			return func() { s.relaxed, s.solved = result, finished }, nil
		},
	}
}

// squareMatrices is how many dense m×m matrices the relaxation holds at
// its peak beside its own system: the multipliers Φ, Ψ, Ω of an iterate until they are made sparse, and
// the matrices of their repair, which are collected late.
const squareMatrices = 10

// relaxationMemory estimates the bytes of the relaxation that is solved until the share of the time limit with its certificates.
func (s *state) relaxationMemory(until float64) uint64 {
	n, d, c := s.problem.Dims()
	if s.needsBlocks(until) {
		return s.partition(until).memory(n, d, c, s.opts.threads())
	}
	return partition{count: 1, apart: true}.memory(n, d, c, 1)
}

// thoroughRows is the number of representatives up to which an iterate of the low-rank method
// is repaired thoroughly: that takes a small part of an outer iteration and gains much where
// its inner problem is not solved accurately.
const thoroughRows = 400

func (s *state) effort(it relax.Iterate) certificate.Effort {
	if n, _, _ := s.problem.Dims(); it.Method == relax.LowRank && n <= thoroughRows {
		return certificate.Thorough
	}
	return certificate.Quick
}

// solvedTolerance is the relative distance between the relaxation's objective
// and a certified bound at which the relaxation counts as solved.
const solvedTolerance = 1e-5

// arrived reports whether the certified bound has arrived at the iterate's
// objective, so that there is nothing more to gain.  A value below its own bound is a rounding error, or a solver
// that lost its way.
func arrived(it relax.Iterate, bound float64) bool {
	return it.Violation <= solvedTolerance && math.Abs(it.Value-bound) <= solvedTolerance*it.Value
}

// iterationOf copies the solver's residuals.
func iterationOf(it relax.Iterate, bound float64) *Iteration {
	return &Iteration{
		Method: it.Method.String(), Value: it.Value, DualityGap: it.DualityGap, Residual: it.Residual, Violation: it.Violation,
		MinEigen: it.MinEigen, Penalty: it.Penalty, Conditions: it.Conditions, Bound: bound,
	}
}

// repair returns the phase that claims what a thorough repair makes of the relaxation's last
// multipliers and of the best certificates so far.
func (s *state) repair(complete bool) Phase {
	return Phase{Name: "repair", Complete: complete, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		_, repairer, err := s.reduced()
		if err != nil {
			return nil, err
		}
		var candidates []lift.Multipliers
		if s.relaxed != nil {
			candidates = append(candidates, s.relaxed.Multipliers)
		}
		for _, c := range s.record.certificates() {
			candidates = append(candidates, c.Multipliers)
		}
		for _, mu := range candidates {
			if !complete && s.record.reached() || ctx.Err() != nil {
				break
			}
			c, err := repairer.Repair(ctx, mu, certificate.Thorough)
			if err != nil {
				return nil, fmt.Errorf("repair of the certificate: %w", err)
			}
			a.Claim(moments{c})
			a.Note(nil)
		}
		return nil, nil
	}}
}

// relaxStatus says how the relaxation's solver ended.
func (s *state) relaxStatus() string {
	switch {
	case s.solved:
		return relax.Optimal.String()
	case s.relaxed.Status == relax.Optimal && s.relaxed.Value < s.record.proved()*(1-solvedTolerance):
		return relax.Stalled.String() // what it took for its value is disproved
	}
	return s.relaxed.Status.String()
}
