package recipe

import (
	"slices"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
)

// Plan says how the table of a file becomes a training problem, before anything
// is learnt from it.  A certificate states the plan that made its X and Y, so
// that they can be made of the table again.
type Plan struct {
	Options
	// Split is KIND:SEED:FRACTION of the rows for testing, which table.ParseSplit
	// reads; "" keeps every row for training.
	Split string `json:"split,omitempty"`
	// Reading is how the file was read, where that was said.
	Reading table.Reading `json:"reading,omitzero"`
}

// Prepared is a table made ready for training.
type Prepared struct {
	Recipe *Recipe
	Train  *Encoded
	Test   *Encoded // nil without rows for testing
	// Remarks are what a user should know about the table and what became of it.
	Remarks []string
}

// Prepare splits the table, learns a recipe from the rows for training and
// applies it to both parts.  Errors are *table.InputError.
func (p Plan) Prepare(t *table.Table) (*Prepared, error) {
	training, held, err := p.split(t)
	if err != nil {
		return nil, err
	}
	out := &Prepared{Remarks: append([]string{}, t.Warnings...)}
	if out.Recipe, out.Train, err = FitApply(training, p.Options); err != nil {
		return nil, err
	}
	out.Remarks = append(out.Remarks, out.Recipe.Remarks...)
	out.Remarks = append(out.Remarks, out.Train.Remarks(training, "is left out", "are left out")...)
	if held != nil {
		out.Test, err = out.Recipe.Apply(held)
	}
	return out, err
}

// split returns the rows for training, and those for testing if there are any.
func (p Plan) split(t *table.Table) (training, held *table.Table, err error) {
	if p.Split == "" {
		return t, nil, nil
	}
	s, err := table.ParseSplit(p.Split)
	if err != nil {
		return nil, nil, err
	}
	return p.Options.Split(t, s)
}

// Plan returns the plan by which the recipe is learnt from the rows it was
// learnt from, which split made of the table.
func (e *Recipe) Plan(split string) Plan {
	p := Plan{
		Options: Options{Targets: e.Targets, Task: e.Task, Missing: e.Missing, Scale: e.Scale, Bias: e.Bias, Weight: e.Weight, ClassWeight: e.ClassWeight, Coding: e.Coding},
		Split:   split, Reading: e.Reading,
	}
	orders := map[notation.DateOrder]bool{}
	for _, f := range e.Features {
		if f.MissingOf != "" {
			continue
		}
		if f.DateOf != "" {
			p.Dates = true
			if f.Order != "" { // where the entries of all such columns have one order, the plan may as well say so
				orders[f.Order] = true
			}
			if slices.Contains(p.Features, f.DateOf) {
				continue
			}
		}
		p.Features = append(p.Features, f.Source())
		if f.Kind == table.Categorical {
			p.Categorical = append(p.Categorical, f.Name)
		}
	}
	if len(orders) == 1 {
		for order := range orders {
			p.DateOrder = order
		}
	}
	return p
}

// TrainingRows returns the rows of the table that split keeps for training.
func (e *Recipe) TrainingRows(t *table.Table, split string) (*table.Table, error) {
	p := e.Plan(split)
	p.Features, p.Categorical, p.Weight = nil, nil, "" // the rows do not depend on them, and a later table may lack them
	training, _, err := p.split(t)
	return training, err
}
