package check

import (
	"context"
	"fmt"
	"sync"
)

// sideBySide walks the tree and does the work on its leaves while it is read, by a number of workers at the
// same time.  The region gets the charges; done is called after each leaf, from one goroutine at a time.
func sideBySide(ctx context.Context, a *arrays, s *rows, whole *region, workers int, work func(leaf, context.Context) (charge, error), done func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type job struct {
		leaf leaf
		node int64
		to   *region
	}
	jobs := make(chan job)
	var group sync.WaitGroup
	var finished sync.Mutex
	for range workers {
		group.Go(func() {
			for j := range jobs {
				c, err := work(j.leaf, ctx)
				if err == nil && !(c.u >= 0 && c.v >= 0 && isFinite(c.u) && isFinite(c.v)) {
					err = fmt.Errorf("the charge (%v, %v) is not a pair of numbers", c.u, c.v)
				}
				if err != nil {
					cancel(fmt.Errorf("node %d: %w", j.node, err))
					continue
				}
				j.to.raise(c)
				finished.Lock()
				done()
				finished.Unlock()
			}
		})
	}
	w := walker{ctx: ctx, rows: s, steps: &steps{arrays: a}}
	w.visit = func(l leaf, node int64, to *region) error {
		select {
		case jobs <- job{l, node, to}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := w.tree(whole)
	close(jobs)
	group.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
