package recipe

import (
	"strings"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
)

// Task is what the targets are.
type Task string

// The tasks; see the package comment for what TaskAuto chooses.
const (
	TaskAuto           Task = "auto"
	TaskClassification Task = "classification"
	TaskRegression     Task = "regression"
)

// Scale is what is done to numeric features.
type Scale string

// The ways to scale.
const (
	ScaleStandard Scale = "standard" // mean 0, population standard deviation 1
	ScaleNone     Scale = "none"
	// ScaleOverall subtracts the mean of all numeric features together and
	// divides by their population standard deviation together, for features
	// that share a unit, such as principal components: their relative sizes
	// stay.
	ScaleOverall Scale = "overall"
)

// Missing is what is done about missing entries.
type Missing string

// The policies for missing entries.
const (
	MissingError Missing = "error" // refuse the table
	MissingDrop  Missing = "drop"  // leave the row out
	// MissingMean fills a feature with the training mean, or with the most
	// frequent training category.  A missing target is still refused.
	MissingMean Missing = "mean"
	// MissingIndicator is MissingMean with one more feature, 0 or 1, for each
	// feature that has a missing entry in training: whether it is missing.
	MissingIndicator Missing = "indicator"
)

// Fills reports whether missing features are filled.
func (m Missing) Fills() bool { return m == MissingMean || m == MissingIndicator }

// MaxAutoClasses is the largest number of distinct integers that TaskAuto
// takes as class labels.
const MaxAutoClasses = 20

// Options say how a table becomes a training problem.  The zero value is the
// default of every field but Bias, which is off.
//
// Columns are referred to by name or, when no column has that name, by
// 0-based index; −1 is the last column.
type Options struct {
	Targets     []string `json:"targets,omitempty"`     // empty: the table's DefaultTargets, or its last column
	Task        Task     `json:"task"`                  // "" is TaskAuto
	Features    []string `json:"features,omitempty"`    // empty: every column that is no target
	Drop        []string `json:"drop,omitempty"`        // columns that are no features
	Categorical []string `json:"categorical,omitempty"` // features to take as categories although they are numbers
	Missing     Missing  `json:"missing"`               // "" is MissingError
	Scale       Scale    `json:"scale"`                 // "" is ScaleStandard
	Bias        bool     `json:"bias"`                  // append a column of ones
	// Dates takes year, month, day of week and days of columns of dates; without it
	// such a column is refused as a feature, unless it is one of Categorical.
	Dates bool `json:"dates,omitempty"`
	// DateOrder is the order of month and day in dates such as 1/2/2024; without it columns that
	// can be read in both orders are refused.
	DateOrder notation.DateOrder `json:"date_order,omitempty"`
	// Weight is the column that says how often each row counts: numbers that are
	// not negative.  It is no feature; "" counts every row once.
	Weight string `json:"weight,omitempty"`
	// ClassWeight says how much the rows of each class count beside that.
	ClassWeight ClassWeight `json:"class_weight,omitempty"`
	Coding      Coding      `json:"coding,omitempty"` // of classes
}

// DefaultOptions returns the defaults of the command line: standard scaling
// with a bias.
func DefaultOptions() Options {
	return Options{Task: TaskAuto, Bias: true, Scale: ScaleStandard, Missing: MissingError}
}

// ParseTask checks a task's name.
func ParseTask(s string) (Task, error) {
	return parseChoice("task", Task(s), TaskAuto, TaskClassification, TaskRegression)
}

// ParseScale checks a way to scale.
func ParseScale(s string) (Scale, error) {
	return parseChoice("scale", Scale(s), ScaleStandard, ScaleNone, ScaleOverall)
}

// ParseMissing checks a policy for missing entries.
func ParseMissing(s string) (Missing, error) {
	return parseChoice("missing", Missing(s), MissingError, MissingDrop, MissingMean, MissingIndicator)
}

func parseChoice[T ~string](name string, value T, choices ...T) (T, error) {
	var known []string
	for _, c := range choices {
		if value == c {
			return c, nil
		}
		known = append(known, string(c))
	}
	return "", table.OptionErrorf("%s %s is not known; expected one of %s", name, printable.Quote(string(value)), strings.Join(known, ", "))
}

// withDefaults fills empty fields and checks the rest.
func (o Options) withDefaults() (Options, error) {
	var err error
	if o.Task == "" {
		o.Task = TaskAuto
	}
	if o.Scale == "" {
		o.Scale = ScaleStandard
	}
	if o.Missing == "" {
		o.Missing = MissingError
	}
	if o.Task, err = ParseTask(string(o.Task)); err != nil {
		return o, err
	}
	if o.Scale, err = ParseScale(string(o.Scale)); err != nil {
		return o, err
	}
	o.Missing, err = ParseMissing(string(o.Missing))
	return o, err
}

// roles are the columns of a table by what they are for.
type roles struct {
	targets  []int // in the order in which they were named
	features []int // in table order
	weight   int   // −1 without
}

// unfillable are the columns whose missing entries nothing can replace.
func (r roles) unfillable() map[int]string {
	names := map[int]string{}
	for _, i := range r.targets {
		names[i] = "target"
	}
	if r.weight >= 0 {
		names[r.weight] = "weight"
	}
	return names
}

// roles decides which columns are targets, which features and which the weight.
func (o Options) roles(t *table.Table) (r roles, err error) {
	r.weight = -1
	if o.Weight != "" {
		if r.weight, err = t.Find("weight", o.Weight); err != nil {
			return r, err
		}
	}
	references := o.Targets
	if len(references) == 0 {
		references = t.DefaultTargets
	}
	if len(references) == 0 {
		last := len(t.Columns) - 1
		for last > 0 && (t.Columns[last].Empty() || last == r.weight) {
			last--
		}
		references = []string{t.Columns[last].Name}
	}
	isTarget, targets, err := t.FindAll("target", references)
	if err != nil {
		return r, err
	}
	r.targets = targets
	dropped, _, err := t.FindAll("dropped", o.Drop)
	if err != nil {
		return r, err
	}
	named, _, err := t.FindAll("feature", o.Features)
	if err != nil {
		return r, err
	}
	for i, c := range t.Columns {
		switch {
		case isTarget[i] && dropped[i]:
			return r, table.Errorf(t.Name, "column %s is both a target and dropped; expected one of the two", printable.Quote(c.Name))
		case isTarget[i] && named[i]:
			return r, table.Errorf(t.Name, "column %s is both a target and a feature; expected one of the two", printable.Quote(c.Name))
		case dropped[i] && named[i]:
			return r, table.Errorf(t.Name, "column %s is both a feature and dropped; expected one of the two", printable.Quote(c.Name))
		case i == r.weight && (isTarget[i] || named[i]):
			return r, table.Errorf(t.Name, "column %s is the weight and a target or a feature; expected one of them", printable.Quote(c.Name))
		case isTarget[i] || dropped[i] || i == r.weight:
		case named[i], len(o.Features) == 0 && !c.Empty():
			r.features = append(r.features, i)
		}
	}
	if len(r.features) == 0 {
		return r, table.Errorf(t.Name, "no feature columns are left beside the target %s; expected at least one", printable.List(namesOf(t, targets), 4))
	}
	return r, nil
}

func namesOf(t *table.Table, columns []int) []string {
	names := make([]string, len(columns))
	for k, i := range columns {
		names[k] = t.Columns[i].Name
	}
	return names
}
