package proof

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/proof/check"
)

// diagonal returns a derivation without pairs: ψ_i = −2‖W_i‖/‖x_i‖·λ at the root, with
// the g that makes it true for the λ = 1 that would be best if rows had nothing in common.
func diagonal(x, y, w *mat.Dense, gamma float64) *Derivation {
	n, d := x.Dims()
	_, c := w.Dims()
	leaf := &Multipliers{Psi: make([]float64, n)}
	// S without the rows: uu −Σ δ/4 xxᵀ, uv −½Σ x Wᵀ, vv −Σ WWᵀ/δ.
	s := mat.NewSymDense(d+c, nil)
	z := make([]float64, d+c)
	for i := range n {
		delta := 2 * mat.Norm(w.RowView(i), 2) / mat.Norm(x.RowView(i), 2)
		leaf.Psi[i] = -delta
		for j, v := range x.RawRowView(i) {
			z[j] = v * math.Sqrt(delta) / 2
		}
		for q, v := range w.RawRowView(i) {
			z[d+q] = v / math.Sqrt(delta)
		}
		s.SymRankOne(s, 1, mat.NewVecDense(d+c, z))
	}
	var eigen mat.EigenSym
	eigen.Factorize(s, false)
	values := eigen.Values(nil)
	g := values[len(values)-1] * (1 + 1e-9)
	return &Derivation{Problem: Problem{X: x, Y: y, Gamma: gamma}, W: w, Claim: Form{U: g, V: g}, Root: leaf}
}

// Rows that no product of lines touches are eliminated one by one: many of them cost
// time and memory in proportion.
func TestManyRowsWithoutPairs(t *testing.T) {
	rng := newRand(5)
	n := 20_000
	x, y := gaussian(rng, n, 8), gaussian(rng, n, 2)
	d := diagonal(x, y, y, 1)
	report := mustCheck(t, d)
	if !report.OK() || report.Effective > d.Claim.U*(1+1e-6) {
		t.Errorf("γ_eff = %v for the claim %v\n%v", report.Effective, d.Claim.U, report)
	}
	if most := 1e3 * float64(n) * 10; report.Work > most {
		t.Errorf("%.1e operations, expected at most %.1e", report.Work, most)
	}
	u, f := make([]float64, 8), make([]float64, 2)
	for range 50 {
		for j := range u {
			u[j] = rng.NormFloat64()
		}
		clear(f)
		for i := range n {
			if v := short.Dot(x.RawRowView(i), u); v > 0 {
				f[0] += v * y.At(i, 0)
				f[1] += v * y.At(i, 1)
			}
		}
		if value := short.Norm(f) / short.Norm(u); !(value <= report.Effective) {
			t.Errorf("‖Wᵀ(Xu)₊‖ reaches %v, above γ_eff = %v", value, report.Effective)
		}
	}
}

func TestCheckIsInterrupted(t *testing.T) {
	rng := newRand(6)
	x, y := gaussian(rng, 20_000, 20), gaussian(rng, 20_000, 2)
	leaf := &Multipliers{Psi: make([]float64, 20_000)}
	for i := range leaf.Psi {
		leaf.Psi[i] = -1
	}
	d := &Derivation{Problem: Problem{X: x, Y: y, Gamma: 1}, W: y, Claim: Form{U: 1e6, V: 1e6}, Root: leaf}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := d.Check(ctx, check.Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the end of the context", err)
	}
}
