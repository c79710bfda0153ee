package html

import (
	"math"
	"strconv"
)

// scale maps numbers to a side of a chart.
type scale struct {
	min, max   float64
	logarithm  bool
	start, end float64 // in the drawing
}

// at returns the place of v in the drawing, inside the chart.
func (s scale) at(v float64) float64 {
	lo, hi := s.min, s.max
	if s.logarithm {
		v, lo, hi = math.Log10(max(v, lo)), math.Log10(lo), math.Log10(hi)
	}
	t := 0.5
	if hi > lo {
		t = min(max((v-lo)/(hi-lo), 0), 1)
	}
	return s.start + t*(s.end-s.start)
}

// tick is a labelled place.
type tick struct {
	value float64
	label string
}

// ticks returns round numbers on the scale.
func (s scale) ticks(most int) []tick {
	var out []tick
	if s.logarithm {
		lo, hi := int(math.Ceil(math.Log10(s.min)-1e-9)), int(math.Floor(math.Log10(s.max)+1e-9))
		step := 1 + (hi-lo)/most
		for e := lo; e <= hi; e += step {
			v := math.Pow(10, float64(e))
			out = append(out, tick{v, label(v)})
		}
		if len(out) > 2 {
			return out
		}
		out = nil
		for e := lo - 1; e <= hi; e++ {
			for _, factor := range []float64{1, 2, 5} {
				if v := factor * math.Pow(10, float64(e)); v >= s.min*(1-1e-9) && v <= s.max*(1+1e-9) {
					out = append(out, tick{v, label(v)})
				}
			}
		}
		if len(out) == 0 {
			out = []tick{{s.min, label(s.min)}}
		}
		return out
	}
	if !(s.max > s.min) {
		return []tick{{s.min, label(s.min)}}
	}
	step := math.Pow(10, math.Floor(math.Log10((s.max-s.min)/float64(most))))
	for _, factor := range []float64{1, 2, 5, 10} {
		if (s.max-s.min)/(step*factor) <= float64(most) {
			step *= factor
			break
		}
	}
	for i := math.Ceil(s.min/step - 1e-9); i*step <= s.max+1e-9*step; i++ {
		out = append(out, tick{i * step, label(i * step)})
	}
	return out
}

// label renders a tick or a number of a caption with at most four digits.
func label(v float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	if err != nil {
		return "–"
	}
	form := byte('f')
	if m := math.Abs(rounded); m != 0 && (m < 1e-3 || m >= 1e5) {
		form = 'g'
	}
	return strconv.FormatFloat(rounded+0, form, -1, 64)
}

// The drawing size of charts, and where the chart lies in it.
const (
	chartWidth, chartHeight = 460.0, 330.0
	left, right             = 58.0, 446.0
	top, bottom             = 14.0, 284.0
)

// frame draws grid, tick labels and axis titles.
func (s *svg) frame(x, y scale, xTicks, yTicks []tick, xTitle, yTitle string) {
	for _, t := range xTicks {
		s.line("grid", x.at(t.value), y.start, x.at(t.value), y.end)
		s.text("tick", "middle", x.at(t.value), y.start+17, clip(t.label, 12))
	}
	for _, t := range yTicks {
		s.line("grid", x.start, y.at(t.value), x.end, y.at(t.value))
		s.text("tick", "end", x.start-6, y.at(t.value)+4, clip(t.label, 7))
	}
	s.line("axis", x.start, y.start, x.end, y.start)
	s.line("axis", x.start, y.start, x.start, y.end)
	s.text("label", "middle", (x.start+x.end)/2, y.start+37, clip(xTitle, 46))
	s.upright(13, (y.start+y.end)/2, clip(yTitle, 36))
}
