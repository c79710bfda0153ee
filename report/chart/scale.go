package chart

import (
	"math"
	"strconv"
	"strings"
)

// Axis is a side of a chart: what it shows, from where to where.
type Axis struct {
	Title     string
	Min, Max  float64
	Logarithm bool
	// Names are categories: the k-th is at k.  Nil: numbers.
	Names []string
}

// Scale maps the numbers of an axis to places in the drawing.
type Scale struct {
	Axis
	start, end float64
}

// At returns the place of v, inside the chart.
func (s Scale) At(v float64) float64 {
	lo, hi := s.Min, s.Max
	if s.Logarithm {
		v, lo, hi = math.Log10(max(v, lo)), math.Log10(lo), math.Log10(hi)
	}
	t := 0.5
	if hi > lo {
		t = min(max((v-lo)/(hi-lo), 0), 1)
	}
	return s.start + t*(s.end-s.start)
}

// tick is a labelled place of an axis.
type tick struct {
	value float64
	label string
}

// ticks returns round numbers on the axis, about as many as most, and the power of ten that their labels are multiples of.
func (a Axis) ticks(most int) (ticks []tick, power int) {
	if a.Names != nil {
		every := 1 + (len(a.Names)-1)/max(most, 1)
		for k := 0; k < len(a.Names); k += every {
			ticks = append(ticks, tick{float64(k), a.Names[k]})
		}
		return ticks, 0
	}
	var values []float64
	if a.Logarithm {
		values = decades(a.Min, a.Max, most)
		for _, v := range values {
			ticks = append(ticks, tick{v, Number(v)})
		}
		return ticks, 0
	}
	values = steps(a.Min, a.Max, most)
	if power = common(values); power != 0 {
		for i, v := range values {
			ticks = append(ticks, tick{values[i], plain(v / math.Pow10(power))})
		}
		return ticks, power
	}
	for _, v := range values {
		ticks = append(ticks, tick{v, plain(v)})
	}
	return ticks, 0
}

// steps returns multiples of 1, 2 or 5 times a power of ten.
func steps(lo, hi float64, most int) []float64 {
	if !(hi > lo) {
		return []float64{lo}
	}
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(most))))
	for _, factor := range []float64{1, 2, 5, 10} {
		if (hi-lo)/(step*factor) <= float64(most) {
			step *= factor
			break
		}
	}
	var out []float64
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi+1e-9*step; i++ {
		out = append(out, i*step)
	}
	return out
}

// decades returns powers of ten, or of few decades also 2 and 5 times them.
func decades(lo, hi float64, most int) []float64 {
	first, last := int(math.Ceil(math.Log10(lo)-1e-9)), int(math.Floor(math.Log10(hi)+1e-9))
	var out []float64
	for e := first; e <= last; e += 1 + (last-first)/most {
		out = append(out, math.Pow(10, float64(e)))
	}
	if len(out) > 2 {
		return out
	}
	out = nil
	for e := first - 1; e <= last; e++ {
		for _, factor := range []float64{1, 2, 5} {
			if v := factor * math.Pow(10, float64(e)); v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
				out = append(out, v)
			}
		}
	}
	if len(out) == 0 {
		out = []float64{lo}
	}
	return out
}

// common returns the power of ten, a multiple of three, that labels are shorter without; 0 where they are short.
func common(values []float64) int {
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 || largest < 1e5 && largest >= 1e-2 {
		return 0
	}
	return 3 * int(math.Floor(math.Log10(largest)/3))
}

// plain renders a tick without an exponent.
func plain(v float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	if err != nil {
		return "–"
	}
	return strings.Replace(strconv.FormatFloat(rounded+0, 'f', -1, 64), "-", "−", 1)
}

// Number renders a number with at most four digits, and large and small ones with a power of ten.
func Number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	if m := math.Abs(v); m == 0 || m >= 1e-3 && m < 1e6 {
		return plain(v)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 3, 64), "e")
	e, err := strconv.Atoi(exponent)
	if err != nil {
		return "–"
	}
	mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	if mantissa == "1" {
		return Power(e)
	}
	return strings.Replace(mantissa, "-", "−", 1) + "·" + Power(e)
}

// Power is a power of ten.
func Power(e int) string {
	return "10" + strings.Map(func(r rune) rune {
		if r == '-' {
			return '⁻'
		}
		return []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0']
	}, strconv.Itoa(e))
}
