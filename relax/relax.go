package relax

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
)

// Method names a solver of the relaxation.
type Method int

// The methods.  Auto takes the interior-point method up to InteriorLimit and the low-rank
// method above.
const (
	Auto Method = iota
	InteriorPoint
	LowRank
)

func (m Method) String() string {
	switch m {
	case Auto:
		return "auto"
	case InteriorPoint:
		return "interior-point"
	case LowRank:
		return "low-rank"
	}
	return fmt.Sprintf("Method(%d)", int(m))
}

// Status says why a solve ended and so what its numbers mean.
type Status int

// The statuses of a solve.
const (
	// Optimal: the primal value and the dual estimate agree to the tolerance.
	Optimal Status = iota
	// Stopped: the recorder asked for it.
	Stopped
	// Interrupted: the context ended; the result is the best so far.
	Interrupted
	// IterationLimit: the outer iterations were used up.
	IterationLimit
	// Stalled: rounding, or inner problems that are not solved in their iterations, prevent
	// further progress; the result is the last point.
	Stalled
)

func (s Status) String() string {
	switch s {
	case Optimal:
		return "optimal"
	case Stopped:
		return "stopped"
	case Interrupted:
		return "interrupted"
	case IterationLimit:
		return "iteration_limit"
	case Stalled:
		return "stalled"
	}
	return fmt.Sprintf("Status(%d)", int(s))
}

// Options of Solve.  The zero value is ready to use.
type Options struct {
	Method    Method
	Tolerance float64 // relative duality gap to stop at; 0 means 1e-6, and 1e-5 for LowRank
	MaxOuter  int     // outer iterations; 0 means 300 for InteriorPoint and 100 for LowRank
	Seed      uint64  // of the low-rank method's start
	// Start is a warm start for the low-rank method, in the coordinates of the
	// reduced problem; the zero value means none.
	Start lift.Factor
	// Record is called after each outer iteration, from the calling goroutine;
	// returning true stops the solve.
	Record func(Iterate) (stop bool)
}

func (o Options) record(it Iterate) bool {
	return o.Record != nil && o.Record(it)
}

// Iterate is the state after an outer iteration.
type Iterate struct {
	Method     Method
	Outer      int     // outer iterations so far
	Inner      int     // Newton steps so far
	Value      float64 // objective of the relaxation at the iterate, constant included
	DualityGap float64 // estimate of the distance between Value and the dual value
	Residual   float64 // relative norm of the stationarity condition
	Violation  float64 // largest violated sign or zero condition, relative to the largest entry
	MinEigen   float64 // smallest eigenvalue of S relative to the largest
	Penalty    float64 // σ of the augmented Lagrangian
	Rank       int
	Conditions int     // sign conditions of the interior-point method's set
	Seconds    float64 // since Solve began

	multipliers func() lift.Multipliers
}

// Multipliers returns the iterate's dual variables, which certificate.Repair turns
// into a bound.  Valid during the call of Record only.
func (it Iterate) Multipliers() lift.Multipliers { return it.multipliers() }

// Result of a solve.  Value is an upper bound on the relaxation's optimum up to the
// feasibility of Factor; it is not a bound on the training problem.
type Result struct {
	Status      Status
	Method      Method
	Value       float64
	Factor      lift.Factor
	Multipliers lift.Multipliers
	Rank        int
	Outer       int
	Inner       int
	Seconds     float64
}

// InteriorLimit is the largest number of multipliers, at the start, that Auto gives to the
// interior-point method: it factors a dense matrix of that order, or a little more, in each step.
const InteriorLimit = 9000

// Memory estimates the bytes of the interior-point method's system for n rows and c outputs, or for
// as many of them as MostWork is enough for.  The unknowns grow by about two thirds during a solve.
func Memory(n, c int) uint64 {
	if n > InteriorLimit || c > InteriorLimit || unknownsOf(n, n*c, c) > InteriorLimit {
		if n = min(n, Largest(c, MostWork)); n == 0 {
			return 0
		}
	}
	order := uint64(unknownsOf(n, n*c, c)) * 5 / 3
	numbers := order * order
	if eliminates(n*c, c) {
		numbers += eliminationMemory(uint64(n), uint64(c))
	}
	return 8 * numbers
}

// WorkFor estimates the work of a problem of n rows with c outputs, none of them parallel; +Inf where it is
// too large for the interior-point method.
func WorkFor(n, c int) float64 {
	if unknownsOf(n, n*c, c) > InteriorLimit {
		return math.Inf(1)
	}
	return workOf(n, n*c, c)
}

func workOf(m, fits, c int) float64 {
	signs := unknownsOf(m, 0, c)
	order := 1.35*float64(signs) + float64(unknownsOf(m, fits, c)-signs)
	return workSteps * workShare * order * order * order / 3
}

// MostWork is the work on a part of the rows of a problem that is too large as a whole, at most.
const MostWork = 3e13

// Largest returns the largest number of rows with c outputs, none of them parallel, whose relaxation
// the interior-point method solves with the given work; 0 for less than ten rows.
func Largest(c int, work float64) int {
	for k := InteriorLimit / unknownsOf(1, 0, c); k >= 10; k-- {
		if unknownsOf(k, k*c, c) <= InteriorLimit && workOf(k, k*c, c) <= work {
			return k
		}
	}
	return 0
}

// What was measured: steps of a solve, and the time of a step relative to that of the
// factorization at the speed of a matrix product.
const (
	workSteps = 50
	workShare = 2.5
)

// Solve minimises the relaxation of red.  An error means unusable options; everything
// else is a Status.
func Solve(ctx context.Context, red *lift.Reduced, opts Options) (*Result, error) {
	begin := time.Now()
	m, _, _ := red.Dims()
	if !(opts.Tolerance >= 0) {
		return nil, fmt.Errorf("relax: tolerance is %v, expected a positive number such as 1e-6", opts.Tolerance)
	}
	if !red.Source.IsPlain() {
		return nil, fmt.Errorf("relax: %w: expected the squared loss without weights and intercept", problem.ErrInvalid)
	}
	if m == 0 {
		return &Result{Status: Optimal, Value: red.Constant, Multipliers: red.Multipliers(nil, nil, nil, nil)}, nil
	}
	if opts.Method == Auto {
		opts.Method = LowRank
		if unknowns(red) <= InteriorLimit {
			opts.Method = InteriorPoint
		}
	}
	if opts.Tolerance == 0 {
		opts.Tolerance = 1e-6
		if opts.Method == LowRank {
			opts.Tolerance = 1e-5
		}
	}
	if opts.MaxOuter == 0 {
		opts.MaxOuter = 100
		if opts.Method == InteriorPoint {
			opts.MaxOuter = 300
		}
	}
	var res *Result
	var err error
	switch {
	case opts.Method == InteriorPoint:
		res, err = solveInterior(ctx, red, opts, begin)
	default:
		res, err = solveLowRank(ctx, red, opts, begin)
	}
	if err != nil {
		return nil, err
	}
	res.Seconds = time.Since(begin).Seconds()
	return res, nil
}
