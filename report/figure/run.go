package figure

import (
	"fmt"
	"math"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
)

// sample is a moment of a run.
type sample struct{ seconds, bound, network float64 }

// samples keeps the moments at which the bound or the network changed.
func samples(rows []engine.Event) []sample {
	var out []sample
	for _, r := range rows {
		s := sample{max(r.Elapsed.Seconds(), 1e-3), r.Bound, r.Network}
		if math.IsInf(s.bound, 0) {
			s.bound = math.NaN()
		}
		if math.IsInf(s.network, 0) {
			s.network = math.NaN()
		}
		if n := len(out); n > 1 && same(out[n-1].bound, s.bound) && same(out[n-1].network, s.network) && r.Phase != "result" {
			continue
		}
		out = append(out, s)
	}
	return out
}

func same(a, b float64) bool { return a == b || a != a && b != b }

// lateStart is the part of the time before the first step from which on the axis begins there.
const lateStart = 0.25

// timeAxis is logarithmic where the first steps would be crammed together, and leaves out the time before them where that is long: a
// cross-validation comes first.
func timeAxis(points []sample) chart.Axis {
	a := chart.Axis{Title: "seconds", Max: points[len(points)-1].seconds}
	switch first := points[0].seconds; {
	case a.Max > 30*first:
		a.Title, a.Min, a.Logarithm = "seconds (logarithmic)", first, true
	case first > lateStart*a.Max && first < a.Max:
		a.Min = first
	}
	return a
}

// ends marks the last points of curves, which may be all that there is of one.
func ends(c *chart.Chart, style string, curve []chart.Point) {
	if n := len(curve); n > 0 {
		c.Circle(style, curve[n-1].X, curve[n-1].Y, 3)
	}
}

// Convergence draws the bound and the objective of the network against time.
func Convergence(rows []engine.Event) *Figure {
	points := samples(rows)
	if len(points) < 2 {
		return nil
	}
	end := points[len(points)-1]
	most := end.bound
	if !math.IsNaN(end.network) {
		most = end.network
		for _, p := range points {
			if !math.IsNaN(p.network) {
				most = max(most, p.network)
			}
		}
		most = min(most, 2.5*end.network)
	}
	y := chart.Axis{Title: "objective", Max: 1.08 * most}
	if !(y.Max > 0) {
		y.Max = 1
	}
	description := fmt.Sprintf("After %s seconds the certified bound is %s", chart.Number(end.seconds), report.Below(report.Number(end.bound)))
	if !math.IsNaN(end.network) {
		description += fmt.Sprintf(" and the network's objective %s; the best possible objective lies between them", report.Above(report.Number(end.network)))
	}
	c := chart.NewChart(chart.New("convergence", chart.Width, chart.Height, "Certified bound and network objective against time", description+"."), timeAxis(points), y, 0)
	network := staircase(c, points, func(p sample) float64 { return p.network })
	bound := staircase(c, points, func(p sample) float64 { return max(p.bound, 0) })
	if network != nil && bound != nil {
		c.Area("between", append(append([]chart.Point{}, network...), reversed(between(c, points))...))
	}
	c.Curve("curve network", network)
	c.Curve("curve bound", bound)
	ends(c, "network-end", network)
	ends(c, "bound-end", bound)
	nameEnds(c, end, network != nil, bound != nil)
	caption := "Certified lower bound against time. No network of any width lies below it."
	if network != nil {
		caption = "Objective of the best network so far (dashed) and certified lower bound (solid) against time. The best possible objective lies in the shaded band."
	}
	return &Figure{c.Drawing, caption}
}

// between is the lower side of the band where a network is known: no objective is below 0.
func between(c *chart.Chart, points []sample) []chart.Point {
	return staircase(c, points, func(p sample) float64 {
		switch {
		case math.IsNaN(p.network):
			return math.NaN()
		case math.IsNaN(p.bound):
			return 0
		}
		return max(p.bound, 0)
	})
}

// nameEnds writes the names of the curves where they end, inside the chart and apart from each other.
func nameEnds(c *chart.Chart, end sample, network, bound bool) {
	const line = 20
	x := c.Right() - 4
	above := c.Top() - 1 // the last line that is taken
	if network {
		y := max(c.Y.At(end.network)-8, c.Top()+12)
		c.Text("network-name", "end", x, y, "network")
		above = y
	}
	if bound {
		y := c.Y.At(max(end.bound, 0)) + line
		if y > c.Bottom()-4 {
			y = c.Y.At(max(end.bound, 0)) - 8
		}
		c.Text("bound-name", "end", x, max(y, above+line), "certified bound")
	}
}

// moment is the part of a run below which a course is a moment, and no curve.
const moment = 0.01

// Gap draws the relative gap against time, on a logarithmic scale.
func Gap(rows []engine.Event) *Figure {
	points := samples(rows)
	if len(points) < 2 || math.IsNaN(points[len(points)-1].network) {
		return nil
	}
	gap := func(p sample) float64 {
		if math.IsNaN(p.bound) || math.IsNaN(p.network) {
			return math.NaN()
		}
		return 100 * engine.RelativeGap(p.bound, p.network)
	}
	const floor = 1e-7 // percent
	least := 100.0
	known := points[:0:0] // when there was a gap
	for _, p := range points {
		if g := gap(p); !math.IsNaN(g) {
			least = min(least, max(g, floor))
			known = append(known, p)
		}
	}
	if len(known) < 2 || known[len(known)-1].seconds-known[0].seconds < moment*points[len(points)-1].seconds {
		return nil
	}
	y := chart.Axis{Title: "gap in percent", Min: math.Pow(10, math.Floor(math.Log10(0.99*least))), Max: 100, Logarithm: true}
	end := gap(points[len(points)-1])
	c := chart.NewChart(chart.New("gap", chart.Width, chart.Height, "Gap against time",
		fmt.Sprintf("The gap between objective and certified bound ends at %s.", report.Percent(end/100))), timeAxis(points), y, 0)
	c.Curve("curve", staircase(c, points, gap))
	return &Figure{c.Drawing, "Gap, (objective − bound)/objective, against time, on a logarithmic scale: the largest fraction by which any network could lower the objective."}
}

// staircase draws values that stay until they change; nil when none is known.
func staircase(c *chart.Chart, points []sample, value func(sample) float64) []chart.Point {
	var out []chart.Point
	for _, p := range points {
		v := value(p)
		if math.IsNaN(v) {
			continue
		}
		at := c.At(p.seconds, v)
		if n := len(out); n > 0 {
			if at.Y != out[n-1].Y {
				out = append(out, chart.Point{X: at.X, Y: out[n-1].Y})
			} else if n > 1 && out[n-2].Y == at.Y {
				out[n-1] = at
				continue
			}
		}
		out = append(out, at)
	}
	return out
}

func reversed(points []chart.Point) []chart.Point {
	out := make([]chart.Point, len(points))
	for i, p := range points {
		out[len(points)-1-i] = p
	}
	return out
}
