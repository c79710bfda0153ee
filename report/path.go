package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Path is a regularisation path, in the shape of the JSON that relift path --json prints.
type Path struct {
	Status        string `json:"status"`         // a status of package relift, such as "done"
	StatusMeaning string `json:"status_meaning"` // the same in a sentence
	// Best is the γ with the best mean in cross-validation, OneStandardError the largest γ within a standard error of it; Tuning.Gamma is the one of them that is
	// recommended.
	Best             Number      `json:"best"`
	OneStandardError Number      `json:"one_standard_error"`
	Points           []PathPoint `json:"path"`   // from the largest γ to the least
	Proofs           []Number    `json:"proofs"` // the γ of the runs with a proof, each of which bounds the whole path
	Tuning           *Tuning     `json:"tuning"` // the cross-validation, with a point for each of the path
	Data             Data        `json:"data"`
	Settings         Settings    `json:"settings"` // reg is the recommended γ
	Files            PathFiles   `json:"files"`
	Warnings         []string    `json:"warnings"` // never null
	Version          string      `json:"version"`
	Seconds          Number      `json:"seconds"` // wall time of the whole command
}

// PathPoint is the network of one γ and the bound for it.
type PathPoint struct {
	Gamma       Number   `json:"gamma"`
	GammaPerRow Number   `json:"gamma_per_row"`
	Objective   Number   `json:"objective"`
	DataLoss    Number   `json:"data_loss"`
	LowerBound  Number   `json:"lower_bound"` // certified: no network of any width has a smaller objective
	RelativeGap Number   `json:"relative_gap"`
	Proof       Number   `json:"proof"` // γ of the run whose proof the bound comes from; null: none
	Width       int      `json:"width"` // of the network
	Metrics     *Metrics `json:"metrics"`
	// Files of the folder, empty without one: the network, and the proof of the bound.
	Model       string `json:"model,omitempty"`
	Certificate string `json:"certificate,omitempty"`
}

// PathFiles are the files that were asked for.
type PathFiles struct {
	Folder string `json:"folder,omitempty"`
	Plot   string `json:"plot,omitempty"`
	Report string `json:"report,omitempty"`
}

// marks of a point in the text: that it is recommended, and that a run found a proof there.
func (p *Path) marks(q PathPoint) string {
	var marks []string
	if q.Gamma == p.Best {
		marks = append(marks, "best")
	}
	if q.Gamma == p.OneStandardError && p.OneStandardError != p.Best {
		marks = append(marks, "one standard error")
	}
	if q.Proof == q.Gamma {
		marks = append(marks, "proof")
	}
	return strings.Join(marks, ", ")
}

// WriteText writes the path as a table for people, with what is recommended.
func (p *Path) WriteText(w io.Writer) error {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-13s %s\n", label, fmt.Sprintf(format, args...))
	}
	line("data", "%s", p.Data.sentence())
	line("settings", "%s", p.Settings.sentence(p.Settings.Method))
	line("status", "%s: %s", p.Status, p.StatusMeaning)
	fmt.Fprintf(&b, "\n%11s  %-27s %12s %12s %9s %6s\n", "γ", p.Tuning.Metric+" ± deviation of the folds", "lower bound", "objective", "gap", "width")
	for k, q := range p.Points {
		t := p.Tuning.Path[k]
		row := fmt.Sprintf("%11s  %-27s %12s %12s %9s %6d  %s", short(q.Gamma), short(t.Mean)+" ± "+short(t.Deviation),
			Below(q.LowerBound), Above(q.Objective), Percent(float64(q.RelativeGap)), q.Width, p.marks(q))
		b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	b.WriteString("\n")
	rule, other, remark := "the best of %d", p.OneStandardError, "is the largest within a standard error of it"
	if p.Tuning.OneStandardError {
		rule, other, remark = "the largest of %d within a standard error of the best", p.Best, "is the best"
	}
	chosen := p.Tuning.Gamma
	line("recommended", "γ = %s, "+rule+" by %s in %d folds; γ/n = %s", short(chosen), len(p.Points), p.Tuning.Metric, p.Tuning.Folds, short(p.perRow(chosen)))
	if other != chosen {
		line("", "γ = %s %s; γ/n = %s", short(other), remark, short(p.perRow(other)))
	}
	line("bounds", "certified, for every network of any width; %s", p.proofs())
	for _, f := range []struct{ label, path string }{{"folder", p.Files.Folder}, {"plot", p.Files.Plot}, {"report", p.Files.Report}} {
		if f.path != "" {
			line(f.label, "%s", f.path)
		}
	}
	line("time", "%.1f s", float64(p.Seconds))
	_, err := io.WriteString(w, b.String())
	return err
}

// perRow is γ/n of a γ of the path.
func (p *Path) perRow(gamma Number) Number {
	for _, q := range p.Points {
		if q.Gamma == gamma {
			return q.GammaPerRow
		}
	}
	return Number(math.NaN())
}

// proofs says where the bounds come from.
func (p *Path) proofs() string {
	var at []string
	for _, gamma := range p.Proofs {
		at = append(at, short(gamma))
	}
	switch len(at) {
	case 0:
		return "nothing beyond 0 was proved"
	case 1:
		return "all come from one proof, at γ = " + at[0]
	}
	return fmt.Sprintf("from %d proofs, at γ = %s", len(at), strings.Join(at, ", "))
}

// WriteCSV writes a header and a line for each γ.
func (p *Path) WriteCSV(to io.Writer) error {
	w := csv.NewWriter(to)
	header := []string{
		"gamma", "gamma_per_row", "objective", "data_loss", "lower_bound", "relative_gap", "proof_gamma", "width",
		p.Tuning.Metric, "deviation", "standard_error",
	}
	for k := range p.Tuning.Folds {
		header = append(header, fmt.Sprintf("fold_%d", k+1))
	}
	if err := w.Write(append(header, "recommended")); err != nil {
		return err
	}
	for k, q := range p.Points {
		t := p.Tuning.Path[k]
		record := []string{}
		for _, v := range append([]Number{q.Gamma, q.GammaPerRow, q.Objective, q.DataLoss, q.LowerBound, q.RelativeGap, q.Proof, Number(q.Width), t.Mean, t.Deviation, t.StandardError()}, t.Folds...) {
			record = append(record, csvNumber(v))
		}
		recommended := ""
		switch q.Gamma {
		case p.Best:
			recommended = "best"
		case p.OneStandardError:
			recommended = "one-standard-error"
		}
		if err := w.Write(append(record, recommended)); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// csvNumber is a number with every digit, nothing for one that is unknown.
func csvNumber(v Number) string {
	if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
		return ""
	}
	return strconv.FormatFloat(float64(v), 'g', -1, 64)
}
