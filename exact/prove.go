package exact

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
)

// attempt is one try to prove h(W) ≤ H over the whole sphere.
type attempt struct {
	proven  bool
	bound   float64 // proven bound on max ‖Wᵀ(X̃z)₊‖/‖u‖, rounding included
	nodes   int64
	work    int64 // operations, about
	deepest int
	peaks   []peak   // per explored part the best generator (unit), in order
	trees   [][]byte // preorder, one per orthant; nil when none were recorded
}

// tasksWanted is the number of parts the sphere is cut into before the parts
// are searched in parallel; the cut does not depend on the threads, so that
// the result does not either.
const tasksWanted = 2048

// batch is the number of parts after which the search looks whether one of
// them found a violation.
const batch = 32

// prove tries to show ‖Wᵀ(Xu)₊‖ ≤ H‖u‖ for all u.  It stops at the first batch
// with a violation, or after about budget operations.  With keep > 0 it records
// trees, of up to that many nodes.
func (fr *frame) prove(ctx context.Context, h float64, threads int, budget, keep int64) attempt {
	d := fr.in.d
	var stop atomic.Bool
	if ctx.Err() != nil {
		return attempt{}
	}
	release := context.AfterFunc(ctx, func() { stop.Store(true) })
	defer release()

	var out attempt
	top := newExplorer(fr, h, &stop)
	top.keep, top.budget = keep, budget
	top.cut = max(1, int(math.Log2(tasksWanted))-d)
	ends := make([]int, 1<<d) // where each orthant's part of the top tree ends
	for o := range ends {
		k := top.level(0)
		fr.orthant(k, o)
		clear := true
		for a := range d - 1 {
			clear = !top.look(k, a) && clear
		}
		if !clear || top.explore(0, d-1) != provenCone {
			out.collect(top)
			return out
		}
		ends[o] = len(top.tree)
	}
	out.collect(top)

	trees := make([][]byte, len(top.tasks))
	workers := make([]*explorer, threads)
	for i := range workers {
		workers[i] = newExplorer(fr, h, &stop)
	}
	out.proven = true
	for first := 0; first < len(top.tasks) && out.proven; first += batch {
		last := min(first+batch, len(top.tasks))
		results := make([]attempt, last-first)
		left := (budget - out.work) / 8 // parts differ much in size
		room := keep
		if keep > 0 {
			room = max(1, keep-out.nodes)
		}
		var next atomic.Int64
		var wg sync.WaitGroup
		for _, e := range workers {
			wg.Go(func() {
				for {
					i := int(next.Add(1)) - 1
					if i >= len(results) {
						return
					}
					e.nodes, e.work, e.deepest, e.best, e.tree = 0, 0, 0, peak{}, nil
					e.keep, e.budget = room, left
					e.level(0).copyFrom(top.tasks[first+i])
					o := e.explore(0, 0)
					results[i].proven = o == provenCone
					results[i].collect(e)
					trees[first+i] = e.tree
				}
			})
		}
		wg.Wait()
		for _, r := range results {
			out.proven = out.proven && r.proven
			out.nodes += r.nodes
			out.work += r.work
			out.deepest = max(out.deepest, r.deepest+top.cut)
			out.peaks = append(out.peaks, r.peaks...)
		}
	}
	if !out.proven {
		return out
	}
	// twice the rounding errors, so that a verifier with its own rounding has room
	out.bound = h + 2*(fr.inflate(h, out.deepest)-h) + 1e-9*h
	if keep > 0 {
		out.trees = splice(top.tree, ends, trees)
	}
	return out
}

// collect takes over an explorer's counts and its best generator.
func (at *attempt) collect(e *explorer) {
	at.nodes += e.nodes
	at.work += e.work
	at.deepest = max(at.deepest, e.deepest)
	if e.best.u == nil {
		return
	}
	p := peak{u: append([]float64(nil), e.best.u...), value: math.Sqrt(e.best.value)}
	if normalise(p.u) {
		at.peaks = append(at.peaks, p)
	}
}

// splice puts the tasks' trees in their places.
func splice(top []byte, ends []int, trees [][]byte) [][]byte {
	out := make([][]byte, len(ends))
	task, at := 0, 0
	for o, end := range ends {
		for ; at < end; at++ {
			if top[at] == taskMark {
				out[o] = append(out[o], trees[task]...)
				task++
			} else {
				out[o] = append(out[o], top[at])
			}
		}
	}
	return out
}
