package dataset

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// libsvmTarget is the name of the label's column.
const libsvmTarget = "label"

// sparseEntry is one INDEX:VALUE of a row.
type sparseEntry struct {
	row   int
	value float64
}

// sparseEntryBytes is the size of a sparseEntry.
const sparseEntryBytes = 16

// readLIBSVM reads the sparse format of LIBSVM and SVMlight: a line for each
// row with the label and INDEX:VALUE for the entries that are not zero, in
// increasing order of indices, and a comment after #.  Feature k is the column
// xk; the label is the last column.  A feature that no row has is no column.
func readLIBSVM(s *source) (*Table, error) {
	text, err := newLines(s)
	if err != nil {
		return nil, err
	}
	entries := map[int][]sparseEntry{}
	labels, err := newBuilder(s.name, []string{libsvmTarget}, true)
	if err != nil {
		return nil, err
	}
	labels.budget = s.budget
	labels.read(s.reading)
	for {
		line, err := text.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if err := libsvmRow(s.name, text.number, labels.rows, fields, entries); err != nil {
			return nil, err
		}
		if err := s.budget.take(sparseEntryBytes * uint64(len(fields))); err != nil {
			return nil, err
		}
		labels.addText(0, strings.TrimPrefix(fields[0], "+")) // +1 and 1 are one label
		if err := labels.endRow(text.number); err != nil {
			return nil, err
		}
	}
	if labels.rows == 0 {
		return nil, inputErrorf(s.name, "no data rows; expected lines such as +1 1:0.5 3:2")
	}
	t, err := labels.table()
	if err != nil {
		return nil, err
	}
	return sparseTable(s, t, entries)
}

// libsvmRow parses the entries of one line.
func libsvmRow(name string, line, row int, fields []string, entries map[int][]sparseEntry) error {
	bad := func(format string, args ...any) error {
		return &InputError{File: name, Line: line, Problem: fmt.Sprintf(format, args...)}
	}
	switch {
	case strings.Contains(fields[0], ":"):
		return bad("the line starts with %s; expected a label before the first INDEX:VALUE", quote(fields[0]))
	case strings.Contains(fields[0], ","):
		return bad("the label %s has several values; expected one", quote(fields[0]))
	}
	previous := -1
	for _, field := range fields[1:] {
		key, text, ok := strings.Cut(field, ":")
		if ok && key == "qid" {
			return bad("%s marks ranking data; expected a table for classification or regression", quote(field))
		}
		index, err := strconv.Atoi(key)
		if !ok || err != nil || index < 0 || index > math.MaxInt32 {
			return bad("%s is no INDEX:VALUE; expected for example 3:0.5", quote(field))
		}
		if index <= previous {
			return bad("index %d comes after %d; expected increasing indices", index, previous)
		}
		previous = index
		kind, v := classify(text)
		if kind != tokenNumber {
			return &InputError{File: name, Line: line, Column: libsvmColumn(index), Problem: notANumber(text)}
		}
		entries[index] = append(entries[index], sparseEntry{row, v})
	}
	return nil
}

func libsvmColumn(index int) string { return "x" + strconv.Itoa(index) }

// sparseTable puts the columns of the entries, in the order of their indices,
// before the label.
func sparseTable(s *source, t *Table, entries map[int][]sparseEntry) (*Table, error) {
	indices := slices.Sorted(maps.Keys(entries))
	d := len(indices)
	if d == 0 {
		return nil, inputErrorf(t.Name, "no INDEX:VALUE in any row; expected at least one feature")
	}
	if err := s.budget.fits(fmt.Sprintf("a table of %d rows and %d features", t.rows, d), times(8, times(uint64(t.rows), uint64(d)))); err != nil {
		return nil, err
	}
	if first, last := min(indices[0], 1), indices[d-1]; last-first+1 > d {
		t.Warnings = append(t.Warnings, fmt.Sprintf("%s: %d of the features %s to %s occur in no row and are left out", t.Name, last-first+1-d, libsvmColumn(first), libsvmColumn(last)))
	}
	columns := make([]*Column, 0, d+1)
	for _, index := range indices {
		column := &Column{Name: libsvmColumn(index), Kind: Numeric, Numbers: make([]float64, t.rows)}
		for _, e := range entries[index] {
			column.Numbers[e.row] = e.value
		}
		columns = append(columns, column)
	}
	t.Columns = slices.Concat(columns, t.Columns)
	t.DefaultTargets = []string{libsvmTarget}
	t.sparse = true
	return t, nil
}

// withZeroColumns returns the table with a column of zeros for each name of
// a sparse feature that it lacks: a sparse file ends at the largest index that
// occurs in it, which may be smaller than in the training file.
func (t *Table) withZeroColumns(features []Feature) *Table {
	if !t.sparse {
		return t
	}
	known := map[string]bool{}
	for _, c := range t.Columns {
		known[c.Name] = true
	}
	wide := *t
	wide.Columns = slices.Clone(t.Columns)
	for _, f := range features {
		digits, ok := strings.CutPrefix(f.Name, "x")
		if index, err := strconv.Atoi(digits); !ok || err != nil || index < 0 || known[f.Name] {
			continue
		}
		wide.Columns = append(wide.Columns, &Column{Name: f.Name, Kind: Numeric, Numbers: make([]float64, t.rows)})
	}
	return &wide
}
