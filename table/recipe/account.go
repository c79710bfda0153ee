package recipe

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
)

// Account says what became of the rows and entries of a table that was encoded.
type Account struct {
	// LeftOut are the rows of the table that are not among those encoded, in order.
	LeftOut []int
	// Refused is what was wrong with the first row that ApplyOptions.Leniently left
	// out.
	Refused error
	// Substitutes say what took the place of missing entries and of categories that
	// training never saw.
	Substitutes []Substitute
}

// Substitute says what took the place of entries of a column.
type Substitute struct {
	Column string
	Rows   int    // how many
	Why    string // MissingEntries or UnknownCategories
	With   string // the number or the category; "" for none of the categories
}

// Why entries got substitutes.
const (
	MissingEntries    = "missing values"
	UnknownCategories = "categories that training never saw"
)

// substitutes counts, column by column, what the encoding of the rows has put in
// the place of entries.
func (e *Recipe) substitutes(t *table.Table, features, rows []int, unknown Unknown) []Substitute {
	var all []Substitute
	for k, f := range e.Features {
		if f.MissingOf != "" || f.DateOf != "" && k > 0 && e.Features[k-1].DateOf == f.DateOf {
			continue // the column has been counted
		}
		column := t.Columns[features[k]]
		fill := strconv.FormatFloat(f.Fill, 'g', 6, 64) // the model has all of its digits
		if f.DateOf != "" {
			fill = "the mean of each of its parts"
		}
		if f.Kind == table.Categorical {
			fill = f.FillCategory
		}
		missing, strange := 0, 0
		index := indexOf(f.Categories)
		for _, row := range rows {
			if column.Missing(row) {
				missing++
			} else if f.Kind == table.Categorical {
				if _, ok := lookup(column, row, index); !ok {
					strange++
				}
			}
		}
		if missing > 0 {
			all = append(all, Substitute{f.Source(), missing, MissingEntries, fill})
		}
		if strange > 0 {
			if unknown == UnknownIgnore {
				fill = ""
			}
			all = append(all, Substitute{f.Name, strange, UnknownCategories, fill})
		}
	}
	return all
}

// How much of a table a remark names.
const (
	mostPlaces  = 8 // rows
	mostColumns = 8
)

// Remarks tells a user what became of the rows and entries of the table; what
// happened to rows that are not encoded is said by one or by many of them, as in
// "is left out" and "are left out".
func (a Account) Remarks(t *table.Table, one, many string) []string {
	var lines []string
	if left := len(a.LeftOut); left > 0 {
		happened := many
		if left == 1 {
			happened = one
		}
		line := fmt.Sprintf("%s: %s with missing values %s (%s)", t.Name, printable.Count(left, "row"), happened, t.Places(a.LeftOut, mostPlaces))
		if a.Refused != nil {
			line = fmt.Sprintf("%s: %s %s (%s), the first because of %v (--missing and --unknown say otherwise, --strict refuses the table)",
				t.Name, printable.Count(left, "row"), happened, t.Places(a.LeftOut, mostPlaces), a.Refused)
		}
		lines = append(lines, line)
	}
	for _, why := range []string{MissingEntries, UnknownCategories} {
		if replaced := a.replaced(why); replaced != "" {
			lines = append(lines, fmt.Sprintf("%s: %s are replaced: %s", t.Name, why, replaced))
		}
	}
	return lines
}

// replaced lists the substitutes of one kind.
func (a Account) replaced(why string) string {
	var parts []string
	columns := 0
	for _, s := range a.Substitutes {
		if s.Why != why {
			continue
		}
		if columns++; columns > mostColumns {
			continue
		}
		with := printable.Quote(s.With)
		if s.With == "" {
			with = "none of its categories"
		}
		parts = append(parts, fmt.Sprintf("%d in column %s by %s", s.Rows, printable.Quote(s.Column), with))
	}
	if columns > mostColumns {
		parts = append(parts, "and "+printable.Count(columns-mostColumns, "more column"))
	}
	return strings.Join(parts, ", ")
}
