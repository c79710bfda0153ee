package read

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/recipe"
)

// numbersOf reads a table and returns a column's numbers.
func columnNumbers(t *testing.T, r table.Reading, text, column string) ([]float64, *table.Table) {
	t.Helper()
	frame, err := ReadContext(t.Context(), "t.csv", strings.NewReader(text), r)
	if err != nil {
		t.Fatal(err)
	}
	c := frame.Column(column)
	if c == nil || c.Kind != table.Numeric {
		t.Fatalf("column %q of %q is %+v", column, text, c)
	}
	return c.Numbers, frame
}

// TestNumbersAsPeopleWriteThem: each column is numbers, with one line that says
// how they were read.
func TestNumbersAsPeopleWriteThem(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []float64
		remark     string
	}{
		{"decimal comma", "a;y\n0,5;1\n-1,25;2\n", []float64{0.5, -1.25}, `"0,5" is read as 0.5 (--decimal`},
		{"German thousands", "a;y\n900,00;1\n1.037,07;2\n-1.234.567,5;3\n", []float64{900, 1037.07, -1234567.5}, `"1.037,07" is read as 1037.07 (--decimal, --thousands`},
		{"commas in other columns", "a;b;y\n1.037;0,5;1\n2.500;1,5;2\n", []float64{1037, 2500}, `"1.037" is read as 1037 (--decimal, --thousands`},
		{"English thousands", "a,y\n950,1\n\"1,200\",2\n\"1,200,345\",3\n", []float64{950, 1200, 1200345}, `"1,200" is read as 1200 (--thousands`},
		{"blanks", "a;y\n1 234,5;1\n12\u202f345,5;2\n", []float64{1234.5, 12345.5}, `is read as 1234.5`},
		{"apostrophes", "a,y\n1'234.5,1\n12’345,2\n", []float64{1234.5, 12345}, `"1'234.5" is read as 1234.5 (--thousands`},
		{"Unicode minus", "a,y\n−0.5,1\n1.0,2\n", []float64{-0.5, 1}, `"−0.5" is read as -0.5`},
		{"Fortran", "a,y\n-1.5000D+01,1\n0.0D0,2\n2d-1,3\n", []float64{-15, 0, 0.2}, `"-1.5000D+01" is read as -15`},
		{"currency", "a,y\n\"$1,200.50\",1\n-$5,2\n$ 7,3\n", []float64{1200.5, -5, 7}, `"$1,200.50" is read as 1200.5`},
		{"euros", "a;y\n1.200,50 €;1\n5 €;2\n", []float64{1200.5, 5}, `is read as 1200.5`},
		{"percent", "a,y\n12%,1\n0.5 %,2\n", []float64{12, 0.5}, `"12%" is read as 12`},
		{"brackets", "a,y\n(12),1\n3,2\n", []float64{-12, 3}, `"(12)" is read as -12`},
		{"plain", "a,y\n1.234,1\n-2.5e-3,2\n+7.,3\n", []float64{1.234, -0.0025, 7}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, frame := columnNumbers(t, table.Reading{}, test.text, "a")
			if !slices.Equal(got, test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
			remarks := slices.DeleteFunc(slices.Clone(frame.Warnings), func(w string) bool { return !strings.Contains(w, `column "a"`) })
			if test.remark == "" && len(remarks) != 0 || test.remark != "" && (len(remarks) != 1 || !strings.Contains(remarks[0], test.remark)) {
				t.Errorf("warnings %q, want %q", remarks, test.remark)
			}
		})
	}
}

// TestManyNumbers: what the first thousands of entries show holds for the rest.
func TestManyNumbers(t *testing.T) {
	var plain, comma, mixed strings.Builder
	plain.WriteString("a,y\n")
	comma.WriteString("a;y\n")
	mixed.WriteString("a,y\n")
	const n = 3 * 4096 // more distinct texts than a column is judged after
	for i := range n {
		fmt.Fprintf(&plain, "%d.5,1\n", i)
		fmt.Fprintf(&comma, "%d.%03d,25;1\n", i/1000+1, i%1000)
		fmt.Fprintf(&mixed, "%d,%d\n", i, i%2)
	}
	mixed.WriteString("C536379,1\n")
	got, _ := columnNumbers(t, table.Reading{}, plain.String(), "a")
	grouped, _ := columnNumbers(t, table.Reading{}, comma.String(), "a")
	for i := range n {
		if got[i] != float64(i)+0.5 || grouped[i] != float64(i+1000)+0.25 {
			t.Fatalf("row %d: %v and %v", i, got[i], grouped[i])
		}
	}
	frame := mustRead(t, mixed.String())
	_, err := recipe.Fit(frame, recipe.Options{})
	tabletest.CheckInputError(t, err, "t.csv", fmt.Sprintf(`t.csv: line %d, column "a": "C536379" is not a number; expected a finite decimal such as 1.5, or --na-values for texts that mean a missing value, or --categorical for a column of categories`, n+2))
	kept, err := ReadContext(t.Context(), "t.csv", strings.NewReader(mixed.String()), table.Reading{Keep: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if last := kept.Column("a").Value(n); last != "C536379" || kept.Column("a").Value(7) != "7" {
		t.Errorf("kept column ends with %q", last)
	}
}

// TestLabelsKeepTheirText: neither the number nor its shortest form.
func TestLabelsKeepTheirText(t *testing.T) {
	for text, want := range map[string][]string{
		"a,y\n1,1000000\n2,2000000\n3,1000000\n4,2000000\n":                                                 {"1000000", "2000000"},
		"a,y\n1,01010\n2,07094\n3,01010\n4,07094\n":                                                         {"01010", "07094"},
		"a,y\n1,1\n2,01\n3,001\n4,1\n5,01\n6,001\n":                                                         {"001", "01", "1"},
		"a,y\n1,1234567890123456788\n2,1234567890123456789\n3,1234567890123456788\n4,1234567890123456789\n": {"1234567890123456788", "1234567890123456789"},
	} {
		e, _ := mustFit(t, mustRead(t, text), recipe.Options{Task: recipe.TaskClassification})
		if !slices.Equal(e.Classes, want) {
			t.Errorf("classes %q, want %q", e.Classes, want)
		}
	}
}

// TestHeaders: with --no-header every line is data, with --header the first is not.
func TestHeaders(t *testing.T) {
	const text = "39,State-gov,<=50K\n50,Private,<=50K\n38,Private,>50K\n"
	if _, err := Read("t.csv", strings.NewReader(text), table.FormatCSV); err == nil || !strings.Contains(err.Error(), "--no-header") || !strings.Contains(err.Error(), "--header") {
		t.Errorf("in doubt: %v", err)
	}
	for header, want := range map[table.Header][]string{table.HeaderNo: {"x0", "x1", "x2"}, table.HeaderYes: {"39", "State-gov", "<=50K"}} {
		frame, err := ReadContext(t.Context(), "t.csv", strings.NewReader(text), table.Reading{Header: header})
		if err != nil || !slices.Equal(frame.Names(), want) || frame.NumRows() != map[table.Header]int{table.HeaderNo: 3, table.HeaderYes: 2}[header] {
			t.Errorf("%s: %v, %v", header, frame.Names(), err)
		}
	}
	for _, good := range []string{"0,1,2,y\n5,6,7,a\n8,9,1,b\n", "a\n1\n", "a,b\nred,x\nblue,y\n"} {
		if _, err := Read("t.csv", strings.NewReader(good), table.FormatCSV); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// TestOptionsOfReading: what the user says about signs and missing entries.
func TestOptionsOfReading(t *testing.T) {
	got, _ := columnNumbers(t, table.Reading{Decimal: table.DecimalComma}, "a;y\n1,500;1\n2,250;2\n", "a")
	if !slices.Equal(got, []float64{1.5, 2.25}) {
		t.Errorf("decimal comma: %v", got)
	}
	got, _ = columnNumbers(t, table.Reading{Decimal: table.DecimalPoint}, "a;y\n1,500;1\n2,250;2\n", "a")
	if !slices.Equal(got, []float64{1500, 2250}) {
		t.Errorf("decimal point: %v", got)
	}
	frame, err := ReadContext(t.Context(), "t.csv", strings.NewReader("a,y\n\"1,500,000\",1\n\"2,250\",2\n"), table.Reading{Thousands: table.ThousandsNone})
	if err != nil || frame.Column("a").Kind == table.Numeric {
		t.Errorf("no thousands: %+v, %v", frame.Columns[0], err)
	}
	frame, err = ReadContext(t.Context(), "t.csv", strings.NewReader("country,y\nNA,1\nDE,2\n,3\n"), table.Reading{Missing: []string{}})
	if err != nil || frame.Column("country").Value(0) != "NA" || !frame.Column("country").Missing(2) {
		t.Errorf("Namibia: %+v, %v", frame.Columns[0], err)
	}
	got, frame = columnNumbers(t, table.Reading{Missing: []string{"-999"}}, "a,y\n-999,1\n2,2\n", "a")
	if !frame.Column("a").Missing(0) || got[1] != 2 {
		t.Errorf("-999: %v", got)
	}
	frame, err = ReadContext(t.Context(), "t.csv", strings.NewReader("a;Größe\n1;gro\xdf\n2;klein\n"), table.Reading{})
	if err == nil && (frame.Columns[1].Value(0) != "groß" || len(frame.Warnings) != 1) {
		t.Errorf("Windows-1252: %q, %q", frame.Columns[1].Value(0), frame.Warnings)
	}
}
