package figure

import (
	"math"

	"github.com/relift/relift/report/chart"
)

// Figure is a picture with its caption.
type Figure struct {
	*chart.Drawing
	Caption string
}

// mostPoints is the number of points beyond which a picture shows every second, third, … one.
const mostPoints = 2000

// mostCurves is the number of curves that can be told apart.
const mostCurves = 8

// span returns the range of the values.
func span(x []float64) (lo, hi float64) {
	if len(x) == 0 {
		return 0, 1
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

// roomy widens a range by a fraction on both sides.
func roomy(lo, hi, fraction float64) (float64, float64) {
	room := fraction * (hi - lo)
	if !(room > 0) {
		room = 1
	}
	return lo - room, hi + room
}
