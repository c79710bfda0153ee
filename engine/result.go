package engine

import (
	"time"

	"github.com/relift/relift/problem"
)

// Problem is the training problem: data X (n×d), targets Y (n×c) and weight
// decay γ.  See package problem.
type Problem = problem.Problem

// Weights are the parameters of a two-layer ReLU network.  See package problem.
type Weights = problem.Weights

// Result is the outcome of Train or Bound.  Objective and bounds are those of
// the problem as it was given, with the constant of zero rows included.
type Result struct {
	Status Status
	Method Method // the method that was used, never MethodAuto

	// LowerBound is the bound of Proof: no two-layer ReLU network of any width
	// has a smaller objective.  It has been verified.
	LowerBound float64
	Proof      Proof

	// Weights is the best network found and UpperBound its objective, of which
	// DataLoss, the sum of the losses of the rows, is the first part.  After Bound they are the
	// network of width 0 and +Inf.
	Weights    Weights
	UpperBound float64
	DataLoss   float64

	// RelativeGap is (UpperBound − LowerBound)/UpperBound.
	RelativeGap float64

	// Relaxation is what the semidefinite relaxation gave; nil when none was
	// solved.
	Relaxation *Relaxation

	// Tree is what the branch and bound on signs gave; nil when there was none.
	Tree *Tree

	// Representatives and ZeroRows say what presolve found: the rows left
	// after exactly parallel ones are merged, and the rows that are zero.
	Representatives, ZeroRows int

	// Warnings are things that a user should know, such as a certificate that
	// was not accepted.
	Warnings []string

	// TimeLimit is the limit that was in force: Options.TimeLimit or what
	// MethodAuto took; 0 for none.
	TimeLimit time.Duration

	// Cut names the steps that were cut off because they did not end in time.  They may still be running, and
	// what they find is not in the result.
	Cut []string

	Elapsed time.Duration
}

// Tree is what the branch and bound on signs gave.
type Tree struct {
	Status       string  // how it ended, a status of package signs
	Leaves, Open int     // of the last tree, and those of them that are not closed
	Value        float64 // proven: ‖Wᵀ(Xu)₊‖ ≤ Value·γ‖u‖ for the W of the last tree
	Trees        int     // one for each W
	Elapsed      time.Duration
}

// Relaxation is what the semidefinite relaxation gave.
type Relaxation struct {
	Status     string  // how the solver ended, a status of package relax
	Value      float64 // objective at the solver's last point; not a bound
	LowerBound float64 // of the best certificate made of its multipliers
	Rank       int
	Outer      int // multiplier updates
	Inner      int // Newton steps
	Elapsed    time.Duration
}
