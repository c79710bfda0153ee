package reproduce

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/relift/relift/internal/linalg"
)

// The experiments, as Options.Experiment names them.
const (
	Tightness      = "tightness"
	Classification = "classification"
	Cost           = "cost"
	All            = "all"
)

// Experiments lists what Options.Experiment may be.
func Experiments() []string { return []string{Tightness, Classification, Cost, All} }

// DefaultProblems is the number of random-teacher problems of the paper.
const DefaultProblems = 100

// ErrOptions is wrapped by every error about Options.
var ErrOptions = errors.New("invalid options")

// Options say what to reproduce.
type Options struct {
	Experiment string   // one of Experiments; "" is All
	Quick      bool     // a small plan for a first look and for continuous integration
	Problems   int      // random-teacher problems of the tightness experiment; 0: DefaultProblems, 2 when Quick
	BankNotes  string   // path of data_banknote_authentication.txt; "": leave these data out
	Only       []string // run only jobs whose name contains one of these; empty: all
}

// withDefaults checks o and fills in what is zero.
func (o Options) withDefaults() (Options, error) {
	if o.Experiment == "" {
		o.Experiment = All
	}
	if !slices.Contains(Experiments(), o.Experiment) {
		return o, fmt.Errorf("experiment %q is not known: %w; expected one of %s", o.Experiment, ErrOptions, strings.Join(Experiments(), ", "))
	}
	if o.Problems < 0 || o.Problems > 1000 {
		return o, fmt.Errorf("problems %d: %w; expected a number from 1 to 1000", o.Problems, ErrOptions)
	}
	if o.Problems == 0 {
		o.Problems = DefaultProblems
		if o.Quick {
			o.Problems = 2
		}
	}
	return o, nil
}

func (o Options) wants(experiment string) bool {
	return o.Experiment == All || o.Experiment == experiment
}

// Execution says how to run a plan.  The linear algebra apart, none of it changes a number of a result.
type Execution struct {
	Dir      string    // folder of the results and the report; it is made if need be
	Resume   bool      // keep results in Dir that have the same settings and version
	Jobs     int       // jobs that run at a time; 0: one for each processor
	Progress io.Writer // nil: none
	Terminal bool      // Progress is a terminal, on which a line can be rewritten
	Command  string    // the command line, for the report

	LinearAlgebra linalg.Algebra // of the jobs, each on one thread; zero: gonum's
}
