package onnx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/relift/relift/dataset"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/network"
	"github.com/relift/relift/network/onnx/internal/wire"
)

// The versions that are written.
const (
	IRVersion    = 8
	OpsetVersion = 17
	MLVersion    = 3 // of ai.onnx.ml, for text categories
)

const mlDomain = "ai.onnx.ml"

// Names of metadata.
const (
	keyModel = "relift.model"
	prefix   = "relift."
)

// Save writes the model as an ONNX file at path, whole or not at all.
func Save(path string, m *network.Model) error {
	content, err := encode(m)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// Write writes the model in the ONNX format; equal models are equal bytes.
func Write(w io.Writer, m *network.Model) error {
	content, err := encode(m)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

func encode(m *network.Model) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	metadata, err := metadataOf(m)
	if err != nil {
		return nil, err
	}
	b := &builder{model: m}
	file := &wire.Model{
		IRVersion: IRVersion, ProducerName: "relift", ProducerVersion: m.Provenance.Version,
		Doc:      "Two-layer ReLU network trained by relift. Missing or unknown values give scores of NaN or an error.",
		Graph:    b.graph(),
		Imports:  []wire.Import{{Version: OpsetVersion}},
		Metadata: metadata,
	}
	if b.ml {
		file.Imports = append(file.Imports, wire.Import{Domain: mlDomain, Version: MLVersion})
	}
	return file.Encode(), nil
}

// header is the model file without its weights.
type header struct {
	Format     string          `json:"format"`
	Version    int             `json:"version"`
	Width      int             `json:"width"`
	Encoding   json.RawMessage `json:"encoding"`
	Provenance json.RawMessage `json:"provenance"`
}

func metadataOf(m *network.Model) ([]wire.Pair, error) {
	var file bytes.Buffer
	if err := m.Write(&file); err != nil {
		return nil, err
	}
	h := header{Width: m.Weights.Width()}
	width := h.Width
	if err := json.Unmarshal(file.Bytes(), &h); err != nil {
		return nil, err
	}
	h.Width = width
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	p := m.Provenance
	var features []string
	for _, f := range m.Encoding.Features {
		features = append(features, f.Name)
	}
	names, err := json.Marshal(features)
	if err != nil {
		return nil, err
	}
	outputs, err := json.Marshal(m.Encoding.OutputNames())
	if err != nil {
		return nil, err
	}
	pairs := []wire.Pair{
		{Key: keyModel, Value: string(text)},
		{Key: prefix + "features", Value: string(names)},
		{Key: prefix + "outputs", Value: string(outputs)},
	}
	for _, n := range []struct {
		key   string
		value float64
	}{
		{"gamma", p.Gamma}, {"lower_bound", p.LowerBound}, {"upper_bound", p.UpperBound},
		{"relative_gap", p.RelativeGap()}, {"data_loss", p.DataLoss},
	} {
		if !math.IsNaN(n.value) && !math.IsInf(n.value, 0) {
			pairs = append(pairs, wire.Pair{Key: prefix + n.key, Value: strconv.FormatFloat(n.value, 'g', -1, 64)})
		}
	}
	for _, t := range []struct{ key, value string }{
		{"version", p.Version}, {"source", p.Source}, {"data_sha256", p.DataDigest}, {"method", p.Method}, {"status", p.Status},
	} {
		if t.value != "" {
			pairs = append(pairs, wire.Pair{Key: prefix + t.key, Value: t.value})
		}
	}
	return pairs, nil
}

// builder makes the graph of a model.
type builder struct {
	model *network.Model
	out   wire.Graph
	ml    bool // operators of ai.onnx.ml are used
	used  map[string]bool
}

// node adds an operator and returns the name of its output, which is its own.
func (b *builder) node(name, op string, inputs []string, attributes ...wire.Attribute) string {
	n := wire.Node{Name: name, Op: op, Inputs: inputs, Outputs: []string{name}, Attributes: attributes}
	if op == "OneHotEncoder" || op == "LabelEncoder" {
		n.Domain, b.ml = mlDomain, true
	}
	b.out.Nodes = append(b.out.Nodes, n)
	return name
}

func integer(name string, v int64) wire.Attribute {
	return wire.Attribute{Name: name, Kind: wire.KindInt, Int: v}
}

// constant adds numbers of the given shape and returns their name.
func (b *builder) constant(name string, numbers []float64, dims ...int64) string {
	b.out.Initializers = append(b.out.Initializers, wire.Tensor{Name: name, Type: wire.Double, Dims: dims, Numbers: numbers})
	return name
}

// Names of the input and the outputs; those of all other tensors begin with
// a slash.
const (
	inputName  = "X"
	scoresName = "scores"
	labelName  = "label"
)

func (b *builder) graph() *wire.Graph {
	e := b.model.Encoding
	b.out.Name = "relift"
	b.used = map[string]bool{scoresName: true, labelName: true}
	x := b.features()
	x = b.scale(x)
	b.layers(x)
	batch := wire.Dim{Name: "N"}
	_, c := e.Dims()
	scores := wire.Value{Name: scoresName, Type: wire.Double, Dims: []wire.Dim{batch, {Size: int64(c)}}}
	if e.Task != dataset.TaskClassification {
		b.out.Outputs = []wire.Value{scores}
		return &b.out
	}
	index := b.node("/class", "ArgMax", []string{scoresName}, integer("axis", 1), integer("keepdims", 0))
	label := wire.Value{Name: labelName, Type: wire.String, Dims: []wire.Dim{batch}}
	classes := wire.Tensor{Name: "/classes", Type: wire.String, Dims: []int64{int64(c)}, Strings: e.Classes}
	if numbers := wholeNumbers(e.Classes); numbers != nil {
		label.Type = wire.Int64
		classes = wire.Tensor{Name: "/classes", Type: wire.Int64, Dims: classes.Dims, Ints: numbers}
	}
	b.out.Initializers = append(b.out.Initializers, classes)
	b.node(labelName, "Gather", []string{classes.Name, index}, integer("axis", 0))
	b.out.Outputs = []wire.Value{label, scores}
	return &b.out
}

// wholeNumbers returns the classes as integers, nil unless each is one in its
// usual form.
func wholeNumbers(classes []string) []int64 {
	var out []int64
	for _, text := range classes {
		v, err := strconv.ParseInt(text, 10, 64)
		if err != nil || strconv.FormatInt(v, 10) != text {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// features adds the inputs and returns the matrix of the features before
// scaling.
func (b *builder) features() string {
	e := b.model.Encoding
	numeric := true
	for _, f := range e.Features {
		numeric = numeric && f.Kind == dataset.Numeric
	}
	batch := wire.Dim{Name: "N"}
	d := int64(len(e.Features))
	if numeric {
		b.out.Inputs = []wire.Value{{Name: inputName, Type: wire.Double, Dims: []wire.Dim{batch, {Size: d}}, Doc: "the numeric features, in the order of the metadata relift.features"}}
		if e.Missing != dataset.MissingMean {
			return inputName
		}
		var fill []float64
		for _, f := range e.Features {
			fill = append(fill, f.Fill)
		}
		missing := b.node("/missing", "IsNaN", []string{inputName})
		return b.node("/filled", "Where", []string{missing, b.constant("/fill", fill, 1, d), inputName})
	}
	var parts []string
	for k, f := range e.Features {
		name := f.Name
		if strings.HasPrefix(name, "/") { // the graph's own tensors begin so
			name = "_" + name
		}
		for b.used[name] {
			name += "_"
		}
		b.used[name] = true
		input := wire.Value{Name: name, Type: wire.Double, Dims: []wire.Dim{batch, {Size: 1}}, Doc: "column " + f.Name}
		own := fmt.Sprintf("/column%d/", k)
		var part string
		switch numbers := asNumbers(f); {
		case f.Kind == dataset.Numeric:
			part = b.fillNumber(own, name, f.Fill)
		case numbers != nil:
			part = b.oneHotNumbers(own, name, numbers, f)
		default:
			input.Type = wire.String
			part = b.oneHotText(own, name, f)
		}
		b.out.Inputs = append(b.out.Inputs, input)
		parts = append(parts, part)
	}
	return b.node("/columns", "Concat", parts, integer("axis", 1))
}

// fillNumber puts the number in the place of NaN, under dataset.MissingMean.
func (b *builder) fillNumber(own, x string, fill float64) string {
	if b.model.Encoding.Missing != dataset.MissingMean {
		return x
	}
	missing := b.node(own+"missing", "IsNaN", []string{x})
	return b.node(own+"filled", "Where", []string{missing, b.constant(own+"fill", []float64{fill}, 1, 1), x})
}

// asNumbers returns the categories as numbers, nil unless each is one in its
// shortest form, as those of a column of numbers are.
func asNumbers(f dataset.Feature) []float64 {
	var out []float64
	for _, text := range f.Categories {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strconv.FormatFloat(v, 'g', -1, 64) != text && strconv.FormatFloat(v, 'f', -1, 64) != text {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// oneHotNumbers compares with every category and divides by the number of
// matches, so that an unknown number gives 0/0 = NaN and not a silent zero.
func (b *builder) oneHotNumbers(own, x string, numbers []float64, f dataset.Feature) string {
	for k, category := range f.Categories {
		if category == f.FillCategory {
			x = b.fillNumber(own, x, numbers[k])
			break
		}
	}
	equal := b.node(own+"equal", "Equal", []string{x, b.constant(own+"categories", numbers, 1, int64(len(numbers)))})
	hot := b.node(own+"match", "Cast", []string{equal}, integer("to", int64(wire.Double)))
	axes := own + "axes"
	b.out.Initializers = append(b.out.Initializers, wire.Tensor{Name: axes, Type: wire.Int64, Dims: []int64{1}, Ints: []int64{1}})
	matches := b.node(own+"matches", "ReduceSum", []string{hot, axes}, integer("keepdims", 1))
	return b.node(own+"onehot", "Div", []string{hot, matches})
}

// oneHotText uses the encoder of ai.onnx.ml, which refuses unknown categories.
func (b *builder) oneHotText(own, x string, f dataset.Feature) string {
	var categories [][]byte
	for _, c := range f.Categories {
		categories = append(categories, []byte(c))
	}
	if b.model.Encoding.Missing == dataset.MissingMean {
		keys := append([][]byte{{}}, categories...)
		values := append([][]byte{[]byte(f.FillCategory)}, categories...)
		x = b.node(own+"filled", "LabelEncoder", []string{x},
			wire.Attribute{Name: "keys_strings", Kind: wire.KindStrings, Strings: keys},
			wire.Attribute{Name: "values_strings", Kind: wire.KindStrings, Strings: values},
			wire.Attribute{Name: "default_string", Kind: wire.KindString, Text: []byte("(unknown category)")})
	}
	hot := b.node(own+"encoded", "OneHotEncoder", []string{x},
		wire.Attribute{Name: "cats_strings", Kind: wire.KindStrings, Strings: categories}, integer("zeros", 0))
	flat := b.node(own+"flat", "Flatten", []string{hot}, integer("axis", 1))
	return b.node(own+"onehot", "Cast", []string{flat}, integer("to", int64(wire.Double)))
}

// scale subtracts the means and divides by the deviations.
func (b *builder) scale(x string) string {
	e := b.model.Encoding
	var mean, deviation []float64
	trivial := true
	for _, f := range e.Features {
		for range f.Width() {
			mean, deviation = append(mean, f.Mean), append(deviation, f.Deviation)
			trivial = trivial && f.Mean == 0 && f.Deviation == 1
		}
	}
	if trivial {
		return x
	}
	d := int64(len(mean))
	x = b.node("/centred", "Sub", []string{x, b.constant("/mean", mean, 1, d)})
	return b.node("/scaled", "Div", []string{x, b.constant("/deviation", deviation, 1, d)})
}

// layers adds Gemm–Relu–Gemm.  A network of width 0 gets one neuron of zeros,
// because runtimes do not take empty matrices.
func (b *builder) layers(x string) {
	d, c := b.model.Encoding.Dims()
	w := b.model.Weights
	width := max(1, w.Width())
	inputs := d
	if b.model.Encoding.Bias {
		inputs--
	}
	first := make([]float64, width*inputs)
	bias := make([]float64, width)
	second := make([]float64, width*c)
	for j := range w.Width() {
		u := w.U.RawRowView(j)
		copy(first[j*inputs:], u[:inputs])
		if inputs < d {
			bias[j] = u[inputs]
		}
		copy(second[j*c:], w.V.RawRowView(j))
	}
	arguments := []string{x, b.constant("/U", first, int64(width), int64(inputs))}
	if b.model.Encoding.Bias {
		arguments = append(arguments, b.constant("/bias", bias, int64(width)))
	}
	hidden := b.node("/preactivation", "Gemm", arguments, integer("transB", 1))
	hidden = b.node("/activation", "Relu", []string{hidden})
	b.node(scoresName, "Gemm", []string{hidden, b.constant("/V", second, int64(width), int64(c))})
}
