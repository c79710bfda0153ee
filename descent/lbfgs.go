package descent

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// lbfgsMemory is the most curvature pairs kept; fewer where they would take more than lbfgsNumbers, down to lbfgsLeast.
const (
	lbfgsMemory  = 20
	lbfgsLeast   = 5
	lbfgsNumbers = 8_000_000
)

// lbfgs minimises f by limited-memory BFGS with a weak Wolfe line search by
// bisection (Lewis and Overton 2013, algorithm 2.6).  Unlike searches for the
// strong Wolfe conditions it ends on functions with kinks, and it treats
// objectives that are not finite as too long a step.
type lbfgs struct {
	f       func(x, grad []float64) float64
	stop    func() bool
	inverse []float64 // diagonal of the initial inverse Hessian, positive
	limit   int       // curvature pairs that there is room for
	pairs   int       // curvature pairs in use
	next    int       // slot of the next pair
	s, y    [lbfgsMemory][]float64
	rho     [lbfgsMemory]float64
	x, g    []float64 // current point and gradient
	fx      float64
	dir     []float64
	xt, gt  []float64 // trial point and gradient
	coeff   [lbfgsMemory]float64
}

func newLBFGS(f func(x, grad []float64) float64, stop func() bool, x, inverse []float64) *lbfgs {
	n := len(x)
	limit := min(max(lbfgsNumbers/(2*max(n, 1)), lbfgsLeast), lbfgsMemory)
	buf := make([]float64, (2*limit+5)*n)
	take := func() []float64 {
		s := buf[:n:n]
		buf = buf[n:]
		return s
	}
	l := &lbfgs{f: f, stop: stop, inverse: inverse, limit: limit}
	for i := range limit {
		l.s[i], l.y[i] = take(), take()
	}
	l.x, l.g, l.dir, l.xt, l.gt = take(), take(), take(), take(), take()
	copy(l.x, x)
	l.fx = f(l.x, l.g)
	return l
}

// run makes at most limit iterations and returns how many it made.  It ends
// early when the gradient vanishes to tol (in the metric of the initial inverse
// Hessian, relative to the objective), when the objective stalls, or when stop
// says so.
func (l *lbfgs) run(limit int, tol float64) int {
	stalled := 0
	for it := range limit {
		if l.stop() {
			return it
		}
		slope := l.direction()
		if !(-slope > tol*math.Abs(l.fx)) {
			if l.pairs == 0 {
				return it
			}
			l.pairs = 0
			if slope = l.direction(); !(-slope > tol*math.Abs(l.fx)) {
				return it
			}
		}
		before := l.fx
		if !l.search(slope) {
			if l.pairs == 0 {
				return it
			}
			l.pairs = 0
			continue
		}
		if before-l.fx <= 1e-14*math.Abs(before) {
			if stalled++; stalled >= 5 {
				return it + 1
			}
		} else {
			stalled = 0
		}
	}
	return limit
}

// direction sets dir to −H∇F by the two-loop recursion and returns the slope.
func (l *lbfgs) direction() float64 {
	copy(l.dir, l.g)
	newest := func(k int) int { return (l.next - 1 - k + 2*l.limit) % l.limit }
	for k := range l.pairs {
		i := newest(k)
		l.coeff[i] = l.rho[i] * floats.Dot(l.s[i], l.dir)
		floats.AddScaled(l.dir, -l.coeff[i], l.y[i])
	}
	scale := 1.0
	if l.pairs > 0 {
		i := newest(0)
		yhy := 0.0
		for k, v := range l.y[i] {
			yhy += v * v * l.inverse[k]
		}
		scale = 1 / (l.rho[i] * yhy)
	}
	for k, v := range l.inverse {
		l.dir[k] *= v * scale
	}
	for k := l.pairs - 1; k >= 0; k-- {
		i := newest(k)
		beta := l.rho[i] * floats.Dot(l.y[i], l.dir)
		floats.AddScaled(l.dir, l.coeff[i]-beta, l.s[i])
	}
	floats.Scale(-1, l.dir)
	return floats.Dot(l.g, l.dir)
}

// search moves along dir to a point that satisfies the weak Wolfe conditions
// and stores the curvature pair.  It reports whether the point moved.
func (l *lbfgs) search(slope float64) bool {
	const decrease, curvature = 1e-4, 0.9
	lo, hi, t := 0.0, math.Inf(1), 1.0
	best, bestT := l.fx, 0.0
	ok := false
	for range 60 {
		floats.AddScaledTo(l.xt, l.x, t, l.dir)
		ft := l.f(l.xt, l.gt)
		if math.IsInf(ft, 1) && l.stop() {
			break // it did not finish
		}
		if ft < best {
			best, bestT = ft, t
		}
		if !(ft <= l.fx+decrease*t*slope) {
			hi = t
		} else if !(floats.Dot(l.gt, l.dir) >= curvature*slope) {
			lo = t
		} else {
			ok = true
			bestT, best = t, ft
			break
		}
		if math.IsInf(hi, 1) {
			t *= 2
		} else {
			t = (lo + hi) / 2
		}
	}
	if !ok {
		if bestT == 0 {
			return false
		}
		floats.AddScaledTo(l.xt, l.x, bestT, l.dir)
		if best = l.f(l.xt, l.gt); !(best <= l.fx) {
			return false // it did not finish
		}
	}
	s, y := l.s[l.next], l.y[l.next]
	floats.SubTo(s, l.xt, l.x)
	floats.SubTo(y, l.gt, l.g)
	if sy := floats.Dot(s, y); sy > 1e-16*floats.Norm(s, 2)*floats.Norm(y, 2) && sy > 0 {
		l.rho[l.next] = 1 / sy
		l.next = (l.next + 1) % l.limit
		l.pairs = min(l.pairs+1, l.limit)
	}
	l.x, l.xt = l.xt, l.x
	l.g, l.gt = l.gt, l.g
	l.fx = best
	return true
}
