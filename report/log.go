package report

import (
	"encoding/json"
	"io"

	"github.com/relift/relift/engine"
)

// logRecord is one line of the solver's log: the state after an outer iteration
// of the relaxation, whose symbols are those of package relax, or after a round
// of the column generation, which has no value and no residuals (null).
type logRecord struct {
	Phase      string `json:"phase"`
	Method     string `json:"method"`
	Outer      int    `json:"outer"`
	Inner      int    `json:"inner"`
	Value      Number `json:"value"`       // objective of the relaxation
	DualityGap Number `json:"duality_gap"` // the solver's estimate
	Residual   Number `json:"residual"`    // of the stationarity condition; of the dual constraint in a round, relative to γ
	Violation  Number `json:"violation"`   // of the sign conditions, relative
	MinEigen   Number `json:"min_eigen"`   // of S, relative to its largest
	Penalty    Number `json:"penalty"`     // of the augmented Lagrangian
	Rank       int    `json:"rank"`        // columns of the factor
	Conditions int    `json:"conditions"`  // sign conditions in the interior-point method's set
	Cones      int64  `json:"cones"`       // examined by the branch and bound
	Bound      Number `json:"bound"`       // certified at this iteration
	Best       Number `json:"best_bound"`  // best certified so far
	Network    Number `json:"network"`     // best objective so far
	Seconds    Number `json:"seconds"`     // since the run began
}

// Log writes the iterations of a run's solvers as JSON lines; after a failure it is silent and keeps
// the error.  It is an engine.Recorder.
type Log struct {
	encoder *json.Encoder
	err     error
}

// NewLog returns a log that writes to w.
func NewLog(w io.Writer) *Log { return &Log{encoder: json.NewEncoder(w)} }

// Record implements engine.Recorder.
func (l *Log) Record(e engine.Event) {
	it := e.Iteration
	if it == nil || l.err != nil {
		return
	}
	l.err = l.encoder.Encode(logRecord{
		Phase: e.Phase, Method: it.Method, Outer: e.Outer, Inner: e.Inner,
		Value: Number(it.Value), DualityGap: Number(it.DualityGap), Residual: Number(it.Residual), Violation: Number(it.Violation),
		MinEigen: Number(it.MinEigen), Penalty: Number(it.Penalty), Rank: e.Rank, Conditions: it.Conditions, Cones: it.Cones,
		Bound: Number(it.Bound), Best: Number(e.Bound), Network: Number(e.Network), Seconds: Number(e.Elapsed.Seconds()),
	})
}

// Err returns the failure, if any.
func (l *Log) Err() error { return l.err }

var _ engine.Recorder = (*Log)(nil)
var _ engine.Recorder = (*Table)(nil)
