package exact

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem"
)

// search is the state of one Solve.
type search struct {
	problem problem.Problem
	options Options
	in      *instance
	started time.Time
	random  *rand.Rand
	master  *master

	upper     float64 // objective of best
	best      problem.Weights
	lower     float64
	source    BoundSource
	proof     *Certificate
	rounds    int
	cones     int64
	proofWork int64       // operations of all attempts to prove a bound, about
	worst     float64     // largest ‖Wᵀ(Xu)₊‖ seen for the present W
	pool      [][]float64 // directions that were local maxima before
	still     int         // rounds that brought the bounds no nearer
	lastGap   float64     // upper − lower at the beginning of the last round
	care      float64     // share of the gap that an unresolved excess of h(W) may cost
}

func newSearch(p problem.Problem, o Options, in *instance, started time.Time) *search {
	s := &search{
		problem: p, options: o, in: in, started: started,
		random: rand.New(rand.NewPCG(o.Seed, 0x5eed)),
		master: &master{in: in},
		lower:  o.RootBound,
		care:   0.1, lastGap: math.Inf(1),
	}
	if o.RootBound > 0 {
		s.source = FromRoot
	}
	s.offer(problem.Weights{})
	if o.Initial.Width() > 0 {
		s.offer(o.Initial)
	}
	return s
}

// offer keeps w when it is the best network so far.
func (s *search) offer(w problem.Weights) {
	value, _ := s.problem.Objective(w)
	if s.upper == 0 && s.best.Width() == 0 && w.Width() == 0 || value < s.upper {
		s.best, s.upper = w, value
	}
}

// done reports whether the gap is reached.
func (s *search) done() bool {
	return s.upper-s.lower <= s.options.Gap*s.upper
}

func (s *search) result() *Result {
	r := &Result{
		Weights: s.best, UpperBound: s.upper, LowerBound: s.lower, Source: s.source,
		Certificate: s.proof, Rounds: s.rounds, Columns: len(s.master.columns), Cones: s.cones,
		Elapsed: time.Since(s.started),
	}
	if s.upper > 0 {
		r.Gap = (r.UpperBound - r.LowerBound) / r.UpperBound
	}
	if s.proof != nil {
		r.H = s.proof.H
	}
	return r
}

func (s *search) report() {
	if s.options.Progress == nil {
		return
	}
	s.options.Progress(Progress{
		Round: s.rounds, Columns: len(s.master.columns), Cones: s.cones,
		LowerBound: s.lower, UpperBound: s.upper, Violation: s.worst / s.in.gamma,
		Elapsed: time.Since(s.started),
	})
}

// sameDirection is the distance under which two unit directions are one column.
const sameDirection = 1e-9

// add makes u (unit) a column unless it is one already, or no row is active.
func (s *search) add(u []float64) bool {
	for _, col := range s.master.columns {
		dist := 0.0
		for k, v := range u {
			dist = max(dist, math.Abs(v-col.u[k]))
		}
		if dist < sameDirection {
			return false
		}
	}
	a := make([]float64, s.in.n)
	s.in.activations(a, u)
	if short.IsZero(a) {
		return false
	}
	s.master.columns = append(s.master.columns, &column{u: u, a: a})
	return true
}

// prune drops columns that carry next to nothing and are not wanted either:
// their ‖Wᵀa‖ is below γ by more than half of what the worst violation is above.
func (s *search) prune() {
	in := s.in
	largest := 0.0
	for _, col := range s.master.columns {
		largest = max(largest, col.size)
	}
	f := make([]float64, in.c)
	wanted := in.gamma * (1 - min(0.02, max(0, s.worst/in.gamma-1)/2))
	s.master.columns = slices.DeleteFunc(s.master.columns, func(col *column) bool {
		return col.size <= 1e-3*largest && in.value(s.master.w, col.u, f) < wanted
	})
}

// negligible is the size of a neuron, relative to the largest, under which it is
// left out of the network.
const negligible = 1e-7

// network builds the weights of the restricted problem's solution, balanced so
// that ‖u_j‖ = ‖v_j‖.
func (s *search) network() problem.Weights {
	in := s.in
	_, d, c := s.problem.Dims()
	largest := 0.0
	for _, col := range s.master.columns {
		largest = max(largest, col.size)
	}
	var u, v []float64
	width := 0
	for j, col := range s.master.columns {
		if !(col.size > negligible*largest) {
			continue
		}
		root := math.Sqrt(col.size)
		full := in.lift(col.u)
		size := short.Norm(full)
		for _, x := range full {
			u = append(u, x/size*root)
		}
		for _, x := range s.master.v[j*c : (j+1)*c] {
			v = append(v, x/root)
		}
		width++
	}
	if width == 0 {
		return problem.Weights{}
	}
	return problem.Weights{U: mat.NewDense(width, d, u), V: mat.NewDense(width, c, v)}
}

// starts returns the directions known before the search: the samples, the
// caller's, the initial network's.
func (s *search) starts() [][]float64 {
	var out [][]float64
	keep := func(direction []float64) {
		if u := s.in.project(direction); u != nil {
			out = append(out, u)
		}
	}
	if s.options.Initial.Width() > 0 {
		for j := range s.options.Initial.Width() {
			keep(s.options.Initial.U.RawRowView(j))
		}
	}
	if s.options.Starts != nil && !s.options.Starts.IsEmpty() {
		k, _ := s.options.Starts.Dims()
		for j := range k {
			keep(s.options.Starts.RawRowView(j))
		}
	}
	return out
}

// run is the column generation loop.
func (s *search) run(ctx context.Context) {
	if s.in.n == 0 {
		s.accept(nil, 0, nil)
		return
	}
	if s.in.d <= sweepDimension {
		s.runSweep(ctx)
		return
	}
	if s.sweepFirst(ctx); s.done() {
		return
	}
	s.runCones(ctx)
	s.finish(ctx)
}

// sweepDimension is the largest dimension for which the oracle is a sweep.
const sweepDimension = 2

// littleWorth is the part of γ that directions of X may be worth to be left to a second look.
const littleWorth = 0.03

// sweepFirst takes network and bound from the directions of X that are worth something, where they are few enough for a
// sweep: columns in very different units leave two, and cones in all of them get nowhere.
func (s *search) sweepFirst(ctx context.Context) {
	in := newInstance(s.problem, littleWorth)
	if in.d > sweepDimension {
		return
	}
	coarse := newSearch(s.problem, s.options, in, s.started)
	coarse.runSweep(ctx)
	s.offer(coarse.best)
	s.options.Initial = s.best
	s.rounds, s.proof = coarse.rounds, coarse.proof
	if coarse.lower > s.lower {
		s.lower, s.source = coarse.lower, coarse.source
	}
}

// finish solves the restricted problem once more and accurately: this takes the
// last bit out of the objective and most of the neurons that contribute nothing.
func (s *search) finish(ctx context.Context) {
	if ctx.Err() != nil || len(s.master.columns) == 0 {
		return
	}
	s.master.solve(ctx, masterTolerance)
	s.offer(s.network())
	s.report()
}

// roundProgress is the part of the gap by which the bounds have to come nearer in a round that counts as progress.
const roundProgress = 1e-3

// sweepPatience is how many rounds without progress end a sweep: in numbers of very different sizes the restricted problem cannot be
// solved as accurately as the oracle would need it.
const sweepPatience = 30

// runSweep is the loop for d ≤ 2, where the oracle is exact.
func (s *search) runSweep(ctx context.Context) {
	for _, u := range s.starts() {
		s.add(u)
	}
	idle := 0
	for ctx.Err() == nil && idle < sweepPatience {
		s.rounds++
		lower, upper := s.lower, s.upper
		s.master.solve(ctx, masterTolerance)
		s.offer(s.network())
		w := s.master.w
		h, peaks := s.in.sweep(w)
		s.worst = h
		s.accept(w, s.in.inflate(h, w), nil)
		s.report()
		if s.done() {
			return
		}
		if idle++; s.upper-s.lower < (upper-lower)*(1-roundProgress) {
			idle = 0
		}
		s.prune()
		grown := false
		for _, p := range peaks {
			if p.value > s.in.gamma*(1+1e-12) && s.add(p.u) {
				grown = true
			}
		}
		if !grown {
			return
		}
	}
}

// accept records the bound that W with the proven h ≥ h(W) gives.
func (s *search) accept(w []float64, h float64, tree *tree) {
	full := s.in.residual(w, s.problem)
	bound := s.problem.DualBound(full, h)
	if s.proof != nil && bound <= s.proof.LowerBound {
		return
	}
	s.proof = newCertificate(s.problem, s.in, full, h, bound, tree)
	if bound > s.lower {
		s.lower, s.source = bound, FromOracle
	}
}
