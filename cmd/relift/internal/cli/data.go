package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/relift/relift/report"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// recipe says how a table becomes X and Y.  It is stored in the certificate,
// so that relift verify can make X and Y of the table again.
type dataRecipe struct {
	Targets     []string `json:"targets,omitempty"`
	Task        string   `json:"task"`
	Features    []string `json:"features,omitempty"`
	Drop        []string `json:"drop,omitempty"`
	Categorical []string `json:"categorical,omitempty"`
	Missing     string   `json:"missing"`
	Scale       string   `json:"scale"`
	Bias        bool     `json:"bias"`
	Split       string   `json:"split,omitempty"` // KIND:SEED:FRACTION of the test rows
	// Reading is how the file was read, where that was said.
	Reading table.Reading `json:"reading,omitzero"`
}

// dataFlags are the flags that say what to do with the table.
type dataFlags struct {
	dataRecipe
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
	bind(c, "task", &f.Task)
	bind(c, "features", &f.Features)
	bind(c, "drop", &f.Drop)
	bind(c, "categorical", &f.Categorical)
	bind(c, "missing", &f.Missing)
	bind(c, "scale", &f.Scale)
	bind(c, "bias", &f.Bias)
	bind(c, "split", &f.Split)
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
	if f.holdout > 0 {
		f.Split = table.Split{Kind: table.SplitHoldout, Seed: uint64(seed), Fraction: f.holdout}.String()
	}
}

func (r dataRecipe) options() recipe.Options {
	return recipe.Options{
		Targets: r.Targets, Task: recipe.Task(r.Task), Features: r.Features, Drop: r.Drop, Categorical: r.Categorical,
		Bias: r.Bias, Scale: recipe.Scale(r.Scale), Missing: recipe.Missing(r.Missing),
	}
}

// prepared is a table made ready for training.
type prepared struct {
	source   string
	table    *table.Table // all of it
	encoding *recipe.Recipe
	train    *recipe.Encoded
	test     *recipe.Encoded // nil without test rows
	testFrom string          // what the test rows are, for messages
	warnings []string
}

// encode makes X and Y of the table that was read from source.
func encode(source string, frame *table.Table, r dataRecipe) (*prepared, error) {
	p := &prepared{source: source, table: frame, warnings: append([]string{}, frame.Warnings...)}
	training := frame
	var held *table.Table
	if r.Split != "" {
		split, err := table.ParseSplit(r.Split)
		if err != nil {
			return nil, badInput(err)
		}
		if training, held, err = r.options().Split(frame, split); err != nil {
			return nil, badInput(err)
		}
	}
	encoding, encoded, warnings, err := recipe.Fit(training, r.options())
	if err != nil {
		return nil, badInput(err)
	}
	p.encoding, p.train = encoding, encoded
	p.warnings = append(p.warnings, warnings...)
	if left := training.NumRows() - len(encoded.Rows); left > 0 {
		p.warnings = append(p.warnings, fmt.Sprintf("%s: %s left out", frame.Name, report.Plural(left, "row with missing values is", "rows with missing values are")))
	}
	if held != nil {
		if err := p.useTest(held, "the rows kept for testing"); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// useTest encodes the rows for testing, which came from there.
func (p *prepared) useTest(frame *table.Table, from string) error {
	test, err := p.encoding.Apply(frame)
	if err != nil {
		return badInput(err)
	}
	p.test, p.testFrom = test, from
	return nil
}
