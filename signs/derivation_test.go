package signs

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof/check"
)

// requireProof has package proof/check check the tree's derivation: the bound that it proves is the tree's, but for a
// relative loss.
func requireProof(t *testing.T, tree *Tree, loss float64) {
	t.Helper()
	d, err := tree.Derivation()
	if err != nil {
		t.Fatal(err)
	}
	report, err := d.Check(context.Background(), check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if failure, failed := report.FirstFailure(); failed {
		t.Fatalf("the derivation is refused: %v", failure)
	}
	if bound := tree.LowerBound(); !(report.ProvenBound > bound*(1-loss)) || report.ProvenBound > bound*(1+1e-6) {
		t.Errorf("the derivation proves %.10g, the tree %.10g", report.ProvenBound, bound)
	}
}

func TestDerivationIsAccepted(t *testing.T) {
	for _, test := range []struct {
		name    string
		n, d, c int
		options Options
	}{
		{"one output", 16, 4, 1, Options{}},
		{"one output, no cones", 16, 4, 1, Options{NoCones: true}},
		{"two outputs", 12, 3, 2, Options{}},
		{"no sign of v", 12, 3, 1, Options{NoSign: true}},
		{"more columns than rank", 8, 12, 1, Options{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := gaussianProblem(test.n, test.d, test.c, 0.7, 5)
			tree, err := NewTree(p, p.Residual(trained(t, p)), test.options)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%v with %d leaves, h/γ ≤ %.7f", tree.Run(context.Background()), tree.Leaves(), tree.Value())
			requireProof(t, tree, 1e-7)
		})
	}
}

// Two outputs that are multiples of each other are one.
func TestOutputsOfRankOne(t *testing.T) {
	p := gaussianProblem(12, 3, 1, 0.7, 5)
	two := mat.NewDense(12, 2, nil)
	for i := range 12 {
		two.SetRow(i, []float64{0.6 * p.Y.At(i, 0), -0.8 * p.Y.At(i, 0)})
	}
	one, err := Solve(context.Background(), p, problem.Weights{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	p.Y = two
	r, err := Solve(context.Background(), p, problem.Weights{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Tree.in.c != 1 || math.Abs(r.LowerBound-one.LowerBound) > 2e-4*one.LowerBound {
		t.Errorf("%d outputs are left, proven %.8f, with one output %.8f", r.Tree.in.c, r.LowerBound, one.LowerBound)
	}
	requireProof(t, r.Tree, 1e-7)
}
