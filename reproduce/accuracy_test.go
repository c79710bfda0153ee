package reproduce

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Scores of four rows of two classes, the true class first in rows 0 to 2.
//
//	row  scores       matches for θ in
//	0    0.9  0.1     [0.1, 0.9)
//	1    0.6  0.5     [0.5, 0.6)
//	2    0.2  0.4     never
//	3    0.3  0.8     [0.3, 0.8), true class second
var (
	handScores = mat.NewDense(4, 2, []float64{0.9, 0.1, 0.6, 0.5, 0.2, 0.4, 0.3, 0.8})
	handTruth  = mat.NewDense(4, 2, []float64{1, 0, 1, 0, 1, 0, 0, 1})
)

func TestAccuracyRulesByHand(t *testing.T) {
	if got := argmaxAccuracy(handScores, handTruth); got != 0.75 {
		t.Errorf("argmax: %v, by hand 0.75", got)
	}
	for threshold, want := range map[float64]float64{0: 0, 0.1: 0.25, 0.2: 0.25, 0.3: 0.5, 0.5: 0.75, 0.55: 0.75, 0.6: 0.5, 0.85: 0.25, 0.9: 0} {
		if got := exactMatch(handScores, handTruth, threshold); got != want {
			t.Errorf("exact match at %v: %v, by hand %v", threshold, got, want)
		}
	}
	threshold, accuracy := bestThreshold(handScores, handTruth)
	if accuracy != 0.75 || !(math.Abs(threshold-0.55) < 1e-12) {
		t.Errorf("best threshold %v with %v, by hand 0.55 with 0.75", threshold, accuracy)
	}
}

func TestThresholdIsChosenOnTrainingRows(t *testing.T) {
	// On the training rows every θ in [0.1, 0.2) is right; on the test rows only
	// θ in [0.5, 0.9) is.
	train, trainTruth := mat.NewDense(1, 2, []float64{0.2, 0.1}), mat.NewDense(1, 2, []float64{1, 0})
	test, testTruth := mat.NewDense(1, 2, []float64{0.9, 0.5}), mat.NewDense(1, 2, []float64{1, 0})
	a := accuraciesOf(train, trainTruth, test, testTruth)
	if want := (Accuracies{Argmax: 1, Threshold: 0, Published: 1, Train: 1}); a != want {
		t.Errorf("%+v, by hand %+v", a, want)
	}
}

func TestNoThresholdMatches(t *testing.T) {
	scores, truth := mat.NewDense(1, 2, []float64{0, 1}), mat.NewDense(1, 2, []float64{1, 0})
	if _, accuracy := bestThreshold(scores, truth); accuracy != 0 {
		t.Errorf("accuracy %v of a row that no threshold gets right", accuracy)
	}
	// Equal scores: no threshold separates them either.
	if _, accuracy := bestThreshold(mat.NewDense(1, 2, []float64{1, 1}), truth); accuracy != 0 {
		t.Errorf("accuracy %v of a tie", accuracy)
	}
}
