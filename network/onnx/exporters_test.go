package onnx

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network/foreign"
)

// exporters holds what PyTorch, scikit-learn and Keras wrote, and what
// onnxruntime computes from it (make.py there).
const exporters = "testdata/exporters"

// outputs computes the network for rows x.
func outputs(t *testing.T, n *foreign.Network, x [][]float64) *mat.Dense {
	t.Helper()
	flat := mat.NewDense(len(x), len(x[0]), slices.Concat(x...))
	rows, d := flat.Dims()
	w, err := n.Weights(true)
	if err != nil {
		t.Fatal(err)
	}
	ones := mat.NewDense(rows, d+1, slices.Repeat([]float64{1}, rows*(d+1)))
	ones.Slice(0, rows, 0, d).(*mat.Dense).Copy(n.Scale(flat))
	_, _, c := n.Dims()
	return w.Output(ones, c)
}

// behind computes what follows the second layer of some of the files.
func behind(head string, y *mat.Dense) (out []float64) {
	rows, _ := y.Dims()
	for i := range rows {
		row := slices.Clone(y.RawRowView(i))
		sigmoid, sum := make([]float64, len(row)), 0.0
		for k, v := range row {
			sigmoid[k] = 1 / (1 + math.Exp(-v))
			sum += math.Exp(v)
		}
		switch head {
		case "softmax":
			for _, v := range row {
				out = append(out, math.Exp(v)/sum)
			}
		case "sigmoid":
			out = append(out, sigmoid...)
		case "both classes":
			for _, p := range sigmoid {
				out = append(out, 1-p)
			}
			out = append(out, sigmoid...)
		case "label":
			best := 0
			for k, v := range row {
				if v > row[best] {
					best = k
				}
			}
			out = append(out, float64(best))
		default:
			out = append(out, row...)
		}
	}
	return out
}

// TestExporters: the network that is read computes what onnxruntime computes.
func TestExporters(t *testing.T) {
	heads := map[string]string{
		"torch_dynamo_softmax": "softmax", "torch_script_logit": "sigmoid", "torch_script_label": "label",
		"sklearn_classes": "softmax", "sklearn_classes_plain": "softmax", "sklearn_two_classes": "both classes",
		"sklearn_two_classes_plain": "both classes", "sklearn_standard": "both classes", "sklearn_labels": "both classes",
		"keras_softmax": "softmax", "keras_flatten": "sigmoid",
	}
	// What is no network of two layers with ReLUs.
	refused := map[string]string{
		"torch_script_leaky":        "LeakyRelu",
		"torch_dynamo_three_layers": "expected a network of two layers",
	}
	ignored := map[string]string{"torch_script_hidden_too": "is the hidden layer"}
	content, err := os.ReadFile(filepath.Join(exporters, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]struct {
		Input   [][]float64
		Outputs map[string][][]float64
	}
	if err := json.Unmarshal(content, &expected); err != nil {
		t.Fatal(err)
	}
	if len(expected) < 40 {
		t.Fatalf("%d files, want 40 or more", len(expected))
	}
	for file, want := range expected {
		name := strings.TrimSuffix(file, ".onnx")
		t.Run(name, func(t *testing.T) {
			n, err := Load(filepath.Join(exporters, file))
			if why := refused[name]; why != "" {
				if err == nil || !strings.Contains(err.Error(), why) {
					t.Fatalf("got %v, want a refusal with %q", err, why)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			head := heads[name]
			switch warned := strings.Join(n.Warnings, "\n"); {
			case ignored[name] != "" && strings.Contains(warned, ignored[name]):
			case name == "sklearn_two_targets" && strings.Contains(warned, "(Reshape) is left out"):
			case (head != "" && head != "label") != strings.Contains(warned, "is left out") || warned != "" && head == "":
				t.Errorf("warnings %q", warned)
			}
			tolerance := 2e-6
			if strings.Contains(name, "half") {
				tolerance = 5e-3 // the runtime rounds the hidden layer to 11 bits
			}
			got := behind(head, outputs(t, n, want.Input))
			for _, rows := range want.Outputs {
				flat := slices.Concat(rows...)
				worst := math.Inf(1)
				if len(flat) == len(got) {
					worst = 0
					for i, v := range flat {
						worst = max(worst, math.Abs(v-got[i])/(1+math.Abs(v)))
					}
				}
				if worst <= tolerance {
					return
				}
				t.Logf("an output differs by %.1e", worst)
			}
			t.Errorf("no output of the runtime is %v", got)
		})
	}
}

// TestBFloat16 reads weights of 16 bits, which onnxruntime does not compute
// with: each has 8 bits of significand.
func TestBFloat16(t *testing.T) {
	n, err := Load(filepath.Join(exporters, "torch_dynamo_bfloat16.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range slices.Concat(n.U.RawMatrix().Data, n.B, n.V.RawMatrix().Data, n.A) {
		if float64(math.Float32frombits(math.Float32bits(float32(v))&0xffff0000)) != v || v == 0 || math.Abs(v) > 1 {
			t.Errorf("%v is no weight of bfloat16", v)
		}
	}
}

// TestExternalDataStayInTheFolder: the numbers of a model may be in other files
// of its folder and nowhere else.
func TestExternalDataStayInTheFolder(t *testing.T) {
	model, err := os.ReadFile(filepath.Join(exporters, "torch_external.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(exporters, "torch_external.onnx.data"))
	if err != nil {
		t.Fatal(err)
	}
	const name = "torch_external.onnx.data" // as long as what takes its place
	for _, c := range []struct {
		name, location, want string
		data                 []byte
		prepare              func(dir string) error
	}{
		{name: "as it was written", location: name, data: data},
		{name: "cut short", location: name, data: data[:len(data)-1], want: "which is not there"},
		{name: "missing", location: name, want: "no such file"},
		{name: "elsewhere", location: "../" + name[:21], want: "expected one in the folder of the model", data: data},
		{name: "absolute", location: "/etc/" + strings.Repeat("x", len(name)-5), want: "expected one in the folder of the model"},
		{name: "a link to elsewhere", location: name, want: "which cannot be read", prepare: func(dir string) error {
			outside := filepath.Join(t.TempDir(), "data")
			return errors.Join(os.WriteFile(outside, data, 0o600), os.Symlink(outside, filepath.Join(dir, name)))
		}},
		{name: "a folder", location: name, want: "which is not there", prepare: func(dir string) error { return os.Mkdir(filepath.Join(dir, name), 0o700) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "m.onnx")
			if err := os.WriteFile(path, bytes.ReplaceAll(model, []byte(name), []byte(c.location)), 0o600); err != nil {
				t.Fatal(err)
			}
			if c.data != nil {
				if err := os.WriteFile(filepath.Join(dir, name), c.data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.prepare != nil {
				if err := c.prepare(dir); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Load(path)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := Read("m.onnx", bytes.NewReader(model)); err == nil || !strings.Contains(err.Error(), "is in another file") {
		t.Errorf("without a folder: %v", err)
	}
}
