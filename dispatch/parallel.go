package dispatch

import (
	"container/heap"
	"context"
	"slices"
	"sync"
)

// Parallel runs as many jobs at a time as the threads and bytes of its budget allow, each in a goroutine of its own.
type Parallel struct {
	shelf
	lock      sync.Mutex
	queue     queue
	submitted int
	threads   int    // that running jobs use
	bytes     uint64 // that they are estimated to use
}

var _ Executor = (*Parallel)(nil)

// NewParallel returns an executor of the given kinds.
func NewParallel(b Budget, list ...Kind) *Parallel { return &Parallel{shelf: newShelf(b, list)} }

// Width implements Executor.
func (p *Parallel) Width() int { return p.budget.Threads }

// batch is a batch of Parallel.
type batch struct {
	ctx     context.Context
	on      *Parallel
	open    int // results that have not been taken; of the goroutine of Next
	mu      sync.Mutex
	results []Result
	arrived chan struct{} // of capacity 1: there are results
}

// Batch implements Executor.
func (p *Parallel) Batch(ctx context.Context) Batch {
	b := &batch{ctx: ctx, on: p, arrived: make(chan struct{}, 1)}
	context.AfterFunc(ctx, func() { p.withdraw(b) })
	return b
}

// Submit implements Batch.
func (b *batch) Submit(j Job) {
	b.open++
	p := b.on
	p.lock.Lock()
	w := p.admit(j, p.submitted)
	p.submitted++
	w.batch = b
	p.queue.add(w)
	p.start()
	p.lock.Unlock()
}

// Next implements Batch.
func (b *batch) Next() (Result, bool) {
	if b.open == 0 {
		return Result{}, false
	}
	for {
		b.mu.Lock()
		if len(b.results) > 0 {
			r := b.results[0]
			b.results = b.results[1:]
			b.mu.Unlock()
			b.open--
			return r, true
		}
		b.mu.Unlock()
		<-b.arrived
	}
}

// deliver hands a result to whoever waits for it.
func (b *batch) deliver(r Result) {
	b.mu.Lock()
	b.results = append(b.results, r)
	b.mu.Unlock()
	select {
	case b.arrived <- struct{}{}:
	default:
	}
}

// start begins jobs for as long as the first one fits.  The lock is held.
func (p *Parallel) start() {
	for len(p.queue) > 0 {
		w := p.queue[0]
		threads, bytes := p.budget.threads(w.job), w.job.Needs.Bytes
		if w.err != nil || w.batch.ctx.Err() != nil { // it gives its error at once
			threads, bytes = 0, 0
		}
		if p.threads+threads > p.budget.Threads || bytes > p.budget.Bytes-p.bytes {
			return
		}
		p.queue.next()
		p.threads += threads
		p.bytes += bytes
		go func() {
			r := p.perform(w.batch.ctx, w)
			p.lock.Lock()
			p.threads -= threads
			p.bytes -= bytes
			p.start()
			p.lock.Unlock()
			w.batch.deliver(r)
		}()
	}
}

// withdraw gives the jobs of a batch that wait their errors, after the end of its context.
func (p *Parallel) withdraw(b *batch) {
	p.lock.Lock()
	var gone []*waiting
	p.queue = slices.DeleteFunc(p.queue, func(w *waiting) bool {
		if w.batch == b {
			gone = append(gone, w)
		}
		return w.batch == b
	})
	heap.Init(&p.queue)
	p.start() // what waited behind them
	p.lock.Unlock()
	for _, w := range gone {
		b.deliver(p.perform(b.ctx, w))
	}
}
