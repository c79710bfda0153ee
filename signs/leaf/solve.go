package leaf

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// Options say when a leaf is done.
type Options struct {
	// Close is the bound at which the leaf needs no further work, such as 1 + 5e-5.
	Close float64
	// Tolerance is the relative gap of the program at which its solver stops.
	Tolerance float64
	// Excess stops the solver when the primal value is above Close and the gap is below this part of the difference: the
	// leaf will be split, whatever its exact bound.
	Excess float64
	// Steps limits the interior-point steps.
	Steps int
	// Cones lets second-order cones enter where the sign of v is known.
	Cones bool
	// ConeRank is the largest number of rows of P.  More give a tighter bound, but for a leaf of a tree not for the same time: on 40 rows of Pima
	// Indians (d = 9) the tree closed in 6.8 s with 3, 8.2 s with 5, 17.5 s with all and 10.3 s without cones.
	ConeRank int
	// Unknowns is the largest order of the system: where it is reached no more products enter.
	Unknowns int
	// Trace, when set, is called after every step.
	Trace func(Step)
}

// Step is a line of the solver's log.
type Step struct {
	Number            int
	Pairs, Cones      int
	Bound, Primal     float64
	Mu, Infeasibility float64
	Violation         float64
	PrimalStep        float64
	DualStep          float64
}

// mostUnknowns is an order with which the system takes 300 MB.
const mostUnknowns = 6000

// Defaults are the options used by the sign tree.
func Defaults() Options {
	return Options{Close: 1 + 5e-5, Tolerance: 1e-3, Excess: 1, Steps: 80, Cones: true, ConeRank: 3, Unknowns: mostUnknowns}
}

// Status says why the solver stopped.
type Status int

// The ways a leaf's solver ends.
const (
	Closed      Status = iota + 1 // the bound is at most Options.Close
	Solved                        // to Options.Tolerance
	Split                         // the value is above Options.Close for sure
	Stalled                       // no more progress
	Numerical                     // a factorisation failed
	StepLimit                     // Options.Steps
	Interrupted                   // the context ended
)

// String returns the status as it is printed.
func (s Status) String() string {
	names := [...]string{"closed", "solved", "split", "stalled", "numerical", "step_limit", "interrupted"}
	if s < 1 || int(s) > len(names) {
		return fmt.Sprintf("Status(%d)", int(s))
	}
	return names[s-1]
}

// Result is what is known of a leaf.
type Result struct {
	Status Status
	// Bound is at least the value of the leaf; +Inf where the solver had no iterate.
	Bound float64
	// Primal is the value of the relaxation as far as the solver got.
	Primal float64
	// Multipliers prove Bound.
	Multipliers Multipliers
	// Slack holds, for each of the pairs, E[ℓ_kℓ_l] relative to the lengths of the lines at the last iterate.
	Slack []float64
	// ConeSlack is the same for the cones.
	ConeSlack []float64
	// Alpha and Beta hold E[α_i²] and E[β_i²] of the open rows.
	Alpha, Beta []float64
	// Directions are candidates for u, from the leading eigenvectors of Z and Z_uu (k×d).
	Directions *mat.Dense
	// Second is the second eigenvector of Z_uu: a hyperplane across it separates the directions that Z mixes; nil for d = 1.
	Second []float64
	Steps  int
	Order  int // of the last Schur complement
}

// The numbers of the stopping rules.
const (
	fineBelow       = 1.003 // primal values, relative to Options.Close, under which tolerances are ten times smaller
	patience        = 6     // steps without progress
	mostInfeasible  = 0.3   // of a leaf that is split early,
	mostViolated    = 30    // and its violations, relative to the tolerance
	predictorMargin = 0.98
	correctorMargin = 0.95
)

// Solve bounds a leaf, starting from a parent's multipliers where from is not nil.
func Solve(ctx context.Context, p Problem, from *Multipliers, o Options) *Result {
	it := newIterate(p, o)
	best := &Result{Bound: math.Inf(1), Status: Numerical}
	if !it.start(from) {
		return best
	}
	var work []float64
	var history []float64
	fine := false
	for step := 1; ; step++ {
		if ctx.Err() != nil {
			best.Status = Interrupted
			break
		}
		t := lift(it.algebra, it.lines, it.z)
		mu := it.complementarity() / float64(it.degree())
		tolerance := o.Tolerance
		if fine {
			tolerance /= 10
		}
		worst, changed := it.extend(t, step, tolerance, mu)
		if changed {
			t = lift(it.algebra, it.lines, it.z)
		}
		ms := it.measure(t)
		best.keep(it, ms)
		best.Steps = step - 1
		fine = ms.primal < fineBelow*o.Close
		if status := judge(o, ms, worst, best.Bound, history); status != 0 {
			best.Status = status
			break
		}
		history = append(history, best.Bound)
		if step > o.Steps {
			best.Status = StepLimit
			break
		}
		ap, ad, order, ok := it.step(ms, &work)
		if o.Trace != nil {
			o.Trace(Step{Number: step, Pairs: len(it.pairs), Cones: len(it.cones), Bound: best.Bound, Primal: ms.primal, Mu: ms.mu, Infeasibility: ms.infeasibility, Violation: max(worst.pairs, worst.cones), PrimalStep: ap, DualStep: ad})
		}
		if !ok {
			best.Status = Numerical
			break
		}
		best.Order = order
	}
	best.describe(it)
	return best
}

// measures are what is known of an iterate.
type measures struct {
	mu            float64
	bound         float64 // τ_u + τ_v − 2·margin
	margin        float64
	primal        float64 // ⟨C, Z⟩ at unit traces
	infeasibility float64 // of the primal, relative
	infeasibleBy  float64 // what it means for the objective, relative to the bound
}

func (it *iterate) measure(t *mat.Dense) measures {
	ms := measures{mu: it.complementarity() / float64(it.degree())}
	ms.margin = it.margin(it.s)
	ms.bound = it.tau[0] + it.tau[1] - 2*ms.margin
	traces := it.traces(it.z)
	mean := (traces[0] + traces[1]) / 2
	ms.primal = short.Dot(it.cost.RawMatrix().Data, it.z.RawMatrix().Data) / mean
	length := it.lengths(t)
	by := 0.0
	for e, v := range traces {
		ms.infeasibility = max(ms.infeasibility, math.Abs(1-v))
		ms.infeasibleBy += math.Abs((1 - v) * it.tau[e])
	}
	for i := range it.m {
		r := t.At(i, it.m+i)
		ms.infeasibility = max(ms.infeasibility, math.Abs(r)/(length[i]*length[it.m+i]))
		by += it.psi[i] * r
	}
	for j, p := range it.pairs {
		a, b := int(p.a), int(p.b)
		r := t.At(a, b) - it.slack[j]
		ms.infeasibility = max(ms.infeasibility, math.Abs(r)/(length[a]*length[b]))
		by += it.mul[j] * r
	}
	width, sign := it.width(), it.base-1
	for k, q := range it.cones {
		first := it.folds[q.fold]
		for j := range width {
			line := sign
			if j > 0 {
				line = first + j - 1
			}
			by += it.coneMul[k*width+j] * (t.At(q.line, line) - it.coneSlack[k*width+j])
		}
	}
	ms.infeasibleBy = (ms.infeasibleBy + math.Abs(by)) / max(ms.bound, 1e-12)
	return ms
}

// judge returns why the solver should stop, or 0.
func judge(o Options, ms measures, worst violations, bound float64, history []float64) Status {
	gap := math.Abs(bound-ms.primal) / max(bound, 1e-12)
	tolerance, allowed := o.Tolerance, violations{o.Tolerance, coneTolerance}
	above := ms.primal/o.Close - 1
	if above < fineBelow-1 {
		tolerance = min(tolerance, max(1e-5, 0.1*above))
		allowed.pairs /= 10
		allowed.cones /= 10
	}
	switch {
	case bound <= o.Close:
		return Closed
	case ms.infeasibleBy < tolerance && gap < tolerance && worst.pairs < 5*allowed.pairs && worst.cones < 3*allowed.cones:
		return Solved
	case len(history) > patience && (bound-ms.primal)/bound < 3*tolerance && history[len(history)-patience]-bound < 0.3*tolerance*bound:
		return Stalled
	case len(history) > 4*patience && history[len(history)-2*patience]-bound < 0.1*tolerance*bound:
		return Stalled
	case above > 0 && ms.infeasibility < mostInfeasible && worst.pairs < mostViolated*allowed.pairs && worst.cones < mostViolated*allowed.cones && gap+ms.infeasibleBy < o.Excess*above:
		return Split
	}
	return 0
}

// step does one predictor–corrector step.
func (it *iterate) step(ms measures, work *[]float64) (primal, dual float64, order int, ok bool) {
	sc, ok := newScaled(it.algebra, it.z, it.s, it.lines)
	if !ok {
		return 0, 0, 0, false
	}
	sys := newSystem(it, sc, nil, work)
	if !sys.factor() {
		return 0, 0, sys.order, false
	}
	pred := sys.solve(0, nil)
	ap, ad := min(1, predictorMargin*pred.primalStep), min(1, predictorMargin*pred.dualStep)
	sigma := 0.5
	if min(ap, ad) > 0.2 {
		ratio := sys.after(pred, ap, ad) / (ms.mu * float64(it.degree()))
		sigma = min(max(ratio*ratio*ratio, 1e-3), 0.9)
	}
	if ms.infeasibility > 0.1 {
		sigma = max(sigma, 0.1)
	}
	dir := sys.solve(sigma*ms.mu, sys.correct(pred))
	ap, ad = min(1, correctorMargin*dir.primalStep), min(1, correctorMargin*dir.dualStep)
	if !(ap > 0) || !(ad > 0) {
		return ap, ad, sys.order, false
	}
	sys.advance(dir, ap, ad)
	return ap, ad, sys.order, true
}
