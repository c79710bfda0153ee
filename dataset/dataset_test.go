package dataset

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func mustRead(t testing.TB, text string) *Table {
	t.Helper()
	table, err := Read("t.csv", strings.NewReader(text), FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func mustFit(t testing.TB, table *Table, o Options) (*Encoding, *Encoded) {
	t.Helper()
	e, encoded, _, err := Fit(table, o)
	if err != nil {
		t.Fatal(err)
	}
	return e, encoded
}

// sameColumns compares names, kinds and entries; numbers by their values.
func sameColumns(a, b []*Column) bool {
	return slices.EqualFunc(a, b, func(a, b *Column) bool {
		sameNumber := func(v, w float64) bool { return v == w || math.IsNaN(v) && math.IsNaN(w) }
		return a.Name == b.Name && a.Kind == b.Kind && slices.Equal(a.Text, b.Text) && slices.EqualFunc(a.Numbers, b.Numbers, sameNumber)
	})
}

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
	got, err := Open(writeFile(t, "t.tsv.gz", zipped.String()), FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	if !sameColumns(got.Columns, want.Columns) {
		t.Error("gzip: columns differ from the plain form")
	}
}

func TestColumnKinds(t *testing.T) {
	table := mustRead(t, "number,text,broken,missing,codes\n1,a,1,NA,01\n?,b,2,,1a\n-2e3,,x,null,2b\n")
	want := []Kind{Numeric, Categorical, Mixed, Numeric, Categorical}
	for i, c := range table.Columns {
		if c.Kind != want[i] {
			t.Errorf("column %s is %s, want %s", c.Name, c.Kind, want[i])
		}
	}
	if table.Column("codes").Text[0] != "01" {
		t.Error("text of a categorical column is not kept as written")
	}
	if !table.Column("number").Missing(1) || !table.Column("text").Missing(2) || !table.Column("missing").Missing(2) {
		t.Error("missing entries are not seen")
	}
}

func TestUnnamedColumnGetsANameAndAWarning(t *testing.T) {
	table := mustRead(t, ",a,class\n0,1,x\n1,2,y\n")
	if table.Names()[0] != "column1" || len(table.Warnings) != 1 {
		t.Errorf("names %q, warnings %q", table.Names(), table.Warnings)
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
	_, encoded := mustFit(t, mustRead(t, b.String()), Options{Scale: ScaleNone})
	if n, cols := encoded.X.Dims(); n != 4 || cols != d {
		t.Errorf("X is %d×%d", n, cols)
	}
	if encoded.X.At(3, 4999) != 3*4999 {
		t.Error("wrong entry")
	}
}

func TestTaskAuto(t *testing.T) {
	integers := func(n, distinct int) string {
		var b strings.Builder
		b.WriteString("a,y\n")
		for i := range n {
			fmt.Fprintf(&b, "%d.5,%d\n", i, i%distinct)
		}
		return b.String()
	}
	for _, test := range []struct {
		name, text string
		targets    []string
		want       Task
	}{
		{"text", "a,y\n1,u\n2,v\n", nil, TaskClassification},
		{"two integers", integers(10, 2), nil, TaskClassification},
		{"20 integers", integers(40, 20), nil, TaskClassification},
		{"21 integers", integers(100, 21), nil, TaskRegression},
		{"too few rows for each", integers(11, 6), nil, TaskRegression},
		{"fractions", "a,y\n1,0.5\n2,1.5\n3,0.5\n4,1.5\n", nil, TaskRegression},
		{"several", "a,y,z\n1,0,1\n2,1,0\n3,0,1\n4,1,0\n", []string{"y", "z"}, TaskRegression},
	} {
		e, _ := mustFit(t, mustRead(t, test.text), Options{Targets: test.targets})
		if e.Task != test.want {
			t.Errorf("%s: %s, want %s", test.name, e.Task, test.want)
		}
	}
}

func TestClassOrder(t *testing.T) {
	e, encoded := mustFit(t, mustRead(t, "a,y\n1,10\n2,9\n3,-1\n4,10\n5,9\n6,-1\n"), Options{})
	if want := []string{"-1", "9", "10"}; !slices.Equal(e.Classes, want) {
		t.Errorf("classes %q, want %q", e.Classes, want)
	}
	want := mat.NewDense(6, 3, []float64{0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0})
	if !mat.Equal(encoded.Y, want) {
		t.Errorf("Y = %v", mat.Formatted(encoded.Y))
	}
	if got, want := e.Labels(encoded.Y), []string{"10", "9", "-1", "10", "9", "-1"}; !slices.Equal(got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
	// A class written in another way is the same class.
	again, err := e.Apply(mustRead(t, "y,a\n10.0,1\n9,2\n-1,3\n1e1,4\n9.00,5\n-1.0,6\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(again.Y, want) || !mat.Equal(again.X, encoded.X) {
		t.Error("the same table in another spelling is encoded differently")
	}
}

const mixedTable = `height,colour,flat,code,price
1,red,7,1,10
2,green,7,2,20
4,red,7,1,5
9,blue,7,3,7.5
`

func TestEncoding(t *testing.T) {
	table := mustRead(t, mixedTable)
	e, encoded, warnings, err := Fit(table, Options{Bias: true, Categorical: []string{"code"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{`t.csv: column "flat" is constant ("7") and is dropped`}; !slices.Equal(warnings, want) {
		t.Errorf("warnings %q, want %q", warnings, want)
	}
	if want := []string{"height", "colour=blue", "colour=green", "colour=red", "code=1", "code=2", "code=3", BiasName}; !slices.Equal(e.FeatureNames(), want) {
		t.Errorf("features %q", e.FeatureNames())
	}
	s := math.Sqrt((9 + 4 + 0 + 25) / 4.0) // deviations from the mean 4
	want := mat.NewDense(4, 8, []float64{
		-3 / s, 0, 0, 1, 1, 0, 0, 1,
		-2 / s, 0, 1, 0, 0, 1, 0, 1,
		0, 0, 0, 1, 1, 0, 0, 1,
		5 / s, 1, 0, 0, 0, 0, 1, 1,
	})
	if !mat.EqualApprox(encoded.X, want, 1e-15) {
		t.Errorf("X =\n%.4v\nwant\n%.4v", mat.Formatted(encoded.X), mat.Formatted(want))
	}
	if !mat.Equal(encoded.Y, mat.NewDense(4, 1, []float64{10, 20, 5, 7.5})) {
		t.Errorf("targets are changed: %v", mat.Formatted(encoded.Y))
	}
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
}

// TestDecodeInvertsEncode: features → matrix → features, on random tables.
func TestDecodeInvertsEncode(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		var b strings.Builder
		b.WriteString("a,b,c,y\n")
		for i := range 30 {
			fmt.Fprintf(&b, "%v,%c,%v,%d\n", math.Exp(8*random.NormFloat64()), 'p'+i%3, random.NormFloat64()+1e4, i%2)
		}
		table := mustRead(t, b.String())
		e, encoded := mustFit(t, table, Options{Bias: seed%2 == 0})
		decoded, err := e.DecodeFeatures(encoded.X)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range decoded.Columns {
			original := table.Column(c.Name)
			if c.Kind != original.Kind {
				t.Fatalf("seed %d: column %s is %s", seed, c.Name, c.Kind)
			}
			for i := range decoded.NumRows() {
				if c.Kind == Categorical && c.Text[i] != original.Text[i] {
					t.Fatalf("seed %d: %s row %d: %q, want %q", seed, c.Name, i, c.Text[i], original.Text[i])
				}
				if c.Kind == Numeric && !(math.Abs(c.Numbers[i]-original.Numbers[i]) <= 1e-13*(math.Abs(original.Numbers[i])+math.Abs(e.Features[0].Mean))) {
					t.Fatalf("seed %d: %s row %d: %v, want %v", seed, c.Name, i, c.Numbers[i], original.Numbers[i])
				}
			}
		}
	}
}

func TestStandardScaling(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, unit := range []float64{1, 1e-200, 1e-290, 1e200, 0x1p1020} {
		var b strings.Builder
		b.WriteString("a,y\n")
		for i := range 50 {
			fmt.Fprintf(&b, "%v,%d\n", unit*(3+random.NormFloat64()), i%2)
		}
		_, encoded := mustFit(t, mustRead(t, b.String()), Options{})
		column := mat.Col(nil, 0, encoded.X)
		sum, squares := 0.0, 0.0
		for _, v := range column {
			sum += v
			squares += v * v
		}
		if !(math.Abs(sum/50) < 1e-14) || !(math.Abs(squares/50-1) < 1e-13) {
			t.Errorf("unit %v: mean %v, variance %v; want 0 and 1", unit, sum/50, squares/50)
		}
	}
	// Constant but for rounding: scikit-learn's rule calls this constant.
	_, _, warnings, err := Fit(mustRead(t, "a,b,y\n0.30000000000000004,1,u\n0.3,2,v\n0.3,3,u\n"), Options{})
	if err != nil || len(warnings) != 1 {
		t.Errorf("warnings %q, error %v; want one warning", warnings, err)
	}
}

// TestStandardScalingAtTheEnds scales columns whose sums, squares or differences
// leave the range of doubles.
func TestStandardScalingAtTheEnds(t *testing.T) {
	for _, test := range []struct {
		column string
		want   []float64
	}{
		{"1.7e308,-1.7e308,-1.7e308,1.7e308", []float64{1, -1, -1, 1}},
		{"1,1,1,1e200", []float64{-1 / math.Sqrt(3), -1 / math.Sqrt(3), -1 / math.Sqrt(3), math.Sqrt(3)}},
		{"0,0,5e-324,5e-324", []float64{0, 0, 1, 1}}, // the mean is no double: to the nearest
		{"1e-310,3e-310,3e-310,1e-310", []float64{-1, 1, 1, -1}},
		{"1e-300,1,1,1e-300", []float64{-1, 1, 1, -1}},
	} {
		text := "a,y\n"
		for i, v := range strings.Split(test.column, ",") {
			text += fmt.Sprintf("%s,%d\n", v, i%2)
		}
		for _, scale := range []Scale{ScaleStandard, ScaleOverall} {
			_, data := mustFit(t, mustRead(t, text), Options{Scale: scale})
			for i, want := range test.want {
				if got := data.X.At(i, 0); !(math.Abs(got-want) < 1e-12) {
					t.Errorf("%s: %v, row %d is %v, want %v", scale, test.column, i, got, want)
				}
			}
		}
	}
}

// TestStandardScalingOfIris compares with X.mean(0) and X.std(0) of NumPy 1.24.2.
func TestStandardScalingOfIris(t *testing.T) {
	means := []float64{5.843333333333335, 3.0540000000000007, 3.7586666666666693, 1.1986666666666672}
	deviations := []float64{0.8253012917851409, 0.4321465800705435, 1.7585291834055201, 0.760612618588172}
	iris, err := Builtin("builtin:iris")
	if err != nil {
		t.Fatal(err)
	}
	e, _ := mustFit(t, iris, Options{})
	for j, f := range e.Features {
		if !(math.Abs(f.Mean-means[j]) < 1e-14) || !(math.Abs(f.Deviation-deviations[j]) < 1e-14) {
			t.Errorf("%s: mean %v, deviation %v, want %v, %v", f.Name, f.Mean, f.Deviation, means[j], deviations[j])
		}
	}
}

func TestScaleOverall(t *testing.T) {
	e, data := mustFit(t, mustRead(t, "a,b,colour,y\n1,10,red,u\n3,2,blue,v\n"), Options{Scale: ScaleOverall, Bias: true})
	s := math.Sqrt((9 + 36 + 1 + 4) / 4.0) // deviations from the mean 4
	want := mat.NewDense(2, 5, []float64{-3 / s, 6 / s, 0, 1, 1, -1 / s, -2 / s, 1, 0, 1})
	if !mat.EqualApprox(data.X, want, 1e-15) || e.Scale != ScaleOverall {
		t.Errorf("X = %v, want %v", mat.Formatted(data.X), mat.Formatted(want))
	}
}

func TestScaleNoneKeepsConstantColumns(t *testing.T) {
	e, encoded, warnings, err := Fit(mustRead(t, mixedTable), Options{Scale: ScaleNone})
	if err != nil || len(warnings) != 0 {
		t.Fatalf("warnings %q, error %v", warnings, err)
	}
	if d, _ := e.Dims(); d != 6 || encoded.X.At(0, 4) != 7 {
		t.Errorf("X =\n%v", mat.Formatted(encoded.X))
	}
}

func TestMissingPolicies(t *testing.T) {
	table := mustRead(t, "a,colour,y\n1,red,1.5\n,red,2.5\n3,NA,3.5\n8,blue,?\n2,blue,5.5\n")
	e, encoded := mustFit(t, table, Options{Missing: MissingDrop, Scale: ScaleNone})
	if !slices.Equal(encoded.Rows, []int{0, 4}) {
		t.Errorf("rows %v, want the complete ones 0 and 4", encoded.Rows)
	}
	features, err := e.ApplyFeatures(table)
	if err != nil || !slices.Equal(features.Rows, []int{0, 3, 4}) || features.Y != nil {
		t.Errorf("rows %v (%v), want 0, 3, 4 when the target is not needed", features.Rows, err)
	}
	whole := table.Subset([]int{0, 1, 2, 4})
	e, encoded = mustFit(t, whole, Options{Missing: MissingMean, Scale: ScaleNone})
	want := mat.NewDense(4, 3, []float64{1, 0, 1, 2, 0, 1, 3, 0, 1, 2, 1, 0})
	if !mat.Equal(encoded.X, want) {
		t.Errorf("X = %v; the mean is 2, the most frequent colour red", mat.Formatted(encoded.X))
	}
	// The fill is learnt in training and used later.
	later, err := e.ApplyFeatures(mustRead(t, "a,colour\nNaN,NaN\n100,blue\n"))
	if err != nil || !mat.Equal(later.X, mat.NewDense(2, 3, []float64{2, 0, 1, 100, 1, 0})) {
		t.Errorf("later X = %v, %v", later, err)
	}
}

func TestEncodingJSONKeepsEveryBit(t *testing.T) {
	for _, o := range []Options{{}, {Bias: true, Missing: MissingMean}, {Scale: ScaleNone, Categorical: []string{"code"}}, {Targets: []string{"price", "height"}}} {
		table := mustRead(t, mixedTable)
		e, encoded := mustFit(t, table, o)
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back Encoding
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(&back, e) {
			t.Errorf("%+v came back as %+v", e, back)
		}
		again, err := back.Apply(table)
		if err != nil || again.Digest() != encoded.Digest() {
			t.Errorf("encoding after JSON differs (%v)", err)
		}
	}
}

func TestColumnsAreMatchedByName(t *testing.T) {
	e, encoded := mustFit(t, mustRead(t, mixedTable), Options{})
	shuffled := mustRead(t, "id,price,code,colour,height\n9,10,1,red,1\n9,20,2,green,2\n9,5,1,red,4\n9,7.5,3,blue,9\n")
	again, err := e.Apply(shuffled)
	if err != nil || again.Digest() != encoded.Digest() {
		t.Errorf("column order matters (%v)", err)
	}
	if got := e.Unused(shuffled); !slices.Equal(got, []string{"id"}) {
		t.Errorf("unused %q, want the id", got)
	}
	if e.HasTargets(mustRead(t, "a,b\n1,2\n")) || !e.HasTargets(shuffled) {
		t.Error("HasTargets is wrong")
	}
}

func TestColumnsLeftOutInTrainingAreNoSurprise(t *testing.T) {
	table := mustRead(t, mixedTable)
	e, _ := mustFit(t, table, Options{Drop: []string{"colour"}})
	if got := e.Unused(table); len(got) != 0 {
		t.Errorf("unused %q in the training table itself", got)
	}
	if !slices.Equal(e.Ignored, []string{"colour"}) || !slices.Equal(e.Dropped, []string{"flat"}) {
		t.Errorf("ignored %q, dropped %q", e.Ignored, e.Dropped)
	}
}

func TestFeatureWithoutMeanIsRefused(t *testing.T) {
	var e Encoding
	if json.Unmarshal([]byte(`{"features": [{"name": "a", "kind": "numeric", "deviation": 1}]}`), &e) == nil {
		t.Error("accepted")
	}
}

func TestManyConstantColumnsAreOneWarning(t *testing.T) {
	_, _, warnings, err := Fit(mustRead(t, "a,b,c,d,e,f,g,y\n1,1,1,1,1,1,1,u\n1,1,1,1,1,1,2,v\n"), Options{})
	want := []string{`t.csv: 6 columns are constant and are dropped: "a", "b", "c", "d", "e", "f"`}
	if err != nil || !slices.Equal(warnings, want) {
		t.Errorf("warnings %q, want %q (%v)", warnings, want, err)
	}
}

func TestTargetReferences(t *testing.T) {
	table := mustRead(t, mixedTable)
	for reference, want := range map[string]string{"price": "price", "0": "height", "-1": "price", "-5": "height", "1": "colour"} {
		e, _ := mustFit(t, table, Options{Targets: []string{reference}})
		if e.Targets[0] != want {
			t.Errorf("target %s is %s, want %s", reference, e.Targets[0], want)
		}
	}
	e, _ := mustFit(t, table, Options{Features: []string{"code", "height"}})
	if want := []string{"height", "code"}; !slices.Equal(e.FeatureNames(), want) {
		t.Errorf("features %q, want %q in table order", e.FeatureNames(), want)
	}
}

func TestDigest(t *testing.T) {
	x, y := mat.NewDense(2, 2, []float64{1, 2, 3, 4}), mat.NewDense(2, 1, []float64{5, 6})
	digest := (&Encoded{X: x, Y: y}).Digest()
	// Computed with Python's hashlib and struct from the description.
	if want := "7a0419e2e9ba5e7fb996c11d07793105c9669385fb24d62ebad9ed2b0747314b"; digest != want {
		t.Errorf("digest %s, want %s", digest, want)
	}
	x.Set(1, 1, math.Nextafter(4, 5))
	if (&Encoded{X: x, Y: y}).Digest() == digest {
		t.Error("the digest does not see the last bit of X")
	}
}

func TestArgmaxTakesTheFirstOfEquals(t *testing.T) {
	got := Argmax(mat.NewDense(3, 3, []float64{0, 1, 1, 2, 2, 2, -3, -2, -1}))
	if !slices.Equal(got, []int{1, 0, 2}) {
		t.Errorf("argmax %v", got)
	}
}

func TestEncodingValidate(t *testing.T) {
	good, _ := mustFit(t, mustRead(t, "a,colour,y\n1,red,u\n2,blue,v\n3,red,u\n"), Options{Missing: MissingMean})
	for name, spoil := range map[string]func(e *Encoding){
		"no features":         func(e *Encoding) { e.Features = nil },
		"duplicate feature":   func(e *Encoding) { e.Features[1].Name = "a" },
		"zero deviation":      func(e *Encoding) { e.Features[0].Deviation = 0 },
		"NaN mean":            func(e *Encoding) { e.Features[0].Mean = math.NaN() },
		"kind":                func(e *Encoding) { e.Features[0].Kind = Mixed },
		"duplicate category":  func(e *Encoding) { e.Features[1].Categories[1] = e.Features[1].Categories[0] },
		"fill":                func(e *Encoding) { e.Features[1].FillCategory = "green" },
		"target is a feature": func(e *Encoding) { e.Targets = []string{"a"} },
		"no target":           func(e *Encoding) { e.Targets = nil },
		"one class":           func(e *Encoding) { e.Classes = e.Classes[:1] },
		"task":                func(e *Encoding) { e.Task = TaskAuto },
		"scale":               func(e *Encoding) { e.Scale = "log" },
		"missing":             func(e *Encoding) { e.Missing = "zero" },
	} {
		text, _ := json.Marshal(good)
		var e Encoding
		if err := json.Unmarshal(text, &e); err != nil {
			t.Fatal(err)
		}
		if err := e.Validate(); err != nil {
			t.Fatalf("a good encoding is refused: %v", err)
		}
		spoil(&e)
		if e.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestSharedTables: what the shared files must become.
func TestSharedTables(t *testing.T) {
	for _, test := range []struct {
		name    string
		targets []string
		task    Task
		n, d, c int
	}{
		{"spiral.csv", nil, TaskClassification, 60, 2, 3},
		{"iris.train.csv", nil, TaskClassification, 75, 4, 3},
		{"pima_indians.train.csv", nil, TaskClassification, 383, 8, 2},
		{"bank_notes.test.csv", nil, TaskClassification, 686, 4, 2},
		{"ionosphere.train.csv", nil, TaskClassification, 175, 34, 2},
		{"mnist20.train.csv", nil, TaskClassification, 1000, 20, 10},
		{"random/random000.csv", []string{"y1", "y2", "y3", "y4", "y5"}, TaskRegression, 25, 2, 5},
	} {
		table, err := Open(sharedData(t, test.name), FormatAuto)
		if err != nil {
			t.Fatal(err)
		}
		e, encoded := mustFit(t, table, Options{Targets: test.targets, Scale: ScaleNone})
		n, d := encoded.X.Dims()
		_, c := encoded.Y.Dims()
		if e.Task != test.task || n != test.n || d != test.d || c != test.c {
			t.Errorf("%s: %s with n=%d d=%d c=%d, want %s with %d, %d, %d", test.name, e.Task, n, d, c, test.task, test.n, test.d, test.c)
		}
	}
}

// TestColumnsThatSayNothing: identifiers and empty columns are no features, and
// an empty column is no target.
func TestColumnsThatSayNothing(t *testing.T) {
	var text strings.Builder
	text.WriteString("a,id,nothing,y,last\n")
	for i := range 30 {
		fmt.Fprintf(&text, "%d,row%d,,%d,\n", i*i, i, i%2)
	}
	table := mustRead(t, text.String())
	e, _, warnings, err := Fit(table, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`t.csv: column "id" has a text of its own in nearly every row, as identifiers and comments have, and is left out (--categorical says otherwise)`,
		`t.csv: without any entry and left out: "nothing", "last"`,
	}
	if !slices.Equal(warnings, want) || !slices.Equal(e.Targets, []string{"y"}) || !slices.Equal(e.FeatureNames(), []string{"a"}) {
		t.Errorf("target %q, features %q, warnings %q, want %q", e.Targets, e.FeatureNames(), warnings, want)
	}
	for _, o := range []Options{{Features: []string{"a", "id"}}, {Categorical: []string{"id"}}} {
		if e, _, _, err := Fit(table, o); err != nil || len(e.FeatureNames()) != 31 {
			t.Errorf("%+v: %d features, %v", o, len(e.FeatureNames()), err)
		}
	}
}

func TestConstantCategoryIsDropped(t *testing.T) {
	e, _, warnings, err := Fit(mustRead(t, "a,colour,y\n1,red,u\n2,red,v\n"), Options{})
	if err != nil || len(warnings) != 1 || !slices.Equal(e.Dropped, []string{"colour"}) {
		t.Errorf("dropped %q, warnings %q (%v)", e.Dropped, warnings, err)
	}
}

func TestOutputNames(t *testing.T) {
	e, _ := mustFit(t, mustRead(t, mixedTable), Options{Targets: []string{"price", "height"}})
	if got := e.OutputNames(); !slices.Equal(got, []string{"price", "height"}) {
		t.Errorf("regression outputs %q", got)
	}
	e, _ = mustFit(t, mustRead(t, mixedTable), Options{Targets: []string{"colour"}})
	if got := e.OutputNames(); !slices.Equal(got, []string{"blue", "green", "red"}) {
		t.Errorf("classes %q", got)
	}
}

func TestListShowsTheFirstNames(t *testing.T) {
	if got, want := list([]string{"a", "b", "c"}, 2), `"a", "b" and 1 more`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
