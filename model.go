package relift

import (
	"github.com/relift/relift/network"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// From a table to a model and its predictions; the documentation of these nouns is in packages table,
// table/recipe and network.  Package table/read has the readers of files, which come with a library of their own size.
type (
	// Table is a file's content as typed columns.
	Table = table.Table
	// RecipeOptions say what the columns of a table are for and how they become numbers.
	RecipeOptions = recipe.Options
	// Recipe is what was learnt from a training table: it makes X and Y of tables with the same columns.
	Recipe = recipe.Recipe
	// Encoded is a table as X, Y and weights.
	Encoded = recipe.Encoded
	// Model is a trained network with the recipe of its table.
	Model = network.Model
	// Predictions are a model's answers for the rows of a table.
	Predictions = network.Predictions
)

// NewTable returns a table of named columns of numbers, row by row; NaN is a missing entry.
func NewTable(name string, columns []string, rows [][]float64) (*Table, error) {
	return table.New(name, columns, rows)
}

// Fit learns a recipe from a training table and applies it: the result's Problem is what [Train] takes.
// Errors are about the table (table.ErrInput).
func Fit(t *Table, o RecipeOptions) (*Recipe, *Encoded, error) { return recipe.FitApply(t, o) }

// NewModel returns the network that Train found for the problem of an encoded table, with the recipe that encoded
// it.  The model's Provenance says what was proved; Source, Seed and Settings of it are the caller's to fill.
func NewModel(r *Result, p Problem, made *Recipe) (*Model, error) {
	n, _ := p.X.Dims()
	data := Encoded{X: p.X, Y: p.Y, Weights: p.Weights}
	return network.New(r.Weights, made, network.Provenance{
		Gamma: p.Gamma, Loss: p.Loss, LowerBound: r.LowerBound, UpperBound: r.UpperBound, DataLoss: r.DataLoss,
		DataDigest: data.Digest(), Rows: n, Status: r.Status.String(), Method: string(r.Method), Version: Version,
	})
}

// LoadModel reads a model file.  Errors match table.ErrInput.
func LoadModel(path string) (*Model, error) { return network.Load(path) }
