package descent

import (
	"context"
	"math/rand/v2"
	"sort"

	"github.com/relift/relift/lift"
)

// narrow brings w down to o.Width neurons: each time it makes the removal of a
// neuron, or the merger of two, that raises the objective least after the
// others' output weights were refitted, and refines a little.  Then it trades:
// it adds missing neurons and removes as many again while that helps.
func narrow(ctx context.Context, p lift.Problem, w lift.Weights, st Status, o Options) (lift.Weights, Status) {
	quick := o
	quick.Iterations, quick.NewtonIterations = 150, -1
	total := st
	add := func(s Status) {
		total.Iterations += s.Iterations
		total.NewtonIterations += s.NewtonIterations
		total.Evaluations += s.Evaluations
	}
	shrink := func(w lift.Weights) lift.Weights {
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
func removeOne(ctx context.Context, p lift.Problem, w lift.Weights, target int) lift.Weights {
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
	var candidates []lift.Weights
	for _, j := range order {
		candidates = append(candidates, without(w, j))
	}
	for j := range m {
		for k := j + 1; k < m; k++ {
			candidates = append(candidates, mergePair(w, j, k))
		}
	}
	value := make([]float64, len(candidates))
	index := make([]int, len(candidates))
	for i, c := range candidates {
		value[i], _ = p.Objective(c)
		index[i] = i
	}
	sort.SliceStable(index, func(a, b int) bool { return value[index[a]] < value[index[b]] })
	const tries = 8
	best := candidates[index[0]]
	least := value[index[0]]
	for _, i := range index[:min(tries, len(index))] {
		w, _ := refit(ctx, p, directionsOf(candidates[i]), candidates[i], 1e-6, 2)
		best, least = better(p, best, least, w)
	}
	return best
}
