package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// ErrFormat is wrapped by every error about bytes that are no ONNX model.
var ErrFormat = errors.New("not a valid ONNX file")

// maxItems bounds the repeated messages of one kind, which take far more memory
// than the two bytes that an empty one has in the file.
const maxItems = 1 << 16

// room counts one more item, or fails.
func (r *reader) room(have int) bool {
	if have >= maxItems && r.err == nil {
		r.err = malformed("%s has more than %d items of a kind", r.message, maxItems)
	}
	return r.err == nil
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

// field is one field of a message.
type field struct {
	number protowire.Number
	kind   protowire.Type
	varint uint64 // of a varint or a fixed-size field
	bytes  []byte // of a length-delimited field; shares memory with the file
}

// fields calls visit for each field of a message.
func fields(message string, b []byte, visit func(field) error) error {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return malformed("%s has a damaged field", message)
		}
		b = b[n:]
		f := field{number: number, kind: kind}
		switch kind {
		case protowire.VarintType:
			f.varint, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.varint = uint64(v)
		case protowire.Fixed64Type:
			f.varint, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(b)
		default: // groups are not used by ONNX
			return malformed("%s has a field of an unknown kind", message)
		}
		if n < 0 {
			return malformed("%s is cut short in field %d", message, number)
		}
		b = b[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// reader reads the fields of one message; it keeps the first error.
type reader struct {
	message string
	field
	err error
}

func (r *reader) want(kind protowire.Type) bool {
	if r.kind != kind && r.err == nil {
		r.err = malformed("field %d of %s has the wrong kind", r.number, r.message)
	}
	return r.kind == kind
}

func (r *reader) integer(to *int64) {
	if r.want(protowire.VarintType) {
		*to = int64(r.varint)
	}
}

func (r *reader) text(to *string) {
	if !r.want(protowire.BytesType) {
		return
	}
	if !utf8.Valid(r.bytes) && r.err == nil {
		r.err = malformed("field %d of %s is not UTF-8 text", r.number, r.message)
		return
	}
	*to = string(r.bytes)
}

func (r *reader) texts(to *[]string) {
	var s string
	r.text(&s)
	*to = append(*to, s)
}

// integers reads a repeated field, packed or not.
func (r *reader) integers(to *[]int64) {
	if r.kind == protowire.VarintType {
		*to = append(*to, int64(r.varint))
		return
	}
	if !r.want(protowire.BytesType) {
		return
	}
	for b := r.bytes; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			r.err = malformed("field %d of %s is damaged", r.number, r.message)
			return
		}
		*to, b = append(*to, int64(v)), b[n:]
	}
}

// words reads a repeated field of fixed-size numbers, packed or not, as bytes.
func (r *reader) words(size int, to *[]byte) {
	switch {
	case r.kind == protowire.Fixed32Type && size == 4:
		*to = binary.LittleEndian.AppendUint32(*to, uint32(r.varint))
	case r.kind == protowire.Fixed64Type && size == 8:
		*to = binary.LittleEndian.AppendUint64(*to, r.varint)
	case r.want(protowire.BytesType):
		*to = append(*to, r.bytes...)
	}
}

func (r *reader) child(decode func([]byte) error) {
	if r.want(protowire.BytesType) && r.err == nil {
		r.err = decode(r.bytes)
	}
}

// decode visits the fields of a message with a reader.
func decode(message string, b []byte, visit func(*reader)) error {
	return fields(message, b, func(f field) error {
		r := &reader{message: message, field: f}
		visit(r)
		return r.err
	})
}

// Decode reads a file's bytes.  Fields that this package does not know are
// skipped; an error wraps ErrFormat.
func Decode(b []byte) (*Model, error) {
	m := &Model{}
	err := decode("the model", b, func(r *reader) {
		switch r.number {
		case 1:
			r.integer(&m.IRVersion)
		case 2:
			r.text(&m.ProducerName)
		case 3:
			r.text(&m.ProducerVersion)
		case 4:
			r.text(&m.Domain)
		case 5:
			r.integer(&m.ModelVersion)
		case 6:
			r.text(&m.Doc)
		case 7:
			if m.Graph != nil {
				r.err = malformed("the model has two graphs")
				return
			}
			m.Graph = &Graph{}
			r.child(m.Graph.decode)
		case 8:
			var i Import
			r.child(i.decode)
			if r.room(len(m.Imports)) {
				m.Imports = append(m.Imports, i)
			}
		case 14:
			var p Pair
			r.child(p.decode)
			if r.room(len(m.Metadata)) {
				m.Metadata = append(m.Metadata, p)
			}
		case 25:
			m.Functions = true
		}
	})
	switch {
	case err != nil:
		return nil, err
	case m.IRVersion < 1:
		return nil, malformed("no IR version")
	case m.Graph == nil:
		return nil, malformed("no graph")
	}
	return m, nil
}

func (i *Import) decode(b []byte) error {
	return decode("an operator set", b, func(r *reader) {
		switch r.number {
		case 1:
			r.text(&i.Domain)
		case 2:
			r.integer(&i.Version)
		}
	})
}

func (p *Pair) decode(b []byte) error {
	return decode("the metadata", b, func(r *reader) {
		switch r.number {
		case 1:
			r.text(&p.Key)
		case 2:
			r.text(&p.Value)
		}
	})
}

func (g *Graph) decode(b []byte) error {
	return decode("the graph", b, func(r *reader) {
		switch r.number {
		case 1:
			var n Node
			r.child(n.decode)
			if r.room(len(g.Nodes)) {
				g.Nodes = append(g.Nodes, n)
			}
		case 2:
			r.text(&g.Name)
		case 5:
			var t Tensor
			r.child(t.decode)
			if r.room(len(g.Initializers)) {
				g.Initializers = append(g.Initializers, t)
			}
		case 11:
			var v Value
			r.child(v.decode)
			if r.room(len(g.Inputs)) {
				g.Inputs = append(g.Inputs, v)
			}
		case 12:
			var v Value
			r.child(v.decode)
			if r.room(len(g.Outputs)) {
				g.Outputs = append(g.Outputs, v)
			}
		case 15:
			g.Sparse = true
		}
	})
}

func (n *Node) decode(b []byte) error {
	return decode("a node", b, func(r *reader) {
		switch r.number {
		case 1:
			r.texts(&n.Inputs)
		case 2:
			r.texts(&n.Outputs)
		case 3:
			r.text(&n.Name)
		case 4:
			r.text(&n.Op)
		case 5:
			var a Attribute
			r.child(a.decode)
			if r.room(len(n.Attributes)) {
				n.Attributes = append(n.Attributes, a)
			}
		case 7:
			r.text(&n.Domain)
		}
	})
}

func (a *Attribute) decode(b []byte) error {
	var floats []byte
	err := decode("an attribute", b, func(r *reader) {
		switch r.number {
		case 1:
			r.text(&a.Name)
		case 2:
			if r.want(protowire.Fixed32Type) {
				a.Float = math.Float32frombits(uint32(r.varint))
			}
		case 3:
			r.integer(&a.Int)
		case 4:
			if r.want(protowire.BytesType) {
				a.Text = r.bytes
			}
		case 5:
			a.Tensor = &Tensor{}
			r.child(a.Tensor.decode)
		case 7:
			r.words(4, &floats)
		case 8:
			r.integers(&a.Ints)
		case 9:
			if r.want(protowire.BytesType) {
				a.Strings = append(a.Strings, r.bytes)
			}
		case 20:
			var kind int64
			r.integer(&kind)
			a.Kind = AttributeKind(kind)
		}
	})
	if err != nil {
		return err
	}
	if len(floats)%4 != 0 {
		return malformed("attribute %q is damaged", a.Name)
	}
	for ; len(floats) > 0; floats = floats[4:] {
		a.Floats = append(a.Floats, math.Float32frombits(binary.LittleEndian.Uint32(floats)))
	}
	if a.Kind == KindTensor && a.Tensor == nil {
		return malformed("attribute %q has no tensor", a.Name)
	}
	return nil
}

func (v *Value) decode(b []byte) error {
	return decode("an input or output", b, func(r *reader) {
		switch r.number {
		case 1:
			r.text(&v.Name)
		case 2:
			r.child(v.decodeType)
		case 3:
			r.text(&v.Doc)
		}
	})
}

func (v *Value) decodeType(b []byte) error {
	return decode("a type", b, func(r *reader) {
		if r.number == 1 {
			r.child(v.decodeTensorType)
		}
	})
}

func (v *Value) decodeTensorType(b []byte) error {
	return decode("a tensor type", b, func(r *reader) {
		switch r.number {
		case 1:
			var kind int64
			r.integer(&kind)
			v.Type = Type(kind)
		case 2:
			v.Dims = []Dim{}
			r.child(v.decodeShape)
		}
	})
}

func (v *Value) decodeShape(b []byte) error {
	return decode("a shape", b, func(r *reader) {
		if r.number != 1 {
			return
		}
		var d Dim
		r.child(func(b []byte) error {
			return decode("an axis", b, func(r *reader) {
				switch r.number {
				case 1:
					r.integer(&d.Size)
				case 2:
					r.text(&d.Name)
				}
			})
		})
		if r.room(len(v.Dims)) {
			v.Dims = append(v.Dims, d)
		}
	})
}

// tensorData are the fields in which a tensor can have its elements.
type tensorData struct {
	raw, floats, doubles []byte
	hasRaw               bool
	int32s, int64s       []int64
	strings              []string
}

func (t *Tensor) decode(b []byte) error {
	var data tensorData
	err := decode("a tensor", b, func(r *reader) {
		switch r.number {
		case 1:
			r.integers(&t.Dims)
		case 2:
			var kind int64
			r.integer(&kind)
			t.Type = Type(kind)
		case 3:
			r.err = malformed("a tensor is stored in segments, which nobody writes")
		case 4:
			r.words(4, &data.floats)
		case 5:
			r.integers(&data.int32s)
		case 6:
			r.texts(&data.strings)
		case 7:
			r.integers(&data.int64s)
		case 8:
			r.text(&t.Name)
		case 9:
			if r.want(protowire.BytesType) {
				data.raw, data.hasRaw = r.bytes, true
			}
		case 10:
			r.words(8, &data.doubles)
		case 14:
			var location int64
			r.integer(&location)
			t.External = location != 0
		}
	})
	if err != nil {
		return err
	}
	return t.take(data)
}

// take moves the elements to where the tensor's type has them and checks that
// there are as many as the shape says.
func (t *Tensor) take(data tensorData) error {
	size := uint64(1)
	for _, d := range t.Dims {
		if d < 0 {
			return malformed("tensor %q has a negative size", t.Name)
		}
		over, product := bits.Mul64(size, uint64(d))
		if over != 0 || product > math.MaxInt64 {
			return malformed("tensor %q has an impossible shape", t.Name)
		}
		size = product
	}
	if t.External {
		return nil
	}
	var count uint64
	switch t.Type {
	case Float:
		b := data.floats
		if data.hasRaw {
			b = data.raw
		}
		if len(b)%4 != 0 {
			return malformed("tensor %q is cut short", t.Name)
		}
		t.Numbers = make([]float64, len(b)/4)
		for i := range t.Numbers {
			t.Numbers[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		}
		count = uint64(len(t.Numbers))
	case Double:
		b := data.doubles
		if data.hasRaw {
			b = data.raw
		}
		if len(b)%8 != 0 {
			return malformed("tensor %q is cut short", t.Name)
		}
		t.Numbers = make([]float64, len(b)/8)
		for i := range t.Numbers {
			t.Numbers[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
		count = uint64(len(t.Numbers))
	case Int32, Int64:
		t.Ints = data.int64s
		width := 8
		if t.Type == Int32 {
			t.Ints, width = data.int32s, 4
		}
		if data.hasRaw {
			if len(data.raw)%width != 0 {
				return malformed("tensor %q is cut short", t.Name)
			}
			t.Ints = make([]int64, len(data.raw)/width)
			for i := range t.Ints {
				if width == 8 {
					t.Ints[i] = int64(binary.LittleEndian.Uint64(data.raw[8*i:]))
				} else {
					t.Ints[i] = int64(int32(binary.LittleEndian.Uint32(data.raw[4*i:])))
				}
			}
		}
		count = uint64(len(t.Ints))
	case String:
		t.Strings, count = data.strings, uint64(len(data.strings))
	default:
		return nil // not a type whose elements are read
	}
	if count != size {
		return malformed("tensor %q has %d elements; its shape says %d", t.Name, count, size)
	}
	return nil
}
