package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network/onnx/internal/wire"
)

// stage says how far along the network a tensor is.
type stage int

const (
	stageConstant stage = iota // numbers in the file
	stageOpaque                // does not depend on the weights: shapes, labels
	stageInput                 // (x − mean)/deviation
	stageFirst                 // linear in that
	stageHidden                // after the ReLU
	stageSecond                // linear in that
	stageTail                  // made of the result
)

// tensor is what is known about a tensor of the graph.
type tensor struct {
	stage stage

	// constant
	dims    []int64
	numbers []float64
	ints    []int64 // of a constant of integers

	// input, and first: of the input it is linear in
	mean, deviation []float64 // nil: 0 and 1

	// first and second: weights·(input or hidden) + bias, k outputs
	weights *mat.Dense // k×(width of what it is linear in)
	bias    []float64  // k, nil: none
}

// Limits on what a file can make the interpreter do.
const (
	maxInputs = 1 << 20 // declared columns, which no weights need to back
	maxNodes  = 1 << 10 // a two-layer network has a dozen
)

const expectedGraph = "expected Gemm (or MatMul and Add), Relu, Gemm (or MatMul and Add)"

// interpreter follows the graph from its input to its result.
type interpreter struct {
	graph   *wire.Graph
	tensors map[string]*tensor
	inputs  int // d, 0 while unknown
	network Network
	hidden  *tensor // the argument of the ReLU
	result  *tensor
	dropped []string // operators behind the result
}

// interpret reads a graph of another program.
func interpret(file *wire.Model) (*Network, error) {
	in := &interpreter{graph: file.Graph, tensors: map[string]*tensor{}}
	in.network.Producer = producer(file)
	switch {
	case file.Functions:
		return nil, errors.New("the model defines functions of its own; " + expectedGraph)
	case file.Graph.Sparse:
		return nil, errors.New("the model has sparse initializers; expected dense ones")
	case len(file.Graph.Nodes) > maxNodes:
		return nil, fmt.Errorf("the graph has %d operators; %s", len(file.Graph.Nodes), expectedGraph)
	}
	if err := in.constants(); err != nil {
		return nil, err
	}
	if err := in.input(); err != nil {
		return nil, err
	}
	for i := range in.graph.Nodes {
		n := &in.graph.Nodes[i]
		out, err := in.apply(n)
		if err != nil {
			name := clean(n.Op)
			if n.Name != "" {
				name += " (" + clean(n.Name) + ")"
			}
			return nil, fmt.Errorf("operator %s: %w", name, err)
		}
		if len(n.Outputs) == 0 {
			return nil, fmt.Errorf("operator %s has no output", clean(n.Op))
		}
		for k, name := range n.Outputs {
			if name == "" {
				continue
			}
			if in.tensors[name] != nil {
				return nil, fmt.Errorf("tensor %q is computed twice", name)
			}
			if k > 0 && out.stage != stageTail { // a mask, an index
				in.tensors[name] = &tensor{stage: stageOpaque}
				continue
			}
			in.tensors[name] = out
		}
	}
	return in.finish()
}

// clean makes a name from the file fit for a message of one line.
func clean(name string) string {
	if len(name) > 80 {
		name = strings.ToValidUTF8(name[:80], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, name)
}

func producer(file *wire.Model) string {
	return strings.TrimSpace(clean(file.ProducerName) + " " + clean(file.ProducerVersion))
}

func (in *interpreter) constants() error {
	for i := range in.graph.Initializers {
		t := &in.graph.Initializers[i]
		if t.External {
			return fmt.Errorf("tensor %q is in another file; expected a model in one file (save it without external data)", t.Name)
		}
		if in.tensors[t.Name] != nil {
			return fmt.Errorf("tensor %q is there twice", t.Name)
		}
		in.tensors[t.Name] = constantOf(t)
	}
	return nil
}

func constantOf(t *wire.Tensor) *tensor {
	switch t.Type {
	case wire.Float, wire.Double:
		return &tensor{stage: stageConstant, dims: t.Dims, numbers: t.Numbers}
	case wire.Int32, wire.Int64:
		return &tensor{stage: stageOpaque, dims: t.Dims, ints: t.Ints}
	default:
		return &tensor{stage: stageOpaque, dims: t.Dims}
	}
}

// input finds the one input that is no initializer, and its width.
func (in *interpreter) input() error {
	var found []wire.Value
	for _, v := range in.graph.Inputs {
		if in.tensors[v.Name] == nil { // old models list their weights as inputs, too
			found = append(found, v)
		}
	}
	if len(found) != 1 {
		return fmt.Errorf("the graph has %d inputs; expected one matrix with a row for each sample", len(found))
	}
	v := found[0]
	if v.Type != wire.Float && v.Type != wire.Double {
		return fmt.Errorf("input %q is not of floating-point numbers; expected float or double", v.Name)
	}
	if len(v.Dims) == 2 && v.Dims[1].Size > 0 {
		if v.Dims[1].Size > maxInputs {
			return fmt.Errorf("input %q has %d columns; expected at most %d", v.Name, v.Dims[1].Size, maxInputs)
		}
		in.inputs = int(v.Dims[1].Size)
	}
	in.tensors[v.Name] = &tensor{stage: stageInput}
	return nil
}

// apply returns what an operator computes.
func (in *interpreter) apply(n *wire.Node) (*tensor, error) {
	if n.Domain != "" && n.Domain != "ai.onnx" && n.Domain != mlDomain {
		return nil, fmt.Errorf("of the domain %q is not known; %s", n.Domain, expectedGraph)
	}
	args := make([]*tensor, len(n.Inputs))
	deepest := stageConstant
	for i, name := range n.Inputs {
		if name == "" {
			continue // an optional argument left out
		}
		if args[i] = in.tensors[name]; args[i] == nil {
			return nil, fmt.Errorf("argument %q is not computed before", name)
		}
		deepest = max(deepest, args[i].stage)
	}
	for _, a := range n.Attributes {
		if a.Kind < wire.KindFloat || a.Kind == 5 || a.Kind > wire.KindStrings {
			if deepest > stageOpaque {
				return nil, fmt.Errorf("attribute %q is not of a kind that is understood; %s", a.Name, expectedGraph)
			}
		}
	}
	switch {
	case n.Op == "Constant":
		return constantNode(n), nil
	case deepest == stageTail:
		for _, a := range args {
			in.endAt(a, n.Op)
		}
		return &tensor{stage: stageTail}, nil
	case deepest <= stageOpaque:
		return onConstants(n, args), nil
	}
	if len(args) == 0 || args[0] == nil {
		return nil, errors.New("lacks its first argument")
	}
	switch n.Op {
	case "Identity":
		return args[0], nil
	case "Dropout":
		if len(args) > 2 && args[2] != nil {
			return nil, errors.New("may be in training mode; expected a model exported for inference")
		}
		return args[0], nil
	case "Cast":
		return in.cast(n, args[0])
	case "Flatten":
		if axis := intAttribute(n, "axis", 1); axis != 1 && axis != -1 {
			return nil, fmt.Errorf("has axis %d; expected 1", axis)
		}
		return args[0], nil
	case "Reshape", "Squeeze":
		return in.reshape(n, args)
	case "Gemm":
		return in.gemm(n, args)
	case "MatMul":
		if len(args) != 2 || args[0].stage == stageConstant {
			return nil, errors.New("has its weights on the left; expected rows times weights")
		}
		return in.linear(args[0], args[1], false)
	case "Add", "Sub", "Mul", "Div":
		return in.elementwise(n.Op, args)
	case "Scaler":
		return in.scaler(n, args[0])
	case "Relu":
		return in.relu(args[0])
	case "Softmax", "LogSoftmax", "Sigmoid", "ArgMax", "Softplus", "Exp", "Greater", "Less", "Normalizer", "ReduceMax", "TopK", "Hardmax":
		if deepest == stageSecond {
			for _, a := range args {
				in.endAt(a, n.Op)
			}
			return &tensor{stage: stageTail}, nil
		}
	}
	return nil, errors.New("is not part of a two-layer ReLU network; " + expectedGraph)
}

// endAt notes that the network's result goes into an operator that is left out.
func (in *interpreter) endAt(t *tensor, op string) {
	if t != nil && t.stage == stageSecond {
		in.note(t)
		in.dropped = append(in.dropped, clean(op))
	}
}

// note takes t as the network's result; a second, different one is found by
// finish.
func (in *interpreter) note(t *tensor) {
	if in.result == nil {
		in.result = t
	} else if in.result != t {
		in.result = &tensor{stage: stageOpaque}
	}
}

func constantNode(n *wire.Node) *tensor {
	for _, a := range n.Attributes {
		switch {
		case a.Name == "value" && a.Tensor != nil && !a.Tensor.External:
			return constantOf(a.Tensor)
		case a.Name == "value_float":
			return &tensor{stage: stageConstant, numbers: []float64{float64(a.Float)}}
		case a.Name == "value_floats":
			t := &tensor{stage: stageConstant, dims: []int64{int64(len(a.Floats))}}
			for _, v := range a.Floats {
				t.numbers = append(t.numbers, float64(v))
			}
			return t
		case a.Name == "value_ints":
			return &tensor{stage: stageOpaque, dims: []int64{int64(len(a.Ints))}, ints: a.Ints}
		}
	}
	return &tensor{stage: stageOpaque}
}

// onConstants folds what exporters leave between an initializer and its use.
func onConstants(n *wire.Node, args []*tensor) *tensor {
	if len(args) == 0 || args[0] == nil || args[0].stage != stageConstant {
		return &tensor{stage: stageOpaque}
	}
	t := args[0]
	switch n.Op {
	case "Identity":
		return t
	case "Cast":
		switch to := wire.Type(intAttribute(n, "to", 0)); to {
		case wire.Double:
			return t
		case wire.Float:
			rounded := &tensor{stage: stageConstant, dims: t.dims}
			for _, v := range t.numbers {
				rounded.numbers = append(rounded.numbers, float64(float32(v)))
			}
			return rounded
		}
	case "Transpose":
		for _, a := range n.Attributes {
			if a.Name == "perm" && !slices.Equal(a.Ints, []int64{1, 0}) {
				return &tensor{stage: stageOpaque}
			}
		}
		if m := t.matrix(); m != nil {
			turned := mat.DenseCopyOf(m.T())
			return &tensor{stage: stageConstant, dims: []int64{t.dims[1], t.dims[0]}, numbers: turned.RawMatrix().Data}
		}
	}
	return &tensor{stage: stageOpaque}
}

func intAttribute(n *wire.Node, name string, otherwise int64) int64 {
	for _, a := range n.Attributes {
		if a.Name == name {
			return a.Int
		}
	}
	return otherwise
}

func floatAttribute(n *wire.Node, name string, otherwise float64) float64 {
	for _, a := range n.Attributes {
		if a.Name == name {
			return float64(a.Float)
		}
	}
	return otherwise
}

func (in *interpreter) cast(n *wire.Node, t *tensor) (*tensor, error) {
	switch to := wire.Type(intAttribute(n, "to", 0)); {
	case to == wire.Float || to == wire.Double:
		return t, nil
	case t.stage == stageSecond:
		in.endAt(t, "Cast")
		return &tensor{stage: stageTail}, nil
	default:
		return nil, fmt.Errorf("to type %d rounds; expected float or double", to)
	}
}

// reshape accepts what leaves a matrix with a row for each sample as it is.
func (in *interpreter) reshape(n *wire.Node, args []*tensor) (*tensor, error) {
	t := args[0]
	if width := in.width(t); t.stage == stageSecond && width == 1 {
		return t, nil // [N, 1] or [N]
	} else if n.Op == "Reshape" && width > 0 && len(args) > 1 && args[1] != nil {
		shape := args[1].ints
		if len(shape) == 2 && (shape[0] == -1 || shape[0] == 0) && (shape[1] == int64(width) || shape[1] == 0) {
			return t, nil
		}
	}
	if t.stage == stageSecond { // skl2onnx puts all outputs of a regression into one column
		in.endAt(t, n.Op)
		return &tensor{stage: stageTail}, nil
	}
	return nil, errors.New("may move numbers between samples; expected a matrix with a row for each sample")
}

// width returns how many columns a tensor has, 0 if that is not known.
func (in *interpreter) width(t *tensor) int {
	switch t.stage {
	case stageInput:
		return in.inputs
	case stageFirst, stageSecond:
		k, _ := t.weights.Dims()
		return k
	case stageHidden:
		k, _ := in.hidden.weights.Dims()
		return k
	}
	return 0
}

// matrix returns a constant of two dimensions, nil for anything else.
func (t *tensor) matrix() *mat.Dense {
	if t == nil || t.stage != stageConstant || len(t.dims) != 2 || len(t.numbers) == 0 {
		return nil
	}
	return mat.NewDense(int(t.dims[0]), int(t.dims[1]), slices.Clone(t.numbers))
}

// vector returns a constant that is added to rows of k numbers: k numbers or
// one for all.
func (t *tensor) vector(k int) ([]float64, error) {
	if t == nil || t.stage != stageConstant {
		return nil, errors.New("an argument is no constant; expected constants in the file")
	}
	for i, d := range t.dims {
		if d != 1 && i != len(t.dims)-1 {
			return nil, fmt.Errorf("a constant has shape %v; expected one row", t.dims)
		}
	}
	out := make([]float64, k)
	switch len(t.numbers) {
	case k:
		copy(out, t.numbers)
	case 1:
		for i := range out {
			out[i] = t.numbers[0]
		}
	default:
		return nil, fmt.Errorf("a constant has %d numbers; expected %d", len(t.numbers), k)
	}
	return out, nil
}

// linear multiplies rows by constant weights: in×out, or out×in if transposed.
func (in *interpreter) linear(x, w *tensor, transposed bool) (*tensor, error) {
	m := w.matrix()
	if m == nil {
		return nil, errors.New("its weights are no constant matrix of float or double; expected weights in the file")
	}
	if !transposed {
		m = mat.DenseCopyOf(m.T())
	}
	_, inputs := m.Dims()
	out := &tensor{weights: m}
	switch x.stage {
	case stageInput:
		if in.inputs != 0 && in.inputs != inputs {
			return nil, fmt.Errorf("takes %d columns and gets %d", inputs, in.inputs)
		}
		in.inputs = inputs
		out.stage, out.mean, out.deviation = stageFirst, x.mean, x.deviation
	case stageHidden:
		if width := in.width(x); width != inputs {
			return nil, fmt.Errorf("takes %d columns and gets %d", inputs, width)
		}
		out.stage = stageSecond
	case stageFirst:
		return nil, errors.New("follows another linear layer without a Relu between them; " + expectedGraph)
	default:
		return nil, errors.New("is a third layer; " + expectedGraph)
	}
	return out, nil
}

func (in *interpreter) gemm(n *wire.Node, args []*tensor) (*tensor, error) {
	if intAttribute(n, "transA", 0) != 0 {
		return nil, errors.New("has transA; expected a row for each sample")
	}
	if len(args) < 2 || len(args) > 3 || args[0].stage == stageConstant {
		return nil, errors.New("has its weights on the left; expected rows times weights")
	}
	out, err := in.linear(args[0], args[1], intAttribute(n, "transB", 0) != 0)
	if err != nil {
		return nil, err
	}
	out.weights.Scale(floatAttribute(n, "alpha", 1), out.weights)
	if len(args) == 3 && args[2] != nil {
		if out.bias, err = args[2].vector(in.width(out)); err != nil {
			return nil, err
		}
		for i := range out.bias {
			out.bias[i] *= floatAttribute(n, "beta", 1)
		}
	}
	return out, nil
}

// elementwise applies Add, Sub, Mul or Div with a constant.
func (in *interpreter) elementwise(op string, args []*tensor) (*tensor, error) {
	if len(args) != 2 || args[1] == nil {
		return nil, errors.New("does not have two arguments")
	}
	x, c := args[0], args[1]
	reversed := x.stage <= stageOpaque
	if reversed {
		x, c = c, x
	}
	if c.stage > stageOpaque {
		return nil, errors.New("joins two branches of the graph; " + expectedGraph)
	}
	if op == "Div" && reversed {
		return nil, errors.New("divides by the network; " + expectedGraph)
	}
	if x.stage == stageHidden {
		return nil, errors.New("stands between the Relu and the second layer; " + expectedGraph)
	}
	k := in.width(x)
	if k == 0 { // the input's width is not declared: take the constant's
		if c.stage != stageConstant || len(c.numbers) < 2 {
			return nil, errors.New("is applied to an input of unknown width; expected a model that declares it")
		}
		k = len(c.numbers)
		in.inputs = k
	}
	v, err := c.vector(k)
	if err != nil {
		return nil, err
	}
	if x.stage == stageInput {
		x = x.scaledInput(k)
	} else {
		x = x.copyLinear()
	}
	switch op {
	case "Mul":
		x.multiply(v)
	case "Div":
		x.divide(v)
	case "Add":
		x.add(v, 1)
	case "Sub":
		if reversed {
			x.negate()
			x.add(v, 1)
		} else {
			x.add(v, -1)
		}
	}
	return x, nil
}

// scaledInput returns a copy with mean and deviation.
func (t *tensor) scaledInput(k int) *tensor {
	out := &tensor{stage: stageInput, mean: make([]float64, k), deviation: make([]float64, k)}
	for i := range k {
		out.deviation[i] = 1
	}
	if t.mean != nil {
		copy(out.mean, t.mean)
		copy(out.deviation, t.deviation)
	}
	return out
}

func (t *tensor) copyLinear() *tensor {
	out := &tensor{stage: t.stage, weights: mat.DenseCopyOf(t.weights), mean: t.mean, deviation: t.deviation}
	if t.bias != nil {
		out.bias = slices.Clone(t.bias)
	}
	return out
}

func (t *tensor) scaleRow(i int, by float64) {
	row := t.weights.RawRowView(i)
	for k := range row {
		row[k] *= by
	}
	if t.bias != nil {
		t.bias[i] *= by
	}
}

func (t *tensor) multiply(v []float64) {
	for i, s := range v {
		if t.stage == stageInput {
			t.deviation[i] /= s
		} else {
			t.scaleRow(i, s)
		}
	}
}

func (t *tensor) divide(v []float64) {
	for i, s := range v {
		if t.stage == stageInput {
			t.deviation[i] *= s
		} else {
			t.scaleRow(i, 1/s)
		}
	}
}

func (t *tensor) negate() {
	k := len(t.deviation)
	if t.stage != stageInput {
		k, _ = t.weights.Dims()
	}
	minus := make([]float64, k)
	for i := range minus {
		minus[i] = -1
	}
	t.multiply(minus)
}

// add adds sign·v: (x − mean)/deviation + a = (x − (mean − a·deviation))/deviation.
func (t *tensor) add(v []float64, sign float64) {
	if t.stage != stageInput && t.bias == nil {
		t.bias = make([]float64, len(v))
	}
	for i, a := range v {
		if t.stage == stageInput {
			t.mean[i] -= sign * a * t.deviation[i]
		} else {
			t.bias[i] += sign * a
		}
	}
}

// scaler is the Scaler of ai.onnx.ml, (x − offset)·scale.
func (in *interpreter) scaler(n *wire.Node, x *tensor) (*tensor, error) {
	if x.stage != stageInput {
		return nil, errors.New("does not stand at the input; " + expectedGraph)
	}
	for _, step := range []struct{ attribute, op string }{{"offset", "Sub"}, {"scale", "Mul"}} {
		for _, a := range n.Attributes {
			if a.Name != step.attribute || len(a.Floats) == 0 {
				continue
			}
			c := &tensor{stage: stageConstant, dims: []int64{int64(len(a.Floats))}}
			for _, v := range a.Floats {
				c.numbers = append(c.numbers, float64(v))
			}
			var err error
			if x, err = in.elementwise(step.op, []*tensor{x, c}); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

func (in *interpreter) relu(x *tensor) (*tensor, error) {
	switch {
	case x.stage == stageInput:
		return nil, errors.New("stands before the first layer; " + expectedGraph)
	case x.stage != stageFirst:
		return nil, errors.New("is a second Relu; expected a network of two layers, with one hidden layer")
	case in.hidden != nil:
		return nil, errors.New("is a second Relu on the input; " + expectedGraph)
	}
	in.hidden = x
	return &tensor{stage: stageHidden}, nil
}

// finish collects the network.
func (in *interpreter) finish() (*Network, error) {
	for _, o := range in.graph.Outputs {
		t := in.tensors[o.Name]
		switch {
		case t == nil:
			return nil, fmt.Errorf("output %q is not computed", o.Name)
		case t.stage == stageSecond:
			in.note(t)
		case t.stage != stageTail && t.stage > stageOpaque:
			return nil, fmt.Errorf("output %q is computed before the second layer; %s", o.Name, expectedGraph)
		}
	}
	switch {
	case in.hidden == nil:
		return nil, errors.New("the graph has no Relu; " + expectedGraph)
	case in.result == nil:
		return nil, errors.New("the graph has no second layer; " + expectedGraph)
	case in.result.stage != stageSecond:
		return nil, errors.New("the graph has several results; expected one second layer")
	}
	n := &in.network
	n.Mean, n.Deviation = in.hidden.mean, in.hidden.deviation
	n.U, n.B = in.hidden.weights, in.hidden.bias
	n.V, n.A = mat.DenseCopyOf(in.result.weights.T()), in.result.bias
	if err := n.finish(); err != nil {
		return nil, err
	}
	if len(in.dropped) > 0 && !slices.Equal(in.dropped, []string{"ArgMax"}) {
		n.Warnings = append(n.Warnings, fmt.Sprintf("what follows the second layer (%s) is left out: the outputs are the numbers before it", in.dropped[0]))
	}
	return n, nil
}
