package reproduce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/relift/relift/dispatch"
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
// When ctx ends, what is finished is
// returned with an error that wraps ErrInterrupted; the outcome is valid then.
func Run(ctx context.Context, jobs []Job, e Execution) (*Outcome, error) {
	begin := time.Now()
	store, err := dispatch.OpenFolder(filepath.Join(e.Dir, "jobs"))
	if err != nil {
		return nil, err
	}
	executor := dispatch.Keep(dispatch.NewParallel(dispatch.Budget{Threads: e.Jobs}, kind(jobs, e.LinearAlgebra)), store)
	batch := executor.Batch(ctx)
	at := map[string]int{}
	for _, alone := range []bool{false, true} {
		for i, j := range jobs {
			if j.alone != alone {
				continue
			}
			d, err := j.dispatched()
			if err != nil {
				return nil, err
			}
			if !e.Resume {
				if err := store.Remove(d); err != nil {
					return nil, err
				}
			}
			at[j.ID] = i
			batch.Submit(d)
		}
	}
	p := newProgress(e, jobs)
	results, failures := make([]*Result, len(jobs)), []error(nil)
	for {
		r, more := batch.Next()
		if !more {
			break
		}
		j := jobs[at[r.Job.Name]]
		var rows []Row
		if r.Err == nil {
			r.Err = json.Unmarshal(r.Output, &rows)
		}
		switch {
		case r.Err == nil:
			results[at[j.ID]] = &Result{ID: j.ID, Settings: j.Settings, Rows: rows}
		case ctx.Err() != nil:
			continue
		default:
			failures = append(failures, fmt.Errorf("%s: %w", j.ID, r.Err))
		}
		p.finish(j, r)
	}
	p.close()

	out := &Outcome{Kept: p.kept, Elapsed: time.Since(begin)}
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
