package check

import "math"

// The arithmetic of this package is float64 with bounds on its errors.  None of the
// bounds depends on the order of a sum or on whether a compiler fuses x*y + z: a
// fused operation rounds less.  Where an error is computed instead of bounded, the
// product is math.FMA on purpose.
const (
	// unit is the unit roundoff of float64.
	unit = 0x1p-53
	// tiny is more than everything that underflow can take from a result: numbers in
	// a file are at most largest in size, no product has more than four of them as
	// factors, and what underflows is less than 2⁻¹⁰⁷⁴ each time.
	tiny = 0x1p-500
	// largest bounds the size of the numbers of a derivation.
	largest = 0x1p100
	// maxLength bounds every dimension, and with it the number of roundings in a sum.
	maxLength = 1 << 22
)

// room is how much larger than here the bounds on rounding errors of another verifier may be (docs/proof-format.md, section 5).
const room = 2

// roundings returns γ_k = kε/(1 − kε), which bounds the relative error of k roundings.
func roundings(k int) float64 {
	e := float64(k) * unit
	return up(e / (1 - e))
}

// up outweighs the roundings of a sum of up to maxLength nonnegative terms, and of
// a few operations more.
func up(x float64) float64 { return x * (1 + 0x1p-29) }

// above and below are the neighbours of a rounded result that enclose the exact one.
func above(x float64) float64 { return math.Nextafter(x, math.Inf(1)) }
func below(x float64) float64 { return math.Nextafter(x, math.Inf(-1)) }

// norm returns an upper bound on ‖v‖, which is 0 only for v = 0.
func norm(v []float64) float64 {
	s, zero := 0.0, true
	for _, x := range v {
		s += x * x
		zero = zero && x == 0
	}
	if zero {
		return 0
	}
	return up(math.Sqrt(s)) + tiny
}

// inner returns aᵀb and a bound on its error.
func inner(a, b []float64) (value, err float64) {
	size := 0.0
	for i, x := range a {
		p := x * b[i]
		value += p
		size += math.Abs(p)
	}
	return value, up(roundings(len(a)+1)*size) + tiny
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// accumulator sums float64s without any error, as one long fixed-point number.
type accumulator struct {
	// limbs[i] counts 2^(32i − 1074); it may exceed 32 bits until carry is called.
	limbs [70]int64
	added int
}

// add adds a finite x.
func (a *accumulator) add(x float64) {
	if x == 0 {
		return
	}
	bits := math.Float64bits(x)
	mantissa := bits & (1<<52 - 1)
	exponent := int(bits >> 52 & 0x7ff)
	if exponent > 0 {
		mantissa |= 1 << 52
		exponent--
	}
	// x = ±mantissa·2^(exponent − 1074)
	at, shift := exponent/32, exponent%32
	parts := [3]int64{int64(mantissa << shift & (1<<32 - 1)), int64(mantissa >> (32 - shift) & (1<<32 - 1)), int64(mantissa >> (64 - shift))}
	for i, p := range parts {
		if bits>>63 == 1 {
			p = -p
		}
		a.limbs[at+i] += p
	}
	if a.added++; a.added == 1<<30 {
		a.carry()
	}
}

// addProduct adds xy; what underflow takes from it is less than tiny.
func (a *accumulator) addProduct(x, y float64) {
	p := x * y
	a.add(p)
	a.add(math.FMA(x, y, -p))
}

// carry brings every limb but the last into [0, 2³²).
func (a *accumulator) carry() {
	a.added = 0
	for i := range len(a.limbs) - 1 {
		high := a.limbs[i] >> 32
		a.limbs[i] -= high << 32
		a.limbs[i+1] += high
	}
}

// isZero reports whether the sum is exactly zero.
func (a *accumulator) isZero() bool {
	a.carry()
	for _, l := range a.limbs {
		if l != 0 {
			return false
		}
	}
	return true
}

// value returns the sum and a bound on its error.  Only the first four limbs that
// are not zero matter to its roundings: the others are smaller than one rounding.
func (a *accumulator) value() (value, err float64) {
	a.carry()
	negative := a.limbs[len(a.limbs)-1] < 0
	copied := *a
	if negative {
		for i := range copied.limbs {
			copied.limbs[i] = -copied.limbs[i]
		}
		copied.carry()
	}
	for i := len(copied.limbs) - 1; i >= 0; i-- {
		value += math.Ldexp(float64(copied.limbs[i]), 32*i-1074)
	}
	err = value * 0x1p-50
	if negative {
		value = -value
	}
	return value, err
}
