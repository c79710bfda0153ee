package exact

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/exact/verify"
	"github.com/relift/relift/problem"
)

// proven returns a solved random problem's certificate.
func proven(t *testing.T, d int) *verify.Claims {
	t.Helper()
	p := tiny(rand.New(rand.NewPCG(77, uint64(d))), d)
	return solve(t, context.Background(), p, Options{Gap: 1e-3}).Certificate.Claims()
}

// seal gives changed arrays a fitting digest, so that the mathematics must find
// the change.
func seal(t *testing.T, c *verify.Claims) {
	t.Helper()
	var m verify.Meta
	if err := json.Unmarshal([]byte(c.Meta), &m); err != nil {
		t.Fatal(err)
	}
	m.Digest = verify.Digest(c)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	c.Meta = string(text)
}

func scaled(m verify.Matrix, s float64) verify.Matrix {
	m.Data = slices.Clone(m.Data)
	for i := range m.Data {
		m.Data[i] *= s
	}
	return m
}

// TestVeryWide: the error bounds of the passage to the row space grow with the number of
// features, and H has to cover the verifier's.
func TestVeryWide(t *testing.T) {
	const n, d = 2, 200_000
	random := rand.New(rand.NewPCG(7, 7))
	x := mat.NewDense(n, d, nil)
	for k := range d {
		v := random.NormFloat64()
		x.Set(0, k, v)
		x.Set(1, k, -v)
	}
	x.Set(0, d-1, 1)
	x.Set(1, d-1, 1)
	p := problem.Problem{X: x, Y: mat.NewDense(n, 1, []float64{1, -1}), Gamma: 0.1}
	c := solve(t, t.Context(), p, Options{Gap: 1e-3}).Certificate
	if report := c.Verify(); !report.OK() {
		t.Errorf("the certificate was rejected:\n%v", report)
	}
}

// TestTamperedClaims changes every kind of claim so that it no longer holds.
func TestTamperedClaims(t *testing.T) {
	for _, d := range []int{1, 2, 3, 4} {
		original := proven(t, d)
		if report := verify.Verify(original); !report.OK() {
			t.Fatalf("d=%d: the untouched certificate was rejected:\n%v", d, report)
		}
		for name, change := range map[string]func(c *verify.Claims){
			"bound raised":   func(c *verify.Claims) { c.LowerBound *= 1 + 1e-6 },
			"H lowered":      func(c *verify.Claims) { c.H *= 0.98 },
			"H negative":     func(c *verify.Claims) { c.H = -1 },
			"gamma lowered":  func(c *verify.Claims) { c.Gamma *= 0.999 },
			"gamma negative": func(c *verify.Claims) { c.Gamma = -c.Gamma },
			"X grown":        func(c *verify.Claims) { c.X = scaled(c.X, 1.02) },
			"Y shrunk":       func(c *verify.Claims) { c.Y = scaled(c.Y, 0.999) },
			"W grown":        func(c *verify.Claims) { c.W = scaled(c.W, 1.02) },
			"W of one sign":  func(c *verify.Claims) { c.W = scaled(c.W, -1) },
			"W too short": func(c *verify.Claims) {
				c.W = verify.Matrix{Rows: c.W.Rows - 1, Cols: c.W.Cols, Data: c.W.Data[c.W.Cols:]}
			},
			"basis appears": func(c *verify.Claims) {
				c.Basis = verify.Matrix{Rows: c.X.Cols, Cols: 1, Data: make([]float64, c.X.Cols)}
			},
		} {
			c := *original
			change(&c)
			if verify.Verify(&c).OK() {
				t.Errorf("d=%d, %s: accepted with the old digest", d, name)
			}
			seal(t, &c)
			if report := verify.Verify(&c); report.OK() {
				t.Errorf("d=%d, %s: accepted\n%v", d, name, report)
			}
		}
	}
}

// TestTamperedTrees changes the leaf list.
func TestTamperedTrees(t *testing.T) {
	original := proven(t, 4)
	flip := func(c *verify.Claims, bit int64) {
		c.Tree = slices.Clone(c.Tree)
		c.Tree[bit>>6] ^= 1 << (bit & 63)
	}
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		c := *original
		bit := rnd.Int64N(c.TreeBits)
		flip(&c, bit)
		if verify.Verify(&c).OK() {
			t.Errorf("seed %d: accepted with bit %d of the tree changed and the old digest", seed, bit)
		}
		seal(t, &c)
		// another edge in an inner node may prove the claim as well; a changed
		// shape of the tree cannot cover all directions
		if report := verify.Verify(&c); report.OK() && report.Cones != verify.Verify(original).Cones {
			t.Errorf("seed %d: accepted with bit %d of the tree changed:\n%v", seed, bit, report)
		}
	}
	for name, change := range map[string]func(c *verify.Claims){
		"every orthant a leaf": func(c *verify.Claims) { c.Tree, c.TreeBits = []uint64{0}, 16 },
		"last bit missing":     func(c *verify.Claims) { c.TreeBits-- },
		"one bit too many":     func(c *verify.Claims) { c.Tree = append(slices.Clone(c.Tree), 0); c.TreeBits++ },
		"no bits":              func(c *verify.Claims) { c.Tree, c.TreeBits = nil, 0 },
		"more bits than words": func(c *verify.Claims) { c.TreeBits = 64*int64(len(c.Tree)) + 1 },
		"negative bits":        func(c *verify.Claims) { c.TreeBits = -1 },
		"no frame":             func(c *verify.Claims) { c.Frame = verify.Matrix{} },
		"singular frame": func(c *verify.Claims) {
			c.Frame = scaled(c.Frame, 1)
			for k := range 4 {
				c.Frame.Data[k*4+1] = c.Frame.Data[k*4]
			}
		},
		"first orthant a leaf": func(c *verify.Claims) {
			// drop the first orthant's subtree: everything after it moves forward
			var bits []bool
			for i := range c.TreeBits {
				bits = append(bits, c.Tree[i>>6]>>(i&63)&1 == 1)
			}
			at, pending := 0, 1
			for pending > 0 {
				pending--
				if bits[at] {
					pending += 2
					at += 3
				}
				at++
			}
			bits = append([]bool{false}, bits[at:]...)
			c.Tree, c.TreeBits = make([]uint64, len(bits)/64+1), int64(len(bits))
			for i, b := range bits {
				if b {
					c.Tree[i>>6] |= 1 << (i & 63)
				}
			}
		},
	} {
		c := *original
		change(&c)
		seal(t, &c)
		if report := verify.Verify(&c); report.OK() {
			t.Errorf("%s: accepted\n%v", name, report)
		}
	}
}

// TestRandomNumbersChanged replaces numbers at random places by others; the
// verifier must either reject or the claim must still hold, which is checked
// with ascents on the changed problem.
func TestRandomNumbersChanged(t *testing.T) {
	original := proven(t, 3)
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		c := *original
		m := []*verify.Matrix{&c.X, &c.Y, &c.W, &c.Frame}[seed%4]
		*m = scaled(*m, 1)
		m.Data[rnd.IntN(len(m.Data))] += rnd.NormFloat64()
		seal(t, &c)
		if !verify.Verify(&c).OK() {
			continue
		}
		in := newInstance(problem.Problem{
			X: mat.NewDense(c.X.Rows, c.X.Cols, c.X.Data), Y: mat.NewDense(c.Y.Rows, c.Y.Cols, c.Y.Data), Gamma: c.Gamma,
		}, 0)
		cl := newClimber(t.Context(), in, c.W.Data)
		for range 500 {
			u := gaussian(rnd, 1, in.d).RawRowView(0)
			normalise(u)
			if v := cl.climb(u); !(v <= c.H) {
				t.Errorf("seed %d: accepted although ‖Wᵀ(Xu)₊‖ = %v > %v", seed, v, c.H)
			}
		}
	}
}

// TestForgedH: a certificate whose H is right but whose W is another's is rejected.
func TestForgedH(t *testing.T) {
	p := tiny(rand.New(rand.NewPCG(5, 5)), 3)
	certificate := solve(t, context.Background(), p, Options{}).Certificate
	certificate.W = mat.DenseCopyOf(p.Y)
	if report := certificate.Verify(); report.OK() {
		t.Errorf("accepted:\n%v", report)
	}
}
