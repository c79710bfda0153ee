package table

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/relift/relift/table/notation"
)

// Kind is the type of a column.
type Kind string

// The kinds of columns; see the package comment for the rule.
const (
	Numeric     Kind = "numeric"     // finite numbers and missing entries
	Categorical Kind = "categorical" // text and missing entries
	Mixed       Kind = "mixed"       // mostly numbers, with entries that are not usable as numbers
)

// Column is one typed column of a Table.
type Column struct {
	Name string
	Kind Kind
	// Numbers has one entry for each row, NaN where it is missing or not a
	// finite number; nil for a categorical column.
	Numbers []float64
	// Text has the entry of each row as it was read, "" where it is missing;
	// nil for a numeric column.
	Text []string

	// spelling has the texts of a numeric column whose numbers may be labels;
	// nil where they are the shortest form of the numbers, or too many.
	spelling *spelling
	notation notation.Notation   // of the numbers
	doubt    string              // why a mixed column cannot be read as numbers
	dates    notation.DateLayout // of a categorical column whose texts are all dates
	// Whether all its texts are dates such as 1/2/2024 with the month or the day first.
	monthFirst, dayFirst bool
}

// spelling is how the entries of a numeric column are written.
type spelling struct {
	words []string
	codes []uint32 // by row; missing for a missing entry
}

// of returns the text of a row, "" where it is missing.
func (s *spelling) of(row int) string {
	if s.codes[row] == missing {
		return ""
	}
	return s.words[s.codes[row]]
}

// Table is a file's content: typed columns of equal length.
type Table struct {
	Name    string // file name, for messages
	Columns []*Column
	// Lines has the 1-based line in the file for each row; nil for a source
	// without lines, for which messages count rows.
	Lines []int
	// Reading is how the file was read, as far as that was said.
	Reading Reading
	// DefaultTargets are the targets a format that knows them declares (the
	// arrays y of an NPZ file, the label of a LIBSVM line); empty for the last
	// column.
	DefaultTargets []string
	// Warnings are things the reader accepted but a user should know.
	Warnings []string

	// Sparse: a feature column that is not there is zero (see WithZeros).
	Sparse bool
	// origins has, for a table made by Subset, the 0-based row of the file.
	origins []int
}

// NumRows returns the number of data rows.
func (t *Table) NumRows() int {
	if len(t.Columns) == 0 {
		return 0
	}
	return t.Columns[0].Len()
}

// Names returns the column names in file order.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Subset returns the table of the given rows (0-based, in that order).  Line
// numbers still refer to the file.
func (t *Table) Subset(rows []int) *Table {
	s := &Table{Name: t.Name, Reading: t.Reading, DefaultTargets: t.DefaultTargets, Warnings: t.Warnings, Sparse: t.Sparse}
	s.origins = make([]int, len(rows))
	for i, r := range rows {
		s.origins[i] = t.origin(r)
	}
	if t.Lines != nil {
		s.Lines = pick(t.Lines, rows)
	}
	for _, c := range t.Columns {
		sub := &Column{Name: c.Name, Kind: c.Kind, notation: c.notation, doubt: c.doubt, dates: c.dates, monthFirst: c.monthFirst, dayFirst: c.dayFirst}
		if c.spelling != nil {
			sub.spelling = &spelling{c.spelling.words, pick(c.spelling.codes, rows)}
		}
		if c.Numbers != nil {
			sub.Numbers = pick(c.Numbers, rows)
		}
		if c.Text != nil {
			sub.Text = pick(c.Text, rows)
		}
		s.Columns = append(s.Columns, sub)
	}
	return s
}

// WithoutFirstRow returns the table less its first data row.  It exists for
// the reproduction of published experiments whose scripts read the first row
// of a file without header as the header; nothing else should use it.
func (t *Table) WithoutFirstRow() *Table {
	rows := make([]int, 0, t.NumRows())
	for i := 1; i < t.NumRows(); i++ {
		rows = append(rows, i)
	}
	return t.Subset(rows)
}

// Place returns where row i came from: "line 7" or, for a source without
// lines, "row 7".
func (t *Table) Place(i int) string {
	if t.Lines != nil {
		return fmt.Sprintf("line %d", t.Lines[i])
	}
	return fmt.Sprintf("row %d", t.origin(i)+1)
}

// Places returns where the rows came from, at most most of them by name: "lines 3,
// 5 and 4 more".
func (t *Table) Places(rows []int, most int) string {
	noun := "row"
	if t.Lines != nil {
		noun = "line"
	}
	if len(rows) > 1 {
		noun += "s"
	}
	var b strings.Builder
	b.WriteString(noun)
	shown := min(len(rows), most)
	for k, i := range rows[:shown] {
		switch {
		case k > 0 && k == len(rows)-1:
			b.WriteString(" and")
		case k > 0:
			b.WriteString(",")
		}
		place := t.origin(i) + 1
		if t.Lines != nil {
			place = t.Lines[i]
		}
		fmt.Fprintf(&b, " %d", place)
	}
	if left := len(rows) - shown; left > 0 {
		fmt.Fprintf(&b, " and %d more", left)
	}
	return b.String()
}

// Value returns the entry of row i as text; "" where it is missing.
func (c *Column) Value(i int) string {
	switch {
	case c.Text != nil:
		return c.Text[i]
	case c.spelling != nil:
		return c.spelling.of(i)
	}
	return notation.Format(c.Numbers[i])
}

// Number returns the number of row i, NaN where there is none.
func (c *Column) Number(i int) float64 {
	if c.Numbers == nil {
		return math.NaN()
	}
	return c.Numbers[i]
}

// Len returns the number of entries.
func (c *Column) Len() int { return max(len(c.Numbers), len(c.Text)) }

// IsDate reports whether every entry is a date in one and the same layout.
func (c *Column) IsDate() bool { return c.dates != "" }

// DateOrders are the orders of month and day in which every entry is a date such as 1/2/2024.
func (c *Column) DateOrders() (orders []notation.DateOrder) {
	if c.monthFirst {
		orders = append(orders, notation.MonthFirst)
	}
	if c.dayFirst {
		orders = append(orders, notation.DayFirst)
	}
	return orders
}

// Date returns the date of row i, where it needs one in the order of month and day; false where the entry is none.
func (c *Column) Date(i int, order notation.DateOrder) (time.Time, bool) {
	text := c.Value(i)
	layout := c.dates
	if layout == "" {
		layout = notation.LayoutOf(text)
	}
	if layout == "" {
		layout = order.Layout(text)
	}
	if layout == "" {
		return time.Time{}, false
	}
	return layout.Day(text)
}

// Empty reports whether every entry is missing.
func (c *Column) Empty() bool {
	for i := range c.Len() {
		if !c.Missing(i) {
			return false
		}
	}
	return true
}

// Missing reports whether the entry of row i is missing.
func (c *Column) Missing(i int) bool {
	if c.Text != nil {
		return c.Text[i] == ""
	}
	return c.Numbers[i] != c.Numbers[i]
}

// New returns a table of named numeric columns without a file, for
// libraries that already hold numbers.  values is n×len(names), row by row.
func New(name string, names []string, values [][]float64) (*Table, error) {
	b, err := NewBuilder(name, names, false)
	if err != nil {
		return nil, err
	}
	for i, row := range values {
		if len(row) != len(names) {
			return nil, &InputError{File: name, Row: i + 1, Problem: fmt.Sprintf("%d values; expected %d, one for each column", len(row), len(names))}
		}
		for j, v := range row {
			b.AddNumber(j, v)
		}
		if err := b.EndRow(0); err != nil {
			return nil, err
		}
	}
	return b.Table()
}

func (t *Table) origin(i int) int {
	if t.origins == nil {
		return i
	}
	return t.origins[i]
}

// ErrorAt is an InputError for row i and the named column.
func (t *Table) ErrorAt(i int, column, format string, args ...any) *InputError {
	e := &InputError{File: t.Name, Column: column, Problem: fmt.Sprintf(format, args...)}
	if t.Lines != nil {
		e.Line = t.Lines[i]
	} else {
		e.Row = t.origin(i) + 1
	}
	return e
}

func pick[T any](from []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = from[r]
	}
	return out
}
