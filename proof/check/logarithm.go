package check

import "math"

// logarithm returns bounds on log x for 0 < x < ∞.
//
// x = m·2^e with m in [√½, √2), log m = 2 artanh s = 2(s + s³/3 + s⁵/5 + …) with
// s = (m−1)/(m+1), |s| < 0.1716.  m − 1 is exact; m + 1, the quotient and the sum of the
// series, evaluated from its small end, round fewer than 10 times in effect, each by
// less than ε of the whole; the terms from s²⁵ on are less than 2⁻⁶⁰ of it.
func logarithm(x float64) (low, high float64) {
	m, e := math.Frexp(x) // m in [½, 1)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	s := (m - 1) / (m + 1)
	square := s * s
	sum := 0.0
	for k := 23; k >= 3; k -= 2 {
		sum = (sum + 1/float64(k)) * square
	}
	mantissa := 2 * s * (1 + sum)
	exponent := float64(e) * math.Ln2 // two roundings
	value := exponent + mantissa
	err := 0x1p-48 * (math.Abs(exponent) + math.Abs(mantissa))
	return below(value - err), above(value + err)
}
