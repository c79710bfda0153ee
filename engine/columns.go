package engine

import (
	"context"
	"fmt"
	"math"

	"github.com/relift/relift/exact"
)

// columnGeneration returns the phase that runs the column generation from what is known
// so far until the gap or its share of the time.
func (s *state) columnGeneration(until float64) Phase {
	return Phase{Name: "exact", Until: until, Run: func(ctx context.Context) (func(), error) {
		a, none := s.record.access(), math.NaN() // what a round does not have
		from, _ := s.record.Network()
		result, err := exact.Solve(ctx, s.problem, exact.Options{
			Gap: s.opts.Gap, Threads: s.opts.Threads, Seed: s.opts.Seed, Initial: from, RootBound: s.record.Lower(),
			Progress: func(p exact.Progress) {
				a.Announce(p.LowerBound)
				a.Note(func(e *Event) {
					e.Outer, e.Inner = p.Round, p.Columns
					if s.opts.Width == 0 && !(e.Network < p.UpperBound) {
						e.Network = p.UpperBound
					}
					e.Iteration = &Iteration{
						Method: "column-generation", Cones: p.Cones, Residual: p.Violation - 1, Bound: p.LowerBound,
						Value: none, DualityGap: none, Violation: none, MinEigen: none, Penalty: none,
					}
				})
			},
		})
		if err != nil {
			return nil, fmt.Errorf("column generation: %w", err)
		}
		if result.Certificate != nil {
			a.Claim(cones{result.Certificate})
		}
		a.Propose(result.Weights)
		a.Note(nil)
		return func() { s.columns = result.Status }, nil
	}}
}
