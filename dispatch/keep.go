package dispatch

import (
	"context"
	"fmt"
)

// Store keeps outputs of jobs from one run to the next.
type Store interface {
	// Get returns the output that was kept of the job with this digest, and false where there is none that can be used.
	Get(j Job, d Digest) (Kept, bool, error)
	// Put keeps the output of a job.
	Put(j Job, d Digest, k Kept) error
}

// Keep returns an executor that takes outputs from the store where they are, and keeps those that it has from e.  A failure
// of the store is the error of the job.
func Keep(e Executor, s Store) Executor { return keeper{e, s} }

// keeper is an executor with a store before it.
type keeper struct {
	Executor
	store Store
}

// Batch implements Executor.
func (k keeper) Batch(ctx context.Context) Batch {
	return &keptBatch{on: k, inner: k.Executor.Batch(ctx)}
}

// keptBatch is a batch of keeper.
type keptBatch struct {
	on    keeper
	inner Batch
	ready []Result
}

// Submit implements Batch.
func (b *keptBatch) Submit(j Job) {
	d, err := b.on.Digest(j)
	if err != nil {
		b.inner.Submit(j) // it says what is wrong
		return
	}
	kept, ok, err := b.on.store.Get(j, d)
	switch {
	case err != nil:
		b.ready = append(b.ready, Result{Job: j, Digest: d, Err: fmt.Errorf("store: %w", err)})
	case ok:
		b.ready = append(b.ready, Result{Job: j, Digest: d, Output: kept.Output, Elapsed: kept.Elapsed(), Kept: true})
	default:
		b.inner.Submit(j)
	}
}

// Next implements Batch.
func (b *keptBatch) Next() (Result, bool) {
	if len(b.ready) > 0 {
		r := b.ready[0]
		b.ready = b.ready[1:]
		return r, true
	}
	r, ok := b.inner.Next()
	if ok && r.Err == nil {
		if err := b.on.store.Put(r.Job, r.Digest, Kept{Output: r.Output, Seconds: r.Elapsed.Seconds()}); err != nil {
			r.Output, r.Err = nil, fmt.Errorf("store: %w", err)
		}
	}
	return r, ok
}
