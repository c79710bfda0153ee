package verify

import "math"

const (
	// epsilon is the unit roundoff of float64.
	epsilon = 0x1p-53
	// inflate outweighs the roundings of sums of up to 2²² nonnegative numbers.
	inflate = 1 + 0x1p-30
)

// gammaK returns γ_k = kε/(1 − kε), rounded up.
func gammaK(k int) float64 {
	e := float64(k) * epsilon
	return e / (1 - e) * (1 + 0x1p-50)
}

// twofold is an unevaluated sum hi + lo that stands for an exact number, with the
// sum of the absolute values of what was added to it.
//
// The language lets a compiler fuse x*y + z into one operation with one rounding,
// and compilers for arm64 and amd64 from v3 on do, across statements as well.  Then
// the error of a product that is computed beside it is that of another number.  A
// conversion to float64 rounds, so that every product here that is used twice
// is converted; sums have nothing to fuse.
type twofold struct{ hi, lo, abs float64 }

// add adds v.
func (t *twofold) add(v float64) {
	s := t.hi + v
	z := s - t.hi
	t.lo += (t.hi - (s - z)) + (v - z)
	t.hi = s
	t.abs += math.Abs(v)
}

// addProduct adds x·(hi + lo), where size ≥ |hi| bounds the number x is
// multiplied with.
func (t *twofold) addProduct(x, hi, lo, size float64) {
	p := float64(x * hi)
	e := math.FMA(x, hi, -p) + x*lo // exact but for underflow, plus a small number
	s := t.hi + p
	z := s - t.hi
	t.lo += ((t.hi - (s - z)) + (p - z)) + e
	t.hi = s
	t.abs += math.Abs(x) * size
}

// twoSum returns a+b as an unevaluated sum.
func twoSum(a, b float64) (hi, lo float64) {
	hi = a + b
	z := hi - a
	return hi, (a - (hi - z)) + (b - z)
}

// errorOf bounds |hi + lo − exact| after n additions of exact numbers or of
// products whose second factor itself is a twofold number of at most n terms.
// Each of the at most 4 roundings per term in lo is of a number of size at most
// (n+2)ε·abs, which gives γ_4n(n+2)ε·abs ≤ γ²_{4n+8}·abs; a twofold factor brings
// the same multiple of abs along.  The factor 16 leaves room for both.
//
// Underflow costs at most tiny times factor, which has to be at least 1 and at
// least the sum of those factors that can be larger than 1 (see tiny).
func (t *twofold) errorOf(n int, factor float64) float64 {
	g := gammaK(4*n + 8)
	return (16*g*g*t.abs + tiny*factor) * inflate
}

// value returns the nearest float64 and a bound on its distance from the exact
// number, given errorOf.
func (t *twofold) value(err float64) (v, bound float64) {
	v = t.hi + t.lo
	return v, (epsilon*math.Abs(v) + err + tiny) * inflate
}
