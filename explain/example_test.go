package explain_test

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/explain"
	"github.com/relift/relift/network"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

func ExampleNew() {
	frame, _ := read.Read("heights.csv", strings.NewReader("metres,size\n1,small\n2,small\n3,large\n6,large\n"), table.FormatCSV)
	encoding, data, _ := recipe.FitApply(frame, recipe.Options{Scale: recipe.ScaleNone, Bias: true})
	// Two neurons: active above 2.5 metres, and below.
	model, _ := network.New(problem.Weights{
		U: mat.NewDense(2, 2, []float64{1, -2.5, -1, 2.5}),
		V: mat.NewDense(2, 2, []float64{1, -1, -1, 1}),
	}, encoding, network.Provenance{Gamma: 0.1})
	e, err := explain.New(model, data)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Outputs)
	for _, n := range e.Neurons {
		fmt.Printf("neuron %d: %s, %.0f %% of the decision, active on %d rows %v\n", n.Number, n.Hyperplane, 100**n.Share, *n.Active, n.ByClass)
	}
	for _, r := range e.Redundancies {
		fmt.Println(r.Neurons, r.Kind.Meaning())
	}
	// Output:
	// [large small]
	// neuron 1: 1·metres > 2.5, 67 % of the decision, active on 2 rows [2 0]
	// neuron 2: −1·metres > −2.5, 33 % of the decision, active on 2 rows [0 2]
	// [1 2] are the two sides of one hyperplane
}
