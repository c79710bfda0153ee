package onnx

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"unicode"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/relift/relift/network/onnx/internal/onnxpb"
)

// message is a field of bytes in a message.
func message(field protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, field, protowire.BytesType), content)
}

// chain is a network whose first-layer weights go through n operators.
func chain(n int, width int64, operators ...func(from, to string) *onnxpb.NodeProto) *onnxpb.ModelProto {
	weights := &tensor{Name: "w0", Type: onnxpb.TensorProto_DOUBLE, Dims: []int64{width, foreignInputs}, Numbers: make([]float64, width*foreignInputs)}
	for i := range weights.Numbers {
		weights.Numbers[i] = math.Pi * float64(i+1)
	}
	v := &tensor{Name: "v", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{1, width}, Numbers: make([]float64, width)}
	var nodes []*onnxpb.NodeProto
	for i := range n {
		nodes = append(nodes, operators[i%len(operators)](fmt.Sprintf("w%d", i), fmt.Sprintf("w%d", i+1)))
	}
	nodes = append(nodes, with(op("Gemm", "h", "input", fmt.Sprintf("w%d", n)), integer("transB", 1)), op("Relu", "r", "h"), with(op("Gemm", "y", "r", "v"), integer("transB", 1)))
	return file("y", []*tensor{weights, v}, nodes...)
}

func castTo(kind onnxpb.TensorProto_DataType) func(from, to string) *onnxpb.NodeProto {
	return func(from, to string) *onnxpb.NodeProto { return with(op("Cast", to, from), integer("to", int64(kind))) }
}

func turn(from, to string) *onnxpb.NodeProto { return op("Transpose", to, from) }

// TestHostileFiles: reading takes time and memory in proportion to the file,
// whatever is in it.
func TestHostileFiles(t *testing.T) {
	const mega = 1 << 20
	float32s, doubles, halves := castTo(onnxpb.TensorProto_FLOAT), castTo(onnxpb.TensorProto_DOUBLE), castTo(onnxpb.TensorProto_FLOAT16)
	brains := castTo(onnxpb.TensorProto_BFLOAT16)
	huge := func(nodes ...*onnxpb.NodeProto) *onnxpb.ModelProto { return file("y", nil, nodes...) }
	nested := []byte{}
	for range 1000 {
		nested = message(1, message(5, message(6, nested))) // a graph in an attribute of an operator of a graph …
	}
	shape := tensorAttribute("value", &tensor{Type: onnxpb.TensorProto_INT64, Dims: []int64{2}, Ints: []int64{1 << 20, 1 << 20}})
	for _, c := range []struct {
		name    string
		content []byte
		want    string // of the error; "": it is read
	}{
		{"100 000 casts between single and double precision", encoded(t, chain(100_000, 100_000, float32s, doubles)), ""},
		{"100 000 casts that round", encoded(t, chain(100_000, 100_000, halves, brains)), "folded into far more numbers"},
		{"100 000 transpositions", encoded(t, chain(100_000, 100_000, turn)), "folded into far more numbers"},
		{"a million empty operators", bytes.Repeat(message(7, message(1, nil)), mega), "would take"},
		{"two million empty tensors", message(7, bytes.Repeat(message(5, nil), 2*mega)), "would take"},
		{"packed numbers of one byte", message(7, message(5, message(7, make([]byte, 32*mega)))), "would take"},
		{"graphs within graphs", message(7, nested), "nested more than"},
		{"a constant that only its shape makes", encoded(t, huge(with(op("Constant", "s"), shape), op("ConstantOfShape", "w", "s"), op("MatMul", "y", "input", "w"))), "folded into far more numbers"},
		{"a shape that overflows", encoded(t, file("y", []*tensor{{Name: "w", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{1 << 40, 1 << 40}}}, op("MatMul", "y", "input", "w"))), "impossible shape"},
		{"a product of constants", encoded(t, file("y", []*tensor{
			{Name: "a", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{mega, 1}, Numbers: make([]float64, mega)},
			{Name: "b", Type: onnxpb.TensorProto_FLOAT, Dims: []int64{1, mega}, Numbers: make([]float64, mega)},
		}, op("MatMul", "w", "a", "b"), op("MatMul", "y", "input", "w"))), "folded into far more numbers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Read("hostile.onnx", bytes.NewReader(c.content))
			runtime.ReadMemStats(&after)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			// All that was ever allocated, garbage included.
			if used, limit := after.TotalAlloc-before.TotalAlloc, uint64(200*mega+40*len(c.content)); used > limit {
				t.Errorf("%d bytes took %d MiB of memory, want at most %d", len(c.content), used>>20, limit>>20)
			}
		})
	}
}

// TestMessagesArePrintable: names from a file reach a message without what
// moves the cursor of a terminal.
func TestMessagesArePrintable(t *testing.T) {
	const bad = "\x1b[2J\r\n\u202ename\xff"
	l := newLayers(1)
	evil := op("Gemm", "y", "input", bad)
	evil.Name, evil.OpType = proto.String(bad), proto.String("Gemm"+bad)
	output := file(bad, nil)
	weights := *l.u
	weights.Name, weights.Dims = bad, []int64{7, 7}
	producer := file("y", []*tensor{l.u, l.v}, with(op("Gemm", "h", "input", "fc1.weight"), integer("transB", 1)), op("Relu", "r", "h"), with(op("Gemm", "y", "r", "fc2.weight"), integer("transB", 1)))
	producer.ProducerName = proto.String(bad)
	domain := op("Gemm", "y", "input")
	domain.Domain = proto.String(bad)
	for _, m := range []*onnxpb.ModelProto{file("y", nil, evil), output, file("y", []*tensor{&weights}, op("MatMul", "y", "input", bad)), producer, file("y", nil, domain)} {
		n, err := Read("m.onnx", bytes.NewReader(encoded(t, m)))
		text := ""
		if err != nil {
			text = err.Error()
		} else {
			text = n.Producer
		}
		for _, r := range text {
			if !unicode.IsPrint(r) {
				t.Errorf("%q has the character %U", text, r)
			}
		}
		if !strings.Contains(text, "name") {
			t.Errorf("%q does not have the name", text)
		}
	}
}
