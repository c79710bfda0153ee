// Package wire is the part of the ONNX file format that package onnx uses: its
// messages as Go structs, written and read with protowire.
//
// The numbers of the fields are those of onnx.proto3 (github.com/onnx/onnx),
// IR version 8.  The encoding is deterministic: equal models are equal bytes.
// Decode trusts nothing in the file: no size is believed before that many
// bytes are there, and what it makes is a small multiple of the file.
package wire

// Model is a ModelProto.
type Model struct {
	IRVersion       int64
	Imports         []Import
	ProducerName    string
	ProducerVersion string
	Domain          string
	ModelVersion    int64
	Doc             string
	Graph           *Graph // nil when the file has none
	Metadata        []Pair
	// Functions says that the file defines functions of its own.
	Functions bool
}

// Import is an OperatorSetIdProto: a set of operators and its version.
type Import struct {
	Domain  string // "" is ONNX itself
	Version int64
}

// Pair is a StringStringEntryProto.
type Pair struct{ Key, Value string }

// Graph is a GraphProto.
type Graph struct {
	Name            string
	Nodes           []Node
	Initializers    []Tensor
	Inputs, Outputs []Value
	// Sparse says that the graph has sparse initializers, which are not read.
	Sparse bool
}

// Node is a NodeProto: an operator applied to the tensors it names.
type Node struct {
	Name, Op, Domain string
	Inputs, Outputs  []string
	Attributes       []Attribute
}

// Attribute is an AttributeProto; Kind says which field holds it.
type Attribute struct {
	Name    string
	Kind    AttributeKind
	Float   float32
	Int     int64
	Text    []byte
	Tensor  *Tensor
	Floats  []float32
	Ints    []int64
	Strings [][]byte
}

// AttributeKind is AttributeProto.AttributeType.
type AttributeKind int32

// The kinds that are read; an attribute of another kind has only its name.
const (
	KindFloat   AttributeKind = 1
	KindInt     AttributeKind = 2
	KindString  AttributeKind = 3
	KindTensor  AttributeKind = 4
	KindFloats  AttributeKind = 6
	KindInts    AttributeKind = 7
	KindStrings AttributeKind = 8
)

// Type is TensorProto.DataType.
type Type int32

// The types of elements that have a name here.
const (
	Float   Type = 1
	Int32   Type = 6
	Int64   Type = 7
	String  Type = 8
	Bool    Type = 9
	Float16 Type = 10
	Double  Type = 11
)

// Tensor is a TensorProto.  For Float and Double the elements are in Numbers,
// for Int32 and Int64 in Ints, for String in Strings; of another type, or with
// its data in another file, a tensor has only its name and shape.
type Tensor struct {
	Name     string
	Dims     []int64
	Type     Type
	Numbers  []float64
	Ints     []int64
	Strings  []string
	External bool // the data are in another file
}

// Value is a ValueInfoProto of a tensor: an input or output of the graph.
type Value struct {
	Name string
	Type Type
	// Dims has the axes, nil when the shape is unknown.
	Dims []Dim
	Doc  string
}

// Dim is one axis: a size, a name ("N"), or unknown.
type Dim struct {
	Size int64 // 0 unless the size is given
	Name string
}
