package signs

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// rootLeaves is the number of leaves of the root: the two signs of v or, where v has none, of a row.
const rootLeaves = 2

// Root solves the relaxation over the first leaves of the tree, first with W fixed at the dual point of the network w and then with W free, and grows no
// tree: for one output it is the semidefinite relaxation with the sign of v and ball lines.  The options' Leaves are not used.
func Root(ctx context.Context, p problem.Problem, w problem.Weights, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	r := &Result{Weights: w, Rounds: 1, started: time.Now()}
	defer func() { r.Elapsed = time.Since(r.started) }()
	r.UpperBound, _ = p.Objective(w)
	o.Leaves, o.Objective = rootLeaves, 0
	t, err := NewTree(p, p.DualPoint(w), o)
	if errors.Is(err, ErrNoRows) {
		r.LowerBound, r.Status = r.UpperBound, Closed
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	r.Status = t.Run(ctx)
	r.keep(t, t.LowerBound())
	if ctx.Err() != nil {
		return r, nil
	}
	if joint := t.Joint(ctx, w); joint != nil {
		r.keep(joint, joint.LowerBound())
	}
	r.Leaves, r.Open, r.Value = t.leaves, len(t.open), r.Tree.Value()
	return r, nil
}

// Frees reports whether W can be freed over the leaves of a tree for p: whether the dual of the loss is smooth inside of its domain.
func Frees(p problem.Problem) bool {
	_, smooth := loss.OrSquared(p.Loss).(loss.Smooth)
	return smooth
}

// RootWork estimates the floating-point operations of Root for n rows with c outputs in d dimensions, in terms of those of matrix products of the same time.
func RootWork(n, d, c int) float64 { return rootWork * math.Pow(float64(n+d+c), 4) }

// rootWork is what was measured: 0.5 s at the order 50, 3.3 s at 95 and 6.5 s at 110 at 2·10¹⁰ operations a second.
const rootWork = 900
