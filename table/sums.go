package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/relift/relift/internal/printable"
)

// sumWords begin, in any case, the row below a table that sums the others up.
var sumWords = []string{
	"total", "totals", "grand total", "sum", "sums", "average", "mean", "summe", "gesamt", "gesamtsumme", "insgesamt", "mittelwert", "durchschnitt",
	"totale", "somme", "moyenne", "suma", "promedio", "media", "totaal",
}

// sums names a last row that seems to sum up the others, which is no case to learn from: a text of it, that no other row has in
// its column, is a word for that. It is empty where there is none.
func (t *Table) sums() string {
	last := t.NumRows() - 1
	for _, c := range t.Columns {
		if c.Kind != Categorical || last < 2 {
			continue
		}
		text := c.Text[last]
		word := strings.ToLower(strings.TrimRight(text, ": "))
		if !slices.Contains(sumWords, word) || slices.Contains(c.Text[:last], text) {
			continue
		}
		return fmt.Sprintf("%s: %s, the last, has %s in column %s and may sum up the others; it is used as any other row, and is to be taken out of the file if it is none",
			t.Name, t.Place(last), printable.Quote(text), printable.Quote(c.Name))
	}
	return ""
}
