package dispatch

import "context"

// Serial runs one job at a time, in the goroutine that asks for its result.  The first of a batch is chosen when a result is asked for.
type Serial struct{ shelf }

var _ Executor = (*Serial)(nil)

// NewSerial returns an executor of the given kinds.  A job gets the threads of the budget that it needs.
func NewSerial(b Budget, list ...Kind) *Serial { return &Serial{newShelf(b, list)} }

// Width implements Executor.
func (*Serial) Width() int { return 1 }

// Batch implements Executor.
func (s *Serial) Batch(ctx context.Context) Batch { return &series{ctx: ctx, on: s} }

// series is a batch of Serial.
type series struct {
	ctx       context.Context
	on        *Serial
	queue     queue
	submitted int
}

// Submit implements Batch.
func (b *series) Submit(j Job) {
	b.queue.add(b.on.admit(j, b.submitted))
	b.submitted++
}

// Next implements Batch.
func (b *series) Next() (Result, bool) {
	if len(b.queue) == 0 {
		return Result{}, false
	}
	return b.on.perform(b.ctx, b.queue.next()), true
}
