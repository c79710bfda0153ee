package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/element"
	"github.com/relift/relift/internal/half"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/network/onnx/internal/onnxpb"
)

// constant is a tensor whose elements are known: weights, or the numbers of a
// shape.  Constants are never changed, so that they can share memory.
type constant struct {
	dims   []int64
	reals  []float64 // of a tensor of floating-point numbers
	wholes []int64   // of a tensor of whole numbers; rowCount stands for the number of rows of the input
	other  bool      // elements that have no use here: texts
	// exact is the narrowest floating-point type known to hold every element:
	// casting to it or to a wider one changes nothing.
	exact element.Type
}

// maxAxes is the most axes of a tensor that is understood.
const maxAxes = 16

// rowCount stands for the number of samples among the whole numbers of a shape.
const rowCount = math.MinInt64

// elementTypes are the types of elements that are read.
var elementTypes = map[onnxpb.TensorProto_DataType]element.Type{
	onnxpb.TensorProto_FLOAT: element.Float32, onnxpb.TensorProto_DOUBLE: element.Float64,
	onnxpb.TensorProto_FLOAT16: element.Float16, onnxpb.TensorProto_BFLOAT16: element.BFloat16,
	onnxpb.TensorProto_INT64: element.Int64, onnxpb.TensorProto_INT32: element.Int32, onnxpb.TensorProto_INT16: element.Int16,
	onnxpb.TensorProto_INT8: element.Int8, onnxpb.TensorProto_UINT32: element.Uint32, onnxpb.TensorProto_UINT16: element.Uint16,
	onnxpb.TensorProto_UINT8: element.Uint8, onnxpb.TensorProto_BOOL: element.Bool,
}

// count returns the product of a shape.
func count(dims []int64) (int, error) {
	size := uint64(1)
	for _, d := range dims {
		if d < 0 {
			return 0, errors.New("has a negative size")
		}
		over, product := bits.Mul64(size, uint64(d))
		if over != 0 || product > math.MaxInt64/8 {
			return 0, errors.New("has an impossible shape")
		}
		size = product
	}
	return int(size), nil
}

// constantOf reads a tensor of the file.  Errors name it.
func (in *interpreter) constantOf(t *onnxpb.TensorProto) (*constant, error) {
	c, err := in.readConstant(t)
	if err != nil {
		return nil, fmt.Errorf("tensor %q %w", printable.Short(t.GetName(), 80), err)
	}
	return c, nil
}

func (in *interpreter) readConstant(t *onnxpb.TensorProto) (*constant, error) {
	c := &constant{dims: t.Dims}
	if len(t.Dims) > maxAxes {
		return nil, fmt.Errorf("has %d axes; expected a matrix", len(t.Dims))
	}
	size, err := count(t.Dims)
	if err != nil {
		return nil, err
	}
	kind := elementTypes[onnxpb.TensorProto_DataType(t.GetDataType())]
	if kind == 0 {
		c.other = true
		return c, nil
	}
	if t.Segment != nil {
		return nil, errors.New("is stored in segments, which nobody writes")
	}
	raw := t.RawData
	switch {
	case t.GetDataLocation() == onnxpb.TensorProto_EXTERNAL:
		if raw, err = in.external(t, size*kind.Size()); err != nil {
			return nil, err
		}
	case raw == nil:
		raw = typedElements(t, kind)
	}
	if len(raw)%kind.Size() != 0 || len(raw)/kind.Size() != size {
		return nil, fmt.Errorf("has %d bytes; its shape %v of %v says %d", len(raw), t.Dims, kind, size*kind.Size())
	}
	if err := in.spend(size); err != nil {
		return nil, err
	}
	if kind.Real() {
		c.reals, c.exact = kind.Reals(raw), kind
	} else {
		c.wholes = kind.Wholes(raw)
		if slices.Contains(c.wholes, rowCount) {
			return nil, errors.New("holds the number −2⁶³")
		}
	}
	return c, nil
}

// typedElements returns what the field for elements of that type holds, as raw
// data would have it.
func typedElements(t *onnxpb.TensorProto, kind element.Type) (raw []byte) {
	switch kind {
	case element.Float32:
		for _, v := range t.FloatData {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
	case element.Float64:
		for _, v := range t.DoubleData {
			raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
		}
	case element.Int64:
		for _, v := range t.Int64Data {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
		}
	case element.Uint32:
		for _, v := range t.Uint64Data {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(v))
		}
	default: // the lower bytes of int32_data
		for _, v := range t.Int32Data {
			for b, k := uint32(v), 0; k < kind.Size(); b, k = b>>8, k+1 {
				raw = append(raw, byte(b))
			}
		}
	}
	return raw
}

// realConstant returns numbers that an attribute holds.
func realConstant(numbers []float32, dims ...int64) *constant {
	c := &constant{dims: dims, exact: element.Float32, reals: make([]float64, len(numbers))}
	for i, v := range numbers {
		c.reals[i] = float64(v)
	}
	return c
}

// matrix returns a constant of two dimensions, nil for anything else.  It shares
// memory with the constant.
func (c *constant) matrix() *mat.Dense {
	if c == nil || len(c.dims) != 2 || len(c.reals) == 0 {
		return nil
	}
	return mat.NewDense(int(c.dims[0]), int(c.dims[1]), c.reals)
}

// scalar returns the number of a constant that has one.
func (c *constant) scalar() (float64, bool) {
	if c == nil || len(c.reals) != 1 {
		return 0, false
	}
	return c.reals[0], true
}

// all reports whether the constant's numbers all have the value v.
func (c *constant) all(v float64) bool {
	return c != nil && len(c.reals) > 0 && !slices.ContainsFunc(c.reals, func(x float64) bool { return x != v })
}

// broadcast repeats the constant's numbers along axes of size one until it has
// the shape, NumPy's rule.  A constant may have further axes of size one in
// front.
func (c *constant) broadcast(shape []int64) ([]float64, error) {
	size, err := count(shape)
	if err != nil {
		return nil, err
	}
	if c == nil || c.reals == nil {
		return nil, errors.New("an argument is no constant of floating-point numbers; expected constants in the file")
	}
	dims := c.dims
	for len(dims) > len(shape) && dims[0] == 1 {
		dims = dims[1:]
	}
	if len(dims) > len(shape) {
		return nil, fmt.Errorf("a constant has shape %v; expected one for each of %d columns", c.dims, size)
	}
	stride := make([]int, len(shape)) // of the constant along the axes of the shape
	step := 1
	for k := len(dims) - 1; k >= 0; k-- {
		axis := k + len(shape) - len(dims)
		switch dims[k] {
		case shape[axis]:
			if dims[k] != 1 {
				stride[axis] = step
			}
		case 1:
		default:
			return nil, fmt.Errorf("a constant has shape %v; expected one for each of %d columns", c.dims, size)
		}
		step *= int(dims[k])
	}
	out := make([]float64, size)
	index := make([]int64, len(shape))
	for at, i := 0, 0; i < size; i++ {
		out[i] = c.reals[at]
		for axis := len(shape) - 1; axis >= 0; axis-- {
			index[axis]++
			at += stride[axis]
			if index[axis] < shape[axis] {
				break
			}
			at -= stride[axis] * int(shape[axis])
			index[axis] = 0
		}
	}
	return out, nil
}

// rounding returns how a floating-point type rounds, nil for double precision.
func rounding(to element.Type) func(float64) float64 {
	switch to {
	case element.Float32:
		return func(x float64) float64 { return float64(float32(x)) }
	case element.Float16:
		return half.RoundFloat16
	case element.BFloat16:
		return half.RoundBFloat16
	}
	return nil
}

// holds reports whether every number of the type from is one of the type to.
func holds(to, from element.Type) bool {
	return to == from || to == element.Float64 || to == element.Float32 && from != element.Float64
}
