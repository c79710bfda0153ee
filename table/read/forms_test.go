package read

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/recipe"
)

func TestReadForms(t *testing.T) {
	want := mustRead(t, "a,b,class\n1,2,x\n3,4,y z\n")
	for name, text := range map[string]string{
		"byte order mark": "\ufeffa,b,class\n1,2,x\n3,4,y z\n",
		"CRLF":            "a,b,class\r\n1,2,x\r\n3,4,y z\r\n",
		"no last newline": "a,b,class\n1,2,x\n3,4,y z",
		"quoted":          "\"a\",b,\"class\"\n\"1\",2,\"x\"\n3,\"4\",\"y z\"\n",
		"blanks":          "a, b ,class\n 1, 2,\t\"x\"\n3,4 ,y z \n",
		"semicolons":      "a;b;class\n1;2;x\n3;4;y z\n",
		"tabs":            "a\tb\tclass\n1\t2\tx\n3\t4\ty z\n",
		"pipes":           "a|b|class\n1|2|x\n3|4|y z\n",
		"trailing blanks": "a,b,class\n1,2,x\n3,4,y z\n\n\n   \n",
		"CR":              "a,b,class\r1,2,x\r3,4,y z\r",
		"CR CR LF":        "\"a\",b,class\r\r\n1,2,\"x\"\r\r\n3,4,y z\r\r\n",
		"quoted in CR":    "a,b,class\r1,2,\"x\"\r3,4,\"y z\"",
		"separator line":  "sep=;\r\na;b;class\r\n1;2;x\r\n3;4;y z\r\n",
		"tab line":        "sep=\t\na\tb\tclass\n1\t2\tx\n3\t4\ty z\n",
		"comments":        "# of, a: file\n#\n\na,b,class\n1,2,x\n3,4,y z\n",
		"UTF-16":          "\xff\xfea\x00,\x00b\x00,\x00c\x00l\x00a\x00s\x00s\x00\n\x001\x00,\x002\x00,\x00x\x00\n\x003\x00,\x004\x00,\x00y\x00 \x00z\x00",
		"big-endian":      "\xfe\xff\x00a\x00,\x00b\x00,\x00c\x00l\x00a\x00s\x00s\x00\n\x001\x00,\x002\x00,\x00x\x00\n\x003\x00,\x004\x00,\x00y\x00 \x00z",
		"last separator":  "a,b,class,\n1,2,x,\n3,4,y z,\n",
		"one too many":    "a,b,class\n1,2,x,\n3,4,y z,\n",
		"signs":           "a,b,class\n+1,2.0,x\n3e0,4.,y z\n",
	} {
		got := mustRead(t, text)
		if !sameColumns(got.Columns, want.Columns) {
			t.Errorf("%s: columns differ from the plain form", name)
		}
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	fmt.Fprint(w, "a\tb\tclass\n1\t2\tx\n3\t4\ty z\n")
	w.Close()
	got, err := Open(tabletest.WriteFile(t, "t.tsv.gz", zipped.String()), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	if !sameColumns(got.Columns, want.Columns) {
		t.Error("gzip: columns differ from the plain form")
	}
}

// TestMarkersThatAreTexts: where the user has other words for what is missing, the usual ones are texts, in however many rows.
func TestMarkersThatAreTexts(t *testing.T) {
	frame, err := ReadContext(t.Context(), "t.csv", strings.NewReader("town,y\nNA,1\nNA,2\nNA,3\nZA,4\n"), table.Reading{Missing: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	readColumn{kind: table.Categorical, entries: []string{"NA", "NA", "NA", "ZA"}}.check(t, "t.csv", "town", frame)
}

func TestColumnKinds(t *testing.T) {
	frame := mustRead(t, "number,text,broken,missing,codes\n1,a,1,NA,01\n?,b,2,,1a\n-2e3,,x,null,2b\n")
	want := []table.Kind{table.Numeric, table.Categorical, table.Mixed, table.Numeric, table.Categorical}
	for i, c := range frame.Columns {
		if c.Kind != want[i] {
			t.Errorf("column %s is %s, want %s", c.Name, c.Kind, want[i])
		}
	}
	if frame.Column("codes").Text[0] != "01" {
		t.Error("text of a categorical column is not kept as written")
	}
	if !frame.Column("number").Missing(1) || !frame.Column("text").Missing(2) || !frame.Column("missing").Missing(2) {
		t.Error("missing entries are not seen")
	}
}

func TestUnnamedColumnGetsANameAndAWarning(t *testing.T) {
	frame := mustRead(t, ",a,class\n0,1,x\n1,2,y\n")
	if frame.Names()[0] != "column1" || len(frame.Warnings) != 1 {
		t.Errorf("names %q, warnings %q", frame.Names(), frame.Warnings)
	}
}

func TestManyColumns(t *testing.T) {
	const d = 5000
	var b strings.Builder
	for j := range d {
		fmt.Fprintf(&b, "x%d,", j)
	}
	b.WriteString("class\n")
	for i := range 4 {
		for j := range d {
			fmt.Fprintf(&b, "%d,", i*j)
		}
		fmt.Fprintf(&b, "%c\n", 'a'+i%2)
	}
	_, encoded := mustFit(t, mustRead(t, b.String()), recipe.Options{Scale: recipe.ScaleNone})
	if n, cols := encoded.X.Dims(); n != 4 || cols != d {
		t.Errorf("X is %d×%d", n, cols)
	}
	if encoded.X.At(3, 4999) != 3*4999 {
		t.Error("wrong entry")
	}
}

// TestBlanksSeparate reads columns of fixed width, as many tables of UCI's have them.
func TestBlanksSeparate(t *testing.T) {
	for name, text := range map[string]string{
		"aligned": "size   town     y\n 1.5   Bonn     2\n10.25  \"a  b\"  3\n -7\t? 4\n",
		"crlf":    "size town y\r\n1.5 Bonn 2  \r\n10.25 \"a  b\" 3\r\n\r\n-7 NA 4",
	} {
		frame, err := Read("t.txt", strings.NewReader(text), table.FormatAuto)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(frame.Names(), []string{"size", "town", "y"}) || !slices.Equal(frame.Columns[0].Numbers, []float64{1.5, 10.25, -7}) ||
			!slices.Equal(frame.Columns[1].Text, []string{"Bonn", "a  b", ""}) || !slices.Equal(frame.Columns[2].Numbers, []float64{2, 3, 4}) {
			t.Errorf("%s: %q, %+v", name, frame.Names(), frame.Columns)
		}
		if len(frame.Warnings) != 1 || !strings.Contains(frame.Warnings[0], "separated by blanks") {
			t.Errorf("%s: warnings %q", name, frame.Warnings)
		}
	}
	noHeader, err := ReadContext(t.Context(), "t.data", strings.NewReader("1.0  2.0\n 3.0 4.0\n"), table.Reading{Header: table.HeaderNo})
	if err != nil || noHeader.NumRows() != 2 || len(noHeader.Columns) != 2 {
		t.Errorf("%+v, %v", noHeader, err)
	}
}
