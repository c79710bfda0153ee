package relift

import (
	"fmt"
	"time"

	"github.com/relift/relift/exact"
)

// autoRank is the largest rank of X for which MethodAuto closes the gap by
// column generation instead of leaving the relaxation's.
const autoRank = 2

// pick turns MethodAuto into a method.
func (r *run) pick() Method {
	if r.opts.Method != MethodAuto {
		return r.opts.Method
	}
	if _, rank, _ := r.reduced.Dims(); rank <= autoRank {
		return MethodExact
	}
	return MethodSDP
}

// closeGap runs the column generation from what is known so far until the gap
// or the end of the time.
func (r *run) closeGap() error {
	options := exact.Options{
		Gap: r.opts.Gap, Threads: r.opts.Threads, Seed: r.opts.Seed, Initial: r.weights, RootBound: r.lower(),
		Progress: func(p exact.Progress) {
			r.row.Outer, r.row.Inner = p.Round, p.Columns
			r.exactBound = max(r.exactBound, p.LowerBound)
			r.row.Network = min(r.upper, p.UpperBound)
			r.record("exact")
		},
	}
	if r.opts.TimeLimit > 0 {
		options.TimeLimit = max(time.Millisecond, r.opts.TimeLimit-time.Since(r.begin))
	}
	if r.relaxed != nil && r.relaxed.Factor.Columns() > 0 {
		options.Starts = r.reduced.Directions(r.relaxed.Factor)
	}
	result, err := exact.Solve(r.ctx, r.problem, options)
	if err != nil {
		return fmt.Errorf("column generation: %w", err)
	}
	r.propose(result.Weights)
	return nil
}
