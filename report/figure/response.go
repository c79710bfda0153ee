package figure

import (
	"fmt"
	"math"

	"github.com/relift/relift/explain"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
)

// Response draws the outputs along one feature, with the kinks of the neurons.  The id distinguishes
// several of them on one page.
func Response(id string, r *explain.Response) *Figure {
	if r == nil || len(r.X) == 0 {
		return nil
	}
	shown := min(len(r.Outputs), mostCurves)
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, y := range r.Y {
		for _, v := range y[:shown] {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	y := chart.Axis{Title: "output"}
	if len(r.Outputs) == 1 {
		y.Title = r.Outputs[0]
	}
	y.Min, y.Max = roomy(lo, hi, 0.06)
	x := chart.Axis{Title: r.Axis.Feature, Min: r.Axis.Min, Max: r.Axis.Max, Names: r.Axis.Categories}
	below := 0.0
	if shown > 1 {
		below = chart.LegendHeight(r.Outputs[:shown])
	}
	c := chart.NewChart(chart.New(id, chart.Width, chart.Height+below, "Outputs along "+r.Axis.Feature,
		fmt.Sprintf("The outputs lie between %s and %s; %s along the way.", chart.Number(lo), chart.Number(hi), report.Plural(len(r.Kinks), "neuron switches", "neurons switch"))), x, y, below)
	var entries []chart.Entry
	for k := range shown {
		points := make([]chart.Point, len(r.X))
		for i := range r.X {
			points[i] = c.At(r.X[i], r.Y[i][k])
		}
		draw := func(x, y float64) { c.Line(chart.CurveStyle(k), x-12, y, x+12, y) }
		if r.Axis.Categories == nil {
			c.Curve(chart.CurveStyle(k), points)
		} else {
			for _, p := range points {
				c.Mark(k, p.X, p.Y, 4.5)
			}
			draw = func(x, y float64) { c.Mark(k, x, y, 4.5) }
		}
		entries = append(entries, chart.Entry{Name: r.Outputs[k], Draw: draw})
	}
	for _, k := range r.Kinks {
		at := c.X.At(k.X)
		c.Line(traceStyle(k.Share), at, c.Bottom(), at, c.Bottom()-10)
	}
	if shown > 1 {
		c.Legend(entries)
	}
	return &Figure{c.Drawing, responseCaption(r, shown)}
}

func responseCaption(r *explain.Response, shown int) string {
	text := "Outputs along " + r.Axis.Feature
	if held := r.Sentence(); held != "" {
		text += ", with " + held
	}
	text += "."
	if r.Axis.Categories == nil {
		text += " Ticks above the axis: where a neuron switches; between them the network is linear."
	}
	if n := len(r.Outputs) - shown; n > 0 {
		text += fmt.Sprintf(" The first %d outputs are shown, %d are not.", shown, n)
	}
	return text
}

// traceStyle draws neurons with large shares stronger.
func traceStyle(share float64) string {
	switch {
	case share >= 0.05:
		return "strong"
	case share >= 0.01:
		return "trace"
	}
	return "weak"
}
