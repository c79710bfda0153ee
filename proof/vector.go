package proof

import "math"

// inner returns aᵀb.
func inner(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// norm2 returns ‖a‖.
func norm2(a []float64) float64 { return math.Sqrt(inner(a, a)) }
