package verify_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"gonum.org/v1/gonum/mat"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x7e57)) }

// problem has duplicates, a negative multiple, a zero row and Gaussian rows.
func randomProblem(rng *rand.Rand, n, d, c int, gamma float64) problem.Problem {
	p := problem.Problem{X: mat.NewDense(n, d, nil), Y: mat.NewDense(n, c, nil), Gamma: gamma}
	for i := range n {
		for j := range d {
			p.X.Set(i, j, rng.NormFloat64())
		}
		for j := range c {
			p.Y.Set(i, j, rng.NormFloat64())
		}
	}
	for j := range d {
		p.X.Set(1, j, p.X.At(0, j))
		p.X.Set(2, j, -2*p.X.At(3, j))
		p.X.Set(4, j, 0)
	}
	return p
}

// valid returns the claims of a certificate with positive entries in every
// multiplier.
func valid(t testing.TB, seed uint64, n, d, c int) *verify.Claims {
	t.Helper()
	rng := newRand(seed)
	p := randomProblem(rng, n, d, c, 0.2)
	r, err := lift.Presolve(p)
	if err != nil {
		t.Fatal(err)
	}
	m := len(r.Representatives)
	multiplier := func() *mat.Dense {
		v := mat.NewDense(m, m, nil)
		for i := range m {
			for j := range m {
				v.Set(i, j, 0.01*rng.Float64())
			}
		}
		return v
	}
	made, err := certificate.Repair(p, r.Grouping, lift.SparseMultipliers(p.Y, multiplier(), multiplier(), multiplier()))
	if err != nil {
		t.Fatal(err)
	}
	v := clone(made.Claims())
	reseal(v)
	if report := verify.Verify(v); !report.OK() {
		t.Fatalf("seed %d: a good certificate is refused:\n%v", seed, report)
	}
	return v
}

func clone(c *verify.Claims) *verify.Claims {
	out := *c
	for _, m := range []*verify.Matrix{&out.X, &out.Y, &out.W, &out.Phi, &out.Omega, &out.Psi} {
		m.Data = append([]float64(nil), m.Data...)
	}
	out.Representatives = append([]int64(nil), c.Representatives...)
	out.MergedInto = append([]int64(nil), c.MergedInto...)
	out.MergeScale = append([]float64(nil), c.MergeScale...)
	return &out
}

// reseal writes the digest of the arrays as they are now, so that only the
// mathematics can refuse them.
func reseal(c *verify.Claims) {
	c.Meta = fmt.Sprintf(`{"digest":%q}`, verify.Digest(c))
}

func refused(t *testing.T, what string, c *verify.Claims, checks ...string) {
	t.Helper()
	reseal(c)
	r := verify.Verify(c)
	if r.OK() {
		t.Errorf("%s: accepted:\n%v", what, r)
		return
	}
	for _, check := range r.Checks {
		// A claim that is too high leaves what is proven as it is.
		if !check.Passed && check.Name != "bound" && !math.IsInf(r.ProvenBound, -1) {
			t.Errorf("%s: %s failed and yet a bound of %v is called proven", what, check.Name, r.ProvenBound)
		}
	}
	for _, check := range r.Checks {
		if check.Passed {
			continue
		}
		for _, want := range checks {
			if check.Name == want {
				return
			}
		}
	}
	if len(checks) > 0 {
		t.Errorf("%s: expected a failure of %v:\n%v", what, checks, r)
	}
}

func TestTamperedCertificatesAreRefused(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			base := valid(t, seed, 9, 2, 2)
			rng := newRand(1000 + seed)
			m := len(base.Representatives)
			tamper := func(what string, checks []string, change func(c *verify.Claims) string) {
				t.Helper()
				c := clone(base)
				detail := change(c)
				refused(t, what+" "+detail, c, checks...)
			}
			at := func(m verify.Matrix) int { return rng.IntN(len(m.Data)) }
			off := func() (int, int) {
				i := rng.IntN(m)
				return i, (i + 1 + rng.IntN(m-1)) % m
			}
			definite, signs := []string{"definite"}, []string{"signs"}

			for range 4 {
				tamper("X nonzero row", []string{"merges", "definite"}, func(c *verify.Claims) string {
					i := []int{0, 1, 2, 3}[rng.IntN(4)]
					j := rng.IntN(c.X.Cols)
					c.X.Data[i*c.X.Cols+j] += 0.1
					return fmt.Sprint(i, j)
				})
				tamper("X zero row", []string{"grouping"}, func(c *verify.Claims) string {
					j := rng.IntN(c.X.Cols)
					c.X.Data[4*c.X.Cols+j] = math.SmallestNonzeroFloat64
					return fmt.Sprint(j)
				})
				tamper("X one ulp of a merged row", []string{"merges"}, func(c *verify.Claims) string {
					k := c.X.Cols + rng.IntN(c.X.Cols)
					c.X.Data[k] = math.Nextafter(c.X.Data[k], 9)
					return fmt.Sprint(k)
				})
				tamper("X sign", []string{"merges", "definite"}, func(c *verify.Claims) string {
					k := rng.IntN(c.X.Cols)
					c.X.Data[k] = -c.X.Data[k]
					return fmt.Sprint(k)
				})
				tamper("Y", []string{"bound"}, func(c *verify.Claims) string {
					k := at(c.Y)
					c.Y.Data[k] -= 1e-6 * math.Copysign(1, c.W.Data[k])
					return fmt.Sprint(k)
				})
				tamper("W larger", []string{"definite", "bound"}, func(c *verify.Claims) string {
					k := at(c.W)
					c.W.Data[k] += math.Copysign(3, c.W.Data[k])
					return fmt.Sprint(k)
				})
				tamper("W sign", []string{"bound", "definite"}, func(c *verify.Claims) string {
					k := at(c.W)
					c.W.Data[k] = -c.W.Data[k]
					return fmt.Sprint(k)
				})
				for _, part := range []struct {
					name string
					of   func(c *verify.Claims) verify.Matrix
				}{
					{"Phi", func(c *verify.Claims) verify.Matrix { return c.Phi }},
					{"Omega", func(c *verify.Claims) verify.Matrix { return c.Omega }},
				} {
					tamper(part.name+" asymmetric", signs, func(c *verify.Claims) string {
						i, j := off()
						v := &part.of(c).Data[i*m+j]
						*v = math.Nextafter(*v, 9)
						return fmt.Sprint(i, j)
					})
					tamper(part.name+" negative", signs, func(c *verify.Claims) string {
						i, j := off()
						part.of(c).Data[i*m+j] = -1e-300
						part.of(c).Data[j*m+i] = -1e-300
						return fmt.Sprint(i, j)
					})
					tamper(part.name+" diagonal negative", signs, func(c *verify.Claims) string {
						i := rng.IntN(m)
						part.of(c).Data[i*m+i] = -1e-300
						return fmt.Sprint(i)
					})
					tamper(part.name+" large", definite, func(c *verify.Claims) string {
						i, j := off()
						part.of(c).Data[i*m+j] += 1e3
						part.of(c).Data[j*m+i] = part.of(c).Data[i*m+j]
						return fmt.Sprint(i, j)
					})
					tamper(part.name+" one sign flipped", signs, func(c *verify.Claims) string {
						for {
							if i, j := off(); part.of(c).Data[i*m+j] != 0 {
								part.of(c).Data[i*m+j] *= -1
								return fmt.Sprint(i, j)
							}
						}
					})
				}
				tamper("Psi off-diagonal negative", signs, func(c *verify.Claims) string {
					i, j := off()
					c.Psi.Data[i*m+j] = -1e-300
					return fmt.Sprint(i, j)
				})
				tamper("Psi off-diagonal large", definite, func(c *verify.Claims) string {
					i, j := off()
					c.Psi.Data[i*m+j] += 1e3
					return fmt.Sprint(i, j)
				})
				tamper("Psi diagonal sign", definite, func(c *verify.Claims) string {
					i := rng.IntN(m)
					c.Psi.Data[i*m+i] *= -1
					return fmt.Sprint(i)
				})
				tamper("Psi diagonal very negative", definite, func(c *verify.Claims) string {
					i := rng.IntN(m)
					c.Psi.Data[i*m+i] -= 1e4
					return fmt.Sprint(i)
				})
				tamper("representatives", []string{"grouping"}, func(c *verify.Claims) string {
					k := rng.IntN(m)
					c.Representatives[k] = []int64{-1, 4, int64(c.X.Rows), c.Representatives[(k+1)%m]}[rng.IntN(4)]
					return fmt.Sprint(k, c.Representatives[k])
				})
				tamper("merged_into", []string{"grouping", "merges"}, func(c *verify.Claims) string {
					k := rng.IntN(c.X.Rows)
					if k == 4 {
						c.MergedInto[k] = 0
						return fmt.Sprint(k)
					}
					c.MergedInto[k] = []int64{-2, -1, int64(m), (c.MergedInto[k] + 1) % int64(m)}[rng.IntN(4)]
					return fmt.Sprint(k, c.MergedInto[k])
				})
				tamper("merge_scale", []string{"grouping", "merges"}, func(c *verify.Claims) string {
					k := rng.IntN(c.X.Rows)
					if k == 4 {
						c.MergeScale[k] = 1
					} else {
						c.MergeScale[k] = []float64{0, -c.MergeScale[k], math.Nextafter(c.MergeScale[k], 9), 1e308}[rng.IntN(4)]
					}
					return fmt.Sprint(k, c.MergeScale[k])
				})
				tamper("gamma smaller", definite, func(c *verify.Claims) string {
					c.Gamma *= 1 - 1e-6
					return ""
				})
			}
			tamper("gamma negative", []string{"finite"}, func(c *verify.Claims) string { c.Gamma = -c.Gamma; return "" })
			tamper("gamma zero", []string{"finite"}, func(c *verify.Claims) string { c.Gamma = 0; return "" })
			tamper("bound raised", []string{"bound"}, func(c *verify.Claims) string {
				c.LowerBound += 1e-6 * math.Abs(c.LowerBound)
				return ""
			})
			tamper("bound one ulp up", []string{"bound"}, func(c *verify.Claims) string {
				c.LowerBound = math.Nextafter(c.LowerBound, math.Inf(1))
				return ""
			})
			tamper("all multipliers scaled", definite, func(c *verify.Claims) string {
				for _, v := range []verify.Matrix{c.Phi, c.Omega, c.Psi} {
					for k := range v.Data {
						v.Data[k] *= 1 + 1e-6
					}
				}
				for k := range c.W.Data {
					c.W.Data[k] *= 1 + 1e-6
				}
				return ""
			})
		})
	}
}

func TestEveryNumberThatIsNotFiniteIsRefused(t *testing.T) {
	base := valid(t, 31, 8, 2, 1)
	rng := newRand(32)
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for name, slot := range map[string]func(c *verify.Claims) *float64{
			"X":           func(c *verify.Claims) *float64 { return &c.X.Data[rng.IntN(len(c.X.Data))] },
			"Y":           func(c *verify.Claims) *float64 { return &c.Y.Data[rng.IntN(len(c.Y.Data))] },
			"W":           func(c *verify.Claims) *float64 { return &c.W.Data[rng.IntN(len(c.W.Data))] },
			"Phi":         func(c *verify.Claims) *float64 { return &c.Phi.Data[rng.IntN(len(c.Phi.Data))] },
			"Omega":       func(c *verify.Claims) *float64 { return &c.Omega.Data[rng.IntN(len(c.Omega.Data))] },
			"Psi":         func(c *verify.Claims) *float64 { return &c.Psi.Data[rng.IntN(len(c.Psi.Data))] },
			"merge_scale": func(c *verify.Claims) *float64 { return &c.MergeScale[rng.IntN(len(c.MergeScale))] },
			"gamma":       func(c *verify.Claims) *float64 { return &c.Gamma },
			"lower_bound": func(c *verify.Claims) *float64 { return &c.LowerBound },
		} {
			c := clone(base)
			*slot(c) = bad
			refused(t, fmt.Sprint(name, " ", bad), c, "finite", "grouping")
		}
	}
}

func TestHugeNumbersAreRefusedWithoutPanic(t *testing.T) {
	base := valid(t, 33, 8, 2, 1)
	for _, size := range []float64{1e300, 1e200, 1e-300} {
		for _, pick := range []func(c *verify.Claims) verify.Matrix{
			func(c *verify.Claims) verify.Matrix { return c.X },
			func(c *verify.Claims) verify.Matrix { return c.W },
			func(c *verify.Claims) verify.Matrix { return c.Psi },
			func(c *verify.Claims) verify.Matrix { return c.Omega },
		} {
			c := clone(base)
			for k := range pick(c).Data {
				pick(c).Data[k] *= size
			}
			verify.Verify(c)
		}
	}
}

func TestShapesAreChecked(t *testing.T) {
	base := valid(t, 34, 8, 2, 1)
	for name, change := range map[string]func(c *verify.Claims){
		"W rows":          func(c *verify.Claims) { c.W.Rows-- },
		"W data":          func(c *verify.Claims) { c.W.Data = c.W.Data[1:] },
		"Phi":             func(c *verify.Claims) { c.Phi.Cols++ },
		"Y rows":          func(c *verify.Claims) { c.Y.Rows++ },
		"merged_into":     func(c *verify.Claims) { c.MergedInto = c.MergedInto[1:] },
		"merge_scale":     func(c *verify.Claims) { c.MergeScale = nil },
		"representatives": func(c *verify.Claims) { c.Representatives = c.Representatives[1:] },
		"X empty":         func(c *verify.Claims) { c.X = verify.Matrix{} },
		"negative":        func(c *verify.Claims) { c.X.Rows, c.X.Cols = -8, -2 },
	} {
		c := clone(base)
		change(c)
		if r := verify.Verify(c); r.OK() || r.Checks[0].Name != "shapes" || r.Checks[0].Passed {
			t.Errorf("%s: %v", name, r)
		}
	}
	if (verify.Report{}).OK() {
		t.Error("an empty report is OK")
	}
}

func TestDigestCatchesAnyChange(t *testing.T) {
	base := valid(t, 35, 9, 3, 2)
	for name, change := range map[string]func(c *verify.Claims){
		"X":               func(c *verify.Claims) { c.X.Data[3] = math.Nextafter(c.X.Data[3], 9) },
		"Y":               func(c *verify.Claims) { c.Y.Data[3] = math.Nextafter(c.Y.Data[3], 9) },
		"gamma":           func(c *verify.Claims) { c.Gamma = math.Nextafter(c.Gamma, 9) },
		"representatives": func(c *verify.Claims) { c.Representatives[0]++ },
		"merged_into":     func(c *verify.Claims) { c.MergedInto[0]++ },
		"merge_scale":     func(c *verify.Claims) { c.MergeScale[0] = 2 },
		"W":               func(c *verify.Claims) { c.W.Data[3] = math.Nextafter(c.W.Data[3], 9) },
		"Phi":             func(c *verify.Claims) { c.Phi.Data[3] = math.Nextafter(c.Phi.Data[3], 9) },
		"Omega":           func(c *verify.Claims) { c.Omega.Data[3] = math.Nextafter(c.Omega.Data[3], 9) },
		"Psi":             func(c *verify.Claims) { c.Psi.Data[3] = math.Nextafter(c.Psi.Data[3], 9) },
		"lower_bound":     func(c *verify.Claims) { c.LowerBound = math.Nextafter(c.LowerBound, -9) },
	} {
		c := clone(base)
		change(c)
		if verify.Digest(c) == verify.Digest(base) {
			t.Errorf("%s: the digest did not change", name)
		}
	}
	// A change that leaves every claim true is caught by the digest alone.
	c := clone(base)
	c.LowerBound = math.Nextafter(c.LowerBound, -9)
	r := verify.Verify(c)
	if failure, bad := r.FirstFailure(); !bad || failure.Name != "digest" {
		t.Errorf("expected the digest to fail:\n%v", r)
	}
	reseal(c)
	if r := verify.Verify(c); !r.OK() {
		t.Errorf("a smaller claim is true and refused:\n%v", r)
	}
	c.Meta = "{"
	if r := verify.Verify(c); r.OK() {
		t.Error("meta data that are not JSON are accepted")
	}
	c.Meta = ""
	if r := verify.Verify(c); !r.OK() {
		t.Errorf("a certificate without meta data is refused:\n%v", r)
	}
}

func TestTable(t *testing.T) {
	base := valid(t, 36, 9, 3, 2)
	if check := verify.VerifyTable(base, base.X, base.Y); !check.Passed {
		t.Error(check.Detail)
	}
	other := clone(base)
	other.X.Data[2*3+1] += 1
	if check := verify.VerifyTable(base, other.X, base.Y); check.Passed || !strings.Contains(check.Detail, "row 2, column 1") {
		t.Errorf("changed X: %+v", check)
	}
	other = clone(base)
	other.Y.Data[8*2+1] = math.NaN()
	if check := verify.VerifyTable(base, base.X, other.Y); check.Passed || !strings.Contains(check.Detail, "row 8, column 1") {
		t.Errorf("changed Y: %+v", check)
	}
	if check := verify.VerifyTable(base, base.Y, base.Y); check.Passed {
		t.Error("another shape is accepted")
	}
}

func BenchmarkVerify(b *testing.B) {
	rng := newRand(40)
	const n, d, c = 1000, 10, 3
	x := verify.Matrix{Rows: n, Cols: d, Data: make([]float64, n*d)}
	for k := range x.Data {
		x.Data[k] = rng.NormFloat64()
	}
	y := verify.Matrix{Rows: n, Cols: c, Data: make([]float64, n*c)}
	square := func() verify.Matrix { return verify.Matrix{Rows: n, Cols: n, Data: make([]float64, n*n)} }
	claims := &verify.Claims{X: x, Y: y, W: y, Gamma: 1, Phi: square(), Omega: square(), Psi: square()}
	for i := range n {
		claims.Representatives = append(claims.Representatives, int64(i))
		claims.MergedInto = append(claims.MergedInto, int64(i))
		claims.MergeScale = append(claims.MergeScale, 1)
		claims.Psi.Data[i*n+i] = -1.0 / n
		for j := range i {
			claims.Phi.Data[i*n+j], claims.Phi.Data[j*n+i] = 1e-8, 1e-8
		}
	}
	for b.Loop() {
		if r := verify.Verify(claims); !r.OK() {
			b.Fatal(r)
		}
	}
}
