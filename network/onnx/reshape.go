package onnx

import (
	"errors"
	"math"
	"slices"

	"github.com/relift/relift/internal/element"
)

// unknownSize stands for a size of the input that the file does not say, among
// the whole numbers of a shape.
const unknownSize = rowCount + 1

// rounded is the type of numbers that were computed here, in double precision.
const rounded = element.Float64

// reshapes are the operators that change shapes and no numbers.
var reshapes = setOf("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Shape")

var errMixes = errors.New("may move numbers between samples; expected a matrix with a row for each sample")

// shapeOf is the shape of a tensor of the network, with rowCount in front.
func (in *interpreter) shapeOf(n *node, v *value) (*value, error) {
	if v.shape == nil {
		return opaque(), nil
	}
	sizes := []int64{rowCount}
	for _, size := range in.axes(v) {
		if size < 0 {
			size = unknownSize
		}
		sizes = append(sizes, size)
	}
	sizes = part(sizes, n.integer("start", 0), n.integer("end", int64(len(sizes))))
	return &value{stage: stageConstant, constant: &constant{dims: []int64{int64(len(sizes))}, wholes: sizes}}, nil
}

// part returns the numbers from start to before end, of which negative ones count
// from behind.
func part(numbers []int64, start, end int64) []int64 {
	size := int64(len(numbers))
	within := func(i int64) int64 {
		if i < 0 {
			i += size
		}
		return min(max(i, 0), size)
	}
	from, to := within(start), within(end)
	return numbers[from:max(from, to)]
}

// reshape accepts what provably keeps each sample's numbers together and in
// their order.
func (in *interpreter) reshape(n *node, v *value) (*value, error) {
	shape, err := in.reshaped(n, v)
	switch {
	case err != nil && v.stage == stageSecond: // skl2onnx puts all outputs of a regression into one column
		return in.tail(n)
	case err != nil:
		return nil, err
	case v.stage == stageSecond: // [N] for [N, 1]
		return v, nil
	}
	out := *v
	out.shape = shape
	return &out, nil
}

// reshaped returns the axes of a sample afterwards.
func (in *interpreter) reshaped(n *node, v *value) ([]int64, error) {
	axes := in.axes(v)
	switch n.GetOpType() {
	case "Flatten":
		axis := n.integer("axis", 1)
		if axis < 0 && axes != nil {
			axis += int64(len(axes)) + 1
		}
		if axis != 1 {
			return nil, errMixes
		}
		if k := in.columns(v); k > 0 {
			return []int64{int64(k)}, nil
		}
		return []int64{-1}, nil
	case "Reshape":
		target, _, ok := n.wholes(1, "shape")
		if !ok || len(target) == 0 {
			return nil, errors.New("is to a shape that is no constant; expected a matrix with a row for each sample")
		}
		return in.sampleShape(v, target, n.integer("allowzero", 0) != 0)
	}
	which, given, ok := n.wholes(1, "axes")
	if !ok || axes == nil {
		return nil, errMixes
	}
	if n.GetOpType() == "Unsqueeze" {
		return unsqueezed(axes, which)
	}
	if !given {
		if v.stage == stageSecond && len(axes) == 1 && axes[0] == 1 {
			return nil, nil // a result for each sample
		}
		return nil, errMixes
	}
	return squeezed(axes, which)
}

// sampleShape returns the axes of a sample of v reshaped to target, whose first
// number has to be that of the rows.
func (in *interpreter) sampleShape(v *value, target []int64, allowZero bool) ([]int64, error) {
	axes, width := in.axes(v), int64(in.columns(v))
	shape := slices.Clone(target[1:])
	inferred, rest := -1, int64(1)
	for i, size := range shape {
		if size == 0 && !allowZero && i < len(axes) { // as it is
			size = axes[i]
			shape[i] = size
			if size < 0 {
				return nil, errMixes
			}
		}
		switch {
		case size == -1 && inferred < 0:
			inferred = i
		case size <= 0 || size > maxInputs || rest*size > maxInputs:
			return nil, errMixes
		default:
			rest *= size
		}
	}
	first := target[0]
	keepsRows := first == rowCount || first == 0 && !allowZero || in.batch > 0 && first == in.batch
	switch {
	case keepsRows && inferred < 0 && width == 0 && v.stage == stageInput:
		in.inputs = int(rest)
		return shape, nil
	case keepsRows && inferred >= 0 && width == 0 && rest == 1 && len(shape) == 1:
		return shape, nil
	case keepsRows && inferred >= 0 && width > 0 && width%rest == 0:
		shape[inferred] = width / rest
		return shape, nil
	case (keepsRows || first == -1) && inferred < 0 && width > 0 && rest == width:
		return shape, nil
	}
	return nil, errMixes
}

// squeezed leaves out axes of size one, which are counted with that of the rows.
func squeezed(axes, which []int64) ([]int64, error) {
	drop := map[int64]bool{}
	for _, axis := range which {
		if axis < 0 {
			axis += int64(len(axes)) + 1
		}
		if axis < 1 || axis > int64(len(axes)) || axes[axis-1] != 1 {
			return nil, errMixes
		}
		drop[axis-1] = true
	}
	var out []int64
	for i, size := range axes {
		if !drop[int64(i)] {
			out = append(out, size)
		}
	}
	return out, nil
}

// unsqueezed puts axes of size one in.
func unsqueezed(axes, which []int64) ([]int64, error) {
	total := int64(len(axes) + len(which) + 1)
	put := map[int64]bool{}
	for _, axis := range which {
		if axis < 0 {
			axis += total
		}
		if axis < 1 || axis >= total || put[axis] || total > maxAxes {
			return nil, errMixes
		}
		put[axis] = true
	}
	var out []int64
	for axis, next := int64(1), 0; axis < total; axis++ {
		if put[axis] {
			out = append(out, 1)
		} else {
			out = append(out, axes[next])
			next++
		}
	}
	return out, nil
}

// reshapedConstant gives a constant another shape with as many numbers; nil if
// the shape is not known.
func reshapedConstant(n *node, c *constant) *constant {
	size, err := count(c.dims)
	if err != nil {
		return nil
	}
	var dims []int64
	switch n.GetOpType() {
	case "Flatten":
		axis := n.integer("axis", 1)
		if axis < 0 {
			axis += int64(len(c.dims))
		}
		if axis < 0 || axis > int64(len(c.dims)) {
			return nil
		}
		before, _ := count(c.dims[:axis])
		after, _ := count(c.dims[axis:])
		dims = []int64{int64(before), int64(after)}
	case "Reshape":
		target, _, ok := n.wholes(1, "shape")
		if !ok {
			return nil
		}
		dims = slices.Clone(target)
		inferred, rest := -1, 1
		for i, d := range dims {
			if d == 0 && i < len(c.dims) && n.integer("allowzero", 0) == 0 {
				d = c.dims[i]
				dims[i] = d
			}
			switch {
			case d == -1 && inferred < 0:
				inferred = i
			case d < 0 || d > math.MaxInt32 || rest > math.MaxInt32:
				return nil
			default:
				rest *= int(d)
			}
		}
		if inferred >= 0 && rest > 0 {
			dims[inferred] = int64(size / rest)
		}
	case "Squeeze":
		which, given, ok := n.wholes(1, "axes")
		if !ok {
			return nil
		}
		for i, d := range c.dims {
			if named := slices.Contains(which, int64(i)) || slices.Contains(which, int64(i-len(c.dims))); d != 1 || given && !named {
				dims = append(dims, d)
			}
		}
	case "Unsqueeze":
		which, _, ok := n.wholes(1, "axes")
		if !ok {
			return nil
		}
		shifted := make([]int64, len(which)) // unsqueezed counts an axis of rows in front
		for i, axis := range which {
			if shifted[i] = axis; axis >= 0 {
				shifted[i]++
			}
		}
		if dims, err = unsqueezed(c.dims, shifted); err != nil {
			return nil
		}
	}
	if again, err := count(dims); err != nil || again != size {
		return nil
	}
	return &constant{dims: dims, reals: c.reals, wholes: c.wholes, exact: c.exact}
}

// picked computes Gather, Slice and Concat of the numbers of a shape.
func (in *interpreter) picked(n *node, c *constant) (*constant, error) {
	if c.wholes == nil || len(c.dims) > 1 {
		return nil, nil
	}
	size := int64(len(c.wholes))
	switch n.GetOpType() {
	case "Concat":
		out := &constant{wholes: []int64{}}
		for i := range n.args {
			part := n.constant(i)
			if part == nil || part.wholes == nil || len(part.dims) != 1 {
				return nil, nil
			}
			if err := in.spend(len(part.wholes)); err != nil {
				return nil, err
			}
			out.wholes = append(out.wholes, part.wholes...)
		}
		out.dims = []int64{int64(len(out.wholes))}
		return out, nil
	case "Gather":
		index := n.constant(1)
		if index == nil || index.wholes == nil || n.integer("axis", 0) != 0 {
			return nil, nil
		}
		if err := in.spend(len(index.wholes)); err != nil {
			return nil, err
		}
		out := &constant{dims: index.dims, wholes: make([]int64, len(index.wholes))}
		for k, i := range index.wholes {
			if i < 0 {
				i += size
			}
			if i < 0 || i >= size {
				return nil, errors.New("picks what is not there")
			}
			out.wholes[k] = c.wholes[i]
		}
		return out, nil
	}
	starts, _, okStarts := n.wholes(1, "starts")
	ends, _, okEnds := n.wholes(2, "ends")
	steps, _, okSteps := n.wholes(4, "steps")
	if !okStarts || !okEnds || !okSteps || len(starts) != 1 || len(ends) != 1 || len(steps) > 0 && steps[0] != 1 {
		return nil, nil
	}
	out := &constant{wholes: part(c.wholes, starts[0], ends[0])}
	out.dims = []int64{int64(len(out.wholes))}
	return out, nil
}
