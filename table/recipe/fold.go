package recipe

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/table"
)

// Fold encodes rows of a training table, for a cross-validation, by a recipe that is fitted on the rows train alone, so that nothing of the rows test
// gets into the training.  all is the table t as e, fitted with the options o, encodes it, and train and test are rows of all.  Targets and weights are
// those of all, as a fold may lack a class; a category that the rows train lack is none of the categories.  When ctx ends its error is returned.
func (e *Recipe) Fold(ctx context.Context, t *table.Table, o Options, all *Encoded, train, test []int) (fit, judge *Encoded, err error) {
	o.Task = e.Task
	own, fit, err := fitApply(ctx, t.Subset(chosen(all.Rows, train)), o)
	if err != nil {
		return nil, nil, err
	}
	judge, err = own.apply(ctx, t.Subset(chosen(all.Rows, test)), ApplyOptions{Unknown: UnknownIgnore})
	if err != nil {
		return nil, nil, err
	}
	fit.Y, fit.Weights = all.targets(train)
	judge.Y, judge.Weights = all.targets(test)
	return fit, judge, nil
}

// targets are the targets and the weights of some rows.
func (d *Encoded) targets(rows []int) (y *mat.Dense, weights []float64) {
	_, c := d.Y.Dims()
	y = mat.NewDense(len(rows), c, nil)
	for k, i := range rows {
		y.SetRow(k, d.Y.RawRowView(i))
	}
	if d.Weights != nil {
		weights = chosen(d.Weights, rows)
	}
	return y, weights
}

// chosen are the entries at the given places.
func chosen[T any](all []T, at []int) []T {
	out := make([]T, len(at))
	for k, i := range at {
		out[k] = all[i]
	}
	return out
}
