package forgery_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/exact"
	cones "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/relax"
)

// problem has n rows, among them multiples of each other and a row of zeros.
func randomProblem(seed uint64, n, d, c int) problem.Problem {
	rng := rand.New(rand.NewPCG(seed, 0xf0))
	matrix := func(rows, cols int) *mat.Dense {
		m := mat.NewDense(rows, cols, nil)
		for i := range rows {
			for j := range cols {
				m.Set(i, j, rng.NormFloat64())
			}
		}
		return m
	}
	p := problem.Problem{X: matrix(n, d), Y: matrix(n, c), Gamma: 0.3}
	for j := range d {
		p.X.Set(1, j, p.X.At(0, j))
		p.X.Set(2, j, -2*p.X.At(3, j))
		p.X.Set(4, j, 0)
	}
	return p
}

// multipliers is the certificate of the relaxation of p.
func multipliers(t *testing.T, p problem.Problem) *verify.Claims {
	t.Helper()
	r, err := lift.Presolve(p)
	if err != nil {
		t.Fatal(err)
	}
	solution, err := relax.Solve(t.Context(), r, relax.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := certificate.Repair(p, r.Grouping, solution.Multipliers)
	if err != nil {
		t.Fatal(err)
	}
	claims := c.Claims()
	claims.Meta = fmt.Sprintf(`{"digest":%q}`, verify.Digest(claims))
	return claims
}

// array is a float64 array of a certificate with its number of columns.
type array struct {
	name string
	data []float64
	cols int
}

// change is a way of changing an array.
type change struct {
	name string
	to   func(a array, at int)
}

var changes = []change{
	{"sign", func(a array, at int) { a.data[at] = -a.data[at] }},
	{"all signs", func(a array, _ int) { scaleAll(a, -1) }},
	{"zero", func(a array, at int) { a.data[at] = 0 }},
	{"all zero", func(a array, _ int) { scaleAll(a, 0) }},
	{"denormal", func(a array, at int) { a.data[at] = 5e-324 }},
	{"all denormal", func(a array, _ int) { scaleAll(a, 0x1p-1060) }},
	{"huge", func(a array, at int) { a.data[at] = 1e300 }},
	{"NaN", func(a array, at int) { a.data[at] = math.NaN() }},
	{"infinite", func(a array, at int) { a.data[at] = math.Inf(-1) }},
	{"times 1e-165", func(a array, _ int) { scaleAll(a, 1e-165) }},
	{"times 1e165", func(a array, _ int) { scaleAll(a, 1e165) }},
	{"half", func(a array, _ int) { scaleAll(a, 0.5) }},
	{"a little more", func(a array, _ int) { scaleAll(a, 1+1e-9) }},
	{"a little less", func(a array, _ int) { scaleAll(a, 1-1e-9) }},
	{"one more", func(a array, at int) { a.data[at]++ }},
	{"diagonal far below", func(a array, _ int) {
		for i := 0; i < len(a.data); i += a.cols + 1 {
			a.data[i] -= 1000
		}
	}},
	{"rows exchanged", func(a array, at int) {
		i, j := at/a.cols*a.cols, (at/a.cols+1)*a.cols%len(a.data)
		for k := range a.cols {
			a.data[i+k], a.data[j+k] = a.data[j+k], a.data[i+k]
		}
	}},
}

func scaleAll(a array, by float64) {
	for i := range a.data {
		a.data[i] *= by
	}
}

// oracle knows an objective that a network attains, for any X, Y and γ: an upper
// bound of the optimum that has nothing to do with any verifier.
type oracle map[string]float64

func (o oracle) attained(t *testing.T, x, y verify.Matrix, gamma float64) float64 {
	t.Helper()
	key := fmt.Sprint(x, y, gamma)
	if v, known := o[key]; known {
		return v
	}
	zero, largest, least := 0.0, gamma, gamma
	for _, v := range y.Data {
		zero += v * v / 2
	}
	for _, v := range slices.Concat(x.Data, y.Data) {
		if v != 0 {
			largest, least = max(largest, math.Abs(v)), min(least, math.Abs(v))
		}
	}
	o[key] = zero
	if least < 1e-12 || largest > 1e12 { // the network 0 has to do
		return zero
	}
	p := problem.Problem{X: mat.NewDense(x.Rows, x.Cols, slices.Clone(x.Data)), Y: mat.NewDense(y.Rows, y.Cols, slices.Clone(y.Data)), Gamma: gamma}
	r, err := exact.Solve(t.Context(), p, exact.Options{Gap: 1e-9, TimeLimit: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	best, _ := p.Objective(r.Weights)
	o[key] = min(zero, best)
	return o[key]
}

// boldness is how far a forger moves W towards Y, where the dual value is largest and
// the constraint is violated, beside changing an array that should have shown it.
var boldness = []float64{0, 0.3, 1}

// embolden moves w towards y.
func embolden(w, y []float64, by float64) {
	for i := range w {
		w[i] += by * (y[i] - w[i])
	}
}

// tally counts what became of the mutants.
type tally struct{ accepted, refused int }

// judge fails when a false bound was accepted.
func (n *tally) judge(t *testing.T, o oracle, what string, ok bool, x, y verify.Matrix, gamma, claimed float64) {
	t.Helper()
	if !ok {
		n.refused++
		return
	}
	n.accepted++
	if best := o.attained(t, x, y, gamma); !(claimed <= best*(1+1e-9)+1e-290) {
		t.Errorf("%s: a bound of %v was accepted and a network attains %v", what, claimed, best)
	}
}

// TestMutantsOfMultipliers changes every array of real certificates in every way,
// claims the largest bound that the changed W would allow, seals the file anew, and
// holds what is still accepted against the objective of a network.
func TestMutantsOfMultipliers(t *testing.T) {
	known := oracle{}
	var n tally
	for _, size := range []struct{ n, d, c int }{{6, 2, 1}, {6, 2, 2}, {5, 1, 1}, {5, 9, 1}} {
		honest := multipliers(t, randomProblem(uint64(size.n), size.n, size.d, size.c))
		n.judge(t, known, "honest", verify.Verify(honest).OK(), honest.X, honest.Y, honest.Gamma, honest.LowerBound)
		if n.accepted == 0 {
			t.Fatalf("the honest certificate is refused: %v", verify.Verify(honest))
		}
		for _, name := range []string{"X", "Y", "gamma", "merge_scale", "W", "Phi", "Omega", "Psi"} {
			for _, how := range changes {
				for trial := range 3 * len(boldness) {
					at, bold := []int{0, 3, 17}[trial%3], boldness[trial/3]
					c := *honest
					for _, m := range []*verify.Matrix{&c.X, &c.Y, &c.W, &c.Phi, &c.Omega, &c.Psi} {
						m.Data = slices.Clone(m.Data)
					}
					c.MergeScale = slices.Clone(c.MergeScale)
					gamma := []float64{c.Gamma}
					a := map[string]array{
						"X": {name, c.X.Data, c.X.Cols}, "Y": {name, c.Y.Data, c.Y.Cols}, "gamma": {name, gamma, 1}, "merge_scale": {name, c.MergeScale, 1},
						"W": {name, c.W.Data, c.W.Cols}, "Phi": {name, c.Phi.Data, c.Phi.Cols}, "Omega": {name, c.Omega.Data, c.Omega.Cols}, "Psi": {name, c.Psi.Data, c.Psi.Cols},
					}[name]
					how.to(a, at%len(a.data))
					embolden(c.W.Data, c.Y.Data, bold)
					c.Gamma = gamma[0]
					c.Meta = "{}"
					if claim := dual(c.W.Data, c.Y.Data); !math.IsNaN(claim) && !math.IsInf(claim, 0) {
						c.LowerBound = claim - 1e-12*math.Abs(claim)
					}
					n.judge(t, known, fmt.Sprintf("%v, %s: %s at %d, W moved by %v", size, name, how.name, at, bold), verify.Verify(&c).OK(), c.X, c.Y, c.Gamma, c.LowerBound)
				}
			}
		}
	}
	if n.accepted < 50 || n.refused < 200 {
		t.Errorf("%d accepted and %d refused: the test does not test both sides", n.accepted, n.refused)
	}
}

// dual returns ⟨W,Y⟩ − ½‖W‖².
func dual(w, y []float64) float64 {
	sum := 0.0
	for i, v := range w {
		sum += v*y[i] - v*v/2
	}
	return sum
}

// TestMutantsOfCones does the same to proofs by cones of every rank.
func TestMutantsOfCones(t *testing.T) {
	known := oracle{}
	var n tally
	for _, size := range []struct{ n, d, c int }{{7, 1, 2}, {8, 2, 1}, {8, 3, 1}, {7, 3, 2}} {
		p := randomProblem(uint64(size.n*size.d), size.n, size.d, size.c)
		for _, wide := range []bool{false, true} { // with a basis of X's row space
			if wide {
				x := mat.NewDense(size.n, size.d+1, nil)
				x.Slice(0, size.n, 0, size.d).(*mat.Dense).Copy(p.X)
				for i := range size.n { // a column in the span of the others
					x.Set(i, size.d, x.At(i, 0))
				}
				p.X = x
			}
			r, err := exact.Solve(t.Context(), p, exact.Options{Gap: 1e-3, TimeLimit: 20 * time.Second})
			if err != nil || r.Certificate == nil {
				t.Fatalf("%v: no certificate (%v)", size, err)
			}
			honest := r.Certificate.Claims()
			if report := cones.Verify(honest); !report.OK() {
				t.Fatalf("the honest certificate is refused: %v", report)
			}
			mutateCones(t, known, &n, fmt.Sprint(size, wide), honest)
		}
	}
	if n.accepted < 50 || n.refused < 200 {
		t.Errorf("%d accepted and %d refused: the test does not test both sides", n.accepted, n.refused)
	}
}

func mutateCones(t *testing.T, known oracle, n *tally, what string, honest *cones.Claims) {
	t.Helper()
	for _, name := range []string{"X", "Y", "W", "gamma", "H", "basis", "frame", "tree"} {
		for _, how := range changes {
			for trial := range 2 * 2 * len(boldness) {
				at, lower, bold := []int{0, 5}[trial%2], []float64{1, 0.5}[trial/2%2], boldness[trial/4]
				c := *honest
				for _, m := range []*cones.Matrix{&c.X, &c.Y, &c.W, &c.Basis, &c.Frame} {
					m.Data = slices.Clone(m.Data)
				}
				c.Tree = slices.Clone(c.Tree)
				gamma, h := []float64{c.Gamma}, []float64{c.H}
				a := map[string]array{
					"X": {name, c.X.Data, c.X.Cols}, "Y": {name, c.Y.Data, c.Y.Cols}, "W": {name, c.W.Data, c.W.Cols}, "gamma": {name, gamma, 1}, "H": {name, h, 1},
					"basis": {name, c.Basis.Data, max(1, c.Basis.Cols)}, "frame": {name, c.Frame.Data, max(1, c.Frame.Cols)},
				}[name]
				switch {
				case name == "tree" && len(c.Tree) == 0 || name != "tree" && len(a.data) == 0:
					continue
				case name == "tree":
					bit := (len(how.name)*31 + at*7) % int(c.TreeBits)
					c.Tree[bit/64] ^= 1 << (bit % 64)
				default:
					how.to(a, at%len(a.data))
				}
				embolden(c.W.Data, c.Y.Data, bold)
				c.Gamma, c.H = gamma[0], h[0]*lower
				if claim := coneDual(&c); !math.IsNaN(claim) && !math.IsInf(claim, 0) {
					c.LowerBound = claim - 1e-12*math.Abs(claim)
				}
				text, err := json.Marshal(cones.Meta{Format: cones.Format, FormatVersion: cones.FormatVersion, Digest: cones.Digest(&c)})
				if err != nil {
					t.Fatal(err)
				}
				c.Meta = string(text)
				n.judge(t, known, fmt.Sprintf("%s, %s: %s at %d, W moved by %v, H times %v", what, name, how.name, at, bold, lower), cones.Verify(&c).OK(), verify.Matrix(c.X), verify.Matrix(c.Y), c.Gamma, c.LowerBound)
			}
		}
	}
}

// coneDual returns the largest t⟨W,Y⟩ − ½t²‖W‖² with t ≤ γ/H, and ½‖y‖² for zero
// rows.
func coneDual(c *cones.Claims) float64 {
	wy, ww, constant := 0.0, 0.0, 0.0
	for i := range c.X.Rows {
		zero := true
		for _, v := range c.X.Row(i) {
			zero = zero && v == 0
		}
		for k, y := range c.Y.Row(i) {
			if w := c.W.Row(i)[k]; zero {
				constant += y * y / 2
			} else {
				wy, ww = wy+w*y, ww+w*w
			}
		}
	}
	if !(wy > 0) {
		return constant
	}
	t := min(wy/ww, c.Gamma/c.H)
	return constant + t*wy - t*t*ww/2
}
