package recipe

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Coding is how classes become columns of Y.
type Coding string

// The codings.
const (
	// CodingOneHot has a column for each class: 1 for the row's own class, 0 for the others.
	CodingOneHot Coding = ""
	// CodingSign has one column for two classes: −1 for the first, 1 for the second.  In options it leaves more classes than two one-hot.
	CodingSign Coding = "sign"
)

// codingFor is the coding of so many classes.
func (o Options) codingFor(classes int) Coding {
	if classes == 2 {
		return o.Coding
	}
	return CodingOneHot
}

// validateCoding checks a coding and a class weight read from a file.
func (e *Recipe) validateCoding() error {
	if e.ClassWeight != ClassWeightNone && (e.ClassWeight != ClassWeightBalanced || e.Task != TaskClassification) {
		return fmt.Errorf("encoding: class weight %q; expected balanced for a classification, or none", e.ClassWeight)
	}
	switch {
	case e.Coding == CodingOneHot, e.Coding == CodingSign && e.Task == TaskClassification && len(e.Classes) == 2:
		return nil
	}
	return fmt.Errorf("encoding: coding %q of the targets; expected sign for two classes, or none", e.Coding)
}

// code writes class k to a row of Y.
func (e *Recipe) code(row []float64, k int) {
	if e.Coding == CodingSign {
		row[0] = float64(2*k - 1)
	} else {
		row[k] = 1
	}
}

// Scores returns a column for each class, of which the largest is the row's class, from outputs or targets (n×c): themselves where they are
// one-hot, −f and f for one column f of two classes.  Outputs of a regression are their own scores.
func (e *Recipe) Scores(outputs *mat.Dense) *mat.Dense {
	if e.Coding != CodingSign {
		return outputs
	}
	n, _ := outputs.Dims()
	scores := mat.NewDense(n, 2, nil)
	for i := range n {
		f := outputs.At(i, 0)
		scores.SetRow(i, []float64{-f, f})
	}
	return scores
}

// ScoreNames returns a name for each column of Scores: the classes or the targets.
func (e *Recipe) ScoreNames() []string {
	if e.Task == TaskClassification {
		return slices.Clone(e.Classes)
	}
	return slices.Clone(e.Targets)
}

// ClassWeight says how much the rows of each class count.
type ClassWeight string

// The weights of classes.
const (
	ClassWeightNone     ClassWeight = ""         // every row as its own weight says
	ClassWeightBalanced ClassWeight = "balanced" // every class as much as any other
)

// balanced returns weights n/(k·n_j) for a row of class j, of which there are n_j of n in k classes, times the row's own weight.
func (e *Recipe) balanced(y *mat.Dense, own []float64) []float64 {
	class := Argmax(e.Scores(y))
	counts := make([]int, len(e.Classes))
	present := 0
	for _, k := range class {
		if counts[k] == 0 {
			present++
		}
		counts[k]++
	}
	weights := make([]float64, len(class))
	for i, k := range class {
		weights[i] = float64(len(class)) / float64(present*counts[k])
		if own != nil {
			weights[i] *= own[i]
		}
	}
	return weights
}
