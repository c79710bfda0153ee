package network

import (
	"encoding/csv"
	"io"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// Predictions are the network's answers for the rows of a table.
type Predictions struct {
	Task    recipe.Task
	Targets []string // names of the target columns
	Outputs []string // names of the columns of Scores: classes or targets
	// Scores (n×c) are the network's outputs: for classification the scores of
	// the classes, for regression the predicted values in the table's units.
	Scores *mat.Dense
	// Probabilities (n×classes) of the classes, where the loss of the model has them; else nil.  WriteCSV writes them if
	// ShowProbabilities is set.
	Probabilities     *mat.Dense
	ShowProbabilities bool
	Labels            []string // classification: the class of the largest score, the first of equals
	// Rows has, for each prediction, its 0-based row in the table, which has
	// TableRows rows; rows with missing entries are left out under
	// recipe.MissingDrop only.
	Rows      []int
	TableRows int
	// Account says which rows have no prediction and why, and which entries were
	// replaced.
	recipe.Account
	// ID has the entries of a column that identifies the rows of the table, and
	// IDName its name; nil without.
	ID     []string
	IDName string
}

// Predict applies the network to a table with the feature columns of the
// training table; columns are matched by name and others are ignored.
func (m *Model) Predict(t *table.Table) (*Predictions, error) {
	return m.PredictWith(t, recipe.ApplyOptions{})
}

// PredictWith is Predict with options.
func (m *Model) PredictWith(t *table.Table, o recipe.ApplyOptions) (*Predictions, error) {
	o.Targets = false
	data, err := m.Encoding.ApplyWith(t, o)
	if err != nil {
		return nil, err
	}
	outputs := m.Outputs(data.X)
	p := &Predictions{
		Task: m.Encoding.Task, Targets: m.Encoding.Targets, Outputs: m.Encoding.ScoreNames(),
		Scores: m.Encoding.Scores(outputs), Probabilities: m.Probabilities(outputs), Rows: data.Rows, TableRows: t.NumRows(), Account: data.Account,
	}
	if p.Task == recipe.TaskClassification {
		p.Labels = m.Encoding.Labels(p.Scores)
	}
	return p, nil
}

// Identify takes the identifiers of the rows from a column of the table that was
// predicted, by name or index.  Errors are *table.InputError.
func (p *Predictions) Identify(t *table.Table, column string) error {
	i, err := t.Find("identifier", column)
	if err != nil {
		return err
	}
	c := t.Columns[i]
	p.IDName, p.ID = c.Name, make([]string, t.NumRows())
	for row := range p.ID {
		p.ID[row] = c.Value(row)
	}
	return nil
}

// WriteCSV writes, behind the identifier if there is one, a header and one line for each row of the table, in its
// order: for classification the predicted label under the target's name, then
// a column score_CLASS for each class and, if they are shown, a column probability_CLASS; for regression the predicted targets.
// A row without prediction has empty fields, in quotation marks where it is the only one, because readers skip empty lines.
func (p *Predictions) WriteCSV(to io.Writer) error {
	w := csv.NewWriter(to)
	var header []string
	ids := 0
	if p.ID != nil {
		header, ids = append(header, p.IDName), 1
	}
	if p.Task == recipe.TaskClassification {
		header = append(header, p.Targets[0])
		for _, class := range p.Outputs {
			header = append(header, "score_"+class)
		}
		if p.showsProbabilities() {
			for _, class := range p.Outputs {
				header = append(header, "probability_"+class)
			}
		}
	} else {
		header = append(header, p.Outputs...)
	}
	if err := w.Write(header); err != nil {
		return err
	}
	record := make([]string, len(header))
	next := 0
	for row := range p.TableRows {
		clear(record)
		if ids > 0 {
			record[0] = p.ID[row]
		}
		if next < len(p.Rows) && p.Rows[next] == row {
			fields := record[ids:]
			if p.Task == recipe.TaskClassification {
				fields[0] = p.Labels[next]
				fields = fields[1:]
			}
			for k := range p.Outputs {
				fields[k] = strconv.FormatFloat(p.Scores.At(next, k), 'g', -1, 64)
				if p.showsProbabilities() {
					fields[len(p.Outputs)+k] = strconv.FormatFloat(p.Probabilities.At(next, k), 'g', -1, 64)
				}
			}
			next++
		}
		if len(record) == 1 && record[0] == "" {
			w.Flush()
			if _, err := io.WriteString(to, `""`+"\n"); err != nil {
				return err
			}
			continue
		}
		if err := w.Write(record); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (p *Predictions) showsProbabilities() bool { return p.ShowProbabilities && p.Probabilities != nil }
