package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/relift/relift/engine"
)

// logRecord is one line of a run's log: its state after an event, and where that is an iteration of a solver what the
// solver says: an outer iteration of the relaxation, whose symbols are those of package relax, or a round of the
// column generation, which has no value and no residuals.  What is not known is null.
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

// Log writes the course of a run as JSON lines; after a failure it is silent and keeps the error.  It is an
// engine.Recorder.
type Log struct {
	encoder *json.Encoder
	last    engine.Event
	err     error
}

// NewLog returns a log that writes to w.
func NewLog(w io.Writer) *Log { return &Log{encoder: json.NewEncoder(w)} }

// Record implements engine.Recorder.
func (l *Log) Record(e engine.Event) {
	if l.err != nil || e.Begins {
		return
	}
	l.last = e
	it := e.Iteration
	if it == nil {
		nan := math.NaN()
		it = &engine.Iteration{Value: e.Relaxed, DualityGap: nan, Residual: nan, Violation: nan, MinEigen: nan, Penalty: nan, Bound: nan}
	}
	l.err = l.encoder.Encode(logRecord{
		Phase: e.Phase, Method: it.Method, Outer: e.Outer, Inner: e.Inner,
		Value: Number(it.Value), DualityGap: Number(it.DualityGap), Residual: Number(it.Residual), Violation: Number(it.Violation),
		MinEigen: Number(it.MinEigen), Penalty: Number(it.Penalty), Rank: e.Rank, Conditions: it.Conditions, Cones: it.Cones,
		Bound: Number(it.Bound), Best: Number(e.Bound), Network: Number(e.Network), Seconds: Number(e.Elapsed.Seconds()),
	})
}

// End writes the outcome of the run.
func (l *Log) End(s *Summary) { l.Record(s.Outcome(l.last)) }

// ReadLog reads the events of a run from its log.  An error names the line.
func ReadLog(r io.Reader) ([]engine.Event, error) {
	var events []engine.Event
	decoder := json.NewDecoder(r)
	for {
		var record logRecord
		switch err := decoder.Decode(&record); {
		case errors.Is(err, io.EOF):
			return events, nil
		case err != nil:
			return nil, fmt.Errorf("line %d is not one of a run's log (%w); expected the file of relift train --log", len(events)+1, err)
		case record.Phase == "":
			return nil, fmt.Errorf("line %d has no phase; expected the file of relift train --log", len(events)+1)
		}
		events = append(events, engine.Event{
			Phase: record.Phase, Outer: record.Outer, Inner: record.Inner, Rank: record.Rank, Relaxed: float64(record.Value),
			Bound: float64(record.Best), Network: float64(record.Network), Elapsed: time.Duration(float64(record.Seconds) * float64(time.Second)),
		})
	}
}

// Err returns the failure, if any.
func (l *Log) Err() error { return l.err }

var _ engine.Recorder = (*Log)(nil)
var _ engine.Recorder = (*Table)(nil)
