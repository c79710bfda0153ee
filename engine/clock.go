package engine

import (
	"context"
	"time"
)

// Clock is the time that limits are measured in.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f in its own goroutine when d has passed; stop prevents that.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// wall is the clock on the wall.
type wall struct{}

func (wall) Now() time.Time { return time.Now() }
func (wall) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}

var _ Clock = wall{}

// withDeadline is context.WithDeadline on a clock; the zero time is no deadline.
func withDeadline(ctx context.Context, clock Clock, at time.Time) (context.Context, context.CancelFunc) {
	if at.IsZero() {
		return context.WithCancel(ctx)
	}
	inner, cancel := context.WithCancelCause(ctx)
	stop := clock.AfterFunc(at.Sub(clock.Now()), func() { cancel(context.DeadlineExceeded) })
	return &limited{inner, at}, func() {
		stop()
		cancel(context.Canceled)
	}
}

// limited is a context that tells its deadline on the run's clock.
type limited struct {
	context.Context
	deadline time.Time
}

func (l *limited) Deadline() (time.Time, bool) {
	if outer, ok := l.Context.Deadline(); ok && outer.Before(l.deadline) {
		return outer, true
	}
	return l.deadline, true
}

// Err reports a deadline that passed as context.WithDeadline does.
func (l *limited) Err() error {
	if err := l.Context.Err(); err == nil || context.Cause(l.Context) != context.DeadlineExceeded {
		return err
	}
	return context.DeadlineExceeded
}
