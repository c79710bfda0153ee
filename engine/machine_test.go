package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// handClock is a clock that a test moves.
type handClock struct {
	mu     sync.Mutex
	now    time.Time
	timers []*handTimer
}

type handTimer struct {
	at time.Time
	f  func()
}

func newHandClock() *handClock { return &handClock{now: time.Unix(1000, 0)} }

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) AfterFunc(d time.Duration, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	timer := &handTimer{c.now.Add(d), f}
	c.timers = append(c.timers, timer)
	if d <= 0 {
		go c.advance(0)
	}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		before := len(c.timers)
		c.timers = slices.DeleteFunc(c.timers, func(o *handTimer) bool { return o == timer })
		return len(c.timers) < before
	}
}

// advance moves the clock and runs what falls due.
func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	var due []*handTimer
	c.timers = slices.DeleteFunc(c.timers, func(o *handTimer) bool {
		if o.at.After(c.now) {
			return false
		}
		due = append(due, o)
		return true
	})
	c.mu.Unlock()
	for _, o := range due {
		o.f()
	}
}

// stubProof is a proof whose verification the test decides.
type stubProof struct {
	bound  float64
	source string
	verify func(context.Context) error
}

func (p *stubProof) Bound() float64                   { return p.bound }
func (p *stubProof) At(float64) float64               { return p.bound }
func (p *stubProof) Source() string                   { return p.source }
func (p *stubProof) Verify(ctx context.Context) error { return p.verify(ctx) }

func (p *stubProof) Prove(ctx context.Context) (Proof, error) {
	if err := p.verify(ctx); err != nil {
		return nil, err
	}
	return p, nil
}
func (p *stubProof) Save(string, Origin) error { return errors.New("a stub") }

func accepted(bound float64) *stubProof {
	return &stubProof{bound, "stub", func(context.Context) error { return nil }}
}

// bench is a machine on a clock that the test moves, for a problem whose network of width k has the objective 10 − k.
type bench struct {
	*machine
	clock *handClock
	ran   []string
}

func newBench(limit time.Duration) *bench {
	clock := newHandClock()
	p := problem.Problem{X: mat.NewDense(1, 1, []float64{1}), Y: mat.NewDense(1, 1, []float64{1}), Gamma: 1}
	record := newRecord(p, Options{Gap: 1e-3}, clock, clock.Now())
	record.objective = func(w problem.Weights) (float64, float64) { return 10 - float64(w.Width()), 0 }
	record.upper = 10
	m := &machine{clock: clock, budget: Budget{Begin: clock.Now(), Limit: limit}, record: record, inUse: func() uint64 { return 100 }}
	return &bench{machine: m, clock: clock}
}

// width returns a network of width k.
func width(k int) problem.Weights {
	return problem.Weights{U: mat.NewDense(k, 1, nil), V: mat.NewDense(k, 1, nil)}
}

// takes returns a phase that takes the time, which ends at its context, and proposes a network and a proof first.
func (b *bench) takes(name string, d time.Duration, network int, proof Claim) Phase {
	return Phase{Name: name, Run: func(ctx context.Context) (func(), error) {
		b.ran = append(b.ran, name)
		a := b.record.access()
		a.Propose(width(network))
		if proof != nil {
			a.Claim(proof)
		}
		a.Note(nil)
		for step := d / 20; d > 0 && ctx.Err() == nil; d -= step {
			b.clock.advance(step)
		}
		return nil, nil
	}}
}

func TestPhasesRunInOrderUntilTheGap(t *testing.T) {
	b := newBench(0)
	err := b.run(t.Context(), []Phase{
		b.takes("first", time.Hour, 1, nil), b.takes("second", time.Hour, 2, accepted(7.9999)), b.takes("third", time.Hour, 3, nil),
		func() Phase { p := b.takes("complete", 0, 1, nil); p.Complete = true; return p }(),
	})
	if err != nil || !slices.Equal(b.ran, []string{"first", "second", "complete"}) || b.limited {
		t.Errorf("ran %v, limited %v, error %v", b.ran, b.limited, err)
	}
	proof, w, upper, _, _ := b.record.outcome()
	if proof == nil || proof.Bound() != 7.9999 || w.Width() != 2 || upper != 8 {
		t.Errorf("proof %v, width %d, objective %v", proof, w.Width(), upper)
	}
}

func TestSharesOfTheLimit(t *testing.T) {
	b := newBench(100 * time.Second)
	begin := b.clock.Now()
	var ends []time.Duration
	phase := func(until float64) Phase {
		p := b.takes("long", 200*time.Second, 1, nil) // in steps of 10 s
		run := p.Run
		p.Until = until
		p.Run = func(ctx context.Context) (func(), error) {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("the phase does not know its deadline")
			}
			update, err := run(ctx)
			ends = append(ends, b.clock.Now().Sub(begin))
			return update, err
		}
		return p
	}
	if err := b.run(t.Context(), []Phase{phase(0.1), phase(0.5), phase(0.4), phase(0.9)}); err != nil {
		t.Fatal(err)
	}
	// The third share is over before its phase begins.
	if want := []time.Duration{10 * time.Second, 50 * time.Second, 90 * time.Second}; !slices.Equal(ends, want) {
		t.Errorf("phases ended at %v, want %v", ends, want)
	}
}

// A phase has its own limit also in a run without one.
func TestLimitOfAPhase(t *testing.T) {
	b := newBench(0)
	begin := b.clock.Now()
	p := b.takes("beside", time.Hour, 1, nil)
	p.Limit = 5 * time.Second
	if err := b.run(t.Context(), []Phase{p, b.takes("next", 0, 2, nil)}); err != nil {
		t.Fatal(err)
	}
	if took := b.clock.Now().Sub(begin); took > 3*time.Minute || !slices.Equal(b.ran, []string{"beside", "next"}) || b.limited { // its steps are of three minutes
		t.Errorf("after %v ran %v, limited %v", took, b.ran, b.limited)
	}
}

// stuck is a phase that ignores its context until the channel is closed.
func (b *bench) stuck(entered, release chan struct{}, after func(Access)) Phase {
	return Phase{Name: "stuck", Run: func(context.Context) (func(), error) {
		a := b.record.access()
		a.Propose(width(1))
		a.Claim(accepted(1))
		close(entered)
		<-release
		after(a)
		return func() { panic("the update of a phase that was cut off") }, nil
	}}
}

func TestStuckPhaseIsCutOff(t *testing.T) {
	for name, end := range map[string]func(*bench, context.CancelFunc){
		"limit": func(b *bench, _ context.CancelFunc) { b.clock.advance(10 * time.Second) }, // not further: the proof is verified within the tolerance
		"interruption": func(b *bench, interrupt context.CancelFunc) {
			interrupt()
			for len(b.timersDue()) == 0 { // the grace's timer is set in a goroutine
				time.Sleep(time.Millisecond)
			}
			b.clock.advance(interruptGrace)
		},
	} {
		b := newBench(10 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		entered, release, late := make(chan struct{}), make(chan struct{}), make(chan struct{})
		phase := b.stuck(entered, release, func(a Access) {
			a.Propose(width(5))
			a.Claim(accepted(9))
			a.Announce(9)
			a.Warn("late")
			close(late)
		})
		done := make(chan error)
		go func() { done <- b.run(ctx, []Phase{phase}) }()
		<-entered
		end(b, cancel)
		if err := <-done; err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		close(release)
		<-late
		proof, w, upper, _, warnings := b.record.outcome()
		if proof == nil || proof.Bound() != 1 || w.Width() != 1 || upper != 9 || len(warnings) != 0 || b.record.Lower() != 1 {
			t.Errorf("%s: proof %v, width %d, objective %v, warnings %q", name, proof, w.Width(), upper, warnings)
		}
		if !slices.Equal(b.cut, []string{"stuck"}) {
			t.Errorf("%s: cut off %v", name, b.cut)
		}
		cancel()
	}
}

// timersDue are the timers within the grace of an interruption.
func (b *bench) timersDue() []*handTimer {
	b.clock.mu.Lock()
	defer b.clock.mu.Unlock()
	var due []*handTimer
	for _, o := range b.clock.timers {
		if !o.at.After(b.clock.now.Add(interruptGrace)) {
			due = append(due, o)
		}
	}
	return due
}

// interrupter cancels at the k-th event.
type interrupter struct {
	left   int
	cancel context.CancelFunc
}

func (i *interrupter) Record(Event) {
	if i.left--; i.left == 0 {
		i.cancel()
	}
}

func TestInterruptionAtEveryEvent(t *testing.T) {
	const phases, events = 5, 2 // of each: that it begins and what it found
	for k := 1; k <= phases*events; k++ {
		ran := (k + 1) / events
		b := newBench(0)
		ctx, cancel := context.WithCancel(t.Context())
		b.record.listener = &interrupter{k, cancel}
		var list []Phase
		for i := range phases {
			list = append(list, b.takes("work", time.Second, i+1, accepted(float64(i+1)/10)))
		}
		if err := b.run(ctx, list); err != nil {
			t.Fatal(err)
		}
		proof, w, _, _, _ := b.record.outcome()
		if w.Width() != ran || len(b.ran) != ran || proof == nil || proof.Bound() != float64(ran)/10 {
			t.Errorf("interrupted at event %d: %d phases, width %d, proof %v", k, len(b.ran), w.Width(), proof)
		}
		cancel()
	}
}

func TestPhaseThatDoesNotFitIsLeftOut(t *testing.T) {
	b := newBench(0)
	b.budget.Bytes = 1000
	phase := func(name string, bytes uint64) Phase {
		p := b.takes(name, 0, 1, nil)
		p.Needed, p.Bytes = name, func() uint64 { return bytes }
		return p
	}
	if err := b.run(t.Context(), []Phase{phase("small", 900), phase("large", 901), phase("huge", math.MaxUint64), phase("last", 1)}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.ran, []string{"small", "last"}) || len(b.warnings) != 2 || !strings.HasPrefix(b.warnings[0], "large is left out: it needs about") {
		t.Errorf("ran %v, warnings %q", b.ran, b.warnings)
	}
}

func TestFailureOfAPhaseCostsNothingElse(t *testing.T) {
	b := newBench(0)
	err := b.run(t.Context(), []Phase{
		b.takes("first", 0, 1, accepted(1)),
		{Name: "bad", Run: func(context.Context) (func(), error) { return nil, errors.New("broken") }},
		{Name: "worse", Run: func(context.Context) (func(), error) { panic("out of range") }},
		b.takes("next", 0, 2, nil),
	})
	proof, w, _, _, _ := b.record.outcome()
	if err != nil || !slices.Equal(b.ran, []string{"first", "next"}) || w.Width() != 2 || proof == nil || !b.failed {
		t.Errorf("error %v, ran %v, width %d, proof %v", err, b.ran, w.Width(), proof)
	}
	if len(b.warnings) != 2 || !strings.Contains(b.warnings[0], "broken") || !strings.Contains(b.warnings[1], "out of range") {
		t.Errorf("warnings %q", b.warnings)
	}
}

func TestUnusableInputEndsTheRun(t *testing.T) {
	b := newBench(0)
	err := b.run(t.Context(), []Phase{
		{Name: "bad", Run: func(context.Context) (func(), error) { return nil, fmt.Errorf("%w: x", problem.ErrInvalid) }},
		b.takes("next", 0, 1, nil),
	})
	if !errors.Is(err, problem.ErrInvalid) || len(b.ran) != 0 {
		t.Errorf("error %v, ran %v", err, b.ran)
	}
}

func TestRejectedProofGivesWayToTheNext(t *testing.T) {
	b := newBench(0)
	a := b.record.access()
	a.Claim(accepted(1))
	a.Claim(&stubProof{1e9, "stub", func(context.Context) error { return errors.New("false") }})
	a.Claim(&stubProof{0.5, "other", func(context.Context) error { return nil }})
	if b.record.Lower() != 1e9 {
		t.Errorf("claimed %v", b.record.Lower())
	}
	b.record.settle(t.Context())
	proof, _, _, _, warnings := b.record.outcome()
	if proof == nil || proof.Bound() != 1 || b.record.Lower() != 1 || len(warnings) != 1 || !strings.Contains(warnings[0], "not accepted") {
		t.Errorf("proof %v, lower %v, warnings %q", proof, b.record.Lower(), warnings)
	}
}

// A verification that outlasts the limit is not waited for, and its proof is not used.
func TestLongVerificationIsNotWaitedFor(t *testing.T) {
	b := newBench(10 * time.Second)
	entered, release := make(chan struct{}), make(chan struct{})
	slow := &stubProof{5, "slow", func(context.Context) error { close(entered); <-release; return nil }}
	done := make(chan error)
	go func() { done <- b.run(t.Context(), []Phase{b.takes("prove", time.Second, 1, slow)}) }()
	<-entered
	b.clock.advance(10 * time.Second)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	close(release)
	proof, _, _, _, warnings := b.record.outcome()
	if proof != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "no time to verify") {
		t.Errorf("proof %v, warnings %q", proof, warnings)
	}
}

func TestContradictionIsAnError(t *testing.T) {
	s, err := newState(teacher(2, 12, 2, 2), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.record.access().Claim(accepted(2 * s.record.upper))
	s.record.settle(t.Context())
	if _, err := s.finish(t.Context(), &machine{budget: s.budget, record: s.record}, MethodSDP); !errors.Is(err, ErrContradiction) {
		t.Errorf("a bound of twice the objective: %v", err)
	}
}
