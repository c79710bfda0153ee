package reproduce

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/relift/relift/internal/dense"
)

// ErrInterrupted is wrapped by the error of a run that its context ended.
var ErrInterrupted = errors.New("interrupted")

// Outcome of a run of a plan.
type Outcome struct {
	Results []*Result // of the finished jobs, in the order of the plan
	Missing []string  // names of the jobs without a result
	Kept    int       // results of an earlier run
	Elapsed time.Duration
}

// Run executes the jobs of a plan that are not stored yet and stores each
// result as it comes.  Jobs that measure cost run last, one at a time.
//
// Meanwhile the linear algebra of the whole process has one thread, because the
// jobs themselves run side by side.  When ctx ends, what is finished is
// returned with an error that wraps ErrInterrupted; the outcome is valid then.
func Run(ctx context.Context, jobs []Job, e Execution) (*Outcome, error) {
	begin := time.Now()
	store, err := OpenStore(filepath.Join(e.Dir, "jobs"))
	if err != nil {
		return nil, err
	}
	if !e.Resume {
		if err := store.Clear(jobs); err != nil {
			return nil, err
		}
	}
	results := make([]*Result, len(jobs))
	var beside, alone []int
	var open []Job
	kept := 0
	for i, j := range jobs {
		if results[i], err = store.Get(j); err != nil {
			return nil, err
		}
		switch {
		case results[i] != nil:
			kept++
			continue
		case j.alone:
			alone = append(alone, i)
		default:
			beside = append(beside, i)
		}
		open = append(open, j)
	}
	threads := dense.Threads()
	dense.SetThreads(1)
	defer dense.SetThreads(threads)
	p := newProgress(e, open, kept)
	var mu sync.Mutex
	var failures []error
	one := func(i int) {
		started := time.Now()
		r, err := guarded(ctx, jobs[i])
		if err == nil {
			err = store.Put(r)
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			if ctx.Err() == nil {
				failures = append(failures, err)
				p.finish(jobs[i], time.Since(started), err)
			}
			return
		}
		results[i] = r
		p.finish(jobs[i], time.Since(started), nil)
	}
	workers := e.Jobs
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	pool(ctx, beside, workers, one)
	pool(ctx, alone, 1, one)
	p.close()

	out := &Outcome{Kept: kept, Elapsed: time.Since(begin)}
	for i, r := range results {
		if r == nil {
			out.Missing = append(out.Missing, jobs[i].ID)
		} else {
			out.Results = append(out.Results, r)
		}
	}
	if ctx.Err() != nil {
		failures = append(failures, fmt.Errorf("%w: %d of %d jobs are finished; --resume goes on from there", ErrInterrupted, len(out.Results), len(jobs)))
	}
	return out, errors.Join(failures...)
}

// pool calls work for each index, in order, on several goroutines until ctx
// ends.
func pool(ctx context.Context, indices []int, workers int, work func(int)) {
	queue := make(chan int)
	var group sync.WaitGroup
	for range min(workers, len(indices)) {
		group.Go(func() {
			for i := range queue {
				work(i)
			}
		})
	}
	defer group.Wait()
	defer close(queue)
	for _, i := range indices {
		select {
		case queue <- i:
		case <-ctx.Done():
			return
		}
	}
}

// guarded turns a panic of a job into its error, so that the others go on.
func guarded(ctx context.Context, j Job) (r *Result, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%s: panic: %v", j.ID, cause)
		}
	}()
	return j.execute(ctx)
}
