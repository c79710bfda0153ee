package html

import (
	"fmt"
	"math"
	"strings"

	"github.com/relift/relift/report"
)

// validation draws the metric of a cross-validation against γ: the mean with the deviation of the folds as a band, each fold as a point, and the
// γ that was chosen.
func validation(t *report.Tuning) *figure {
	if t == nil || len(t.Path) < 2 {
		return nil
	}
	x := scale{min: math.Inf(1), logarithm: true, start: left, end: right}
	y := scale{min: math.Inf(1), max: math.Inf(-1), start: bottom, end: top}
	for _, p := range t.Path {
		x.min, x.max = min(x.min, float64(p.Gamma)), max(x.max, float64(p.Gamma))
		for _, v := range append([]report.Number{p.Mean - p.Deviation, p.Mean + p.Deviation}, p.Folds...) {
			y.min, y.max = min(y.min, float64(v)), max(y.max, float64(v))
		}
	}
	room := 0.04 * (y.max - y.min)
	y.min, y.max = y.min-room, y.max+room
	chosen := t.Path[t.Chosen]
	s := newSVG("validation", chartWidth, chartHeight, "Cross-validation",
		fmt.Sprintf("The mean %s of %d folds against the weight decay; the chosen weight decay is %s, with %s.", t.Metric, t.Folds, label(float64(t.Gamma)), label(float64(chosen.Mean))))
	s.frame(x, y, x.ticks(6), y.ticks(6), "weight decay γ (logarithmic)", t.Metric)
	var mean, low, high []place
	for _, p := range t.Path {
		at := x.at(float64(p.Gamma))
		mean = append(mean, place{at, y.at(float64(p.Mean))})
		low = append(low, place{at, y.at(float64(p.Mean - p.Deviation))})
		high = append(high, place{at, y.at(float64(p.Mean + p.Deviation))})
	}
	s.path("between", "M"+join(high)+"L"+join(reversed(low))+"z")
	at := x.at(float64(t.Gamma))
	s.line("axis", at, bottom, at, top)
	s.path("curve bound", "M"+join(mean))
	for _, p := range t.Path {
		for _, v := range p.Folds {
			s.mark(0, x.at(float64(p.Gamma)), y.at(float64(v)), 2)
		}
	}
	how := "the best mean"
	if t.OneStandardError {
		how = "the largest γ within a standard error of the best mean"
	}
	return &figure{s.html(), fmt.Sprintf("%s of %d-fold cross-validation against γ: the mean, its spread over the folds (band: one standard deviation), and each fold (points). The upright line is the γ that was chosen, %s.",
		strings.ToUpper(t.Metric[:1])+t.Metric[1:], t.Folds, how)}
}

// validationLine is one γ of the table.
type validationLine struct {
	Gamma, Mean, Deviation, Width string
	Chosen                        bool
}

func validationLines(t *report.Tuning) []validationLine {
	var out []validationLine
	if t == nil {
		return nil
	}
	for k, p := range t.Path {
		out = append(out, validationLine{
			label(float64(p.Gamma)), label(float64(p.Mean)), label(float64(p.Deviation)), fmt.Sprintf("%.0f", float64(p.Width)), k == t.Chosen,
		})
	}
	return out
}
