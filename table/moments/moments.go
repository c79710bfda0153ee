// Package moments has the mean and the deviation of a column, and its values in units of them.
//
// They have the same bits on every machine: whoever checks a certificate makes X of the table again and compares every
// number.  Moments are taken of values that a power of two has brought to order one, so that neither sums nor squares
// over- or underflow, whatever the unit of a column is; where nothing would have, the results are the same bit for bit.
package moments

import (
	"math"
	"slices"
)

// normaliser returns the power of two 2^e, as e, that brings the largest
// magnitude of the values into [½, 1); 0 where magnitudes are ordinary.
func normaliser(values []float64) int {
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 || largest > 0x1p-400 && largest < 0x1p400 {
		return 0
	}
	_, e := math.Frexp(largest)
	return -e
}

// bring returns v·2^e.
func bring(v float64, e int) float64 {
	if e == 0 {
		return v
	}
	return math.Ldexp(v, e)
}

// Mean returns the mean of finite values.
func Mean(values []float64) float64 {
	e := normaliser(values)
	sum := 0.0
	for _, v := range values {
		sum += bring(v, e)
	}
	return bring(sum/float64(len(values)), -e)
}

// Deviation returns the population standard deviation, and whether the
// values are constant up to the rounding error of their mean (the rule of
// scikit-learn: variance ≤ (n·ε·mean)²).
func Deviation(values []float64, mean float64) (deviation float64, constant bool) {
	if slices.Min(values) == slices.Max(values) {
		return 0, true
	}
	e := normaliser(values)
	mean = bring(mean, e)
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(bring(v, e)-mean))
	}
	if largest == 0 {
		return 0, true
	}
	sum := 0.0
	for _, v := range values {
		q := (bring(v, e) - mean) / largest
		sum += float64(q * q) // rounded before it is added: processors with a fused operation would not
	}
	n := float64(len(values))
	deviation = largest * math.Sqrt(sum/n)
	const epsilon = 0x1p-52
	constant = deviation <= n*epsilon*math.Abs(mean)
	// A deviation below the smallest double is that one, not zero.
	return max(bring(deviation, -e), math.SmallestNonzeroFloat64), constant
}

// Standardise returns (v − mean)/deviation also where the difference, but not
// the quotient, exceeds the largest double.
func Standardise(v, mean, deviation float64) float64 {
	difference := v - mean
	if !math.IsInf(difference, 0) {
		return difference / deviation
	}
	return (v/2 - mean/2) / (deviation / 2)
}
