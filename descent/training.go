package descent

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// training is one run of Train.  Weights are in coordinates, as theta (see risk).
type training struct {
	ctx      context.Context
	original problem.Problem
	o        TrainOptions
	plain    bool // the problem is the plain one
	rng      *rand.Rand

	p       problem.Problem // in coordinates
	s       *coordinates
	n, d, c int
	rowSize float64        // √(mean ‖x_i‖²)
	ySize   float64        // √(mean y²), around the column's mean where there is an intercept
	single  *risk[float32] // rows in random order
	double  *risk[float64] // rows in order

	best   []float64
	bestB  []float64 // its intercept, nil where the problem has none
	bestF  float64
	spent  float64 // work, in passes with a gradient of startWidth neurons
	status Status
	seen   float64       // work at the last objective
	cost   time.Duration // of the last objective and its report
}

// The widths of the first network.  Width 400 beats 100 by far; more takes longer and hardly gains.
const (
	startWidth  = 400
	leastWidth  = 100
	startNumber = 4e9 // n·(d+c)·width that a pass of the first network may take
)

// exactPart is the part of the objective below which gains need double precision.
const exactPart = 1e-4

func newTraining(ctx context.Context, p problem.Problem, o TrainOptions) *training {
	t := &training{
		ctx: ctx, original: p, o: o, plain: p.IsPlain(),
		bestF:  math.Inf(1),
		status: Status{Reason: Interrupted, Stationarity: math.NaN()},
	}
	t.n, _, t.c = p.Dims()
	// Training that goes on from a network is to try other starts than the training that led to it.
	t.rng = rand.New(rand.NewPCG(o.Seed, 0x7261696e^math.Float64bits(o.Start.SquaredNorm())))
	return t
}

// run trains until it is over.
func (t *training) run() {
	if !t.prepare() {
		return
	}
	t.consider(nil)
	start := t.s.into(t.o.Start)
	if len(start) > 0 {
		t.consider(start)
	}
	if t.rowSize == 0 || t.original.IsSquared() && t.ySize == 0 {
		t.status.Reason = Stationary // no network beats that of width 0
		return
	}
	t.first(start)
	t.explore()
}

// outcome returns the best network in the coordinates of the problem.
func (t *training) outcome() (problem.Weights, Status) {
	st := t.status
	st.Objective = t.bestF
	if math.IsInf(t.bestF, 1) { // there was no time for anything
		w := t.original.WithIntercept(Balance(t.o.Start))
		st.Objective, _ = t.original.Objective(w)
		return w, st
	}
	return t.weights(), st
}

// weights are the best ones.
func (t *training) weights() problem.Weights {
	if len(t.best) == 0 {
		return problem.Weights{B: t.bestB}
	}
	w := t.s.out(t.best, t.c)
	w.B = t.bestB
	return w
}

// prepare finds coordinates and lays the data out; false where ctx ended before.
func (t *training) prepare() bool {
	s, ok := newCoordinates(t.ctx, t.original.Algebra(), t.original.X)
	if !ok {
		return false
	}
	t.s, t.p, t.d = s, s.problem(t.original), len(s.lambda)
	x, y := linalg.RowMajor(t.p.X), linalg.RowMajor(t.p.Y)
	t.double = newRisk(t.p, x, y, t.p.Weights, t.o.Threads)
	for _, v := range s.lambda {
		t.rowSize += v
	}
	means := make([]float64, t.c)
	if t.p.Intercept {
		for k, v := range y {
			means[k%t.c] += v / float64(t.n)
		}
	}
	for k, v := range y {
		v -= means[k%t.c]
		t.ySize += v * v
	}
	t.rowSize, t.ySize = math.Sqrt(t.rowSize/float64(t.n)), math.Sqrt(t.ySize/float64(len(y)))

	x32, shuffled := make([]float32, len(x)), make([]float64, len(y))
	var weights []float64
	if t.p.Weights != nil {
		weights = make([]float64, t.n)
	}
	for i, k := range t.rng.Perm(t.n) {
		if i%1024 == 0 && t.ctx.Err() != nil {
			return false
		}
		to := x32[i*t.d : (i+1)*t.d]
		for j, v := range x[k*t.d : (k+1)*t.d] {
			to[j] = float32(v)
		}
		copy(shuffled[i*t.c:(i+1)*t.c], y[k*t.c:(k+1)*t.c])
		if weights != nil {
			weights[i] = t.p.Weights[k]
		}
	}
	t.single = newRisk(t.p, x32, shuffled, weights, t.o.Threads)
	return true
}

// over says whether the run has to end.
func (t *training) over() bool {
	if t.ctx.Err() != nil {
		t.status.Reason = Interrupted
		return true
	}
	if t.o.Effort > 0 && t.spent >= float64(t.o.Effort) {
		t.status.Reason = IterationLimit
		return true
	}
	return false
}

// spend counts the work of passes with a gradient of m neurons.
func (t *training) spend(passes float64, m int) {
	t.spent += passes * float64(m) / startWidth
	if t.o.Spent != nil {
		t.o.Spent(t.spent)
	}
}

// lastEvaluation is how long the objective of the last weights may take after the end of ctx.
const lastEvaluation = 30 * time.Millisecond

// consider keeps theta if it is the best so far and not too wide, and returns its objective.
func (t *training) consider(theta []float64) float64 {
	m := len(theta) / (t.d + t.c)
	ctx, begin := t.ctx, time.Now()
	if ctx.Err() != nil && t.cost > 0 && t.cost < lastEvaluation {
		ctx = context.WithoutCancel(ctx)
	}
	theta = balanceTheta(theta, t.d, t.c, 0)
	f := t.double.value(ctx, theta, nil, 0, t.n)
	t.spend(0.5, m)
	if f < t.bestF && (t.o.Width == 0 || m <= t.o.Width || len(theta) == len(t.best)) {
		t.best, t.bestF, t.bestB = theta, f, append([]float64(nil), t.double.b...)
		t.status.Stationarity = math.NaN()
		if t.o.Progress != nil {
			t.o.Progress(t.weights(), f)
		}
	}
	t.seen, t.cost = t.spent, time.Since(begin)
	return f
}

// seenWork and seenPasses: the objective is looked at again after so many multiplications, about 50 ms, and so many passes.
const (
	seenWork   = 1e9
	seenPasses = 5
)

// due says whether it is time to look at the objective again, so that the best network is known at any time: by the
// work done, not by the clock, which would make runs differ.  Before the first network it is always.
func (t *training) due(m int) bool {
	pass := float64(m) / startWidth
	return len(t.best) == 0 || t.spent-t.seen >= max(seenPasses*pass, seenWork/(4*float64(t.n*(t.d+t.c))*startWidth))
}
