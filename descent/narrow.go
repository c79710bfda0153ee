package descent

import (
	"context"
	"math/rand/v2"
	"sort"

	"github.com/relift/relift/problem"
)

// narrow brings w down to o.Width neurons: each time it makes the removal of a
// neuron, or the merger of two, that raises the objective least after the
// others' output weights were refitted, and refines a little.  Then it trades:
// it adds missing neurons and removes as many again while that helps.
func narrow(ctx context.Context, p problem.Problem, w problem.Weights, st Status, o Options) (problem.Weights, Status) {
	quick := o
	quick.Iterations, quick.NewtonIterations = 150, -1
	total := st
	add := func(s Status) {
		total.Iterations += s.Iterations
		total.NewtonIterations += s.NewtonIterations
		total.Evaluations += s.Evaluations
	}
	shrink := func(w problem.Weights) problem.Weights {
		for w.Width() > o.Width {
			w = removeOne(ctx, p, w, o.Width)
			if ctx.Err() == nil {
				var s Status
				w, s = refine(ctx, p, w, quick)
				add(s)
			}
		}
		return w
	}
	w, last := refine(ctx, p, shrink(w), o)
	add(last)
	rng := rand.New(rand.NewPCG(o.Seed, 0xd1b54a32d192ed03))
	for range 10 {
		if ctx.Err() != nil {
			break
		}
		found, _ := Missing(ctx, p, w, 100, 1+o.Width/4, 1e-3, rng)
		if found.IsEmpty() {
			break
		}
		wider, _ := refit(ctx, p, stack(w.U, found), w, 1e-5, 4)
		wider, s := refine(ctx, p, wider, quick)
		add(s)
		next, s := refine(ctx, p, shrink(wider), o)
		add(s)
		if !(s.Objective < last.Objective*(1-1e-9)) {
			break
		}
		w, last = next, s
	}
	total.Objective, total.Stationarity, total.Reason = last.Objective, last.Stationarity, last.Reason
	if ctx.Err() != nil {
		total.Reason = Interrupted
	}
	return w, total
}

// removeOne returns the best network found with fewer neurons.  Far above the
// target width it drops the weakest tenth.
func removeOne(ctx context.Context, p problem.Problem, w problem.Weights, target int) problem.Weights {
	m := w.Width()
	order := byStrength(p, w)
	if excess := m - 2*target - 20; excess > 0 || ctx.Err() != nil {
		drop := min(m-target, max(1, m/10))
		if ctx.Err() != nil {
			drop = m - target // no time left: at once
		}
		keep := append([]int(nil), order[drop:]...)
		sort.Ints(keep)
		return selectNeurons(w, keep)
	}
	if !editsFit(p, m) {
		return without(w, order[0])
	}
	e := newEdits(p, w)
	candidates := make([]removal, 0, m*(m+1)/2)
	for j := range m {
		if ctx.Err() != nil {
			return without(w, order[0])
		}
		candidates = append(candidates, removal{j: j, f: e.without(j)})
		for k := j + 1; k < m; k++ {
			_, _, f := e.merged(j, k)
			candidates = append(candidates, removal{j, k, f})
		}
	}
	sort.SliceStable(candidates, func(a, b int) bool { return candidates[a].f < candidates[b].f })
	const tries = 8
	best, least := e.apply(candidates[0]), candidates[0].f
	for _, c := range candidates[:min(tries, len(candidates))] {
		next := e.apply(c)
		w, _ := refit(ctx, p, directionsOf(next), next, 1e-6, 2)
		best, least = better(p, best, least, w)
	}
	return best
}

// removal takes neuron j away, or merges neuron k > j into it; f is the objective after it.
type removal struct {
	j, k int // k = 0: none
	f    float64
}

// apply makes the change.
func (e *edits) apply(r removal) problem.Weights {
	if r.k == 0 {
		return without(e.w, r.j)
	}
	u, v, _ := e.merged(r.j, r.k)
	return e.withMerged(r.j, r.k, u, v)
}
