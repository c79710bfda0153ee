package metamorphic

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/exact"
	cones "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/relax"
)

// What a verifier proves from the exact image of a file is the image of what it proves from the file, but
// for the rounding of the bound.
const boundRounding = 1e-14

// A derivation is charged for roundings that depend on the order of sums.
const derivationRounding = 1e-7

func TestMultipliersProveTheSameOfExactChanges(t *testing.T) {
	for _, c := range []int{1, 2} {
		p := randomProblem(6, 10, 3, c, 0.4)
		red, err := lift.Presolve(p)
		if err != nil {
			t.Fatal(err)
		}
		solved, err := relax.Solve(t.Context(), red, relax.Options{})
		if err != nil {
			t.Fatal(err)
		}
		original, err := certificate.Repair(p, red.Grouping, solved.Multipliers)
		if err != nil {
			t.Fatal(err)
		}
		proven, derived := multipliersProve(t, "the original", original), checked(t, proof.FromCertificate(original))
		if !(proven > 0.5*solved.Value) {
			t.Fatalf("the certificate proves %v of %v", proven, solved.Value)
		}
		for _, change := range changes(p) {
			if !change.exact {
				continue
			}
			image := change.certificate(original)
			if got, want := multipliersProve(t, change.name, image), change.law(proven); apart(got, want, boundRounding) {
				t.Errorf("%s: the verifier of multipliers proves %v, want %v", change.name, got, want)
			}
			if got, want := checked(t, proof.FromCertificate(image)), change.law(derived); apart(got, want, derivationRounding) {
				t.Errorf("%s: the verifier of derivations proves %v, want %v", change.name, got, want)
			}
		}
	}
}

func multipliersProve(t *testing.T, name string, c *certificate.Certificate) float64 {
	t.Helper()
	r := verify.Verify(c.Claims())
	if failed, bad := r.FirstFailure(); bad {
		t.Errorf("%s: %s: %s", name, failed.Name, failed.Detail)
	}
	return r.ProvenBound
}

// certificate is what a certificate of the original becomes under an exact change.
func (c change) certificate(of *certificate.Certificate) *certificate.Certificate {
	n, _ := c.rows.Dims()
	out := &certificate.Certificate{X: c.problem.X, Y: c.problem.Y, Gamma: c.problem.Gamma}
	out.LowerBound = math.Nextafter(c.law(of.LowerBound), math.Inf(-1))
	out.W = c.dual(of.W)
	for _, p := range of.Pairs {
		out.Pairs = append(out.Pairs, lift.Pair{K: p.K, L: p.L, Value: c.multipliers * p.Value})
	}
	for _, v := range of.Psi {
		out.Psi = append(out.Psi, c.multipliers*v)
	}
	out.Representatives = slices.Clone(of.Representatives)
	out.MergedInto, out.MergeScale = make([]int, n), make([]float64, n)
	for i := range n {
		out.MergedInto[i] = -1
		for k := range of.MergedInto {
			if c.rows.At(i, k) == 0 {
				continue
			}
			out.MergedInto[i], out.MergeScale[i] = of.MergedInto[k], of.MergeScale[k]
			for r, representative := range of.Representatives {
				if representative == k {
					out.Representatives[r] = i
				}
			}
		}
	}
	return out
}

func TestConesProveTheSameOfExactChanges(t *testing.T) {
	for _, size := range []struct{ n, d, c int }{{10, 2, 2}, {8, 3, 1}} {
		p := randomProblem(7, size.n, size.d, size.c, 0.4)
		solved, err := exact.Solve(t.Context(), p, exact.Options{Gap: 1e-3, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		original := solved.Certificate.Claims()
		proven, derived := conesProve(t, "the original", original), derivedFromCones(t, original)
		if !(proven > 0.99*solved.UpperBound) {
			t.Fatalf("d = %d: the certificate proves %v of %v", size.d, proven, solved.UpperBound)
		}
		for _, change := range changes(p) {
			if !change.exact {
				continue
			}
			image := change.cones(original)
			if got, want := conesProve(t, change.name, image), change.law(proven); apart(got, want, boundRounding) {
				t.Errorf("d = %d, %s: the verifier of cones proves %v, want %v", size.d, change.name, got, want)
			}
			if got, want := derivedFromCones(t, image), change.law(derived); apart(got, want, derivationRounding) {
				t.Errorf("d = %d, %s: the verifier of derivations proves %v, want %v", size.d, change.name, got, want)
			}
		}
	}
}

func conesProve(t *testing.T, name string, c *cones.Claims) float64 {
	t.Helper()
	r := cones.Verify(c)
	if failed, bad := r.FirstFailure(); bad {
		t.Errorf("%s: %s: %s", name, failed.Name, failed.Detail)
	}
	return r.ProvenBound
}

func derivedFromCones(t *testing.T, c *cones.Claims) float64 {
	t.Helper()
	d, err := proof.FromCones(c, 1e-11)
	if err != nil {
		t.Fatal(err)
	}
	return checked(t, d)
}

// cones is what a proof by cones of the original becomes under an exact change.
func (c change) cones(of *cones.Claims) *cones.Claims {
	dense := func(m cones.Matrix) *mat.Dense { return mat.NewDense(m.Rows, m.Cols, m.Data) }
	plain := func(m *mat.Dense) cones.Matrix {
		rows, cols := m.Dims()
		return cones.Matrix{Rows: rows, Cols: cols, Data: m.RawMatrix().Data}
	}
	out := *of
	out.X, out.Y, out.Gamma = plain(c.problem.X), plain(c.problem.Y), c.problem.Gamma
	out.W = plain(c.dual(dense(of.W)))
	out.H = c.gamma * of.H
	out.LowerBound = math.Nextafter(c.law(of.LowerBound), math.Inf(-1))
	d, changed := c.columns.Dims()
	switch turned := c.columns.T(); {
	case of.Basis.Rows > 0:
		out.Basis = plain(product(turned, dense(of.Basis)))
	case changed != d:
		out.Basis = plain(mat.DenseCopyOf(turned))
	case of.Frame.Rows > 0:
		out.Frame = plain(product(turned, dense(of.Frame)))
	}
	meta := map[string]any{}
	if err := json.Unmarshal([]byte(of.Meta), &meta); err != nil {
		panic(err) // the solver wrote it
	}
	meta["digest"] = cones.Digest(&out)
	text, err := json.Marshal(meta)
	if err != nil {
		panic(err)
	}
	out.Meta = string(text)
	return &out
}
