package audit_test

import (
	"context"
	"fmt"

	"github.com/relift/relift/audit"
	"github.com/relift/relift/problem"
	"gonum.org/v1/gonum/mat"
)

// One neuron fits the right half of y = |x|; the neuron it misses has the
// opposite direction.
func ExampleRun() {
	p := problem.Problem{
		X:     mat.NewDense(4, 1, []float64{-2, -1, 1, 2}),
		Y:     mat.NewDense(4, 1, []float64{2, 1, 1, 2}),
		Gamma: 0.1,
	}
	network := problem.Weights{U: mat.NewDense(1, 1, []float64{1}), V: mat.NewDense(1, 1, []float64{1})}
	report, err := audit.Run(context.Background(), p, network, audit.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Verdict)
	fmt.Printf("objective %.3f; no network has less than 0.19: %t\n", report.Objective, report.LowerBound >= 0.19)
	fmt.Printf("missing: u = %v, which lowers the objective to %.3f\n", report.Missing.Direction, report.Missing.Objective)
	// Output:
	// not_optimal
	// objective 2.600; no network has less than 0.19: true
	// missing: u = [-1], which lowers the objective to 0.199
}
