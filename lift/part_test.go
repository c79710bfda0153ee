package lift

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// The parts of a presolved problem have its representatives, and their constants and targets add up to its own.
func TestPartsReducedAddUp(t *testing.T) {
	x := mat.NewDense(7, 3, []float64{1, 0, 0, 2, 0, 0, 0, 1, 0, 0, -3, 0, 1, 1, 0, 1, -1, 0, 0, 0, 0}) // of rank 2
	y := mat.NewDense(7, 1, []float64{1, 5, 2, 4, 3, -1, 7})
	red, err := Presolve(problem.Problem{X: x, Y: y, Gamma: 1})
	if err != nil {
		t.Fatal(err)
	}
	constant, squares := 0.0, 0.0
	for _, groups := range [][]int{{0, 2}, {1, 3}} {
		part := red.Part(groups).Reduced()
		constant += part.Constant
		squares += mat.Dot(part.Y.ColView(0), part.Y.ColView(0))
		for k, g := range groups {
			if got, want := part.Source.X.RowView(part.Representatives[k]), x.RowView(red.Representatives[g]); !mat.Equal(got, want) {
				t.Errorf("representative %d is %v, want %v", k, got, want)
			}
			if part.RowScale[k] != red.RowScale[g] || !mat.Equal(part.X.RowView(k), red.X.RowView(g)) {
				t.Errorf("representative %d has other coordinates than in the whole", k)
			}
		}
		if len(part.MergedInto) != 3 {
			t.Errorf("a part of %d rows, want 3", len(part.MergedInto))
		}
	}
	const zero = 49.0 / 2 // the zero row's, which is in no part
	if math.Abs(constant+zero-red.Constant) > 1e-12 || math.Abs(squares-mat.Dot(red.Y.ColView(0), red.Y.ColView(0))) > 1e-12 {
		t.Errorf("constants %v and squares %v of the parts, %v and %v of the whole", constant+zero, squares, red.Constant, mat.Dot(red.Y.ColView(0), red.Y.ColView(0)))
	}
}
