package cli

import (
	"strconv"

	"github.com/relift/relift"
	"github.com/relift/relift/network"
	"github.com/relift/relift/report"
)

// model makes the trained network with its encoding and provenance.
func (f *solveFlags) model(p *prepared, r *relift.Result) (*network.Model, error) {
	m, err := relift.NewModel(r, p.train.Problem(f.reg), p.encoding)
	if err != nil {
		return nil, internal(err)
	}
	m.Provenance.Source, m.Provenance.Seed, m.Provenance.Settings = p.source, uint64(f.seed), f.provenanceSettings()
	return m, nil
}

// provenanceSettings are the settings that shape the network, as they would be
// typed.
func (f *solveFlags) provenanceSettings() map[string]string {
	settings := map[string]string{
		"reg":        strconv.FormatFloat(f.reg, 'g', -1, 64),
		"method":     f.method,
		"width":      strconv.FormatInt(f.width, 10),
		"gap":        strconv.FormatFloat(f.gap, 'g', -1, 64),
		"time-limit": f.timeLimit.String(),
		"split":      f.data.Split,
	}
	if f.effort > 0 {
		settings["effort"] = strconv.FormatInt(f.effort, 10)
	}
	f.tuning.state(settings)
	return settings
}

// metric takes the main figures of an evaluation.
func metric(m *network.Metrics) *report.Metric {
	out := &report.Metric{Rows: m.Rows}
	if c := m.Classification; c != nil {
		accuracy := report.Number(c.Accuracy)
		out.Accuracy = &accuracy
	}
	if r := m.Regression; r != nil {
		rmse := report.Number(r.RMSE)
		out.RMSE = &rmse
		if r.R2 != nil {
			r2 := report.Number(*r.R2)
			out.R2 = &r2
		}
	}
	return out
}
