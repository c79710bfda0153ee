package engine

import (
	"context"
	"fmt"
	"math"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/reduce"
)

// Problems that are not plain, in their loss, their weights or their intercept, have a network and the bounds that its dual point proves: by diagonal
// multipliers for any number of rows, by cones where the rank is small, and by the branch and bound on signs, whose first leaf is the relaxation for a fixed W.  Weights of
// the squared loss without an intercept are none of these: they are scales of the rows of a plain problem.

// generalPlan puts the phases of a training run in order for a problem that is not plain.  MethodSigns may set a time limit.
func (s *state) generalPlan() (Method, []Phase) {
	if s.budget.Limit == 0 && s.opts.Method == MethodAuto {
		return s.effortPlan(quickEffort)
	}
	first := s.first()
	n, _, _ := s.problem.Dims()
	cones, tree := s.rank <= searchRank, n <= treeRows
	if !cones && !tree || s.opts.Method == MethodDescent {
		return MethodDescent, append(first, s.training(descentShare, untilTheEnd), s.simplification(0), s.networkBound(certificate.Quick))
	}
	s.limit()
	phases := append(first, s.training(generalShare, fullEffort))
	if cones { // right after the training: making the network narrower changes W little, and takes longer
		phases = append(phases, s.fixedCones(conesShare, 0))
	}
	if !tree {
		return MethodExact, append(phases, s.training(descentShare, untilTheEnd), s.simplification(0))
	}
	return MethodSigns, append(phases, s.treeOfTrained(generalShare)...)
}

// fixedCones returns the phase that bounds what the best network can miss by cones of directions, for the W that the network has: fast where the rank
// is small, whatever the number of rows.  It ends after about so many operations, where work is not 0.
func (s *state) fixedCones(until float64, work int64) Phase {
	return Phase{Name: "cones", Until: until, Run: func(ctx context.Context) (func(), error) {
		a := s.record.access()
		w, _ := s.record.Network()
		err := exact.Fixed(ctx, s.problem, s.problem.DualPoint(w), exact.FixedOptions{Threads: s.opts.threads(), Work: work}, func(c *exact.Certificate) {
			a.Claim(cones{c})
			a.Note(nil)
		})
		if err != nil {
			return nil, fmt.Errorf("cones: %w", err)
		}
		return nil, nil
	}}
}

// limit sets a time limit where there is none, for what has no end of its own.
func (s *state) limit() {
	if s.budget.Limit == 0 {
		s.budget.Limit = AutoTime
	}
}

// treeOfTrained returns the phases that close the gap of the network that was trained until the share of the time by a branch and bound on signs, and
// train on.
func (s *state) treeOfTrained(share float64) []Phase {
	phases := []Phase{s.simplification(share + narrowShare), s.networkBound(certificate.Quick)}
	return append(phases, s.rootAndTree(share)...)
}

// checkMethod refuses a method that does not know the problem.
func checkMethod(p Problem, m Method) error {
	if p.IsPlain() || m == MethodAuto || m == MethodSigns || m == MethodDescent {
		return nil
	}
	return fmt.Errorf("%w: method %s is for the squared loss without an intercept (--intercept=false); expected %s, %s or %s for this problem", ErrOptions, m, MethodAuto, MethodSigns, MethodDescent)
}

// weighted runs a problem of weighted squared losses as the plain one of scaled rows, and translates what comes out.
func weighted(ctx context.Context, p Problem, opts Options, run func(context.Context, Problem, Options) (*Result, error)) (*Result, error) {
	scales := reduce.RowScales(p)
	r, err := run(ctx, scales.Reduced(), opts)
	if err != nil {
		return nil, err
	}
	if !math.IsInf(r.UpperBound, 1) {
		r.UpperBound, r.DataLoss = p.Objective(r.Weights)
	}
	if found, ok := r.Proof.(*derived); ok {
		of := proof.Invert(found.derivation, scales)
		translated, err := derive(context.WithoutCancel(ctx), of, r.Proof.Source())
		if err != nil {
			r.Warnings = append(r.Warnings, fmt.Sprintf("the proof for the scaled rows is none for the weighted ones: %v", err))
		}
		r.Proof, r.LowerBound = nil, 0
		if translated != nil {
			r.Proof, r.LowerBound = translated, translated.Bound()
		}
	}
	if err := contradiction(r.Proof, r.UpperBound); err != nil {
		return nil, err
	}
	r.RelativeGap = RelativeGap(r.LowerBound, r.UpperBound)
	return r, nil
}

// isWeighted reports whether a problem is one of weighted squared losses without an intercept.
func isWeighted(p problem.Problem) bool { return p.IsSquared() && p.Weights != nil && !p.Intercept }
