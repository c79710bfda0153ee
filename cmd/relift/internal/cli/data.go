package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
	"github.com/relift/relift/table/recipe"
)

// dataFlags are the flags that say what to do with the table.
type dataFlags struct {
	recipe.Plan
	objective
	readFlags
	holdout float64
}

func (f *dataFlags) bind(c *cobra.Command) {
	f.readFlags.bind(c)
	f.bindRecipe(c)
	bind(c, "holdout", &f.holdout)
	c.MarkFlagsMutuallyExclusive("holdout", "split")
}

// bindRecipe gives c the flags of the recipe.
func (f *dataFlags) bindRecipe(c *cobra.Command) {
	bind(c, "target", &f.Targets)
	bind(c, "task", (*string)(&f.Task))
	bind(c, "features", &f.Features)
	bind(c, "drop", &f.Drop)
	bind(c, "categorical", &f.Categorical)
	bind(c, "dates", &f.Dates)
	bind(c, "date-order", (*string)(&f.DateOrder))
	bind(c, "missing", (*string)(&f.Missing))
	bind(c, "scale", (*string)(&f.Scale))
	bind(c, "bias", &f.Bias)
	bind(c, "split", &f.Split)
}

// bindObjective gives c the flags of what is minimised.
func (f *dataFlags) bindObjective(c *cobra.Command) {
	f.bindLoss(c)
	bind(c, "intercept", &f.Intercept)
}

// bindLoss gives c those of the loss alone.
func (f *dataFlags) bindLoss(c *cobra.Command) {
	bind(c, "loss", &f.Loss)
	bind(c, "huber-delta", &f.Delta)
	bind(c, "weight", &f.Weight)
	bind(c, "class-weight", (*string)(&f.ClassWeight))
}

// open reads the table at path, as the recipe states and the flags say, which
// is what the recipe states then.
func (f *dataFlags) open(ctx context.Context, path string) (*table.Table, error) {
	frame, err := f.readFlags.open(ctx, path, f.Reading, f.Targets, f.Categorical)
	if err == nil {
		f.Reading = frame.Reading
	}
	return frame, err
}

// finish fills the recipe's split from --holdout and --seed.
func (f *dataFlags) finish(seed int64) {
	f.settle()
	if f.holdout > 0 {
		f.Split = table.Split{Kind: table.SplitHoldout, Seed: uint64(seed), Fraction: f.holdout}.String()
	}
}

// settle makes the plan that of the objective: the coding of classes depends on it.
func (f *dataFlags) settle() {
	f.Coding = f.coding()
	if f.DateOrder == "auto" {
		f.DateOrder = notation.DateOrderAuto
	}
	if f.ClassWeight == "none" {
		f.ClassWeight = recipe.ClassWeightNone
	}
}

// prepared is a table made ready for training.
type prepared struct {
	source   string
	table    *table.Table // all of it
	encoding *recipe.Recipe
	loss     loss.Loss // nil for the squared one
	free     bool      // networks have a free intercept
	train    *recipe.Encoded
	test     *recipe.Encoded // nil without test rows
	warnings []string
}

// encode makes X and Y of the table that was read from source.
func encode(source string, t *table.Table, plan recipe.Plan) (*prepared, error) {
	made, err := plan.Prepare(t)
	if err != nil {
		return nil, badInput(err)
	}
	return &prepared{
		source: source, table: t, encoding: made.Recipe, train: made.Train, test: made.Test, warnings: made.Remarks,
	}, nil
}

// useTest encodes the rows for testing.
func (p *prepared) useTest(frame *table.Table) error {
	test, err := p.encoding.Apply(frame)
	if err != nil {
		return badInput(err)
	}
	p.test = test
	return nil
}
