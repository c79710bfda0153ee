package verify

import (
	"context"
	"math"
)

// A certificate for rows X_r (m×d) with many more columns than rows need not be
// checked at order m+d+c.  If L (m×m) satisfies LLᵀ ⪰ X_rX_rᵀ, then for every u
// there is a v with Lv = X_r u and ‖v‖ ≤ ‖u‖ (R. G. Douglas, On majorization,
// factorization, and range inclusion of operators, Proc. AMS 17, 1966).  So
// ‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ holds for all u if it holds with L in the place of X_r, where K has
// the order 2m+c.

// narrowed replaces rows (m×d, d > m, of size at most 1) by such an L; ok is false
// when none was found.
//
// Rows are scaled by powers of two to norms below 1 and at least ¼, which the
// order of matrices does not see.  Their Gram matrix is computed with an error of
// at most 2ε in each entry.  Then L̂ is a Cholesky factor of it plus σI.  What
// rounding did to L̂ is not bounded beforehand but found: L̂L̂ᵀ minus the Gram matrix
// is computed anew, and has to be σI up to a rest whose norm is below σ.
func narrowed(ctx context.Context, rows [][]float64, d int) (l [][]float64, ok bool) {
	m := len(rows)
	scaled, exponents := make([][]float64, m), make([]int, m)
	for r, row := range rows {
		e := orZero(exponent(row))
		scaled[r] = shift(row, -e)
		sum := 0.0
		for _, v := range scaled[r] {
			sum += v * v
		}
		_, more := math.Frexp(2 * math.Sqrt(sum)) // twice: the norm stays below 1
		exponents[r] = e + more
		scaled[r] = shift(scaled[r], -more)
	}
	gram := make([]float64, m*m)
	parallel(ctx, m, func(i int) {
		for j := range i + 1 {
			gram[i*m+j], _ = product(scaled[i], scaled[j])
		}
	})
	const attempts = 12
	sigma := 8 * float64(m+4) * epsilon
	for range attempts {
		if ctx.Err() != nil {
			return nil, false
		}
		k := &kMatrix{order: m, entries: append([]float64(nil), gram...)}
		for i := range m {
			k.entries[i*m+i] += sigma
		}
		if k.cholesky(ctx) < 0 && k.exceeds(ctx, gram, sigma) {
			l = make([][]float64, m)
			for r := range m {
				l[r] = make([]float64, m)
				copy(l[r], shift(k.entries[r*m:r*m+r+1], exponents[r]))
			}
			return l, true
		}
		sigma *= 4
	}
	return nil, false
}

// exceeds reports whether L̂L̂ᵀ ⪰ the matrix whose lower triangle gram holds up to
// errors of 2ε in each entry, for the factor L̂ in the lower triangle of k.
//
// The rest L̂L̂ᵀ − gram − σI has at most the norm of its entries' Frobenius norm,
// to which the errors of gram and of this computation, 6ε for each entry with room
// for their rounding, add at most 6mε.
func (k *kMatrix) exceeds(ctx context.Context, gram []float64, sigma float64) bool {
	m := k.order
	squares := make([]float64, m)
	parallel(ctx, m, func(i int) {
		li := k.entries[i*m : i*m+i+1]
		for j := range i + 1 {
			t := twofold{}
			for s, v := range k.entries[j*m : j*m+j+1] {
				t.addProduct(li[s], v, 0, math.Abs(v))
			}
			t.add(-gram[i*m+j])
			if i == j {
				t.add(-sigma)
			}
			rest, err := t.value(t.errorOf(m+2, 1))
			size := math.Abs(rest) + err
			squares[i] += 2 * size * size
		}
	})
	sum := 0.0
	for _, s := range squares {
		sum += s
	}
	return ctx.Err() == nil && math.Sqrt(sum)*(1+0x1p-20)+6*float64(m)*epsilon+tiny <= sigma
}

// product returns aᵀb with a bound on its error.
func product(a, b []float64) (v, err float64) {
	var t twofold
	for i, x := range a {
		t.addProduct(x, b[i], 0, math.Abs(b[i]))
	}
	return t.value(t.errorOf(len(a), 1))
}
