package engine

import (
	"context"
	"fmt"

	"github.com/relift/relift/signs"
)

// rootSource says what a bound was proved with by the relaxation with the sign of the output, jointSource by the one for several outputs.
const (
	rootSource  = "semidefinite relaxation with signs of the output"
	jointSource = "semidefinite relaxation for every loss"
)

// What is worth it on the root relaxation where no time limit is given: some minutes at most where it is what is asked for, and some seconds in a run of a problem
// that is not plain.
const (
	mostRootWork  = 2e12
	quickRootWork = 1.5e11
)

// hasRoot says whether there is a relaxation by the first leaves of the tree of signs, with W free: for one output it is stronger than that of package relax, with the sign of the
// output and ball lines, for several it is that relaxation for the problems that package relax does not know.
func (s *state) hasRoot() bool {
	n, _, c := s.problem.Dims()
	return s.opts.Relaxation != RelaxationPublished && (c == 1 || !s.problem.IsPlain()) && n <= treeRows && signs.Frees(s.problem)
}

// strengthens says whether there is one that is expected to be solved until the share of the time limit.
func (s *state) strengthens(share float64) bool {
	if !s.hasRoot() {
		return false
	}
	return s.rootWork() <= s.freeRootWork(share)
}

// divides says whether there is time to divide v into quadrants after that.
func (s *state) divides(share float64) bool {
	return signs.Divides(s.problem) && (1+signs.QuadrantsWork)*s.rootWork() <= s.freeRootWork(share)
}

// quadrants are solved together.
const quadrants = 4

func (s *state) rootWork() float64 {
	n, d, c := s.problem.Dims()
	return signs.RootWork(n, min(n, d), c)
}

// freeRootWork is what may be done on the root relaxation until the share of the time limit or, without one, what is worth it.
func (s *state) freeRootWork(share float64) float64 {
	work := s.work(share)
	switch {
	case s.budget.Limit > 0:
	case s.hidden || s.problem.IsPlain():
		work = min(work, mostRootWork)
	default:
		work = min(work, quickRootWork)
	}
	return work
}

// haste is the part of the time in which a relaxation that has to do with fewer products should be solved: its bound comes late.
const haste = 0.6

// allowedWork returns the operations that the stronger relaxation may take until the share of the time limit, 0 for as many as it needs; ok is false where it is not
// worth it.  For one output and where the paper's relaxation does not know the problem it is also solved with fewer products than it needs.
func (s *state) allowedWork(share float64) (work float64, ok bool) {
	if s.strengthens(share) {
		return 0, true
	}
	n, d, c := s.problem.Dims()
	if !s.hasRoot() || s.problem.IsPlain() || c > 1 || s.budget.Limit == 0 {
		return 0, false
	}
	work = haste * s.work(share)
	return work, signs.LeastRootWork(n, min(n, d), c) <= work
}

// root returns the phase that solves the relaxation over the first leaves of the tree of signs, from the best network so far, where that pays.  With complete it
// is solved whatever the gap is.
func (s *state) root(until float64, complete bool) Phase {
	return Phase{Name: "root", Until: until, Complete: complete, Needed: "the stronger relaxation", Bytes: s.rootMemory(until), Run: func(ctx context.Context) (func(), error) {
		work, ok := s.allowedWork(until)
		if !ok {
			return nil, nil
		}
		a := s.record.access()
		from, _ := s.record.Network()
		a.Note(func(e *Event) { e.Phase, e.Outer, e.Inner = "root", 0, 0 })
		result, err := signs.Root(ctx, s.problem, from, signs.Options{Work: work, Seed: s.opts.Seed, Threads: s.opts.threads(), Quadrants: s.divides(until)})
		if err != nil {
			return nil, fmt.Errorf("relaxation with signs: %w", err)
		}
		if result.Tree != nil && result.LowerBound > s.record.proved() {
			d, err := result.Tree.Derivation()
			if err == nil {
				source := rootSource
				if _, _, c := s.problem.Dims(); c > 1 {
					source = jointSource
				}
				err = s.prove(context.WithoutCancel(ctx), a, d, source)
			}
			if err != nil {
				return nil, fmt.Errorf("proof by the relaxation with signs: %w", err)
			}
		}
		a.Note(func(e *Event) { e.Phase, e.Outer = "root", result.Leaves })
		whole := ctx.Err() == nil
		return func() { s.rooted = whole }, nil
	}}
}

// rootMemory estimates the bytes of the stronger relaxation until the share of the time limit: none where it will not be solved.
func (s *state) rootMemory(until float64) func() uint64 {
	return func() uint64 {
		if _, ok := s.allowedWork(until); !ok {
			return 0
		}
		if s.divides(until) {
			return quadrants * s.leafMemory()
		}
		return s.leafMemory()
	}
}
