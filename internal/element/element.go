// Package element decodes the numbers of files of arrays: little-endian, one
// after the other, of the types that programs write weights in.
package element

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/relift/relift/internal/half"
)

// Type is the type of the numbers.
type Type int

// The types; floating-point numbers before whole ones.
const (
	Float64 Type = iota + 1
	Float32
	Float16
	BFloat16
	Int64
	Int32
	Int16
	Int8
	Uint32
	Uint16
	Uint8
	Bool
)

var types = map[Type]struct {
	name  string
	size  int
	real  func([]byte) float64
	whole func([]byte) int64
}{
	Float64:  {"float64", 8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }, nil},
	Float32:  {"float32", 4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }, nil},
	Float16:  {"float16", 2, func(b []byte) float64 { return half.Float16(binary.LittleEndian.Uint16(b)) }, nil},
	BFloat16: {"bfloat16", 2, func(b []byte) float64 { return half.BFloat16(binary.LittleEndian.Uint16(b)) }, nil},
	Int64:    {"int64", 8, nil, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }},
	Int32:    {"int32", 4, nil, func(b []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(b))) }},
	Int16:    {"int16", 2, nil, func(b []byte) int64 { return int64(int16(binary.LittleEndian.Uint16(b))) }},
	Int8:     {"int8", 1, nil, func(b []byte) int64 { return int64(int8(b[0])) }},
	Uint32:   {"uint32", 4, nil, func(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }},
	Uint16:   {"uint16", 2, nil, func(b []byte) int64 { return int64(binary.LittleEndian.Uint16(b)) }},
	Uint8:    {"uint8", 1, nil, func(b []byte) int64 { return int64(b[0]) }},
	Bool:     {"bool", 1, nil, func(b []byte) int64 { return int64(b[0]) }},
}

// String returns NumPy's name of the type.
func (t Type) String() string {
	if known, ok := types[t]; ok {
		return known.name
	}
	return fmt.Sprintf("Type(%d)", int(t))
}

// Size returns the bytes of one number, 0 for a type that is not known.
func (t Type) Size() int { return types[t].size }

// Real reports whether the numbers are floating-point numbers.
func (t Type) Real() bool { return types[t].real != nil }

// Reals returns floating-point numbers, exactly.  The length of raw is a
// multiple of Size.
func (t Type) Reals(raw []byte) []float64 {
	known := types[t]
	out := make([]float64, len(raw)/known.size)
	for i := range out {
		out[i] = known.real(raw[i*known.size:])
	}
	return out
}

// Wholes returns whole numbers.  The length of raw is a multiple of Size.
func (t Type) Wholes(raw []byte) []int64 {
	known := types[t]
	out := make([]int64, len(raw)/known.size)
	for i := range out {
		out[i] = known.whole(raw[i*known.size:])
	}
	return out
}
