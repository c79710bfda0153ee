package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/relift/relift/network/onnx/internal/onnxpb"
)

// ErrFormat is wrapped by every error about bytes that are no ONNX model.
var ErrFormat = errors.New("not a valid ONNX file")

// Limits on what a file can make its decoding take.  An empty message has two
// bytes in a file and some two hundred in memory.
const (
	maxDepth      = 64       // messages within messages
	baseMemory    = 64 << 20 // bytes that any file may take
	memoryPerByte = 4        // and for each byte of the file
	messageMemory = 256      // bytes of a message with nothing in it, about
	valueMemory   = 16       // bytes of a number or of the header of a text
)

// decode reads the messages of a file.  What they will take is added up before
// any of it is allocated.
func decode(content []byte) (*onnxpb.ModelProto, error) {
	file := &onnxpb.ModelProto{}
	need, err := memoryOf(content, file.ProtoReflect().Descriptor(), maxDepth)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if limit := baseMemory + memoryPerByte*uint64(len(content)); need > limit {
		return nil, fmt.Errorf("%w: its %d bytes would take %d MiB of memory; expected a two-layer network", ErrFormat, len(content), need>>20)
	}
	if err := (proto.UnmarshalOptions{RecursionLimit: maxDepth + 1}).Unmarshal(content, file); err != nil {
		return nil, fmt.Errorf("%w: damaged", ErrFormat) // the library's text differs from run to run
	}
	switch {
	case file.GetIrVersion() < 1:
		return nil, fmt.Errorf("%w: no IR version", ErrFormat)
	case file.Graph == nil:
		return nil, fmt.Errorf("%w: no graph", ErrFormat)
	}
	return file, nil
}

var (
	errDamaged = errors.New("damaged")
	errDepth   = fmt.Errorf("messages are nested more than %d deep", maxDepth)
)

// varints are the kinds of fields whose numbers have no fixed size in a file.
var varints = map[protoreflect.Kind]bool{
	protoreflect.Int32Kind: true, protoreflect.Int64Kind: true, protoreflect.Uint64Kind: true, protoreflect.EnumKind: true,
}

// memoryOf estimates the bytes that a message takes when it is decoded.
func memoryOf(b []byte, kind protoreflect.MessageDescriptor, depth int) (uint64, error) {
	if depth == 0 {
		return 0, errDepth
	}
	total := uint64(messageMemory)
	for len(b) > 0 {
		number, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return 0, errDamaged
		}
		b = b[n:]
		field := kind.Fields().ByNumber(number)
		if wire != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(number, wire, b); n < 0 {
				return 0, errDamaged
			}
			total += valueMemory + uint64(n)
			b = b[n:]
			continue
		}
		content, n := protowire.ConsumeBytes(b)
		if n < 0 {
			return 0, errDamaged
		}
		b = b[n:]
		switch {
		case field != nil && field.Kind() == protoreflect.MessageKind:
			of, err := memoryOf(content, field.Message(), depth-1)
			if err != nil {
				return 0, err
			}
			total += of
		case field != nil && field.IsList() && varints[field.Kind()]:
			total += 8 * uint64(len(content)) // a number may have one byte
		default:
			total += valueMemory + uint64(len(content))
		}
	}
	return total, nil
}

// encodeMessage returns the bytes of a message: equal messages are equal bytes.
func encodeMessage(m proto.Message) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(m)
}
