package dataset

import (
	"path/filepath"
	"strings"
	"testing"
)

// originalBankNotes rebuilds the repository's file from the shared split: the
// first row, which the split lacks, and the inverse of the permutation.
func originalBankNotes(t *testing.T) string {
	t.Helper()
	const n = 1371
	order := NumPyPermutation(n, 42)
	lines := make([]string, n)
	at := 0
	for _, name := range []string{"bank_notes.test.csv", "bank_notes.train.csv"} {
		table, err := Open(sharedData(t, name), FormatAuto)
		if err != nil {
			t.Fatal(err)
		}
		for i := range table.NumRows() {
			var fields []string
			for _, c := range table.Columns {
				fields = append(fields, formatNumber(c.number(i)))
			}
			lines[order[at]] = strings.Join(fields, ",")
			at++
		}
	}
	return "3.6216,8.6661,-2.8073,-0.44699,0\r\n" + strings.Join(lines, "\r\n") + "\r\n"
}

func TestBankNotes(t *testing.T) {
	path := writeFile(t, "data_banknote_authentication.txt", originalBankNotes(t))
	table, err := BankNotes(path)
	if err != nil {
		t.Fatal(err)
	}
	if table.NumRows() != 1372 || len(table.Columns) != 5 {
		t.Errorf("%d rows, %d columns", table.NumRows(), len(table.Columns))
	}
	_, held, err := Split{Kind: SplitSklearn, Seed: 42, Fraction: 0.5}.Apply(table.WithoutFirstRow(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := Open(sharedData(t, "bank_notes.test.csv"), FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	for j, c := range want.Columns {
		for i := range want.NumRows() {
			if held.Columns[j].number(i) != c.number(i) {
				t.Fatalf("row %d, column %s: %s, want %s", i, c.Name, held.Columns[j].Value(i), c.Value(i))
			}
		}
	}
}

func TestBankNotesErrors(t *testing.T) {
	const get = "expected the file data_banknote_authentication.txt of https://archive.ics.uci.edu/dataset/267/banknote+authentication"
	path := filepath.Join(t.TempDir(), "no.txt")
	_, err := BankNotes(path)
	checkInputError(t, err, path, "no.txt: no such file; the bank note data are not shipped: "+get)
	_, err = Open("builtin:bank_notes?file="+path, FormatAuto)
	checkInputError(t, err, path, "no.txt: no such file; the bank note data are not shipped: "+get)
	_, err = Open("builtin:bank_notes?path=x", FormatAuto)
	checkInputError(t, err, "", "builtin:bank_notes?path=x: expected no parameter or the file, as in builtin:bank_notes?file=data_banknote_authentication.txt")
	path = writeFile(t, "other.txt", "3.6216,8.6661,-2.8073,-0.44699,1\n")
	_, err = BankNotes(path)
	checkInputError(t, err, path, "other.txt: not the bank note data of the UCI repository; "+get)
}
