package verify

import "math"

// The numbers of a certificate are taken in units in which the largest entry of X,
// of W and of the frame is between ½ and 1: X = 2ᵃX', W = 2ᵇW'.  Then
// ‖Wᵀ(Xu)₊‖ = 2ᵃ⁺ᵇ‖W'ᵀ(X'u)₊‖, and the cones of a frame are those of any multiple of
// it.

// tiny bounds what underflow costs a sum, in these units.
//
// Every factor is at most 2 in size there.  A product loses at most 2⁻¹⁰⁷⁵ to
// underflow, and so does a number when its unit is changed.  Every quantity whose
// error is bounded is a sum of at most maxSize² such products, times 16 dimensions and
// 500 levels of a tree: 2⁴⁴·2¹³·2⁻¹⁰⁷⁴ < 2⁻¹⁰⁰⁰.
const tiny = 0x1p-1000

// leastH is the smallest bound on ‖Wᵀ(X̃z)₊‖/‖z‖, in these units, that is compared with
// what was computed in more than one dimension.  There the squares of lengths are
// compared, and what underflow takes from squares is far less than their roundings
// only above.  A row of X that is huge, and with which W has nothing to do, puts the
// products of all others below.
const leastH = 0x1p-400

// maxSize is the largest number of rows, columns and outputs for which the error
// bounds are derived.
const maxSize = 1 << 22

// exponent returns the least e with |v_i| < 2ᵉ, 0 if all are zero.
func exponent(largest float64) int {
	if largest == 0 {
		return 0
	}
	_, e := math.Frexp(largest)
	return e
}

// largest returns max |v_i|.
func largest(v []float64) float64 {
	m := 0.0
	for _, x := range v {
		m = max(m, math.Abs(x))
	}
	return m
}

// shifted returns 2ᵉv.  Each number is exact, or below 2⁻¹⁰²² and within 2⁻¹⁰⁷⁵.
func shifted(v []float64, e int) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = math.Ldexp(x, e)
	}
	return out
}

// lowered returns 2ᵉh, or a smaller number where that is not a normal one or is
// huge: to prove a smaller H is to prove more.
func lowered(h float64, e int) float64 {
	v := math.Ldexp(h, e)
	if v < 0x1p-1000 {
		return 0
	}
	return min(v, 0x1p500)
}
