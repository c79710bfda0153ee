package onnx

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/relift/relift/network/onnx/internal/onnxpb"
)

// sizes is a tensor of whole numbers.
func sizes(name string, v ...int64) *tensor {
	return &tensor{Name: name, Type: onnxpb.TensorProto_INT64, Dims: []int64{int64(len(v))}, Ints: v}
}

// numbers is a vector in single precision.
func numbers(name string, v ...float64) *tensor {
	return &tensor{Name: name, Type: onnxpb.TensorProto_FLOAT, Dims: []int64{int64(len(v))}, Numbers: v}
}

// input changes the shape that a file declares for its input: negative sizes are
// not known.
func input(m *onnxpb.ModelProto, kind onnxpb.TensorProto_DataType, columns ...int) *onnxpb.ModelProto {
	v := valueInfo("input", kind, columns...)
	for i, d := range v.GetType().GetTensorType().Shape.Dim[1:] {
		if columns[i] < 0 {
			d.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: "k"}
		}
	}
	m.Graph.Input = []*onnxpb.ValueInfoProto{v}
	return m
}

// TestOperators: each operator between the layers does what ONNX says it does.
func TestOperators(t *testing.T) {
	l := newLayers(4)
	transB := integer("transB", 1)
	first := func(from string) *onnxpb.NodeProto {
		return with(op("Gemm", "h", from, "fc1.weight", "fc1.bias"), transB)
	}
	second := func(from string) *onnxpb.NodeProto {
		return with(op("Gemm", "y", from, "fc2.weight", "fc2.bias"), transB)
	}
	relu := op("Relu", "r", "h")
	// graph is the network with operators at its input (whose result is i) and
	// constants.
	before := func(constants []*tensor, nodes ...*onnxpb.NodeProto) *onnxpb.ModelProto {
		return file("y", append(constants, l.u, l.b, l.v, l.a), append(nodes, first("i"), relu, second("r"))...)
	}
	behind := func(constants []*tensor, nodes ...*onnxpb.NodeProto) *onnxpb.ModelProto { // of the ReLU; the result is z
		return file("y", append(constants, l.u, l.b, l.v, l.a), append([]*onnxpb.NodeProto{first("input"), relu}, append(nodes, second("z"))...)...)
	}
	activation := func(constants []*tensor, nodes ...*onnxpb.NodeProto) *onnxpb.ModelProto {
		return file("y", append(constants, l.u, l.b, l.v, l.a), append([]*onnxpb.NodeProto{first("input")}, append(nodes, second("r"))...)...)
	}
	four := []float64{2, -1, 0.5, 3}
	norm := []*tensor{numbers("scale", four...), numbers("shift", 1, 2, -1, 0), numbers("mean", 0.5, 0, -1, 2), numbers("variance", 1, 4, 0.25, 2)}
	normalized := func(h float64, j int) float64 {
		return four[j]*(h-norm[2].Numbers[j])/math.Sqrt(norm[3].Numbers[j]+0.5) + norm[1].Numbers[j]
	}
	same := func(x [2]float64) [2]float64 { return x }
	for name, c := range map[string]struct {
		file   *onnxpb.ModelProto
		input  func(x [2]float64) [2]float64 // what is done to the input; nil: nothing
		hidden func(h float64, j int) float64
	}{
		"a column times zero": {file: before([]*tensor{numbers("c", 3, 0)}, op("Mul", "i", "input", "c")), input: func(x [2]float64) [2]float64 { return [2]float64{3 * x[0], 0} }},
		"a column times zero, shifted, scaled and divided": {file: before([]*tensor{numbers("c", 3, 0), numbers("s", 1, 5), numbers("f", 2, 3), numbers("g", 4, 2)},
			op("Mul", "i1", "input", "c"), op("Add", "i2", "i1", "s"), op("Mul", "i3", "i2", "f"), op("Div", "i", "i3", "g")),
			input: func(x [2]float64) [2]float64 { return [2]float64{(3*x[0] + 1) / 2, 7.5} }},
		"a constant minus the input":            {file: before([]*tensor{numbers("c", 3, -1)}, op("Sub", "i", "c", "input")), input: func(x [2]float64) [2]float64 { return [2]float64{3 - x[0], -1 - x[1]} }},
		"the negative input":                    {file: before(nil, op("Neg", "i", "input")), input: func(x [2]float64) [2]float64 { return [2]float64{-x[0], -x[1]} }},
		"a number added to an undeclared width": {file: input(before([]*tensor{numbers("c", 3, -1)}, op("Add", "i", "input", "c")), onnxpb.TensorProto_FLOAT, -1), input: func(x [2]float64) [2]float64 { return [2]float64{x[0] + 3, x[1] - 1} }},
		"normalization of the input": {file: before([]*tensor{numbers("scale", 2, -1), numbers("shift", 1, 2), numbers("mean", 0.5, 0), numbers("variance", 1, 4)},
			with(op("BatchNormalization", "i", "input", "scale", "shift", "mean", "variance"), float("epsilon", 0.5))),
			input: func(x [2]float64) [2]float64 {
				return [2]float64{2*(x[0]-0.5)/math.Sqrt(1.5) + 1, -x[1]/math.Sqrt(4.5) + 2}
			}},
		"normalization of the hidden layer": {file: behind(norm, with(op("BatchNormalization", "z", "r", "scale", "shift", "mean", "variance"), float("epsilon", 0.5))), hidden: normalized},
		"arithmetic on the hidden layer": {file: behind([]*tensor{numbers("c", four...), numbers("s", -2)}, op("Mul", "z1", "r", "c"), op("Sub", "z2", "s", "z1"), op("Neg", "z", "z2")),
			hidden: func(h float64, j int) float64 { return h*four[j] + 2 }},

		"Reshape to (0, −1)":                   {file: before([]*tensor{sizes("s", 0, -1)}, op("Reshape", "i", "input", "s")), input: same},
		"Reshape to (−1, d)":                   {file: input(before([]*tensor{sizes("s", -1, 2)}, op("Reshape", "i", "input", "s")), onnxpb.TensorProto_FLOAT, 1, 2, 1), input: same},
		"Reshape to (0, 1, −1) and back":       {file: before([]*tensor{sizes("s", 0, 1, -1), sizes("b", 0, -1)}, op("Reshape", "i1", "input", "s"), op("Reshape", "i", "i1", "b")), input: same},
		"Reshape to (0, d) of unknown columns": {file: input(before([]*tensor{sizes("s", 0, 2)}, op("Reshape", "i", "input", "s")), onnxpb.TensorProto_FLOAT, -1), input: same},
		"Unsqueeze and Squeeze":                {file: before([]*tensor{sizes("s", 1), sizes("b", -2)}, op("Unsqueeze", "i1", "input", "s"), op("Squeeze", "i", "i1", "b")), input: same},
		"a shape computed of the input": {file: input(before([]*tensor{sizes("zero", 0), sizes("d", -1)},
			op("Shape", "s", "input"), op("Gather", "n", "s", "zero"), with(op("Concat", "t", "n", "d"), integer("axis", 0)), op("Reshape", "i", "input", "t")), onnxpb.TensorProto_FLOAT, 2, 1), input: same},
		"the size of the batch": {file: input(before([]*tensor{sizes("flat", -1), sizes("d", -1)},
			with(op("Shape", "s", "input"), integer("start", 0), integer("end", 1)), op("Squeeze", "n0", "s"), op("Reshape", "n", "n0", "flat"), with(op("Concat", "t", "n", "d"), integer("axis", 0)),
			op("Reshape", "i", "input", "t")), onnxpb.TensorProto_FLOAT, 2, 1), input: same},
		"a slice of the shape": {file: input(before([]*tensor{sizes("zero", 0), sizes("one", 1), sizes("d", 2)},
			op("Shape", "s", "input"), op("Slice", "n", "s", "zero", "one"), with(op("Concat", "t", "n", "d"), integer("axis", 0)), op("Reshape", "i", "input", "t")), onnxpb.TensorProto_FLOAT, 2, 1), input: same},
		"CastLike": {file: before(nil, op("CastLike", "i", "input", "fc1.bias")), input: same},
		"onnxruntime's fused Gemm and Relu": {file: file("y", []*tensor{l.u, l.b, l.v, l.a},
			in("com.microsoft", with(op("FusedGemm", "r", "input", "fc1.weight", "fc1.bias"), transB, text("activation", "Relu"))), second("r"))},
		"samples as rows of their own": {file: file("z", []*tensor{transposed(l.u), l.b, transposed(l.v), l.a, sizes("axis", 1)},
			op("Unsqueeze", "i", "input", "axis"), op("MatMul", "m1", "i", "fc1.weight"), op("Add", "h", "m1", "fc1.bias"), relu,
			op("MatMul", "m2", "r", "fc2.weight"), op("Add", "y", "m2", "fc2.bias"), op("Squeeze", "z", "y", "axis"))},
		"a product of sizes": {file: input(before([]*tensor{sizes("one", 1), sizes("two", 2), sizes("n", -1)},
			op("Shape", "s", "input"), op("Gather", "a", "s", "one"), op("Gather", "b", "s", "two"), op("Mul", "ab", "a", "b"), with(op("Concat", "t", "n", "ab"), integer("axis", 0)),
			op("Reshape", "i", "input", "t")), onnxpb.TensorProto_FLOAT, 2, 1), input: same},

		"Clip to at least 0":              {file: activation([]*tensor{{Name: "lo", Type: onnxpb.TensorProto_FLOAT, Numbers: []float64{0}}}, op("Clip", "r", "h", "lo"))},
		"Clip of old opsets":              {file: activation(nil, with(op("Clip", "r", "h"), float("min", 0), float("max", math.MaxFloat32)))},
		"Max with 0 on the left":          {file: activation([]*tensor{numbers("zero", 0)}, op("Max", "r", "zero", "h"))},
		"LeakyRelu of slope 0":            {file: activation(nil, with(op("LeakyRelu", "r", "h"), float("alpha", 0)))},
		"PRelu of slope 0":                {file: activation([]*tensor{numbers("slope", 0, 0, 0, 0)}, op("PRelu", "r", "h", "slope"))},
		"Max with zeros of the shape":     {file: activation(nil, op("Shape", "s", "h"), op("ConstantOfShape", "zero", "s"), op("Max", "r", "h", "zero"))},
		"normalization made of constants": {file: activation([]*tensor{numbers("v", 1, 4, 0.25, 2), numbers("e", 0.5)}, op("Add", "ve", "v", "e"), op("Sqrt", "d", "ve"), op("Reciprocal", "f", "d"), op("Mul", "g", "h", "f"), op("Div", "g2", "g", "f"), op("Relu", "r", "g2"))},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := Read("f.onnx", bytes.NewReader(encoded(t, c.file)))
			if err != nil {
				t.Fatal(err)
			}
			points := [][]float64{{0.5, -1}, {2, 3}, {-1, 0.25}, {0, 0}, {-3, -4}}
			got := outputs(t, n, points)
			for i, p := range points {
				x := [2]float64(p)
				if c.input != nil {
					x = c.input(x)
				}
				want := slices.Clone(l.a.Numbers)
				for j := range foreignWidth {
					h := l.b.Numbers[j]
					for k, v := range x {
						h += l.u.Numbers[j*foreignInputs+k] * v
					}
					if h = max(h, 0); c.hidden != nil {
						h = c.hidden(h, j)
					}
					for k := range want {
						want[k] += h * l.v.Numbers[k*foreignWidth+j]
					}
				}
				for k, v := range want {
					if math.Abs(got.At(i, k)-v) > 1e-12*(1+math.Abs(v)) {
						t.Errorf("row %d, output %d: %v, want %v", i, k, got.At(i, k), v)
					}
				}
			}
		})
	}
}

// TestRefusedOperators: what may move numbers between samples, or is another
// network, is refused by name.
func TestRefusedOperators(t *testing.T) {
	l := newLayers(5)
	transB := integer("transB", 1)
	layers := func(from string) []*onnxpb.NodeProto {
		return []*onnxpb.NodeProto{with(op("Gemm", "h", from, "fc1.weight", "fc1.bias"), transB), op("Relu", "r", "h"), with(op("Gemm", "y", "r", "fc2.weight", "fc2.bias"), transB)}
	}
	all := []*tensor{l.u, l.b, l.v, l.a}
	before := func(constants []*tensor, nodes ...*onnxpb.NodeProto) *onnxpb.ModelProto {
		return file("y", append(constants, all...), append(nodes, layers("i")...)...)
	}
	behind := func(constants []*tensor, nodes ...*onnxpb.NodeProto) *onnxpb.ModelProto {
		return file("z", append(constants, all...), append(layers("input"), nodes...)...)
	}
	activation := func(constants []*tensor, kind *onnxpb.NodeProto) *onnxpb.ModelProto {
		nodes := layers("input")
		nodes[1] = kind
		return file("y", append(constants, all...), nodes...)
	}
	twoOutputs := file("y", all, append(layers("input"), op("Tanh", "more", "h"))...)
	twoOutputs.Graph.Output = slices.Insert(twoOutputs.Graph.Output, 0, &onnxpb.ValueInfoProto{Name: proto.String("more")})
	for name, c := range map[string]struct {
		file *onnxpb.ModelProto
		want string
	}{
		"Reshape of unknown columns":       {input(before([]*tensor{sizes("s", -1, 2)}, op("Reshape", "i", "input", "s")), onnxpb.TensorProto_FLOAT, -1), "Reshape (/i): may move numbers between samples"},
		"Reshape that halves rows":         {input(before([]*tensor{sizes("s", -1, 2)}, op("Reshape", "i", "input", "s")), onnxpb.TensorProto_FLOAT, 2, 2), "Reshape (/i): may move numbers between samples"},
		"Reshape to an unknown":            {before(nil, op("Reshape", "i", "input", "input")), "to a shape that is no constant"},
		"Flatten of everything":            {before(nil, with(op("Flatten", "i", "input"), integer("axis", 0))), "Flatten (/i): may move numbers between samples"},
		"Transpose":                        {before(nil, op("Transpose", "i", "input")), "operator Transpose (/i): is not part"},
		"whole numbers, not cast":          {input(before([]*tensor{sizes("s", 2)}, op("Div", "i", "input", "s")), onnxpb.TensorProto_INT64, 2), "computes in whole numbers"},
		"ReLU6":                            {activation(nil, with(op("Clip", "r", "h"), float("min", 0), float("max", 6))), "Clip (/r): has the limits 0 and 6 and is no ReLU"},
		"Max with 1":                       {activation([]*tensor{numbers("one", 1)}, op("Max", "r", "h", "one")), "Max (/r): takes the larger"},
		"LeakyRelu":                        {activation(nil, op("LeakyRelu", "r", "h")), "LeakyRelu (/r): multiplies what is negative by 0.01"},
		"PRelu":                            {activation([]*tensor{numbers("slope", 0, 0, 0.1, 0)}, op("PRelu", "r", "h", "slope")), "PRelu (/r): has a slope"},
		"Sigmoid":                          {activation(nil, op("Sigmoid", "r", "h")), "operator Sigmoid (/r): is not part"},
		"a fused Tanh":                     {file("y", all, in("com.microsoft", with(op("FusedGemm", "r", "input", "fc1.weight", "fc1.bias"), transB, text("activation", "Tanh"))), layers("input")[2]), `FusedGemm (/r): has the activation "Tanh"`},
		"samples of several rows":          {input(before([]*tensor{sizes("s", 0, 2, 2)}, op("Reshape", "i0", "input", "s"), op("MatMul", "i", "i0", "fc1.weight")), onnxpb.TensorProto_FLOAT, 4), "MatMul (/i): is applied to samples of shape [2 2]"},
		"training":                         {activation([]*tensor{numbers("c", 1, 1, 1, 1)}, with(op("BatchNormalization", "r", "h", "c", "c", "c", "c"), integer("training_mode", 1))), "is in training mode"},
		"a layer behind a Sigmoid":         {behind([]*tensor{{Name: "w", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{3, 3}, Numbers: make([]float64, 9)}}, op("Sigmoid", "p", "y"), op("MatMul", "z", "p", "w")), "MatMul (/z): follows the result"},
		"an output that is not understood": {twoOutputs, "operator Tanh (/more): is not part"},
		"two results joined":               {behind(nil, op("Neg", "n", "y"), with(op("Concat", "c", "n", "y"), integer("axis", 1)), op("Softmax", "z", "c")), "operator Concat (/c): is not part"},
		"constants that do not fit":        {before([]*tensor{numbers("c", 1, 2, 3)}, op("Add", "i", "input", "c")), "Add (/i): a constant has shape [3]"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read("f.onnx", bytes.NewReader(encoded(t, c.file)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// TestFurtherOutputs: what a graph gives beside its result is ignored, with a
// line that says what it is.
func TestFurtherOutputs(t *testing.T) {
	l := newLayers(6)
	transB := integer("transB", 1)
	m := file("y", []*tensor{l.u, l.b, l.v, l.a}, with(op("Gemm", "h", "input", "fc1.weight", "fc1.bias"), transB), op("Relu", "r", "h"),
		with(op("Gemm", "y", "r", "fc2.weight", "fc2.bias"), transB), op("Erf", "e", "r"), op("Softmax", "p", "y"))
	for _, name := range []string{"r", "h", "e", "p", "fc1.bias", "input"} {
		m.Graph.Output = append(m.Graph.Output, &onnxpb.ValueInfoProto{Name: proto.String(name)})
	}
	n, err := Read("f.onnx", bytes.NewReader(encoded(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`"r" is ignored: it is the hidden layer`, `"h" is ignored: it is the first layer before its Relu`, `"e" is ignored: operator Erf (/e): is not part`, `"fc1.bias" is ignored: it is a constant`, `"input" is ignored: it is the input`}
	if len(n.Warnings) != len(want) {
		t.Fatalf("warnings %q", n.Warnings)
	}
	for i, text := range want {
		if !strings.Contains(n.Warnings[i], text) {
			t.Errorf("warning %q, want %q", n.Warnings[i], text)
		}
	}
}
