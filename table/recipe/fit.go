package recipe

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/moments"
	"github.com/relift/relift/table/notation"
)

// Fit learns a recipe from a training table.  Its Remarks name columns that were
// dropped because they are constant and columns that look like identifiers.
// Errors are *table.InputError.
func Fit(t *table.Table, o Options) (*Recipe, error) { return fit(context.Background(), t, o) }

// fit is Fit until ctx ends, whose error it returns then.
func fit(ctx context.Context, t *table.Table, o Options) (*Recipe, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	columns, err := o.roles(t)
	if err != nil {
		return nil, err
	}
	forced, _, err := t.FindAll("categorical", o.Categorical)
	if err != nil {
		return nil, err
	}
	targets, features := columns.targets, columns.features
	e := &Recipe{Targets: namesOf(t, targets), Bias: o.Bias, Scale: o.Scale, Missing: o.Missing, Reading: t.Reading}
	if columns.weight >= 0 {
		e.Weight = t.Columns[columns.weight].Name
	}
	isFeature, isTarget := setOf(features), setOf(targets)
	var empty []string
	for i := range t.Columns {
		if !isFeature[i] && !isTarget[i] && i != columns.weight {
			e.Ignored = append(e.Ignored, t.Columns[i].Name)
			if len(o.Features) == 0 && t.Columns[i].Empty() && !slices.Contains(o.Drop, t.Columns[i].Name) {
				empty = append(empty, t.Columns[i].Name)
			}
		}
		if forced[i] && !isFeature[i] {
			return nil, table.Errorf(t.Name, "categorical column %s is not a feature; expected a feature column", printable.Quote(t.Columns[i].Name))
		}
	}

	if e.Task, err = o.taskFor(t, targets); err != nil {
		return nil, err
	}
	if o.ClassWeight != ClassWeightNone && e.Task != TaskClassification {
		return nil, table.OptionErrorf("class weight %s is for classes, and the target %s is a number; expected none", o.ClassWeight, printable.List(e.Targets, 4))
	}
	rows, err := usableRows(t, columns, o.Missing, new(refusals).refuse)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, noRows(t)
	}
	if e.Task == TaskClassification {
		if e.Classes, err = learnClasses(t, t.Columns[targets[0]], rows); err != nil {
			return nil, err
		}
		e.Coding, e.ClassWeight = o.codingFor(len(e.Classes)), o.ClassWeight
	}
	if columns.weight >= 0 {
		if _, err := weights(t, t.Columns[columns.weight], rows); err != nil {
			return nil, err
		}
	}
	if e.Task == TaskRegression {
		for _, i := range targets {
			if column := t.Columns[i]; column.Kind != table.Numeric {
				advice := ""
				if len(targets) == 1 {
					advice = ", or --task classification for labels"
				}
				return nil, t.BadNumber(column, advice)
			}
		}
	}
	var warnings, constant, constantNames []string
	if twins := alike(e.Classes); twins != "" {
		warnings = append(warnings, fmt.Sprintf("%s: column %s has classes that differ in case or blanks only and are taken for different ones: %s", t.Name, printable.Quote(e.Targets[0]), twins))
	}
	for _, i := range features {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		column := t.Columns[i]
		if (column.IsDate() || len(column.DateOrders()) > 0) && !forced[i] {
			order, remark, err := o.orderOf(t, column, rows)
			if err != nil {
				return nil, err
			}
			if remark != "" {
				warnings = append(warnings, remark)
			}
			parts, same, err := o.learnDates(t, column, order, rows)
			if err != nil {
				return nil, err
			}
			for _, name := range same {
				e.Dropped = append(e.Dropped, name)
				constant, constantNames = append(constant, fmt.Sprintf("%s: %s is the same in every row and is dropped", t.Name, printable.Quote(name))), append(constantNames, name)
			}
			if len(parts) > 0 {
				e.Features = append(append(e.Features, parts...), o.indicator(column, rows)...)
			}
			continue
		}
		if why := o.identifies(t, column, rows); why != "" && !forced[i] {
			e.Dropped = append(e.Dropped, column.Name)
			warnings = append(warnings, why)
			continue
		}
		if perhaps := o.mayIdentify(t, column, rows); perhaps != "" && !forced[i] && len(features) > 1 {
			warnings = append(warnings, perhaps)
		}
		feature, warning, err := o.learnFeature(t, column, forced[i], rows)
		if err != nil {
			return nil, err
		}
		switch {
		case feature == nil:
			e.Dropped = append(e.Dropped, column.Name)
			constant, constantNames = append(constant, warning), append(constantNames, column.Name)
			continue
		case warning != "":
			warnings = append(warnings, warning)
		}
		if twins := alike(feature.Categories); twins != "" {
			warnings = append(warnings, fmt.Sprintf("%s: column %s has categories that differ in case or blanks only and are taken for different ones: %s", t.Name, printable.Quote(column.Name), twins))
		}
		e.Features = append(e.Features, *feature)
		e.Features = append(e.Features, o.indicator(column, rows)...)
	}
	if len(constant) > 5 {
		constant = []string{fmt.Sprintf("%s: %d columns are constant and are dropped: %s", t.Name, len(constantNames), printable.List(constantNames, 12))}
	}
	warnings = append(constant, warnings...)
	if len(empty) > 0 {
		warnings = append(warnings, fmt.Sprintf("%s: without any entry and left out: %s", t.Name, printable.List(empty, 12)))
	}
	if len(e.Features) == 0 {
		why := ""
		if len(warnings) > 0 {
			why = ": " + strings.TrimPrefix(warnings[0], t.Name+": ")
		}
		return nil, table.Errorf(t.Name, "no feature column is left that varies; expected at least one%s", why)
	}
	if o.Scale == ScaleOverall {
		if err := e.scaleOverall(t, rows); err != nil {
			return nil, err
		}
	}
	e.Remarks = warnings
	return e, nil
}

// FitApply is Fit, and Apply to the same table.
func FitApply(t *table.Table, o Options) (*Recipe, *Encoded, error) {
	return fitApply(context.Background(), t, o)
}

// fitApply is FitApply until ctx ends, whose error it returns then.
func fitApply(ctx context.Context, t *table.Table, o Options) (*Recipe, *Encoded, error) {
	e, err := fit(ctx, t, o)
	if err != nil {
		return nil, nil, err
	}
	encoded, err := e.apply(ctx, t, ApplyOptions{Targets: true})
	if err != nil {
		return nil, nil, err
	}
	return e, encoded, nil
}

// indicatorSuffix makes the name of the feature that says whether another is
// missing.
const indicatorSuffix = " is missing"

// indicator is the feature that says whether the column is missing, where there
// is to be one.
func (o Options) indicator(column *table.Column, rows []int) []Feature {
	if o.Missing != MissingIndicator || !slices.ContainsFunc(rows, column.Missing) {
		return nil
	}
	return []Feature{{Name: column.Name + indicatorSuffix, Kind: table.Numeric, Deviation: 1, MissingOf: column.Name}}
}

func setOf(indices []int) map[int]bool {
	set := make(map[int]bool, len(indices))
	for _, i := range indices {
		set[i] = true
	}
	return set
}

// taskFor decides between classification and regression.
func (o Options) taskFor(t *table.Table, targets []int) (Task, error) {
	column := t.Columns[targets[0]]
	switch {
	case len(targets) > 1 && o.Task == TaskClassification:
		return "", table.Errorf(t.Name, "%d targets for classification; expected one column of class labels", len(targets))
	case len(targets) > 1:
		return TaskRegression, nil
	case o.Task != TaskAuto:
		return o.Task, nil
	case column.Kind == table.Categorical:
		return TaskClassification, nil
	case column.Kind == table.Mixed:
		return TaskRegression, nil // which names the entry that is not a number
	}
	distinct := map[float64]bool{}
	present := 0
	for _, v := range column.Numbers {
		if math.IsNaN(v) {
			continue
		}
		present++
		distinct[v] = true
		if v != math.Trunc(v) || len(distinct) > MaxAutoClasses {
			return TaskRegression, nil
		}
	}
	if 2*len(distinct) > present {
		return TaskRegression, nil
	}
	return TaskClassification, nil
}

// usableRows applies the policy for missing entries: it returns the rows that
// stay, in order, without those that were refused because of a missing entry.
func usableRows(t *table.Table, columns roles, policy Missing, refuse func(row int, err error) error) ([]int, error) {
	rows := make([]int, 0, t.NumRows())
	unfillable := columns.unfillable()
	used := slices.AppendSeq(slices.Clone(columns.features), maps.Keys(unfillable))
	slices.Sort(used)
	for i := range t.NumRows() {
		usable := true
		for _, j := range used {
			c := t.Columns[j]
			if !c.Missing(i) || policy.Fills() && unfillable[j] == "" {
				continue
			}
			usable = false
			var err error
			switch {
			case policy == MissingDrop:
			case policy.Fills():
				err = t.ErrorAt(i, c.Name, "the %s is missing and cannot be filled; expected a value, or --missing drop to leave such rows out", unfillable[j])
			default:
				err = t.ErrorAt(i, c.Name, "the value is missing; expected a value, or --missing drop, mean or indicator to leave such rows out or fill them")
			}
			if err == nil {
				break
			}
			if err := refuse(i, err); err != nil {
				return nil, err
			}
			break
		}
		if usable {
			rows = append(rows, i)
		}
	}
	return rows, nil
}

// noRows is the error for a table of which no row is left.
func noRows(t *table.Table) error {
	return table.Errorf(t.Name, "every row has a missing entry; expected at least one complete row")
}

// learnClasses returns the sorted labels of the rows.
func learnClasses(t *table.Table, column *table.Column, rows []int) ([]string, error) {
	classes := distinctValues(column, rows)
	if len(classes) == 1 {
		expected := "at least two classes"
		if column.Kind == table.Numeric {
			expected += ", or --task regression for a number"
		}
		e := table.Errorf(t.Name, "every row has the class %s; expected %s", printable.Quote(classes[0]), expected)
		e.Column = column.Name
		return nil, e
	}
	if len(classes) > MaxAutoClasses && 2*len(classes) > len(rows) {
		e := table.Errorf(t.Name, "%d distinct values in %d rows are too many for class labels; expected at least two rows for each class, or task regression for numbers", len(classes), len(rows))
		e.Column = column.Name
		return nil, e
	}
	return classes, nil
}

// learnFeature returns nil for a feature that is dropped because it is
// constant.
func (o Options) learnFeature(t *table.Table, column *table.Column, forced bool, rows []int) (*Feature, string, error) {
	f := &Feature{Name: column.Name, Kind: table.Numeric, Deviation: 1}
	if column.Kind == table.Categorical || forced {
		f.Kind = table.Categorical
		f.Categories = distinctValues(column, rows)
		switch {
		case len(f.Categories) == 0:
			e := table.Errorf(t.Name, "every entry is missing; expected at least one value")
			e.Column = column.Name
			return nil, "", e
		case len(f.Categories) == 1 && o.Scale == ScaleStandard:
			return nil, constantWarning(t, column, f.Categories[0]), nil
		}
		f.FillCategory = mostFrequent(column, rows, f.Categories)
		if len(f.Categories) > MaxAutoClasses && 2*len(f.Categories) > len(rows) {
			return f, fmt.Sprintf("%s: column %s has %d distinct values in %d rows, each a feature of its own; if it is an identifier, drop it",
				t.Name, printable.Quote(column.Name), len(f.Categories), len(rows)), nil
		}
		return f, "", nil
	}
	if column.Kind == table.Mixed {
		return nil, "", t.BadNumber(column, ", or --categorical for a column of categories")
	}
	constant, err := o.learnNumbers(t, column.Name, f, numbersOf(column, rows))
	switch {
	case err != nil:
		return nil, "", err
	case constant:
		there := slices.IndexFunc(rows, func(row int) bool { return !column.Missing(row) })
		return nil, constantWarning(t, column, column.Value(rows[there])), nil
	}
	return f, "", nil
}

// learnNumbers learns the fill and, for standard scaling, the mean and the
// deviation of the values, NaN where they are missing, which it fills; constant
// says that they are scaled and do not vary.
func (o Options) learnNumbers(t *table.Table, column string, f *Feature, values []float64) (constant bool, err error) {
	present := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(present) == 0 {
		e := table.Errorf(t.Name, "every entry is missing; expected at least one number")
		e.Column = column
		return false, e
	}
	mean := moments.Mean(present)
	f.Fill = mean
	if o.Missing.Fills() {
		for i, v := range values {
			if math.IsNaN(v) {
				values[i] = mean
			}
		}
	}
	if o.Scale != ScaleStandard {
		return false, nil
	}
	deviation, constant := moments.Deviation(values, mean)
	if !constant {
		f.Mean, f.Deviation = mean, deviation
	}
	return constant, nil
}

// scaled reports whether the feature shares the unit of the others where they are
// scaled together.
func (f Feature) scaled() bool { return f.Kind == table.Numeric && f.MissingOf == "" && f.DateOf == "" }

// scaleOverall gives all numeric features one mean and one deviation.
func (e *Recipe) scaleOverall(t *table.Table, rows []int) error {
	columns, err := e.columns(t, false)
	if err != nil {
		return err
	}
	var values []float64
	for k, f := range e.Features {
		if !f.scaled() {
			continue
		}
		for _, v := range numbersOf(t.Columns[columns.features[k]], rows) {
			if math.IsNaN(v) {
				v = f.Fill
			}
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return nil
	}
	mean := moments.Mean(values)
	deviation, constant := moments.Deviation(values, mean)
	if constant {
		return table.Errorf(t.Name, "the numeric features cannot be scaled together; expected numbers that vary")
	}
	for i := range e.Features {
		if e.Features[i].scaled() {
			e.Features[i].Mean, e.Features[i].Deviation = mean, deviation
		}
	}
	return nil
}

func constantWarning(t *table.Table, column *table.Column, value string) string {
	return fmt.Sprintf("%s: column %s is constant (%s) and is dropped", t.Name, printable.Quote(column.Name), printable.Quote(value))
}

// distinctValues returns the sorted distinct entries of the rows that are not
// missing.
func distinctValues(column *table.Column, rows []int) []string {
	seen := map[string]bool{}
	var values []string
	for _, i := range rows {
		if column.Missing(i) {
			continue
		}
		if v := column.Value(i); !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	sortLabels(values)
	return values
}

// alike lists the labels that differ from another in case or blanks only; empty
// where none do.
func alike(labels []string) string {
	plain := func(label string) string { return strings.Join(strings.Fields(strings.ToLower(label)), " ") }
	count := map[string]int{}
	for _, label := range labels {
		count[plain(label)]++
	}
	twins := slices.DeleteFunc(slices.Clone(labels), func(label string) bool { return count[plain(label)] == 1 })
	const most = 6
	return printable.List(twins, most)
}

// sortLabels sorts numbers first, by value, then text by its bytes.
func sortLabels(labels []string) {
	slices.SortFunc(labels, func(a, b string) int {
		kindA, numberA := notation.Classify(a)
		kindB, numberB := notation.Classify(b)
		switch {
		case kindA == notation.TokenNumber && kindB == notation.TokenNumber && numberA != numberB:
			return cmp.Compare(numberA, numberB)
		case kindA == notation.TokenNumber && kindB != notation.TokenNumber:
			return -1
		case kindA != notation.TokenNumber && kindB == notation.TokenNumber:
			return 1
		}
		return cmp.Compare(a, b)
	})
}

// mostFrequent returns the category of most rows, the first of equals.
func mostFrequent(column *table.Column, rows []int, categories []string) string {
	counts := map[string]int{}
	for _, i := range rows {
		if !column.Missing(i) {
			counts[column.Value(i)]++
		}
	}
	best := categories[0]
	for _, c := range categories {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

// numbersOf returns the numbers of the rows.
func numbersOf(column *table.Column, rows []int) []float64 {
	values := make([]float64, len(rows))
	for i, row := range rows {
		values[i] = column.Numbers[row]
	}
	return values
}
