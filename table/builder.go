package table

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table/notation"
)

// Builder collects a table row by row.  A column is a dictionary of its texts
// as long as they are few, and is judged by them when they become many or the
// table ends: from then on numbers are read as they come.
type Builder struct {
	name     string
	columns  []*columnBuilder
	lines    []int
	hasLines bool
	rows     int
	warnings []string
	reading  *Reading
	// charge, unless it is nil, is told the bytes of the entries of rows that
	// ended; pending counts those of which it was not told yet.
	charge  func(bytes uint64) error
	pending uint64
	limit   int // distinct texts of a column before it is judged
	// decimals is what the columns said about the decimal sign after so many rows.
	decimals     evidence
	decimalsRows int
}

// charged is the portion in which memory is charged.
const charged = 1 << 16

// Limits for the distinct texts of a column before it is judged: enough to
// tell numbers from categories, and few enough for a table of many columns.
const (
	mostWords  = 4096
	leastWords = 64
	allWords   = 1 << 20 // of all columns together
	mostLabels = 1 << 16 // of a column that may hold labels
)

// columnBuilder collects one column.
type columnBuilder struct {
	name     string
	declared Kind // that the format declares, "" when the entries decide
	// limit is the number of distinct texts whose spelling is wanted, where it
	// is larger than the builder's.
	limit int

	words dictionary // while codes is not nil: the texts of the entries …
	codes []uint32   // … by row, missing for a missing one
	// afterwards numbers, or texts
	verdict verdict
	numbers chunks
	bad     map[int]string // entries of numbers that are none, by row
	texts   []string
	direct  bool   // numbers came as numbers, not as texts
	useless string // why the entries cannot be used at all
	rows    int    // of a useless column
}

// missing is the code of a missing entry.
const missing = math.MaxUint32

// mostBad bounds how many bad entries a column remembers: the first is named.
const mostBad = 1000

// NewBuilder checks the column names: at least one, none twice.
func NewBuilder(name string, names []string, hasLines bool) (*Builder, error) {
	b := &Builder{name: name, hasLines: hasLines, reading: &Reading{}, limit: min(max(allWords/max(len(names), 1), leastWords), mostWords)}
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
		b.columns = append(b.columns, &columnBuilder{name: n, codes: []uint32{}})
	}
	b.columns[len(b.columns)-1].limit = mostLabels // the default target
	return b, nil
}

// ReadAs makes the builder read entries as r says.
func (b *Builder) ReadAs(r *Reading) {
	b.reading = r
	for _, reference := range r.Keep {
		for j, c := range b.columns {
			if c.name == reference || indexReference(reference, len(b.columns)) == j {
				c.limit = math.MaxUint32 - 1
			}
		}
	}
}

// AddText appends the field of the current row to column j.
func (b *Builder) AddText(j int, field string) { b.AddField(j, []byte(strings.TrimSpace(field))) }

// AddField appends a field, without blanks around it, to column j.
func (b *Builder) AddField(j int, field []byte) {
	c := b.columns[j]
	switch {
	case c.codes != nil:
		b.addWord(j, field)
	case c.texts != nil:
		b.pending += stringBytes + uint64(len(field))
		if b.reading.IsMissing(field) {
			c.texts = append(c.texts, "")
		} else {
			c.texts = append(c.texts, string(field))
		}
	default:
		b.pending += numberBytes
		if v, ok := notation.ReadPlain(field, c.verdict.notation.Decimal); ok {
			c.numbers.add(v)
			return
		}
		c.addWritten(field, b.reading)
	}
}

const (
	numberBytes = 8
	stringBytes = 16
	codeBytes   = 4
	wordBytes   = 16 // of a dictionary beside the text
)

func (b *Builder) addWord(j int, field []byte) {
	c := b.columns[j]
	b.pending += codeBytes
	if b.reading.IsMissing(field) {
		c.codes = append(c.codes, missing)
		return
	}
	limit := max(b.limit, c.limit)
	before := c.words.len()
	code, ok := c.words.code(field, limit)
	if !ok {
		b.settle(c)
		b.AddField(j, field)
		return
	}
	if c.words.len() > before {
		b.pending += wordBytes + uint64(len(field))
	}
	c.codes = append(c.codes, code)
}

// addWritten appends a number that is not plain, a missing entry, or a mistake.
func (c *columnBuilder) addWritten(field []byte, r *Reading) {
	if r.IsMissing(field) {
		c.numbers.add(math.NaN())
		return
	}
	text := string(field)
	w, ok := r.Notation(c.verdict.notation).Read(text)
	if !ok || c.verdict.whole && notation.TooLong(text) || w.Unit != c.verdict.written.Unit && (w.Unit == "%" || c.verdict.written.Unit == "%" || w.Unit != "" && c.verdict.example != "") {
		c.mistake(text)
		return
	}
	if !w.Plain && c.verdict.example == "" {
		c.verdict.example, c.verdict.written = text, w
	}
	c.numbers.add(w.Value)
}

func (c *columnBuilder) mistake(text string) {
	if c.bad == nil {
		c.bad = map[int]string{}
	}
	if len(c.bad) < mostBad {
		c.bad[c.numbers.len()] = text
	}
	c.numbers.add(math.NaN())
}

// Unusable adds to column j rows entries that are neither numbers nor text:
// using the column is an error that says why.
func (b *Builder) Unusable(j int, why string, rows int) {
	c := b.columns[j]
	c.useless, c.rows = why, c.rows+rows
	b.pending += (numberBytes + stringBytes) * uint64(rows)
}

// settle judges a column whose texts have become many.
func (b *Builder) settle(c *columnBuilder) {
	c.verdict = b.judge(c)
	if c.verdict.kind == Numeric {
		c.toNumbers(b.reading)
		return
	}
	words := c.words.words()
	c.texts = make([]string, len(c.codes))
	for i, code := range c.codes {
		if code != missing {
			c.texts[i] = words[code]
		}
	}
	c.codes, c.words = nil, dictionary{}
}

// toNumbers turns the texts so far into numbers.
func (c *columnBuilder) toNumbers(r *Reading) {
	values := make([]float64, c.words.len())
	n := r.Notation(c.verdict.notation)
	for k, text := range c.words.words() {
		w, _ := n.Read(text)
		values[k] = w.Value
	}
	for _, code := range c.codes {
		if code == missing {
			c.numbers.add(math.NaN())
		} else {
			c.numbers.add(values[code])
		}
	}
	c.codes, c.words = nil, dictionary{}
}

// judge decides what a column of words is.
func (b *Builder) judge(c *columnBuilder) verdict {
	t := b.tally(c)
	v := t.judge(c.declared, b.reading, b.evidence)
	if v.kind == Categorical && t.words > 0 {
		if v.dates = c.dates(); v.dates == "" {
			words := c.words.words()
			v.monthFirst, v.dayFirst = notation.MonthFirst.Reads(words), notation.DayFirst.Reads(words)
		}
	}
	return v
}

// tally counts how the words of a column can be read.
func (b *Builder) tally(c *columnBuilder) tally {
	rows := make([]int, c.words.len())
	for _, code := range c.codes {
		if code != missing {
			rows[code]++
		}
	}
	t := tally{whole: true}
	for k, text := range c.words.words() {
		t.count(text, rows[k], b.reading)
	}
	return t
}

// evidence is what the columns say about the decimal sign of the file.  It is
// asked for by columns that say nothing themselves, and only looked for anew
// after twice as many rows.
func (b *Builder) evidence() evidence {
	if b.decimalsRows > 0 && b.rows < 2*b.decimalsRows {
		return b.decimals
	}
	var e evidence
	for _, c := range b.columns {
		switch {
		case c.direct || c.declared == Categorical || c.texts != nil:
		case c.codes == nil:
			e.comma = e.comma || c.verdict.notation.Decimal == ','
			e.point = e.point || c.verdict.notation.Decimal == '.' && !c.verdict.whole
		default:
			t := b.tally(c)
			e.point = e.point || t.rows > 0 && t.point == t.rows && t.comma < t.rows
			e.comma = e.comma || t.rows > 0 && t.comma == t.rows && t.point < t.rows
		}
	}
	b.decimals, b.decimalsRows = e, max(b.rows, 1)
	return e
}

// dates finds the one layout in which every word is a date.
func (c *columnBuilder) dates() notation.DateLayout {
	layout := notation.DateLayout("")
	for k, text := range c.words.words() {
		if k == 0 {
			if layout = notation.LayoutOf(text); layout == "" {
				return ""
			}
		}
		if _, ok := layout.Day(text); !ok {
			return ""
		}
	}
	return layout
}

// AddLabel appends a text to a column that is declared categorical; an empty one is
// missing.  No marker stands for a missing entry.
func (b *Builder) AddLabel(j int, label []byte) {
	c := b.columns[j]
	b.pending += codeBytes
	switch {
	case c.codes == nil:
		c.texts = append(c.texts, string(label))
		b.pending += stringBytes + uint64(len(label))
	case len(label) == 0:
		c.codes = append(c.codes, missing)
	default:
		before := c.words.len()
		code, ok := c.words.code(label, b.limit)
		if !ok {
			b.settle(c)
			b.AddLabel(j, label)
			return
		}
		if c.words.len() > before {
			b.pending += wordBytes + uint64(len(label))
		}
		c.codes = append(c.codes, code)
	}
}

// AddNumber appends a number to column j; NaN is missing.
func (b *Builder) AddNumber(j int, v float64) {
	c := b.columns[j]
	if c.codes != nil && len(c.codes) == 0 {
		c.codes, c.direct = nil, true
		c.verdict = verdict{kind: Numeric, notation: notation.Point}
	}
	if !c.direct { // text came before
		b.AddText(j, notation.Format(v))
		return
	}
	b.pending += numberBytes
	switch {
	case math.IsInf(v, 0):
		c.mistake(fmt.Sprint(v))
	case v == 0:
		c.numbers.add(0) // one zero: −0 has no meaning in a table
	default:
		c.numbers.add(v)
	}
}

// EndRow ends the current row, which came from that line.
func (b *Builder) EndRow(line int) error {
	b.rows++
	if b.hasLines {
		b.lines = append(b.lines, line)
		b.pending += numberBytes
	}
	return b.SettleMemory()
}

// AddRows counts rows whose entries were added column by column.
func (b *Builder) AddRows(count int) { b.rows += count }

// NumRows is the number of rows so far.
func (b *Builder) NumRows() int { return b.rows }

// ChargeTo has the entries' bytes charged as rows end.
func (b *Builder) ChargeTo(charge func(bytes uint64) error) { b.charge = charge }

// Declare says that the format knows what column j is.
func (b *Builder) Declare(j int, kind Kind) { b.columns[j].declared = kind }

// Warn adds a warning to the table's.
func (b *Builder) Warn(warning string) { b.warnings = append(b.warnings, warning) }

// SettleMemory charges for what was added.
func (b *Builder) SettleMemory() error {
	if b.charge == nil || b.pending < charged {
		return nil
	}
	bytes := b.pending
	b.pending = 0
	return b.charge(bytes)
}

// Table decides the types and returns the table.
func (b *Builder) Table() (*Table, error) {
	if b.rows == 0 {
		return nil, Errorf(b.name, "no data rows after the header; expected at least one")
	}
	t := &Table{Name: b.name, Lines: b.lines, Warnings: b.warnings}
	b.decimalsRows = 0
	for _, c := range b.columns { // all are judged before any is taken apart
		if c.codes != nil {
			c.verdict = b.judge(c)
		}
	}
	for j, c := range b.columns {
		column := c.column(b.reading)
		for i, s := range column.Text {
			if !utf8.ValidString(s) {
				t.Columns = append(t.Columns, column)
				return nil, t.ErrorAt(i, column.Name, "%s is not valid UTF-8; expected a file saved as UTF-8, or --encoding windows-1252", printable.Quote(s))
			}
		}
		if remark := c.verdict.remark(c.name); remark != "" {
			t.Warnings = append(t.Warnings, b.name+": "+remark)
		}
		t.Columns = append(t.Columns, column)
		b.columns[j] = nil
	}
	if remark := t.sums(); remark != "" {
		t.Warnings = append(t.Warnings, remark)
	}
	return t, nil
}

// column turns what was collected into a column.
func (c *columnBuilder) column(r *Reading) *Column {
	v := c.verdict
	column := &Column{Name: c.name, Kind: v.kind, doubt: v.doubt, notation: r.Notation(v.notation), dates: v.dates, monthFirst: v.monthFirst, dayFirst: v.dayFirst}
	switch {
	case c.useless != "":
		column.Kind, column.doubt = Mixed, c.useless
		column.Numbers, column.Text = missingNumbers(c.rows), make([]string, c.rows)
		for i := range column.Text {
			column.Text[i] = "…"
		}
	case c.codes != nil:
		c.columnOfWords(column, r)
	case c.texts != nil:
		column.Text = c.texts
		c.judgeTexts(column)
	default:
		column.Numbers = c.numbers.all()
		if len(c.bad) > 0 {
			column.Kind = Mixed
			column.Text = make([]string, len(column.Numbers))
			for i, number := range column.Numbers {
				if column.Text[i] = c.bad[i]; column.Text[i] == "" {
					column.Text[i] = notation.Format(number)
				}
			}
		}
	}
	return column
}

// columnOfWords fills a column whose texts have remained few.
func (c *columnBuilder) columnOfWords(column *Column, r *Reading) {
	words := c.words.words()
	if column.Kind != Categorical {
		n := r.Notation(c.verdict.notation)
		values := make([]float64, len(words))
		spelled := false
		for k, text := range words {
			values[k] = math.NaN()
			if w, ok := n.Read(text); ok && (column.Kind == Numeric || !notation.TooLong(text)) {
				values[k] = w.Value
			}
			spelled = spelled || text != notation.Format(values[k])
		}
		column.Numbers = make([]float64, len(c.codes))
		for i, code := range c.codes {
			column.Numbers[i] = math.NaN()
			if code != missing {
				column.Numbers[i] = values[code]
			}
		}
		if column.Kind == Numeric {
			if spelled {
				column.spelling = &spelling{words, c.codes}
			}
			return
		}
	}
	column.Text = make([]string, len(c.codes))
	for i, code := range c.codes {
		if code != missing {
			column.Text[i] = words[code]
		}
	}
}

// judgeTexts judges a column of many texts again, by all of them: it may be
// numbers with mistakes.
func (c *columnBuilder) judgeTexts(column *Column) {
	if c.declared == Categorical || c.verdict.ids || c.verdict.doubt != "" {
		if column.Kind == Mixed {
			column.Numbers = missingNumbers(len(column.Text))
		}
		return
	}
	if column.dates != "" && slices.ContainsFunc(column.Text, func(text string) bool {
		_, ok := column.dates.Day(text)
		return text != "" && !ok
	}) {
		column.dates = "" // what came later is none
	}
	column.monthFirst = column.monthFirst && notation.MonthFirst.Reads(column.Text)
	column.dayFirst = column.dayFirst && notation.DayFirst.Reads(column.Text)
	numbers, present := 0, 0
	values := missingNumbers(len(column.Text))
	for i, text := range column.Text {
		if text == "" {
			continue
		}
		present++
		if w, ok := notation.Point.Read(text); ok {
			numbers++
			if !notation.TooLong(text) {
				values[i] = w.Value
			}
		}
	}
	column.Kind = Categorical
	if 2*numbers > present {
		column.Kind, column.Numbers, column.dates = Mixed, values, ""
	}
}

func missingNumbers(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = math.NaN()
	}
	return values
}

// chunks is a growing list of numbers that is never copied while it grows.
type chunks struct {
	full [][]float64
	last []float64
}

const (
	firstChunk = 64
	chunk      = 1 << 15
)

func (c *chunks) add(v float64) {
	if len(c.last) == cap(c.last) {
		c.grow()
	}
	c.last = append(c.last, v)
}

func (c *chunks) grow() {
	size := firstChunk
	if c.last != nil {
		c.full = append(c.full, c.last)
		size = min(2*cap(c.last), chunk)
	}
	c.last = make([]float64, 0, size)
}

// len is how many numbers there are.
func (c *chunks) len() int {
	n := len(c.last)
	for _, f := range c.full {
		n += len(f)
	}
	return n
}

// all returns the numbers in one list.
func (c *chunks) all() []float64 {
	all := make([]float64, 0, c.len())
	for _, f := range c.full {
		all = append(all, f...)
	}
	all = append(all, c.last...)
	*c = chunks{}
	return all
}
