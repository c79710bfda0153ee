package reproduce

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/report"
	"github.com/relift/relift/table/recipe"
)

var unknown = report.Number(math.NaN())

// Accuracies are the fractions of test rows that are right under each rule.
type Accuracies struct {
	// Argmax: the class with the largest score is the true one.
	Argmax float64 `json:"argmax"`
	// Threshold: the scores above a threshold, taken as a row of zeros and ones,
	// are exactly the one-hot row; the threshold is the best on the training rows.
	Threshold float64 `json:"threshold"`
	// Published: the same with the threshold that is best on the test rows, and
	// for the published rounding also the iterate that is best on the test rows.
	// It is no estimate of the accuracy on new data.
	Published float64 `json:"published"`
	// Train is the argmax accuracy on the training rows.
	Train float64 `json:"train"`
}

// accuraciesOf compares the scores (n×c) of training and test rows with their
// one-hot rows.
func accuraciesOf(train, oneHot, test, testOneHot *mat.Dense) Accuracies {
	threshold, _ := bestThreshold(train, oneHot)
	_, published := bestThreshold(test, testOneHot)
	return Accuracies{
		Argmax: argmaxAccuracy(test, testOneHot), Threshold: exactMatch(test, testOneHot, threshold),
		Published: published, Train: argmaxAccuracy(train, oneHot),
	}
}

// argmaxAccuracy is the fraction of rows whose largest score, the first of
// equals, is that of the true class.
func argmaxAccuracy(scores, oneHot *mat.Dense) float64 {
	right, truth := 0, recipe.Argmax(oneHot)
	for i, k := range recipe.Argmax(scores) {
		if k == truth[i] {
			right++
		}
	}
	return float64(right) / float64(len(truth))
}

// exactMatch is the fraction of rows in which the scores above the threshold
// are exactly the ones of the one-hot row.
func exactMatch(scores, oneHot *mat.Dense, threshold float64) float64 {
	right := 0
	n, _ := scores.Dims()
	for i := range n {
		if low, high := interval(scores.RawRowView(i), oneHot.RawRowView(i)); low <= threshold && threshold < high {
			right++
		}
	}
	return float64(right) / float64(n)
}

// interval returns the thresholds low ≤ θ < high for which a row matches: from
// the largest score of the other classes to the score of the true one.
func interval(scores, oneHot []float64) (low, high float64) {
	low, high = math.Inf(-1), math.Inf(1)
	for k, s := range scores {
		if oneHot[k] == 1 {
			high = min(high, s)
		} else {
			low = max(low, s)
		}
	}
	return low, high
}

// bestThreshold returns the threshold with the most exact matches, the middle
// of the lowest interval of such thresholds, and the fraction that matches.
func bestThreshold(scores, oneHot *mat.Dense) (threshold, accuracy float64) {
	type event struct {
		at   float64
		step int
	}
	var events []event
	n, _ := scores.Dims()
	for i := range n {
		if low, high := interval(scores.RawRowView(i), oneHot.RawRowView(i)); low < high {
			events = append(events, event{low, 1}, event{high, -1})
		}
	}
	slices.SortFunc(events, func(a, b event) int {
		// At one place first what ends: the intervals are half open.
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.step, b.step))
	})
	count, best := 0, 0
	for i, e := range events {
		count += e.step
		if count > best {
			best = count
			threshold = middle(e.at, events[i+1].at) // an interval that begins has its end after it
		}
	}
	return threshold, float64(best) / float64(n)
}

// middle lies between a and b, one of which may be infinite.
func middle(a, b float64) float64 {
	switch {
	case math.IsInf(a, -1) && math.IsInf(b, 1):
		return 0
	case math.IsInf(a, -1):
		return b - 1
	case math.IsInf(b, 1):
		return a + 1
	}
	m := a + (b-a)/2
	if !(m < b) {
		return a
	}
	return m
}
