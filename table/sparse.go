package table

import (
	"slices"
	"strconv"
	"strings"
)

// WithZeros returns the table with a column of zeros for each of the
// names of a sparse feature that it lacks: a sparse file ends at the largest
// index that occurs in it, which may be smaller than in the training file.
func (t *Table) WithZeros(names []string) *Table {
	if !t.Sparse {
		return t
	}
	known := map[string]bool{}
	for _, c := range t.Columns {
		known[c.Name] = true
	}
	wide := *t
	wide.Columns = slices.Clone(t.Columns)
	for _, name := range names {
		digits, ok := strings.CutPrefix(name, "x")
		if index, err := strconv.Atoi(digits); !ok || err != nil || index < 0 || known[name] {
			continue
		}
		wide.Columns = append(wide.Columns, &Column{Name: name, Kind: Numeric, Numbers: make([]float64, t.NumRows())})
	}
	return &wide
}
