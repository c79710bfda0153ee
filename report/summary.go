package report

import (
	"fmt"
	"math"
	"time"

	"github.com/relift/relift/engine"
)

// Summary is the outcome of a run, in the shape of the JSON that --json
// prints.  Its text form is written by WriteText.
type Summary struct {
	Status        string      `json:"status"`         // a status of package relift, such as "gap_reached"
	StatusMeaning string      `json:"status_meaning"` // the same in a sentence
	Method        string      `json:"method"`         // the method that was used: sdp, exact, signs or descent
	LowerBound    Number      `json:"lower_bound"`    // certified: no network of any width has a smaller objective
	BoundSource   string      `json:"bound_source"`   // what the lower bound was proved with
	UpperBound    Number      `json:"upper_bound"`    // objective of the best network; null for a run without one
	RelativeGap   Number      `json:"relative_gap"`   // (upper − lower)/upper
	Relaxation    *Relaxation `json:"relaxation"`     // null when none was solved
	Tree          *Tree       `json:"tree"`           // null where no tree of signs was grown
	Network       *Network    `json:"network"`        // null for a run without one
	Metrics       *Metrics    `json:"metrics"`        // null for a run without a network
	Data          Data        `json:"data"`
	Settings      Settings    `json:"settings"`
	Tuning        *Tuning     `json:"tuning"` // null where no cross-validation chose γ
	Files         Files       `json:"files"`
	Warnings      []string    `json:"warnings"` // never null
	Version       string      `json:"version"`
	Seconds       Number      `json:"seconds"` // wall time of the whole command
}

// Outcome is the event that ends the course of the run, whose last event was last: the outcome, which was verified.
func (s *Summary) Outcome(last engine.Event) engine.Event {
	end := engine.Event{
		Phase: "result", Outer: last.Outer, Inner: last.Inner, Relaxed: math.NaN(), Bound: float64(s.LowerBound), Network: float64(s.UpperBound),
		Elapsed: max(last.Elapsed, time.Duration(float64(s.Seconds)*float64(time.Second))),
	}
	if s.Network == nil {
		end.Network = math.NaN()
	}
	return end
}

// Relaxation is what the semidefinite relaxation gave.
type Relaxation struct {
	Status          string `json:"status"`           // how the solver ended
	Value           Number `json:"value"`            // objective of the relaxation at the solver's last point; not a bound
	LowerBound      Number `json:"lower_bound"`      // certified bound from its multipliers
	Rank            int    `json:"rank"`             // columns of the factor
	OuterIterations int    `json:"outer_iterations"` // multiplier updates
	InnerIterations int    `json:"inner_iterations"` // Newton steps
	Seconds         Number `json:"seconds"`          // wall time of the solver
}

// Tree is what the branch and bound on signs gave.
type Tree struct {
	Status  string `json:"status"`  // how it ended
	Leaves  int    `json:"leaves"`  // of the last tree
	Open    int    `json:"open"`    // leaves that are not closed
	Value   Number `json:"value"`   // proven bound of ‖Wᵀ(Xu)₊‖/γ over all unit u, for the last tree's W
	Trees   int    `json:"trees"`   // one for each W
	Seconds Number `json:"seconds"` // wall time
}

// sentence says what the tree proves.
func (t *Tree) sentence() string {
	proved := "nothing proved yet"
	if v := float64(t.Value); !math.IsInf(v, 1) {
		proved = fmt.Sprintf("‖Wᵀ(Xu)₊‖ ≤ %sγ‖u‖ for every u", Above(t.Value))
	}
	return fmt.Sprintf("%s, %d open: %s; %s, %.1f s (%s)", Plural(t.Leaves, "leaf", "leaves"), t.Open, proved, Plural(t.Trees, "tree", "trees"), float64(t.Seconds), t.Status)
}

// Network is the trained network.
type Network struct {
	Width     int    `json:"width"`     // neurons
	Objective Number `json:"objective"` // data loss plus weight decay
	DataLoss  Number `json:"data_loss"` // the sum of the losses, ½‖f(X) − Y‖² for the squared one
}

// Metrics are the network's results in the units of the table.
type Metrics struct {
	Train *Metric `json:"train"`
	Test  *Metric `json:"test"` // null without test data
}

// Metric is a network's result on one set of rows.  A classification has an
// accuracy and what follows it, a regression the others.
type Metric struct {
	Rows     int     `json:"rows"`
	Accuracy *Number `json:"accuracy,omitempty"`          // fraction of rows whose class is predicted
	Balanced *Number `json:"balanced_accuracy,omitempty"` // mean recall of the classes
	F1       *Number `json:"f1,omitempty"`                // mean over the classes
	AUC      *Number `json:"auc,omitempty"`               // area under the ROC curve, mean over the classes where there are more than two
	LogLoss  *Number `json:"log_loss,omitempty"`          // mean −log of the true class's probability
	RMSE     *Number `json:"rmse,omitempty"`              // root of the mean squared error over rows and outputs, in units of the targets
	MAE      *Number `json:"mae,omitempty"`               // mean absolute error, likewise
	R2       *Number `json:"r2,omitempty"`                // coefficient of determination, mean over the outputs
	// Baseline is the accuracy of predicting the most frequent class of these rows, or the RMSE of predicting their mean.
	Baseline *Number `json:"baseline,omitempty"`
}

// Helps reports whether the network is better than the baseline.
func (m *Metric) Helps() bool {
	switch {
	case m.Baseline == nil:
		return true
	case m.Accuracy != nil:
		return *m.Accuracy > *m.Baseline
	}
	return *m.RMSE < *m.Baseline
}

// Data describes the table and the matrices made of it.
type Data struct {
	Source   string   `json:"source"`            // file or builtin:NAME
	Task     string   `json:"task"`              // classification or regression
	Rows     int      `json:"rows"`              // n, rows of X that were trained on
	Features int      `json:"features"`          // feature columns of the table
	Columns  int      `json:"columns"`           // d, columns of X: after encoding, with the bias
	Outputs  int      `json:"outputs"`           // c, columns of Y
	Classes  []string `json:"classes,omitempty"` // of a classification
	Targets  []string `json:"targets,omitempty"` // names of the target columns
	TestRows int      `json:"test_rows"`         // rows kept for testing
	ZeroRows int      `json:"zero_rows"`         // rows of X that are zero
	Distinct int      `json:"representatives"`   // rows left after parallel ones are merged
	Digest   string   `json:"digest,omitempty"`  // of X and Y
}

// Settings are the settings that made the run what it is.
type Settings struct {
	Reg         float64 `json:"reg"`                   // γ
	RegPerRow   Number  `json:"reg_per_row"`           // γ for each unit of the rows' weights, which suits more rows of the same kind, too
	RegFrom     string  `json:"reg_from"`              // where γ comes from: given, cross-validation, rule of thumb or, in an audit, model
	Loss        string  `json:"loss,omitempty"`        // squared, huber, logistic or softmax
	HuberDelta  float64 `json:"huber_delta,omitempty"` // δ of huber
	Intercept   bool    `json:"intercept,omitempty"`   // outputs have a free constant
	Weight      string  `json:"weight,omitempty"`      // column of the rows' weights
	ClassWeight string  `json:"class_weight,omitempty"`
	Scale       string  `json:"scale"`
	Bias        bool    `json:"bias"`
	Missing     string  `json:"missing"`
	Split       string  `json:"split"`      // KIND:SEED:FRACTION of the test rows, or empty
	Method      string  `json:"method"`     // as asked for
	Relaxation  string  `json:"relaxation"` // auto or published
	Width       int     `json:"width"`      // cap, 0: none
	Effort      int     `json:"effort"`     // passes of a training, 0: by time
	Seed        uint64  `json:"seed"`
	TimeLimit   float64 `json:"time_limit"` // seconds, 0: none
	Gap         float64 `json:"gap"`
	Threads     int     `json:"threads"`
	BLAS        string  `json:"blas"` // the linear algebra in use
}

// Files are the files a run wrote, empty for what was not asked for.
type Files struct {
	Model       string `json:"model,omitempty"`
	Certificate string `json:"certificate,omitempty"`
	Log         string `json:"log,omitempty"`
	Report      string `json:"report,omitempty"`
}
