package engine

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/reduce"
)

// Train finds a network for p and a certified lower bound on the objective of
// every network of any width.  The first phase of every method trains a network, so that
// an end at any time has one; see Method for the others.
//
// Errors are about the input (problem.ErrInvalid, ErrOptions, ErrMemory) or
// internal; every other way to end is a Status.
func Train(ctx context.Context, p Problem, opts Options) (*Result, error) {
	if isWeighted(p) && p.Validate() == nil {
		return weighted(ctx, p, opts, Train)
	}
	s, err := newState(p, opts)
	if err != nil {
		return nil, err
	}
	return s.run(ctx, s.plan)
}

// boundShare is the share of the time limit that Bound gives the solver; the
// rest is for the repair of the certificate.
const boundShare = 0.9

// Bound solves the semidefinite relaxation of p and certifies its bound.  Options.Method and Width are not used.  The stronger
// relaxation, and a problem that is not plain, are bounded from a network that is trained for that, as long as its gap is above Options.Gap; the
// result has none.
//
// Errors are about the input (problem.ErrInvalid, ErrOptions, ErrMemory) or
// internal; every other way to end is a Status.
func Bound(ctx context.Context, p Problem, opts Options) (*Result, error) {
	if isWeighted(p) && p.Validate() == nil {
		return weighted(ctx, p, opts, Bound)
	}
	opts.Width = min(opts.Width, 0) // a cap is not used, and what is none is refused all the same
	if !p.IsPlain() {
		opts.Method = MethodAuto
	}
	s, err := newState(p, opts)
	if err != nil {
		return nil, err
	}
	s.hidden, s.freeWork = true, boundWork
	if !p.IsPlain() {
		return s.run(ctx, s.generalPlan)
	}
	return s.run(ctx, func() (Method, []Phase) {
		if !s.strengthens(boundShare) {
			return MethodSDP, []Phase{s.networkBound(certificate.Quick), s.relaxation(boundShare, true), s.repair(true)}
		}
		return MethodSDP, []Phase{s.training(s.early(), firstEffort), s.networkBound(certificate.Quick), s.relaxation(rootShare, true), s.root(boundShare, true), s.repair(true)}
	})
}

// newState checks the input and prepares a run.
func newState(p Problem, opts Options) (*state, error) {
	clock := wall{}
	opts, budget, err := opts.settle(p, clock.Now())
	if err != nil {
		return nil, err
	}
	p = opts.Place(p)
	s := &state{problem: p, stack: reduce.New(p), opts: opts, budget: budget, clock: clock, freeWork: trainWork}
	s.flops = sync.OnceValue(func() float64 { return flopRate(p.Algebra()) })
	s.record = newRecord(p, opts, s.clock, s.budget.Begin)
	return s, nil
}

// checkStart refuses a network to begin with that is not one for the problem.
func checkStart(p Problem, w Weights) error {
	if w.Width() == 0 {
		return nil
	}
	_, d, c := p.Dims()
	m, inputs := w.U.Dims()
	rows, outputs := 0, 0
	if w.V != nil {
		rows, outputs = w.V.Dims()
	}
	if inputs != d || rows != m || outputs != c || w.B != nil && (!p.Intercept || len(w.B) != c) {
		return fmt.Errorf("%w: the network to begin with is %d×%d and %d×%d with an intercept of %d; expected %d×%d and %d×%d, and an intercept where the problem has one",
			ErrOptions, m, inputs, rows, outputs, len(w.B), m, d, m, c)
	}
	return nil
}

// presolve returns the phase that finds the dimension of the problem: its row space where X is wide, and its rank.
func (s *state) presolve() Phase {
	return Phase{Name: "presolve", Complete: true, Run: func(context.Context) (func(), error) {
		stack := reduce.New(s.problem, reduce.Wide)
		rank := reduce.RankUpTo(stack.Reduced().X, searchRank+1)
		return func() { s.stack, s.rank = stack, rank }, nil
	}}
}

// run runs the phases of the plan, which is made after presolve, and collects the result.
func (s *state) run(ctx context.Context, plan func() (Method, []Phase)) (*Result, error) {
	m := &machine{clock: s.clock, budget: s.budget, record: s.record, inUse: heapInUse}
	if err := m.run(ctx, []Phase{s.presolve()}); err != nil {
		return nil, err
	}
	method, phases := plan()
	if s.rank == 0 && s.problem.IsPlain() {
		phases = nil // presolve was cut off, or every row is zero
	}
	m.budget = s.budget // the plan may have set a limit
	s.record.within(m.budget.Limit)
	if err := m.run(ctx, phases); err != nil {
		return nil, err
	}
	if err := s.lastNetwork(ctx, m); err != nil {
		return nil, err
	}
	if n, _, _ := s.problem.Dims(); n <= quickRows && s.record.proved() == 0 {
		if err := m.lastResort(s.networkBound(certificate.Quick), interruptGrace); err != nil {
			return nil, err
		}
	}
	return s.finish(ctx, m, method)
}

// lastTraining is how long an interrupted run without a network trains one, longestTraining how long where it takes that long for the first.
const (
	lastTraining    = 200 * time.Millisecond
	longestTraining = 500 * time.Millisecond
)

// lastNetwork sees to it that there is a trained network, whenever the run ended: one in reserve is taken where the run has no better one, and where that is so, or there
// is none, because of an interruption, it is trained for a moment.
func (s *state) lastNetwork(ctx context.Context, m *machine) error {
	before, objective := s.record.Network()
	if s.opts.Reserve.Width() > 0 {
		s.record.access().Propose(s.problem.WithIntercept(s.opts.Reserve))
	}
	if _, now := s.record.Network(); ctx.Err() == nil || before.Width() > 0 && now == objective {
		return nil
	}
	p := s.training(0, untilTheEnd)
	train := p.Run
	p.Run = func(ctx context.Context) (func(), error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		s.cancelWhenTrained(ctx, cancel, lastTraining)
		return train(ctx)
	}
	return m.lastResort(p, longestTraining)
}

// lookEvery is how often it is looked for a first network.
const lookEvery = 20 * time.Millisecond

// cancelWhenTrained cancels ctx after a time, or when there is a network, whichever is later.
func (s *state) cancelWhenTrained(ctx context.Context, cancel context.CancelFunc, after time.Duration) {
	s.clock.AfterFunc(after, func() {
		if w, _ := s.record.Network(); w.Width() > 0 || ctx.Err() != nil {
			cancel()
			return
		}
		s.cancelWhenTrained(ctx, cancel, lookEvery)
	})
}

// quickRows is the largest number of rows for which a certificate is made and verified in a part of a second.
const quickRows = 400

// heapInUse returns the bytes of memory that the process holds.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
