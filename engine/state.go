package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
	"github.com/relift/relift/relax"
	"github.com/relift/relift/signs"
)

// state is what the phases of a run share.
type state struct {
	problem  problem.Problem // as it was given
	stack    *reduce.Stack   // from it to the narrow problem, which networks are trained on
	rank     int             // of X, up to searchRank+1, above which it does not matter; 0 before presolve
	opts     Options
	budget   Budget
	clock    Clock
	record   *Record
	freeWork float64        // on the relaxation, where no time limit is given
	flops    func() float64 // the speed of matrix products, measured once

	hidden bool // networks are found for their bounds only
	leaves int  // of the tree of signs at most, 0 for no limit
	rooted bool // the first leaves of the tree were bounded with W free

	presolved presolved

	relaxed *relax.Result // nil until the relaxation was solved
	solved  bool          // a certified bound arrived at the relaxation's objective
	columns exact.Status  // 0 until the column generation ran
	tree    *signs.Result // nil until the branch and bound on signs ran
}

// presolved is the problem after presolve, made when it is first needed.
type presolved struct {
	once     sync.Once
	made     atomic.Bool
	reduced  *lift.Reduced
	repairer *certificate.Repairer // nil for more than denseRows rows, and for problems that are not plain
	err      error
}

// reduced returns the presolved problem and the repairer of its multipliers, where those are dense.
func (s *state) reduced() (*lift.Reduced, *certificate.Repairer, error) {
	p := &s.presolved
	p.once.Do(func() {
		p.reduced, p.err = lift.Presolve(s.problem)
		if n, _, _ := s.problem.Dims(); p.err == nil && n <= denseRows && s.problem.IsPlain() {
			p.repairer, p.err = certificate.NewRepairer(s.problem, p.reduced.Grouping)
		}
		p.made.Store(p.err == nil)
	})
	return p.reduced, p.repairer, p.err
}

// done returns what presolve made if it did.
func (p *presolved) done() *lift.Reduced {
	if p.made.Load() {
		return p.reduced
	}
	return nil
}

// narrow is the problem in coordinates of the row space of X where that has fewer dimensions than X has columns; else the problem itself.
func (s *state) narrow() problem.Problem { return s.stack.Reduced() }

// propose proposes a network for the narrow problem.
func (s *state) propose(a Access, w problem.Weights) { a.Propose(s.stack.Invert(w)) }

// network returns the best network so far in the coordinates of the narrow problem.
func (s *state) network() (problem.Weights, float64) {
	w, upper := s.record.Network()
	return s.stack.Apply(w), upper
}

// left is the time until the share of the limit; without a limit it is 0.
func (s *state) left(share float64) time.Duration {
	if s.budget.Limit == 0 {
		return 0
	}
	return max(0, s.budget.at(share).Sub(s.clock.Now()))
}

// simpleBound claims the certificates that the residual of the best network, and that of none,
// give without any other multiplier.
func (s *state) simpleBound(ctx context.Context, a Access, effort certificate.Effort) error {
	reduced, repairer, err := s.reduced()
	if err != nil {
		return err
	}
	m := len(reduced.Representatives)
	w, _ := s.record.Network()
	for _, from := range []problem.Weights{w, {}} {
		mu := lift.Multipliers{W: s.problem.Residual(from), Psi: make([]float64, m)}
		c, err := repairer.Repair(ctx, mu, effort)
		if err != nil {
			return fmt.Errorf("simple bound: %w", err)
		}
		a.Claim(moments{c})
		if w.Width() == 0 || ctx.Err() != nil {
			break
		}
	}
	return nil
}
