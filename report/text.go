package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteJSON writes s as one JSON object.
func (s *Summary) WriteJSON(w io.Writer) error { return WriteJSON(w, s) }

// WriteJSON writes v as one indented JSON object and a newline.
func WriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// WriteText writes s as a short text for people.
func (s *Summary) WriteText(w io.Writer) error {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-13s %s\n", label, fmt.Sprintf(format, args...))
	}
	line("data", "%s", s.Data.sentence())
	line("settings", "%s", s.Settings.sentence(s.Method))
	if s.Tuning != nil {
		line("weight decay", "%s", s.Tuning.sentence())
	} else {
		line("weight decay", "γ = %s, %s; γ/n = %s", short(Number(s.Settings.Reg)), s.Settings.RegFrom, short(s.Settings.RegPerRow))
	}
	line("status", "%s: %s", s.Status, s.StatusMeaning)
	line("lower bound", "%s  certified (%s)", Below(s.LowerBound), s.BoundSource)
	if s.Network != nil {
		line("objective", "%s  of the network (data loss %s)", Above(s.UpperBound), value(s.Network.DataLoss))
		line("gap", "%s", Percent(float64(s.RelativeGap)))
		line("", "%s", s.Meaning())
		if advice := s.Advice(); advice != "" {
			line("", "%s", advice)
		}
		line("width", "%s", Plural(s.Network.Width, "neuron", "neurons"))
	}
	if r := s.Relaxation; r != nil {
		line("relaxation", "value %s, certified %s, rank %d, %d outer and %d inner iterations, %.1f s (%s)",
			value(r.Value), Below(r.LowerBound), r.Rank, r.OuterIterations, r.InnerIterations, float64(r.Seconds), r.Status)
	}
	if s.Tree != nil {
		line("signs", "%s", s.Tree.sentence())
	}
	if m := s.Metrics; m != nil {
		if m.Train != nil {
			line("train", "%s", m.Train)
		}
		if t := s.Tuning; t != nil && t.NewRows.Metric != "" {
			line("new rows", "%s", t.NewRows.sentence())
		}
		if m.Test != nil {
			line("test", "%s", m.Test)
		}
	}
	for _, f := range []struct{ label, path string }{
		{"model", s.Files.Model}, {"certificate", s.Files.Certificate}, {"log", s.Files.Log}, {"report", s.Files.Report},
	} {
		if f.path != "" {
			line(f.label, "%s", f.path)
		}
	}
	line("time", "%.1f s", float64(s.Seconds))
	_, err := io.WriteString(w, b.String())
	return err
}

// Meaning says in one sentence what the bound and the gap mean.
func (s *Summary) Meaning() string {
	first := fmt.Sprintf("No two-layer ReLU network of any width can have an objective below %s on these data", Below(s.LowerBound))
	if s.Network == nil {
		return first + "."
	}
	if s.RelativeGap < 1e-9 {
		return fmt.Sprintf("%s; this one has %s, so it is the best possible, to at least nine digits.", first, Above(s.UpperBound))
	}
	return fmt.Sprintf("%s; this one has %s, so a better one can lower the objective by at most %s.",
		first, Above(s.UpperBound), Percent(float64(s.RelativeGap)))
}

// wideGap is the gap from which on Advice has something to say.
const wideGap = 0.02

// Advice says of a wide gap whose it may be and what narrows it; "" of others.
func (s *Summary) Advice() string {
	if s.Network == nil || !(float64(s.RelativeGap) > wideGap) {
		return ""
	}
	why := "bounds are weak where the weight decay is small and there are many features"
	if s.BoundSource == "diagonal multipliers" {
		why = fmt.Sprintf("it is the quickest one, as there are %s of %s", Plural(s.Data.Rows, "row", "rows"), Plural(s.Data.Columns, "column", "columns"))
	}
	more := "--time-limit 1m"
	if limit := 3 * s.Settings.TimeLimit; limit > 60 {
		more = fmt.Sprintf("--time-limit %.0fs", limit)
	}
	return fmt.Sprintf("Such a gap is more often that of the bound than of the network: %s. %s searches on for both; fewer features or a larger --reg make bounds tighter.", why, more)
}

func (d Data) sentence() string {
	rows := Plural(d.Rows, "row", "rows")
	text := fmt.Sprintf("%s: %s, %s", d.Source, rows, Plural(d.Features, "feature", "features"))
	if d.Task == "classification" {
		text += fmt.Sprintf(", %s (%s)", Plural(len(d.Classes), "class", "classes"), abbreviate(d.Classes, 6))
	} else {
		text += fmt.Sprintf(", %s (%s)", Plural(d.Outputs, "target", "targets"), abbreviate(d.Targets, 6))
	}
	if d.TestRows > 0 {
		text += fmt.Sprintf("; %s for testing", Plural(d.TestRows, "row", "rows"))
	}
	return text
}

func (s Settings) sentence(method string) string {
	parts := []string{
		"reg " + strconv.FormatFloat(s.Reg, 'g', -1, 64),
	}
	if s.Loss != "" && s.Loss != "squared" {
		parts = append(parts, "loss "+s.Loss)
	}
	if s.HuberDelta > 0 {
		parts[len(parts)-1] += fmt.Sprintf(" (δ = %g)", s.HuberDelta)
	}
	if s.Intercept {
		parts = append(parts, "intercept yes")
	}
	if s.Weight != "" {
		parts = append(parts, "weight "+s.Weight)
	}
	if s.ClassWeight != "" {
		parts = append(parts, "class weight "+s.ClassWeight)
	}
	picked := "method " + method
	if s.Method == "auto" && method != "auto" {
		picked += " (picked by auto)"
	}
	parts = append(parts, "scale "+s.Scale, "bias "+map[bool]string{true: "yes", false: "no"}[s.Bias], picked, fmt.Sprintf("seed %d", s.Seed))
	if s.Relaxation == "published" {
		parts = append(parts, "relaxation published")
	}
	if s.Width > 0 {
		parts = append(parts, fmt.Sprintf("width ≤ %d", s.Width))
	}
	if s.Effort > 0 {
		parts = append(parts, fmt.Sprintf("effort %d", s.Effort))
	}
	if s.TimeLimit > 0 {
		parts = append(parts, fmt.Sprintf("time limit %g s", s.TimeLimit))
	}
	return strings.Join(append(parts, "BLAS "+s.BLAS), ", ")
}

// String says the figures in a line, the baseline last.
func (m Metric) String() string {
	var parts []string
	add := func(name string, v *Number, text func(float64) string) {
		if v != nil {
			parts = append(parts, name+" "+text(float64(*v)))
		}
	}
	short := func(v float64) string { return fmt.Sprintf("%.4f", v) }
	digits := func(v float64) string { return value(Number(v)) }
	add("accuracy", m.Accuracy, percent)
	add("balanced", m.Balanced, percent)
	add("F1", m.F1, short)
	add("AUC", m.AUC, short)
	add("log loss", m.LogLoss, short)
	add("RMSE", m.RMSE, digits)
	add("MAE", m.MAE, digits)
	add("R²", m.R2, short)
	text := fmt.Sprintf("%s on %s", strings.Join(parts, ", "), Plural(m.Rows, "row", "rows"))
	switch {
	case m.Baseline == nil:
		return text
	case m.Accuracy != nil:
		return fmt.Sprintf("%s (the most frequent class alone: %s)", text, percent(float64(*m.Baseline)))
	}
	return fmt.Sprintf("%s (their mean alone: RMSE %s)", text, value(*m.Baseline))
}

// figures is the number of significant digits of the numbers in texts.
const figures = 7

// Below writes a number that is no larger, and about x: a lower bound stays one.
func Below(x Number) string { return format(float64(x), figures, down) }
func value(x Number) string { return format(float64(x), figures, near) }

// Above writes a number that is no smaller, and about x.
func Above(x Number) string { return format(float64(x), figures, up) }

// Plural writes how many there are, with the noun for one or for several.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// abbreviate joins the first names and says how many more there are.
func abbreviate(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most-1], ", "), len(names)-most+1)
}
