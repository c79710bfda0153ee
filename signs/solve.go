package signs

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem"
)

// Result is the outcome of Solve, valid whatever the status.
type Result struct {
	Status     Status
	Weights    problem.Weights // the best network
	UpperBound float64         // its objective
	LowerBound float64         // proven
	// Tree is the one that proves LowerBound; nil if there is none.
	Tree   *Tree
	Rounds int // trees, one for each W
	// Leaves, Open and Value are those of the last tree, see Progress.
	Leaves, Open int
	Value        float64
	Elapsed      time.Duration

	started time.Time
}

// Gap is (UpperBound − LowerBound)/UpperBound.
func (r *Result) Gap() float64 { return (r.UpperBound - r.LowerBound) / r.UpperBound }

// Constants of the column generation.
const (
	polishTolerance = 1e-7 // relative excess of ‖Wᵀ(Xu)₊‖ that is looked for before a tree is grown
	polishRounds    = 5
	polishEffort    = 200  // passes of the trainer in a round, for other losses
	sproutShare     = 0.01 // of the network's mean neuron, for a new one
	worthwhile      = 1e-9 // relative decrease of the objective for which polishing goes on
	milder          = 0.5  // part of a direction's excess that a new W may leave
	jointFirst      = 2    // leaves over which W is freed first,
	jointEvery      = 3    // times as many for each further time,
	jointMost       = 8    // and last
	jointPays       = 0.1  // part of the gap that freeing W has to close to be tried again
	jointShare      = 0.15 // part of the time that is left that freeing W may take: on a tree that closes it is lost
	jointCost       = 8    // seconds of freeing W over the first leaves, in those of the leaves,
	jointGrowth     = 4    // and of each further time, in those of the last
)

// Solve closes the gap of a network: it grows a tree for its residual, adds the directions that the tree finds as
// neurons, trains the network and goes on with its residual, until Options.Gap or as far as the context allows.
func Solve(ctx context.Context, p problem.Problem, w problem.Weights, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	r := &Result{Weights: w, started: time.Now()}
	r.UpperBound, _ = p.Objective(w)
	r.polish(ctx, p, nil, o.Seed)
	o.Objective = r.UpperBound
	t, err := NewTree(p, p.DualPoint(r.Weights), o)
	if errors.Is(err, ErrNoRows) {
		r.LowerBound, r.Status, r.Elapsed = r.UpperBound, Closed, time.Since(r.started)
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	for r.Rounds = 1; ; {
		r.Status = r.grow(ctx, t)
		r.Leaves, r.Open, r.Value = t.leaves, len(t.open), t.Value()
		r.Elapsed = time.Since(r.started)
		if r.Status != Improvable {
			return r, nil
		}
		u, _ := t.Direction()
		r.polish(ctx, p, u, o.Seed+uint64(r.Rounds))
		t.options.Objective, o.Objective = r.UpperBound, r.UpperBound
		if !t.suffices() {
			// The best network may be better than the one that the tree has W of.
			next, err := NewTreeFrom(t, p, p.DualPoint(r.Weights), o)
			if err != nil {
				return nil, err
			}
			if next.in.value(t.best.u)-1 < milder*(t.best.value-1) {
				t = next
				r.Rounds++
				continue
			}
		}
		t.settle()
	}
}

// grow runs the tree; while it has few leaves, it frees W over them from time to time, as long as that pays.
func (r *Result) grow(ctx context.Context, t *Tree) Status {
	limit, listener := t.options.Leaves, t.options.Progress
	defer func() { t.options.Leaves, t.options.Progress = limit, listener }()
	if listener != nil {
		t.options.Progress = func(s Progress) {
			s.LowerBound, s.Elapsed = max(s.LowerBound, r.LowerBound), time.Since(r.started)
			listener(s)
		}
	}
	free := jointFirst
	if t.options.Rooted {
		free *= jointEvery
	}
	if t.options.NoJoint || t.leaves > jointMost || !t.in.frees() {
		free = jointMost + 1
	}
	began := time.Now()
	var cost time.Duration
	for {
		t.options.Leaves = limit
		if free <= jointMost && (limit == 0 || free < limit) {
			t.options.Leaves = free
		}
		status := t.Run(ctx)
		fixed := t.LowerBound()
		r.keep(t, fixed)
		if status != LeafLimit || t.options.Leaves == limit || ctx.Err() != nil {
			return status
		}
		if cost == 0 {
			cost = time.Duration(jointCost * float64(time.Since(began)))
		}
		if deadline, ok := ctx.Deadline(); ok && float64(cost) > jointShare*float64(time.Until(deadline)) {
			free = jointMost + 1
			continue
		}
		began = time.Now()
		joint := t.Joint(ctx, r.Weights)
		cost = time.Duration(jointGrowth * float64(time.Since(began)))
		if joint == nil || joint.LowerBound()-fixed < jointPays*(r.UpperBound-fixed) {
			free = jointMost + 1
			continue
		}
		r.keep(joint, joint.LowerBound())
		free = jointEvery * t.leaves
	}
}

// keep records a tree that proves more.
func (r *Result) keep(t *Tree, bound float64) {
	if r.Tree == nil || bound > r.LowerBound {
		r.Tree, r.LowerBound = t, bound
	}
}

// offer keeps w if it is the best network.
func (r *Result) offer(p problem.Problem, w problem.Weights) {
	if value, _ := p.Objective(w); value < r.UpperBound {
		r.Weights, r.UpperBound = w, value
	}
}

// polish trains the network with a further direction and with whatever random search finds that it lacks.
func (r *Result) polish(ctx context.Context, p problem.Problem, direction []float64, seed uint64) {
	if !p.IsPlain() {
		r.train(ctx, p, direction, seed)
		return
	}
	offer := func(w problem.Weights) { r.offer(p, w) }
	if direction != nil {
		d := len(direction)
		k := r.Weights.Width()
		stacked := mat.NewDense(k+1, d, nil)
		if k > 0 {
			stacked.Slice(0, k, 0, d).(*mat.Dense).Copy(r.Weights.U)
		}
		stacked.SetRow(k, direction)
		if w, _, err := descent.RefitOutput(ctx, p, stacked); err == nil {
			offer(w)
		}
	}
	_, d, _ := p.Dims()
	rng := rand.New(rand.NewPCG(seed, 0x516e5))
	for range polishRounds {
		if w, _, err := descent.Refine(ctx, p, r.Weights, descent.Options{GrowRounds: 3, Seed: seed}); err == nil {
			offer(w)
		}
		missing, _ := descent.Missing(ctx, p, r.Weights, 100+20*d, 10, polishTolerance, rng)
		if missing.IsEmpty() || ctx.Err() != nil {
			return
		}
		before := r.UpperBound
		stacked := missing
		if r.Weights.Width() > 0 {
			stacked = new(mat.Dense)
			stacked.Stack(r.Weights.U, missing)
		}
		if w, _, err := descent.RefitOutput(ctx, p, stacked); err == nil {
			offer(w)
		}
		if !(r.UpperBound < before*(1-worthwhile)) {
			return
		}
	}
}

// train is polish for other losses, weights and intercepts, by the trainer of any of them.
func (r *Result) train(ctx context.Context, p problem.Problem, direction []float64, seed uint64) {
	_, d, _ := p.Dims()
	rng := rand.New(rand.NewPCG(seed, 0x7a41))
	var missing *mat.Dense
	if direction != nil {
		missing = mat.NewDense(1, d, direction)
	}
	for round := range polishRounds {
		before := r.UpperBound
		w, _, err := descent.Train(ctx, p, descent.TrainOptions{Start: sprout(p, r.Weights, missing), Effort: polishEffort, Seed: seed + uint64(round), Threads: 1})
		if err != nil {
			return
		}
		r.offer(p, w)
		if ctx.Err() != nil {
			return
		}
		missing, _ = descent.Missing(ctx, p, r.Weights, 100+20*d, 10, polishTolerance, rng)
		if missing.IsEmpty() || !(r.UpperBound < before*(1-worthwhile)) {
			return
		}
	}
}

// sprout returns w with small neurons along the directions (rows), whose v is Wᵀ(Xu)₊, along which each lowers the objective.
func sprout(p problem.Problem, w problem.Weights, directions *mat.Dense) problem.Weights {
	if directions == nil || directions.IsEmpty() {
		return w
	}
	k, d := directions.Dims()
	_, _, c := p.Dims()
	m := w.Width()
	size := 1.0
	if m > 0 {
		size = math.Sqrt(w.SquaredNorm() / float64(2*m))
	}
	size *= sproutShare
	out := problem.Weights{U: mat.NewDense(m+k, d, nil), V: mat.NewDense(m+k, c, nil), B: w.B}
	if m > 0 {
		out.U.Slice(0, m, 0, d).(*mat.Dense).Copy(w.U)
		out.V.Slice(0, m, 0, c).(*mat.Dense).Copy(w.V)
	}
	var response mat.Dense // k×c
	p.Algebra().Mul(&response, problem.Weights{U: directions}.ActivationsOn(p.Algebra(), p.X).T(), p.DualPoint(w))
	for j := range k {
		u, v := out.U.RawRowView(m+j), out.V.RawRowView(m+j)
		short.Axpy(size/short.Norm(directions.RawRowView(j)), directions.RawRowView(j), u)
		if length := short.Norm(response.RawRowView(j)); length > 0 {
			short.Axpy(size/length, response.RawRowView(j), v)
		}
	}
	return out
}
