package certificate

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

func randomBlocks(t testing.TB, seed uint64) *blocks {
	t.Helper()
	rng := newRand(seed)
	p := withMerges(rng, 6, 3, 2, 0.4)
	g := presolved(t, p)
	q, err := condense(p, g)
	if err != nil {
		t.Fatal(err)
	}
	n, _, outputs := p.Dims()
	return q.newBlocks(randomMultipliers(rng, n, outputs, q.m, 0.2))
}

func TestSlopeOfKappaAgainstFiniteDifferences(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		b := randomBlocks(t, seed)
		delta := make([]float64, b.q.m)
		for i := range delta {
			delta[i] = 100 + float64(i)
		}
		v, ok := b.evaluate(delta)
		if !ok {
			t.Fatalf("seed %d: κ is not finite", seed)
		}
		slope := v.slope(b)
		for i := range delta {
			const h = 1e-4
			at := func(s float64) float64 {
				moved := append([]float64(nil), delta...)
				moved[i] += s
				v, ok := b.evaluate(moved)
				if !ok {
					t.Fatalf("seed %d: κ is not finite", seed)
				}
				return v.kappa
			}
			if got := (at(h) - at(-h)) / (2 * h); !(math.Abs(got-slope[i]) <= 1e-6*(1+math.Abs(got))) {
				t.Errorf("seed %d: slope in δ_%d is %v, finite difference %v", seed, i, slope[i], got)
			}
		}
	}
}

// The fast formula for ⟨E_i, M E_j Z⟩ agrees with products of full matrices, and
// E_i with the difference of S at two δ.
func TestSchurMatrixAgainstItsDefinition(t *testing.T) {
	b := randomBlocks(t, 11)
	x := b.q.x
	m, k := x.Dims()
	order := m + k
	rng := newRand(12)
	definiteMatrix := func() *mat.Dense {
		r := gaussian(rng, order, order)
		var s mat.Dense
		s.Mul(r, r.T())
		return &s
	}
	primal, inverse := definiteMatrix(), definiteMatrix()
	zero := make([]float64, m)
	derivative := func(i int) *mat.Dense {
		var e mat.Dense
		if i == m {
			e.Sub(b.assemble(zero, 1), b.assemble(zero, 0))
			return &e
		}
		one := make([]float64, m)
		one[i] = 1
		e.Sub(b.assemble(one, 0), b.assemble(zero, 0))
		return &e
	}
	got := schur(newGram(linalg.Gonum(), primal, x), newGram(linalg.Gonum(), inverse, x), x)
	for i := range m + 1 {
		for j := i; j <= m; j++ {
			var p mat.Dense
			p.Product(derivative(i), primal, derivative(j), inverse)
			if want := mat.Trace(&p); !(math.Abs(got.At(i, j)-want) <= 1e-8*(1+math.Abs(want))) {
				t.Errorf("(%d,%d): %v, expected %v", i, j, got.At(i, j), want)
			}
		}
	}
}

// The value of zᵀSz at a neuron is what the package comment says.
func TestBlocksAgainstTheQuadraticForm(t *testing.T) {
	for seed := uint64(20); seed < 30; seed++ {
		rng := newRand(seed)
		p := withMerges(rng, 5, 2, 2, 0.4)
		g := presolved(t, p)
		q, err := condense(p, g)
		if err != nil {
			t.Fatal(err)
		}
		n, d, outputs := p.Dims()
		mu := randomMultipliers(rng, n, outputs, q.m, 1)
		b := q.newBlocks(mu)
		s := b.assemble(make([]float64, q.m), p.Gamma)
		phi, psi, omega := mu.Dense()
		u := gaussian(rng, 1, d).RawRowView(0)
		out := make([]float64, outputs)
		for i := range n {
			addScaled(out, max(linalg.Dot(p.X.RawRowView(i), u), 0), mu.W.RawRowView(i))
		}
		want := p.Gamma*sumOfSquares(u) - sumOfSquares(out)/p.Gamma
		alpha, beta, z := make([]float64, q.m), make([]float64, q.m), make([]float64, q.m)
		for r, i := range g.Representatives {
			v := linalg.Dot(p.X.RawRowView(i), u)
			alpha[r], beta[r] = max(v, 0), max(-v, 0)
			z[r] = math.Ldexp(alpha[r], -q.exponent[r])
		}
		for i := range q.m {
			for j := range q.m {
				want -= alpha[i]*phi.At(i, j)*alpha[j] + 2*alpha[i]*psi.At(i, j)*beta[j] + beta[i]*omega.At(i, j)*beta[j]
			}
		}
		if d > q.m {
			continue // coordinates of the row space
		}
		z = append(z, u...)
		vec := mat.NewVecDense(len(z), z)
		if got := mat.Inner(vec, s, vec); !(math.Abs(got-want) <= 1e-10*(1+math.Abs(want))) {
			t.Errorf("seed %d: zᵀSz = %v, expected %v", seed, got, want)
		}
	}
}
