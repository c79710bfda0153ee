package relift

import (
	"context"
	"fmt"
	"time"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/exact"
)

// How MethodAuto picks: by the rank r of X.  Up to sweepRank the column
// generation is exact in no time.  Up to searchRank it is tried for AutoTime, or
// for the time limit that was given.  Above that branch and bound over directions
// does not get far, and the relaxation is better.
const (
	sweepRank  = 2
	searchRank = 6
)

// AutoTime is the time limit that MethodAuto takes for a branch and bound of
// unknown length when Options.TimeLimit gives none.
const AutoTime = 30 * time.Second

// exactShare is the share of the time limit after which the column generation
// gives way to the polishing of its network, smallShare and largeShare those after which it
// gives way to the relaxation on small and on large problems.
const (
	exactShare = 0.9
	smallShare = 0.6
	polishRest = 0.4 // of the time between a share and the end
	largeShare = 0.5
	largeRows  = 400
)

// plan turns the options into a method and its steps.
func (r *run) plan() (Method, []func() error) {
	m, rank, _ := r.reduced.Dims()
	// The column generation knows no cap on the width.
	var first []func() error
	if r.opts.Width > 0 {
		first = append(first, r.earlyNetwork)
	}
	switch r.opts.Method {
	case MethodSDP:
		return MethodSDP, r.aroundRelaxation()
	case MethodDescent:
		return MethodDescent, []func() error{r.fullDescent}
	case MethodExact:
		return MethodExact, append(first, r.closeGap(exactShare))
	}
	switch {
	case rank <= sweepRank:
		return MethodExact, append(first, r.closeGap(exactShare), r.beside)
	case rank > searchRank:
		steps := r.aroundRelaxation()
		if r.opts.TimeLimit > 0 { // the search improves the network, but has no end of its own
			steps = append(steps, r.closeGap(exactShare))
		}
		return MethodSDP, steps
	}
	if r.opts.TimeLimit == 0 {
		r.limit(AutoTime)
	}
	if m > largeRows {
		return MethodExact, []func() error{r.earlyNetwork, r.closeGap(largeShare), r.sdp(relaxShare, r.refineUntil(refineShare), r.roundFactor)}
	}
	return MethodExact, append(first, r.closeGap(smallShare), r.beside)
}

// besideOrder is the largest order m+r of the relaxation that is solved to its end beside the
// column generation, which takes seconds; a larger one gets besideTime.
const (
	besideOrder = 120
	besideTime  = 5 * time.Second
)

// beside solves the relaxation beside the column generation, whether or not that has closed the
// gap: to compare the two, and for a certificate that can be checked in NumPy.
func (r *run) beside() error {
	if m, rank, _ := r.reduced.Dims(); m+rank > besideOrder {
		outer := r.ctx
		var cancel context.CancelFunc
		r.ctx, cancel = context.WithTimeout(outer, besideTime)
		defer func() { cancel(); r.ctx = outer }()
	}
	r.complete = true
	if err := r.relaxation(exactShare); err != nil {
		return err
	}
	return r.repair()
}

// closeGap returns the step that runs the column generation from what is known
// so far until the gap or the share of the time limit.
func (r *run) closeGap(share float64) func() error {
	return func() error {
		if r.gapReached() {
			return nil
		}
		ctx, cancel := r.until(share)
		defer cancel()
		options := exact.Options{
			Gap: r.opts.Gap, Threads: r.opts.Threads, Seed: r.opts.Seed, Initial: r.weights, RootBound: r.lower(),
			Progress: func(p exact.Progress) {
				r.row.Outer, r.row.Inner = p.Round, p.Columns
				r.exactBound = max(r.exactBound, p.LowerBound)
				if r.opts.Width == 0 {
					r.row.Network = min(r.upper, p.UpperBound)
				}
				r.record("exact")
				r.logLine(recordOfRound(p), p.LowerBound)
			},
		}
		result, err := exact.Solve(ctx, r.problem, options)
		if err != nil {
			return fmt.Errorf("column generation: %w", err)
		}
		if result.Certificate != nil {
			r.proofs = append(r.proofs, cones{result.Certificate})
		}
		r.exact = result.Status
		return r.polish(result.Weights, share+polishRest*(1-share))
	}
}

// polish takes the network of the column generation and, until the share of the time limit,
// merges and removes neurons, down to the cap if there is one.
func (r *run) polish(w Weights, share float64) error {
	r.propose(w)
	if w.Width() == 0 {
		return nil
	}
	ctx, cancel := r.until(r.halfway(share))
	defer cancel()
	w, _, err := descent.Refine(ctx, r.problem, w, descent.Options{Width: r.opts.Width, Seed: r.opts.Seed})
	if err != nil {
		return fmt.Errorf("polishing of the network: %w", err)
	}
	r.propose(w)
	r.proposeNarrow(w)
	r.record("polish")
	return r.simplify(share)
}
