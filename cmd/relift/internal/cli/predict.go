package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/network"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/report"
	"github.com/relift/relift/table"
)

const predictLong = `Apply a trained network to a table.

The table needs the feature columns of the training table, in any order; other
columns are ignored. The predictions are a CSV file with one line for each row:
for a classification the label under the target's name and a score for each
class, for a regression the predicted targets; --probabilities adds the
probability of each class, --id puts a column of the table before them. A row with a missing value or with a category that training never
saw has no prediction, with a warning, unless --missing or --unknown say what
takes its place; --strict refuses the table because of it.`

func newPredict() *cobra.Command {
	var out, id string
	var in applyFlags
	var quiet, asJSON, probabilities bool
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
			model, frame, err := openBoth(c.Context(), args[0], args[1], &in.readFlags, id)
			if err != nil {
				return err
			}
			predictions, err := model.PredictWith(frame, in.options())
			if err != nil {
				return badInput(err)
			}
			if predictions.ShowProbabilities = probabilities; probabilities && predictions.Probabilities == nil {
				return badInputf("--probabilities: %s was trained with the %s loss, which has none; expected a model of relift train --loss logistic or softmax", args[0], loss.OrSquared(model.Provenance.Loss).Name())
			}
			if id != "" {
				if err := predictions.Identify(frame, id); err != nil {
					return badInput(fmt.Errorf("--id: %w", err))
				}
			}
			if !quiet {
				warnAbout(c.ErrOrStderr(), frame, predictions.Account, "has no prediction", "have no prediction")
			}
			write := predictions.WriteCSV
			if asJSON {
				write = func(w io.Writer) error { return report.WriteJSON(w, listPredictions(predictions)) }
			}
			if out == "" {
				return internal(write(forPrograms(c.OutOrStdout())))
			}
			if err := atomicfile.Write(out, write); err != nil {
				return internal(fmt.Errorf("--output %s: %w", out, err))
			}
			return nil
		},
	}
	in.bind(c)
	bind(c, "id", &id)
	bind(c, "probabilities", &probabilities)
	bind(c, "output", &out)
	bind(c, "json", &asJSON)
	bind(c, "quiet", &quiet)
	return c
}

// predictionList is what relift predict --json prints.
type predictionList struct {
	Task        string          `json:"task"`
	Targets     []string        `json:"targets"`
	Outputs     []string        `json:"outputs"` // names of the scores: classes or targets
	Rows        int             `json:"rows"`    // of the table
	Predictions []rowPrediction `json:"predictions"`
}

// rowPrediction is the answer for one row; rows with missing values may have
// none.
type rowPrediction struct {
	Row    int             `json:"row"`             // 1-based
	ID     string          `json:"id,omitempty"`    // of --id
	Label  string          `json:"label,omitempty"` // of a classification
	Scores []report.Number `json:"scores"`
	// Probabilities of the classes, with --probabilities.
	Probabilities []report.Number `json:"probabilities,omitempty"`
}

func listPredictions(p *network.Predictions) predictionList {
	list := predictionList{Task: string(p.Task), Targets: p.Targets, Outputs: p.Outputs, Rows: p.TableRows, Predictions: []rowPrediction{}}
	for i, row := range p.Rows {
		r := rowPrediction{Row: row + 1}
		if p.Labels != nil {
			r.Label = p.Labels[i]
		}
		if p.ID != nil {
			r.ID = p.ID[row]
		}
		for k := range p.Outputs {
			r.Scores = append(r.Scores, report.Number(p.Scores.At(i, k)))
			if p.ShowProbabilities {
				r.Probabilities = append(r.Probabilities, report.Number(p.Probabilities.At(i, k)))
			}
		}
		list.Predictions = append(list.Predictions, r)
	}
	return list
}

// openBoth reads a model and a table, whose columns keep have the spelling of
// their entries.
func openBoth(ctx context.Context, modelPath, data string, in *readFlags, keep ...string) (*network.Model, *table.Table, error) {
	model, err := loadModel(modelPath)
	if err != nil {
		return nil, nil, err
	}
	frame, err := openFor(ctx, model, data, in, keep...)
	return model, frame, err
}

// openFor reads a table as the one that the model was trained on, where the flags do not say otherwise; the columns keep have the
// spelling of their entries.
func openFor(ctx context.Context, model *network.Model, data string, in *readFlags, keep ...string) (*table.Table, error) {
	return in.open(ctx, data, model.Encoding.Reading, model.Encoding.Targets, model.Encoding.Categoricals(), keep)
}
