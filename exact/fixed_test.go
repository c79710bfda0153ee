package exact

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// TestFixed: for the residual of an optimal network the bounds grow to about what Solve proves, and for one of another network they are
// below it; each is accepted by the verifier.
func TestFixed(t *testing.T) {
	for _, d := range []int{1, 2, 3} {
		p := tiny(rand.New(rand.NewPCG(uint64(40+d), 1)), d)
		best, err := Solve(t.Context(), p, Options{Gap: 1e-5})
		if err != nil {
			t.Fatal(err)
		}
		for name, w := range map[string]problem.Weights{"the best network": best.Weights, "none": {}} {
			last := 0.0
			err := Fixed(t.Context(), p, p.DualPoint(w), FixedOptions{Threads: 1}, func(c *Certificate) {
				if !(c.LowerBound > last) || c.LowerBound > best.UpperBound {
					t.Errorf("d = %d, %s: bound %v after %v, the optimum is at most %v", d, name, c.LowerBound, last, best.UpperBound)
				}
				last = c.LowerBound
				if report, err := c.VerifyContext(t.Context()); err != nil || !report.OK() {
					t.Errorf("d = %d, %s: %v, %v", d, name, report, err)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if name != "none" && !(last > 0.99*best.LowerBound) {
				t.Errorf("d = %d: bound %v, Solve has %v", d, last, best.LowerBound)
			}
		}
	}
	p := tiny(rand.New(rand.NewPCG(1, 1)), 3)
	n, _, c := p.Dims()
	if err := Fixed(t.Context(), p, mat.NewDense(n, c+1, nil), FixedOptions{}, nil); err == nil {
		t.Error("a W of another shape is accepted")
	}
}
