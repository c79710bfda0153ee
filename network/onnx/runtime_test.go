package onnx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network"
	"github.com/relift/relift/network/onnx/internal/onnxpb"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

// feed is an input or output of the runtime.
type feed struct {
	Type string   `json:"type"`
	Dims []int    `json:"dims"`
	Data []string `json:"data"`
}

// onnxruntime starts onnxruntime-node, once for all the models of a test: from NODE_PATH, or node_modules in the folder
// relift/node of the user's cache, where .ci/run installs it.
func onnxruntime(t testing.TB) func(model string, feeds map[string]feed) (map[string]feed, error) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node on this machine")
	}
	modules := os.Getenv("NODE_PATH")
	if cache, err := os.UserCacheDir(); err == nil && modules == "" {
		modules = filepath.Join(cache, "relift", "node", "node_modules")
	}
	if _, err := os.Stat(filepath.Join(modules, "onnxruntime-node")); err != nil {
		t.Skip("no onnxruntime-node in NODE_PATH or the user's cache: npm install --ignore-scripts --prefix ~/.cache/relift/node onnxruntime-node")
	}
	c := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "run.js"))
	c.Env = append(os.Environ(), "NODE_PATH="+modules)
	c.Stderr = os.Stderr
	stdin, errIn := c.StdinPipe()
	stdout, errOut := c.StdoutPipe()
	if err := errors.Join(errIn, errOut, c.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		c.Wait() // killed with the context of the test
	})
	requests, answers := json.NewEncoder(stdin), json.NewDecoder(stdout)
	return func(model string, feeds map[string]feed) (map[string]feed, error) {
		var answer struct {
			Results map[string]feed `json:"results"`
			Error   string          `json:"error"`
		}
		err := requests.Encode(map[string]any{"model": model, "feeds": feeds})
		if err == nil {
			err = answers.Decode(&answer)
		}
		if err != nil {
			t.Fatal(err)
		}
		if answer.Error != "" {
			return nil, errors.New(answer.Error)
		}
		return answer.Results, nil
	}
}

func readText(t testing.TB, text string) *table.Table {
	t.Helper()
	frame, err := read.Read("t.csv", strings.NewReader(text), table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func builtin(t testing.TB, name string) *table.Table {
	t.Helper()
	frame, err := read.Open(name, table.FormatAuto)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// model returns a model with random weights for the table.
func model(t testing.TB, frame *table.Table, o recipe.Options, width int, seed uint64) *network.Model {
	t.Helper()
	e, data, err := recipe.FitApply(frame, o)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 7))
	d, c := e.Dims()
	var w problem.Weights
	if width > 0 {
		w = problem.Weights{U: mat.NewDense(width, d, nil), V: mat.NewDense(width, c, nil)}
		w.U.Apply(func(_, _ int, _ float64) float64 { return random.NormFloat64() }, w.U)
		w.V.Apply(func(_, _ int, _ float64) float64 { return random.NormFloat64() }, w.V)
	}
	n, _ := data.X.Dims()
	m, err := network.New(w, e, network.Provenance{
		Gamma: 0.1, LowerBound: 1.0 / 3, UpperBound: 2.5, DataLoss: math.NaN(), DataDigest: data.Digest(), Source: frame.Name,
		Rows: n, Status: "done", Method: "sdp", Version: "0.1.0", Seed: seed, Settings: map[string]string{"gap": "1e-3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// regression has two targets, text and number categories and a column whose
// name is that of an output.
const regression = `size,color,floors,scores,price,tax
1.5,red,1,0.25,10,1
2.5,green,2,0.5,12,1.5
0.5,red,3,1.25,9,0.5
4,"blue, dark",2,-3,20,2
3,green,1,7,17,2.5
2,red,1,2,11,1
`

var cases = []struct {
	name    string
	table   func(testing.TB) *table.Table
	options recipe.Options
	width   int
}{
	{"two classes in one output", func(t testing.TB) *table.Table { return builtin(t, "builtin:spiral") }, recipe.Options{Bias: true, Coding: recipe.CodingSign}, 4},
	{"iris", func(t testing.TB) *table.Table { return builtin(t, "builtin:iris") }, recipe.DefaultOptions(), 9},
	{"spiral, no bias, no scaling", func(t testing.TB) *table.Table { return builtin(t, "builtin:spiral") }, recipe.Options{Scale: recipe.ScaleNone}, 5},
	{"width 0", func(t testing.TB) *table.Table { return builtin(t, "builtin:iris") }, recipe.DefaultOptions(), 0},
	{"two numeric targets", func(t testing.TB) *table.Table {
		return readText(t, "a,b,y,z\n1,2,0.5,1\n2,-1,1.5,2\n3,0.5,2.5,7\n-4,2,0.25,3\n")
	}, recipe.Options{Targets: []string{"y", "z"}, Bias: true}, 7},
	{"categories", func(t testing.TB) *table.Table { return readText(t, regression) },
		recipe.Options{Targets: []string{"price", "tax"}, Categorical: []string{"floors"}, Bias: true}, 6},
	{"missing values", func(t testing.TB) *table.Table {
		return readText(t, "a,k,f,y\n1,u,1,0.5\n?,v,2,1.5\n3,?,?,2.5\n4,u,2,3.25\n")
	}, recipe.Options{Missing: recipe.MissingMean, Categorical: []string{"f"}, Bias: true}, 4},
	{"missing numbers", func(t testing.TB) *table.Table {
		return readText(t, "a,b,y\n1,?,0.5\n?,2,1.5\n3,3,2.5\n4,5,3.25\n")
	}, recipe.Options{Missing: recipe.MissingMean}, 3},
	{"indicators of missing numbers", func(t testing.TB) *table.Table {
		return readText(t, "a,b,c,y\n1,?,4,0.5\n?,2,5,1.5\n3,3,6,2.5\n4,5,-1,3.25\n")
	}, recipe.Options{Missing: recipe.MissingIndicator, Bias: true}, 3},
	{"indicators of missing categories", func(t testing.TB) *table.Table {
		return readText(t, "a,k,f,y\n1,u,1,0.5\n?,v,2,1.5\n3,?,?,2.5\n4,u,2,3.25\n")
	}, recipe.Options{Missing: recipe.MissingIndicator, Categorical: []string{"f"}, Bias: true}, 5},
	{"parts of dates", func(t testing.TB) *table.Table {
		return readText(t, "a,sold,y\n1,2024-01-31,0.5\n2,2025-02-03,1.5\n?,2024-02-09,2.5\n4,2023-07-19,3.25\n")
	}, recipe.Options{Dates: true, Missing: recipe.MissingIndicator, Bias: true}, 3},
	{"whole-number classes", func(t testing.TB) *table.Table {
		return readText(t, "a,b,class\n1,2,3\n2,-1,-1\n3,0.5,3\n-4,2,-1\n")
	}, recipe.DefaultOptions(), 4},
}

// feedsOf makes the inputs of the graph of the first n rows of the table as a
// user would.
func feedsOf(t testing.TB, m *network.Model, frame *table.Table, n int, precision Precision) map[string]feed {
	t.Helper()
	number := func(column *table.Column, i int) string { return strconv.FormatFloat(column.Numbers[i], 'g', -1, 64) }
	feeds := map[string]feed{}
	graph, _, err := graphOf(m, precision)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range graph.Input {
		f := feed{Type: realType[precision]}
		kind := in.GetType().GetTensorType()
		if inputs := inputsOf(m.Encoding); in.GetName() == inputName && kind.GetShape().Dim[1].GetDimValue() == int64(len(inputs)) {
			f.Dims = []int{n, len(inputs)}
			for i := range n {
				for _, feature := range inputs {
					if feature.DateOf != "" {
						f.Data = append(f.Data, partOf(t, m, frame, feature, i))
						continue
					}
					f.Data = append(f.Data, number(frame.Column(feature.Name), i))
				}
			}
		} else {
			f.Dims = []int{n, 1}
			column := frame.Column(strings.TrimPrefix(in.GetDocString(), "column "))
			for i := range n {
				if kind.GetElemType() == int32(onnxpb.TensorProto_STRING) {
					f.Type = "string"
					text := column.Value(i)
					if column.Missing(i) {
						text = ""
					}
					f.Data = append(f.Data, text)
				} else {
					f.Data = append(f.Data, number(column, i))
				}
			}
		}
		feeds[in.GetName()] = f
	}
	return feeds
}

// partOf is a part of the date in row i of a table whose features are numeric.
func partOf(t testing.TB, m *network.Model, frame *table.Table, feature recipe.Feature, i int) string {
	t.Helper()
	data, err := m.Encoding.Apply(frame)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(m.Encoding.Features, func(f recipe.Feature) bool { return f.Name == feature.Name })
	return strconv.FormatFloat(data.X.At(i, at)*feature.Deviation+feature.Mean, 'g', -1, 64)
}

// realType is the runtime's name for the numbers of a precision.
var realType = map[Precision]string{Double: "float64", Single: "float32"}

// posed gives a model an intercept and, where it is one of classes, a loss that has probabilities.
func posed(t testing.TB, m *network.Model) *network.Model {
	t.Helper()
	_, c := m.Encoding.Dims()
	w, p := m.Weights, m.Provenance
	for k := range c {
		w.B = append(w.B, 0.5-float64(k))
	}
	if m.Encoding.Task == recipe.TaskClassification {
		p.Loss = loss.Softmax{}
	}
	if m.Encoding.Coding == recipe.CodingSign {
		p.Loss = loss.Logistic{}
	}
	out, err := network.New(w, m.Encoding, p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPosedModelsComeBack: intercept, loss and coding survive the file, which is the same when it is written again.
func TestPosedModelsComeBack(t *testing.T) {
	for k, c := range cases {
		m := posed(t, model(t, c.table(t), c.options, c.width, uint64(k)))
		content, err := encode(m, Double)
		if err != nil {
			t.Fatal(err)
		}
		n, err := Read("m.onnx", bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if n.Model == nil {
			t.Fatalf("%s: no model comes back: %q", c.name, n.Warnings)
		}
		again, err := encode(n.Model, Double)
		if err != nil || !bytes.Equal(again, content) || !slices.Equal(n.Model.Weights.B, m.Weights.B) || n.Model.Provenance.Loss != m.Provenance.Loss {
			t.Errorf("%s: intercept %v, loss %v: %v", c.name, n.Model.Weights.B, n.Model.Provenance.Loss, err)
		}
	}
}

// TestRuntimePredictsTheSame runs the models in onnxruntime, in either precision, each plain and with an intercept and probabilities.
// The size of the batch is free.
func TestRuntimePredictsTheSame(t *testing.T) {
	run := onnxruntime(t)
	for k := range 2 * len(cases) {
		c := cases[k/2]
		t.Run(fmt.Sprintf("%s %v", c.name, k%2 == 1), func(t *testing.T) {
			frame := c.table(t)
			m := model(t, frame, c.options, c.width, uint64(k/2))
			if k%2 == 1 {
				m = posed(t, m)
			}
			want, err := m.Predict(frame)
			if err != nil {
				t.Fatal(err)
			}
			for precision, tolerance := range map[Precision]float64{Double: 1e-12, Single: 2e-5} {
				path := filepath.Join(t.TempDir(), "m.onnx")
				if err := Save(path, m, precision); err != nil {
					t.Fatal(err)
				}
				for _, n := range map[Precision][]int{Double: {frame.NumRows(), 1}, Single: {frame.NumRows()}}[precision] {
					results, err := run(path, feedsOf(t, m, frame, n, precision))
					if err != nil {
						t.Fatal(err)
					}
					compareScores(t, results["scores"], want.Scores, n, precision, tolerance)
					if probabilities, ok := results["probabilities"]; ok != (want.Probabilities != nil) {
						t.Fatalf("probabilities are an output: %v", ok)
					} else if ok {
						compareScores(t, probabilities, want.Probabilities, n, precision, tolerance)
					}
					label, ok := results["label"]
					if ok != (m.Encoding.Task == recipe.TaskClassification) {
						t.Fatalf("label is an output: %v", ok)
					}
					if !ok {
						continue
					}
					if wantType := map[bool]string{true: "int64", false: "string"}[wholeNumbers(m.Encoding.Classes) != nil]; label.Type != wantType {
						t.Errorf("labels are %s, want %s", label.Type, wantType)
					}
					if strings.Join(label.Data, ",") != strings.Join(want.Labels[:n], ",") {
						t.Errorf("%s, %d rows: labels %v, want %v", realType[precision], n, label.Data, want.Labels[:n])
					}
				}
			}
		})
	}
}

// compareScores wants the first n rows of scores to be those of relift, up to the
// largest of the row's times the tolerance.
func compareScores(t *testing.T, got feed, want *mat.Dense, n int, precision Precision, tolerance float64) {
	t.Helper()
	_, outputs := want.Dims()
	if got.Type != realType[precision] || len(got.Dims) != 2 || got.Dims[0] != n || got.Dims[1] != outputs {
		t.Fatalf("scores are %s %v, want %s [%d %d]", got.Type, got.Dims, realType[precision], n, outputs)
	}
	worst := 0.0
	for i := range n {
		size := 1 + mat.Norm(want.RowView(i), math.Inf(1))
		for k := range outputs {
			v, err := strconv.ParseFloat(got.Data[i*outputs+k], 64)
			e := math.Abs(v-want.At(i, k)) / size
			if err != nil || !(e <= tolerance) {
				t.Fatalf("%s, row %d, output %d: the runtime gives %v, relift %v", realType[precision], i, k, v, want.At(i, k))
			}
			worst = max(worst, e)
		}
	}
	t.Logf("%s, %d rows: largest difference %.1e", realType[precision], n, worst)
}

// TestRuntimeRefusesUnknownCategories: an unknown text is an error, an unknown
// number gives NaN, as the package says.
func TestRuntimeRefusesUnknownCategories(t *testing.T) {
	run := onnxruntime(t)
	frame := readText(t, regression)
	m := model(t, frame, recipe.Options{Targets: []string{"price", "tax"}, Categorical: []string{"floors"}, Bias: true}, 3, 1)
	path := filepath.Join(t.TempDir(), "m.onnx")
	if err := Save(path, m, Double); err != nil {
		t.Fatal(err)
	}
	feeds := feedsOf(t, m, frame, frame.NumRows(), Double)
	feeds["color"].Data[1] = "violet"
	if _, err := run(path, feeds); err == nil || !strings.Contains(err.Error(), "nknown") {
		t.Errorf("an unknown text: %v", err)
	}
	feeds["color"].Data[1] = "red"
	feeds["floors"].Data[1] = "9"
	results, err := run(path, feeds)
	if err != nil {
		t.Fatal(err)
	}
	if s := results["scores"].Data; s[2] != "NaN" || s[3] != "NaN" || s[0] == "NaN" {
		t.Errorf("an unknown number: %v", s)
	}
}

// TestChecker gives the models to ONNX's own checker, in Python.
func TestChecker(t *testing.T) {
	const python = "/usr/bin/python3"
	if err := exec.CommandContext(t.Context(), python, "-c", "import onnx").Run(); err != nil {
		t.Skip("no python3-onnx on this machine")
	}
	dir := t.TempDir()
	// Its shape inference does not know the operators of ai.onnx.ml.
	arguments := []string{"-c", `
import sys, onnx
for path in sys.argv[1:]:
    m = onnx.load(path)
    onnx.checker.check_model(m, full_check=all(i.domain == "" for i in m.opset_import))
`}
	for k, c := range cases {
		for _, precision := range []Precision{Double, Single} {
			path := filepath.Join(dir, fmt.Sprintf("%d-%s.onnx", k, realType[precision]))
			if err := Save(path, model(t, c.table(t), c.options, c.width, 1), precision); err != nil {
				t.Fatal(err)
			}
			arguments = append(arguments, path)
		}
	}
	if out, err := exec.CommandContext(t.Context(), python, arguments...).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestReadsWhatPythonWrites reads a model that ONNX's own library serialised,
// with its elements in typed fields and raw.
func TestReadsWhatPythonWrites(t *testing.T) {
	const python = "/usr/bin/python3"
	path := filepath.Join(t.TempDir(), "m.onnx")
	script := `
import sys, numpy as np
from onnx import helper, numpy_helper, TensorProto, save
u = helper.make_tensor("u", TensorProto.FLOAT, [2, 3], [1, 2, 3, -4, 5, 6])
b = numpy_helper.from_array(np.array([0.5, -1], dtype=np.float32), "b")
v = helper.make_tensor("v", TensorProto.DOUBLE, [2, 2], [0.25, 1e-300, -2, 3])
a = numpy_helper.from_array(np.array([[7.0, 8.0]]), "a")
nodes = [helper.make_node("Gemm", ["x", "u", "b"], ["h"], transB=1, alpha=1.0),
         helper.make_node("Relu", ["h"], ["r"]), helper.make_node("Cast", ["r"], ["rd"], to=TensorProto.DOUBLE),
         helper.make_node("MatMul", ["rd", "v"], ["m"]), helper.make_node("Add", ["m", "a"], ["y"])]
graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
                          [helper.make_tensor_value_info("y", TensorProto.DOUBLE, ["n", 2])], [u, b, v, a])
save(helper.make_model(graph), sys.argv[1])
`
	if err := exec.CommandContext(t.Context(), python, "-c", "import onnx").Run(); err != nil {
		t.Skip("no python3-onnx on this machine")
	}
	if out, err := exec.CommandContext(t.Context(), python, "-c", script, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	n, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got, want mat.Matrix
	}{
		{"U", n.U, mat.NewDense(2, 3, []float64{1, 2, 3, -4, 5, 6})},
		{"B", mat.NewVecDense(2, n.B), mat.NewVecDense(2, []float64{0.5, -1})},
		{"V", n.V, mat.NewDense(2, 2, []float64{0.25, 1e-300, -2, 3})},
		{"A", mat.NewVecDense(2, n.A), mat.NewVecDense(2, []float64{7, 8})},
	} {
		if !mat.Equal(c.got, c.want) {
			t.Errorf("%s is %v, want %v", c.name, mat.Formatted(c.got), mat.Formatted(c.want))
		}
	}
}
