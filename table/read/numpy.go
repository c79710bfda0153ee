package read

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
)

// Names that the arrays of an NPZ file may have; those of a training set go
// together.
var (
	featureArrays      = []string{"X", "x", "data", "features", "inputs"}
	targetArrays       = []string{"y", "Y", "target", "targets", "label", "labels"}
	trainFeatureArrays = []string{"X_train", "x_train", "train_data", "train_features"}
	trainTargetArrays  = []string{"y_train", "Y_train", "train_labels", "train_targets"}
)

// arrayNames are the names of the arrays that a file's table is made of: targets
// is empty without, features of a sparse matrix, which has several.
type arrayNames struct {
	features, targets string
	sparse            bool
}

// chooseArrays finds features and targets by their names, and refuses what may
// be read in several ways.
func chooseArrays(name string, names []string) (arrayNames, error) {
	const expected = "expected X (n×d), with y (n or n×c) for the targets"
	among := func(known []string) (found []string) {
		for _, n := range known {
			if slices.Contains(names, n) {
				found = append(found, n)
			}
		}
		return found
	}
	if isSparse(names) {
		targets := among(targetArrays)
		if len(targets) > 1 {
			return arrayNames{}, table.Errorf(name, "the arrays %s can be taken for targets beside a sparse matrix; expected one, such as y", printable.List(targets, 12))
		}
		return arrayNames{targets: strings.Join(targets, ""), sparse: true}, nil
	}
	var pairs []arrayNames
	for _, kind := range [][2][]string{{featureArrays, targetArrays}, {trainFeatureArrays, trainTargetArrays}} {
		for _, features := range among(kind[0]) {
			targets := among(kind[1])
			if len(targets) == 0 {
				pairs = append(pairs, arrayNames{features: features})
			}
			for _, t := range targets {
				pairs = append(pairs, arrayNames{features: features, targets: t})
			}
		}
	}
	switch {
	case len(pairs) == 0:
		return arrayNames{}, table.Errorf(name, "no array of features among %s; %s", printable.List(names, 12), expected)
	case len(pairs) > 1:
		return arrayNames{}, table.Errorf(name, "the arrays %s can be taken for features and targets in several ways; %s", printable.List(names, 12), expected)
	case pairs[0].targets == "" && len(names) > 1:
		return arrayNames{}, table.Errorf(name, "no array of targets for %s among %s; %s", printable.Quote(pairs[0].features), printable.List(names, 12), expected)
	}
	return pairs[0], nil
}

// readNPY reads one matrix: its columns are x1, x2, …, and the last is the
// default target.
func readNPY(s *source) (*table.Table, error) {
	array, err := npy.ReadTable(s.text, s.arrayLimit())
	if err != nil {
		return nil, arrayError(s.name, err)
	}
	columns, err := arrayColumns(s.name, "the array", array)
	if err != nil {
		return nil, err
	}
	return arrayTable(s, numberColumns(columns), numbered("x", len(columns)))
}

// readNPZ reads the features from the array X and the targets from y, if it is
// there.  The columns are x1, x2, … and y, or y1, y2, … for several targets.
func readNPZ(s *source) (*table.Table, error) {
	name := s.name
	at, size, err := s.randomAccess()
	if err != nil {
		return nil, err
	}
	var chosen arrayNames
	var refused error
	var others []string
	archive, err := npy.ReadTables(at, size, s.arrayLimit(), func(names []string) []string {
		if chosen, refused = chooseArrays(name, names); refused != nil {
			return nil
		}
		wanted := []string{chosen.features, chosen.targets}
		if chosen.sparse {
			wanted = append(slices.Clone(sparseArrays), chosen.targets)
		}
		others = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(wanted, n) })
		return wanted
	})
	if refused != nil {
		return nil, refused
	}
	if err != nil {
		return nil, arrayError(name, err)
	}
	if len(others) > 0 && !chosen.sparse {
		s.remarks = append(s.remarks, fmt.Sprintf("%s: beside %s and %s other arrays are ignored: %s", name, printable.Quote(chosen.features), printable.Quote(chosen.targets), printable.List(others, 12)))
	}
	var features [][]float64
	if chosen.sparse {
		features, err = s.sparseColumns(archive)
	} else {
		features, err = s.numbersOf(archive, chosen.features)
	}
	if err != nil {
		return nil, err
	}
	names := numbered("x", len(features))
	if chosen.targets == "" {
		return arrayTable(s, numberColumns(features), names)
	}
	targets, err := s.targetColumns(archive, chosen.targets)
	if err != nil {
		return nil, err
	}
	if rows := targets[0].len(); rows != len(features[0]) {
		what := chosen.features
		if chosen.sparse {
			what = "the sparse matrix"
		}
		return nil, table.Errorf(name, "%s has %d rows and %s has %d; expected the same number", what, len(features[0]), chosen.targets, rows)
	}
	targetNames := []string{"y"}
	if len(targets) > 1 {
		targetNames = numbered("y", len(targets))
	}
	t, err := arrayTable(s, append(numberColumns(features), targets...), append(names, targetNames...))
	if err != nil {
		return nil, err
	}
	t.DefaultTargets = targetNames
	return t, nil
}

// numbersOf returns the columns of an array of numbers.
func (s *source) numbersOf(archive *npy.Archive, array string) ([][]float64, error) {
	a, err := archive.Array(array)
	if err != nil {
		return nil, table.Errorf(s.name, "%v", err)
	}
	return arrayColumns(s.name, "array "+printable.Quote(array), a)
}

// targetColumns returns the columns of the targets, or the one of their labels.
func (s *source) targetColumns(archive *npy.Archive, array string) ([]arrayColumn, error) {
	a, err := archive.Array(array)
	if err != nil {
		return nil, table.Errorf(s.name, "%v", err)
	}
	if a.Kind == npy.Text && (len(a.Shape) == 1 || len(a.Shape) == 2 && a.Shape[1] == 1) && len(a.Texts) > 0 {
		return []arrayColumn{{labels: a.Texts}}, nil
	}
	columns, err := arrayColumns(s.name, "array "+printable.Quote(array), a)
	return numberColumns(columns), err
}

// arrayColumn is a column of numbers or of labels.
type arrayColumn struct {
	numbers []float64
	labels  []string
}

func (c arrayColumn) len() int { return max(len(c.numbers), len(c.labels)) }

func numberColumns(columns [][]float64) []arrayColumn {
	out := make([]arrayColumn, len(columns))
	for j, numbers := range columns {
		out[j].numbers = numbers
	}
	return out
}

func numbered(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d", prefix, i+1)
	}
	return names
}

// arrayColumns returns the columns of an array of one or two dimensions.
func arrayColumns(name, what string, a npy.Array) ([][]float64, error) {
	rows, cols := 0, 1
	switch len(a.Shape) {
	case 1:
		rows = a.Shape[0]
	case 2:
		rows, cols = a.Shape[0], a.Shape[1]
	}
	if rows == 0 || cols == 0 || a.Kind == npy.Text {
		return nil, table.Errorf(name, "%s is %v; expected numbers in one or two dimensions, at least one row and one column", what, a)
	}
	columns := make([][]float64, cols)
	for j := range columns {
		columns[j] = make([]float64, rows)
		for i := range rows {
			k := i*cols + j
			switch a.Kind {
			case npy.Float64:
				columns[j][i] = a.Float64[k]
			case npy.Int64:
				v := a.Int64[k]
				if columns[j][i] = float64(v); int64(columns[j][i]) != v || columns[j][i] >= 1<<63 {
					return nil, &table.InputError{File: name, Row: i + 1, Problem: fmt.Sprintf("%s has the number %d, which has more digits than float64 holds; expected smaller ones", what, v)}
				}
			case npy.Bool:
				if a.Bool[k] {
					columns[j][i] = 1
				}
			}
		}
	}
	return columns, nil
}

// arrayTable puts columns under names.
func arrayTable(s *source, columns []arrayColumn, names []string) (*table.Table, error) {
	b, err := table.NewBuilder(s.name, names, false)
	if err != nil {
		return nil, err
	}
	b.ChargeTo(s.budget.take)
	b.ReadAs(s.reading)
	for j, c := range columns {
		if c.labels != nil {
			b.Declare(j, table.Categorical)
		}
	}
	for i := range columns[0].len() {
		for j, c := range columns {
			if c.labels != nil {
				b.AddLabel(j, []byte(strings.TrimSpace(c.labels[i])))
			} else {
				b.AddNumber(j, c.numbers[i])
			}
		}
		if err := b.EndRow(0); err != nil {
			return nil, err
		}
	}
	return b.Table()
}

// arrayLimit is the most bytes of arrays that are read: a third of the budget,
// for columns and table are copies.
func (s *source) arrayLimit() int64 { return int64(min(s.budget.left()/3, math.MaxInt64)) }

func arrayError(name string, err error) error {
	if errors.Is(err, table.ErrInterrupted) {
		return table.FileError(name, err)
	}
	problem := strings.TrimPrefix(err.Error(), name+": ")
	return &table.InputError{File: name, Problem: problem, Err: err}
}
