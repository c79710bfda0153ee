package relift_test

import (
	"context"
	"fmt"

	"github.com/relift/relift"
	"gonum.org/v1/gonum/mat"
)

// Four points that no linear function fits: y = |x|, with a column of ones as
// the bias.
func Example() {
	x := mat.NewDense(4, 2, []float64{
		-2, 1,
		-1, 1,
		1, 1,
		2, 1,
	})
	y := mat.NewDense(4, 1, []float64{2, 1, 1, 2})

	result, err := relift.Train(context.Background(), relift.Problem{X: x, Y: y, Gamma: 0.1}, relift.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("objective: %.3f\n", result.UpperBound)
	fmt.Printf("proof accepted: %t\n", result.Proof.Verify() == nil)
	// Output:
	// objective: 0.187
	// proof accepted: true
}
