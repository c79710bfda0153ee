package verify

import (
	"math"
	"testing"

	"github.com/relift/relift/internal/effort"
)

// wideClaims have m rows of d > m numbers and the multipliers Ψ = −δI, which prove
// ‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ up to some size of W.
func wideClaims(seed uint64, m, d int) *Claims {
	rng := newRand(seed)
	c := randomClaims(rng, m, 0, d, 1)
	norm := 0.0
	for i := range c.X.Data {
		c.X.Data[i] = rng.NormFloat64()
		norm += c.X.Data[i] * c.X.Data[i]
	}
	clear(c.Phi.Data)
	clear(c.Omega.Data)
	clear(c.Psi.Data)
	c.Gamma = 1
	for i := range m {
		c.Psi.Data[i*m+i] = -1 / norm
		c.W.Data[i] = rng.NormFloat64()
		c.Y.Data[i] = c.W.Data[i]
	}
	return c
}

// What is proved with L in the place of the wide rows is true of the rows, in
// exact arithmetic, and the two agree to 1e-9 in the size of W.
func TestNarrowedRowsProveNothingFalse(t *testing.T) {
	for seed := uint64(1); seed <= 12; seed++ {
		m, d := 1+int(seed%4), 5+int(seed%3)
		c := wideClaims(seed, m, d)
		proved := func(size float64) (narrow, full bool) {
			trial := *c
			trial.W = Matrix{m, 1, append([]float64(nil), c.W.Data...)}
			for i := range trial.W.Data {
				trial.W.Data[i] *= size
			}
			k := formK(t.Context(), &trial)
			if k == nil || k.order != 2*m+1 {
				t.Fatalf("seed %d: no K of order %d", seed, 2*m+1)
			}
			return k.prove(t.Context()).proven, exactlySemidefinite(t.Context(), &trial)
		}
		low, high := 0.0, 1e6
		for high-low > 1e-12*high {
			size := low + (high-low)/2
			narrow, full := proved(size)
			if narrow && !full {
				t.Fatalf("seed %d: W times %v is proved and K is indefinite", seed, size)
			}
			if full {
				low = size
			} else {
				high = size
			}
		}
		if narrow, _ := proved(low * (1 - 1e-9)); !narrow || low == 0 {
			t.Errorf("seed %d: W times %v is not proved, and up to %v is true", seed, low*(1-1e-9), low)
		}
	}
}

func TestWideClaimsTakeLittleEffort(t *testing.T) {
	for _, size := range []struct{ m, d int }{{2, 200_000}, {4, 5000}, {12, 6000}, {40, 500}} {
		c := wideClaims(1, size.m, size.d)
		for i := range c.W.Data {
			c.W.Data[i] *= 1e-4
		}
		c.LowerBound = 0
		r, err := VerifyContext(t.Context(), c, effort.Effort{Operations: effort.Limit(0)})
		if err != nil || !r.OK() {
			t.Errorf("%d×%d: %v\n%v", size.m, size.d, err, r)
		}
	}
}

// Rows of very different sizes, and rows that are nearly parallel.
func TestNarrowedRowsOfUnlikeSizes(t *testing.T) {
	c := wideClaims(3, 4, 9)
	for j := range 9 {
		c.X.Data[j] *= 1e-150
		c.X.Data[9+j] *= 1e150
		c.X.Data[18+j] = c.X.Data[27+j] * (1 + 1e-9*float64(j))
	}
	u := newUnits(c)
	l, ok := narrowed(t.Context(), u.rows, u.d)
	if !ok {
		t.Fatal("no L was found")
	}
	for i := range 4 {
		have, want := dot(l[i], l[i]), dot(u.rows[i], u.rows[i])
		if !(math.Abs(have-want) <= 1e-12*want) {
			t.Errorf("row %d: ‖L_i‖² = %v, ‖x_i‖² = %v", i, have, want)
		}
	}
}
