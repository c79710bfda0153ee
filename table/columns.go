package table

import (
	"strconv"

	"github.com/relift/relift/internal/nearest"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table/notation"
)

// Find returns the index of the column a user refers to: by name or, when no
// column has that name, by 0-based index, negative from the end.  The role is
// for the message: "target", "feature".
func (t *Table) Find(role, reference string) (int, error) {
	for i, c := range t.Columns {
		if c.Name == reference {
			return i, nil
		}
	}
	if i, err := strconv.Atoi(reference); err == nil {
		if i < 0 {
			i += len(t.Columns)
		}
		if i >= 0 && i < len(t.Columns) {
			return i, nil
		}
		return 0, Errorf(t.Name, "%s %s is out of range; expected a column name or an index from 0 to %d (or -1 for the last)", role, reference, len(t.Columns)-1)
	}
	const most = 12
	expected := "one of " + printable.List(t.Names(), most)
	if near := nearest.To(reference, t.Names()); near != "" && len(t.Columns) > most {
		expected = printable.Quote(near) + " or another of " + printable.List(t.Names(), most)
	}
	return 0, Errorf(t.Name, "%s column %s not found; expected %s", role, printable.Quote(reference), expected)
}

func (t *Table) FindAll(role string, references []string) (map[int]bool, []int, error) {
	chosen := make(map[int]bool, len(references))
	var order []int
	for _, r := range references {
		i, err := t.Find(role, r)
		if err != nil {
			return nil, nil, err
		}
		if chosen[i] {
			return nil, nil, Errorf(t.Name, "%s column %s is named twice; expected each once", role, printable.Quote(t.Columns[i].Name))
		}
		chosen[i] = true
		order = append(order, i)
	}
	return chosen, order, nil
}

// Doubtful reports whether the column looks like numbers that can be read in
// several ways, or in none: none of its entries is to be used as a number.
func (c *Column) Doubtful() bool { return c.doubt != "" }

// BadEntry is the error for the entry of a row that is not a number; advice says what
// else may be done about a text.
func (t *Table) BadEntry(column *Column, row int, advice string) *InputError {
	if column.doubt != "" {
		return t.ErrorAt(row, column.Name, "%s", column.doubt)
	}
	text := column.Value(row)
	e := t.ErrorAt(row, column.Name, "%s", notation.NotANumber(text))
	if kind, _ := notation.Classify(text); kind == notation.TokenText && !notation.TooLong(text) {
		e.Problem += ", or --na-values for texts that mean a missing value" + advice
	}
	return e
}

// BadNumber is the error for the first entry of a mixed or categorical column
// that is not a number; advice as in BadEntry.
func (t *Table) BadNumber(column *Column, advice string) *InputError {
	for i, s := range column.Text {
		if s == "" {
			continue
		}
		if _, ok := column.notation.Read(s); column.doubt != "" || !ok || notation.TooLong(s) {
			return t.BadEntry(column, i, advice)
		}
	}
	e := Errorf(t.Name, "no number; expected finite decimals such as 1.5")
	e.Column = column.Name
	return e
}
