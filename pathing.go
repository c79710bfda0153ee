package relift

import (
	"context"

	"github.com/relift/relift/regpath"
	"github.com/relift/relift/tune"
)

// The weight decay from the data; the documentation of these nouns is in packages tune and regpath.
type (
	// Fold is a division of the rows in training and test rows.
	Fold = tune.Fold
	// TuneOptions of Tune.  The zero value is ready to use.
	TuneOptions = tune.Options
	// Tuning is a cross-validation along a path of γ, with the one that it recommends.
	Tuning = tune.Path
	// PathOptions of Path.  The zero value is ready to use.
	PathOptions = regpath.Options
	// RegularizationPath has a network and a certified bound for every γ of a path.
	RegularizationPath = regpath.Path
)

// Folds divides the rows of p at random into k folds, for Tune and Path.  What made X and Y of a table, such as means and deviations, knows the test
// rows then; recipe.Recipe.Fold encodes each fold by its own rows, and packages tune and table/recipe have folds by classes, groups and order.
func Folds(p Problem, k int, seed uint64) ([]Fold, error) {
	n, _ := p.X.Dims()
	rows, err := tune.Divide(n, k, seed)
	if err != nil {
		return nil, err
	}
	return tune.FoldsOf(p, rows), nil
}

// Tune finds the weight decay of p, whose own is not used, by cross-validation.  Errors are about the input (problem.ErrInvalid, tune.ErrFolds); a context that
// ends leaves the points that are complete, and is the error where there is none.
func Tune(ctx context.Context, p Problem, folds []Fold, o TuneOptions) (*Tuning, error) {
	return tune.Choose(ctx, p, folds, o)
}

// Path trains a network for every γ of a path, bounds what any network can reach at each, and cross-validates them.  The γ of p is not used.
// Errors are those of Tune and Train.
func Path(ctx context.Context, p Problem, folds []Fold, o PathOptions) (*RegularizationPath, error) {
	return regpath.Compute(ctx, p, folds, o)
}
