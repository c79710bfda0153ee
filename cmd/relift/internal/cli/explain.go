package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/relift/relift/explain"
	"github.com/relift/relift/network"
	"github.com/relift/relift/report"
	"github.com/relift/relift/report/chart"
	"github.com/relift/relift/report/figure"
	"github.com/relift/relift/table/recipe"
)

const explainLong = `Show what a trained network does: for each neuron the hyperplane on which it
switches, in the units of the table, its output weights, its share of the
decision, and on which rows of DATA it is active; neurons that are dead or repeat
each other; and the groups of rows on which the network is one linear map.

With --plot it draws the decision regions along two features, the others held at
their median or most frequent category, with the rows of DATA and the neurons'
hyperplanes. The picture of a regression shows its first target.`

func newExplain() *cobra.Command {
	var plot string
	var in readFlags
	var features []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain MODEL [DATA]",
		Short: "Show what a network's neurons do",
		Long:  explainLong,
		Example: "  relift explain iris.model.json\n" +
			"  relift explain iris.model.json iris.csv --plot iris.svg --features petal_length,petal_width",
		GroupID: "main",
		Args:    arguments(1, 2, "MODEL"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkPlot(args, plot, features); err != nil {
				return err
			}
			model, data, err := openExplained(c.Context(), args, &in)
			if err != nil {
				return err
			}
			e, err := explain.New(model, data)
			if err != nil {
				return internal(err)
			}
			if plot != "" {
				if err := savePlot(plot, model, data, e, features); err != nil {
					return err
				}
			}
			if asJSON {
				return internal(report.WriteJSON(forPrograms(c.OutOrStdout()), e))
			}
			return internal(e.WriteText(c.OutOrStdout()))
		},
	}
	in.bind(c)
	bind(c, "plot", &plot)
	bind(c, "features", &features)
	bind(c, "json", &asJSON)
	return c
}

// checkPlot refuses a picture that cannot be drawn before anything is read.
func checkPlot(inputs []string, plot string, features []string) error {
	if plot == "" {
		if features != nil {
			return badInputf("--features: says what --plot draws; expected --plot FILE too")
		}
		return nil
	}
	if _, err := chart.Format(plot); err != nil {
		return badInputf("--plot %w", err)
	}
	if features != nil && len(features) != 2 {
		return badInputf("--features: %d names; expected two, such as --features petal_length,petal_width", len(features))
	}
	return checkOutputs(inputs, output{"plot", plot})
}

// openExplained reads the model and, if there is one, the table, whose targets
// are used when it has them.
func openExplained(ctx context.Context, args []string, in *readFlags) (*network.Model, *recipe.Encoded, error) {
	if len(args) == 1 {
		model, err := loadModel(args[0])
		return model, nil, err
	}
	model, table, err := openBoth(ctx, args[0], args[1], in)
	if err != nil {
		return nil, nil, err
	}
	data, err := model.Encoding.ApplyAvailable(table)
	if err != nil {
		return nil, nil, badInput(err)
	}
	return model, data, nil
}

// savePlot draws the decision regions.
func savePlot(path string, m *network.Model, data *recipe.Encoded, e *explain.Explanation, features []string) error {
	s, err := sliceOf(m, data, e, features)
	if err != nil {
		return badInputf("--plot %s: %w", path, err)
	}
	if err := figure.Regions(s).Save(path); err != nil {
		return internal(fmt.Errorf("--plot %s: %w", path, err))
	}
	return nil
}
