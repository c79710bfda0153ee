package engine

import (
	"time"

	"github.com/relift/relift/certificate"
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

// The shares of the time limit at which phases give way to the next.
const (
	earlyShare  = 0.1  // first network
	widthShare  = 0.5  // first network under a cap, which is the main one
	firstShare  = 0.6  // networks where the relaxation is not likely to be solved
	relaxShare  = 0.7  // relaxation before the networks,
	lastShare   = 0.85 // and after them
	refineShare = 0.9  // networks
	exactShare  = 0.9  // column generation
	smallShare  = 0.6  // the same, where the relaxation follows, on small
	largeShare  = 0.5  // and on large problems
	polishShare = 0.8  // its network
	largeRows   = 400
	directRows  = 300 // up to which no network is needed before a sweep
	besideOrder = 120 // largest order m+r of the relaxation that is solved to its end beside the column generation
)

// plan puts the phases of a training run in order.  It may set a time limit.
func (s *state) plan() (Method, []Phase, error) {
	switch s.opts.Method {
	case MethodSDP:
		return MethodSDP, s.aroundRelaxation(), nil
	case MethodDescent:
		return MethodDescent, []Phase{s.firstNetwork(s.early()), s.localSearch(0.95), s.networkBound(certificate.Thorough)}, nil
	case MethodExact:
		return MethodExact, []Phase{s.firstNetwork(s.early()), s.networkBound(certificate.Quick), s.columnGeneration(exactShare), s.refinement(0)}, nil
	}
	n, _, _ := s.problem.Dims()
	rank := s.rank()
	switch {
	case rank <= sweepRank:
		var first []Phase
		if n > directRows || s.opts.Width > 0 {
			first = []Phase{s.firstNetwork(s.early())}
		}
		return MethodExact, append(first, s.networkBound(certificate.Quick), s.columnGeneration(exactShare), s.refinement(0.95), s.relaxation(0, true), s.repair(true)), nil
	case rank > searchRank:
		return MethodSDP, s.aroundRelaxation(), nil
	}
	if s.budget.Limit == 0 {
		s.budget.Limit = AutoTime
	}
	first := []Phase{s.firstNetwork(s.early()), s.networkBound(certificate.Quick)}
	if n > largeRows {
		return MethodExact, append(first, s.columnGeneration(largeShare), s.relaxation(relaxShare, false), s.refinement(refineShare), s.rounding(0.95), s.repair(false)), nil
	}
	return MethodExact, append(first, s.columnGeneration(smallShare), s.refinement(polishShare), s.relaxation(exactShare, true), s.repair(true)), nil
}

// early is the share of the first network.
func (s *state) early() float64 {
	if s.opts.Width > 0 {
		return widthShare
	}
	return earlyShare
}

// aroundRelaxation returns the phases that solve the relaxation and train networks.  Under a time
// limit the relaxation comes first where it is likely to be solved in its share, because it has no good bound
// before, and the networks have what it leaves; otherwise the networks come first.
func (s *state) aroundRelaxation() []Phase {
	first := []Phase{s.firstNetwork(s.early()), s.networkBound(certificate.Quick)}
	switch {
	case s.budget.Limit > 0 && s.rank() <= searchRank:
		return append(first, s.relaxation(relaxShare, false), s.refinement(refineShare), s.rounding(0.95), s.repair(false))
	case !s.needsBlocks(relaxShare):
		return append(first, s.relaxation(relaxShare, false), s.rounding(0.8), s.localSearch(refineShare), s.repair(false))
	}
	return append(first, s.localSearch(firstShare), s.relaxation(lastShare, false), s.refinement(refineShare), s.rounding(0.95), s.repair(false))
}
