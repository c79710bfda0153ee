package report

import (
	"math"
	"strconv"
)

// direction is the side to which a rounded text may err.
type direction int

const (
	down direction = -1 // never above the number: lower bounds
	near direction = 0
	up   direction = 1 // never below the number: upper bounds
)

// format renders v with at most the given number of significant digits, on the
// side that dir allows, so that a printed bound is a bound.
func format(v float64, digits int, dir direction) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	text := strconv.FormatFloat(v, 'g', digits, 64)
	shown, err := strconv.ParseFloat(text, 64)
	if err != nil || dir == near || float64(dir)*(shown-v) >= 0 {
		return text
	}
	// One unit in the last digit shown puts the text on the other side.
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-float64(digits-1))
	return strconv.FormatFloat(shown+float64(dir)*unit, 'g', digits, 64)
}
