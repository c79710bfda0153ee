package read

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

func mustRead(t testing.TB, text string) *table.Table {
	t.Helper()
	frame, err := Read("t.csv", strings.NewReader(text), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func mustFit(t testing.TB, frame *table.Table, o recipe.Options) (*recipe.Recipe, *recipe.Encoded) {
	t.Helper()
	e, encoded, err := recipe.FitApply(frame, o)
	if err != nil {
		t.Fatal(err)
	}
	return e, encoded
}

// sameColumns compares names, kinds and entries; numbers by their values.
func sameColumns(a, b []*table.Column) bool {
	return slices.EqualFunc(a, b, func(a, b *table.Column) bool {
		sameNumber := func(v, w float64) bool { return v == w || math.IsNaN(v) && math.IsNaN(w) }
		return a.Name == b.Name && a.Kind == b.Kind && slices.Equal(a.Text, b.Text) && slices.EqualFunc(a.Numbers, b.Numbers, sameNumber)
	})
}

// readColumn is how a column is to be read.
type readColumn struct {
	kind    table.Kind
	date    bool
	entries []string
}

func (c readColumn) check(t *testing.T, file, name string, frame *table.Table) {
	t.Helper()
	got := frame.Column(name)
	if got == nil {
		t.Errorf("%s: no column %s among %q", file, name, frame.Names())
		return
	}
	var entries []string
	for i := range frame.NumRows() {
		entries = append(entries, got.Value(i))
	}
	if !slices.Equal(entries, c.entries) || got.Kind != c.kind || got.IsDate() != c.date {
		t.Errorf("%s: column %s is %s %q, date %t, want %s %q, date %t", file, name, got.Kind, entries, got.IsDate(), c.kind, c.entries, c.date)
	}
}
