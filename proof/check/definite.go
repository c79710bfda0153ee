package check

import (
	"context"
	"fmt"
	"math"
)

// symmetric is a symmetric matrix in floating point, with a bound on the error of each entry.
type symmetric struct {
	order int
	// entries holds, row-major, the matrix in its lower triangle and above the
	// diagonal, at (j, i) for j < i, the bound on the error of entry (i, j).
	entries []float64
	errors  []float64 // of the diagonal entries
}

func newSymmetric(order int) *symmetric {
	return &symmetric{order: order, entries: make([]float64, order*order), errors: make([]float64, order)}
}

// set sets entry (i, j), i ≥ j.
func (s *symmetric) set(i, j int, value, err float64) {
	s.entries[i*s.order+j] = value
	if i == j {
		s.errors[i] = err
	} else {
		s.entries[j*s.order+i] = err
	}
}

// deficit is a proof that S ⪰ −epsilon·D⁻².
type deficit struct {
	epsilon float64
	// inverse holds D_i⁻², powers of two.
	inverse []float64
}

// deficit proves S ⪰ −εD⁻² for the exact matrix S that s approximates.  D_i⁻² is the power
// of four next above the larger one of S_ii and floor[i].  The ε is slack plus what covers
// all roundings, or 0 if that is negative.  It overwrites s.
//
// A = DSD + (slack + shift)I is factored.  If that runs to completion, A ⪰ −cI with
// c = γ_{N+2}/(1 − γ_{N+2})·tr A (S. M. Rump, Verification of positive definiteness,
// BIT 46, 2006, whose proof holds for any order of summation), and so
// DSD ⪰ −(slack + shift + c + the largest row sum of the errors of the entries).
//
// With room above 1 the roundings are taken to be that many times as large: then d is what another verifier may find.
func (s *symmetric) deficit(ctx context.Context, slack float64, floor []float64, room float64) (d deficit, err error) {
	worst, inverse, err := s.scale(ctx, floor)
	if err != nil || s.order == 0 {
		return d, err
	}
	d.inverse = inverse
	added := slack + s.shift(worst)
	d.epsilon = max(0, above(slack+s.shift(room*worst)+room*s.cover(room*worst, added)))
	at, err := s.factor(ctx, added)
	if err != nil {
		return d, err
	}
	if at >= 0 {
		return d, fmt.Errorf("with the shift %.1e pivot %d of %d is not positive", added, at, s.order)
	}
	return d, nil
}

// scale makes DSD of S and returns the largest row sum of the errors of its entries, and D⁻².
func (s *symmetric) scale(ctx context.Context, floor []float64) (worst float64, inverse []float64, err error) {
	n := s.order
	inverse = make([]float64, n)
	exponent := make([]int, n) // of D
	for i := range n {
		v := max(s.entries[i*n+i], floor[i])
		if !(v > 0) || math.IsInf(v, 0) {
			return 0, nil, fmt.Errorf("diagonal entry %d of S is %v", i, s.entries[i*n+i])
		}
		_, e := math.Frexp(v) // v < 2^e
		exponent[i] = -((e + 1) >> 1)
		inverse[i] = math.Ldexp(1, -2*exponent[i])
	}
	errors := make([]float64, n)
	for i := range n {
		if i%64 == 0 && ctx.Err() != nil {
			return 0, nil, ctx.Err()
		}
		for j := range i {
			e := exponent[i] + exponent[j]
			s.entries[i*n+j] = math.Ldexp(s.entries[i*n+j], e)
			err := math.Ldexp(s.entries[j*n+i], e) + tiny
			errors[i] += err
			errors[j] += err
		}
		s.entries[i*n+i] = math.Ldexp(s.entries[i*n+i], 2*exponent[i])
		errors[i] += math.Ldexp(s.errors[i], 2*exponent[i]) + tiny
	}
	for _, e := range errors {
		if math.IsNaN(e) || math.IsInf(e, 0) {
			return 0, nil, fmt.Errorf("the entries of S overflow")
		}
		worst = max(worst, e)
	}
	return up(worst), inverse, nil
}

// shift is what is added to the diagonal beside the slack: it lets matrices pass that are
// singular up to their roundings.
func (s *symmetric) shift(worst float64) float64 {
	return worst + float64(s.order)*roundings(s.order+4)
}

// cover is what roundings can do to the scaled S and to the factor of S + added·I.
func (s *symmetric) cover(worst, added float64) float64 {
	n, trace := s.order, 0.0
	for i := range n {
		trace += math.Abs(s.entries[i*n+i] + added)
	}
	trace = up(trace)
	g := roundings(n + 4)
	c := up(g / (1 - g) * trace)
	// Adding rounds the diagonal once more.
	return up(c + worst + 2*unit*trace + tiny)
}

// factor adds to the diagonal, overwrites the lower triangle by the Cholesky factor and returns −1, or
// the row at which a pivot was not positive.
func (s *symmetric) factor(ctx context.Context, added float64) (int, error) {
	for i := range s.order {
		s.entries[i*s.order+i] += added
	}
	const block = 64
	n := s.order
	row := func(i int) []float64 { return s.entries[i*n : i*n+i+1] }
	for start := 0; start < n; start += block {
		end := min(start+block, n)
		for i := start; i < n; i++ {
			if i%block == 0 && ctx.Err() != nil {
				return -1, ctx.Err()
			}
			r := row(i)
			for j := start; j < min(i, end); j++ {
				q := row(j)
				r[j] = (r[j] - dot(r[:j], q[:j])) / q[j]
			}
			if i < end {
				pivot := r[i] - dot(r[:i], r[:i])
				if !(pivot > 0) || math.IsInf(pivot, 0) {
					return i, nil
				}
				r[i] = math.Sqrt(pivot)
			}
		}
	}
	return -1, nil
}

// dot returns aᵀb, summed in four parts.
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
