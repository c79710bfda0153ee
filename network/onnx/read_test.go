package onnx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/element"
	"github.com/relift/relift/network"
	"github.com/relift/relift/network/onnx/internal/onnxpb"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// TestModelsComeBack: a file that relift wrote gives the model file, byte for
// byte, and is the same file when written again.
func TestModelsComeBack(t *testing.T) {
	for k, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := model(t, c.table(t), c.options, c.width, uint64(k))
			path := filepath.Join(t.TempDir(), "m.onnx")
			if err := Save(path, m, Double); err != nil {
				t.Fatal(err)
			}
			n, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if n.Model == nil {
				t.Fatalf("no model: %v", n.Warnings)
			}
			var want, got, file bytes.Buffer
			if err := errors.Join(m.Write(&want), n.Model.Write(&got), Write(&file, n.Model, Double)); err != nil {
				t.Fatal(err)
			}
			if want.String() != got.String() {
				t.Errorf("the model came back as\n%s", &got)
			}
			if content, err := os.ReadFile(path); err != nil || !bytes.Equal(content, file.Bytes()) {
				t.Errorf("written again the file differs (%v)", err)
			}
		})
	}
}

// TestChangedGraphIsForeign: metadata do not speak for a graph that somebody
// changed.
func TestChangedGraphIsForeign(t *testing.T) {
	m := model(t, builtin(t, "builtin:iris"), recipe.DefaultOptions(), 3, 1)
	var b bytes.Buffer
	if err := Write(&b, m, Double); err != nil {
		t.Fatal(err)
	}
	file, err := decode(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range file.Graph.Initializer {
		if x.GetName() == "/deviation" {
			v := element.Float64.Reals(x.RawData)[2]
			binary.LittleEndian.PutUint64(x.RawData[16:], math.Float64bits(2*v))
		}
	}
	n, err := Read("changed.onnx", bytes.NewReader(encoded(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	if n.Model != nil || len(n.Warnings) != 1 || !strings.Contains(n.Warnings[0], "not used") {
		t.Fatalf("model %v, warnings %q", n.Model != nil, n.Warnings)
	}
	if n.Deviation[2] != 2*m.Encoding.Features[2].Deviation || n.Mean[1] != m.Encoding.Features[1].Mean || n.B == nil {
		t.Errorf("scaler %v, %v, biases %v", n.Mean, n.Deviation, n.B)
	}
}

// layers are the parameters of a foreign network with d inputs, 4 neurons and
// 3 outputs, rounded to single precision.
type layers struct{ u, b, v, a, mean, deviation *tensor }

func single(random *rand.Rand, name string, dims ...int64) *tensor {
	size := int64(1)
	for _, d := range dims {
		size *= d
	}
	t := &tensor{Name: name, Type: onnxpb.TensorProto_FLOAT, Dims: dims}
	for range size {
		t.Numbers = append(t.Numbers, float64(float32(random.NormFloat64())))
	}
	return t
}

const foreignInputs, foreignWidth, foreignOutputs = 2, 4, 3

func newLayers(seed uint64) layers {
	random := rand.New(rand.NewPCG(seed, 3))
	l := layers{
		u: single(random, "fc1.weight", foreignWidth, foreignInputs), b: single(random, "fc1.bias", foreignWidth),
		v: single(random, "fc2.weight", foreignOutputs, foreignWidth), a: single(random, "fc2.bias", foreignOutputs),
		mean: single(random, "mean", foreignInputs), deviation: single(random, "deviation", 1, foreignInputs),
	}
	l.deviation.Numbers[1] = -2 // negative ones are unusual and allowed
	return l
}

// output computes the network at x.
func (l layers) output(x [foreignInputs]float64, scaler, biases bool) (out [foreignOutputs]float64) {
	if scaler {
		for k := range x {
			x[k] = (x[k] - l.mean.Numbers[k]) / l.deviation.Numbers[k]
		}
	}
	for j := range foreignWidth {
		s := 0.0
		for k, v := range x {
			s += l.u.Numbers[j*foreignInputs+k] * v
		}
		if biases {
			s += l.b.Numbers[j]
		}
		for k := range out {
			out[k] += max(s, 0) * l.v.Numbers[k*foreignWidth+j]
		}
	}
	for k := range out {
		if biases {
			out[k] += l.a.Numbers[k]
		}
	}
	return out
}

func transposed(t *tensor) *tensor {
	m := mat.DenseCopyOf(mat.NewDense(int(t.Dims[0]), int(t.Dims[1]), t.Numbers).T())
	return &tensor{Name: t.Name, Type: t.Type, Dims: []int64{t.Dims[1], t.Dims[0]}, Numbers: m.RawMatrix().Data}
}

// row gives a vector the shape that skl2onnx gives its intercepts.
func row(t *tensor) *tensor {
	out := *t
	out.Dims = []int64{1, t.Dims[0]}
	return &out
}

// TestForeignGraphs reads graphs as PyTorch, scikit-learn and others write them.
func TestForeignGraphs(t *testing.T) {
	transB := integer("transB", 1)
	l := newLayers(1)
	noBias := []*onnxpb.NodeProto{
		with(op("Gemm", "h", "input", "fc1.weight"), transB), op("Relu", "r", "h"), with(op("Gemm", "y", "r", "fc2.weight"), transB),
	}
	inverse := &tensor{Name: "inverse", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{foreignInputs}}
	for _, v := range l.deviation.Numbers {
		inverse.Numbers = append(inverse.Numbers, 1/v)
	}
	half := &tensor{Name: "half", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{}, Numbers: []float64{0.5}}
	double := func(in *tensor) *tensor {
		out := *in
		out.Numbers = nil
		for _, v := range in.Numbers {
			out.Numbers = append(out.Numbers, 2*v)
		}
		return &out
	}
	for name, c := range map[string]struct {
		file           *onnxpb.ModelProto
		scaler, biases bool
		warning        string
	}{
		"PyTorch": {file: file("y", []*tensor{l.u, l.b, l.v, l.a},
			with(op("Gemm", "h", "input", "fc1.weight", "fc1.bias"), integer("transB", 1), float("alpha", 1)),
			op("Relu", "r", "h"), with(op("Gemm", "y", "r", "fc2.weight", "fc2.bias"), transB)), biases: true},
		"PyTorch without biases": {file: file("y", []*tensor{l.u, l.v}, noBias...)},
		"scikit-learn": {file: file("label", []*tensor{transposed(l.u), l.b, transposed(l.v), l.a},
			with(op("Cast", "cast", "input"), integer("to", 1)),
			op("MatMul", "m1", "cast", "fc1.weight"), op("Add", "a1", "m1", "fc1.bias"), op("Relu", "r", "a1"),
			op("MatMul", "m2", "r", "fc2.weight"), op("Add", "a2", "m2", "fc2.bias"),
			with(op("Softmax", "probabilities", "a2"), integer("axis", 1)),
			with(op("ArgMax", "label", "probabilities"), integer("axis", 1))), biases: true, warning: "Softmax"},
		"scikit-learn's two classes": {file: file("label", []*tensor{transposed(l.u), row(l.b), transposed(l.v), row(l.a), {Name: "one", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{}, Numbers: []float64{1}},
			{Name: "classes", Type: onnxpb.TensorProto_STRING, Dims: []int64{2}, Strings: []string{"no", "yes"}}, {Name: "shape", Type: onnxpb.TensorProto_INT64, Dims: []int64{1}, Ints: []int64{-1}}},
			op("MatMul", "m1", "input", "fc1.weight"), op("Add", "a1", "m1", "fc1.bias"), op("Relu", "r", "a1"),
			op("MatMul", "m2", "r", "fc2.weight"), op("Add", "a2", "m2", "fc2.bias"), op("Sigmoid", "p", "a2"),
			op("Sub", "q", "one", "p"), with(op("Concat", "probabilities", "q", "p"), integer("axis", 1)),
			with(op("ArgMax", "index", "probabilities"), integer("axis", 1)), in(mlDomain, op("ArrayFeatureExtractor", "found", "classes", "index")),
			op("Reshape", "label", "found", "shape")), biases: true, warning: "Sigmoid"},
		"scikit-learn's regression": {file: file("variable", []*tensor{transposed(l.u), row(l.b), transposed(l.v), row(l.a), {Name: "shape", Type: onnxpb.TensorProto_INT64, Dims: []int64{2}, Ints: []int64{-1, 1}}},
			op("MatMul", "m1", "input", "fc1.weight"), op("Add", "a1", "m1", "fc1.bias"), op("Relu", "r", "a1"),
			op("MatMul", "m2", "r", "fc2.weight"), op("Add", "a2", "m2", "fc2.bias"), op("Identity", "i", "a2"),
			op("Reshape", "variable", "i", "shape")), biases: true, warning: "Reshape"},
		"constants on the left, transposed weights": {file: file("y", []*tensor{l.u, l.b, l.v, l.a},
			op("Transpose", "ut", "fc1.weight"), with(op("Transpose", "vt", "fc2.weight"), integers("perm", 1, 0)),
			with(op("Flatten", "f", "input"), integer("axis", 1)),
			op("MatMul", "m1", "f", "ut"), op("Add", "a1", "fc1.bias", "m1"), op("Relu", "r", "a1"), op("Dropout", "d", "r"),
			op("MatMul", "m2", "d", "vt"), op("Add", "a2", "fc2.bias", "m2"), op("Identity", "y", "a2")), biases: true},
		"scaler": {file: file("y", []*tensor{l.u, l.v, l.mean, l.deviation},
			append([]*onnxpb.NodeProto{op("Sub", "s", "input", "mean"), op("Div", "sd", "s", "deviation"), with(op("Gemm", "h", "sd", "fc1.weight"), transB)}, noBias[1:]...)...), scaler: true},
		"Scaler of ai.onnx.ml": {file: file("y", []*tensor{l.u, l.v},
			append([]*onnxpb.NodeProto{in(mlDomain, with(op("Scaler", "s", "input"),
				floats("offset", float32(l.mean.Numbers[0]), float32(l.mean.Numbers[1])),
				floats("scale", float32(inverse.Numbers[0]), float32(inverse.Numbers[1])))),
				with(op("Gemm", "h", "s", "fc1.weight"), transB)}, noBias[1:]...)...), scaler: true},
		"alpha, beta and a factor": {file: file("y", []*tensor{double(l.u), double(l.b), double(l.v), double(l.a), half},
			with(op("Gemm", "h", "input", "fc1.weight", "fc1.bias"), transB,
				float("alpha", 0.5), float("beta", 0.5)),
			op("Relu", "r", "h"), with(op("Gemm", "g", "r", "fc2.weight", "fc2.bias"), transB), op("Mul", "y", "half", "g")), biases: true},
		"weights in Constant": {file: file("y", []*tensor{l.v},
			with(op("Constant", "fc1.weight"), tensorAttribute("value", l.u)), noBias[0], noBias[1], noBias[2])},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := Read("foreign.onnx", bytes.NewReader(encoded(t, c.file)))
			if err != nil {
				t.Fatal(err)
			}
			if n.HasBias() != c.biases || (n.Mean != nil) != c.scaler {
				t.Errorf("biases %v, scaler %v", n.HasBias(), n.Mean != nil)
			}
			if c.warning == "" != (len(n.Warnings) == 0) || c.warning != "" && !strings.Contains(n.Warnings[0], c.warning) {
				t.Errorf("warnings %q", n.Warnings)
			}
			m, err := n.ToModel(0.1)
			if err != nil {
				t.Fatal(err)
			}
			predictions, err := m.Predict(readText(t, "x1,x2\n0.5,-1\n2,3\n-1,0.25\n0,0\n-3,-4\n"))
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range [][foreignInputs]float64{{0.5, -1}, {2, 3}, {-1, 0.25}, {0, 0}, {-3, -4}} {
				for k, want := range l.output(x, c.scaler, c.biases) {
					if got := predictions.Scores.At(i, k); !(math.Abs(got-want) <= 1e-6) {
						t.Errorf("row %d, output %d: %v, want %v", i, k, got, want)
					}
				}
			}
		})
	}
}

// TestForeignRefusals: what is no two-layer ReLU network is refused in one line
// that says where.
func TestForeignRefusals(t *testing.T) {
	l := newLayers(2)
	all := []*tensor{l.u, l.b, l.v, l.a}
	transB := integer("transB", 1)
	first := with(op("Gemm", "h", "input", "fc1.weight", "fc1.bias"), transB)
	second := with(op("Gemm", "y", "r", "fc2.weight", "fc2.bias"), transB)
	edit := func(m *onnxpb.ModelProto, change func(*onnxpb.ModelProto)) *onnxpb.ModelProto { change(m); return m }
	good := func() *onnxpb.ModelProto { return file("y", all, first, op("Relu", "r", "h"), second) }
	square := &tensor{Name: "square", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{3, 3}, Numbers: make([]float64, 9)}
	for name, c := range map[string]struct {
		file *onnxpb.ModelProto
		want string
	}{
		"other activation": {file("y", all, first, op("Tanh", "r", "h"), second), "operator Tanh (/r): is not part of a two-layer ReLU network"},
		"three layers": {file("z", append([]*tensor{square}, all...), first, op("Relu", "r", "h"), second, op("Relu", "r2", "y"), with(op("Gemm", "z", "r2", "square"), transB)),
			"operator Relu (/r2): is a second Relu; expected a network of two layers"},
		"no Relu":        {file("y", all, first, with(op("Gemm", "y", "h", "fc2.weight"), transB)), "operator Gemm (/y): follows another linear layer without a Relu"},
		"only one layer": {file("h", all, first), `output "h" is computed before the second layer`},
		"nothing":        {file("input", nil), `output "input" is computed before`},
		"residual":       {file("z", all, first, op("Relu", "r", "h"), second, op("Add", "z", "y", "h")), "operator Add (/z): joins two branches"},
		"two inputs": {edit(good(), func(m *onnxpb.ModelProto) {
			m.Graph.Input = append(m.Graph.Input, valueInfo("more", onnxpb.TensorProto_FLOAT, 2))
		}), "the graph has 2 inputs"},
		"text input":     {edit(good(), func(m *onnxpb.ModelProto) { m.Graph.Input[0] = valueInfo("input", onnxpb.TensorProto_STRING, 2) }), `input "input" is not of numbers`},
		"wrong width":    {edit(good(), func(m *onnxpb.ModelProto) { m.Graph.Input[0] = valueInfo("input", onnxpb.TensorProto_FLOAT, 3) }), "operator Gemm (/h): takes 2 columns and gets 3"},
		"NaN weight":     {file("y", []*tensor{l.b, l.v, l.a, {Name: "fc1.weight", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{4, 2}, Numbers: []float64{math.NaN(), 0, 0, 0, 0, 0, 0, 0}}}, first, op("Relu", "r", "h"), second), "the first-layer weights hold NaN"},
		"undefined":      {file("y", all, second), `operator Gemm (/y): argument "r" is not computed before`},
		"computed twice": {file("y", all, first, op("Relu", "h", "h"), second), `tensor "h" is computed twice`},
		"several results": {edit(file("y", all, first, op("Relu", "r", "h"), second, with(op("Gemm", "z", "r", "fc2.weight"), transB)), func(m *onnxpb.ModelProto) {
			m.Graph.Output = append(m.Graph.Output, valueInfo("z", onnxpb.TensorProto_FLOAT))
		}), "the graph has several results"},
		"whole weights": {file("y", []*tensor{{Name: "fc1.weight", Type: onnxpb.TensorProto_INT64, Dims: []int64{4, 2}, Ints: make([]int64, 8)}, l.b, l.v, l.a}, first, op("Relu", "r", "h"), second), "operator Gemm (/h): its weights are no constant matrix of floating-point numbers"},
		"other domain":  {file("y", all, first, in("com.microsoft", op("FusedRelu", "r", "h")), second), `operator FusedRelu (/r): of the domain "com.microsoft" is not known`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read("f.onnx", bytes.NewReader(encoded(t, c.file)))
			if err == nil || !strings.HasPrefix(err.Error(), "f.onnx: "+c.want) || strings.Contains(err.Error(), "\n") || !errors.Is(err, table.ErrInput) {
				t.Errorf("got %v\nwant f.onnx: %s", err, c.want)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "no.onnx")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a missing file: %v", err)
	}
}

// TestDamagedFilesAreRefused: cut anywhere or with any byte changed a file must
// not panic, and what is read must be finite.
func TestDamagedFilesAreRefused(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, model(t, readText(t, regression), recipe.Options{Targets: []string{"price", "tax"}, Bias: true}, 2, 1), Double); err != nil {
		t.Fatal(err)
	}
	l := newLayers(3)
	for _, content := range [][]byte{b.Bytes(), encoded(t, file("y", []*tensor{l.u, l.v}, with(op("Gemm", "h", "input", "fc1.weight"), integer("transB", 1)),
		op("Relu", "r", "h"), with(op("Gemm", "y", "r", "fc2.weight"), integer("transB", 1))))} {
		random := rand.New(rand.NewPCG(5, 0))
		for range 3000 {
			changed := bytes.Clone(content)
			for range 1 + random.IntN(4) {
				changed[random.IntN(len(changed))] = byte(random.IntN(256))
			}
			check(t, changed)
		}
		for i := range content {
			_, _ = Read("cut", bytes.NewReader(content[:i]))
			changed := bytes.Clone(content)
			changed[i] = byte(random.IntN(256))
			check(t, changed)
		}
	}
}

func check(t *testing.T, content []byte) {
	t.Helper()
	n, err := Read("f", bytes.NewReader(content))
	if err != nil {
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("the message has several lines: %q", err)
		}
		return
	}
	var m *network.Model
	if m, err = n.ToModel(1); err != nil {
		t.Fatalf("read, but no model: %v", err)
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
}

func FuzzRead(f *testing.F) {
	for k, c := range cases {
		var b bytes.Buffer
		if err := Write(&b, model(f, c.table(f), c.options, min(c.width, 2), uint64(k)), Double); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	files, err := filepath.Glob(filepath.Join(exporters, "*.onnx"))
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	l := newLayers(1)
	f.Add(encoded(f, file("y", []*tensor{l.u, l.b, l.v, l.a, l.mean, l.deviation},
		op("Sub", "s", "input", "mean"), op("Div", "sd", "s", "deviation"),
		with(op("Gemm", "h", "sd", "fc1.weight", "fc1.bias"), integer("transB", 1)), op("Relu", "r", "h"),
		with(op("Gemm", "y", "r", "fc2.weight", "fc2.bias"), integer("transB", 1)), op("Softmax", "p", "y"))))
	f.Fuzz(check)
}
