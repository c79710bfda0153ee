package engine

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/problem"
)

// Record holds the best network and the best proof of a run so far.  Its methods may be called
// from several goroutines.
type Record struct {
	objective func(problem.Weights) (total, dataLoss float64)
	gap       float64 // at which the run may stop
	width     int     // cap, 0 for none
	clock     Clock
	start     time.Time
	listener  Recorder

	mu       sync.Mutex
	limit    time.Duration // of the run, 0 for none
	epoch    int           // phases cut off so far: their proposals are ignored from then on
	weights  problem.Weights
	upper    float64
	dataLoss float64
	verified map[string]Proof // by Source: the best of each kind
	claims   []Claim          // not proved yet, with larger bounds than the verified one of their kind
	claimed  float64          // largest bound that was claimed, by a proof or in an announcement
	lost     float64          // largest bound that was claimed where the verifier proved much less of it
	longest  time.Duration
	warnings []string
	event    Event
}

// newRecord returns a record whose network is that of width 0, with the best intercept, or the one to begin with if it is better.
func newRecord(p problem.Problem, o Options, clock Clock, start time.Time) *Record {
	r := &Record{objective: p.Objective, gap: o.Gap, width: o.Width, clock: clock, start: start, limit: o.TimeLimit, listener: o.Progress, verified: map[string]Proof{}}
	r.weights = p.WithIntercept(problem.Weights{})
	r.upper, r.dataLoss = p.Objective(r.weights)
	if o.Start.Width() > 0 {
		r.access().Propose(p.WithIntercept(o.Start))
	}
	r.event = Event{Relaxed: math.NaN(), Bound: math.NaN(), Network: math.NaN()}
	return r
}

// Network returns the best network so far and its objective.
func (r *Record) Network() (w problem.Weights, upper float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.weights, r.upper
}

// Lower returns the largest bound that was claimed so far; no objective is negative.
func (r *Record) Lower() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lower()
}

func (r *Record) lower() float64 {
	return max(r.claimed, r.verifiedBound())
}

// proved returns the largest verified bound, 0 while there is none: no objective is negative.
func (r *Record) proved() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.verifiedBound()
}

func (r *Record) verifiedBound() float64 {
	bound := 0.0
	for _, p := range r.verified {
		bound = max(bound, p.Bound())
	}
	return bound
}

// reached reports whether the claimed gap is small enough.
func (r *Record) reached() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return RelativeGap(r.lower(), r.upper) <= r.gap
}

// Access is a phase's way to the record; it is closed when the phase is cut off.
type Access struct {
	*Record
	epoch int
}

// access returns one for the phase that is about to run.
func (r *Record) access() Access {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Access{r, r.epoch}
}

// cut closes the accesses given out so far.
func (r *Record) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
}

// narrowTolerance is the relative rise of the objective that a narrower network may cost.
const narrowTolerance = 1e-10

// Propose keeps the network if its objective is the best so far, or, where it is narrower, as good to
// rounding.  A network wider than the cap, or one whose objective is not a number, is ignored.
func (a Access) Propose(w problem.Weights) {
	if a.width > 0 && w.Width() > a.width {
		return
	}
	total, dataLoss := a.objective(w)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch != a.Record.epoch {
		return
	}
	if total < a.upper || w.Width() < a.weights.Width() && total <= a.upper*(1+narrowTolerance) {
		a.weights, a.upper, a.dataLoss = w, total, dataLoss
	}
}

// mostClaims is how many claims of a kind are kept: the best one and one to fall back on.
const mostClaims = 2

// Claim keeps a claim if its bound is among the best of its kind.
func (a Access) Claim(p Claim) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch != a.Record.epoch || math.IsNaN(p.Bound()) {
		return
	}
	if old := a.verified[p.Source()]; old != nil && !(p.Bound() > old.Bound()) {
		return
	}
	a.claimed = max(a.claimed, p.Bound())
	a.claims = append(a.claims, p)
	slices.SortStableFunc(a.claims, byBound)
	same := 0
	a.claims = slices.DeleteFunc(a.claims, func(q Claim) bool {
		if q.Source() == p.Source() {
			same++
		}
		return q.Source() == p.Source() && same > mostClaims
	})
}

// Prove keeps a proof that its verifier has just accepted if its bound is the best of its kind.
func (a Access) Prove(p Proof) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch != a.Record.epoch {
		return
	}
	if old := a.verified[p.Source()]; old == nil || p.Bound() > old.Bound() {
		a.verified[p.Source()] = p
	}
}

// Announce takes a bound for which a proof will follow.
func (a Access) Announce(bound float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch == a.Record.epoch {
		a.claimed = max(a.claimed, bound)
	}
}

// verification is how long the longest verification so far took.
func (r *Record) verification() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.longest * 5 / 4
}

// lostShare is how much of a claim has to be lost in its proof for that to be told.
const lostShare = 0.01

// settle has the claims proved, the largest bound first, and keeps the first proof of a kind that is accepted, or the best one where
// much was lost in the first.  One that is not accepted is a warning.
func (r *Record) settle(ctx context.Context) {
	for {
		r.mu.Lock()
		if len(r.claims) == 0 {
			r.mu.Unlock()
			return
		}
		c := r.claims[0]
		r.mu.Unlock()
		begin := r.clock.Now()
		p, err := c.Prove(ctx)
		if ctx.Err() != nil {
			return
		}
		took := r.clock.Now().Sub(begin)
		r.mu.Lock()
		r.longest = max(r.longest, took)
		r.claims = slices.DeleteFunc(r.claims, func(q Claim) bool { return q == c })
		switch {
		case err != nil:
			r.warnings = append(r.warnings, fmt.Sprintf("a certificate of the bound %.6g was not accepted by the verifier and is not used: %v", c.Bound(), err))
		case p == nil: // nothing beyond 0
			r.lost = max(r.lost, c.Bound())
		default:
			enough := c.Bound() // for others of its kind to be of no use
			if p.Bound() < enough*(1-lostShare) {
				r.lost, enough = max(r.lost, enough), p.Bound()
			}
			r.claims = slices.DeleteFunc(r.claims, func(q Claim) bool { return q.Source() == p.Source() && !(q.Bound() > enough) })
			if old := r.verified[p.Source()]; old == nil || p.Bound() > old.Bound() {
				r.verified[p.Source()] = p
			}
		}
		r.claimed = 0
		for _, q := range r.claims {
			r.claimed = max(r.claimed, q.Bound())
		}
		r.mu.Unlock()
	}
}

// within sets the time limit, 0 for none.
func (r *Record) within(limit time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limit = limit
}

// begin starts the events of a phase.
func (r *Record) begin(phase string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(func(e *Event) { e.Phase, e.Left, e.Begins = phase, 0, true })
}

// Note tells the listener the state of the run, after change, if any, has brought the phase's numbers up to date.
func (a Access) Note(change func(*Event)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch == a.Record.epoch {
		a.note(change)
	}
}

func (r *Record) note(change func(*Event)) {
	e := &r.event
	e.Iteration, e.Begins = nil, false
	if change != nil {
		change(e)
	}
	if lower := r.lower(); lower > 0 {
		e.Bound = lower
	}
	if r.weights.Width() > 0 && !(e.Network < r.upper) {
		e.Network = r.upper
	}
	e.Elapsed = r.clock.Now().Sub(r.start)
	if r.limit > 0 {
		e.Left = max(0, r.limit-e.Elapsed)
	}
	if r.listener != nil {
		r.listener.Record(*e)
	}
}

// Warn adds something that the user should know.
func (a Access) Warn(text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch == a.Record.epoch {
		a.warnings = append(a.warnings, text)
	}
}

// certificates returns what the multipliers of the relaxation were repaired to, proved or not, the largest bound first.
func (r *Record) certificates() []*certificate.Certificate {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*certificate.Certificate
	for _, c := range r.claims {
		if m, ok := c.(moments); ok {
			list = append(list, m.Certificate)
		}
	}
	if p, ok := r.verified[relaxationSource].(*derived); ok && p.certificate != nil {
		list = append(list, p.certificate)
	}
	slices.SortStableFunc(list, func(a, b *certificate.Certificate) int { return cmp.Compare(b.LowerBound, a.LowerBound) })
	return list
}

// byBound sorts claims, the largest bound first.
func byBound(p, q Claim) int { return cmp.Compare(q.Bound(), p.Bound()) }

// relaxed returns the verified bound of the relaxation, NaN if there is none.
func (r *Record) relaxed() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.verified[relaxationSource]; p != nil {
		return p.Bound()
	}
	return math.NaN()
}

// outcome returns what a run leaves: the best verified proof, nil if there is none, and the best network.
func (r *Record) outcome() (p Proof, w problem.Weights, upper, dataLoss float64, warnings []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	warnings = slices.Clone(r.warnings)
	for _, q := range r.verified {
		if p == nil || q.Bound() > p.Bound() {
			p = q
		}
	}
	if best := r.verifiedBound(); best < r.lost*(1-lostShare) {
		warnings = append(warnings, fmt.Sprintf("a bound of %.6g was found, of which no more than %.6g could be proved: rounding errors count for much where numbers differ in size, and scaled features may help", r.lost, best))
	}
	if len(r.claims) > 0 && r.claims[0].Bound() > r.verifiedBound() {
		warnings = append(warnings, fmt.Sprintf("a better bound, %.6g, was found but there was no time to verify it", r.claims[0].Bound()))
	}
	return p, r.weights, r.upper, r.dataLoss, warnings
}
