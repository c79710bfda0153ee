package signs

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// rootLeaves is the number of leaves of the root for one output: the two signs of v or, where v has none, of a row.  For several there is one, which takes a fifth of
// the time.
const rootLeaves = 2

// What is solved for the W of the network is only where that starts which is solved for a free one.  For one output, two leaves, that is up to rootClose of h/γ: processor seconds
// of the root on 100 rows of Pima Indians, γ=6, with 1.5, 2, 3, 4, 5 and 9: 7.1, 5.6, 3.8, 4.1, 3.7 and 5.1; to the end 11.  For several outputs, one leaf, it is up to this value or this
// tolerance: 150 rows, 18 dimensions and 3 classes took 6.8 to the end, 5.5 so.
const (
	rootClose      = 4
	roughClose     = 1.1
	roughTolerance = 0.3
)

// Root solves the relaxation over the first leaves of the tree, first with W fixed at the dual point of the network w and then with W free, and grows no
// tree: for one output it is the semidefinite relaxation with the sign of v and ball lines, for several the semidefinite relaxation for any loss, and over the quadrants of v if the options say
// so.  The options' Leaves and Close are not used.
// Where the context ends it has what was proved until then.
func Root(ctx context.Context, p problem.Problem, w problem.Weights, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	r := &Result{Weights: w, Rounds: 1, started: time.Now()}
	defer func() { r.Elapsed = time.Since(r.started) }()
	r.UpperBound, _ = p.Objective(w)
	o.Leaves, o.Objective, o.Close = rootLeaves, 0, 0
	n, d, c := p.Dims()
	o.unknowns = affordable(n, min(n, d), c, o.Work)
	rough := o
	rough.Close = rootClose
	if c > 1 {
		o.Leaves, rough.Leaves, rough.Close, rough.tolerance = 1, 1, roughClose, roughTolerance
	}
	freed, err := r.free(ctx, p, rough)
	if err == nil && !freed && ctx.Err() == nil {
		_, err = r.free(ctx, p, o)
	}
	if errors.Is(err, ErrNoRows) {
		r.LowerBound, r.Status = r.UpperBound, Closed
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// free bounds the first leaves with W fixed and then free, and reports whether that gave the better bound.
func (r *Result) free(ctx context.Context, p problem.Problem, o Options) (freed bool, err error) {
	t, err := NewTree(p, p.DualPoint(r.Weights), o)
	if err != nil {
		return false, err
	}
	r.Status = t.Run(ctx)
	r.keep(t, t.LowerBound())
	if ctx.Err() == nil {
		if joint := t.Joint(ctx, r.Weights); joint != nil {
			freed = true
			r.keep(joint, joint.LowerBound())
			if o.Quadrants && ctx.Err() == nil {
				r.divide(ctx, joint)
			}
		}
	}
	r.Leaves, r.Open, r.Value = r.Tree.leaves, len(r.Tree.open), r.Tree.Value()
	return freed, nil
}

// divide goes on from the relaxation over one leaf to that over the quadrants of v.
func (r *Result) divide(ctx context.Context, t *Tree) {
	quadrants := t.quadrants()
	if quadrants == nil {
		return
	}
	if joint := quadrants.Joint(ctx, r.Weights); joint != nil {
		r.keep(joint, joint.LowerBound())
	}
}

// Divides reports whether Options.Quadrants divides v for p: where W has two outputs, for two targets and for three classes of softmax.
func Divides(p problem.Problem) bool {
	_, _, c := p.Dims()
	if loss.OrSquared(p.Loss).Linked() {
		c--
	}
	return c == 2
}

// Frees reports whether W can be freed over the leaves of a tree for p: whether the dual of the loss is smooth inside of its domain.
func Frees(p problem.Problem) bool {
	_, smooth := loss.OrSquared(p.Loss).(loss.Smooth)
	return smooth
}

// affordable is the order of the programs' systems with which Root takes about so many operations, at least that of LeastRootWork; 0, for no limit, without work.
func affordable(n, d, c int, work float64) int {
	if work == 0 {
		return 0
	}
	order := float64(n + d + c)
	return int(max(leastUnknowns*order, math.Cbrt((work-orderWork*order*order*order)/unknownWork)))
}

// LeastRootWork estimates the operations of Root with the fewest products that are worth it, as RootWork does for all that it needs.
func LeastRootWork(n, d, c int) float64 {
	order := float64(n + d + c)
	return (orderWork + unknownWork*leastUnknowns*leastUnknowns*leastUnknowns) * order * order * order
}

// The work of Root whose programs have systems of the order k, for matrices of order N, is about unknownWork·k³ + orderWork·N³; what products give more than the
// multipliers of the rows alone begins at k = leastUnknowns·N.  On 351 rows of ionosphere by default (N = 384) 1500 unknowns left a gap of 49 %, 3500 one of 22 %.
const (
	unknownWork   = 15
	orderWork     = 5000
	leastUnknowns = 6
)

// RootWork estimates the floating-point operations of Root for n rows with c outputs in d dimensions, in terms of those of matrix products of the same time.
func RootWork(n, d, c int) float64 {
	work := math.Pow(float64(n+d+c), 4)
	if c > 1 {
		return singleWork * work
	}
	return rootWork * work
}

// QuadrantsWork is how many times the estimate of Root over one leaf the quadrants of v take beside it: 0.5 s at the order 56, 6.6 s at 132 and 22 s at 171.
const QuadrantsWork = 5.5

// What was measured at 2·10¹⁰ operations a second: for one output, two leaves, 0.2 s at the order 50, 1 s at 95, 2.5 s at 110 and 35 s at 210; for three classes, one leaf,
// 0.06 s at 56, 0.9 s at 132, 2.8 s at 171 and 10 s at 195, for ten 3.1 s at 175.
const (
	rootWork   = 350
	singleWork = 100
)
