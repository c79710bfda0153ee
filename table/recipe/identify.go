package recipe

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
)

// Columns that say which row it is say nothing about rows to come.  Texts that do are
// left out, numbers that may are named: neither is a feature silently, unless it was
// asked for by name.

// fewRows is the number of rows below which nothing is said: every column of a
// small table may have an entry of its own in each row.
const fewRows = 10

// ownTexts counts the rows with a text that no other row has.  Their share estimates
// how often a row of a later table has a text that training never saw (I. J. Good,
// The population frequencies of species, Biometrika 40, 1953).
func ownTexts(column *table.Column, rows []int) (own, distinct, present int) {
	counts := map[string]int{}
	for _, row := range rows {
		if !column.Missing(row) {
			counts[column.Value(row)]++
			present++
		}
	}
	for _, n := range counts {
		if n == 1 {
			own++
		}
	}
	return own, len(counts), present
}

// identifies says why a column of texts is no feature: half of the rows of a later
// table, or more, would have an unknown text.  It is empty for other columns.
func (o Options) identifies(t *table.Table, column *table.Column, rows []int) string {
	if column.Kind != table.Categorical || slices.Contains(o.Features, column.Name) {
		return ""
	}
	own, distinct, present := ownTexts(column, rows)
	if present < fewRows || 2*own < present || distinct <= MaxAutoClasses && own < present {
		return ""
	}
	return fmt.Sprintf("%s: column %s has a text of its own in %d of %s, as names, identifiers and comments have, and is left out (--categorical says otherwise)",
		t.Name, printable.Quote(column.Name), own, printable.Count(present, "row"))
}

// mayIdentify names a column of whole numbers, each of its own, that are the rows'
// numbers or in steps like them, or are called an identifier; it is empty for other
// columns.
func (o Options) mayIdentify(t *table.Table, column *table.Column, rows []int) string {
	if column.Kind != table.Numeric || slices.Contains(o.Features, column.Name) {
		return ""
	}
	values := slices.DeleteFunc(numbersOf(column, rows), math.IsNaN)
	if len(values) < fewRows || !eachItsOwn(values) || !inSteps(values) && !calledIdentifier(column.Name) {
		return ""
	}
	return fmt.Sprintf("%s: column %s has a whole number of its own in every row (%s, %s, %s, …), as row numbers and identifiers have, and is used as a feature (--drop leaves it out)",
		t.Name, printable.Quote(column.Name), notation.Format(values[0]), notation.Format(values[1]), notation.Format(values[2]))
}

// eachItsOwn reports whether the values are whole numbers of which none occurs twice.
func eachItsOwn(values []float64) bool {
	for _, v := range values {
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return false
		}
	}
	sorted := slices.Sorted(slices.Values(values))
	return len(slices.Compact(sorted)) == len(values)
}

// inSteps reports whether whole numbers, each of its own, are at least half of those
// in equal steps from the least to the greatest: all of them in a file, most in a
// part of its rows.
func inSteps(values []float64) bool {
	least, greatest := slices.Min(values), slices.Max(values)
	step := int64(0)
	for _, v := range values {
		for rest := int64(v - least); rest != 0; {
			step, rest = rest, step%rest
		}
	}
	return int64(greatest-least)/step < 2*int64(len(values))
}

// calledIdentifier reports whether a column's name says that it has identifiers.
func calledIdentifier(name string) bool {
	lower := strings.ToLower(name)
	for _, end := range []string{"number", "nummer", "index", "uuid", "guid"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	start, isID := strings.CutSuffix(lower, "id")
	if !isID {
		return false
	}
	written := []rune(name)
	before := len([]rune(start)) - 1 // "ID", "cust_id", "custId", not "paid"
	return before < 0 || !unicode.IsLetter(written[before]) || unicode.IsLower(written[before]) && unicode.IsUpper(written[before+1])
}
