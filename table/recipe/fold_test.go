package recipe

import (
	"context"
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// foldTable has a rare class, a rare category and a row without an entry.
const foldTable = `size,colour,kind
1,red,a
2,red,b
3,blue,a
?,red,a
4,green,b
5,red,a
6,blue,c
7,red,b
`

func TestFoldLearnsFromItsTrainingRowsAlone(t *testing.T) {
	frame := mustRead(t, foldTable)
	o := Options{Bias: true, Missing: MissingDrop}
	e, all := mustFit(t, frame, o)
	if len(all.Rows) != 7 {
		t.Fatalf("%d rows are encoded", len(all.Rows))
	}
	train, test := []int{0, 1, 2, 4, 6}, []int{3, 5} // of those without a missing entry; green, and the class c, are in the test rows alone
	fit, judge, err := e.Fold(t.Context(), frame, o, all, train, test)
	if err != nil {
		t.Fatal(err)
	}
	sizes := []float64{1, 2, 3, 5, 7}
	mean, square := 0.0, 0.0
	for _, v := range sizes {
		mean += v / 5
	}
	for _, v := range sizes {
		square += (v - mean) * (v - mean) / 5
	}
	for k, v := range []float64{4, 6} {
		if got, want := judge.X.At(k, 0), (v-mean)/math.Sqrt(square); math.Abs(got-want) > 1e-12 {
			t.Errorf("test row %d has the size %v; with the mean and the deviation of the training rows it has %v", k, got, want)
		}
	}
	if want := mat.NewDense(2, 3, []float64{0, 0, 1, 1, 0, 1}); !mat.Equal(judge.X.Slice(0, 2, 1, 4), want) { // blue, red, bias
		t.Errorf("colours of the test rows:\n%v", mat.Formatted(judge.X))
	}
	if want := mat.NewDense(2, 3, []float64{0, 1, 0, 0, 0, 1}); !mat.Equal(judge.Y, want) {
		t.Errorf("targets of the test rows:\n%v", mat.Formatted(judge.Y))
	}
	if n, c := fit.Y.Dims(); n != 5 || c != 3 || fit.Y.At(1, 1) != 1 || fit.Weights != nil {
		t.Errorf("targets of the training rows:\n%v", mat.Formatted(fit.Y))
	}
}

func TestFoldKeepsWeights(t *testing.T) {
	frame := mustRead(t, "x,w,y\n1,2,0.5\n2,1,1.5\n3,4,2.25\n4,3,0.75\n")
	o := Options{Weight: "w"}
	e, all := mustFit(t, frame, o)
	fit, judge, err := e.Fold(t.Context(), frame, o, all, []int{0, 2, 3}, []int{1})
	if err != nil || len(fit.Weights) != 3 || fit.Weights[1] != 4 || len(judge.Weights) != 1 || judge.Weights[0] != 1 {
		t.Errorf("weights %v and %v, %v", fit, judge, err)
	}
}

// TestFoldLooksAtTheContext: an interruption does not wait for thousands of columns.
func TestFoldLooksAtTheContext(t *testing.T) {
	frame := mustRead(t, foldTable)
	e, all := mustFit(t, frame, Options{Missing: MissingDrop})
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := e.Fold(over, frame, Options{Missing: MissingDrop}, all, []int{0, 1, 2}, []int{3}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
