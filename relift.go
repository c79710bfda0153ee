package relift

import (
	"context"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/internal/linalg"
)

// The nouns of a run; their documentation is in package engine.
type (
	// Problem is the training problem: data X (n×d), targets Y (n×c) and weight decay γ.
	Problem = engine.Problem
	// Weights are the parameters of a two-layer ReLU network.
	Weights = engine.Weights
	// Options of Train and Bound.  The zero value is ready to use.
	Options = engine.Options
	// LinearAlgebra is dense linear algebra on a back end, for Options: [Gonum] or [OpenBLAS].
	LinearAlgebra = engine.LinearAlgebra
	// Method is a way to find the bound and the network.
	Method = engine.Method
	// Recorder receives the events of a run.
	Recorder = engine.Recorder
	// Event is the state of a run at a moment.
	Event = engine.Event
	// Result is the outcome of Train or Bound.
	Result = engine.Result
	// Relaxation is what the semidefinite relaxation gave.
	Relaxation = engine.Relaxation
	// RelaxationChoice says which semidefinite relaxation is solved.
	RelaxationChoice = engine.RelaxationChoice
	// Status says how a run ended and so what its numbers mean.
	Status = engine.Status
	// Proof is a certificate of a lower bound.
	Proof = engine.Proof
	// Origin describes in a certificate's file where its X and Y come from.
	Origin = engine.Origin
)

// The methods; see [engine.Method].
const (
	MethodAuto    = engine.MethodAuto
	MethodSDP     = engine.MethodSDP
	MethodExact   = engine.MethodExact
	MethodSigns   = engine.MethodSigns
	MethodDescent = engine.MethodDescent
)

// The relaxations; see [engine.RelaxationChoice].
const (
	RelaxationAuto      = engine.RelaxationAuto
	RelaxationPublished = engine.RelaxationPublished
)

// The statuses; see [engine.Status].
const (
	GapReached  = engine.GapReached
	Done        = engine.Done
	Stalled     = engine.Stalled
	TimeLimit   = engine.TimeLimit
	Interrupted = engine.Interrupted
)

// DefaultGap is the relative gap at which a run stops by default, AutoTime the time limit that MethodAuto
// takes for a search of unknown length.
const (
	DefaultGap = engine.DefaultGap
	AutoTime   = engine.AutoTime
)

// The errors about the input, and the one about a defect.
var (
	ErrOptions       = engine.ErrOptions
	ErrMemory        = engine.ErrMemory
	ErrContradiction = engine.ErrContradiction
)

// Train finds a network for p and a certified lower bound on the objective of
// every network of any width.  Errors are about the input (problem.ErrInvalid, ErrOptions, ErrMemory) or
// internal; every other way to end is a Status.
func Train(ctx context.Context, p Problem, opts Options) (*Result, error) {
	return engine.Train(ctx, p, opts)
}

// Bound solves the semidefinite relaxation of p and certifies its bound; no
// network is returned.  Options.Method, Width and Gap are not used.  Errors are those of Train.
func Bound(ctx context.Context, p Problem, opts Options) (*Result, error) {
	return engine.Bound(ctx, p, opts)
}

// Gonum is the linear algebra in pure Go, which is there on every machine and what a run takes that is told of no other.
func Gonum() LinearAlgebra { return linalg.Gonum() }

// OpenBLAS is the linear algebra of a shared library, several times faster than Gonum: that in a file, which may also be an MKL or a FlexiBLAS, or with an
// empty path the first OpenBLAS where the system keeps its libraries.  Without one that can be used it returns Gonum, with an error that says
// what was tried.  Linux and macOS only, on amd64 and arm64.
func OpenBLAS(path string) (LinearAlgebra, error) { return linalg.OpenBLAS(path) }
