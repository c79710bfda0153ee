package reproduce

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/report"
)

// tinyRun runs a few quick jobs and writes the report.
func tinyRun(t *testing.T) (dir string, files []string, out *Outcome) {
	t.Helper()
	dir = t.TempDir()
	o := Options{Quick: true, Problems: 1, Only: []string{
		"random000/0.1/exact", "random000/0.1/sgd", "random000/0.1/frankwolfe", "spiral/0.1/exact", "iris/0.1/nobias", "cost/random/10",
	}}
	jobs, err := Plan(o)
	if err != nil {
		t.Fatal(err)
	}
	e := Execution{Dir: dir, Command: "relift reproduce <tiny>"}
	if out, err = Run(t.Context(), jobs, e); err != nil {
		t.Fatal(err)
	}
	if files, err = WriteReport(dir, o, e, out); err != nil {
		t.Fatal(err)
	}
	return dir, files, out
}

func TestTwoRunsGiveTheSameNumbers(t *testing.T) {
	a, files, out := tinyRun(t)
	b, _, _ := tinyRun(t)
	compared := 0
	for _, path := range files {
		name := filepath.Base(path)
		if strings.HasSuffix(name, "-time.csv") || strings.HasPrefix(name, "cost-") || strings.HasPrefix(name, "report.") {
			continue // times
		}
		one, errA := os.ReadFile(filepath.Join(a, name))
		two, errB := os.ReadFile(filepath.Join(b, name))
		if errA != nil || errB != nil || !bytes.Equal(one, two) {
			t.Errorf("%s differs between two runs (%v, %v)", name, errA, errB)
		}
		compared++
	}
	if compared < 8 {
		t.Errorf("only %d files were compared", compared)
	}
	// Bound ≤ optimum ≤ network on the problem, the claim of the whole project.
	p := append(collect(out.Results, Tightness), collect(out.Results, Cost)...)
	for _, problem := range p {
		optimum := problem.optimum()
		for _, r := range problem.rows {
			if f := float64(r.Objective); f < optimum*(1-1e-6) {
				t.Errorf("%s: %s has the objective %v, below the optimum %v", problem.data, r.Method, f, optimum)
			}
			if l := float64(r.Lower); l > optimum*(1+1e-6) {
				t.Errorf("%s: %s has the bound %v, above the optimum %v", problem.data, r.Method, l, optimum)
			}
		}
	}

	page, err := os.ReadFile(filepath.Join(a, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, want := range []string{"relift reproduce &lt;tiny&gt;", "data:image/png;base64,", "prefers-color-scheme: dark", "width=device-width", "SDP relaxation"} {
		if !strings.Contains(text, want) {
			t.Errorf("report.html does not contain %q", want)
		}
	}
	for _, bad := range []string{"src=\"http", "href=\"http", "<script", "<link", "NaN", "url("} {
		if strings.Contains(text, bad) {
			t.Errorf("report.html contains %q", bad)
		}
	}
	// An SVG figure is well-formed XML.
	svg, err := os.ReadFile(filepath.Join(a, "convergence-random000.svg"))
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestReportOfNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := WriteReport(dir, Options{}, Execution{}, &Outcome{Missing: []string{"a/b"}}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "report.md"))
	if err != nil || !strings.Contains(string(text), "a/b") || strings.Contains(string(text), "## Tightness") {
		t.Errorf("%v: %s", err, text)
	}
}

func TestFindingsNameWhatDoesNotHold(t *testing.T) {
	row := func(method string, objective, lower float64) Row {
		r := newRow(method)
		r.Objective, r.Lower = unknown, unknown
		if objective > 0 {
			r.Objective = report.Number(objective)
		}
		if lower > 0 {
			r.Lower = report.Number(lower)
		}
		return r
	}
	result := func(data string, bound float64) *Result {
		return &Result{Settings: Settings{Experiment: Tightness, Data: data, Gamma: 0.1}, Rows: []Row{row(methodExact, 10, 10), row(methodRelaxation, 0, bound)}}
	}
	iris := &Result{
		Settings: Settings{Experiment: Classification, Data: "iris", Gamma: 0.1},
		Rows:     []Row{row(methodRelaxation, 0, 1.5), row(methodColumns, 2.5, 2.25)},
	}
	got := strings.Join(findings([]*Result{result("random000", 8), result("random001", 9.9999), result(spiralData, 9), iris}, quick), "\n")
	for _, want := range []string{
		"2 random problems, γ = 0.1: the relaxation is tight (certified bound within 0.1 % of the exact optimum) on 1 of 2",
		"10.0 % below the optimum on average, from 0.0 to 20.0 %", "The spiral, γ = 0.1: the relaxation is not tight",
		"iris, γ = 0.1, without bias: the relaxation is not tight; its certified bound is 1.5000, the optimum lies between 2.2500 (certified by column generation) and 2.5000.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("findings lack %q:\n%s", want, got)
		}
	}
}

func TestLogTicks(t *testing.T) {
	ticks := logTicks{}.Ticks(0.9, 21)
	var marks []float64
	for _, tick := range ticks {
		marks = append(marks, tick.Value)
	}
	if want := []float64{1, 2, 5, 10, 20}; !slices.Equal(marks, want) {
		t.Errorf("marks %v, want %v", marks, want)
	}
	for _, bad := range [][2]float64{{0, 1}, {-1, 1}, {1, 1}, {1, math.Inf(1)}, {math.NaN(), 1}} {
		if got := (logTicks{}).Ticks(bad[0], bad[1]); got != nil {
			t.Errorf("%v: %d ticks", bad, len(got))
		}
	}
}
