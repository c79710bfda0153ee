package network

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/builtin"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

// model fits an encoding to the table and gives it random weights.
func model(t testing.TB, frame *table.Table, o recipe.Options, width int, seed uint64) (*Model, *recipe.Encoded) {
	t.Helper()
	e, data, err := recipe.FitApply(frame, o)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	d, c := e.Dims()
	normal := func(cols int) *mat.Dense {
		if width == 0 {
			return nil
		}
		m := mat.NewDense(width, cols, nil)
		m.Apply(func(_, _ int, _ float64) float64 { return random.NormFloat64() * math.Exp(3*random.NormFloat64()) }, m)
		return m
	}
	m, err := New(problem.Weights{U: normal(d), V: normal(c)}, e, Provenance{
		Gamma: 0.1, LowerBound: 1.0 / 3, UpperBound: 2.0 / 3, DataLoss: math.NaN(), DataDigest: data.Digest(), Rows: frame.NumRows(),
		Source: frame.Name, Status: "gap_reached", Version: "test", Seed: seed, Settings: map[string]string{"reg": "0.1", "gap": "1e-3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, data
}

func openBuiltin(t testing.TB, name string) *table.Table {
	t.Helper()
	frame, err := builtin.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func readText(t testing.TB, text string) *table.Table {
	t.Helper()
	frame, err := read.Read("t.csv", strings.NewReader(text), table.FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// TestSaveAndLoadKeepPredictions: the same bits before and after, for every
// task and for a network of width 0.
func TestSaveAndLoadKeepPredictions(t *testing.T) {
	mixed := readText(t, "a,colour,y\n1.1,red,1.5\n2.7,blue,-2\n,red,3\n9,green,1\n")
	for _, test := range []struct {
		name    string
		table   *table.Table
		options recipe.Options
		width   int
	}{
		{"classification", openBuiltin(t, "builtin:iris"), recipe.DefaultOptions(), 17},
		{"several targets", openBuiltin(t, "builtin:random"), recipe.Options{Scale: recipe.ScaleNone}, 40},
		{"categories and fills", mixed, recipe.Options{Missing: recipe.MissingMean, Bias: true}, 5},
		{"rows left out", mixed, recipe.Options{Missing: recipe.MissingDrop}, 5},
		{"width 0", openBuiltin(t, "builtin:spiral"), recipe.Options{}, 0},
	} {
		for seed := range uint64(5) {
			m, _ := model(t, test.table, test.options, test.width, seed)
			path := filepath.Join(t.TempDir(), "model.json")
			if err := m.Save(path); err != nil {
				t.Fatal(err)
			}
			back, err := Load(path)
			if err != nil {
				t.Fatalf("%s, seed %d: %v", test.name, seed, err)
			}
			before, err := m.Predict(test.table)
			if err != nil {
				t.Fatal(err)
			}
			after, err := back.Predict(test.table)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(before, after) {
				t.Errorf("%s, seed %d: predictions differ after saving and loading", test.name, seed)
			}
			if test.width > 0 && (!bitEqual(m.Weights.U, back.Weights.U) || !bitEqual(m.Weights.V, back.Weights.V)) {
				t.Errorf("%s, seed %d: weights differ after saving and loading", test.name, seed)
			}
			var first, second bytes.Buffer
			if err := errors.Join(m.Write(&first), back.Write(&second)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("%s, seed %d: the file differs after loading and saving", test.name, seed)
			}
			if p := back.Provenance; p.LowerBound != 1.0/3 || !math.IsNaN(p.DataLoss) || p.Settings["gap"] != "1e-3" || p.Seed != seed {
				t.Errorf("%s: provenance came back as %+v", test.name, p)
			}
		}
	}
}

func bitEqual(a, b *mat.Dense) bool {
	n, c := a.Dims()
	if r, k := b.Dims(); r != n || k != c {
		return false
	}
	for i := range n {
		for j, v := range a.RawRowView(i) {
			if math.Float64bits(v) != math.Float64bits(b.At(i, j)) {
				return false
			}
		}
	}
	return true
}

func TestExtremeNumbersSurvive(t *testing.T) {
	m, _ := model(t, readText(t, "a,y\n1,0.5\n2,1.5\n"), recipe.Options{}, 4, 0)
	copy(m.Weights.U.RawMatrix().Data, []float64{5e-324, math.MaxFloat64, math.Copysign(0, -1), 0.1})
	path := filepath.Join(t.TempDir(), "m.json")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := Load(path)
	if err != nil || !bitEqual(m.Weights.U, back.Weights.U) {
		t.Errorf("extreme numbers are changed (%v)", err)
	}
}

// TestLoadErrors: every damaged, foreign or newer file is refused in one line.
func TestLoadErrors(t *testing.T) {
	m, _ := model(t, openBuiltin(t, "builtin:iris"), recipe.DefaultOptions(), 3, 1)
	var buffer bytes.Buffer
	if err := m.Write(&buffer); err != nil {
		t.Fatal(err)
	}
	good := buffer.String()
	edit := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("the model file has no %q", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	firstU := good[strings.Index(good, `"U": [`):]
	firstU = firstU[:strings.Index(firstU, ",\n")]
	for _, test := range []struct{ name, content, want string }{
		{"empty", "", "not a model file"},
		{"text", "a,b\n1,2\n", "not a model file"},
		{"binary", "PK\x03\x04\x00", "not a model file"},
		{"other JSON", `{"weights": [1]}`, "not a model file"},
		{"a list", `[1, 2]`, "not a model file"},
		{"cut short", good[:len(good)/2], "the model file is cut short or damaged at byte"},
		{"text after it", good + "}", "the model file is cut short or damaged at byte"},
		{"newer", edit(`"version": 1`, `"version": 3`), "the model file has format version 3 and this program reads up to 2; expected an older file or a newer relift"},
		{"version text", edit(`"version": 1`, `"version": "1"`), "the model file has no valid format version; expected 1 to 2"},
		{"version missing", edit(`"version": 1,`, ``), "the model file has no valid format version; expected 1 to 2"},
		{"width", edit(`"width": 3`, `"width": 4`), "the model file is damaged: U has 3 rows; expected the width 4"},
		{"outputs", edit(`"outputs": 3`, `"outputs": 2`), "the model file is damaged: row 1 of V has 3 numbers; expected 2"},
		{"inputs", edit(`"bias": true`, `"bias": false`), "the model file is damaged: model: U has 5 columns; expected 4, one for each encoded feature"},
		{"null weight", edit(firstU, `"U": [[null, 1, 1, 1, 1]`), "the model file is damaged: U[0,0] is null; expected a number"},
		{"overflow", edit(firstU, `"U": [[1e999, 1, 1, 1, 1]`), "the model file is damaged: "},
		{"class twice", edit(`"virginica"`, `"setosa"`), "the model file is damaged: model: encoding: classification needs one target and at least two distinct classes"},
		{"gamma", edit(`"gamma": 0.1`, `"gamma": 0`), "the model file is damaged: model: weight decay γ is 0; expected a positive finite number"},
		{"digest", edit(`"data_sha256": "`, `"data_sha256": "x`), "the model file is damaged: model: data digest"},
		{"no weights", edit(`"weights"`, `"weight"`), `the model file is damaged: no "weights"`},
		{"no encoding", edit(`"encoding"`, `"encodings"`), `the model file is damaged: no "encoding"`},
		{"no provenance", edit(`"provenance"`, `"source"`), `the model file is damaged: no "provenance"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m.json")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if err == nil {
				t.Fatal("accepted")
			}
			if !errors.Is(err, table.ErrInput) {
				t.Errorf("%v is no ErrInput", err)
			}
			if got := err.Error(); !strings.HasPrefix(got, path+": "+test.want) || strings.Contains(got, "\n") {
				t.Errorf("message %q, want %q", got, test.want)
			}
		})
	}
	missing := filepath.Join(t.TempDir(), "no.json")
	if _, err := Load(missing); err == nil || err.Error() != missing+": no such file; expected a model file" {
		t.Errorf("missing file: %v", err)
	}
	// Cut anywhere, and with any byte changed, it must not panic.
	random := rand.New(rand.NewPCG(11, 0))
	for i := range len(good) {
		if _, err := Read("cut", strings.NewReader(good[:i])); err == nil && strings.TrimSpace(good[i:]) != "" {
			t.Fatalf("cut at byte %d: accepted", i)
		}
		changed := []byte(good)
		changed[i] = byte(random.IntN(256))
		if m, err := Read("changed", bytes.NewReader(changed)); err == nil {
			if err := m.Validate(); err != nil {
				t.Fatalf("byte %d changed: loaded but invalid: %v", i, err)
			}
		}
	}
}

func TestNewRejects(t *testing.T) {
	good, _ := model(t, openBuiltin(t, "builtin:spiral"), recipe.Options{}, 2, 0)
	for name, spoil := range map[string]func(m *Model){
		"NaN weight":  func(m *Model) { m.Weights.U.Set(1, 1, math.NaN()) },
		"Inf weight":  func(m *Model) { m.Weights.V.Set(0, 0, math.Inf(1)) },
		"V rows":      func(m *Model) { m.Weights.V = mat.NewDense(1, 3, nil) },
		"V missing":   func(m *Model) { m.Weights.V = nil },
		"U missing":   func(m *Model) { m.Weights.U = nil },
		"U columns":   func(m *Model) { m.Weights.U = mat.NewDense(2, 3, nil) },
		"γ NaN":       func(m *Model) { m.Provenance.Gamma = math.NaN() },
		"γ negative":  func(m *Model) { m.Provenance.Gamma = -1 },
		"γ infinite":  func(m *Model) { m.Provenance.Gamma = math.Inf(1) },
		"no encoding": func(m *Model) { m.Encoding = nil },
		"rows":        func(m *Model) { m.Provenance.Rows = -1 },
	} {
		m := &Model{Weights: problem.Weights{U: mat.DenseCopyOf(good.Weights.U), V: mat.DenseCopyOf(good.Weights.V)}, Encoding: good.Encoding, Provenance: good.Provenance}
		spoil(m)
		if _, err := New(m.Weights, m.Encoding, m.Provenance); err == nil {
			t.Errorf("%s: accepted", name)
		}
		path := filepath.Join(t.TempDir(), "m.json")
		if m.Save(path) == nil {
			t.Errorf("%s: saved", name)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a file was left", name)
		}
	}
}

// hand is a network whose outputs are computed by hand: score a = (x)₊,
// score b = (−x)₊.
func hand(t testing.TB) *Model {
	t.Helper()
	e, err := recipe.Fit(readText(t, "x,id,class\n1,7,a\n-1,8,b\n"), recipe.Options{Scale: recipe.ScaleNone, Drop: []string{"id"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(problem.Weights{U: mat.NewDense(2, 1, []float64{1, -1}), V: mat.NewDense(2, 2, []float64{1, 0, 0, 1})}, e, Provenance{Gamma: 0.5, LowerBound: math.NaN(), UpperBound: math.NaN()})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPredictByHand(t *testing.T) {
	m := hand(t)
	p, err := m.Predict(readText(t, "note,x\nu,2\nv,-0.5\nw,0\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "b", "a"}; !slices.Equal(p.Labels, want) {
		t.Errorf("labels %q, want %q", p.Labels, want)
	}
	var out strings.Builder
	if err := p.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	if want := "class,score_a,score_b\na,2,0\nb,0,0.5\na,0,0\n"; out.String() != want {
		t.Errorf("CSV\n%swant\n%s", out.String(), want)
	}
	patterns := m.ActivationPatterns(mat.NewDense(3, 1, []float64{2, -0.5, 0}))
	if want := [][]bool{{true, false}, {false, true}, {false, false}}; !reflect.DeepEqual(patterns, want) {
		t.Errorf("patterns %v, want %v", patterns, want)
	}
}

func TestEvaluateByHand(t *testing.T) {
	m := hand(t)
	metrics, err := m.Evaluate(readText(t, "x,class\n2,a\n-0.5,b\n1,b\n3,a\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := metrics.Classification
	if metrics.Regression != nil || c.Accuracy != 0.75 || !reflect.DeepEqual(c.Confusion, [][]int{{2, 0}, {1, 1}}) {
		t.Errorf("%+v", c)
	}
	if *c.Recall[1] != 0.5 || *c.Precision[0] != 2.0/3 || *c.Precision[1] != 1 {
		t.Errorf("recall %v, precision %v", *c.Recall[1], *c.Precision[0])
	}
	// Residuals: (1,0), (0,−½), (1,−1), (2,0).
	if want := (1 + 0.25 + 2 + 4) / 2.0; math.Abs(metrics.Loss-want) > 1e-15 {
		t.Errorf("loss %v, want %v", metrics.Loss, want)
	}
	data, err := m.Encoding.Apply(readText(t, "x,class\n2,a\n-0.5,b\n1,b\n3,a\n"))
	if err != nil {
		t.Fatal(err)
	}
	if total, loss := m.Objective(data); math.Abs(loss-metrics.Loss) > 1e-15 || math.Abs(total-loss-0.25*4) > 1e-15 {
		t.Errorf("objective %v, loss %v", total, loss)
	}
	if m.TrainedOn(data) {
		t.Error("a model without digest says it was trained on the table")
	}
}

func TestRegressByHand(t *testing.T) {
	r := Regress([]string{"y", "z"}, mat.NewDense(4, 2, []float64{1, 5, 2, 5, 3, 5, 5, 6}), mat.NewDense(4, 2, []float64{1, 5, 2, 5, 3, 5, 3, 5}))
	y, z := r.Outputs[0], r.Outputs[1]
	// y: errors 0,0,0,2; mean 2.25, spread 2.75.
	if y.RMSE != 1 || y.MAE != 0.5 || math.Abs(*y.R2-(1-4/2.75)) > 1e-15 {
		t.Errorf("y: %+v, R² %v", y, *y.R2)
	}
	if z.RMSE != 0.5 || z.MAE != 0.25 || z.R2 != nil || r.R2 != nil {
		t.Errorf("z, which does not vary: %+v", z)
	}
	if math.Abs(r.RMSE-math.Sqrt(5.0/8)) > 1e-15 || r.MAE != 3.0/8 {
		t.Errorf("overall %+v", r.Errors)
	}
}

// TestPredictionsKeepTheTablesRows: rows left out have empty fields, so that
// line k of the predictions is line k of the table.
func TestPredictionsKeepTheTablesRows(t *testing.T) {
	frame := readText(t, "a,y,z\n1,0.5,1\n?,1.5,2\n3,2.5,3\n")
	m, data := model(t, frame, recipe.Options{Missing: recipe.MissingDrop, Targets: []string{"y", "z"}}, 2, 1)
	if !m.TrainedOn(data) {
		t.Error("the model does not know its training table")
	}
	p, err := m.Predict(frame)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := p.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil || len(lines) != 4 || !slices.Equal(lines[0], []string{"y", "z"}) || !slices.Equal(lines[2], []string{"", ""}) {
		t.Errorf("lines %q, %v", lines, err)
	}
	if lines[3][0] != fmt.Sprint(p.Scores.At(1, 0)) {
		t.Errorf("line 3 is %q, want %v", lines[3], p.Scores.At(1, 0))
	}
	metrics, err := m.Evaluate(frame)
	if err != nil || metrics.Rows != 2 || metrics.Skipped != 1 {
		t.Errorf("metrics %+v, %v", metrics, err)
	}
}

// TestPredictionsOfOneTargetKeepTheTablesRows: an empty field alone on its line would be an empty line, which
// readers skip.
func TestPredictionsOfOneTargetKeepTheTablesRows(t *testing.T) {
	frame := readText(t, "a,y\n1,0.5\n?,1.5\n3,2.5\n")
	m, _ := model(t, frame, recipe.Options{Missing: recipe.MissingDrop}, 2, 1)
	p, err := m.Predict(frame)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := p.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	if lines := readText(t, out.String()); lines.NumRows() != 3 || !lines.Columns[0].Missing(1) {
		t.Errorf("predictions\n%s", out.String())
	}
}

func TestPredictRefusesOtherColumns(t *testing.T) {
	m := hand(t)
	_, err := m.Predict(readText(t, "u,v\n1,2\n"))
	if want := `t.csv: column "x" not found; expected the columns of the training table, and this one has "u", "v"`; err == nil || err.Error() != want || !errors.Is(err, table.ErrInput) {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err = m.Evaluate(readText(t, "x\n1\n")); err == nil {
		t.Error("evaluated without targets")
	}
}
