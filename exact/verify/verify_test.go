package verify

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

func gaussian(rnd *rand.Rand, rows, cols int) Matrix {
	m := Matrix{rows, cols, make([]float64, rows*cols)}
	for i := range m.Data {
		m.Data[i] = rnd.NormFloat64()
	}
	return m
}

// seal writes the meta data that fit the arrays.
func seal(t *testing.T, c *Claims) {
	t.Helper()
	text, err := json.Marshal(Meta{Format: Format, FormatVersion: FormatVersion, Digest: Digest(c)})
	if err != nil {
		t.Fatal(err)
	}
	c.Meta = string(text)
}

// sampledMax returns max ‖Wᵀ(Xu)₊‖ over random unit directions.
func sampledMax(rnd *rand.Rand, c *Claims, count int) float64 {
	best := 0.0
	for range count {
		u := gaussian(rnd, 1, c.X.Cols).Data
		f := make([]float64, c.W.Cols)
		for i := range c.X.Rows {
			add(f, max(0, inner(c.X.Row(i), u)), c.W.Row(i))
		}
		best = max(best, length(f)/length(u))
	}
	return best
}

func TestPlaneAgainstSampling(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		n, outputs := 1+rnd.IntN(12), 1+rnd.IntN(3)
		c := &Claims{X: gaussian(rnd, n, 2), Y: gaussian(rnd, n, outputs), W: gaussian(rnd, n, outputs), Gamma: 1}
		p := newProblem(t.Context(), c)
		h := math.Ldexp(p.plane(t.Context()), p.unit)
		if sampled := sampledMax(rnd, c, 20000); !(sampled <= h) || !(sampled >= h*(1-1e-4)) {
			t.Errorf("seed %d: plane %v, sampled %v", seed, h, sampled)
		}
	}
}

// TestRootCones holds certificates whose tree has no split, which prove the
// claim for a generous H, and checks that they fail for H below the truth.
func TestRootCones(t *testing.T) {
	accepted := 0
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		n, r, outputs := 1+rnd.IntN(6), 3+rnd.IntN(2), 1+rnd.IntN(3)
		c := &Claims{X: gaussian(rnd, n, r), Y: gaussian(rnd, n, outputs), W: gaussian(rnd, n, outputs), Gamma: 1}
		c.Frame = Matrix{r, r, make([]float64, r*r)}
		for k := range r {
			c.Frame.Data[k*r+k] = 1 + rnd.Float64()
		}
		c.Tree, c.TreeBits = []uint64{0}, int64(1)<<r
		truth := sampledMax(rnd, c, 20000)
		for _, s := range []float64{0.99, 1.2, 2, 5} {
			c.H = s * truth
			seal(t, c)
			ok := Verify(c).OK()
			if ok && s < 1 {
				t.Errorf("seed %d: H = %v was accepted, ‖Wᵀ(Xu)₊‖ reaches %v", seed, c.H, truth)
			}
			if ok {
				accepted++
			}
		}
	}
	if accepted == 0 {
		t.Error("no certificate was accepted, so that the test shows nothing")
	}
}

func TestCopositive(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		m    []float64
		want bool
	}{
		{[]float64{1, 0, 0, 1}, true},
		{[]float64{1, 5, 0, 1}, true},
		{[]float64{1, -0.9, 0, 1}, true},
		{[]float64{1, -1.1, 0, 1}, false},
		{[]float64{-1, 0, 0, 1}, false},
		{[]float64{1, nan, 0, 1}, false},
		{[]float64{nan, 0, 0, 1}, false},
		{[]float64{1, -0.6, -0.6, 0, 1, -0.6, 0, 0, 1}, false},
		{[]float64{1, -0.4, -0.4, 0, 1, -0.4, 0, 0, 1}, true},
	} {
		r := int(math.Sqrt(float64(len(tt.m))))
		text := append([]float64(nil), tt.m...)
		if got := copositive(tt.m, r); got != tt.want {
			t.Errorf("copositive(%v) = %v", text, got)
		}
	}
}

func TestLeastStretch(t *testing.T) {
	for seed := range uint64(100) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		r := 1 + rnd.IntN(6)
		b := gaussian(rnd, r, r)
		bound := leastStretch(b.Data, r)
		for range 200 {
			z := gaussian(rnd, 1, r).Data
			u := make([]float64, r)
			for l := range r {
				u[l] = inner(b.Row(l), z)
			}
			if !(length(u) >= bound*length(z)) {
				t.Errorf("seed %d: ‖Bz‖/‖z‖ = %v < %v", seed, length(u)/length(z), bound)
			}
		}
	}
	if v := leastStretch([]float64{1, 2, 2, 4}, 2); v != 0 {
		t.Errorf("a singular matrix has stretch %v, expected 0", v)
	}
}

// TestHostileClaims: contents of any kind are rejected without a panic.
func TestHostileClaims(t *testing.T) {
	if Verify(&Claims{}).OK() {
		t.Error("empty claims were accepted")
	}
	for seed := range uint64(3000) {
		rnd := rand.New(rand.NewPCG(seed, 4))
		number := func() float64 {
			return []float64{0, 1, -1, math.NaN(), math.Inf(1), math.MaxFloat64, 5e-324, rnd.NormFloat64()}[rnd.IntN(8)]
		}
		matrix := func() Matrix {
			m := Matrix{rnd.IntN(4), rnd.IntN(4), nil}
			m.Data = make([]float64, max(0, m.Rows*m.Cols-rnd.IntN(2)*rnd.IntN(2)))
			for i := range m.Data {
				m.Data[i] = rnd.NormFloat64()
			}
			return m
		}
		c := &Claims{X: matrix(), Y: matrix(), W: matrix(), Gamma: number(), H: number(), LowerBound: 1e9 * math.Abs(number()), Basis: matrix(), Frame: matrix()}
		if rnd.IntN(2) == 0 {
			c.X, c.Y, c.W, c.Basis = gaussian(rnd, 2, 3), gaussian(rnd, 2, 1), gaussian(rnd, 2, 1), Matrix{}
			c.Frame = gaussian(rnd, 3, 3)
			c.LowerBound = 1e9
		}
		for range rnd.IntN(4) {
			c.Tree = append(c.Tree, rnd.Uint64())
		}
		c.TreeBits = rnd.Int64N(300) - 5
		seal(t, c)
		if report := Verify(c); report.OK() && c.LowerBound > 1e8 {
			t.Errorf("seed %d: accepted\n%v", seed, report)
		}
	}
}
