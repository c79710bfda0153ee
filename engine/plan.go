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

// AutoTime is the time limit that MethodAuto takes for the relaxation, and for a branch and bound of
// unknown length, when Options.TimeLimit gives none.
const AutoTime = 30 * time.Second

// The shares of the time limit at which phases give way to the next.
const (
	earlyShare   = 0.1  // first network
	widthShare   = 0.5  // first network under a cap, which is the main one
	firstShare   = 0.5  // networks where the relaxation is not likely to be solved
	relaxShare   = 0.6  // relaxation before the networks,
	lastShare    = 0.85 // and after them
	rootShare    = 0.4  // relaxation before a tree of signs
	startsShare  = 0.2  // networks from other starts, where those before have ended,
	treeShare    = 0.6  // and networks before it
	generalShare = 0.25 // the same, where the tree is all there is for a bound
	roundShare   = 0.7  // network from the relaxation
	strongShare  = 0.75 // networks before the stronger relaxation
	strongPart   = 0.15 // what that may take where a tree follows
	refineShare  = 0.93 // networks
	descentShare = 0.95 // networks alone
	conesShare   = 0.6  // cones for a fixed W
	exactShare   = 0.9  // column generation
	smallShare   = 0.6  // the same, where the relaxation follows, on small
	largeShare   = 0.5  // and on large problems
	polishShare  = 0.8  // its network
	narrowShare  = 0.05 // what making a network narrower may take where other phases follow
)

const (
	largeRows  = 400 // from which on the relaxation is worth more than a longer column generation
	fewRows    = 60  // up to which signs are tried where cones do not close the gap
	directRows = 300 // up to which no network is needed before a sweep
)

// plan puts the phases of a training run in order.  It may set a time limit.
func (s *state) plan() (Method, []Phase) {
	if s.opts.Effort > 0 && s.opts.Method == MethodAuto {
		return s.effortPlan(untilTheEnd)
	}
	if !s.problem.IsPlain() {
		return s.generalPlan()
	}
	n, _, _ := s.problem.Dims()
	first := s.first()
	if s.rank <= sweepRank && n <= directRows && s.opts.Width == 0 {
		first = first[2:] // a sweep has its network at once
	}
	last := s.training(descentShare, untilTheEnd)
	switch s.opts.Method {
	case MethodSDP:
		return MethodSDP, s.aroundRelaxation()
	case MethodSigns:
		s.limit()
		return MethodSigns, append(append(first, s.training(treeShare, treeEffort)), s.treeOfTrained(treeShare)...)
	case MethodDescent:
		return MethodDescent, []Phase{s.training(descentShare, untilTheEnd), s.simplification(0), s.networkBound(certificate.Thorough)}
	case MethodExact:
		return MethodExact, append(first, s.columnGeneration(exactShare), last, s.simplification(0))
	}
	switch {
	case s.rank <= sweepRank:
		return MethodExact, append(first, s.columnGeneration(exactShare), s.training(polishShare, firstEffort), s.simplification(polishShare+narrowShare), s.beside(0), s.repair(false))
	case s.rank > searchRank:
		return MethodSDP, s.aroundRelaxation()
	}
	s.limit()
	if n > largeRows {
		return MethodExact, append(first, s.columnGeneration(largeShare), s.relaxation(relaxShare, false), s.training(refineShare, untilTheEnd), s.simplification(0), s.repair(false))
	}
	phases := append(first, s.columnGeneration(smallShare), s.training(polishShare, firstEffort), s.simplification(polishShare+narrowShare))
	if n <= fewRows {
		phases = append(phases, s.signTree(exactShare))
	}
	return MethodExact, append(phases, s.beside(exactShare), s.repair(false))
}

// first returns the phases that every plan with time begins with: a first network and the bound that it gives.
func (s *state) first() []Phase {
	return []Phase{s.training(s.early(), s.earlyEffort()), s.longTraining(), s.networkBound(certificate.Quick)}
}

// early is the share of the first network.
func (s *state) early() float64 {
	if s.opts.Width > 0 {
		return widthShare
	}
	return earlyShare
}

// earlyEffort is that of the first network: a width that is asked for leaves training to many starts, for which its share of the time is there.
func (s *state) earlyEffort() int {
	if s.opts.Width > 0 {
		return untilTheEnd
	}
	return firstEffort
}

// aroundRelaxation returns the phases that train networks and solve the relaxation: in the order in which each pays, the network first, so
// that there is one, the relaxation where it has no good bound before it is solved, and what time is left for the network.
func (s *state) aroundRelaxation() []Phase {
	first := s.first()
	if s.needsBlocks(relaxShare) {
		return append(first, s.training(firstShare, untilTheEnd), s.networkBound(certificate.Quick), s.relaxation(lastShare, false), s.training(descentShare, untilTheEnd), s.simplification(0))
	}
	n, _, _ := s.problem.Dims()
	if n > treeRows || s.budget.Limit == 0 || s.opts.Method != MethodAuto { // without a limit the tree has no end of its own
		relaxation, root, trained := s.relaxation(relaxShare, false), s.root(refineShare, false), refineShare
		if s.budget.Limit == 0 && s.opts.Method == MethodAuto {
			relaxation.Limit, root.Limit = AutoTime, AutoTime
		}
		if s.strengthens(refineShare) {
			trained = strongShare
		}
		return append(first, relaxation, s.rounding(roundShare), s.training(trained, untilTheEnd), s.simplification(0), s.repair(false), root)
	}
	first = append(first, s.relaxation(rootShare, false), s.rounding(rootShare+0.05), s.starts(startsShare), s.training(treeShare, treeEffort), s.repair(false))
	return append(first, s.rootAndTree(treeShare)...)
}

// rootAndTree returns the phases of the tree of signs and what follows it, from the share of the time on.  The stronger relaxation comes before, where it is expected to be
// solved: the tree polishes its network first, which may take all of a short time, and needs many leaves to prove more.  Where there is no other relaxation, and for
// several outputs or so many rows that it takes longer than its part of the time, it gets some of the tree's, whose leaves are no better then.
func (s *state) rootAndTree(from float64) (phases []Phase) {
	if s.hasRoot() {
		until := from + strongPart
		switch _, _, c := s.problem.Dims(); {
		case s.problem.IsPlain():
		case c > 1:
			until = strongShare
		case strongPart/until*s.work(until) < s.rootWork():
			until = lastShare
		}
		phases = append(phases, s.root(until, false))
	}
	return append(phases, s.signTree(refineShare), s.training(descentShare, untilTheEnd), s.simplification(0))
}

// besideOrder is the largest order m+r of the relaxation that is solved to its end after the
// column generation, which takes seconds; a larger one gets besideTime.
const (
	besideOrder = 120
	besideTime  = 5 * time.Second
)

// beside returns the phase that solves the relaxation where the column generation has not closed the gap: its bound may be larger.
func (s *state) beside(until float64) Phase {
	p := s.relaxation(until, false)
	if n, _, _ := s.problem.Dims(); n+s.rank > besideOrder {
		p.Limit = besideTime
	}
	return p
}
