package read

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
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
func readLIBSVM(s *source) (*table.Table, error) {
	text, err := newLines(s)
	if err != nil {
		return nil, err
	}
	entries := map[int][]sparseEntry{}
	labels, err := table.NewBuilder(s.name, []string{libsvmTarget}, true)
	if err != nil {
		return nil, err
	}
	labels.ChargeTo(s.budget.take)
	labels.ReadAs(s.reading)
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
		if err := libsvmRow(s.name, text.number, labels.NumRows(), fields, entries); err != nil {
			return nil, err
		}
		if err := s.budget.take(sparseEntryBytes * uint64(len(fields))); err != nil {
			return nil, err
		}
		labels.AddText(0, strings.TrimPrefix(fields[0], "+")) // +1 and 1 are one label
		if err := labels.EndRow(text.number); err != nil {
			return nil, err
		}
	}
	if labels.NumRows() == 0 {
		return nil, table.Errorf(s.name, "no data rows; expected lines such as +1 1:0.5 3:2")
	}
	t, err := labels.Table()
	if err != nil {
		return nil, err
	}
	return sparseTable(s, t, entries)
}

// libsvmRow parses the entries of one line.
func libsvmRow(name string, line, row int, fields []string, entries map[int][]sparseEntry) error {
	bad := func(format string, args ...any) error {
		return &table.InputError{File: name, Line: line, Problem: fmt.Sprintf(format, args...)}
	}
	switch {
	case strings.Contains(fields[0], ":"):
		return bad("the line starts with %s; expected a label before the first INDEX:VALUE", printable.Quote(fields[0]))
	case strings.Contains(fields[0], ","):
		return bad("the label %s has several values; expected one", printable.Quote(fields[0]))
	}
	previous := -1
	for _, field := range fields[1:] {
		key, text, ok := strings.Cut(field, ":")
		if ok && key == "qid" {
			return bad("%s marks ranking data; expected a table for classification or regression", printable.Quote(field))
		}
		index, err := strconv.Atoi(key)
		if !ok || err != nil || index < 0 || index > math.MaxInt32 {
			return bad("%s is no INDEX:VALUE; expected for example 3:0.5", printable.Quote(field))
		}
		if index <= previous {
			return bad("index %d comes after %d; expected increasing indices", index, previous)
		}
		previous = index
		kind, v := notation.Classify(text)
		if kind != notation.TokenNumber {
			return &table.InputError{File: name, Line: line, Column: libsvmColumn(index), Problem: notation.NotANumber(text)}
		}
		entries[index] = append(entries[index], sparseEntry{row, v})
	}
	return nil
}

func libsvmColumn(index int) string { return "x" + strconv.Itoa(index) }

// sparseTable puts the columns of the entries, in the order of their indices,
// before the label.
func sparseTable(s *source, t *table.Table, entries map[int][]sparseEntry) (*table.Table, error) {
	indices := slices.Sorted(maps.Keys(entries))
	d := len(indices)
	if d == 0 {
		return nil, table.Errorf(t.Name, "no INDEX:VALUE in any row; expected at least one feature")
	}
	if err := s.budget.fits(fmt.Sprintf("a table of %d rows and %d features", t.NumRows(), d), memory.Times(8, memory.Times(uint64(t.NumRows()), uint64(d)))); err != nil {
		return nil, err
	}
	if first, last := min(indices[0], 1), indices[d-1]; last-first+1 > d {
		t.Warnings = append(t.Warnings, fmt.Sprintf("%s: %d of the features %s to %s occur in no row and are left out", t.Name, last-first+1-d, libsvmColumn(first), libsvmColumn(last)))
	}
	columns := make([]*table.Column, 0, d+1)
	for _, index := range indices {
		column := &table.Column{Name: libsvmColumn(index), Kind: table.Numeric, Numbers: make([]float64, t.NumRows())}
		for _, e := range entries[index] {
			column.Numbers[e.row] = e.value
		}
		columns = append(columns, column)
	}
	t.Columns = slices.Concat(columns, t.Columns)
	t.DefaultTargets = []string{libsvmTarget}
	t.Sparse = true
	return t, nil
}
