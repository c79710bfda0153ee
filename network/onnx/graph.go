package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"google.golang.org/protobuf/proto"

	"github.com/relift/relift/network"
	"github.com/relift/relift/network/onnx/internal/onnxpb"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table/recipe"
)

// builder makes the graph of a model.
type builder struct {
	model *network.Model
	real  onnxpb.TensorProto_DataType // of inputs, weights and scores
	out   onnxpb.GraphProto
	ml    bool // operators of ai.onnx.ml are used
	used  map[string]bool
	err   error // the first
}

// graphOf returns the graph of a model; ml says whether it has operators of
// ai.onnx.ml.
func graphOf(m *network.Model, precision Precision) (graph *onnxpb.GraphProto, ml bool, err error) {
	b := &builder{model: m, real: onnxpb.TensorProto_DOUBLE}
	if precision == Single {
		b.real = onnxpb.TensorProto_FLOAT
	}
	b.build()
	return &b.out, b.ml, b.err
}

// node adds an operator and returns the name of its output, which is its own.
func (b *builder) node(name, op string, inputs []string, attributes ...*onnxpb.AttributeProto) string {
	n := &onnxpb.NodeProto{Name: proto.String(name), OpType: proto.String(op), Input: inputs, Output: []string{name}, Attribute: attributes}
	if op == "OneHotEncoder" || op == "LabelEncoder" {
		n.Domain, b.ml = proto.String(mlDomain), true
	}
	b.out.Node = append(b.out.Node, n)
	return name
}

func integer(name string, v int64) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: proto.String(name), Type: onnxpb.AttributeProto_INT.Enum(), I: proto.Int64(v)}
}

func texts(name string, v [][]byte) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: proto.String(name), Type: onnxpb.AttributeProto_STRINGS.Enum(), Strings: v}
}

// table returns an input or output of the graph with N rows and, if there is one
// given, that many columns.
func valueInfo(name string, kind onnxpb.TensorProto_DataType, columns ...int) *onnxpb.ValueInfoProto {
	shape := &onnxpb.TensorShapeProto{Dim: []*onnxpb.TensorShapeProto_Dimension{{Value: &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: "N"}}}}
	for _, k := range columns {
		shape.Dim = append(shape.Dim, &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: int64(k)}})
	}
	return &onnxpb.ValueInfoProto{Name: proto.String(name), Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
		TensorType: &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(int32(kind)), Shape: shape},
	}}}
}

// constant adds numbers of the given shape and returns their name.
func (b *builder) constant(name string, numbers []float64, dims ...int64) string {
	raw := make([]byte, 0, 8*len(numbers))
	for _, v := range numbers {
		if b.real == onnxpb.TensorProto_DOUBLE {
			raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
			continue
		}
		if b.err == nil && !(math.Abs(v) <= math.MaxFloat32) {
			b.err = fmt.Errorf("model: the number %v is too large for single precision; expected double precision", v)
		}
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(v)))
	}
	b.add(&onnxpb.TensorProto{Name: proto.String(name), DataType: proto.Int32(int32(b.real)), Dims: dims, RawData: raw})
	return name
}

// wholes adds whole numbers, a vector, and returns their name.
func (b *builder) wholes(name string, numbers ...int64) string {
	var raw []byte
	for _, v := range numbers {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	b.add(&onnxpb.TensorProto{Name: proto.String(name), DataType: proto.Int32(int32(onnxpb.TensorProto_INT64)), Dims: []int64{int64(len(numbers))}, RawData: raw})
	return name
}

func (b *builder) add(t *onnxpb.TensorProto) { b.out.Initializer = append(b.out.Initializer, t) }

// Names of the input and the outputs; those of all other tensors begin with
// a slash.
const (
	inputName         = "X"
	scoresName        = "scores"
	labelName         = "label"
	probabilitiesName = "probabilities" // of the classes, where the loss has them
)

func (b *builder) build() {
	e := b.model.Encoding
	b.out.Name = proto.String("relift")
	b.used = map[string]bool{scoresName: true, labelName: true, probabilitiesName: true}
	x := b.features()
	x = b.scale(x)
	b.layers(x)
	_, c := e.Dims()
	if e.Task == recipe.TaskClassification {
		c = len(e.Classes)
	}
	scores := valueInfo(scoresName, b.real, c)
	if e.Task != recipe.TaskClassification {
		b.out.Output = append(b.out.Output, scores)
		return
	}
	index := b.node("/class", labelOperator, []string{scoresName}, integer("axis", 1), integer("keepdims", 0))
	label := valueInfo(labelName, onnxpb.TensorProto_STRING)
	classes := "/classes"
	if numbers := wholeNumbers(e.Classes); numbers != nil {
		label = valueInfo(labelName, onnxpb.TensorProto_INT64)
		b.wholes(classes, numbers...)
	} else {
		t := &onnxpb.TensorProto{Name: proto.String(classes), DataType: proto.Int32(int32(onnxpb.TensorProto_STRING)), Dims: []int64{int64(c)}}
		for _, class := range e.Classes {
			t.StringData = append(t.StringData, []byte(class))
		}
		b.add(t)
	}
	b.node(labelName, "Gather", []string{classes, index}, integer("axis", 0))
	b.out.Output = append(b.out.Output, label, scores)
	if b.probabilities() {
		b.out.Output = append(b.out.Output, valueInfo(probabilitiesName, b.real, c))
	}
}

// probabilities adds those of the classes; false where the loss has none.  The scores of two classes in one output are −f and f, whose
// sigmoids are the probabilities.
func (b *builder) probabilities() bool {
	switch b.model.Provenance.Loss.(type) {
	case loss.Logistic:
		b.node(probabilitiesName, "Sigmoid", []string{scoresName})
	case loss.Softmax:
		b.node(probabilitiesName, "Softmax", []string{scoresName}, integer("axis", 1))
	default:
		return false
	}
	return true
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

// layers adds Gemm–Relu–Gemm, and the scores of two classes that share an output.  A network of width 0 gets one neuron of zeros,
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
	arguments = []string{hidden, b.constant("/V", second, int64(width), int64(c))}
	if w.B != nil {
		arguments = append(arguments, b.constant("/intercept", w.B, int64(c)))
	}
	if b.model.Encoding.Coding != recipe.CodingSign {
		b.node(scoresName, "Gemm", arguments)
		return
	}
	output := b.node("/output", "Gemm", arguments)
	opposite := b.node("/opposite", "Neg", []string{output})
	b.node(scoresName, "Concat", []string{opposite, output}, integer("axis", 1))
}
