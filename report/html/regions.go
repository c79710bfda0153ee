package html

import (
	"fmt"
	"math"
	"strings"

	"github.com/relift/relift/explain"
	"github.com/relift/relift/table/recipe"
)

// levels is the number of colours of a regression's values.
const levels = 12

// decisionRegions draws a slice.
func decisionRegions(sl *explain.Slice) *figure {
	if sl == nil {
		return nil
	}
	classification := sl.Task == recipe.TaskClassification
	const size = 400.0
	legend := 22.0 * math.Ceil(float64(min(len(sl.Outputs), 12))/3)
	if !classification {
		legend = 40
	}
	x := scale{min: sl.Axes[0].Min, max: sl.Axes[0].Max, start: left, end: right}
	y := scale{min: sl.Axes[1].Min, max: sl.Axes[1].Max, start: size - 56, end: top}
	title := fmt.Sprintf("Decision regions along %s and %s", sl.Axes[0].Feature, sl.Axes[1].Feature)
	if !classification {
		title = fmt.Sprintf("Predicted %s along %s and %s", sl.Outputs[0], sl.Axes[0].Feature, sl.Axes[1].Feature)
	}
	s := newSVG("regions", chartWidth, size+legend, title, describeRegions(sl))
	lo, hi := span(sl.Value)
	if classification {
		for k := range min(8, len(sl.Outputs)) {
			s.cells(sl, x, y, fmt.Sprintf("region c%d", k), func(cell int) bool { return sl.Class[cell]%8 == k })
		}
	} else {
		for k := range levels {
			s.cells(sl, x, y, fmt.Sprintf("r%d", k), func(cell int) bool { return level(sl.Value[cell], lo, hi) == k })
		}
	}
	s.frame(x, y, axisTicks(sl.Axes[0], x), axisTicks(sl.Axes[1], y), sl.Axes[0].Feature, sl.Axes[1].Feature)
	for _, t := range sl.Traces {
		s.line(traceClass(t.Share), x.at(t.X0), y.at(t.Y0), x.at(t.X1), y.at(t.Y1))
	}
	every := 1 + (len(sl.Points)-1)/mostPoints
	for i := 0; i < len(sl.Points); i += every {
		p := sl.Points[i]
		switch {
		case p.Class >= 0:
			s.mark(p.Class, x.at(p.X), y.at(p.Y), 3)
		case !math.IsNaN(p.Value):
			fmt.Fprintf(&s.b, `<circle class="mark r%d" cx="%s" cy="%s" r="3"/>`, level(p.Value, lo, hi), num(x.at(p.X)), num(y.at(p.Y)))
		}
	}
	if classification {
		s.classLegend(sl.Outputs, size+4)
	} else {
		s.rampLegend(lo, hi, size)
	}
	return &figure{s.html(), regionsCaption(sl)}
}

// cells fills the cells of a kind as one path of horizontal runs.
func (s *svg) cells(sl *explain.Slice, x, y scale, class string, is func(cell int) bool) {
	var d strings.Builder
	edgeX := func(i int) float64 { return x.start + (x.end-x.start)*float64(i)/float64(sl.Columns) }
	edgeY := func(i int) float64 { return y.start + (y.end-y.start)*float64(i)/float64(sl.Rows) }
	for row := range sl.Rows {
		for from := 0; from < sl.Columns; from++ {
			if !is(row*sl.Columns + from) {
				continue
			}
			to := from
			for to < sl.Columns && is(row*sl.Columns+to) {
				to++
			}
			fmt.Fprintf(&d, "M%s %sH%sV%sH%sz", num(edgeX(from)), num(edgeY(row)), num(edgeX(to)), num(edgeY(row+1)), num(edgeX(from)))
			from = to
		}
	}
	if d.Len() > 0 {
		s.path(class, d.String())
	}
}

func axisTicks(a explain.Axis, s scale) []tick {
	if a.Categories == nil {
		return s.ticks(6)
	}
	var out []tick
	every := 1 + (len(a.Categories)-1)/10
	for i := 0; i < len(a.Categories); i += every {
		out = append(out, tick{float64(i), a.Categories[i]})
	}
	return out
}

// traceClass draws large shares stronger.
func traceClass(share float64) string {
	switch {
	case share >= 0.05:
		return "trace strong"
	case share >= 0.01:
		return "trace"
	}
	return "trace weak"
}

// classLegend names markers and colours, three to a line.
func (s *svg) classLegend(names []string, y float64) {
	const most = 12
	for k, name := range names {
		if k == most {
			return
		}
		x := left + float64(k%3)*130
		at := y + 22*float64(k/3)
		if k == most-1 && len(names) > most {
			s.text("tick", "start", x, at+4, fmt.Sprintf("and %d more", len(names)-k))
			return
		}
		s.mark(k, x+6, at, 4.5)
		s.text("tick", "start", x+16, at+4, clip(name, 16))
	}
}

// rampLegend shows which colour is which value.
func (s *svg) rampLegend(lo, hi, y float64) {
	width := (right - left) / levels
	for k := range levels {
		s.rect(fmt.Sprintf("r%d", k), left+width*float64(k), y, width+0.3, 12)
	}
	s.text("tick", "start", left, y+27, label(lo))
	s.text("tick", "end", right, y+27, label(hi))
}

func level(v, lo, hi float64) int {
	if !(hi > lo) {
		return levels / 2
	}
	return min(max(int(levels*(v-lo)/(hi-lo)), 0), levels-1)
}

func span(x []float64) (lo, hi float64) {
	if len(x) == 0 {
		return 0, 1
	}
	lo, hi = x[0], x[0]
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

// describeRegions says how much of the plane each class takes.
func describeRegions(sl *explain.Slice) string {
	if sl.Task != recipe.TaskClassification {
		lo, hi := span(sl.Value)
		return fmt.Sprintf("Predictions between %s and %s.", label(lo), label(hi))
	}
	counts := make([]int, len(sl.Outputs))
	for _, k := range sl.Class {
		counts[k]++
	}
	var parts []string
	for k, name := range sl.Outputs {
		parts = append(parts, fmt.Sprintf("%s %.0f %%", name, 100*float64(counts[k])/float64(len(sl.Class))))
	}
	return "Parts of the plane by predicted class: " + strings.Join(parts, ", ") + "."
}

func regionsCaption(sl *explain.Slice) string {
	what := "Predicted class"
	if sl.Task != recipe.TaskClassification {
		what = "Prediction of " + sl.Outputs[0]
	}
	text := fmt.Sprintf("%s along %s and %s, the two most influential features", what, sl.Axes[0].Feature, sl.Axes[1].Feature)
	if held := sl.Sentence(); held != "" {
		text += ", with " + held
	}
	text += ". Lines: where a neuron switches"
	if sl.Hidden > 0 {
		text += fmt.Sprintf(" (%d with smaller shares left out)", sl.Hidden)
	}
	text += "."
	if len(sl.Points) > 0 {
		text += " Points: the training rows"
		if len(sl.Fixed) > 0 {
			text += ", whose other features differ, so that a point may lie outside its region"
		}
		text += "."
	}
	return text
}
