package proof

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// numpy returns a Python that has NumPy, or skips the test.
func numpy(t *testing.T) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import numpy").Run() == nil {
			return python
		}
	}
	t.Skip("no python3 with NumPy on this machine")
	return ""
}

// shortCheck runs the lines of NumPy that docs/check.md prints on the file of d with a claim, and returns their exit
// status and the bound that they print.
func shortCheck(t *testing.T, python string, d *Derivation, claim float64) (status int, bound float64, out string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.cert.npz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(file, claim, ""); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(python, filepath.Join("..", "report", "html", "check.py"), path)
	text, _ := c.CombinedOutput()
	_, after, _ := strings.Cut(string(text), "at least ")
	_, _ = fmt.Sscan(after, &bound)
	return c.ProcessState.ExitCode(), bound, string(text)
}

// The exit status is 0 where the claim is proved, 3 where only the smaller bound that is printed is.
func TestNumPyChecksTheFile(t *testing.T) {
	python := numpy(t)
	rng := newRand(6)
	problems := []problem.Problem{
		{X: gaussian(rng, 8, 3), Y: gaussian(rng, 8, 2), Gamma: 0.5},
		withMerges(rng, 6, 2, 1, 0.3),
		{X: gaussian(rng, 4, 60), Y: gaussian(rng, 4, 1), Gamma: 1}, // with a basis
	}
	for i, p := range problems {
		d := repaired(t, FromCertificate(relaxation(t, p)))
		proven := mustCheck(t, d).ProvenBound
		status, bound, out := shortCheck(t, python, d, proven)
		if status != 0 || !(bound >= proven*(1-1e-6)) || !(bound <= proven*(1+1e-9)) {
			t.Errorf("problem %d: status %d, the bound is %v: %s", i, status, proven, out)
		}
		if status, again, _ := shortCheck(t, python, d, proven*(1+1e-5)); status != 3 || again != bound {
			t.Errorf("problem %d with a higher claim: status %d, bound %v and %v without", i, status, again, bound)
		}
	}
	p := problems[0]
	for name, spoil := range map[string]func(d *Derivation, leaf *Multipliers){
		"M":      func(_ *Derivation, leaf *Multipliers) { leaf.Pairs[0].Value = 1 },
		"sign":   func(_ *Derivation, leaf *Multipliers) { leaf.Pairs[0].Value *= -1 },
		"psi":    func(_ *Derivation, leaf *Multipliers) { leaf.Psi[0] /= 2 },
		"W":      func(d *Derivation, _ *Multipliers) { d.W.Scale(-1, d.W) },
		"X":      func(d *Derivation, _ *Multipliers) { d.Problem.X = mat.DenseCopyOf(p.X); d.Problem.X.Set(0, 0, 7) },
		"finite": func(d *Derivation, _ *Multipliers) { d.W.Set(0, 0, math.NaN()) },
		"tau":    func(_ *Derivation, leaf *Multipliers) { leaf.Tau = -0.1 },
	} {
		d := repaired(t, FromCertificate(relaxation(t, p)))
		proven := mustCheck(t, d).ProvenBound
		spoil(d, d.Root.(*Multipliers))
		if status, bound, out := shortCheck(t, python, d, proven); status == 0 || bound > proven {
			t.Errorf("%s changed and NumPy says %q", name, out)
		}
	}
	tree := &Derivation{Problem: Problem{X: p.X, Y: p.Y, Gamma: p.Gamma}, W: p.Y, Claim: Form{U: 1, V: 1}, Root: &SplitRow{0, leaf(), leaf()}}
	if status, _, out := shortCheck(t, python, tree, 0); status != 1 || !strings.Contains(out, "relift.verify") {
		t.Errorf("of a tree NumPy says %q", out)
	}
}

// Two rows that are nearly parallel, and multipliers so large that rounding errors
// hide a direction in which the matrix is negative: at most 2 is true, 75 is claimed.
func TestNumPyIsNotFooledByRoundingErrors(t *testing.T) {
	python := numpy(t)
	const height = 1e17
	d := &Derivation{
		Problem: Problem{X: mat.NewDense(2, 1, []float64{1, 1 + 0x1p-52}), Y: mat.NewDense(2, 1, []float64{10, 10}), Gamma: 0.2},
		W:       mat.NewDense(2, 1, []float64{5, 5}),
		Claim:   Form{U: 0.2, V: 0.2},
		Root:    &Multipliers{Psi: []float64{-height, -height}, Pairs: []Pair{{K: 0, L: 3, Value: height / 2}, {K: 1, L: 2, Value: height / 2}}},
	}
	if status, bound, out := shortCheck(t, python, d, 75); status != 3 || bound > 2 {
		t.Errorf("NumPy says %q", out)
	}
}
