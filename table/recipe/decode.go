package recipe

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/table"
)

// Argmax returns for each row of scores (n×c) the column of its largest entry,
// the first of equals.
func Argmax(scores mat.Matrix) []int {
	n, c := scores.Dims()
	best := make([]int, n)
	for i := range n {
		for k := 1; k < c; k++ {
			if scores.At(i, k) > scores.At(i, best[i]) {
				best[i] = k
			}
		}
	}
	return best
}

// Labels is the inverse of the targets of a classification: the class with the largest
// score in each row of Scores (n×c).  It panics unless the encoding is one of
// classification with c classes.
func (e *Recipe) Labels(scores mat.Matrix) []string {
	if _, c := scores.Dims(); e.Task != TaskClassification || c != len(e.Classes) {
		panic(fmt.Sprintf("recipe: labels from %d scores for %d classes", c, len(e.Classes)))
	}
	best := Argmax(scores)
	labels := make([]string, len(best))
	for i, k := range best {
		labels[i] = e.Classes[k]
	}
	return labels
}

// DecodeFeatures is the inverse of ApplyFeatures on complete rows: it maps the
// rows of x (n×d) back to the units and categories of the table.  A category
// is the one with the largest entry, so that any point of feature space, not
// only an encoded row, has an answer.
func (e *Recipe) DecodeFeatures(x mat.Matrix) (*table.Table, error) {
	n, cols := x.Dims()
	if d, _ := e.Dims(); cols != d {
		return nil, fmt.Errorf("decoding features: %d columns; expected %d", cols, d)
	}
	t := &table.Table{Name: "decoded features"}
	at := 0
	for _, f := range e.Features {
		column := &table.Column{Name: f.Name, Kind: f.Kind}
		for i := range n {
			if f.Kind == table.Numeric {
				column.Numbers = append(column.Numbers, x.At(i, at)*f.Deviation+f.Mean)
				continue
			}
			best := 0
			for k := range f.Categories {
				if x.At(i, at+k) > x.At(i, at+best) {
					best = k
				}
			}
			column.Text = append(column.Text, f.Categories[best])
		}
		t.Columns = append(t.Columns, column)
		at += f.Width()
	}
	return t, nil
}
