package read

import (
	"bytes"
	"compress/gzip"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/recipe"
)

// documentedExamples are the fenced blocks of docs/formats.md by language.
func documentedExamples(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "formats.md"))
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		if _, twice := examples[m[1]]; !twice {
			examples[m[1]] = m[2]
		}
	}
	return examples
}

func openContent(t *testing.T, name, content string) *table.Table {
	t.Helper()
	frame, err := Open(tabletest.WriteFile(t, name, content), table.FormatAuto)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return frame
}

// TestDocumentedTextFormats: the examples of the page are one table.
func TestDocumentedTextFormats(t *testing.T) {
	examples := documentedExamples(t)
	want := &table.Table{Columns: []*table.Column{
		{Name: "width", Kind: table.Numeric, Numbers: []float64{1.5, -2, 0.25}},
		{Name: "colour", Kind: table.Categorical, Text: []string{"red", "dark blue", "red"}},
		{Name: "class", Kind: table.Categorical, Text: []string{"yes", "no", "no"}},
	}}
	for _, extension := range []string{"csv", "tsv", "arff"} {
		frame := openContent(t, "flowers."+extension, examples[extension])
		if !sameColumns(frame.Columns, want.Columns) {
			t.Errorf("%s: the example is read as another table", extension)
		}
	}
}

// flowers is the numeric form of the example: x1, x2 and the label.
func checkFlowers(t *testing.T, what string, frame *table.Table) {
	t.Helper()
	e, data, err := recipe.FitApply(frame, recipe.Options{Scale: recipe.ScaleNone, Task: recipe.TaskClassification})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if !mat.Equal(data.X, mat.NewDense(3, 2, []float64{1.5, 1, -2, 0, 0.25, 1})) || !mat.Equal(data.Y, mat.NewDense(3, 2, []float64{0, 1, 1, 0, 1, 0})) {
		t.Errorf("%s: X = %v, Y = %v", what, mat.Formatted(data.X), mat.Formatted(data.Y))
	}
	if !slices.Equal(e.Classes, []string{"-1", "1"}) || !slices.Equal(e.FeatureNames(), []string{"x1", "x2"}) {
		t.Errorf("%s: classes %q, features %q", what, e.Classes, e.FeatureNames())
	}
}

func TestDocumentedLIBSVM(t *testing.T) {
	frame := openContent(t, "flowers.libsvm", documentedExamples(t)["libsvm"])
	checkFlowers(t, "LIBSVM", frame)
}

// TestNumPyFiles reads files that NumPy 1.24.2 wrote with the page's example.
func TestNumPyFiles(t *testing.T) {
	for _, name := range []string{"flowers.npz", "flowers.npy"} {
		frame, err := Open(filepath.Join("testdata", name), table.FormatAuto)
		if err != nil {
			t.Fatal(err)
		}
		if name == "flowers.npy" {
			frame.Columns[2].Name = "label"
		}
		checkFlowers(t, name, frame)
	}
	frame, err := Open(filepath.Join("testdata", "several.npz"), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	e, data := mustFit(t, frame, recipe.Options{Scale: recipe.ScaleNone})
	if e.Task != recipe.TaskRegression || !slices.Equal(e.Targets, []string{"y1", "y2"}) || !mat.Equal(data.Y, mat.NewDense(3, 2, []float64{1, 1, -1, 0, -1, 0})) || data.X.At(1, 0) != -2 {
		t.Errorf("several targets: %s %q, Y = %v", e.Task, e.Targets, mat.Formatted(data.Y))
	}
}

type flowerRow struct {
	X1    float32 `parquet:"x1"`
	X2    *int32  `parquet:"x2,optional"`
	Label int64   `parquet:"label"`
}

func parquetFile[T any](t testing.TB, rows []T) string {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestParquet(t *testing.T) {
	one, zero := int32(1), int32(0)
	content := parquetFile(t, []flowerRow{{1.5, &one, 1}, {-2, &zero, -1}, {0.25, &one, -1}})
	checkFlowers(t, "Parquet", openContent(t, "flowers.parquet", content))
	missing := openContent(t, "missing.pq", parquetFile(t, []flowerRow{{1.5, nil, 1}, {-2, &zero, -1}}))
	if !missing.Columns[1].Missing(0) || missing.Columns[1].Missing(1) {
		t.Error("a null is not missing")
	}

	type typed struct {
		Flag    bool    `parquet:"flag"`
		Text    string  `parquet:"text"`
		Count   uint64  `parquet:"count"`
		Price   int64   `parquet:"price,decimal(2:18)"`
		Measure float64 `parquet:"measure"`
	}
	frame := openContent(t, "typed.parquet", parquetFile(t, []typed{{true, "a b", 1 << 60, -1234, 0.1}, {false, "", 0, 5, math.NaN()}}))
	want := []*table.Column{
		{Name: "flag", Kind: table.Numeric, Numbers: []float64{1, 0}},
		{Name: "text", Kind: table.Categorical, Text: []string{"a b", ""}},
		{Name: "count", Kind: table.Numeric, Numbers: []float64{1 << 60, 0}},
		{Name: "price", Kind: table.Numeric, Numbers: []float64{-12.34, 0.05}},
	}
	for j, c := range want {
		if !sameColumns(frame.Columns[j:j+1], want[j:j+1]) {
			t.Errorf("column %s is %+v, want %+v", c.Name, frame.Columns[j], c)
		}
	}
	if frame.Columns[4].Numbers[0] != 0.1 || !frame.Columns[4].Missing(1) {
		t.Errorf("column measure is %+v", frame.Columns[4])
	}
}

func TestParquetManyRows(t *testing.T) {
	rows := make([]flowerRow, 1000)
	for i := range rows {
		v := int32(i % 7)
		rows[i] = flowerRow{float32(i), &v, int64(i % 2)}
	}
	frame := openContent(t, "many.parquet", parquetFile(t, rows))
	if frame.NumRows() != 1000 {
		t.Fatalf("%d rows", frame.NumRows())
	}
	for i := range rows {
		if frame.Columns[0].Numbers[i] != float64(i) || frame.Columns[1].Numbers[i] != float64(i%7) {
			t.Fatalf("row %d is wrong", i)
		}
	}
}

// TestFormatIsFoundByContent: standard input has no extension.
func TestFormatIsFoundByContent(t *testing.T) {
	one := int32(1)
	npz, err := os.ReadFile(filepath.Join("testdata", "flowers.npz"))
	if err != nil {
		t.Fatal(err)
	}
	examples := documentedExamples(t)
	for what, content := range map[string]string{
		"csv": examples["csv"], "arff": examples["arff"], "npz": string(npz),
		"parquet": parquetFile(t, []flowerRow{{1, &one, 1}, {2, &one, 2}, {3, &one, 3}}),
	} {
		for _, zipped := range []bool{false, true} {
			text := content
			if zipped {
				var b bytes.Buffer
				w := gzip.NewWriter(&b)
				w.Write([]byte(content))
				w.Close()
				text = b.String()
			}
			frame, err := Read("standard input", strings.NewReader(text), table.FormatAuto)
			if err != nil || frame.NumRows() != 3 || len(frame.Columns) != 3 {
				t.Errorf("%s, gzip %v: %v, %v", what, zipped, frame, err)
			}
		}
	}
	// Files of formats that are not read are known by bytes that no text has where their first letters are those of a name.
	if _, err := Read("t", strings.NewReader("ORC\n\x03\x00\x00\x12\x08"), table.FormatAuto); err == nil || !strings.Contains(err.Error(), "an ORC file") {
		t.Errorf("an ORC file: %v", err)
	}
	if frame, err := Read("t.csv", strings.NewReader("PAR1,y\r\n1,\t2\r\n3,4\r\n"), table.FormatAuto); err != nil || frame.NumRows() != 2 {
		t.Errorf("a column whose name is the mark of Parquet: %v", err)
	}
	if frame, err := Read("t.csv", strings.NewReader("ORC_id,y\r\n1,\t2\r\n3,4\r\n"), table.FormatAuto); err != nil || frame.NumRows() != 2 {
		t.Errorf("a column whose name begins as an ORC file does: %v", err)
	}
	// A format that is named wins over the extension.
	frame, err := Open(tabletest.WriteFile(t, "data.csv", examples["libsvm"]), table.FormatLIBSVM)
	if err != nil {
		t.Fatal(err)
	}
	checkFlowers(t, "named format", frame)
}

func TestStandardInput(t *testing.T) {
	file, err := os.Open(tabletest.WriteFile(t, "in", "a,class\n1,x\n2,y\n"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdin := os.Stdin
	os.Stdin = file
	defer func() { os.Stdin = stdin }()
	frame, err := Open("-", table.FormatAuto)
	if err != nil || frame.NumRows() != 2 || frame.Name != "standard input" {
		t.Errorf("%v, %v", frame, err)
	}
}

func TestSparseFilesAreFilledUp(t *testing.T) {
	e, _ := mustFit(t, openContent(t, "train.svm", "1 1:1 3:2\n0 2:5\n1 3:1\n0 1:4\n"), recipe.Options{Scale: recipe.ScaleNone})
	data, err := e.ApplyFeatures(openContent(t, "new.svm", "0 1:7\n1 2:8\n"))
	if err != nil || !mat.Equal(data.X, mat.NewDense(2, 3, []float64{7, 0, 0, 0, 8, 0})) {
		t.Errorf("X = %v, %v", data, err)
	}
	zeroBased := openContent(t, "zero.svm", "1 0:1 2:2\n0 1:5\n")
	if !slices.Equal(zeroBased.Names(), []string{"x0", "x1", "x2", "label"}) {
		t.Errorf("columns %q", zeroBased.Names())
	}
}

func TestARFFForms(t *testing.T) {
	frame := openContent(t, "t.arff", `% comment
@RELATION 'a b'
@Attribute 'petal length' REAL
@attribute "class" {0,1,'it\'s'}

@attribute when date "yyyy-MM-dd"
@attribute note string
@DATA
% comment
1e2,1,'2020-01-01',"a, \"b\""
 ? , ? , ? , ?
-5 , 0 , x , '?'
{0 3, 3 'y z'}
{}
`)
	want := []*table.Column{
		{Name: "petal length", Kind: table.Numeric, Numbers: []float64{100, math.NaN(), -5, 3, 0}},
		{Name: "class", Kind: table.Categorical, Text: []string{"1", "", "0", "0", "0"}},
		{Name: "when", Kind: table.Categorical, Text: []string{"2020-01-01", "", "x", "0", "0"}},
		{Name: "note", Kind: table.Categorical, Text: []string{`a, "b"`, "", "?", "y z", "0"}},
	}
	for j, c := range want {
		got := frame.Columns[j]
		if got.Name != c.Name || got.Kind != c.Kind || !slices.Equal(got.Text, c.Text) {
			t.Errorf("column %d is %+v, want %+v", j, got, c)
		}
		for i := range c.Numbers {
			if got.Missing(i) != c.Missing(i) || !c.Missing(i) && got.Numbers[i] != c.Numbers[i] {
				t.Errorf("column %s row %d: %v, want %v", c.Name, i, got.Numbers[i], c.Numbers[i])
			}
		}
	}
	if !slices.Equal(frame.Lines, []int{10, 11, 12, 13, 14}) {
		t.Errorf("lines %v", frame.Lines)
	}
}

// TestBadFormats has one row for each way a file of another format is wrong.
func TestBadFormats(t *testing.T) {
	const head = "@relation r\n@attribute a numeric\n@attribute c {x, y}\n@data\n"
	for _, test := range []struct{ file, content, want string }{
		{"t.arff", "", `t.arff: no @data; expected an ARFF file with @relation, @attribute and @data`},
		{"t.arff", "@relation r\n@data\n1\n", `t.arff: line 2: no @attribute before @data; expected one for each column`},
		{"t.arff", "a,b\n1,2\n", `t.arff: line 1: "a,b"; expected @relation, @attribute or @data`},
		{"t.arff", head, `t.arff: no data rows after the header; expected at least one`},
		{"t.arff", head + "1,z\n", `t.arff: line 5, column "c": "z" is none of the attribute's values; expected one of "x", "y"`},
		{"t.arff", head + "b,x\n", `t.arff: line 5, column "a": "b" is not a number; expected a finite decimal such as 1.5`},
		{"t.arff", head + "nan,x\n", `t.arff: line 5, column "a": "nan" is not a number; expected a finite decimal, or ? where it is missing`},
		{"t.arff", head + "inf,x\n", `t.arff: line 5, column "a": "inf" is not finite; expected a finite decimal such as 1.5`},
		{"t.arff", head + "1,x,2\n", `t.arff: line 5: 3 fields; expected 2, one for each attribute`},
		{"t.arff", head + "1,x,{3}\n", `t.arff: line 5: 3 fields; expected 2, one for each attribute`},
		{"t.arff", head + "1,\n", `t.arff: line 5, column "c": an empty value; expected a value, or ? where it is missing`},
		{"t.arff", head + "1,'x\n", `t.arff: line 5: a quotation mark is not closed; expected fields separated by commas`},
		{"t.arff", head + "1,'x'y\n", `t.arff: line 5: text after the closing quotation mark of "x"; expected fields separated by commas`},
		{"t.arff", head + "{2 1}\n", `t.arff: line 5: "2" is no attribute's index; expected a number from 0 to 1`},
		{"t.arff", head + "{0 1, 0 2}\n", `t.arff: line 5: the attribute of index 0 is given twice; expected each once`},
		{"t.arff", head + "{0 1\n", `t.arff: line 5: a sparse row that does not end with }; expected {INDEX VALUE, ...}`},
		{"t.arff", head + "{0 1,}\n", `t.arff: line 5: a comma before }; expected {INDEX VALUE, ...}`},
		{"t.arff", "@attribute a relational\n", `t.arff: line 1: attribute "a" has the type "relational"; expected numeric, real, integer, string, date or values as {a, b, c}`},
		{"t.arff", "@attribute a {x,x}\n", `t.arff: line 1: attribute "a": a value twice; expected its values as {a, b, c}`},
		{"t.arff", "@attribute a {x,y\n", `t.arff: line 1: attribute "a": no closing }; expected its values as {a, b, c}`},
		{"t.arff", "@attribute a real\n@attribute a real\n", `t.arff: line 2: a second attribute named "a"; expected each name once`},
		{"t.arff", "@attribute\n", `t.arff: line 1: "" is no attribute; expected @attribute NAME TYPE`},
		{"t.svm", "\n# nothing\n", `t.svm: no data rows; expected lines such as +1 1:0.5 3:2`},
		{"t.svm", "1\n2\n", `t.svm: no INDEX:VALUE in any row; expected at least one feature`},
		{"t.svm", "1 1:2\n1:2\n", `t.svm: line 2: the line starts with "1:2"; expected a label before the first INDEX:VALUE`},
		{"t.svm", "1,2 1:2\n", `t.svm: line 1: the label "1,2" has several values; expected one`},
		{"t.svm", "1 qid:3 1:2\n", `t.svm: line 1: "qid:3" marks ranking data; expected a table for classification or regression`},
		{"t.svm", "1 1:2 1:3\n", `t.svm: line 1: index 1 comes after 1; expected increasing indices`},
		{"t.svm", "1 a:2\n", `t.svm: line 1: "a:2" is no INDEX:VALUE; expected for example 3:0.5`},
		{"t.svm", "1 99999999999:2\n", `t.svm: line 1: "99999999999:2" is no INDEX:VALUE; expected for example 3:0.5`},
		{"t.svm", "1 7\n", `t.svm: line 1: "7" is no INDEX:VALUE; expected for example 3:0.5`},
		{"t.svm", "1 4:nan\n", `t.svm: line 1, column "x4": "nan" is not a number; expected a finite decimal such as 1.5`},
		{"t.svm", "1 4:1e400\n", `t.svm: line 1, column "x4": "1e400" is not finite; expected a finite decimal such as 1.5`},
		{"t.parquet", "PAR1", `t.parquet: not a Parquet file, or one cut short; expected "PAR1" at its start and end`},
		{"t.parquet", "PAR1aaaabbbbccccPAR1", `t.parquet: the Parquet file is damaged: `},
		{"t.npz", "PK", `t.npz: not a valid NumPy file: `},
		{"t.npy", "\x93NUM", `t.npy: not a valid NumPy file: `},
	} {
		path := tabletest.WriteFile(t, test.file, test.content)
		_, err := Open(path, table.FormatAuto)
		if strings.HasSuffix(test.want, ": ") { // the rest is the library's
			if err == nil || !errors.Is(err, table.ErrInput) || !strings.HasPrefix(err.Error(), filepath.Dir(path)+string(filepath.Separator)+test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			continue
		}
		tabletest.CheckInputError(t, err, path, test.want)
	}
	texts := filepath.Join("testdata", "scipy", "texts.npz")
	_, err := Open(texts, table.FormatAuto)
	tabletest.CheckInputError(t, err, texts, `texts.npz: array "X" is str (2, 2); expected numbers in one or two dimensions, at least one row and one column`)
	_, err = ParseFormat("xlsx")
	tabletest.CheckInputError(t, err, "", `format "xlsx" is not known; expected one of auto, csv, tsv, arff, libsvm, npy, npz, parquet, arrow`)
}

// TestDamagedParquetDoesNotPanic cuts the file and changes bytes.
func TestDamagedParquetDoesNotPanic(t *testing.T) {
	one := int32(1)
	good := parquetFile(t, []flowerRow{{1, &one, 1}, {2, nil, 2}, {3, &one, 3}})
	for i := range len(good) {
		if _, err := Read("cut", strings.NewReader(good[:i]), table.FormatParquet); err == nil {
			t.Fatalf("cut at byte %d: accepted", i)
		}
		changed := []byte(good)
		changed[i] ^= 0x55
		Read("changed", bytes.NewReader(changed), table.FormatParquet)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("a,b,class\n1,2,x\n\"3\",?,\"y\nz\"\n")
	f.Add("a;b\n1,5;2\n")
	fuzzFormat(f, table.FormatCSV)
}

func FuzzARFF(f *testing.F) {
	f.Add("@relation r\n@attribute 'a b' numeric\n@attribute c {x, 'y z'}\n@data\n1,x\n{1 'y z'}\n?,?\n")
	f.Add("@attribute a date 'y'\n@attribute b {\\}}\n@data\n\"\\\"\",}\n")
	fuzzFormat(f, table.FormatARFF)
}

func FuzzLIBSVM(f *testing.F) {
	f.Add("+1 1:0.5 3:2 # c\n-1 2:1e-3\n")
	f.Add("0 0:1\n")
	fuzzFormat(f, table.FormatLIBSVM)
}

func FuzzNPY(f *testing.F) {
	addTestdata(f, "flowers.npy")
	fuzzFormat(f, table.FormatNPY)
}

func FuzzNPZ(f *testing.F) {
	addTestdata(f, "flowers.npz", "several.npz", "scipy/with-y.npz", "scipy/coo.npz", "scipy/csr.npz")
	fuzzFormat(f, table.FormatNPZ)
}

func FuzzParquet(f *testing.F) {
	one := int32(1)
	f.Add(parquetFile(f, []flowerRow{{1, &one, 1}, {2, nil, 2}, {3, &one, 3}}))
	fuzzFormat(f, table.FormatParquet)
}

func addTestdata(f *testing.F, names ...string) {
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
}

// fuzzMemory is the limit of a reader under fuzzing: no input of a few kilobytes
// takes more.
const fuzzMemory = 64 << 20

// fuzzFormat checks that a parser neither panics nor returns a table whose
// columns disagree, and that every refusal is an ErrInput of one line.
func fuzzFormat(f *testing.F, format table.Format) {
	f.Fuzz(func(t *testing.T, text string) {
		frame, err := ReadContext(t.Context(), "fuzz", strings.NewReader(text), table.Reading{Format: format, MemoryLimit: fuzzMemory})
		if err != nil {
			var input *table.InputError
			if !errors.As(err, &input) || strings.ContainsAny(err.Error(), "\n\r") {
				t.Fatalf("refused with %q", err)
			}
			return
		}
		if frame.NumRows() < 1 || len(frame.Columns) < 1 || frame.Lines != nil && len(frame.Lines) != frame.NumRows() {
			t.Fatalf("%d rows, %d columns, %d lines", frame.NumRows(), len(frame.Columns), len(frame.Lines))
		}
		for _, c := range frame.Columns {
			if c.Numbers != nil && len(c.Numbers) != frame.NumRows() || c.Text != nil && len(c.Text) != frame.NumRows() || c.Numbers == nil && c.Text == nil {
				t.Fatalf("column %q has %d numbers and %d texts for %d rows", c.Name, len(c.Numbers), len(c.Text), frame.NumRows())
			}
			for i, v := range c.Numbers {
				if math.IsInf(v, 0) || c.Kind == table.Numeric && math.IsNaN(v) != c.Missing(i) {
					t.Fatalf("column %q has %v in row %d", c.Name, v, i)
				}
			}
		}
		if _, data, err := recipe.FitApply(frame, recipe.Options{Bias: true, Missing: recipe.MissingDrop}); err == nil {
			n, d := data.X.Dims()
			for i := range n {
				for j := range d {
					if v := data.X.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
						t.Fatalf("X[%d,%d] is %v", i, j, data.X.At(i, j))
					}
				}
			}
		}
	})
}

func TestDecimals(t *testing.T) {
	for _, test := range []struct {
		digits []byte
		scale  int
		want   float64
	}{{[]byte{0x04, 0xd2}, 2, 12.34}, {[]byte{0xff}, 0, -1}, {[]byte{0xfb, 0x2e}, 2, -12.34}, {nil, 3, 0}, {[]byte{1, 0, 0, 0, 0, 0, 0, 0, 0}, -1, 10 * 0x1p64}, {[]byte{1}, 1 << 30, 0}, {[]byte{1}, -1 << 30, math.Inf(1)}} {
		if got := decimal(twosComplement(test.digits), test.scale); got != test.want {
			t.Errorf("%x with scale %d is %v, want %v", test.digits, test.scale, got, test.want)
		}
	}
}

func TestNumPyErrors(t *testing.T) {
	archive := func(entries ...npy.Entry) string {
		var b bytes.Buffer
		if err := npy.WriteArchive(&b, entries); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	x := npy.Matrix(mat.NewDense(2, 1, []float64{1, 2}))
	for _, test := range []struct{ content, want string }{
		{archive(npy.Entry{Name: "a", Array: x}), `t.npz: no array of features among "a"; expected X (n×d), with y (n or n×c) for the targets`},
		{archive(npy.Entry{Name: "data", Array: x}, npy.Entry{Name: "species", Array: x}), `t.npz: no array of targets for "data" among "data", "species"; expected X (n×d), with y (n or n×c) for the targets`},
		{archive(npy.Entry{Name: "X", Array: x}, npy.Entry{Name: "x_train", Array: x}, npy.Entry{Name: "y", Array: x}), `t.npz: the arrays "X", "x_train", "y" can be taken for features and targets in several ways; expected X (n×d), with y (n or n×c) for the targets`},
		{archive(npy.Entry{Name: "X", Array: x}, npy.Entry{Name: "y", Array: npy.Ints([]int{1, 1<<53 + 1})}), `t.npz: row 2: array "y" has the number 9007199254740993, which has more digits than float64 holds; expected smaller ones`},
		{archive(npy.Entry{Name: "X", Array: x}, npy.Entry{Name: "y", Array: npy.Vector([]float64{1, 2, 3})}), `t.npz: X has 2 rows and y has 3; expected the same number`},
		{archive(npy.Entry{Name: "X", Array: npy.Scalar(1)}), `t.npz: array "X" is float64 (); expected numbers in one or two dimensions, at least one row and one column`},
		{archive(npy.Entry{Name: "X", Array: npy.Vector(nil)}), `t.npz: array "X" is float64 (0,); expected numbers in one or two dimensions, at least one row and one column`},
	} {
		path := tabletest.WriteFile(t, "t.npz", test.content)
		_, err := Open(path, table.FormatAuto)
		tabletest.CheckInputError(t, err, path, test.want)
	}
	for _, names := range [][2]string{{"data", "label"}, {"x_train", "y_train"}, {"features", "targets"}, {"X", "target"}} {
		frame := openContent(t, "named.npz", archive(npy.Entry{Name: "note", Array: npy.String("a")}, npy.Entry{Name: names[1], Array: npy.Ints([]int{5, 6})}, npy.Entry{Name: names[0], Array: x}))
		if !slices.Equal(frame.Columns[0].Numbers, []float64{1, 2}) || !slices.Equal(frame.Columns[1].Numbers, []float64{5, 6}) || !slices.Equal(frame.DefaultTargets, []string{"y"}) {
			t.Errorf("%q: %v", names, frame.Columns)
		}
		if len(frame.Warnings) != 1 || !strings.Contains(frame.Warnings[0], `"note"`) {
			t.Errorf("%q: warnings %q", names, frame.Warnings)
		}
	}
	frame := openContent(t, "inf.npz", archive(npy.Entry{Name: "X", Array: npy.Matrix(mat.NewDense(2, 2, []float64{1, 2, math.Inf(-1), math.NaN()}))}, npy.Entry{Name: "y", Array: npy.Vector([]float64{1, 2})}))
	_, err := recipe.Fit(frame, recipe.Options{Features: []string{"x1"}})
	tabletest.CheckInputError(t, err, frame.Name, `inf.npz: row 2, column "x1": "-Inf" is not finite; expected a finite decimal such as 1.5`)
	_, err = recipe.Fit(frame.Subset([]int{1}), recipe.Options{Features: []string{"x2"}})
	tabletest.CheckInputError(t, err, frame.Name, `inf.npz: row 2, column "x2": the value is missing; expected a value, or --missing drop, mean or indicator to leave such rows out or fill them`)
}
