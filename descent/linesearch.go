package descent

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/blas"
)

// breakpoint is a place tau along a step where x_iᵀu_j changes sign.
type breakpoint struct {
	i, j int
	tau  float64
	rate float64 // dt/dtau
}

// search looks along (du, dv) from the current point for a point with a lower
// objective, at most the full step away, and moves there.  When the objective
// has its minimum along the step on a convex kink, it stops exactly there and
// puts the kink into the active set.
//
// With polish it also accepts a full step that lowers the gradient while the
// objective, in floating point, cannot tell the difference.
func (s *newton) search(polish bool) bool {
	f0 := s.at.f
	noise := 1e-14 * math.Abs(f0)
	breaks, jump := s.breakpoints()
	slope0 := s.slopeAt(s.at) + jump
	s.move(1, nil)
	f1, slope1 := s.trial.f, s.slopeAt(s.trial)
	if polish && len(breaks) == 0 && f1 <= f0+noise && s.reducedNorm(s.trial) < 0.5*s.reducedNorm(s.at) {
		s.accept()
		return true
	}
	if !(slope0 < 0) {
		return false
	}
	if f1 < f0 && f1 <= f0+1e-4*slope0 && math.Abs(slope1) <= 0.3*math.Abs(slope0) || f1 < f0 && slope1 <= 0 {
		s.accept()
		return true
	}
	// Bisection for the first breakpoint after which the slope is not negative.
	lo, hi := 0, len(breaks)
	left, right := 0.0, 1.0
	for lo < hi {
		mid := (lo + hi) / 2
		first, last := sameTau(breaks, mid)
		before, after := s.slopesAround(breaks[first:last])
		switch {
		case !(after >= 0):
			lo, left = last, breaks[mid].tau
		case before >= 0 || math.IsNaN(before):
			hi, right = first, breaks[mid].tau
		default:
			if s.trial.f < f0+noise {
				return s.land(breaks[first:last])
			}
			hi, right = first, breaks[mid].tau
		}
	}
	// A smooth piece: bisection on the slope.
	for range 60 {
		mid := (left + right) / 2
		s.move(mid, nil)
		slope := s.slopeAt(s.trial)
		if s.trial.f < f0 && math.Abs(slope) <= 0.1*math.Abs(slope0) {
			s.accept()
			return true
		}
		if slope < 0 && s.trial.f <= f0 {
			left = mid
		} else {
			right = mid
		}
		if right-left <= 1e-12*right {
			break
		}
	}
	if s.trial.f < f0 {
		s.accept()
		return true
	}
	return false
}

// breakpoints lists the sign changes for tau in (0, 1], in order, and returns
// what entries that leave t = 0 upwards add to the slope.
func (s *newton) breakpoints() (list []breakpoint, jump float64) {
	rate := s.trial.masked // free at this time
	s.algebra.Gemm(blas.NoTrans, blas.Trans, 1, s.x, s.du.RawMatrix(), 0, rate)
	for j, k := range s.kinks {
		held := map[int]bool{}
		for _, i := range k.rows {
			held[i] = true
		}
		for i := range s.n {
			t, dt := s.at.t.Data[i*s.m+j], rate.Data[i*s.m+j]
			if t == 0 && dt > 0 && !held[i] {
				jump += s.at.s.Data[i*s.m+j] * dt
			}
			if held[i] || t*dt >= 0 || math.Abs(t) > math.Abs(dt) {
				continue
			}
			list = append(list, breakpoint{i: i, j: j, tau: -t / dt, rate: dt})
		}
	}
	sort.SliceStable(list, func(a, b int) bool { return list[a].tau < list[b].tau })
	return list, jump
}

// sameTau returns the run [first, last) of breakpoints that coincide with b[k].
func sameTau(b []breakpoint, k int) (first, last int) {
	first, last = k, k+1
	for first > 0 && b[k].tau-b[first-1].tau <= 1e-13*b[k].tau {
		first--
	}
	for last < len(b) && b[last].tau-b[k].tau <= 1e-13*b[k].tau {
		last++
	}
	return first, last
}

// slopesAround evaluates the trial point on the breakpoints and returns the
// slopes along the step just before and just after them.
func (s *newton) slopesAround(b []breakpoint) (before, after float64) {
	s.move(b[0].tau, b)
	inactive := s.slopeAt(s.trial)
	before, after = inactive, inactive
	for _, k := range b {
		jump := s.trial.s.Data[k.i*s.m+k.j] * k.rate
		if k.rate > 0 {
			after += jump
		} else {
			before += jump
		}
	}
	return before, after
}

// land accepts the trial point, which lies on the breakpoints b, and adds their
// convex kinks to the active set.
func (s *newton) land(b []breakpoint) bool {
	s.accept()
	added := false
	for _, k := range b {
		if s.at.s.Data[k.i*s.m+k.j] > 0 {
			u := s.at.u.RawRowView(k.j)
			if s.kinks[k.j].add(k.i, s.row(k.i), u) {
				s.settle(k.j)
				added = true
			}
		}
	}
	if added {
		s.evaluate(s.at, nil)
	}
	return true
}
