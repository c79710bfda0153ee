package report

import (
	"strings"
	"testing"
)

// TestPathRecommendsWhatWasChosen, by the best mean or by the rule of one standard error, and says what the other rule would take.
func TestPathRecommendsWhatWasChosen(t *testing.T) {
	p := &Path{
		Best: 0.5, OneStandardError: 1,
		Points: []PathPoint{{Gamma: 1, GammaPerRow: 0.01, Objective: 4}, {Gamma: 0.5, GammaPerRow: 0.005, Objective: 3}},
		Tuning: &Tuning{Gamma: 0.5, Metric: "deviance", Folds: 2, Chosen: 1, Path: []TuningPoint{{Gamma: 1, Mean: 2}, {Gamma: 0.5, Mean: 1}}},
	}
	check := func(lines ...string) {
		t.Helper()
		var b strings.Builder
		if err := p.WriteText(&b); err != nil {
			t.Fatal(err)
		}
		for _, want := range lines {
			if !strings.Contains(b.String(), want) {
				t.Errorf("the text does not say %q:\n%s", want, b.String())
			}
		}
	}
	check("recommended   γ = 0.5, the best of 2 by deviance in 2 folds; γ/n = 0.005", "γ = 1 is the largest within a standard error of it; γ/n = 0.01")
	p.Tuning.OneStandardError, p.Tuning.Gamma, p.Tuning.Chosen = true, 1, 0
	check("recommended   γ = 1, the largest of 2 within a standard error of the best by deviance in 2 folds; γ/n = 0.01", "γ = 0.5 is the best; γ/n = 0.005")
}
