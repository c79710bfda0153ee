package signs

import (
	"context"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/exact"
	"github.com/relift/relift/problem"
)

// One feature, one row, more outputs than rows, a target of zero, rows that are all parallel.
func TestSmallestProblems(t *testing.T) {
	for name, p := range map[string]problem.Problem{
		"one feature":   gaussianProblem(5, 1, 1, 0.3, 1),
		"one row":       gaussianProblem(1, 3, 1, 0.3, 2),
		"three outputs": gaussianProblem(3, 2, 3, 0.3, 3),
		"two features":  gaussianProblem(8, 2, 2, 0.3, 4),
		"zero targets":  {X: gaussianProblem(4, 2, 1, 1, 5).X, Y: mat.NewDense(4, 1, nil), Gamma: 1},
		"zero rows":     {X: mat.NewDense(2, 2, nil), Y: mat.NewDense(2, 1, []float64{1, 2}), Gamma: 1},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := exact.Solve(context.Background(), p, exact.Options{Gap: 1e-6})
			if err != nil {
				t.Fatal(err)
			}
			got, err := Solve(context.Background(), p, problem.Weights{}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got.LowerBound > want.UpperBound*(1+1e-9) || got.LowerBound < want.LowerBound*(1-5e-4) {
				t.Errorf("%v: proven %.9f, network %.9f; exactly %.9f", got.Status, got.LowerBound, got.UpperBound, want.UpperBound)
			}
		})
	}
}
