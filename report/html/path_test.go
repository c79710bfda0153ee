package html

import (
	"math"
	"strings"
	"testing"

	"github.com/relift/relift/report"
)

// pathPage is a path of three γ with hostile names.
func pathPage() *PathPage {
	return &PathPage{Command: "relift path " + hostile, Path: &report.Path{
		Status: "done", StatusMeaning: "every step finished", Best: 0.5, OneStandardError: 1, Proofs: []report.Number{0.5},
		Points: []report.PathPoint{
			{Gamma: 1, GammaPerRow: 0.01, Objective: 4.00000004, LowerBound: 3.99999996, RelativeGap: 2e-8, Proof: 0.5, Width: 3},
			{Gamma: 0.5, GammaPerRow: 0.005, Objective: 3, LowerBound: 2.5, RelativeGap: 0.5 / 3, Proof: 0.5, Width: 4},
			{Gamma: 0.25, GammaPerRow: 0.0025, Objective: 2, RelativeGap: 1, Proof: report.Number(math.NaN()), Width: 5},
		},
		Tuning: &report.Tuning{Gamma: 0.5, Metric: "accuracy", Folds: 2, Chosen: 1, Path: []report.TuningPoint{
			{Gamma: 1, Mean: 0.75, Deviation: 0.125, Folds: []report.Number{0.625, 0.875}}, {Gamma: 0.5, Mean: 0.875, Folds: []report.Number{0.875, 0.875}}, {Gamma: 0.25, Mean: 0.5, Folds: []report.Number{0.5, 0.5}},
		}},
		Data: report.Data{Source: hostile, Task: "classification", Rows: 100, Features: 3}, Warnings: []string{hostile}, Version: "0",
	}}
}

// TestPathPageHasTheNumbers, bounds rounded to the safe side.
func TestPathPageHasTheNumbers(t *testing.T) {
	_, content := elements(t, write(t, pathPage()))
	for _, word := range []string{"0.5 ✓", "3.999999", "4.000001", "16.7", "0.875", "0.125", "relift path <script>"} {
		if !strings.Contains(content, word) {
			t.Errorf("the page does not say %q", word)
		}
	}
	if strings.Contains(content, "NaN") {
		t.Error("the page says NaN")
	}
}
