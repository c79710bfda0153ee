package engine

import (
	"math"
	"time"
)

// Event is the state of a run at a moment.  A NaN is a value not known yet.
type Event struct {
	Phase   string        // what is being done, at most 7 letters
	Outer   int           // outer iteration, 0 before the first
	Inner   int           // inner iterations so far
	Relaxed float64       // objective of the relaxation at its current point
	Bound   float64       // best certified lower bound so far
	Network float64       // objective of the best network so far
	Rank    int           // columns of the relaxation's factor, 0 when there is none
	Elapsed time.Duration // since the start of the run
	Left    time.Duration // until the time limit or, without one, until the phase is expected to end; 0: not known
	Begins  bool          // the phase begins and has nothing of its own to tell yet

	// Iteration is set where the event is an iteration of a solver.
	Iteration *Iteration
}

// Iteration is what a solver says of one of its iterations, in the symbols of package relax; a round of the
// column generation has no value and no residuals (NaN).
type Iteration struct {
	Method     string
	Value      float64 // objective of the relaxation
	DualityGap float64 // the solver's estimate
	Residual   float64 // of the stationarity condition; of the dual constraint in a round, relative to γ
	Violation  float64 // of the sign conditions, relative
	MinEigen   float64 // of S, relative to its largest
	Penalty    float64 // of the augmented Lagrangian
	Conditions int     // sign conditions in the interior-point method's set
	Cones      int64   // examined by the branch and bound
	Bound      float64 // certified at this iteration
}

// Recorder receives the events of a run, one at a time.
type Recorder interface {
	Record(Event)
}

// RelativeGap returns (upper − lower)/upper, the largest fraction by which the
// objective upper can exceed the best possible one, which is at least lower.
// It is 0 when upper is 0, because no objective is negative.  It is 1, nothing known, when an argument
// is NaN or upper is infinite.  A lower bound above upper by more than the rounding of an objective is a contradiction and gives a
// negative gap.
func RelativeGap(lower, upper float64) float64 {
	switch {
	case upper == 0 && !(lower > 0):
		return 0
	case math.IsNaN(lower) || math.IsNaN(upper) || math.IsInf(upper, 0):
		return 1
	}
	if lower > upper && !Contradicts(lower, upper) {
		return 0
	}
	return min(1, (upper-max(lower, 0))/upper)
}
