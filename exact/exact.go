// Package exact trains two-layer ReLU networks to proven global optimality
// where the dimension allows it.
//
// # Problem, dual and stopping rule
//
// For data X (n×d), Y (n×c) and γ > 0 the training problem of package problem has
// the dual without gap (Sahiner, Ergen, Pauly and Pilanci, ICLR 2021)
//
//	p* = max ⟨W,Y⟩ − ½‖W‖²   s.t.  h(W) = max over ‖u‖ = 1 of ‖Wᵀ(Xu)₊‖ ≤ γ.
//
// Any W with any proven upper bound H ≥ h(W) gives the lower bound of
// DualBound.  Solve alternates between
//
//   - the problem restricted to a finite set of directions u_j, a group lasso
//     solved to 1e-10 (type master), whose residual is W;
//   - the oracle: directions with ‖Wᵀ(Xu)₊‖ > γ become new neurons.  For d = 1
//     and 2 the oracle is an exact sweep, for d ≥ 3 local ascent from many
//     starts and, when that finds nothing more, branch and bound over
//     simplicial cones, which either finds a direction or proves H.
//
// It stops when (upper bound − lower bound)/upper bound ≤ Options.Gap.  The
// dimension that counts is the rank of X.
package exact

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// Options configure Solve.  The zero value asks for the defaults.
type Options struct {
	// Gap is the relative gap (upper − lower)/upper at which Solve stops; 0 means DefaultGap.
	Gap float64
	// TimeLimit ends the search with the best bound and network so far; 0 means no limit.
	TimeLimit time.Duration
	// Threads is the number of goroutines of the search; 0 means GOMAXPROCS.
	Threads int
	// Seed drives the random starts of the local ascents.
	Seed uint64
	// Starts are further directions to start from, one per row (k×D), such as
	// the factor directions of the relaxation; nil for none.
	Starts *mat.Dense
	// Initial is a network to start from; the result is never worse.
	Initial problem.Weights
	// RootBound is a lower bound on p* proven elsewhere (constants included); 0 if there is none.
	RootBound float64
	// Progress, when set, is called from the goroutine of Solve.
	Progress func(Progress)
}

// DefaultGap is the relative gap Solve aims at by default.
const DefaultGap = 1e-3

// Progress is a snapshot of the search.
type Progress struct {
	Round      int           // column generation rounds so far
	Columns    int           // directions in the restricted problem
	Cones      int64         // cones examined so far
	LowerBound float64       // proven
	UpperBound float64       // objective of the best network
	Violation  float64       // largest ‖Wᵀ(Xu)₊‖/γ seen for the present W
	Elapsed    time.Duration // since the start
}

// Status says why Solve ended.
type Status int

// The ways Solve can end.
const (
	// GapReached: the certified relative gap is at most Options.Gap.
	GapReached Status = iota + 1
	// TimeLimit: Options.TimeLimit ended the search.
	TimeLimit
	// Interrupted: the context ended the search.
	Interrupted
	// Stalled: the search ended by itself above the gap, for numerical reasons.
	Stalled
)

// String returns the status as it is printed.
func (s Status) String() string {
	switch s {
	case GapReached:
		return "gap_reached"
	case TimeLimit:
		return "time_limit"
	case Interrupted:
		return "interrupted"
	case Stalled:
		return "stalled"
	default:
		return fmt.Sprintf("Status(%d)", int(s))
	}
}

// BoundSource says which method proved Result.LowerBound.
type BoundSource int

// Where a lower bound can come from.
const (
	// FromNothing: zero bounds a sum of squares from below.
	FromNothing BoundSource = iota
	// FromOracle: W and the proven H of the certificate.
	FromOracle
	// FromRoot: Options.RootBound was better than anything proved here.
	FromRoot
)

// String returns the source as it is printed.
func (b BoundSource) String() string {
	switch b {
	case FromNothing:
		return "none"
	case FromOracle:
		return "oracle"
	case FromRoot:
		return "root"
	default:
		return fmt.Sprintf("BoundSource(%d)", int(b))
	}
}

// Result is the outcome of Solve, valid whatever the status.
type Result struct {
	Status      Status
	Weights     problem.Weights // the best network
	UpperBound  float64         // its objective
	LowerBound  float64         // ≤ p*, proven
	Gap         float64         // (UpperBound − LowerBound)/UpperBound
	Source      BoundSource     // which method proved LowerBound
	Certificate *Certificate    // of the best bound proved here; nil if none was
	H           float64         // proven upper bound on h(W) of the certificate's W, 0 if there is none
	Rounds      int
	Columns     int
	Cones       int64
	Elapsed     time.Duration
}

// ErrOptions is wrapped by the errors about Options.
var ErrOptions = errors.New("invalid options")

func (o Options) validate(d, c int) error {
	if math.IsNaN(o.Gap) || math.IsInf(o.Gap, 0) || o.Gap < 0 {
		return fmt.Errorf("%w: gap is %v, expected a finite number ≥ 0 such as 0.001", ErrOptions, o.Gap)
	}
	if o.TimeLimit < 0 {
		return fmt.Errorf("%w: time limit is %v, expected 0 (none) or more", ErrOptions, o.TimeLimit)
	}
	if o.Threads < 0 {
		return fmt.Errorf("%w: threads is %d, expected 0 (automatic) or more", ErrOptions, o.Threads)
	}
	if math.IsNaN(o.RootBound) || math.IsInf(o.RootBound, 0) || o.RootBound < 0 {
		return fmt.Errorf("%w: root bound is %v, expected a finite number ≥ 0", ErrOptions, o.RootBound)
	}
	if o.Starts != nil && !o.Starts.IsEmpty() {
		if err := usable("starts", o.Starts, d); err != nil {
			return err
		}
	}
	if o.Initial.Width() > 0 {
		if err := usable("first layer of the initial network", o.Initial.U, d); err != nil {
			return err
		}
		if o.Initial.V == nil || o.Initial.V.IsEmpty() || o.Initial.V.RawMatrix().Rows != o.Initial.Width() {
			return fmt.Errorf("%w: the layers of the initial network differ in width", ErrOptions)
		}
		return usable("second layer of the initial network", o.Initial.V, c)
	}
	return nil
}

// usable reports a matrix that has not the number of columns wanted or holds an
// entry that is not finite.
func usable(name string, m *mat.Dense, cols int) error {
	rows, got := m.Dims()
	if got != cols {
		return fmt.Errorf("%w: %s: %d columns, expected %d as in the problem", ErrOptions, name, got, cols)
	}
	for i := range rows {
		for j, v := range m.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%w: %s: entry [%d,%d] is %v, expected a finite number", ErrOptions, name, i, j, v)
			}
		}
	}
	return nil
}

// Solve searches for the best network and the proof that it is the best, until
// the gap, the time limit or the end of the context.  An error means bad input
// only; in every other case the result is valid.
func Solve(ctx context.Context, p problem.Problem, o Options) (*Result, error) {
	if err := p.ValidatePlain(); err != nil {
		return nil, err
	}
	_, d, c := p.Dims()
	if err := o.validate(d, c); err != nil {
		return nil, err
	}
	if o.Gap == 0 {
		o.Gap = DefaultGap
	}
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	started := time.Now()
	parent := ctx
	if o.TimeLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.TimeLimit)
		defer cancel()
	}
	s := newSearch(p, o, newInstance(p, o.Gap), started)
	s.run(ctx)
	r := s.result()
	switch {
	case r.Gap <= o.Gap:
		r.Status = GapReached
	case parent.Err() != nil:
		r.Status = Interrupted
	case ctx.Err() != nil:
		r.Status = TimeLimit
	default:
		r.Status = Stalled
	}
	return r, nil
}
