package relift

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/exact"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/relax"
	"github.com/relift/relift/report"
	"gonum.org/v1/gonum/mat"
)

// run is the state of one call of Train or Bound.
type run struct {
	problem  Problem
	opts     Options
	reduced  *lift.Reduced
	repairer *certificate.Repairer
	log      *logger

	caller context.Context    // ends when the caller interrupts
	ctx    context.Context    // ends then or at the time limit
	cancel context.CancelFunc // of ctx
	begin  time.Time

	row        report.Row               // last state that was recorded
	best       *certificate.Certificate // largest claimed bound so far, not yet verified
	previous   *certificate.Certificate // the best before it
	weights    Weights                  // best network so far
	upper      float64                  // its objective, +Inf while there is none
	dataLoss   float64
	relaxed    *relax.Result // nil until the relaxation was solved
	solved     bool          // a certified bound arrived at the relaxation's objective
	complete   bool          // solve the relaxation although the gap is reached
	exactBound float64       // best claimed bound of the column generation
	exact      exact.Status  // 0 until it ran
	proofs     []Proof       // other proofs than best, not yet verified
	warnings   []string
}

// newRun checks the input and prepares a run.  The returned function frees the
// run's context.
func newRun(ctx context.Context, p Problem, opts Options) (*run, context.CancelFunc, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, nil, err
	}
	if err := p.Validate(); err != nil {
		return nil, nil, err
	}
	if err := checkMemory(p, opts.MemoryLimit); err != nil {
		return nil, nil, err
	}
	reduced, err := lift.Presolve(p)
	if err != nil {
		return nil, nil, err
	}
	repairer, err := certificate.NewRepairer(p, reduced.Grouping)
	if err != nil {
		return nil, nil, err
	}
	r := &run{
		problem: p, opts: opts, reduced: reduced, repairer: repairer, log: newLogger(opts.Log),
		caller: ctx, begin: time.Now(), upper: math.Inf(1),
	}
	r.row = report.Row{Relaxed: math.NaN(), Bound: math.NaN(), Network: math.NaN()}
	r.ctx, r.cancel = context.WithCancel(ctx)
	if opts.TimeLimit > 0 {
		r.limit(opts.TimeLimit)
	}
	return r, func() { r.cancel() }, nil
}

// limit ends the run's context when the time since the run began is over.
func (r *run) limit(t time.Duration) {
	r.opts.TimeLimit = t
	r.cancel()
	r.ctx, r.cancel = context.WithDeadline(r.caller, r.begin.Add(t))
}

// until returns a context that ends with the run's, or when the given share of
// the time limit has passed.
func (r *run) until(share float64) (context.Context, context.CancelFunc) {
	if r.opts.TimeLimit == 0 {
		return context.WithCancel(r.ctx)
	}
	return context.WithDeadline(r.ctx, r.begin.Add(time.Duration(share*float64(r.opts.TimeLimit))))
}

// halfway returns the share between now and the given one; without a time limit there is none.
func (r *run) halfway(share float64) float64 {
	if r.opts.TimeLimit == 0 {
		return share
	}
	now := time.Since(r.begin).Seconds() / r.opts.TimeLimit.Seconds()
	return max(now, (now+share)/2)
}

// lower returns the best claimed bound, 0 without any: no objective is
// negative.
func (r *run) lower() float64 {
	if r.best == nil {
		return r.exactBound
	}
	return max(r.best.LowerBound, r.exactBound)
}

// gapReached reports whether the claimed gap is small enough.
func (r *run) gapReached() bool {
	return report.RelativeGap(r.lower(), r.upper) <= r.opts.Gap
}

// consider keeps the certificate if its bound is the best so far.
func (r *run) consider(c *certificate.Certificate) {
	if c != nil && (r.best == nil || c.LowerBound > r.best.LowerBound) {
		r.best, r.previous = c, r.best
	}
}

// propose keeps the network if its objective is the best so far.  A network
// wider than the cap, or one whose objective is not a number, is ignored.
func (r *run) propose(w Weights) {
	if r.opts.Width > 0 && w.Width() > r.opts.Width {
		return
	}
	total, dataLoss := r.problem.Objective(w)
	if total < r.upper {
		r.weights, r.upper, r.dataLoss = w, total, dataLoss
	}
}

// narrowTolerance is the relative rise of the objective that a narrower network
// may cost.
const narrowTolerance = 1e-10

// proposeNarrow keeps the network if it is narrower than the best so far and as
// good to rounding.
func (r *run) proposeNarrow(w Weights) {
	total, dataLoss := r.problem.Objective(w)
	if w.Width() < r.weights.Width() && total <= r.upper*(1+narrowTolerance) {
		r.weights, r.upper, r.dataLoss = w, total, dataLoss
	}
}

// record tells the caller the state of the run.
func (r *run) record(phase string) {
	r.row.Phase = phase
	if r.best != nil || r.exactBound > 0 {
		r.row.Bound = r.lower()
	}
	if !math.IsInf(r.upper, 0) && !(r.row.Network < r.upper) {
		r.row.Network = r.upper
	}
	r.row.Elapsed = time.Since(r.begin)
	if r.opts.Progress != nil {
		r.opts.Progress.Record(r.row)
	}
}

// logLine completes a record with the bound of its iteration and the best so
// far, and writes it.
func (r *run) logLine(line logRecord, bound float64) {
	line.Bound, line.Best, line.Network = report.Number(bound), report.Number(r.lower()), report.Number(r.row.Network)
	line.Seconds = report.Number(time.Since(r.begin).Seconds())
	r.log.write(line)
}

// simpleBound considers the certificate that the residual of the best network
// gives without any other multiplier.  It is there from the first moment on,
// so that an interruption at any time has one.
func (r *run) simpleBound(effort certificate.Effort) error {
	m := len(r.reduced.Representatives)
	w := mat.DenseCopyOf(r.problem.Residual(r.weights))
	mu := lift.Multipliers{W: w, Phi: square(m), Psi: square(m), Omega: square(m)}
	c, err := r.repairer.Repair(r.ctx, mu, effort)
	if err != nil {
		return fmt.Errorf("simple bound: %w", err)
	}
	r.consider(c)
	return nil
}

// square returns the m×m matrix of zeros, empty for m = 0.
func square(m int) *mat.Dense {
	if m == 0 {
		return new(mat.Dense)
	}
	return mat.NewDense(m, m, nil)
}

// relaxation solves the relaxation, turning each of its iterates into a
// certificate, until it is solved, the given share of the time has passed or
// the gap is reached.
func (r *run) relaxation(share float64) error {
	if r.needsSample(share) {
		if err := r.sample(r.sampleSize(share), share); err != nil {
			return err
		}
	}
	ctx, cancel := r.until(share)
	defer cancel()
	var failed error
	result, err := relax.Solve(ctx, r.reduced, relax.Options{
		Seed: r.opts.Seed,
		Record: func(it relax.Iterate) (stop bool) {
			c, err := r.repairer.Repair(ctx, it.Multipliers(), r.effort(it))
			if err != nil {
				failed = err
				return true
			}
			r.consider(c)
			r.row.Outer, r.row.Inner, r.row.Relaxed, r.row.Rank = it.Outer, it.Inner, it.Value, it.Rank
			r.record("relax")
			r.logLine(recordOf(it), c.LowerBound)
			r.solved = solved(it, c.LowerBound)
			return r.solved || !r.complete && r.gapReached()
		},
	})
	if err != nil {
		return fmt.Errorf("relaxation: %w", err)
	}
	if failed != nil {
		return fmt.Errorf("certificate of an iterate: %w", failed)
	}
	r.relaxed = result
	return nil
}

// thoroughRows is the number of representatives up to which an iterate of the low-rank method
// is repaired thoroughly: that takes a small part of an outer iteration and gains much where
// its inner problem is not solved accurately.
const thoroughRows = 400

func (r *run) effort(it relax.Iterate) certificate.Effort {
	if it.Method == relax.LowRank && len(r.reduced.Representatives) <= thoroughRows {
		return certificate.Thorough
	}
	return certificate.Quick
}

// solvedTolerance is the relative distance between the relaxation's objective
// and a certified bound at which the relaxation counts as solved.
const solvedTolerance = 1e-5

// solved reports whether the certified bound has arrived at the iterate's
// objective, so that there is nothing more to gain.
func solved(it relax.Iterate, bound float64) bool {
	return it.Violation <= solvedTolerance && it.Value-bound <= solvedTolerance*it.Value
}

// repair considers what a thorough repair makes of the relaxation's last
// multipliers and of the best certificates so far.
func (r *run) repair() error {
	candidates := []lift.Multipliers{r.relaxed.Multipliers}
	for _, c := range []*certificate.Certificate{r.best, r.previous} {
		if c != nil {
			candidates = append(candidates, c.Multipliers)
		}
	}
	for _, mu := range candidates {
		if !r.complete && r.gapReached() || r.ctx.Err() != nil {
			break
		}
		c, err := r.repairer.Repair(r.ctx, mu, certificate.Thorough)
		if err != nil {
			return fmt.Errorf("repair of the certificate: %w", err)
		}
		r.consider(c)
		r.record("repair")
	}
	return nil
}

// status says how the run ended; the gap is the verified one.
func (r *run) status(gap float64) Status {
	switch {
	case gap <= r.opts.Gap:
		return GapReached
	case r.caller.Err() != nil:
		return Interrupted
	case r.ctx.Err() != nil:
		return TimeLimit
	case r.exact == exact.Interrupted, r.exact == exact.TimeLimit:
		return TimeLimit // its share of the time was over
	case r.exact == exact.Stalled:
		return Stalled
	case r.relaxed == nil:
		return Done
	}
	switch r.relaxed.Status {
	case relax.Optimal, relax.Stopped:
		return Done
	case relax.Interrupted:
		return TimeLimit // its share of the time was over
	default:
		return Stalled
	}
}
