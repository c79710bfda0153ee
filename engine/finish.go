package engine

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/relift/relift/exact"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/relax"
	"github.com/relift/relift/signs"
)

// ErrContradiction is wrapped by the error about a proof whose bound lies above the objective of a network
// that was found: one of the two is wrong, and neither may be used.
var ErrContradiction = fmt.Errorf("the proof contradicts the network")

// objectiveRounding is the relative amount by which a bound may exceed an objective because that was computed in
// floating point.  What is claimed is below what was proved by more than a thousand times as much.
const objectiveRounding = 1e-12

// Contradicts reports whether lower, the bound of a proof, is above upper, the objective of a network, by more than
// roundings can do.
func Contradicts(lower, upper float64) bool { return lower > upper*(1+objectiveRounding) }

// Contradiction is the error about a bound that is above the objective upper of a network, by more than roundings can do; nil where it is not.
func Contradiction(lower, upper float64, source string) error {
	if !Contradicts(lower, upper) {
		return nil
	}
	return fmt.Errorf("%w: the bound %v, proved by %s, is above the objective %v of a network that was found", ErrContradiction, lower, source, upper)
}

// contradiction is Contradiction for the bound of a proof, of which there may be none.
func contradiction(p Proof, upper float64) error {
	if p == nil {
		return nil
	}
	return Contradiction(p.Bound(), upper, p.Source())
}

// finish collects the result of a run.
func (s *state) finish(ctx context.Context, m *machine, method Method) (*Result, error) {
	proof, weights, upper, dataLoss, warnings := s.record.outcome()
	r := &Result{
		Method: method, Proof: proof, Weights: weights, UpperBound: upper, DataLoss: dataLoss, TimeLimit: s.budget.Limit, Cut: m.cut,
		Warnings: append(m.warnings, warnings...),
	}
	if proof != nil {
		r.LowerBound = proof.Bound()
	}
	if err := contradiction(proof, upper); err != nil {
		return nil, err
	}
	r.RelativeGap = RelativeGap(r.LowerBound, upper)
	r.Status = s.status(ctx, m, r.RelativeGap)
	if s.hidden {
		upper, weights = math.Inf(1), problem.Weights{}
		r.Weights, r.UpperBound, r.DataLoss, r.RelativeGap = weights, upper, math.NaN(), 1
		if r.Status == GapReached {
			r.Status = Done
		}
	}
	if unfinished := r.Status == TimeLimit || r.Status == Interrupted; unfinished && weights.Width() == 0 && !math.IsInf(upper, 1) {
		r.Warnings = append(r.Warnings, "the network has no neurons: the run ended before one was trained that is better than none; expected more time")
	}
	s.describe(r)
	r.Elapsed = s.clock.Now().Sub(s.budget.Begin)
	return r, nil
}

// describe tells what presolve and the relaxation found, where they ran.
func (s *state) describe(r *Result) {
	if reduced := s.presolved.done(); reduced != nil {
		r.Representatives = len(reduced.Representatives)
		for _, into := range reduced.MergedInto {
			if into < 0 {
				r.ZeroRows++
			}
		}
	}
	if t := s.tree; t != nil {
		r.Tree = &Tree{Status: t.Status.String(), Leaves: t.Leaves, Open: t.Open, Value: t.Value, Trees: t.Rounds, Elapsed: t.Elapsed}
	}
	x := s.relaxed
	if x == nil {
		return
	}
	r.Relaxation = &Relaxation{
		Status: s.relaxStatus(), Value: x.Value, LowerBound: s.record.relaxed(),
		Rank: x.Rank, Outer: x.Outer, Inner: x.Inner, Elapsed: time.Duration(x.Seconds * float64(time.Second)),
	}
}

// status says how the run ended; the gap is the verified one.
func (s *state) status(ctx context.Context, m *machine, gap float64) Status {
	switch {
	case gap <= s.opts.Gap:
		return GapReached
	case ctx.Err() != nil:
		return Interrupted
	case m.limited:
		return TimeLimit
	case s.columns == exact.Interrupted, s.columns == exact.TimeLimit, s.tree != nil && s.tree.Status == signs.Interrupted:
		return TimeLimit // its share of the time was over
	case s.columns == exact.Stalled, m.failed:
		return Stalled
	case s.relaxed == nil:
		return Done
	}
	switch s.relaxed.Status {
	case relax.Optimal, relax.Stopped:
		return Done
	case relax.Interrupted:
		return TimeLimit // its share of the time was over
	default:
		return Stalled
	}
}
