package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/relift/relift/problem"
)

// Phase is one step of a run.
type Phase struct {
	// Name is what events call it, at most 7 letters.
	Name string
	// Until is the share of the time limit at which it gives way; 0 is the end of the run.
	Until float64
	// Limit is how long it may take at most; 0 is no limit of its own.
	Limit time.Duration
	// Complete phases run although the gap is reached.
	Complete bool
	// Bytes estimates the memory that the phase allocates at its peak; nil is little.
	Bytes func() uint64
	// Needed is what the user misses when the phase is left out, for the warning.
	Needed string
	// Run does the work until the context ends.  It proposes networks and proofs to the record
	// as they come; what else it changes in the run it does in the function it returns, which
	// is not called when the phase was cut off.
	Run func(ctx context.Context) (update func(), err error)
}

// Budget limits a run.
type Budget struct {
	Begin   time.Time     // when the time limit began to count
	Limit   time.Duration // 0: none
	Bytes   uint64        // memory of the process; 0: no limit
	Threads int
}

// at returns the time when the share of the limit is over, the zero time without a limit.
func (b Budget) at(share float64) time.Time {
	if b.Limit == 0 {
		return time.Time{}
	}
	return b.Begin.Add(time.Duration(share * float64(b.Limit)))
}

// What is kept of the time limit for the end of a run: phases end this much earlier, so that one
// that looks at its context now and then can still return.
const (
	reserveShare = 0.03
	leastReserve = 20 * time.Millisecond
	mostReserve  = 2 * time.Second
)

// interruptGrace is how long a phase has to return after an interruption, verifyGrace how long
// the verification of what it found may take then.
const (
	interruptGrace = 300 * time.Millisecond
	verifyGrace    = 400 * time.Millisecond
)

// machine runs phases in order within a budget.
type machine struct {
	clock  Clock
	budget Budget
	record *Record
	// inUse returns the bytes that the process holds; nil where memory is not limited.
	inUse func() uint64

	warnings []string
	limited  bool // the time limit ended a phase
	failed   bool // a phase ended with an error
	cut      []string
}

// reserve is the time before the limit at which phases end.
func (m *machine) reserve() time.Duration {
	general := time.Duration(reserveShare * float64(m.budget.Limit))
	return min(max(general, leastReserve), mostReserve) + m.record.verification()
}

// run runs the phases until the gap, the limit or the end of ctx.  A phase that fails is a warning, unless the input
// is to blame.
func (m *machine) run(ctx context.Context, phases []Phase) error {
	for _, p := range phases {
		if ctx.Err() != nil || m.over() {
			return nil
		}
		if m.record.reached() && !p.Complete || !m.fits(p) {
			continue
		}
		if err := m.phase(ctx, p); err != nil {
			if isInput(err) {
				return err
			}
			m.failed = true
			m.warnings = append(m.warnings, fmt.Sprintf("a step failed, and the results are those of the others: %v", err))
		}
		m.settle(ctx)
	}
	return nil
}

// lastResort runs a phase for a short time after the others, whatever ended them.
func (m *machine) lastResort(p Phase, short time.Duration) error {
	if !m.fits(p) {
		return nil
	}
	end := m.clock.Now().Add(short)
	last := end.Add(short / 4) // for a phase that looks at its context now and then
	if err := m.await(context.Background(), p, end, last); err != nil {
		return err
	}
	ctx, cancel := withDeadline(context.Background(), m.clock, last.Add(interruptGrace))
	defer cancel()
	m.settle(ctx)
	return nil
}

// isInput reports whether an error is about the input, which no other step can use either.
func isInput(err error) bool {
	return errors.Is(err, problem.ErrInvalid) || errors.Is(err, ErrOptions) || errors.Is(err, ErrMemory)
}

// over reports whether the time for phases has passed.
func (m *machine) over() bool {
	if m.budget.Limit == 0 {
		return false
	}
	if !m.clock.Now().Before(m.budget.at(1).Add(-m.reserve())) {
		m.limited = true
		return true
	}
	return false
}

// fits reports whether the phase has the memory it needs, with a warning if not.
func (m *machine) fits(p Phase) bool {
	if p.Bytes == nil || m.budget.Bytes == 0 {
		return true
	}
	need, held := p.Bytes(), m.inUse()
	if need <= m.budget.Bytes && held <= m.budget.Bytes-need {
		return true
	}
	m.warnings = append(m.warnings, fmt.Sprintf("%s is left out: it needs about %s of memory, %s are in use and %s are allowed; expected fewer rows or a larger --memory-limit",
		p.Needed, Bytes(need), Bytes(held), Bytes(m.budget.Bytes)))
	return false
}

// phase runs p and waits for it as long as there is time.
func (m *machine) phase(ctx context.Context, p Phase) error {
	var end, last time.Time // of the phase's context, and of waiting for it
	if m.budget.Limit > 0 {
		last = m.budget.at(1).Add(-m.record.verification())
		end = m.budget.at(1).Add(-m.reserve())
		if at := m.budget.at(p.Until); p.Until > 0 && at.Before(end) {
			end = at
		}
		if !m.clock.Now().Before(end) {
			return nil
		}
	}
	if at := m.clock.Now().Add(p.Limit); p.Limit > 0 && (end.IsZero() || at.Before(end)) {
		end = at
	}
	if err := m.await(ctx, p, end, last); err != nil {
		return err
	}
	if m.budget.Limit > 0 && !m.clock.Now().Before(m.budget.at(1).Add(-m.reserve())) {
		m.limited = true
	}
	return nil
}

// await runs p in a context that ends at the time end, and waits for it until the time last, or a grace
// after the end of ctx.
func (m *machine) await(ctx context.Context, p Phase, end, last time.Time) error {
	work, cancel := withDeadline(ctx, m.clock, end)
	defer cancel()
	m.record.begin(p.Name)
	type outcome struct {
		update func()
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if cause := recover(); cause != nil {
				o.err = fmt.Errorf("%s: internal error: %v", p.Name, cause)
			}
			done <- o
		}()
		o.update, o.err = p.Run(work)
	}()
	waiting, stop := m.patience(ctx, last)
	defer stop()
	select {
	case o := <-done:
		if o.update != nil {
			o.update()
		}
		return o.err
	case <-waiting.Done():
		m.record.cut()
		m.cut = append(m.cut, p.Name)
		return nil
	}
}

// patience ends at the time last, or a grace after ctx, whichever is first.
func (m *machine) patience(ctx context.Context, last time.Time) (context.Context, context.CancelFunc) {
	waiting, cancel := withDeadline(context.WithoutCancel(ctx), m.clock, last)
	stop := context.AfterFunc(ctx, func() { m.clock.AfterFunc(interruptGrace, cancel) })
	return waiting, func() { stop(); cancel() }
}

// settle has the record's claims verified, within what is left of the time: that of the limit, or a
// grace after the end of ctx.
func (m *machine) settle(ctx context.Context) {
	var last time.Time
	if m.budget.Limit > 0 {
		last = m.budget.at(1).Add(m.tolerance() / 2)
	}
	waiting, stop := withDeadline(context.WithoutCancel(ctx), m.clock, last)
	defer stop()
	defer context.AfterFunc(ctx, func() { m.clock.AfterFunc(verifyGrace, stop) })()
	done := make(chan struct{})
	go func() {
		m.record.settle(waiting)
		close(done)
	}()
	select {
	case <-done:
	case <-waiting.Done():
	}
}

// tolerance is how much later than its limit a run may end.
func (m *machine) tolerance() time.Duration {
	return max(300*time.Millisecond, m.budget.Limit/20)
}
