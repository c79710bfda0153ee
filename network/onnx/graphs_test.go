package onnx

import (
	"encoding/binary"
	"math"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/relift/relift/network/onnx/internal/onnxpb"
)

// tensor is an initializer of a graph that a test makes.
type tensor struct {
	Name    string
	Type    onnxpb.TensorProto_DataType
	Dims    []int64
	Numbers []float64 // of FLOAT and DOUBLE
	Ints    []int64   // of INT64
	Strings []string
}

func (t *tensor) proto() *onnxpb.TensorProto {
	out := &onnxpb.TensorProto{Name: proto.String(t.Name), DataType: proto.Int32(int32(t.Type)), Dims: t.Dims}
	switch t.Type {
	case onnxpb.TensorProto_FLOAT:
		for _, v := range t.Numbers {
			out.RawData = binary.LittleEndian.AppendUint32(out.RawData, math.Float32bits(float32(v)))
		}
	case onnxpb.TensorProto_DOUBLE:
		for _, v := range t.Numbers {
			out.RawData = binary.LittleEndian.AppendUint64(out.RawData, math.Float64bits(v))
		}
	case onnxpb.TensorProto_INT64:
		out.Int64Data = t.Ints
	case onnxpb.TensorProto_STRING:
		for _, s := range t.Strings {
			out.StringData = append(out.StringData, []byte(s))
		}
	}
	return out
}

// op is an operator whose output is called name.
func op(kind, name string, inputs ...string) *onnxpb.NodeProto {
	return &onnxpb.NodeProto{OpType: proto.String(kind), Name: proto.String("/" + name), Input: inputs, Output: []string{name}}
}

func with(n *onnxpb.NodeProto, attributes ...*onnxpb.AttributeProto) *onnxpb.NodeProto {
	n.Attribute = attributes
	return n
}

func in(domain string, n *onnxpb.NodeProto) *onnxpb.NodeProto {
	n.Domain = proto.String(domain)
	return n
}

func float(name string, v float32) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: proto.String(name), Type: onnxpb.AttributeProto_FLOAT.Enum(), F: proto.Float32(v)}
}

func floats(name string, v ...float32) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: proto.String(name), Type: onnxpb.AttributeProto_FLOATS.Enum(), Floats: v}
}

func integers(name string, v ...int64) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: proto.String(name), Type: onnxpb.AttributeProto_INTS.Enum(), Ints: v}
}

func text(name, v string) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: proto.String(name), Type: onnxpb.AttributeProto_STRING.Enum(), S: []byte(v)}
}

func tensorAttribute(name string, t *tensor) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: proto.String(name), Type: onnxpb.AttributeProto_TENSOR.Enum(), T: t.proto()}
}

// file is a model of one input with foreignInputs columns and one output.
func file(out string, initializers []*tensor, nodes ...*onnxpb.NodeProto) *onnxpb.ModelProto {
	g := &onnxpb.GraphProto{
		Name: proto.String("main_graph"), Node: nodes,
		Input:  []*onnxpb.ValueInfoProto{valueInfo("input", onnxpb.TensorProto_FLOAT, foreignInputs)},
		Output: []*onnxpb.ValueInfoProto{{Name: proto.String(out)}},
	}
	for _, t := range initializers {
		g.Initializer = append(g.Initializer, t.proto())
	}
	return &onnxpb.ModelProto{
		IrVersion: proto.Int64(8), ProducerName: proto.String("pytorch"), ProducerVersion: proto.String("2.5.0"), Graph: g,
		OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: proto.Int64(17)}},
	}
}

// encoded returns the bytes of a file.
func encoded(t testing.TB, m proto.Message) []byte {
	t.Helper()
	content, err := encodeMessage(m)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
