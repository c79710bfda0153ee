// Package short has the operations on vectors of a few numbers, such as directions in feature space: loops that are compiled into their callers, where a
// call of a kernel of package linalg costs more than they do.
package short

import "math"

// Dot returns the inner product of a and of the entries of b that there are as many of.
func Dot(a, b []float64) float64 {
	b = b[:len(a)]
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

// Axpy adds s·x to y, which has at least the length of x.
func Axpy(s float64, x, y []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += s * v
	}
}

// Norm returns ‖a‖, for numbers whose squares neither overflow nor underflow.
func Norm(a []float64) float64 { return math.Sqrt(Dot(a, a)) }

// IsZero reports whether all entries are zero.
func IsZero(a []float64) bool {
	for _, v := range a {
		if v != 0 {
			return false
		}
	}
	return true
}
