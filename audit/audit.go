package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/engine"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/report"
)

// SearchRank is the largest rank of X for which the bound comes from package
// exact.
const SearchRank = 6

// sweepRank is the largest rank for which that takes no time.
const sweepRank = 2

// Verdict is the outcome in a word.
type Verdict string

// The verdicts.
const (
	// Optimal: no network has an objective lower by more than the tolerance.
	Optimal Verdict = "optimal"
	// NotOptimal: a network with an objective lower by more than the tolerance
	// was found.
	NotOptimal Verdict = "not_optimal"
	// Undecided: neither was shown.
	Undecided Verdict = "undecided"
)

// Options of Run.  The zero value is ready to use.
type Options struct {
	Gap         float64       // relative tolerance; 0: engine.DefaultGap
	TimeLimit   time.Duration // of the audit; 0: none, but engine.AutoTime where a search has no end of its own
	Threads     int           // 0: all processors
	MemoryLimit int64         // bytes; 0: what the machine has
	Seed        uint64
	// Bound is a bound that is known already, see LoadCertificate: with one
	// there is no search for another.
	Bound    *Bound
	Progress engine.Recorder // nil: none
}

// Bound is a certified lower bound on the objective of every network.
type Bound struct {
	Value  report.Number `json:"value"`
	Source string        `json:"source"` // what it was proved with
	// Proof is its certificate, nil for the trivial bound and one from a file.
	Proof engine.Proof `json:"-"`
}

// Neuron is a neuron that the network lacks.
type Neuron struct {
	Direction []float64     `json:"direction"` // u (d), a unit vector in the columns of X
	Output    []float64     `json:"output"`    // t (c): the best neuron is √‖t‖·u with t/√‖t‖
	Violation report.Number `json:"violation"` // h(u)/γ > 1 of the dual constraint
	Objective report.Number `json:"objective"` // of the balanced network with it and the best intercept
	Refitted  report.Number `json:"refitted"`  // with it and all second-layer weights refitted
}

// Report is the outcome of an audit.
type Report struct {
	Verdict   Verdict       `json:"verdict"`
	Meaning   string        `json:"meaning"` // the verdict in a sentence
	Advice    string        `json:"advice"`  // what to do with it, in a paragraph
	Width     int           `json:"width"`   // neurons
	Objective report.Number `json:"objective"`
	DataLoss  report.Number `json:"data_loss"`    // its first part, the sum of the losses
	Decay     report.Number `json:"weight_decay"` // its second part
	Zero      report.Number `json:"zero_network"` // the objective of the network that predicts 0, ½‖Y‖² for the squared loss
	Balanced  report.Number `json:"balanced"`     // after scaling each neuron to ‖u‖ = ‖v‖
	Refitted  report.Number `json:"refitted"`     // after refitting the second layer for its directions
	Best      report.Number `json:"best_found"`   // the lowest objective found on the way

	LowerBound  report.Number `json:"lower_bound"` // certified: no network of any width has a smaller objective
	BoundSource string        `json:"bound_source"`
	Bounds      []Bound       `json:"bounds"`       // all that were proved
	RelativeGap report.Number `json:"relative_gap"` // (objective − lower bound)/objective
	Tolerance   report.Number `json:"tolerance"`

	// LargestViolation is the largest h(u)/γ found; at most 1 at an optimum.
	LargestViolation report.Number `json:"largest_violation"`
	Missing          *Neuron       `json:"missing_neuron"` // null when no direction violates the constraint

	Warnings []string      `json:"warnings"` // never null
	Seconds  report.Number `json:"seconds"`

	// BestWeights is the network that has the objective Best.
	BestWeights problem.Weights `json:"-"`
	// Proof is the certificate of LowerBound, nil if it is from a file or trivial.
	Proof engine.Proof `json:"-"`
}

// ErrOptions is wrapped by the errors about Options and the network.
var ErrOptions = errors.New("invalid audit")

// violationTolerance is how far h(u)/γ has to be above 1 for a neuron to count
// as missing: an optimum known to 1e-12 violates the constraint by about its
// square root.
const violationTolerance = 1e-6

// Run audits the network w on the problem p.  Errors are about the input
// (problem.ErrInvalid, ErrOptions), a bound that lies above the objective of a
// network that was found (engine.ErrContradiction), or internal; the end of ctx or of the time
// limit ends the search for bounds, and the report says what is known by then.
func Run(ctx context.Context, p problem.Problem, w problem.Weights, o Options) (*Report, error) {
	begin := time.Now()
	if o.Gap == 0 {
		o.Gap = engine.DefaultGap
	}
	if err := check(p, w, o); err != nil {
		return nil, err
	}
	a := &auditor{problem: p, options: o, begin: begin, report: &Report{Tolerance: report.Number(o.Gap), Width: w.Width(), Warnings: []string{}}}
	early, cancel := a.until(ctx, networkShare)
	defer cancel()
	if err := a.network(early, w); err != nil {
		return nil, err
	}
	a.consider(Bound{Value: 0, Source: "a sum of squares"})
	if o.Bound != nil {
		a.consider(*o.Bound)
	} else if err := a.search(ctx); err != nil {
		return nil, err
	}
	late, cancel := a.until(ctx, missingShare)
	defer cancel()
	if err := a.missing(late); err != nil {
		return nil, err
	}
	if err := engine.Contradiction(float64(a.report.LowerBound), float64(a.report.Best), a.report.BoundSource); err != nil {
		return nil, err
	}
	a.conclude()
	a.report.Advice = a.report.advise()
	a.report.Seconds = report.Number(time.Since(begin).Seconds())
	return a.report, nil
}

// The shares of the time limit at which the first and the last step give up:
// the refits then return what they have.
const (
	networkShare = 0.3
	missingShare = 1.1
)

// until returns a context that ends when the share of the time limit is over.
func (a *auditor) until(ctx context.Context, share float64) (context.Context, context.CancelFunc) {
	if a.options.TimeLimit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, a.begin.Add(time.Duration(share*float64(a.options.TimeLimit))))
}

func check(p problem.Problem, w problem.Weights, o Options) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if !(o.Gap > 0 && o.Gap < 1) {
		return fmt.Errorf("%w: tolerance is %v; expected a number between 0 and 1 such as 0.001", ErrOptions, o.Gap)
	}
	if o.TimeLimit < 0 || o.Threads < 0 || o.MemoryLimit < 0 {
		return fmt.Errorf("%w: a limit is negative; expected 0 (none) or more", ErrOptions)
	}
	_, d, c := p.Dims()
	if w.Width() == 0 {
		return nil
	}
	if w.V == nil || w.V.IsEmpty() {
		return fmt.Errorf("%w: the network has no second layer", ErrOptions)
	}
	m, k := w.U.Dims()
	rows, outputs := w.V.Dims()
	if k != d || outputs != c || rows != m {
		return fmt.Errorf("%w: the network has %d inputs and %d outputs (layers %d×%d and %d×%d); expected %d and %d, the columns of X and Y", ErrOptions, k, outputs, m, k, rows, outputs, d, c)
	}
	if total, _ := p.Objective(w); math.IsNaN(total) || math.IsInf(total, 0) {
		return fmt.Errorf("%w: the objective of the network is %v; expected weights that are finite and not huge", ErrOptions, total)
	}
	return nil
}

// auditor is the state of one Run.
type auditor struct {
	problem  problem.Problem
	options  Options
	begin    time.Time
	report   *Report
	balanced problem.Weights
	refitted problem.Weights
	// directions are unit vectors to try as missing neurons (rows).
	directions []float64
}

// network computes what the network alone says.
func (a *auditor) network(ctx context.Context, w problem.Weights) error {
	r, p := a.report, a.problem
	total, loss := p.Objective(w)
	r.Objective, r.DataLoss, r.Decay = report.Number(total), report.Number(loss), report.Number(p.Gamma/2*w.SquaredNorm())
	zero, _ := p.Objective(problem.Weights{})
	r.Zero = report.Number(zero)
	r.Best, r.BestWeights = r.Objective, w
	a.propose(p.WithIntercept(problem.Weights{}))
	a.balanced = w
	if w.Width() > 0 {
		a.balanced = descent.Balance(w)
	}
	r.Balanced = report.Number(min(total, a.propose(a.balanced)))
	a.refitted = a.balanced
	if a.balanced.Width() > 0 {
		refitted, _, err := descent.RefitOutput(ctx, p, a.balanced.U)
		if err != nil {
			return fmt.Errorf("refit of the second layer: %w", err)
		}
		a.refitted = refitted
	}
	r.Refitted = report.Number(min(float64(r.Balanced), a.propose(a.refitted)))
	random := rand.New(rand.NewPCG(a.options.Seed, 0))
	found, _ := descent.Missing(ctx, p, a.balanced, starts, 1, 0, random)
	if found != nil && !found.IsEmpty() {
		a.directions = append(a.directions, found.RawRowView(0)...)
	}
	return nil
}

// starts is the number of random starts of the search for a missing neuron.
const starts = 100

// propose keeps the network if it is the best so far and returns its objective.
func (a *auditor) propose(w problem.Weights) float64 {
	total, _ := a.problem.Objective(w)
	if total < float64(a.report.Best) {
		a.report.Best, a.report.BestWeights = report.Number(total), w
	}
	return total
}

// consider keeps the bound, which was verified, if it is the best so far.
func (a *auditor) consider(b Bound) {
	r := a.report
	r.Bounds = append(r.Bounds, b)
	if len(r.Bounds) == 1 || b.Value > r.LowerBound {
		r.LowerBound, r.BoundSource, r.Proof = b.Value, b.Source, b.Proof
	}
}

// gap returns the relative gap of the audited network.
func (a *auditor) gap() float64 {
	return engine.RelativeGap(float64(a.report.LowerBound), float64(a.report.Objective))
}

func (a *auditor) conclude() {
	r := a.report
	r.RelativeGap = report.Number(a.gap())
	objective, best := float64(r.Objective), float64(r.Best)
	switch {
	case float64(r.RelativeGap) <= a.options.Gap:
		r.Verdict = Optimal
		r.Meaning = fmt.Sprintf("globally optimal to a relative tolerance of %g: the gap to the best two-layer ReLU network of any width is %s", a.options.Gap, report.Percent(float64(r.RelativeGap)))
	case best < objective*(1-a.options.Gap):
		r.Verdict = NotOptimal
		r.Meaning = fmt.Sprintf("not optimal: a network with an objective lower by %s was found; the gap to the best one is at most %s", percent(1-best/objective), report.Percent(float64(r.RelativeGap)))
	default:
		r.Verdict = Undecided
		r.Meaning = fmt.Sprintf("undecided: no network with an objective lower by more than a relative %g was found, and the gap to the best one is at most %s", a.options.Gap, report.Percent(float64(r.RelativeGap)))
	}
}

// percent rounds down, for what was reached.
func percent(f float64) string { return fmt.Sprintf("%.3g %%", math.Floor(f*1e5)/1e3) }

// missing finds the direction that violates the dual constraint most among
// those of the local search and of the best network, and what it would bring.
func (a *auditor) missing(ctx context.Context) error {
	p, r := a.problem, a.report
	_, d, c := p.Dims()
	directions := a.directions
	if u := r.BestWeights.U; u != nil && !u.IsEmpty() {
		for j := range u.RawMatrix().Rows {
			directions = append(directions, u.RawRowView(j)...)
		}
	}
	base := p.WithIntercept(a.balanced) // the intercept that the residual is that of
	before := a.propose(base)
	residual := p.DualPoint(base)
	var best *mat.VecDense
	var bestA, bestQ *mat.VecDense
	largest := 0.0
	for at := 0; at < len(directions); at += d {
		u := mat.NewVecDense(d, append([]float64(nil), directions[at:at+d]...))
		norm := mat.Norm(u, 2)
		if !(norm > 0) || math.IsInf(norm, 0) {
			continue
		}
		u.ScaleVec(1/norm, u)
		alpha, q := response(p.X, residual, u)
		if h := mat.Norm(q, 2); h > largest {
			largest, best, bestA, bestQ = h, u, alpha, q
		}
	}
	r.LargestViolation = report.Number(largest / p.Gamma)
	if best == nil || !(largest > p.Gamma*(1+violationTolerance)) {
		return nil
	}
	// The best t for the squared loss, and one that helps for losses of at most its curvature.
	t := mat.NewVecDense(c, nil)
	t.ScaleVec((1-p.Gamma/largest)/curvature(p, bestA), bestQ)
	grown := appendNeuron(base, best, t)
	added := a.propose(grown)
	if !(added < before) { // below rounding
		return nil
	}
	refitted, _, err := descent.RefitOutput(ctx, p, grown.U)
	if err != nil {
		return fmt.Errorf("refit with the missing neuron: %w", err)
	}
	r.Missing = &Neuron{
		Direction: best.RawVector().Data, Output: t.RawVector().Data, Violation: r.LargestViolation,
		Objective: report.Number(added), Refitted: report.Number(min(added, a.propose(refitted))),
	}
	return nil
}

// curvature bounds that of the loss along the activations a (n): LΣw_ia_i².
func curvature(p problem.Problem, a *mat.VecDense) float64 {
	if p.Weights == nil {
		size := mat.Norm(a, 2)
		return loss.OrSquared(p.Loss).Curvature() * size * size
	}
	sum := 0.0
	for i, w := range p.Weights {
		sum += w * a.AtVec(i) * a.AtVec(i)
	}
	return loss.OrSquared(p.Loss).Curvature() * sum
}

// response returns a = (Xu)₊ (n) and Wᵀa (c).
func response(x, w *mat.Dense, u *mat.VecDense) (a, q *mat.VecDense) {
	n, _ := x.Dims()
	_, c := w.Dims()
	a, q = mat.NewVecDense(n, nil), mat.NewVecDense(c, nil)
	a.MulVec(x, u)
	for i := range n {
		a.SetVec(i, max(a.AtVec(i), 0))
	}
	q.MulVec(w.T(), a)
	return a, q
}

// appendNeuron adds the balanced neuron with u along direction and u vᵀ =
// direction·tᵀ.
func appendNeuron(w problem.Weights, direction, t *mat.VecDense) problem.Weights {
	m := w.Width()
	root := math.Sqrt(mat.Norm(t, 2))
	u, v := mat.NewDense(m+1, direction.Len(), nil), mat.NewDense(m+1, t.Len(), nil)
	if m > 0 {
		u.Slice(0, m, 0, direction.Len()).(*mat.Dense).Copy(w.U)
		v.Slice(0, m, 0, t.Len()).(*mat.Dense).Copy(w.V)
	}
	for k := range direction.Len() {
		u.Set(m, k, root*direction.AtVec(k))
	}
	for k := range t.Len() {
		v.Set(m, k, t.AtVec(k)/root)
	}
	return problem.Weights{U: u, V: v, B: w.B}
}
