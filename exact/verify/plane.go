package verify

import (
	"context"
	"math"
	"sort"
)

// plane returns an upper bound on max ‖Wᵀ(Xu)₊‖ over unit u in the plane.
//
// The directions perpendicular to rows, in the order of their angles, cut the
// circle into arcs on which Wᵀ(Xu)₊ = Lu.  L is summed up afresh for each arc
// from the signs at its middle; a row that is misjudged there, or whose
// breakpoint is off, lies within a few ε of zero on the whole part of the arc
// that matters, which the last line accounts for.  Underflow in a row's direction
// does as well: such a row is tiny.  What underflow takes from squares of entries of L
// matters only where all of them are below 2⁻⁵¹⁰, and L below the root of maxSize
// times that: less than a rounding of leastH.  The result is of no use when ctx ends.
func (p *problem) plane(ctx context.Context) float64 {
	angles := make([]float64, 0, 2*p.n)
	for i := range p.n {
		x := p.row(i)
		angles = append(angles, math.Atan2(-x[0], x[1]), math.Atan2(x[0], -x[1]))
	}
	sort.Float64s(angles)
	h := 0.0
	l := make([]float64, 2*p.c)
	for k, from := range angles {
		if ctx.Err() != nil {
			return math.NaN()
		}
		to := angles[0] + 2*math.Pi
		if k+1 < len(angles) {
			to = angles[k+1]
		}
		mid := (from + to) / 2
		cos, sin := math.Cos(mid), math.Sin(mid)
		for i := range l {
			l[i] = 0
		}
		for i := range p.n {
			if x := p.row(i); x[0]*cos+x[1]*sin > 0 {
				for j, v := range p.weight(i) {
					l[2*j] += v * x[0]
					l[2*j+1] += v * x[1]
				}
			}
		}
		h = max(h, overArc(l, from, to))
	}
	return h + 8*float64(p.terms+p.c+40)*epsilon*p.sum() + leastH*epsilon
}

// overArc returns max ‖Lu(θ)‖ over from ≤ θ ≤ to, an arc of at most π, up to
// rounding: the largest singular value when its direction lies in the arc (or
// nearly so, which only makes the result larger), else the larger of the ends.
func overArc(l []float64, from, to float64) float64 {
	at := func(theta float64) float64 {
		cos, sin := math.Cos(theta), math.Sin(theta)
		s := 0.0
		for j := 0; j < len(l); j += 2 {
			v := l[j]*cos + l[j+1]*sin
			s += v * v
		}
		return math.Sqrt(s)
	}
	var a, b, d float64
	for j := 0; j < len(l); j += 2 {
		a += l[j] * l[j]
		b += l[j] * l[j+1]
		d += l[j+1] * l[j+1]
	}
	best := max(at(from), at(to))
	peak := math.Atan2(2*b, a-d) / 2
	turns := math.Ceil((from - 1e-9 - peak) / math.Pi)
	if peak+turns*math.Pi <= to+1e-9 {
		best = max(best, at(peak))
	}
	return best
}
