package exact

import (
	"math"
	"slices"

	"github.com/relift/relift/internal/short"
)

// peak is a direction where ‖Wᵀ(Xu)₊‖ has a local maximum over the unit sphere.
type peak struct {
	u     []float64
	value float64
}

// machineEpsilon is the unit roundoff 2⁻⁵³ of float64.
const machineEpsilon = 0x1p-53

// sweep is the oracle for d ≤ 2.
func (in *instance) sweep(w []float64) (float64, []peak) {
	if in.d == 1 {
		return in.sweepLine(w)
	}
	return in.sweepPlane(w)
}

// sweepLine is the oracle for d = 1, where the sphere is {−1, 1}: it returns an
// upper bound on h(W) and the two points.
func (in *instance) sweepLine(w []float64) (float64, []peak) {
	f := make([]float64, in.c)
	peaks := []peak{{u: []float64{1}}, {u: []float64{-1}}}
	h := 0.0
	for i := range peaks {
		peaks[i].value = in.value(w, peaks[i].u, f)
		h = max(h, peaks[i].value)
	}
	return h + in.sweepError(w), peaks
}

// sweepError bounds the rounding error of a sweep: the computed value of
// Wᵀ(Xu)₊ at any unit u differs by less than 16(n+c+64)ε Σ‖w_i‖‖x_i‖ from the
// exact one, and taking a row whose angle lies within a few ε of its
// breakpoint on the wrong side costs at most that angle times ‖w_i‖‖x_i‖.
func (in *instance) sweepError(w []float64) float64 {
	sum := 0.0
	for i := range in.n {
		sum += short.Norm(in.row(i)) * short.Norm(w[i*in.c:(i+1)*in.c])
	}
	return 16 * float64(in.n+in.c+64) * machineEpsilon * sum
}

// event is an angle at which a row's activation starts or ends.
type event struct {
	angle float64
	row   int
	u     [2]float64 // the unit direction perpendicular to the row
	on    bool
}

// sweepPlane is the oracle for d = 2.  Between two consecutive angles
// perpendicular to a row, ‖Wᵀ(Xu)₊‖² = uᵀLᵀLu for a fixed c×2 matrix L, which
// is mean + radius·cos(2θ − ψ): its maximum over the interval is ψ/2 (mod π) or
// an end.  It returns an upper bound on h(W), rounding included, and the local
// maxima.
func (in *instance) sweepPlane(w []float64) (float64, []peak) {
	n, c := in.n, in.c
	events := make([]event, 0, 2*n)
	active := make([]bool, n)
	for i := range n {
		x := in.row(i)
		size := math.Hypot(x[0], x[1])
		for _, s := range []float64{1, -1} {
			// the row is active on the open half turn after (x₂, −x₁)
			u := [2]float64{s * x[1] / size, -s * x[0] / size}
			events = append(events, event{angle: math.Atan2(u[1], u[0]), row: i, u: u, on: s > 0})
		}
	}
	slices.SortStableFunc(events, func(a, b event) int {
		switch {
		case a.angle < b.angle:
			return -1
		case a.angle > b.angle:
			return 1
		default:
			return a.row - b.row
		}
	})
	// Just before the first event a row is active when its next event switches it off.
	seen := make([]bool, n)
	for _, e := range events {
		if !seen[e.row] {
			seen[e.row] = true
			active[e.row] = !e.on
		}
	}
	l := make([]float64, 2*c) // c×2
	refresh := func() {
		clear(l)
		for i := range n {
			if active[i] {
				x, wi := in.row(i), w[i*c:(i+1)*c]
				for k, v := range wi {
					l[2*k] += v * x[0]
					l[2*k+1] += v * x[1]
				}
			}
		}
	}
	best := make([]peak, len(events)) // the maximum over [event k, event k+1]
	h := 0.0
	for k, e := range events {
		active[e.row] = e.on
		if k%32 == 0 {
			refresh()
		} else {
			x, wi := in.row(e.row), w[e.row*c:(e.row+1)*c]
			s := -1.0
			if e.on {
				s = 1
			}
			for j, v := range wi {
				l[2*j] += s * v * x[0]
				l[2*j+1] += s * v * x[1]
			}
		}
		next := events[(k+1)%len(events)]
		end := next.angle
		if k+1 == len(events) {
			end += 2 * math.Pi
		}
		best[k] = arcMaximum(l, e.angle, end, e.u, next.u)
		h = max(h, best[k].value)
	}
	var peaks []peak
	for k, p := range best {
		before, after := best[(k+len(best)-1)%len(best)].value, best[(k+1)%len(best)].value
		if p.value >= before*(1-1e-13) && p.value >= after*(1-1e-13) {
			peaks = append(peaks, p)
		}
	}
	return h + in.sweepError(w), peaks
}

// arcMaximum maximises ‖Lu‖ over u = (cos θ, sin θ), from ≤ θ ≤ to; the ends'
// directions are given exactly as the breakpoints define them.
func arcMaximum(l []float64, from, to float64, first, last [2]float64) peak {
	length := func(x, y float64) float64 {
		s := 0.0
		for k := 0; k < len(l); k += 2 {
			v := l[k]*x + l[k+1]*y
			s += v * v
		}
		return math.Sqrt(s)
	}
	best := peak{u: []float64{first[0], first[1]}, value: length(first[0], first[1])}
	if v := length(last[0], last[1]); v > best.value {
		best = peak{u: []float64{last[0], last[1]}, value: v}
	}
	var m11, m12, m22 float64
	for k := 0; k < len(l); k += 2 {
		m11 += l[k] * l[k]
		m12 += l[k] * l[k+1]
		m22 += l[k+1] * l[k+1]
	}
	theta := math.Atan2(2*m12, m11-m22) / 2
	for theta < from {
		theta += math.Pi
	}
	for theta-math.Pi >= from {
		theta -= math.Pi
	}
	if theta <= to {
		x, y := math.Cos(theta), math.Sin(theta)
		if v := length(x, y); v > best.value {
			best = peak{u: []float64{x, y}, value: v}
		}
	}
	return best
}
