package engine

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/settings"
)

// Method is a way to find the bound and the network.
type Method string

// The methods.
const (
	// MethodAuto picks by the dimension.
	MethodAuto Method = "auto"
	// MethodSDP solves the semidefinite relaxation and rounds it.
	MethodSDP Method = "sdp"
	// MethodExact is a column generation with a branch and bound over
	// directions, which closes the gap where the dimension is small.
	MethodExact Method = "exact"
	// MethodSigns trains a network and bounds what it can miss by a branch and bound on the signs of the rows.  It knows every loss, weights and
	// intercepts.
	MethodSigns Method = "signs"
	// MethodDescent trains a network by local search only; its bound is the
	// simple one that the network's own residual gives.
	MethodDescent Method = "descent"
)

// RelaxationChoice says which semidefinite relaxation of the training problem is solved.
type RelaxationChoice string

// The choices.
const (
	// RelaxationAuto is the paper's relaxation and, for one output and where it pays, the stronger one that knows the sign of the output's weights and that
	// neurons are balanced, ‖u‖ = ‖v‖, by ball lines.
	RelaxationAuto RelaxationChoice = "auto"
	// RelaxationPublished is the paper's relaxation alone.
	RelaxationPublished RelaxationChoice = "published"
)

// Options of Train and Bound.  The zero value is ready to use.
type Options struct {
	Method      Method           // "" is MethodAuto
	Width       int              // largest number of neurons; 0: as many as help
	Effort      int              // of each training, in passes over the data (see descent.TrainOptions); 0: by time. MethodAuto then does nothing that only a clock ends
	Seed        uint64           // of every random choice
	TimeLimit   time.Duration    // 0: none
	Begin       time.Time        // when the time limit began to count; zero: at the call
	Gap         float64          // stop at this relative gap; 0: DefaultGap
	Threads     int              // goroutines of the parallel parts; 0: all processors
	Relaxation  RelaxationChoice // "" is RelaxationAuto
	MemoryLimit int64            // bytes; 0: what the machine has available
	Progress    Recorder         // nil: none
	Start       Weights          // a network to begin with, which the result is never worse than unless it is wider than Width; the zero value: none

	// Reserve is a network for a run that ends before it has a better one; the zero value: none.  Training does not begin with it.
	Reserve Weights

	// LinearAlgebra are the kernels of the dense linear algebra, with Threads for its threads; the zero value is the problem's own (Problem.On),
	// and gonum where it has none: a library that the machine happens to have is never taken without being asked for.
	LinearAlgebra LinearAlgebra
}

// LinearAlgebra is dense linear algebra on a back end.  Several may be in use at once, each in several runs.
type LinearAlgebra = linalg.Algebra

// DefaultGap is the relative gap (upper − lower)/upper at which a run stops by
// default.
const DefaultGap = 1e-3

// ErrOptions is wrapped by every error about Options.
var ErrOptions = errors.New("invalid options")

// withDefaults fills in defaults and refuses what is out of range.
func (o Options) withDefaults() (Options, error) {
	if o.Method == "" {
		o.Method = MethodAuto
	}
	if o.Gap == 0 {
		o.Gap = DefaultGap
	}
	if o.Relaxation == "" {
		o.Relaxation = RelaxationAuto
	}
	_, badRelaxation := settings.Lookup("relaxation").ParseChoice(string(o.Relaxation))
	_, badMethod := settings.Lookup("method").ParseChoice(string(o.Method))
	for _, err := range []error{
		badMethod,
		badRelaxation,
		settings.Lookup("width").CheckInteger(int64(o.Width)),
		settings.Lookup("effort").CheckInteger(int64(o.Effort)),
		settings.Lookup("time-limit").CheckDuration(o.TimeLimit),
		settings.Lookup("gap").CheckReal(o.Gap),
		settings.Lookup("threads").CheckInteger(int64(o.Threads)),
	} {
		if err != nil {
			return o, fmt.Errorf("%w: %w", ErrOptions, err)
		}
	}
	if o.MemoryLimit < 0 {
		return o, fmt.Errorf("%w: memory limit is %d bytes; expected 0 (what is available) or a positive number", ErrOptions, o.MemoryLimit)
	}
	return o, nil
}

// Check refuses options that are out of range, a method that does not know the problem, and a problem or a network to begin with that cannot be trained on
// or does not fit into memory, as Train does.
func (o Options) Check(p Problem) error {
	_, _, err := o.settle(p, time.Now())
	return err
}

// settle fills in defaults and returns the limits of a run for p that begins now.
func (o Options) settle(p Problem, now time.Time) (Options, Budget, error) {
	o, err := o.withDefaults()
	if err != nil {
		return o, Budget{}, err
	}
	if err := p.Validate(); err != nil {
		return o, Budget{}, err
	}
	if isWeighted(p) {
		p.Weights = nil // the problem of scaled rows, which is trained, has none
	}
	if err := checkMethod(p, o.Method); err != nil {
		return o, Budget{}, err
	}
	for _, w := range []Weights{o.Start, o.Reserve} {
		if err := checkStart(p, w); err != nil {
			return o, Budget{}, err
		}
	}
	b, err := newBudget(p, o, now)
	return o, b, err
}

// Place returns p on the linear algebra of the options, or its own where they have none, with their threads.
func (o Options) Place(p Problem) Problem {
	algebra := o.LinearAlgebra
	if algebra == (LinearAlgebra{}) {
		algebra = p.Algebra()
	}
	return p.On(algebra.WithThreads(o.threads()))
}

// threads is the number of goroutines that the options allow.
func (o Options) threads() int {
	if o.Threads > 0 {
		return o.Threads
	}
	return runtime.GOMAXPROCS(0)
}
