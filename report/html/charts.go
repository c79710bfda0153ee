package html

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/report"
)

// figure is a picture with its caption.
type figure struct {
	Picture template.HTML
	Caption string
}

// sample is a moment of the run.
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
		if n := len(out); n > 0 && same(out[n-1].bound, s.bound) && same(out[n-1].network, s.network) && len(out) > 1 && r.Phase != "result" {
			continue
		}
		out = append(out, s)
	}
	return out
}

func same(a, b float64) bool { return a == b || a != a && b != b }

// timeScale is logarithmic where the first steps would be crammed together.
func timeScale(points []sample) scale {
	x := scale{min: 0, max: points[len(points)-1].seconds, start: left, end: right}
	if first := points[0].seconds; x.max > 30*first {
		x.min, x.logarithm = first, true
	}
	return x
}

// convergence draws bound and objective against time.
func convergence(rows []engine.Event) *figure {
	points := samples(rows)
	if len(points) < 2 {
		return nil
	}
	x := timeScale(points)
	y := scale{start: bottom, end: top}
	end := points[len(points)-1]
	most := end.bound
	if !math.IsNaN(end.network) {
		most = 0
		for _, p := range points {
			most = max(most, p.network)
		}
		most = min(most, 2.5*end.network)
	}
	y.max = 1.08 * most
	if !(y.max > 0) {
		y.max = 1
	}
	description := fmt.Sprintf("After %s seconds the certified bound is %s", label(end.seconds), label(end.bound))
	if !math.IsNaN(end.network) {
		description += fmt.Sprintf(" and the network's objective %s; the best possible objective lies between them", label(end.network))
	}
	s := newSVG("convergence", chartWidth, chartHeight, "Certified bound and network objective against time", description+".")
	s.frame(x, y, x.ticks(6), y.ticks(6), timeTitle(x), "objective")
	network := steps(points, x, y, func(p sample) float64 { return p.network })
	bound := steps(points, x, y, func(p sample) float64 { return max(p.bound, 0) })
	if network != nil && bound != nil {
		s.path("between", "M"+join(network)+"L"+join(reversed(bound))+"z")
	}
	if network != nil {
		s.path("curve network", "M"+join(network))
	}
	if bound != nil {
		s.path("curve bound", "M"+join(bound))
	}
	// Direct labels where the curves end, apart from each other.
	if bound != nil {
		by := y.at(max(end.bound, 0)) + 20
		if by > bottom-4 {
			by = y.at(max(end.bound, 0)) - 22
		}
		if network == nil {
			s.text("name bound-text", "end", right-4, y.at(max(end.bound, 0))-8, "certified bound")
		} else {
			s.text("name bound-text", "end", right-4, by, "certified bound")
			s.text("name network-text", "end", right-4, y.at(end.network)-8, "network")
		}
	}
	caption := "Certified lower bound against time. No network of any width lies below it."
	if network != nil {
		caption = "Objective of the best network so far (dashed) and certified lower bound (solid) against time. The best possible objective lies in the shaded band."
	}
	return &figure{s.html(), caption}
}

// gapChart draws the relative gap against time, on a logarithmic scale.
func gapChart(rows []engine.Event) *figure {
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
	for _, p := range points {
		if g := gap(p); g < least {
			least = max(g, floor)
		}
	}
	x := timeScale(points)
	y := scale{min: math.Pow(10, math.Floor(math.Log10(0.99*least))), max: 100, logarithm: true, start: bottom, end: top}
	end := gap(points[len(points)-1])
	s := newSVG("gap", chartWidth, chartHeight, "Gap against time", fmt.Sprintf("The gap between objective and certified bound ends at %s.", report.Percent(end/100)))
	s.frame(x, y, x.ticks(6), y.ticks(7), timeTitle(x), "gap in percent")
	if curve := steps(points, x, y, gap); curve != nil {
		s.path("curve gap", "M"+join(curve))
	}
	return &figure{s.html(), "Gap, (objective − bound)/objective, against time, on a logarithmic scale: the largest fraction by which any network could lower the objective."}
}

func timeTitle(x scale) string {
	if x.logarithm {
		return "seconds (logarithmic)"
	}
	return "seconds"
}

type place struct{ x, y float64 }

// steps is the staircase of values that stay until they change; nil when none
// is known.
func steps(points []sample, x, y scale, value func(sample) float64) []place {
	var out []place
	for _, p := range points {
		v := value(p)
		if math.IsNaN(v) {
			continue
		}
		at := place{x.at(p.seconds), y.at(v)}
		if n := len(out); n > 0 {
			if at.y != out[n-1].y {
				out = append(out, place{at.x, out[n-1].y})
			} else if n > 1 && out[n-2].y == at.y {
				out[n-1] = at
				continue
			}
		}
		out = append(out, at)
	}
	return out
}

func join(places []place) string {
	parts := make([]string, len(places))
	for i, p := range places {
		parts[i] = num(p.x) + " " + num(p.y)
	}
	return strings.Join(parts, "L")
}

func reversed(places []place) []place {
	out := make([]place, len(places))
	for i, p := range places {
		out[len(places)-1-i] = p
	}
	return out
}

// Residuals are a regression's errors on one target.
type Residuals struct {
	Target    string
	Predicted []float64
	True      []float64 // as many
}

// residuals draws prediction − truth against the prediction.
func residuals(r *Residuals) *figure {
	if r == nil || len(r.Predicted) == 0 || len(r.Predicted) != len(r.True) {
		return nil
	}
	x := scale{min: math.Inf(1), max: math.Inf(-1), start: left, end: right}
	reach := 0.0
	for i, p := range r.Predicted {
		x.min, x.max = min(x.min, p), max(x.max, p)
		reach = max(reach, math.Abs(p-r.True[i]))
	}
	room := 0.04 * (x.max - x.min)
	if !(room > 0) {
		room = 1
	}
	x.min, x.max = x.min-room, x.max+room
	if reach == 0 {
		reach = 1
	}
	y := scale{min: -1.08 * reach, max: 1.08 * reach, start: bottom, end: top}
	s := newSVG("residuals", chartWidth, chartHeight, "Residuals of "+r.Target,
		fmt.Sprintf("Prediction less true value against the prediction for %d rows; the largest in size is %s.", len(r.True), label(reach)))
	s.frame(x, y, x.ticks(6), y.ticks(7), "predicted "+r.Target, "predicted − true")
	s.line("axis", left, y.at(0), right, y.at(0))
	every := 1 + (len(r.True)-1)/mostPoints
	for i := 0; i < len(r.True); i += every {
		s.mark(0, x.at(r.Predicted[i]), y.at(r.Predicted[i]-r.True[i]), 2.6)
	}
	return &figure{s.html(), "Residuals of " + r.Target + " on the training rows: prediction less true value against the prediction. A pattern in them is something the network has not learned."}
}

// mostPoints is the number of points beyond which a picture shows every
// second, third, … one.
const mostPoints = 2000
