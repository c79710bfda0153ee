package recipe

import (
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
)

// Split splits the table.  The options say what the target is: SplitHoldout
// keeps the share of each class.
func (o Options) Split(t *table.Table, s table.Split) (train, test *table.Table, err error) {
	if err := s.Validate(); err != nil {
		return nil, nil, err
	}
	var trainRows, testRows []int
	if s.Kind == table.SplitSklearn {
		trainRows, testRows = table.SklearnSplit(t.NumRows(), uint32(s.Seed), s.Fraction)
	} else {
		strata, err := o.strata(t)
		if err != nil {
			return nil, nil, err
		}
		trainRows, testRows = table.Holdout(strata, s.Fraction, s.Seed)
	}
	if len(trainRows) == 0 || len(testRows) == 0 {
		return nil, nil, table.Errorf(t.Name, "%s cannot be split with a test fraction of %v; expected at least one training and one test row", printable.Count(t.NumRows(), "row"), s.Fraction)
	}
	return t.Subset(trainRows), t.Subset(testRows), nil
}

// strata returns the rows of each class in class order, or all rows as one
// stratum for regression.  Rows without a label are a stratum of their own.
func (o Options) strata(t *table.Table) ([][]int, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	r, err := o.roles(t)
	if err != nil {
		return nil, err
	}
	task, err := o.taskFor(t, r.targets)
	if err != nil {
		return nil, err
	}
	all := make([]int, t.NumRows())
	for i := range all {
		all[i] = i
	}
	if task == TaskRegression {
		return [][]int{all}, nil
	}
	column := t.Columns[r.targets[0]]
	classes := distinctValues(column, all)
	index := indexOf(classes)
	strata := make([][]int, len(classes)+1)
	for i := range t.NumRows() {
		k := len(classes)
		if !column.Missing(i) {
			k = index[column.Value(i)]
		}
		strata[k] = append(strata[k], i)
	}
	return strata, nil
}
