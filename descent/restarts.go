package descent

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// Run is the outcome of one random start.
type Run struct {
	Weights problem.Weights
	Status  Status
}

// Restarts trains from Options.Starts random starts and returns all runs in
// order and the index of the best.  Start i depends on Options.Seed and i
// only, so the result does not depend on Options.Parallel.  Each start fits
// the output layer for random directions, refines, and adds missing neurons.
//
// When ctx ends, starts that have not begun come back with width 0.
func Restarts(ctx context.Context, p problem.Problem, o Options) (runs []Run, best int, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return nil, 0, err
	}
	if err := p.ValidatePlain(); err != nil {
		return nil, 0, err
	}
	if o.GrowRounds == 0 {
		o.GrowRounds = 30
	}
	limited, cancel := withLimit(ctx, o.TimeLimit)
	defer cancel()
	runs = make([]Run, o.Starts)
	if o.Parallel > 1 {
		p = p.On(p.Algebra().WithThreads(1)) // the starts are beside each other
	}
	var group errgroup.Group
	group.SetLimit(o.Parallel)
	for i := range runs {
		group.Go(func() error {
			start := time.Now()
			runs[i] = restart(limited, p, o, uint64(i))
			runs[i].Status.finish(ctx, limited, start)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	for i := range runs {
		if runs[i].Status.Objective < runs[best].Status.Objective {
			best = i
		}
	}
	return runs, best, nil
}

// A start has a direction for every two rows, up to mostStarts, where that is more than the dimension
// asks for.  From ridgeFrom numbers n·k·c on, the convex fit of k directions takes longer than the descent gains by it.
const (
	mostStarts = 1000
	ridgeFrom  = 100_000
	ridgeShare = 0.01 // of γ times the mean diagonal of the kernel
)

// ridgeStart fits the output layer for the columns of directions (d×k) by ridge regression.
func ridgeStart(p problem.Problem, directions *mat.Dense) problem.Weights {
	n, _, c := p.Dims()
	_, k := directions.Dims()
	a := problem.Weights{U: mat.DenseCopyOf(directions.T()), V: mat.NewDense(k, c, nil)}
	active := a.ActivationsOn(p.Algebra(), p.X)
	square, v, algebra := mat.NewDense(k, k, nil), a.V, p.Algebra()
	algebra.Mul(square, active.T(), active)
	algebra.Mul(v, active.T(), p.Y)
	trace := mat.Trace(square)
	shift := ridgeShare * p.Gamma * trace / float64(n)
	for i := range k {
		square.Set(i, i, square.At(i, i)+shift)
	}
	if !algebra.Cholesky(blas.Lower, k, square.RawMatrix().Data, k) {
		// Activations that agree to rounding, under a tiny γ: start without output weights to speak of.
		v.Scale(1/(1+trace), v)
		return Balance(a)
	}
	algebra.CholeskySolve(blas.Lower, k, c, square.RawMatrix().Data, k, v.RawMatrix().Data, c)
	return Balance(a)
}

// restart is one start.
func restart(ctx context.Context, p problem.Problem, o Options, index uint64) Run {
	if ctx.Err() != nil {
		f, _ := p.Objective(problem.Weights{})
		return Run{Status: Status{Reason: Interrupted, Objective: f, Stationarity: math.NaN()}}
	}
	n, d, c := p.Dims()
	rng := rand.New(rand.NewPCG(o.Seed, index))
	directions := startDirections(p, problem.Weights{}, min(max(50+10*min(d, mostSets), min(n/2, mostStarts)), fewDirections(n, d)), rng)
	var w problem.Weights
	if _, k := directions.Dims(); n*k*c < ridgeFrom {
		w, _ = refit(ctx, p, directions.T(), problem.Weights{}, 1e-3, 10)
	} else {
		w = ridgeStart(p, directions)
	}
	w, st := refine(ctx, p, w, o.rough(w.Width()*(d+c)))
	o.Seed = rng.Uint64()
	w, st = growAndRefine(ctx, p, w, st, o)
	if o.Width > 0 && w.Width() > o.Width {
		w, st = narrow(ctx, p, w, st, o)
	}
	return Run{Weights: w, Status: st}
}
