package cli

import (
	"fmt"
	"io"

	"github.com/relift/relift/dataset"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/network"
	"github.com/spf13/cobra"
)

const predictLong = `Apply a trained network to a table.

The table needs the feature columns of the training table, in any order; other
columns are ignored. The predictions are a CSV file with one line for each row:
for a classification the label under the target's name and a score for each
class, for a regression the predicted targets.`

func newPredict() *cobra.Command {
	var out, format string
	var quiet bool
	c := &cobra.Command{
		Use:     "predict MODEL DATA",
		Short:   "Apply a trained network to a table",
		Long:    predictLong,
		Example: "  relift predict iris.model.json new.csv -o predictions.csv",
		GroupID: "main",
		Args:    arguments(2, 2, "MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkOutputs(args, output{"output", out}); err != nil {
				return err
			}
			model, table, err := openBoth(args[0], args[1], format)
			if err != nil {
				return err
			}
			predictions, err := model.Predict(table)
			if err != nil {
				return badInput(err)
			}
			if left := predictions.TableRows - len(predictions.Rows); left > 0 && !quiet {
				fmt.Fprintf(c.ErrOrStderr(), "warning: %s: %d rows with missing values have no prediction\n", table.Name, left)
			}
			if out == "" {
				return internal(predictions.WriteCSV(c.OutOrStdout()))
			}
			if err := atomicfile.Write(out, func(w io.Writer) error { return predictions.WriteCSV(w) }); err != nil {
				return internal(fmt.Errorf("--output %s: %w", out, err))
			}
			return nil
		},
	}
	bind(c, "format", &format)
	bind(c, "output", &out)
	bind(c, "quiet", &quiet)
	return c
}

// openBoth reads a model and a table.
func openBoth(modelPath, data, format string) (*network.Model, *dataset.Table, error) {
	model, err := loadModel(modelPath)
	if err != nil {
		return nil, nil, err
	}
	table, err := open(data, format)
	return model, table, err
}
