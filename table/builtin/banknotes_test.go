package builtin_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/builtin"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/notation"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

// originalBankNotes rebuilds the repository's file from the shared split: the
// first row, which the split lacks, and the inverse of the permutation.
func originalBankNotes(t *testing.T) string {
	t.Helper()
	const n = 1371
	order := table.NumPyPermutation(n, 42)
	lines := make([]string, n)
	at := 0
	for _, name := range []string{"bank_notes.test.csv", "bank_notes.train.csv"} {
		frame, err := read.Open(tabletest.SharedData(t, name), table.FormatAuto)
		if err != nil {
			t.Fatal(err)
		}
		for i := range frame.NumRows() {
			var fields []string
			for _, c := range frame.Columns {
				fields = append(fields, notation.Format(c.Number(i)))
			}
			lines[order[at]] = strings.Join(fields, ",")
			at++
		}
	}
	return "3.6216,8.6661,-2.8073,-0.44699,0\r\n" + strings.Join(lines, "\r\n") + "\r\n"
}

func TestBankNotes(t *testing.T) {
	path := tabletest.WriteFile(t, "data_banknote_authentication.txt", originalBankNotes(t))
	frame, err := builtin.BankNotes(path)
	if err != nil {
		t.Fatal(err)
	}
	if frame.NumRows() != 1372 || len(frame.Columns) != 5 {
		t.Errorf("%d rows, %d columns", frame.NumRows(), len(frame.Columns))
	}
	_, held, err := recipe.Options{}.Split(frame.WithoutFirstRow(), table.Split{Kind: table.SplitSklearn, Seed: 42, Fraction: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	want, err := read.Open(tabletest.SharedData(t, "bank_notes.test.csv"), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	for j, c := range want.Columns {
		for i := range want.NumRows() {
			if held.Columns[j].Number(i) != c.Number(i) {
				t.Fatalf("row %d, column %s: %s, want %s", i, c.Name, held.Columns[j].Value(i), c.Value(i))
			}
		}
	}
}

func TestBankNotesErrors(t *testing.T) {
	const get = "expected the file data_banknote_authentication.txt of https://archive.ics.uci.edu/dataset/267/banknote+authentication"
	path := filepath.Join(t.TempDir(), "no.txt")
	_, err := builtin.BankNotes(path)
	tabletest.CheckInputError(t, err, path, "no.txt: no such file; the bank note data are not shipped: "+get)
	_, err = read.Open("builtin:bank_notes?file="+path, table.FormatAuto)
	tabletest.CheckInputError(t, err, path, "no.txt: no such file; the bank note data are not shipped: "+get)
	_, err = read.Open("builtin:bank_notes?path=x", table.FormatAuto)
	tabletest.CheckInputError(t, err, "", "builtin:bank_notes?path=x: expected no parameter or the file, as in builtin:bank_notes?file=data_banknote_authentication.txt")
	path = tabletest.WriteFile(t, "other.txt", "3.6216,8.6661,-2.8073,-0.44699,1\n")
	_, err = builtin.BankNotes(path)
	tabletest.CheckInputError(t, err, path, "other.txt: not the bank note data of the UCI repository; "+get)
}
