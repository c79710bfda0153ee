// Package half converts the numbers of 16 bits that files of weights and tables
// hold.  Each of them is exactly a float64.
package half

import "math"

// Float16 returns the value of an IEEE 754 binary16: a sign, 5 bits of exponent
// and 10 of fraction.
func Float16(bits uint16) float64 {
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	var size float64
	switch exponent {
	case 0: // zero and the subnormal numbers, multiples of 2⁻²⁴
		size = math.Ldexp(fraction, -24)
	case 0x1f:
		size = math.Inf(1)
		if fraction != 0 {
			size = math.NaN()
		}
	default:
		size = math.Ldexp(1024+fraction, exponent-25)
	}
	if bits>>15 != 0 {
		return -size
	}
	return size
}

// BFloat16 returns the value of a bfloat16: the upper half of a float32.
func BFloat16(bits uint16) float64 {
	return float64(math.Float32frombits(uint32(bits) << 16))
}

// RoundFloat16 returns the binary16 nearest to x, ties to even, as a float64;
// what is too large becomes infinite.
func RoundFloat16(x float64) float64 {
	const (
		digits  = 11  // of the significand, with the hidden bit
		lowest  = -14 // exponent of the smallest normal number
		largest = 65504
	)
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	exponent := max(math.Ilogb(x), lowest)
	step := exponent - (digits - 1)
	rounded := math.Ldexp(math.RoundToEven(math.Ldexp(x, -step)), step)
	if math.Abs(rounded) > largest {
		return math.Inf(int(math.Copysign(1, x)))
	}
	return rounded
}

// RoundBFloat16 returns the bfloat16 nearest to x, ties to even, as a float64.
func RoundBFloat16(x float64) float64 {
	const digits, lowest = 8, -126
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	step := max(math.Ilogb(x), lowest) - (digits - 1)
	return float64(float32(math.Ldexp(math.RoundToEven(math.Ldexp(x, -step)), step)))
}
