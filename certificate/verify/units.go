package verify

import "math"

// tiny bounds what underflow costs an entry of K in the units of this file.
//
// There every factor is at most 1 in size, or a sum of at most maxRows of such
// products, or the root of one.  A product, the error of a product, and a factor that was rounded when
// its unit was changed lose at most 2⁻¹⁰⁷⁵ each; an entry is a sum of at most
// maxRows products, a factor of which may be such a sum itself.  With room for
// constants that is 8·maxRows²·2⁻¹⁰⁷⁵ < 2⁻¹⁰²⁷.
const tiny = 0x1p-1000

// maxRows is the largest number of rows for which the error bounds are derived.
const maxRows = 1 << 22

// units holds the numbers of a certificate that K consists of, in units in which
// those of each array are at most 1.
//
// With X = 2ᵃX', W = 2ʷW', (Φ, Ψ, Ω) = 2ᶠ(Φ', Ψ', Ω') and f even, the congruence
// of K with the diagonal matrix (2⁻ᶠᐟ² I_m, 2⁻ᶠᐟ²⁻ᵃ I_d, 2ᶠᐟ²⁻ʷ I_c) gives the matrix
//
//	K' = [[ −(Φ' + Ψ' + Ψ'ᵀ + Ω'),   (Ψ'+Ω')X'_r,        V'  ],
//	      [ ·,                       γ_u I − X'_rᵀΩ'X'_r, −G'ᵀ],
//	      [ ·,                       ·,                   γ_c I]]
//
// with γ_u = 2⁻ᶠ⁻²ᵃγ and γ_c = 2ᶠ⁻²ʷγ: K ⪰ 0 exactly when K' ⪰ 0.
type units struct {
	a, w, f         int
	rows            [][]float64 // X'_r, or L of the file gram.go; m rows
	d               int         // their length
	weights         []float64   // W', n×c
	phi, omega, psi Matrix
	gammaU, gammaC  float64
}

// newUnits changes the units of claims whose shapes, numbers and grouping have been
// checked.
func newUnits(c *Claims) *units {
	m, d, outputs := len(c.Representatives), c.X.Cols, c.Y.Cols
	a := math.MinInt
	for _, i := range c.Representatives {
		a = max(a, exponent(c.X.Row(int(i))))
	}
	w := math.MinInt
	for i, r := range c.MergedInto {
		if r >= 0 {
			w = max(w, exponent(c.W.Row(i)))
		}
	}
	f := max(exponent(c.Phi.Data), exponent(c.Omega.Data), exponent(c.Psi.Data))
	a, w, f = orZero(a), orZero(w), orZero(f)
	f += f & 1
	u := &units{
		a: a, w: w, f: f,
		rows: make([][]float64, m), d: d, weights: make([]float64, len(c.W.Data)),
		phi: shifted(c.Phi, -f), omega: shifted(c.Omega, -f), psi: shifted(c.Psi, -f),
		gammaU: lowered(c.Gamma, -f-2*a), gammaC: lowered(c.Gamma, f-2*w),
	}
	for r, i := range c.Representatives {
		u.rows[r] = shift(c.X.Row(int(i)), -a)
	}
	for i, r := range c.MergedInto {
		if r >= 0 {
			copy(u.weights[i*outputs:], shift(c.W.Row(i), -w))
		}
	}
	return u
}

// exponent returns the least e with |v_i| < 2ᵉ, math.MinInt if all are zero.
func exponent(v []float64) int {
	largest := 0.0
	for _, x := range v {
		largest = max(largest, math.Abs(x))
	}
	if largest == 0 {
		return math.MinInt
	}
	_, e := math.Frexp(largest)
	return e
}

func orZero(e int) int {
	if e == math.MinInt {
		return 0
	}
	return e
}

// shift returns 2ᵉv.  Each number is exact, or below 2⁻¹⁰²² and within 2⁻¹⁰⁷⁵.
func shift(v []float64, e int) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = math.Ldexp(x, e)
	}
	return out
}

func shifted(m Matrix, e int) Matrix { return Matrix{m.Rows, m.Cols, shift(m.Data, e)} }

// lowered returns 2ᵉγ, or a smaller number where that is not a normal one or is
// huge: with a smaller γ K is smaller.
func lowered(gamma float64, e int) float64 {
	v := math.Ldexp(gamma, e)
	if v < 0x1p-1000 {
		return 0
	}
	return min(v, 0x1p1000)
}
