package verify

import (
	"context"
	"fmt"
	"math"
)

// proof is the outcome of the floating-point test of K ⪰ 0.
type proof struct {
	proven   bool
	shift    float64 // c
	smallest float64 // estimate of the smallest eigenvalue of the scaled K
	reason   string  // why it is not proven
}

// prove runs the shifted Cholesky factorization of the package comment.  It
// overwrites k.
func (k *kMatrix) prove(ctx context.Context) proof {
	failed := func(format string, args ...any) proof {
		return proof{shift: math.NaN(), smallest: math.NaN(), reason: fmt.Sprintf(format, args...)}
	}
	n := k.order
	exponent := make([]int, n)
	for i := range n {
		v := k.entries[i*n+i]
		if !(v > 0) || math.IsInf(v, 0) {
			return failed("diagonal entry %d is %v", i, v)
		}
		_, e := math.Frexp(v) // v in [½, 1)·2^e
		exponent[i] = -floorHalf(e)
	}
	// Scale, and sum the errors of each row.
	sums := make([]float64, n)
	trace, rounding := 0.0, 0.0
	for i := range n {
		for j := range i {
			e := exponent[i] + exponent[j]
			at := i*n + j
			k.entries[at] = math.Ldexp(k.entries[at], e)
			err := math.Ldexp(k.entries[j*n+i], e) + tiny
			sums[i] += err
			sums[j] += err
		}
		v := math.Ldexp(k.entries[i*n+i], 2*exponent[i])
		k.entries[i*n+i] = v
		sums[i] += math.Ldexp(k.diagonal[i], 2*exponent[i]) + tiny
		trace += gammaK(i+3) * v
		rounding = max(rounding, v)
	}
	forming := 0.0
	for _, s := range sums {
		if math.IsNaN(s) {
			return failed("its entries overflow")
		}
		forming = max(forming, s)
	}
	// The diagonal of the shifted matrix is at most that of K, so trace bounds its
	// factorization error; lowering it rounds each entry once, to one of size ≤ 2.
	// Underflow costs each of its n(n+1) operations at most 2⁻¹⁰⁷⁵ times 2.
	shift := trace/(1-gammaK(n+3)) + forming + 2*epsilon*rounding + float64(n)*float64(n)*tiny
	shift *= inflate
	if !(shift < 0.25) {
		return failed("rounding errors up to %.1e hide its sign", shift)
	}
	for i := range n {
		k.entries[i*n+i] -= shift
	}
	if pivot := k.cholesky(ctx); pivot >= 0 {
		return failed("the factorization of K − %.1e·I stops at row %d", shift, pivot)
	}
	return proof{proven: true, shift: shift, smallest: k.smallestEigenvalue(ctx) + shift}
}

// floorHalf returns ⌊e/2⌋.
func floorHalf(e int) int { return e >> 1 }

// cholesky overwrites the lower triangle by the Cholesky factor and returns −1, or
// the row at which a pivot was not positive or ctx had ended.
func (k *kMatrix) cholesky(ctx context.Context) int {
	const block = 64
	n := k.order
	row := func(i int) []float64 { return k.entries[i*n : i*n+i+1] }
	for start := 0; start < n; start += block {
		if ctx.Err() != nil {
			return start
		}
		end := min(start+block, n)
		for j := start; j < end; j++ {
			rj := row(j)
			eliminate(rj, start, j, row)
			pivot := rj[j] - dot(rj[:j], rj[:j])
			if !(pivot > 0) || math.IsInf(pivot, 0) {
				return j
			}
			rj[j] = math.Sqrt(pivot)
		}
		parallel(ctx, n-end, func(i int) { eliminate(row(end+i), start, end, row) })
	}
	if ctx.Err() != nil { // the last rows may be unfinished
		return n - 1
	}
	return -1
}

// eliminate computes the entries start ≤ j < end of a row of the factor from the
// finished rows j and the finished entries before start.
func eliminate(r []float64, start, end int, row func(int) []float64) {
	for j := start; j < end; j++ {
		rj := row(j)
		r[j] = (r[j] - dot(r[:j], rj[:j])) / rj[j]
	}
}

// dot returns aᵀb, summed in four parts: the error bound of a Cholesky
// factorization holds for every order of summation, and for fused operations,
// which round less often.
func dot(a, b []float64) float64 {
	var s0, s1, s2, s3 float64
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

// smallestEigenvalue estimates the smallest eigenvalue of the factored matrix by
// inverse iteration.
func (k *kMatrix) smallestEigenvalue(ctx context.Context) float64 {
	n := k.order
	v := make([]float64, n)
	for i := range v {
		v[i] = 1 + 0.5*math.Sin(float64(i)) // has a part along every generic eigenvector
	}
	growth := 0.0
	for range 8 {
		if ctx.Err() != nil {
			break
		}
		norm := math.Sqrt(dot(v, v))
		for i := range v {
			v[i] /= norm
		}
		for i := range n { // L v = v
			r := k.entries[i*n : i*n+i+1]
			v[i] = (v[i] - dot(r[:i], v[:i])) / r[i]
		}
		growth = dot(v, v)            // vᵀK⁻¹v
		for i := n - 1; i >= 0; i-- { // Lᵀv = v
			v[i] /= k.entries[i*n+i]
			r := k.entries[i*n : i*n+i]
			for j := range r {
				v[j] -= r[j] * v[i]
			}
		}
	}
	return 1 / growth
}
