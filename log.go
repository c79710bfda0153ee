package relift

import (
	"encoding/json"
	"io"
	"math"

	"github.com/relift/relift/exact"
	"github.com/relift/relift/relax"
	"github.com/relift/relift/report"
)

// logRecord is one line of the solver's log: the state after an outer iteration
// of the relaxation, whose symbols are those of package relax, or after a round
// of the column generation, which has no value and no residuals (null).
type logRecord struct {
	Phase      string        `json:"phase"`
	Method     string        `json:"method"`
	Outer      int           `json:"outer"`
	Inner      int           `json:"inner"`
	Value      report.Number `json:"value"`       // objective of the relaxation
	DualityGap report.Number `json:"duality_gap"` // the solver's estimate
	Residual   report.Number `json:"residual"`    // of the stationarity condition; of the dual constraint in a round, relative to γ
	Violation  report.Number `json:"violation"`   // of the sign conditions, relative
	MinEigen   report.Number `json:"min_eigen"`   // of S, relative to its largest
	Penalty    report.Number `json:"penalty"`     // of the augmented Lagrangian
	Rank       int           `json:"rank"`        // columns of the factor
	Conditions int           `json:"conditions"`  // sign conditions in the interior-point method's set
	Cones      int64         `json:"cones"`       // examined by the branch and bound
	Bound      report.Number `json:"bound"`       // certified at this iteration
	Best       report.Number `json:"best_bound"`  // best certified so far
	Network    report.Number `json:"network"`     // best objective so far
	Seconds    report.Number `json:"seconds"`     // since the run began
}

// logger writes records as JSON lines; after a failure it is silent and keeps
// the error.
type logger struct {
	encoder *json.Encoder
	err     error
}

func newLogger(w io.Writer) *logger {
	if w == nil {
		return &logger{}
	}
	return &logger{encoder: json.NewEncoder(w)}
}

func (l *logger) write(r logRecord) {
	if l.encoder != nil && l.err == nil {
		l.err = l.encoder.Encode(r)
	}
}

// recordOf copies the solver's residuals.
func recordOf(it relax.Iterate) logRecord {
	return logRecord{
		Phase: "relax", Method: it.Method.String(), Outer: it.Outer, Inner: it.Inner,
		Value: report.Number(it.Value), DualityGap: report.Number(it.DualityGap),
		Residual: report.Number(it.Residual), Violation: report.Number(it.Violation),
		MinEigen: report.Number(it.MinEigen), Penalty: report.Number(it.Penalty), Rank: it.Rank, Conditions: it.Conditions,
	}
}

// recordOfRound copies the state of the column generation; Inner counts its
// directions.
func recordOfRound(p exact.Progress) logRecord {
	none := report.Number(math.NaN())
	return logRecord{
		Phase: "exact", Method: "column-generation", Outer: p.Round, Inner: p.Columns, Cones: p.Cones,
		Value: none, DualityGap: none, Violation: none, MinEigen: none, Penalty: none,
		Residual: report.Number(p.Violation - 1),
	}
}
