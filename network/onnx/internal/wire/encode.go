package wire

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// message collects the fields of a message.
type message []byte

func (m *message) integer(field protowire.Number, v int64) {
	if v != 0 {
		*m = protowire.AppendTag(*m, field, protowire.VarintType)
		*m = protowire.AppendVarint(*m, uint64(v))
	}
}

func (m *message) text(field protowire.Number, s string) {
	if s != "" {
		m.element(field, s)
	}
}

// element is text of a repeated field, which may be empty.
func (m *message) element(field protowire.Number, s string) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendString(*m, s)
}

func (m *message) child(field protowire.Number, content message) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendBytes(*m, content)
}

// integers is a packed repeated field.
func (m *message) integers(field protowire.Number, values []int64) {
	if len(values) == 0 {
		return
	}
	var packed message
	for _, v := range values {
		packed = protowire.AppendVarint(packed, uint64(v))
	}
	m.child(field, packed)
}

// Encode returns the bytes of the file.
func (m *Model) Encode() []byte {
	var out message
	out.integer(1, m.IRVersion)
	out.text(2, m.ProducerName)
	out.text(3, m.ProducerVersion)
	out.text(4, m.Domain)
	out.integer(5, m.ModelVersion)
	out.text(6, m.Doc)
	if m.Graph != nil {
		out.child(7, m.Graph.encode())
	}
	for _, i := range m.Imports {
		var set message
		set.text(1, i.Domain)
		set.integer(2, i.Version)
		out.child(8, set)
	}
	for _, p := range m.Metadata {
		var pair message
		pair.text(1, p.Key)
		pair.text(2, p.Value)
		out.child(14, pair)
	}
	return out
}

// Encode returns the bytes of the graph.
func (g *Graph) Encode() []byte { return g.encode() }

func (g *Graph) encode() (out message) {
	for i := range g.Nodes {
		out.child(1, g.Nodes[i].encode())
	}
	out.text(2, g.Name)
	for i := range g.Initializers {
		out.child(5, g.Initializers[i].encode())
	}
	for _, v := range g.Inputs {
		out.child(11, v.encode())
	}
	for _, v := range g.Outputs {
		out.child(12, v.encode())
	}
	return out
}

func (n *Node) encode() (out message) {
	for _, name := range n.Inputs {
		out.element(1, name)
	}
	for _, name := range n.Outputs {
		out.element(2, name)
	}
	out.text(3, n.Name)
	out.text(4, n.Op)
	for i := range n.Attributes {
		out.child(5, n.Attributes[i].encode())
	}
	out.text(7, n.Domain)
	return out
}

func (a *Attribute) encode() (out message) {
	out.text(1, a.Name)
	switch a.Kind {
	case KindFloat:
		out = protowire.AppendTag(out, 2, protowire.Fixed32Type)
		out = protowire.AppendFixed32(out, math.Float32bits(a.Float))
	case KindInt:
		out = protowire.AppendTag(out, 3, protowire.VarintType)
		out = protowire.AppendVarint(out, uint64(a.Int))
	case KindString:
		out.element(4, string(a.Text))
	case KindTensor:
		out.child(5, a.Tensor.encode())
	case KindFloats:
		for _, v := range a.Floats {
			out = protowire.AppendTag(out, 7, protowire.Fixed32Type)
			out = protowire.AppendFixed32(out, math.Float32bits(v))
		}
	case KindInts:
		for _, v := range a.Ints {
			out = protowire.AppendTag(out, 8, protowire.VarintType)
			out = protowire.AppendVarint(out, uint64(v))
		}
	case KindStrings:
		for _, s := range a.Strings {
			out.element(9, string(s))
		}
	}
	out.integer(20, int64(a.Kind))
	return out
}

func (t *Tensor) encode() (out message) {
	out.integers(1, t.Dims)
	out.integer(2, int64(t.Type))
	var raw message
	switch t.Type {
	case Double:
		for _, v := range t.Numbers {
			raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
		}
	case Float:
		for _, v := range t.Numbers {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(v)))
		}
	case Int64:
		for _, v := range t.Ints {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
		}
	case Int32:
		for _, v := range t.Ints {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(int32(v)))
		}
	case String:
		for _, s := range t.Strings {
			out.element(6, s)
		}
	}
	out.text(8, t.Name)
	if t.Type != String {
		out.child(9, raw)
	}
	return out
}

func (v *Value) encode() (out message) {
	var shape message
	for _, d := range v.Dims {
		var dim message
		dim.integer(1, d.Size)
		dim.text(2, d.Name)
		shape.child(1, dim)
	}
	var tensor, kind message
	tensor.integer(1, int64(v.Type))
	if v.Dims != nil {
		tensor.child(2, shape)
	}
	kind.child(1, tensor)
	out.text(1, v.Name)
	out.child(2, kind)
	out.text(3, v.Doc)
	return out
}
