package dispatch

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"
)

// Executor runs jobs.  Its methods may be called from several goroutines.
type Executor interface {
	// Put keeps content for the inputs of jobs and returns its digest.  The content must not be changed afterwards.
	Put(content []byte) Digest
	// Drop forgets content that no job will need any more.
	Drop(d Digest)
	// Digest names a job: its kind, settings and inputs.
	Digest(j Job) (Digest, error)
	// Width is how many jobs of one thread run at a time.
	Width() int
	// Batch begins a batch of jobs that end with ctx.
	Batch(ctx context.Context) Batch
}

// Batch is a set of jobs whose results one goroutine takes.
type Batch interface {
	// Submit adds a job.  It does not wait.
	Submit(j Job)
	// Next waits for a result; false where every job that was submitted has given its result.
	Next() (Result, bool)
}

// Budget limits what jobs may use at a time.
type Budget struct {
	Threads int    // 0: all processors
	Bytes   uint64 // of memory, by the estimates of the jobs; 0: no limit
}

// withDefaults fills in what is zero.
func (b Budget) withDefaults() Budget {
	if b.Threads <= 0 {
		b.Threads = runtime.GOMAXPROCS(0)
	}
	if b.Bytes == 0 {
		b.Bytes = math.MaxUint64
	}
	return b
}

// threads is what a job gets.
func (b Budget) threads(j Job) int { return min(max(j.Needs.Threads, 1), b.Threads) }

// shelf holds the contents that jobs share, and the kinds: what every executor in this process has.
type shelf struct {
	kinds    kinds
	budget   Budget
	mu       sync.Mutex
	contents map[Digest][]byte
}

func newShelf(b Budget, list []Kind) shelf {
	return shelf{kinds: register(list), budget: b.withDefaults(), contents: map[Digest][]byte{}}
}

// Put implements Executor.
func (s *shelf) Put(content []byte) Digest {
	d := Of(content)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.contents[d] = content
	return d
}

// Drop implements Executor.
func (s *shelf) Drop(d Digest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.contents, d)
}

// Digest implements Executor.
func (s *shelf) Digest(j Job) (Digest, error) { return s.kinds.digest(j) }

// inputs looks a job's inputs up when it is submitted, so that they may be dropped afterwards.
func (s *shelf) inputs(j Job) ([][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([][]byte, len(j.Inputs))
	for k, d := range j.Inputs {
		content, ok := s.contents[d]
		if !ok {
			return nil, fmt.Errorf("%w: %v", ErrInput, d)
		}
		list[k] = content
	}
	return list, nil
}

// waiting is a job that has not begun.
type waiting struct {
	job    Job
	digest Digest
	inputs [][]byte
	order  int // of submission
	err    error
	batch  *batch // of Parallel
}

// admit prepares a job; what keeps it from running is its error.
func (s *shelf) admit(j Job, order int) *waiting {
	w := &waiting{job: j, order: order}
	if w.digest, w.err = s.Digest(j); w.err != nil {
		return w
	}
	if j.Needs.Bytes > s.budget.Bytes {
		w.err = fmt.Errorf("%w: about %d bytes of %d", ErrMemory, j.Needs.Bytes, s.budget.Bytes)
		return w
	}
	w.inputs, w.err = s.inputs(j)
	return w
}

// perform runs the job, unless ctx has ended.
func (s *shelf) perform(ctx context.Context, w *waiting) Result {
	r := Result{Job: w.job, Digest: w.digest, Err: w.err}
	if r.Err == nil {
		r.Err = ctx.Err()
	}
	if r.Err != nil {
		return r
	}
	begin := time.Now()
	r.Output, r.Err = s.kinds.run(ctx, w.job, w.inputs, s.budget.threads(w.job))
	r.Elapsed = time.Since(begin)
	return r
}
