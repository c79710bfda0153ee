package recipe

import (
	"strings"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
)

func mustRead(t testing.TB, text string) *table.Table {
	t.Helper()
	frame, err := read.Read("t.csv", strings.NewReader(text), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func mustFit(t testing.TB, frame *table.Table, o Options) (*Recipe, *Encoded) {
	t.Helper()
	e, encoded, err := FitApply(frame, o)
	if err != nil {
		t.Fatal(err)
	}
	return e, encoded
}
