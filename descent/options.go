package descent

import (
	"fmt"
	"math"
	"time"
)

// Options steer Refine, Restarts and Cap.  The zero value means the defaults.
type Options struct {
	// Iterations limits the L-BFGS iterations of one Refine; 0 means 3000,
	// negative means none.
	Iterations int
	// NewtonIterations limits the Newton steps of one Refine; 0 means 200,
	// negative means none.
	NewtonIterations int
	// Tolerance is the Status.Stationarity at which Refine stops; 0 means 1e-11.
	Tolerance float64
	// TimeLimit bounds the whole call; 0 means none.
	TimeLimit time.Duration
	// GrowRounds limits how often missing neurons are searched and added;
	// 0 means 30 in Restarts and none in Refine, negative means none.
	GrowRounds int
	// Width caps the number of neurons; 0 means no cap.
	Width int

	// Starts is the number of random starts of Restarts; 0 means 10.
	Starts int
	// Seed makes the random numbers of Restarts and Grow.
	Seed uint64
	// Parallel is the number of starts that run at a time; 0 means 1.  It does
	// not change the result.
	Parallel int
}

func (o Options) withDefaults() (Options, error) {
	switch {
	case math.IsNaN(o.Tolerance) || o.Tolerance < 0:
		return o, fmt.Errorf("descent: Tolerance is %v, expected 0 (default) or a positive number such as 1e-11", o.Tolerance)
	case o.TimeLimit < 0:
		return o, fmt.Errorf("descent: TimeLimit is %v, expected 0 (none) or a positive duration", o.TimeLimit)
	case o.Width < 0:
		return o, fmt.Errorf("descent: Width is %d, expected 0 (no cap) or a positive number of neurons", o.Width)
	case o.Starts < 0:
		return o, fmt.Errorf("descent: Starts is %d, expected 0 (default) or a positive number", o.Starts)
	case o.Parallel < 0:
		return o, fmt.Errorf("descent: Parallel is %d, expected 0 (one) or a positive number", o.Parallel)
	}
	if o.Iterations == 0 {
		o.Iterations = 3000
	}
	if o.NewtonIterations == 0 {
		o.NewtonIterations = 200
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-11
	}
	if o.Starts == 0 {
		o.Starts = 10
	}
	if o.Parallel == 0 {
		o.Parallel = 1
	}
	return o, nil
}

// rough returns the options for weights that are about to change anyway: a
// coarse tolerance, and Newton steps only where they are cheap.
func (o Options) rough(size int) Options {
	o.Tolerance = max(o.Tolerance, 1e-6)
	if size > 400 {
		o.NewtonIterations = -1
	}
	return o
}

// Reason says why a run ended.
type Reason int

// The reasons for which a run ends.
const (
	// Stationary: the stationarity is at most the tolerance.
	Stationary Reason = iota
	// Stalled: no step lowers the objective in floating point any more.
	Stalled
	// IterationLimit: the iteration limit was reached.
	IterationLimit
	// TimeLimit: the time limit was reached.
	TimeLimit
	// Interrupted: the context was cancelled.
	Interrupted
)

// String returns the reason in lower case, as shown in reports.
func (r Reason) String() string {
	switch r {
	case Stationary:
		return "stationary"
	case Stalled:
		return "stalled"
	case IterationLimit:
		return "iteration_limit"
	case TimeLimit:
		return "time_limit"
	case Interrupted:
		return "interrupted"
	}
	return fmt.Sprintf("Reason(%d)", int(r))
}

// Status says how a run ended.  The weights that come with it are the best
// seen, whatever the reason.
type Status struct {
	Reason           Reason
	Objective        float64 // F at the returned weights
	Stationarity     float64 // see the package comment; NaN when it was not computed
	Iterations       int     // L-BFGS iterations
	NewtonIterations int
	Evaluations      int // of the objective
	Elapsed          time.Duration
}
