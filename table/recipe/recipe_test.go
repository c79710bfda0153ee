package recipe

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/builtin"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/read"
)

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
	frame := mustRead(t, mixedTable)
	e, encoded, err := FitApply(frame, Options{Bias: true, Categorical: []string{"code"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{`t.csv: column "flat" is constant ("7") and is dropped`}; !slices.Equal(e.Remarks, want) {
		t.Errorf("warnings %q, want %q", e.Remarks, want)
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
		frame := mustRead(t, b.String())
		e, encoded := mustFit(t, frame, Options{Bias: seed%2 == 0})
		decoded, err := e.DecodeFeatures(encoded.X)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range decoded.Columns {
			original := frame.Column(c.Name)
			if c.Kind != original.Kind {
				t.Fatalf("seed %d: column %s is %s", seed, c.Name, c.Kind)
			}
			for i := range decoded.NumRows() {
				if c.Kind == table.Categorical && c.Text[i] != original.Text[i] {
					t.Fatalf("seed %d: %s row %d: %q, want %q", seed, c.Name, i, c.Text[i], original.Text[i])
				}
				if c.Kind == table.Numeric && !(math.Abs(c.Numbers[i]-original.Numbers[i]) <= 1e-13*(math.Abs(original.Numbers[i])+math.Abs(e.Features[0].Mean))) {
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
	e, err := Fit(mustRead(t, "a,b,y\n0.30000000000000004,1,u\n0.3,2,v\n0.3,3,u\n"), Options{})
	if err != nil || len(e.Remarks) != 1 {
		t.Errorf("warnings %q, error %v; want one warning", e.Remarks, err)
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
	iris, err := builtin.Open("builtin:iris")
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
	e, encoded, err := FitApply(mustRead(t, mixedTable), Options{Scale: ScaleNone})
	if err != nil || len(e.Remarks) != 0 {
		t.Fatalf("warnings %q, error %v", e.Remarks, err)
	}
	if d, _ := e.Dims(); d != 6 || encoded.X.At(0, 4) != 7 {
		t.Errorf("X =\n%v", mat.Formatted(encoded.X))
	}
}

func TestMissingPolicies(t *testing.T) {
	frame := mustRead(t, "a,colour,y\n1,red,1.5\n,red,2.5\n3,NA,3.5\n8,blue,?\n2,blue,5.5\n")
	e, encoded := mustFit(t, frame, Options{Missing: MissingDrop, Scale: ScaleNone})
	if !slices.Equal(encoded.Rows, []int{0, 4}) {
		t.Errorf("rows %v, want the complete ones 0 and 4", encoded.Rows)
	}
	features, err := e.ApplyFeatures(frame)
	if err != nil || !slices.Equal(features.Rows, []int{0, 3, 4}) || features.Y != nil {
		t.Errorf("rows %v (%v), want 0, 3, 4 when the target is not needed", features.Rows, err)
	}
	whole := frame.Subset([]int{0, 1, 2, 4})
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
		frame := mustRead(t, mixedTable)
		e, encoded := mustFit(t, frame, o)
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back Recipe
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if back.Remarks = e.Remarks; !reflect.DeepEqual(&back, e) {
			t.Errorf("%+v came back as %+v", e, back)
		}
		again, err := back.Apply(frame)
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
	frame := mustRead(t, mixedTable)
	e, _ := mustFit(t, frame, Options{Drop: []string{"colour"}})
	if got := e.Unused(frame); len(got) != 0 {
		t.Errorf("unused %q in the training table itself", got)
	}
	if !slices.Equal(e.Ignored, []string{"colour"}) || !slices.Equal(e.Dropped, []string{"flat"}) {
		t.Errorf("ignored %q, dropped %q", e.Ignored, e.Dropped)
	}
}

func TestFeatureWithoutMeanIsRefused(t *testing.T) {
	var e Recipe
	if json.Unmarshal([]byte(`{"features": [{"name": "a", "kind": "numeric", "deviation": 1}]}`), &e) == nil {
		t.Error("accepted")
	}
}

func TestManyConstantColumnsAreOneWarning(t *testing.T) {
	e, err := Fit(mustRead(t, "a,b,c,d,e,f,g,y\n1,1,1,1,1,1,1,u\n1,1,1,1,1,1,2,v\n"), Options{})
	want := []string{`t.csv: 6 columns are constant and are dropped: "a", "b", "c", "d", "e", "f"`}
	if err != nil || !slices.Equal(e.Remarks, want) {
		t.Errorf("warnings %q, want %q (%v)", e.Remarks, want, err)
	}
}

func TestTargetReferences(t *testing.T) {
	frame := mustRead(t, mixedTable)
	for reference, want := range map[string]string{"price": "price", "0": "height", "-1": "price", "-5": "height", "1": "colour"} {
		e, _ := mustFit(t, frame, Options{Targets: []string{reference}})
		if e.Targets[0] != want {
			t.Errorf("target %s is %s, want %s", reference, e.Targets[0], want)
		}
	}
	e, _ := mustFit(t, frame, Options{Features: []string{"code", "height"}})
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
	for name, spoil := range map[string]func(e *Recipe){
		"no features":         func(e *Recipe) { e.Features = nil },
		"duplicate feature":   func(e *Recipe) { e.Features[1].Name = "a" },
		"zero deviation":      func(e *Recipe) { e.Features[0].Deviation = 0 },
		"NaN mean":            func(e *Recipe) { e.Features[0].Mean = math.NaN() },
		"kind":                func(e *Recipe) { e.Features[0].Kind = table.Mixed },
		"duplicate category":  func(e *Recipe) { e.Features[1].Categories[1] = e.Features[1].Categories[0] },
		"fill":                func(e *Recipe) { e.Features[1].FillCategory = "green" },
		"target is a feature": func(e *Recipe) { e.Targets = []string{"a"} },
		"no target":           func(e *Recipe) { e.Targets = nil },
		"one class":           func(e *Recipe) { e.Classes = e.Classes[:1] },
		"task":                func(e *Recipe) { e.Task = TaskAuto },
		"scale":               func(e *Recipe) { e.Scale = "log" },
		"missing":             func(e *Recipe) { e.Missing = "zero" },
		"missing of nothing":  func(e *Recipe) { e.Features[0].MissingOf = "b" },
	} {
		text, _ := json.Marshal(good)
		var e Recipe
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
		frame, err := read.Open(tabletest.SharedData(t, test.name), table.FormatAuto)
		if err != nil {
			t.Fatal(err)
		}
		e, encoded := mustFit(t, frame, Options{Targets: test.targets, Scale: ScaleNone})
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
	frame := mustRead(t, text.String())
	e, err := Fit(frame, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`t.csv: column "id" has a text of its own in 30 of 30 rows, as names, identifiers and comments have, and is left out (--categorical says otherwise)`,
		`t.csv: without any entry and left out: "nothing", "last"`,
	}
	if !slices.Equal(e.Remarks, want) || !slices.Equal(e.Targets, []string{"y"}) || !slices.Equal(e.FeatureNames(), []string{"a"}) {
		t.Errorf("target %q, features %q, warnings %q, want %q", e.Targets, e.FeatureNames(), e.Remarks, want)
	}
	for _, o := range []Options{{Features: []string{"a", "id"}}, {Categorical: []string{"id"}}} {
		if e, err := Fit(frame, o); err != nil || len(e.FeatureNames()) != 31 {
			t.Errorf("%+v: %d features, %v", o, len(e.FeatureNames()), err)
		}
	}
}

// TestColumnsThatIdentify: texts that most later rows would not share are left out, and
// numbers that may be the rows' are named.
func TestColumnsThatIdentify(t *testing.T) {
	const rows = 40
	for _, test := range []struct {
		name    string
		entry   func(i int) string
		dropped bool
		remark  string
	}{
		{"car", func(i int) string { return fmt.Sprintf("model %d", max(i, 15)) }, true, "in 24 of 40 rows"},               // sixteen rows share one
		{"town", func(i int) string { return fmt.Sprintf("town %d", i/2+i/30*i) }, false, "25 distinct values in 40 rows"}, // 15 of them twice
		{"code", func(i int) string { return fmt.Sprintf("c%d", max(i-23, 0)) }, false, ""},                                // 17 codes
		{"n", func(i int) string { return fmt.Sprint(i + 1) }, false, "(1, 2, 3, …)"},
		{"tens", func(i int) string { return fmt.Sprint(1000 - 10*i) }, false, "(1000, 990, 980, …)"},
		{"shuffled", func(i int) string { return fmt.Sprint(17 * i % rows) }, false, "(0, 17, 34, …)"},
		{"customerId", func(i int) string { return fmt.Sprint(i*i*i + 7) }, false, "(7, 8, 15, …)"},
		{"paid", func(i int) string { return fmt.Sprint(i*i*i + 7) }, false, ""},
		{"repeats", func(i int) string { return fmt.Sprint(i / 2) }, false, ""},
		{"tenths", func(i int) string { return fmt.Sprint(float64(i) / 10) }, false, ""},
	} {
		var text strings.Builder
		fmt.Fprintf(&text, "a,%s,y\n", test.name)
		for i := range rows {
			fmt.Fprintf(&text, "%d,%s,%d\n", i*i%7, test.entry(i), i%2)
		}
		frame := mustRead(t, text.String())
		e, err := Fit(frame, Options{Targets: []string{"y"}})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		remarks := strings.Join(e.Remarks, "\n")
		if slices.Contains(e.Dropped, test.name) != test.dropped || (remarks != "") != (test.remark != "") || !strings.Contains(remarks, test.remark) {
			t.Errorf("%s: dropped %q, remarks %q, want %q", test.name, e.Dropped, remarks, test.remark)
		}
		if e, err = Fit(frame, Options{Targets: []string{"y"}, Features: []string{"a", test.name}}); err != nil || len(e.Dropped) > 0 {
			t.Errorf("%s, asked for: dropped %q, %v", test.name, e.Dropped, err)
		}
	}
}

func TestConstantCategoryIsDropped(t *testing.T) {
	e, err := Fit(mustRead(t, "a,colour,y\n1,red,u\n2,red,v\n"), Options{})
	if err != nil || len(e.Remarks) != 1 || !slices.Equal(e.Dropped, []string{"colour"}) {
		t.Errorf("dropped %q, warnings %q (%v)", e.Dropped, e.Remarks, err)
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
