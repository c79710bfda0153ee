package onnx

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network/onnx/internal/onnxpb"
)

// opaque is a tensor that does not depend on the network and whose numbers are
// not known.
func opaque() *value { return &value{stage: stageOpaque} }

// fold computes an operator whose arguments are constants: exporters leave such
// between the weights and their use, and compute shapes with them.  What is not
// known here is opaque.
func (in *interpreter) fold(n *node) (*value, error) {
	c, err := in.folded(n)
	if err != nil {
		return nil, err
	}
	if c == nil || c.other {
		return opaque(), nil
	}
	return &value{stage: stageConstant, constant: c}, nil
}

func (in *interpreter) folded(n *node) (*constant, error) {
	if n.GetOpType() == "Constant" {
		return in.constantNode(n)
	}
	if len(n.args) == 0 || slices.ContainsFunc(n.args, func(v *value) bool { return v != nil && (v.constant == nil || v.constant.other) }) || n.args[0] == nil {
		return nil, nil
	}
	c := n.constant(0)
	switch n.GetOpType() {
	case "Identity":
		return c, nil
	case "Cast":
		return in.castConstant(c, elementTypes[onnxpb.TensorProto_DataType(n.integer("to", 0))])
	case "CastLike": // between floating-point types
		if like := n.constant(1); c.reals == nil || like == nil || like.reals == nil || !holds(like.exact, c.exact) {
			return nil, nil
		}
		return c, nil
	case "Transpose":
		return in.transposed(n, c)
	case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
		return reshapedConstant(n, c), nil
	case "Add", "Sub", "Mul", "Div":
		return in.combined(n.GetOpType(), c, n.constant(1))
	case "Neg":
		return in.mapped(c, func(v float64) float64 { return -v })
	case "Sqrt":
		return in.mapped(c, math.Sqrt)
	case "Reciprocal":
		return in.mapped(c, func(v float64) float64 { return 1 / v })
	case "MatMul":
		return in.multiplied(c.matrix(), n.constant(1).matrix())
	case "Shape":
		sizes := part(c.dims, n.integer("start", 0), n.integer("end", int64(len(c.dims))))
		return &constant{dims: []int64{int64(len(sizes))}, wholes: sizes}, nil
	case "ConstantOfShape":
		return in.filled(n, c)
	case "Gather", "Slice", "Concat":
		return in.picked(n, c)
	}
	return nil, nil
}

func (in *interpreter) constantNode(n *node) (*constant, error) {
	for _, a := range n.Attribute {
		switch {
		case a.GetName() == "value" && a.T != nil:
			return in.constantOf(a.T)
		case a.GetName() == "value_float":
			return realConstant([]float32{a.GetF()}), nil
		case a.GetName() == "value_floats":
			return realConstant(a.Floats, int64(len(a.Floats))), in.spend(len(a.Floats))
		case a.GetName() == "value_int":
			return &constant{wholes: []int64{a.GetI()}}, nil
		case a.GetName() == "value_ints":
			return &constant{dims: []int64{int64(len(a.Ints))}, wholes: a.Ints}, nil
		}
	}
	return nil, nil
}

// mapped applies f to each number.
func (in *interpreter) mapped(c *constant, f func(float64) float64) (*constant, error) {
	if c.reals == nil {
		return nil, nil
	}
	if err := in.spend(len(c.reals)); err != nil {
		return nil, err
	}
	out := &constant{dims: c.dims, exact: rounded, reals: make([]float64, len(c.reals))}
	for i, v := range c.reals {
		out.reals[i] = f(v)
	}
	return out, nil
}

// combined applies an operation to two constants.
func (in *interpreter) combined(op string, a, b *constant) (*constant, error) {
	if b == nil {
		return nil, nil
	}
	if a.wholes != nil && b.wholes != nil {
		return combinedSizes(op, a, b), nil
	}
	if a.reals == nil || b.reals == nil {
		return nil, nil
	}
	dims, ok := broadcastDims(a.dims, b.dims)
	if !ok {
		return nil, errors.New("combines constants of shapes that do not fit")
	}
	size, err := count(dims)
	if err == nil {
		err = in.spend(2 * size)
	}
	if err != nil {
		return nil, err
	}
	x, err := a.broadcast(dims)
	if err != nil {
		return nil, err
	}
	y, err := b.broadcast(dims)
	if err != nil {
		return nil, err
	}
	for i, v := range y {
		switch op {
		case "Add":
			x[i] += v
		case "Sub":
			x[i] -= v
		case "Mul":
			x[i] *= v
		case "Div":
			x[i] /= v
		}
	}
	return &constant{dims: dims, reals: x, exact: rounded}, nil
}

// combinedSizes computes with single whole numbers, as exporters do with the
// sizes of a shape.
func combinedSizes(op string, a, b *constant) *constant {
	if len(a.wholes) != 1 || len(b.wholes) != 1 {
		return nil
	}
	x, y := a.wholes[0], b.wholes[0]
	if max(x, y) > math.MaxInt32 || min(x, y) < math.MinInt32 { // rowCount and unknownSize, too
		return nil
	}
	out := &constant{dims: a.dims, wholes: []int64{x}}
	if len(b.dims) > len(a.dims) {
		out.dims = b.dims
	}
	switch op {
	case "Add":
		out.wholes[0] += y
	case "Sub":
		out.wholes[0] -= y
	case "Mul":
		out.wholes[0] *= y
	default:
		return nil
	}
	return out
}

// broadcastDims returns the shape of the combination of two shapes.
func broadcastDims(a, b []int64) ([]int64, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, size := range b {
		axis := i + len(a) - len(b)
		switch {
		case out[axis] == size || size == 1:
		case out[axis] == 1:
			out[axis] = size
		default:
			return nil, false
		}
	}
	return out, true
}

func (in *interpreter) multiplied(a, b *mat.Dense) (*constant, error) {
	if a == nil || b == nil {
		return nil, nil
	}
	m, inner := a.Dims()
	rows, k := b.Dims()
	if rows != inner {
		return nil, errors.New("multiplies constants of shapes that do not fit")
	}
	// The work counts here, not only the numbers made.
	if work := float64(m) * float64(inner) * float64(k); work > float64(in.allowance) {
		return nil, errAllowance
	}
	if err := in.spend(m * inner * k); err != nil {
		return nil, err
	}
	var out mat.Dense
	out.Mul(a, b)
	return &constant{dims: []int64{int64(m), int64(k)}, reals: out.RawMatrix().Data, exact: rounded}, nil
}

// transposed turns a matrix.
func (in *interpreter) transposed(n *node, c *constant) (*constant, error) {
	if a := n.attribute("perm", onnxpb.AttributeProto_INTS); a != nil && !slices.Equal(a.Ints, []int64{1, 0}) {
		return nil, nil
	}
	m := c.matrix()
	if m == nil {
		return nil, nil
	}
	if err := in.spend(len(c.reals)); err != nil {
		return nil, err
	}
	turned := mat.DenseCopyOf(m.T())
	return &constant{dims: []int64{c.dims[1], c.dims[0]}, reals: turned.RawMatrix().Data, exact: c.exact}, nil
}

// filled is a tensor of one value; with the number of rows among its sizes it is
// the value alone, which does the same where it is used.
func (in *interpreter) filled(n *node, shape *constant) (*constant, error) {
	if shape.wholes == nil || len(shape.wholes) > maxAxes {
		return nil, nil
	}
	out := realConstant([]float32{0})
	if a := n.attribute("value", onnxpb.AttributeProto_TENSOR); a != nil && a.T != nil {
		var err error
		if out, err = in.constantOf(a.T); err != nil {
			return nil, err
		}
	}
	if len(out.reals) != 1 {
		return nil, nil
	}
	if slices.Contains(shape.wholes, rowCount) {
		return &constant{reals: out.reals, exact: out.exact}, nil
	}
	size, err := count(shape.wholes)
	if err == nil {
		err = in.spend(size)
	}
	if err != nil {
		return nil, err
	}
	return &constant{dims: shape.wholes, reals: slices.Repeat(out.reals, size), exact: out.exact}, nil
}
