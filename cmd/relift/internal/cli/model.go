package cli

import (
	"strconv"

	"github.com/relift/relift"
	"github.com/relift/relift/network"
	"github.com/relift/relift/report"
)

// model makes the trained network with its encoding and provenance.
func (f *solveFlags) model(p *prepared, r *relift.Result) (*network.Model, error) {
	return f.modelFor(p, r, f.reg)
}

// modelFor is model for the weight decay gamma.
func (f *solveFlags) modelFor(p *prepared, r *relift.Result, gamma float64) (*network.Model, error) {
	m, err := relift.NewModel(r, p.problem(gamma), p.encoding)
	if err != nil {
		return nil, internal(err)
	}
	m.Provenance.Source, m.Provenance.Seed, m.Provenance.Settings = p.source, uint64(f.seed), f.provenanceSettings(p, gamma)
	return m, nil
}

// provenanceSettings are the settings that shape the network, as they would be
// typed.
func (f *solveFlags) provenanceSettings(p *prepared, gamma float64) map[string]string {
	settings := map[string]string{
		"reg":        strconv.FormatFloat(gamma, 'g', -1, 64),
		"method":     f.method,
		"width":      strconv.FormatInt(f.width, 10),
		"gap":        strconv.FormatFloat(f.gap, 'g', -1, 64),
		"time-limit": f.timeLimit.String(),
		"split":      f.data.Split,
	}
	if f.effort > 0 {
		settings["effort"] = strconv.FormatInt(f.effort, 10)
	}
	f.tuning.state(settings, gamma, gamma/p.problem(gamma).TotalWeight())
	return settings
}

// metrics are the figures of a model on the rows for training, and on those for testing where there are any.
func (p *prepared) metrics(m *network.Model) *report.Metrics {
	out := &report.Metrics{Train: metric(m.EvaluateEncoded(p.train))}
	if p.test != nil {
		out.Test = metric(m.EvaluateEncoded(p.test))
	}
	return out
}

// metric takes the figures of an evaluation.
func metric(m *network.Metrics) *report.Metric {
	out := &report.Metric{Rows: m.Rows}
	number := func(v float64) *report.Number {
		n := report.Number(v)
		return &n
	}
	known := func(v *float64) *report.Number {
		if v == nil {
			return nil
		}
		return number(*v)
	}
	if c := m.Classification; c != nil {
		out.Accuracy, out.Balanced, out.F1 = number(c.Accuracy), number(c.BalancedAccuracy), number(c.F1)
		out.AUC, out.LogLoss, out.Baseline = known(c.AUC), known(c.LogLoss), number(c.Baseline)
	}
	if r := m.Regression; r != nil {
		out.RMSE, out.MAE, out.R2, out.Baseline = number(r.RMSE), number(r.MAE), known(r.R2), number(r.Baseline)
	}
	return out
}

// useless is a warning about a network that is no better than a constant, on the rows that it was not trained on where there are any; empty for
// others.
func useless(m *report.Metrics) string {
	of, where := m.Test, "on the test rows"
	if of == nil {
		of, where = m.Train, "even on the rows that it was trained on"
	}
	if of.Helps() {
		return ""
	}
	constant := "the mean of the target"
	if of.Accuracy != nil {
		constant = "the most frequent class"
	}
	hint := "a smaller --reg lets it fit more"
	if m.Test != nil && m.Train.Helps() {
		hint = "it fits the training rows only: a larger --reg lets it fit less"
	}
	return "the network is no better than predicting " + constant + " " + where + "; " + hint
}
