package dataset

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// builder collects a table row by row and decides the type of each column at
// the end.
type builder struct {
	name     string
	columns  []*columnBuilder
	lines    []int
	hasLines bool
	rows     int
	warnings []string
	// budget is charged for the entries of rows that ended; pending counts the
	// bytes of those that were not charged yet.
	budget  *budget
	pending uint64
}

// charged is the portion in which the budget is charged.
const charged = 1 << 16

// columnBuilder keeps the number and the text of each entry.  The texts lie in
// one array of bytes (row i ends at ends[i]), which a numeric column throws
// away.
type columnBuilder struct {
	name    string
	numbers []float64
	arena   []byte
	ends    []int
	// number of entries of each token kind
	counts [tokenDecimalComma + 1]int
	// declared is the kind that the format declares, "" when the entries decide
	declared Kind
}

// newBuilder checks the column names: at least one, none twice.
func newBuilder(name string, names []string, hasLines bool) (*builder, error) {
	b := &builder{name: name, hasLines: hasLines}
	header := func(column, format string, args ...any) *InputError {
		e := &InputError{File: name, Column: column, Problem: fmt.Sprintf(format, args...)}
		if hasLines {
			e.Line = 1
		}
		return e
	}
	if len(names) == 0 {
		return nil, header("", "no columns; expected at least one feature and one target")
	}
	seen := make(map[string]int, len(names))
	for i, n := range names {
		if !utf8.ValidString(n) {
			return nil, header("", "the name of column %d is not valid UTF-8; expected a file saved as UTF-8", i+1)
		}
		if n == "" {
			n = fmt.Sprintf("column%d", i+1)
			b.warnings = append(b.warnings, fmt.Sprintf("%s: column %d has no name and is called %q (if it is a row number, drop it)", name, i+1, n))
		}
		if first, twice := seen[n]; twice {
			return nil, header(n, "columns %d and %d have the same name; expected each name once", first+1, i+1)
		}
		seen[n] = i
		b.columns = append(b.columns, &columnBuilder{name: n})
	}
	return b, nil
}

// addText appends the field of the current row to column j.
func (b *builder) addText(j int, field string) {
	c := b.columns[j]
	field = strings.TrimSpace(field)
	kind, v := classify(field)
	c.counts[kind]++
	c.numbers = append(c.numbers, v)
	if kind != tokenMissing {
		c.arena = append(c.arena, field...)
	}
	b.pending += entryBytes + uint64(len(field))
	c.ends = append(c.ends, len(c.arena))
}

// addLabel appends a text to a column that is declared categorical; "" is
// missing.  No marker stands for a missing entry.
func (b *builder) addLabel(j int, label string) {
	c := b.columns[j]
	c.numbers = append(c.numbers, math.NaN())
	c.arena = append(c.arena, label...)
	b.pending += entryBytes + uint64(len(label))
	c.ends = append(c.ends, len(c.arena))
}

// addNumber appends a number to column j; NaN is missing.
func (b *builder) addNumber(j int, v float64) {
	c := b.columns[j]
	switch {
	case math.IsNaN(v):
		c.counts[tokenMissing]++
	case math.IsInf(v, 0):
		b.addText(j, fmt.Sprint(v))
		return
	default:
		c.counts[tokenNumber]++
		c.arena = append(c.arena, formatNumber(v)...)
		if v == 0 {
			v = 0
		}
	}
	b.pending += entryBytes
	c.numbers = append(c.numbers, v)
	c.ends = append(c.ends, len(c.arena))
}

// entryBytes is what an entry takes beside its text: its number, the end of
// its text, and the header of the string that it may become.
const entryBytes = 32

// endRow ends the current row, which came from that line.
func (b *builder) endRow(line int) error {
	b.rows++
	if b.hasLines {
		b.lines = append(b.lines, line)
	}
	if b.pending < charged {
		return nil
	}
	bytes := b.pending
	b.pending = 0
	return b.budget.take(bytes)
}

// table decides the types and returns the table.
func (b *builder) table() (*Table, error) {
	if b.rows == 0 {
		return nil, inputErrorf(b.name, "no data rows after the header; expected at least one")
	}
	t := &Table{Name: b.name, Lines: b.lines, rows: b.rows, Warnings: b.warnings}
	for j, c := range b.columns {
		column := c.column()
		for i, s := range column.Text {
			if !utf8.ValidString(s) {
				t.Columns = append(t.Columns, column)
				return nil, t.errorAt(i, column.Name, "%s is not valid UTF-8; expected a file saved as UTF-8", quote(s))
			}
		}
		t.Columns = append(t.Columns, column)
		b.columns[j] = nil
	}
	return t, nil
}

func (c *columnBuilder) column() *Column {
	number, missing := c.counts[tokenNumber], c.counts[tokenMissing]
	text := c.counts[tokenText]
	broken := c.counts[tokenNotFinite] + c.counts[tokenDecimalComma]
	column := &Column{Name: c.name}
	if c.declared != Categorical && number+missing == len(c.numbers) {
		column.Kind, column.Numbers = Numeric, c.numbers
		return column
	}
	all := string(c.arena)
	column.Text = make([]string, len(c.ends))
	start := 0
	for i, end := range c.ends {
		column.Text[i] = all[start:end]
		start = end
	}
	switch {
	case c.declared == Categorical:
		column.Kind = Categorical
	case c.declared == Numeric || number+broken > text:
		column.Kind, column.Numbers = Mixed, c.numbers
	default:
		column.Kind = Categorical
	}
	return column
}
