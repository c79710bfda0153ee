package recipe

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
)

// BiasName is the name of the bias among FeatureNames.
const BiasName = "(bias)"

// Recipe is what was learnt from a training table: it maps tables with the
// same columns to matrices and network outputs back.  It is part of the model
// file; its JSON form keeps every number bit for bit.
type Recipe struct {
	Features []Feature `json:"features"` // source columns in the order of the columns of X
	Targets  []string  `json:"targets"`  // names of the target columns
	Task     Task      `json:"task"`     // TaskClassification or TaskRegression
	Classes  []string  `json:"classes,omitempty"`
	Coding   Coding    `json:"coding,omitempty"` // of the classes
	Bias     bool      `json:"bias"`             // the last column of X is one
	Scale    Scale     `json:"scale"`
	Missing  Missing   `json:"missing"`
	// Weight names the column that says how often each row of training counts;
	// empty where every row counts once.
	Weight string `json:"weight,omitempty"`
	// ClassWeight says how much the rows of each class count beside that.
	ClassWeight ClassWeight `json:"class_weight,omitempty"`
	// Dropped are feature columns left out because they were constant, or
	// identifiers.
	Dropped []string `json:"dropped,omitempty"`
	// Ignored are the other columns of the training table that are neither
	// features nor targets.
	Ignored []string `json:"ignored,omitempty"`
	// Reading is how the training table was read, as far as that was said.
	Reading table.Reading `json:"reading,omitzero"`
	// Remarks are what a user should know about the training table: what was left
	// out or looks odd.  They are not stored.
	Remarks []string `json:"-"`
}

// Categoricals returns the names of the categorical features.
func (e *Recipe) Categoricals() []string {
	var names []string
	for _, f := range e.Features {
		if f.Kind == table.Categorical {
			names = append(names, f.Name)
		}
	}
	return names
}

// Feature is one source column.
type Feature struct {
	Name string     `json:"name"`
	Kind table.Kind `json:"kind"` // Numeric or Categorical
	// A numeric value v becomes (v − Mean)/Deviation; 0 and 1 without scaling
	// and for a categorical feature.
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"`
	// Categories of a categorical feature: category k is the k-th of its 0/1
	// columns.
	Categories []string `json:"categories,omitempty"`
	// What takes the place of a missing entry where those are filled, and of a
	// category that training never saw where those are replaced.
	Fill         float64 `json:"fill,omitempty"`
	FillCategory string  `json:"fill_category,omitempty"`
	// MissingOf names the column of which the feature says whether the entry is
	// missing, as 0 or 1; empty for a feature that is a column.
	MissingOf string `json:"missing_of,omitempty"`
	// DateOf names the column of dates of which the feature takes the part; the
	// days are counted from Since, which is written 2006-01-02.
	DateOf string   `json:"date_of,omitempty"`
	Part   DatePart `json:"date_part,omitempty"`
	Since  string   `json:"since,omitempty"`
	// Order is that of month and day in dates such as 1/2/2024, "" where the column has none of them.
	Order notation.DateOrder `json:"date_order,omitempty"`
}

// Source is the column that the feature is made of.
func (f Feature) Source() string {
	return cmp.Or(f.MissingOf, f.DateOf, f.Name)
}

// UnmarshalJSON also refuses a feature without mean, which would silently be
// read as 0.
func (f *Feature) UnmarshalJSON(text []byte) error {
	type plain Feature
	content := struct {
		*plain
		Mean *float64 `json:"mean"`
	}{plain: (*plain)(f)}
	if err := json.Unmarshal(text, &content); err != nil {
		return err
	}
	if content.Mean == nil {
		return fmt.Errorf("feature %q has no mean", f.Name)
	}
	f.Mean = *content.Mean
	return nil
}

// Width returns how many columns of X the feature has.
func (f Feature) Width() int {
	if f.Kind == table.Categorical {
		return len(f.Categories)
	}
	return 1
}

// Dims returns the number d of columns of X, the bias included, and the number
// c of columns of Y.
func (e *Recipe) Dims() (d, c int) {
	for _, f := range e.Features {
		d += f.Width()
	}
	if e.Bias {
		d++
	}
	if e.Coding == CodingSign {
		return d, 1
	}
	if e.Task == TaskClassification {
		return d, len(e.Classes)
	}
	return d, len(e.Targets)
}

// FeatureNames returns a name for each column of X: the column's, "color=red"
// for a category, BiasName for the bias.
func (e *Recipe) FeatureNames() []string {
	var names []string
	for _, f := range e.Features {
		if f.Kind != table.Categorical {
			names = append(names, f.Name)
			continue
		}
		for _, c := range f.Categories {
			names = append(names, f.Name+"="+c)
		}
	}
	if e.Bias {
		names = append(names, BiasName)
	}
	return names
}

// OutputNames returns a name for each column of Y: the classes, the second of two in one column, or the targets.
func (e *Recipe) OutputNames() []string {
	if e.Coding == CodingSign {
		return []string{e.Classes[1]}
	}
	return e.ScoreNames()
}

// Validate reports the first thing that makes an encoding, read from a file,
// unusable.
func (e *Recipe) Validate() error {
	if len(e.Features) == 0 {
		return errors.New("encoding: no features; expected at least one")
	}
	seen, columns := map[string]bool{}, map[string]bool{}
	for _, f := range e.Features {
		if f.Name == "" || seen[f.Name] {
			return fmt.Errorf("encoding: feature name %q is empty or occurs twice; expected distinct names", f.Name)
		}
		seen[f.Name] = true
		if err := f.validate(e.Missing); err != nil {
			return err
		}
		switch {
		case f.MissingOf == "":
			columns[f.Source()] = true
		case !columns[f.MissingOf]:
			return fmt.Errorf("encoding: feature %q says where %q is missing; expected a feature of that column before it", f.Name, f.MissingOf)
		}
	}
	if len(e.Targets) == 0 {
		return errors.New("encoding: no targets; expected at least one")
	}
	for _, name := range e.Targets {
		if name == "" || seen[name] {
			return fmt.Errorf("encoding: target name %q is empty or occurs twice; expected distinct names", name)
		}
		seen[name] = true
	}
	if e.Weight != "" && seen[e.Weight] {
		return fmt.Errorf("encoding: weight %q is a feature or a target; expected another column", e.Weight)
	}
	switch e.Task {
	case TaskClassification:
		if len(e.Targets) != 1 || len(e.Classes) < 2 || hasDuplicates(e.Classes) {
			return errors.New("encoding: classification needs one target and at least two distinct classes")
		}
	case TaskRegression:
		if len(e.Classes) != 0 {
			return errors.New("encoding: regression has no classes")
		}
	default:
		return fmt.Errorf("encoding: task %q; expected classification or regression", e.Task)
	}
	if err := e.validateCoding(); err != nil {
		return err
	}
	if _, err := ParseScale(string(e.Scale)); err != nil {
		return fmt.Errorf("encoding: %w", err)
	}
	if _, err := ParseMissing(string(e.Missing)); err != nil {
		return fmt.Errorf("encoding: %w", err)
	}
	return nil
}

func (f Feature) validate(missing Missing) error {
	if !(f.Deviation > 0) || math.IsInf(f.Deviation, 0) || !finite(f.Mean) || !finite(f.Fill) {
		return fmt.Errorf("encoding: feature %q has mean %v and deviation %v; expected finite numbers and a positive deviation", f.Name, f.Mean, f.Deviation)
	}
	if err := f.validateDate(); err != nil {
		return err
	}
	switch f.Kind {
	case table.Numeric:
		if len(f.Categories) != 0 {
			return fmt.Errorf("encoding: numeric feature %q has categories", f.Name)
		}
	case table.Categorical:
		if len(f.Categories) == 0 || hasDuplicates(f.Categories) {
			return fmt.Errorf("encoding: categorical feature %q needs distinct categories", f.Name)
		}
		if missing.Fills() && !slices.Contains(f.Categories, f.FillCategory) {
			return fmt.Errorf("encoding: feature %q fills with %q, which is none of its categories", f.Name, f.FillCategory)
		}
	default:
		return fmt.Errorf("encoding: feature %q is of kind %q; expected numeric or categorical", f.Name, f.Kind)
	}
	return nil
}

func hasDuplicates(names []string) bool {
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if seen[n] {
			return true
		}
		seen[n] = true
	}
	return false
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// sources are the columns that the features are made of.
func (e *Recipe) sources() []string {
	names := make([]string, len(e.Features))
	for i, f := range e.Features {
		names[i] = f.Source()
	}
	return names
}
