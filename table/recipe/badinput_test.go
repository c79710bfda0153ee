package recipe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/notation"
	"github.com/relift/relift/table/read"
)

// TestBadInput has one row for each way a file or an option can be wrong: the
// whole message after the directory is compared.
func TestBadInput(t *testing.T) {
	good := "a,b,class\n1,2,x\n3,4,y\n"
	for _, test := range []struct {
		name    string
		content string
		options Options
		want    string
	}{
		{"empty", "", Options{}, `t.csv: the file is empty; expected a header line with column names and at least one data row`},
		{"only a byte order mark", "\ufeff", Options{}, `t.csv: the file is empty; expected a header line with column names and at least one data row`},
		{"header only", "a,b,class\n", Options{}, `t.csv: no data rows after the header; expected at least one`},
		{"header and blank lines", "a,b,class\r\n\r\n  \r\n", Options{}, `t.csv: no data rows after the header; expected at least one`},
		{"too few fields", "a,b,class\n1,2,x\n3,4\n", Options{}, `t.csv: line 3: 2 fields; expected 3, as many as the header has`},
		{"too many fields", "a,b,class\n1,2,x,9\n", Options{}, `t.csv: line 2: 4 fields; expected 3, as many as the header has`},
		{"line after a quoted line break", "a,b,class\n1,2,\"x\ny\"\n3\n", Options{}, `t.csv: line 4: 1 field; expected 3, as many as the header has`},
		{"not a number", "a,b,class\n1,2,x\n1,abc,y\n2,3,x\n4,5,y\n", Options{}, `t.csv: line 3, column "b": "abc" is not a number; expected a finite decimal such as 1.5, or --na-values for texts that mean a missing value, or --categorical for a column of categories`},
		{"hexadecimal", "a,b,class\n1,2,x\n1,0x10,y\n2,3,x\n4,5,y\n", Options{}, `t.csv: line 3, column "b": "0x10" is not a number; expected a finite decimal such as 1.5, or --na-values for texts that mean a missing value, or --categorical for a column of categories`},
		{"infinite", "a,b,class\n1,2,x\n1,-Inf,y\n", Options{}, `t.csv: line 3, column "b": "-Inf" is not finite; expected a finite decimal such as 1.5`},
		{"overflow", "a,b,class\n1,2,x\n1,1e999,y\n", Options{}, `t.csv: line 3, column "b": "1e999" is not finite; expected a finite decimal such as 1.5`},
		{"every entry infinite", "a,b,class\n1,inf,x\n1,inf,y\n", Options{}, `t.csv: line 2, column "b": "inf" is not finite; expected a finite decimal such as 1.5`},
		{"one decimal comma", "a;b;class\n1.5;2;x\n3,5;4;y\n4.5;5;x\n", Options{}, `t.csv: line 2, column "a": "3,5" has a decimal comma or separated thousands and "1.5" a decimal point; expected numbers written in one way`},
		{"text among decimal commas", "a;class\n1,5;x\n3,5;y\nviel;x\n4,5;y\n", Options{}, `t.csv: line 4, column "a": "viel" is not a number; expected a finite decimal such as 1.5, or --na-values for texts that mean a missing value, or --categorical for a column of categories`},
		{"decimals or thousands", "a,b,class\n\"1,500\",2,x\n\"3,250\",4,y\n", Options{}, `t.csv: line 2, column "a": "1,500" may be 1500 or 1.5; expected --decimal point or --decimal comma to say which`},
		{"two currencies", "a,class\n$5,x\n€7,y\n$6,x\n", Options{}, `t.csv: line 2, column "a": "$5" has another unit than other entries; expected numbers of one unit`},
		{"percent and fractions", "a,class\n5%,x\n0.07,y\n6%,x\n", Options{}, `t.csv: line 2, column "a": "5%" has another unit than other entries; expected numbers of one unit`},
		{"zero byte", "a,class\n" + strings.Repeat("1,x\n", 2000) + "2,\x00\n", Options{}, `t.csv: line 2002: a zero byte; expected text (other formats go by their extension: .npy, .npz, .parquet)`},
		{"Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", Options{}, `t.csv: a Git LFS pointer, not the table itself; expected the file that git lfs pull brings`},
		{"JSON", "[{\"a\": 1, \"y\": 2}]\n", Options{}, `t.csv: JSON, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats`},
		{"lines of JSON", "{\"a\": 1}\n{\"a\": 2}\n", Options{}, `t.csv: JSON, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats`},
		{"Excel", "PK\x03\x04" + strings.Repeat("\x00", 22) + "\x13\x00\x00\x00" + "[Content_Types].xml", Options{}, `t.csv: an Excel workbook, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats`},
		{"Excel, another part first", "PK\x03\x04" + strings.Repeat("\x00", 22) + "\x13\x00\x00\x00" + "customXml/item1.xml", Options{}, `t.csv: an Excel workbook, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats`},
		{"ZIP", "PK\x03\x04" + strings.Repeat("\x00", 22) + "\x08\x00\x00\x00" + "data.csv", Options{}, `t.csv: a ZIP archive, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats`},
		{"XML", "<?xml version=\"1.0\"?>\n<rows/>\n", Options{}, `t.csv: XML, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats`},
		{"xz", "\xfd7zXZ\x00\x00", Options{}, `t.csv: a file compressed by xz, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats`},
		{"pickle", "\x80\x05\x95", Options{}, `t.csv: a pickle of Python's, which is not read; expected the table saved as CSV, Parquet or another format of relift help formats`},
		{"blanks in a text", "a   b c\n1 2  3\n 4 5 x 6\n", Options{}, `t.csv: no feature columns are left beside the target "a   b c"; expected at least one`},
		{"month or day first, in doubt", "a,when,y\n1,1/2/2024,u\n2,12/3/2023,v\n", Options{}, `t.csv: line 2, column "when": "1/2/2024" is a date with the month or the day first; expected --dates with --date-order month-first or day-first to take year, month, day of week and days of it, --categorical to take it as a category, or --drop to leave the column out`},
		{"in doubt with dates", "a,when,y\n1,1/2/2024,u\n2,12/3/2023,v\n", Options{Dates: true}, `t.csv: line 2, column "when": "1/2/2024" is a date with the month or the day first; expected --date-order month-first or day-first, --categorical to take it as a category, or --drop to leave the column out`},
		{"another order", "a,when,y\n1,1/2/2024,u\n2,12/30/2023,v\n", Options{Dates: true, DateOrder: notation.DayFirst}, `t.csv: line 3, column "when": "12/30/2023" is no date such as 31/1/2024; expected --date-order month-first, --categorical to take it as a category, or --drop to leave the column out`},
		{"month or day first", "a,when,y\n1,1/2/2024,u\n2,12/30/2023 8:15 PM,v\n3,,u\n", Options{Missing: MissingMean}, `t.csv: line 2, column "when": "1/2/2024" is a date; expected --dates to take year, month, day of week and days of it, --categorical to take it as a category, or --drop to leave the column out`},
		{"title", "Sales 2024,,\n,,\na,b,y\n1,2,3\n4,5,6\n", Options{}, `t.csv: line 1: the first line has one name ("Sales 2024") for 3 columns, as a title above a table; expected column names: --no-header says that it is data, --header that it is not`},
		{"HTML", "<!DOCTYPE html>\n<html></html>\n", Options{}, `t.csv: an HTML page, not a table; expected for example the file that the page links to`},
		{"header of texts that repeat", "yes,40,a\nno,50,b\nyes,50,a\nno,40,b\n", Options{}, `t.csv: line 1: the first line looks like a row of data ("yes", as in other rows); expected column names: --no-header says that it is data, --header that it is not`},
		{"only texts", "'40-49','yes','left'\n'50-59','no','left'\n'40-49','no','right'\n'50-59','yes','right'\n", Options{}, `t.csv: line 1: the first line looks like a row of data ("'40-49'", as in other rows); expected column names: --no-header says that it is data, --header that it is not`},
		{"NaN", "a,b,class\n1,2,x\n1,NaN,y\n", Options{}, `t.csv: line 3, column "b": the value is missing; expected a value, or --missing drop, mean or indicator to leave such rows out or fill them`},
		{"missing", "a,b,class\n1,2,x\n,3,y\n", Options{}, `t.csv: line 3, column "a": the value is missing; expected a value, or --missing drop, mean or indicator to leave such rows out or fill them`},
		{"missing target under mean", "a,b,class\n1,2,x\n1,3,?\n", Options{Missing: MissingMean}, `t.csv: line 3, column "class": the target is missing and cannot be filled; expected a value, or --missing drop to leave such rows out`},
		{"all rows dropped", "a,b,class\n1,,x\n,3,y\n", Options{Missing: MissingDrop}, `t.csv: every row has a missing entry; expected at least one complete row`},
		{"all missing under mean", "a,b,class\n1,,x\n2,,y\n", Options{Missing: MissingMean, Features: []string{"a", "b"}}, `t.csv: column "b": every entry is missing; expected at least one number`},
		{"every category missing", "a,b,class\n?,2,x\n?,3,y\n", Options{Missing: MissingMean, Categorical: []string{"a"}, Features: []string{"a", "b"}}, `t.csv: column "a": every entry is missing; expected at least one value`},
		{"identifier as target", manyLabels(30), Options{}, `t.csv: column "id": 30 distinct values in 30 rows are too many for class labels; expected at least two rows for each class, or task regression for numbers`},
		{"long entry", "a,class\n1,x\n2,y\n" + strings.Repeat("z", 100) + ",x\n", Options{}, `t.csv: line 4, column "a": "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz…" is not a number; expected a finite decimal such as 1.5, or --na-values for texts that mean a missing value, or --categorical for a column of categories`},
		{"missing value in regression", "a,y\n1,2.5\n2,NA\n", Options{}, `t.csv: line 3, column "y": the value is missing; expected a value, or --missing drop, mean or indicator to leave such rows out or fill them`},
		{"one class", "a,b,class\n1,2,x\n3,4,x\n", Options{}, `t.csv: column "class": every row has the class "x"; expected at least two classes`},
		{"one integer class", "a,b,class\n1,2,1\n3,4,1\n", Options{}, `t.csv: column "class": every row has the class "1"; expected at least two classes, or --task regression for a number`},
		{"target not found", good, Options{Targets: []string{"specie"}}, `t.csv: target column "specie" not found; expected one of "a", "b", "class"`},
		{"target index", good, Options{Targets: []string{"3"}}, `t.csv: target 3 is out of range; expected a column name or an index from 0 to 2 (or -1 for the last)`},
		{"target twice", good, Options{Targets: []string{"a", "0"}}, `t.csv: target column "a" is named twice; expected each once`},
		{"feature not found", good, Options{Features: []string{"z"}}, `t.csv: feature column "z" not found; expected one of "a", "b", "class"`},
		{"dropped not found", good, Options{Drop: []string{"z"}}, `t.csv: dropped column "z" not found; expected one of "a", "b", "class"`},
		{"feature and dropped", good, Options{Features: []string{"a"}, Drop: []string{"a"}}, `t.csv: column "a" is both a feature and dropped; expected one of the two`},
		{"target and dropped", good, Options{Drop: []string{"class"}}, `t.csv: column "class" is both a target and dropped; expected one of the two`},
		{"target and feature", good, Options{Features: []string{"class"}}, `t.csv: column "class" is both a target and a feature; expected one of the two`},
		{"no features", good, Options{Drop: []string{"a", "b"}}, `t.csv: no feature columns are left beside the target "class"; expected at least one`},
		{"one column", "a\n1\n2\n", Options{}, `t.csv: no feature columns are left beside the target "a"; expected at least one`},
		{"categorical target", good, Options{Categorical: []string{"class"}}, `t.csv: categorical column "class" is not a feature; expected a feature column`},
		{"duplicate names", "a,b,a\n1,2,x\n", Options{}, `t.csv: line 1, column "a": columns 1 and 3 have the same name; expected each name once`},
		{"no header", "5.1,3.5,setosa\n4.9,3,setosa\n", Options{}, `t.csv: line 1: the first line looks like a row of data ("5.1", as in other rows); expected column names: --no-header says that it is data, --header that it is not`},
		{"every feature constant", "a,class\n1,x\n1,y\n", Options{}, `t.csv: no feature column is left that varies; expected at least one: column "a" is constant ("1") and is dropped`},
		{"text target for regression", good, Options{Task: TaskRegression}, `t.csv: line 2, column "class": "x" is not a number; expected a finite decimal such as 1.5, or --na-values for texts that mean a missing value, or --task classification for labels`},
		{"text among several targets", good, Options{Targets: []string{"b", "class"}}, `t.csv: line 2, column "class": "x" is not a number; expected a finite decimal such as 1.5, or --na-values for texts that mean a missing value`},
		{"several targets as classes", good, Options{Targets: []string{"b", "class"}, Task: TaskClassification}, `t.csv: 2 targets for classification; expected one column of class labels`},
		{"unclosed quote", "a,b,class\n1,2,x\n3,\"4,y\n5,6,y\n", Options{}, `t.csv: line 3: a quoted field that starts here is not closed properly; expected a closing quotation mark`},
		{"bare quote", "a,b,class\n1,2\"3,x\n", Options{}, `t.csv: line 2: a quotation mark inside an unquoted field; expected "..." around the whole field, with "" for a quotation mark inside`},
		{"binary", "a,b\x00,c\n", Options{}, `t.csv: the file is not text; expected a table such as CSV (other formats go by their extension: .npy, .npz, .parquet)`},
		{"Latin-1 late", "a,b,class\n" + strings.Repeat("1,2,x\n", 20000) + "3,4,caf\xe9\n", Options{}, `t.csv: line 20002, column "class": "caf\xe9" is not valid UTF-8; expected a file saved as UTF-8, or --encoding windows-1252`},
		{"unknown task", good, Options{Task: "ranking"}, `task "ranking" is not known; expected one of auto, classification, regression`},
		{"unknown scale", good, Options{Scale: "log"}, `scale "log" is not known; expected one of standard, none, overall`},
		{"unknown missing", good, Options{Missing: "zero"}, `missing "zero" is not known; expected one of error, drop, mean, indicator`},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := tabletest.WriteFile(t, "t.csv", test.content)
			frame, err := read.Open(path, table.FormatAuto)
			if err == nil {
				_, err = Fit(frame, test.options)
			}
			tabletest.CheckInputError(t, err, path, test.want)
		})
	}
}

func manyLabels(n int) string {
	var b strings.Builder
	b.WriteString("a,id\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,row%d\n", i, i)
	}
	return b.String()
}

// TestApplyErrors: a table that does not fit the encoding.
func TestApplyErrors(t *testing.T) {
	train := tabletest.WriteFile(t, "train.csv", "a,colour,n,class\n1,red,1,x\n2,blue,2,y\n3,red,7,x\n4,red,8,y\n")
	frame, err := read.Open(train, table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Fit(frame, Options{Categorical: []string{"n"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, content, want string }{
		{"missing column", "a,b,class\n1,2,x\n", `t.csv: columns "colour", "n" not found; expected the columns of the training table, and this one has "a", "b", "class"`},
		{"missing column of several indicators", "a,n,class\n1,1,x\n", `t.csv: column "colour" not found; expected the columns of the training table, and this one has "a", "n", "class"`},
		{"missing target", "a,colour,n\n1,red,1\n", `t.csv: column "class" not found; expected the columns of the training table, and this one has "a", "colour", "n"`},
		{"unseen category", "a,colour,n,class\n1,red,1,x\n1,green,1,x\n", `t.csv: line 3, column "colour": "green" is not a known category; expected one of "blue", "red"`},
		{"unseen number as category", "a,colour,n,class\n1,red,3,x\n", `t.csv: line 2, column "n": "3" is not a known category; expected one of "1", "2", "7", "8"`},
		{"unseen class", "a,colour,n,class\n1,red,1,z\n", `t.csv: line 2, column "class": "z" is not a known class; expected one of "x", "y"`},
		{"text for a number", "a,colour,n,class\nred,red,1,x\n", `t.csv: line 2, column "a": "red" is not a number; expected a finite decimal such as 1.5, or --na-values for texts that mean a missing value`},
		{"overflow in scaling", "a,colour,n,class\n1.7e308,red,1,x\n-1.7e308,red,1,y\n", `t.csv: line 2, column "a": 1.7e308 is too large after scaling; expected a magnitude near those of the training table`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.name == "overflow in scaling" {
				e := *e
				e.Features = append([]Feature(nil), e.Features...)
				e.Features[0].Deviation = 1e-3
				path := tabletest.WriteFile(t, "t.csv", test.content)
				frame, err := read.Open(path, table.FormatAuto)
				if err != nil {
					t.Fatal(err)
				}
				_, err = e.Apply(frame)
				tabletest.CheckInputError(t, err, path, test.want)
				return
			}
			path := tabletest.WriteFile(t, "t.csv", test.content)
			frame, err := read.Open(path, table.FormatAuto)
			if err != nil {
				t.Fatal(err)
			}
			_, err = e.Apply(frame)
			tabletest.CheckInputError(t, err, path, test.want)
		})
	}
}
