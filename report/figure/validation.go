package figure

import (
	"fmt"
	"math"
	"strings"

	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
)

// Validation draws the metric of a cross-validation against γ: the mean with the deviation of the folds as a band,
// each fold as a point, and the γ that was chosen.
func Validation(t *report.Tuning) *Figure {
	if t == nil || len(t.Path) < 2 {
		return nil
	}
	x := chart.Axis{Title: "weight decay γ (logarithmic)", Min: math.Inf(1), Logarithm: true}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range t.Path {
		x.Min, x.Max = min(x.Min, float64(p.Gamma)), max(x.Max, float64(p.Gamma))
		for _, v := range append([]report.Number{p.Mean - p.Deviation, p.Mean + p.Deviation}, p.Folds...) {
			lo, hi = min(lo, float64(v)), max(hi, float64(v))
		}
	}
	y := chart.Axis{Title: t.Metric}
	y.Min, y.Max = roomy(lo, hi, 0.04)
	chosen := t.Path[t.Chosen]
	c := chart.NewChart(chart.New("validation", chart.Width, chart.Height, "Cross-validation",
		fmt.Sprintf("The mean %s of %d folds against the weight decay; the chosen weight decay is %s, with %s.", t.Metric, t.Folds, chart.Number(float64(t.Gamma)), chart.Number(float64(chosen.Mean)))), x, y, 0)
	var mean, low, high []chart.Point
	for _, p := range t.Path {
		gamma, m, d := float64(p.Gamma), float64(p.Mean), float64(p.Deviation)
		mean, low, high = append(mean, c.At(gamma, m)), append(low, c.At(gamma, m-d)), append(high, c.At(gamma, m+d))
	}
	c.Area("between", append(high, reversed(low)...))
	at := c.X.At(float64(t.Gamma))
	c.Line("axis", at, c.Bottom(), at, c.Top())
	c.Curve("curve bound", mean)
	for _, p := range t.Path {
		for _, v := range p.Folds {
			q := c.At(float64(p.Gamma), float64(v))
			c.Circle("dot", q.X, q.Y, 2)
		}
	}
	how := "the best mean"
	if t.OneStandardError {
		how = "the largest γ within a standard error of the best mean"
	}
	return &Figure{c.Drawing, fmt.Sprintf("%s of %d-fold cross-validation against γ: the mean, its spread over the folds (band: one standard deviation), and each fold (points). The upright line is the γ that was chosen, %s.",
		strings.ToUpper(t.Metric[:1])+t.Metric[1:], t.Folds, how)}
}
