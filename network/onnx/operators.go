package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/element"
	"github.com/relift/relift/network/onnx/internal/onnxpb"
)

// node is an operator with what is known about its arguments.
type node struct {
	*onnxpb.NodeProto
	args []*value // nil: left out
}

// arg returns argument i, nil if it is left out.
func (n *node) arg(i int) *value {
	if i >= len(n.args) {
		return nil
	}
	return n.args[i]
}

// constant returns the constant that argument i is, nil if it is none.
func (n *node) constant(i int) *constant {
	if v := n.arg(i); v != nil {
		return v.constant
	}
	return nil
}

// attribute returns the attribute of that name, nil if there is none of the kind.
func (n *node) attribute(name string, kind onnxpb.AttributeProto_AttributeType) *onnxpb.AttributeProto {
	for _, a := range n.Attribute {
		if a.GetName() == name && a.GetType() == kind {
			return a
		}
	}
	return nil
}

func (n *node) integer(name string, otherwise int64) int64 {
	if a := n.attribute(name, onnxpb.AttributeProto_INT); a != nil {
		return a.GetI()
	}
	return otherwise
}

func (n *node) number(name string, otherwise float64) float64 {
	if a := n.attribute(name, onnxpb.AttributeProto_FLOAT); a != nil {
		return float64(a.GetF())
	}
	return otherwise
}

// wholes returns the few numbers that argument i holds, or the attribute in whose
// place it came; ok is false if they are not known.
func (n *node) wholes(i int, attribute string) (values []int64, given, ok bool) {
	if n.arg(i) != nil {
		if c := n.constant(i); c != nil && c.wholes != nil && len(c.wholes) <= maxAxes {
			return c.wholes, true, true
		}
		return nil, true, false
	}
	if a := n.attribute(attribute, onnxpb.AttributeProto_INTS); a != nil {
		return a.Ints, true, len(a.Ints) <= maxAxes
	}
	return nil, false, true
}

// mlDomain is the domain of scikit-learn's operators.
const mlDomain = "ai.onnx.ml"

// labelOperator makes labels of scores, which changes no number.
const labelOperator = "ArgMax"

// heads are the operators that may follow the second layer: they make labels,
// probabilities and the like of its numbers and have no weights.
var heads = setOf("Softmax", "LogSoftmax", "Sigmoid", "Softplus", "Tanh", "Exp", "Log", "Hardmax", labelOperator, "ArgMin", "TopK",
	"Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Not", "And", "Or", "Where", "Normalizer", "LpNormalization",
	"ReduceMax", "ReduceMin", "ReduceSum", "ZipMap", "Binarizer", "LabelEncoder", "ArrayFeatureExtractor", "Gather", "Clip", "Round", "Floor")

// tails are those that may stand further behind.
var tails = setOf("Add", "Sub", "Mul", "Div", "Neg", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Concat", "Identity", "Shape", "Slice", "Max", "Min")

func setOf(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// apply returns what an operator computes.
func (in *interpreter) apply(n *node) (*value, error) {
	if domain := n.GetDomain(); domain != "" && domain != "ai.onnx" && domain != mlDomain && !(domain == "com.microsoft" && n.GetOpType() == "FusedGemm") {
		return nil, fmt.Errorf("of the domain %q is not known; %s", short(domain), expectedGraph)
	}
	deepest := stageConstant
	for _, name := range n.Input {
		var v *value
		if name != "" { // otherwise an optional argument left out
			if v = in.lookup(name); v == nil {
				return nil, fmt.Errorf("argument %q is not computed before", short(name))
			}
			if v.stage == stageFailed {
				return v, nil
			}
			deepest = max(deepest, v.stage)
		}
		n.args = append(n.args, v)
	}
	switch {
	case deepest == stageTail:
		return in.tail(n)
	case deepest <= stageOpaque:
		return in.fold(n)
	}
	v := n.arg(0)
	if v == nil {
		return nil, errors.New("lacks its first argument")
	}
	if n.GetOpType() == "Shape" {
		return in.shapeOf(n, v)
	}
	if v.whole && n.GetOpType() != "Cast" && n.GetOpType() != "Identity" && !reshapes[n.GetOpType()] {
		return nil, errors.New("computes in whole numbers; expected a Cast of the input to float before")
	}
	switch n.GetOpType() {
	case "Identity":
		return v, nil
	case "Dropout":
		if training := n.constant(2); n.arg(2) != nil && (training == nil || !slices.Equal(training.wholes, []int64{0})) {
			return nil, errors.New("may be in training mode; expected a model exported for inference")
		}
		return v, nil
	case "Cast":
		return in.cast(n, v)
	case "CastLike":
		if v.whole || n.arg(1) == nil || n.arg(1).whole || n.constant(1) != nil && n.constant(1).reals == nil {
			break
		}
		return v, nil
	case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
		return in.reshape(n, v)
	case "Gemm":
		return in.gemm(n)
	case "FusedGemm":
		return in.fusedGemm(n)
	case "MatMul":
		if len(n.args) != 2 || v.stage == stageConstant {
			return nil, errors.New("has its weights on the left; expected rows times weights")
		}
		return in.linear(v, n.constant(1), false)
	case "Add", "Sub", "Mul", "Div":
		return in.elementwise(n.GetOpType(), n.args)
	case "Neg":
		return in.elementwise("Mul", []*value{v, {stage: stageConstant, constant: realConstant([]float32{-1})}})
	case "BatchNormalization":
		return in.batchNormalization(n, v)
	case "Scaler":
		return in.scaler(n, v)
	case "Relu", "Clip", "Max", "LeakyRelu", "PRelu", "ThresholdedRelu":
		if deepest == stageSecond && n.GetOpType() == "Clip" {
			break
		}
		return in.activation(n)
	}
	if heads[n.GetOpType()] && deepest == stageSecond {
		return in.tail(n)
	}
	return nil, errors.New("is not part of a two-layer ReLU network; " + expectedGraph)
}

// tail follows what is made of the result.
func (in *interpreter) tail(n *node) (*value, error) {
	if !heads[n.GetOpType()] && !tails[n.GetOpType()] {
		return nil, errors.New("follows the result; expected a network of two layers")
	}
	out := &value{stage: stageTail}
	for _, v := range n.args {
		of := v
		switch {
		case v == nil || v.stage <= stageOpaque:
			continue
		case v.stage == stageTail:
			of = v.from
			if out.head == "" {
				out.head = v.head
			}
		case v.stage < stageSecond:
			return nil, fmt.Errorf("takes the result and %s; %s", v.stage.what(), expectedGraph)
		}
		if out.from != nil && out.from != of {
			return nil, errors.New("joins several results; expected one second layer")
		}
		out.from = of
	}
	if out.head == "" {
		out.head = n.GetOpType()
	}
	return out, nil
}

func (in *interpreter) cast(n *node, v *value) (*value, error) {
	to := elementTypes[onnxpb.TensorProto_DataType(n.integer("to", 0))]
	switch {
	case to.Real() && v.whole:
		out := *v
		out.whole = false
		return &out, nil
	case to.Real() || v.whole && to != 0:
		return v, nil
	case v.stage == stageSecond:
		return in.tail(n)
	default:
		return nil, fmt.Errorf("to type %d rounds; expected float or double", n.integer("to", 0))
	}
}

// columns returns how many numbers a sample has, 0 if that is not known.
func (in *interpreter) columns(v *value) int {
	switch v.stage {
	case stageInput:
		return in.inputs
	case stageFirst, stageSecond:
		k, _ := v.weights.Dims()
		return k
	case stageHidden:
		return in.columns(in.hidden)
	}
	return 0
}

// axes returns the axes of a sample of v.
func (in *interpreter) axes(v *value) []int64 {
	if k := in.columns(v); k > 0 && len(v.shape) < 2 {
		return []int64{int64(k)}
	}
	return v.shape
}

// flat reports whether the samples of v are the rows of a matrix.
func (v *value) flat() bool { return len(v.shape) < 2 }

// inLine reports whether all axes of a sample but the last have the size one, so
// that MatMul takes the sample as a row.
func (v *value) inLine() bool {
	return v.flat() || !slices.ContainsFunc(v.shape[:len(v.shape)-1], func(size int64) bool { return size != 1 })
}

// linear multiplies rows by constant weights: in×out, or out×in if transposed.
func (in *interpreter) linear(x *value, w *constant, transposed bool) (*value, error) {
	m := w.matrix()
	switch {
	case x.stage == stageFirst:
		return nil, errors.New("follows another linear layer without a Relu between them; " + expectedGraph)
	case x.stage == stageSecond:
		return nil, errors.New("is a third layer; " + expectedGraph)
	case m == nil:
		return nil, errors.New("its weights are no constant matrix of floating-point numbers; expected weights in the file")
	case !x.inLine():
		return nil, fmt.Errorf("is applied to samples of shape %v; expected a matrix with a row for each sample", x.shape)
	}
	if err := in.spend(len(w.reals)); err != nil {
		return nil, err
	}
	if transposed {
		m = mat.DenseCopyOf(m)
	} else {
		m = mat.DenseCopyOf(m.T())
	}
	k, inputs := m.Dims()
	if have := in.columns(x); have != 0 && have != inputs {
		return nil, fmt.Errorf("takes %d columns and gets %d", inputs, have)
	}
	out := &value{stage: stageFirst, weights: m, input: x.input, shape: []int64{int64(k)}}
	if !x.flat() {
		out.shape = append(slices.Clone(x.shape[:len(x.shape)-1]), int64(k))
	}
	if x.stage == stageInput {
		in.inputs = inputs
		return out, nil
	}
	// W(s∘h + a) = (W diag(s))h + Wa.
	out.stage = stageSecond
	if x.bias != nil {
		bias := mat.NewVecDense(k, nil)
		bias.MulVec(m, mat.NewVecDense(inputs, x.bias))
		out.bias = bias.RawVector().Data
	}
	if x.scale != nil {
		m.Apply(func(_, j int, v float64) float64 { return v * x.scale[j] }, m)
	}
	return out, nil
}

func (in *interpreter) gemm(n *node) (*value, error) {
	if n.integer("transA", 0) != 0 {
		return nil, errors.New("has transA; expected a row for each sample")
	}
	if len(n.args) < 2 || len(n.args) > 3 || n.arg(0).stage == stageConstant || !n.arg(0).flat() {
		return nil, errors.New("does not have rows of samples on the left; expected rows times weights")
	}
	out, err := in.linear(n.arg(0), n.constant(1), n.integer("transB", 0) != 0)
	if err != nil {
		return nil, err
	}
	k := in.columns(out)
	if alpha := n.number("alpha", 1); alpha != 1 {
		out = out.affine(slices.Repeat([]float64{alpha}, k), nil)
	}
	if n.arg(2) == nil {
		return out, nil
	}
	bias, err := n.constant(2).broadcast([]int64{int64(k)})
	if err != nil {
		return nil, err
	}
	for i := range bias {
		bias[i] *= n.number("beta", 1)
	}
	return out.affine(nil, bias), nil
}

// fusedGemm is what onnxruntime makes of Gemm and Relu when it optimises a model.
func (in *interpreter) fusedGemm(n *node) (*value, error) {
	kind := n.attribute("activation", onnxpb.AttributeProto_STRING)
	if string(kind.GetS()) != "Relu" {
		return nil, fmt.Errorf("has the activation %q; expected Relu", short(string(kind.GetS())))
	}
	out, err := in.gemm(n)
	if err != nil {
		return nil, err
	}
	return in.rectified(out)
}

// elementwise applies Add, Sub, Mul or Div with a constant.
func (in *interpreter) elementwise(op string, args []*value) (*value, error) {
	if len(args) != 2 || args[0] == nil || args[1] == nil {
		return nil, errors.New("does not have two arguments")
	}
	x, c := args[0], args[1]
	reversed := x.stage <= stageOpaque
	if reversed {
		x, c = c, x
	}
	switch {
	case c.stage > stageOpaque:
		return nil, errors.New("joins two branches of the graph; " + expectedGraph)
	case op == "Div" && reversed:
		return nil, errors.New("divides by the network; " + expectedGraph)
	}
	axes := in.axes(x)
	if x.stage == stageInput && in.inputs == 0 { // its width is not declared: take the constant's
		if c.constant == nil || len(c.constant.reals) < 2 || !x.flat() {
			return nil, errors.New("is applied to an input of unknown width; expected a model that declares it")
		}
		in.inputs = len(c.constant.reals)
		axes = []int64{int64(in.inputs)}
	}
	if err := in.spend(in.columns(x)); err != nil {
		return nil, err
	}
	v, err := c.constant.broadcast(axes)
	if err != nil {
		return nil, err
	}
	var factor, term []float64
	switch {
	case op == "Mul":
		factor = v
	case op == "Add":
		term = v
	case op == "Sub" && reversed:
		factor, term = slices.Repeat([]float64{-1}, len(v)), v
	case x.stage == stageInput: // Sub and Div as they are: the scaler keeps their digits
		out := *x
		out.input = x.input.copyOf(len(v))
		if op == "Sub" {
			out.input.add(v, -1)
		} else {
			out.input.divide(v)
		}
		return &out, nil
	case op == "Sub":
		for i := range v {
			v[i] = -v[i]
		}
		term = v
	default:
		for i := range v {
			v[i] = 1 / v[i]
		}
		factor = v
	}
	return in.scaled(x, factor, term), nil
}

// scaled returns factor∘x + term for an input or a layer; nil stands for ones
// and zeros.
func (in *interpreter) scaled(x *value, factor, term []float64) *value {
	if x.stage != stageInput {
		return x.affine(factor, term)
	}
	out := *x
	out.input = x.input.copyOf(in.inputs)
	out.input.multiply(factor)
	out.input.add(term, 1)
	return &out
}

// batchNormalization is γ(x − mean)/√(variance + ε) + β for each column.
func (in *interpreter) batchNormalization(n *node, x *value) (*value, error) {
	if n.integer("training_mode", 0) != 0 {
		return nil, errors.New("is in training mode; expected a model exported for inference")
	}
	k := in.columns(x)
	if k == 0 || !x.flat() {
		return nil, errors.New("is not applied to a matrix of known width; expected a row for each sample")
	}
	if err := in.spend(4 * k); err != nil {
		return nil, err
	}
	var parts [4][]float64
	for i := range parts {
		var err error
		if parts[i], err = n.constant(i + 1).broadcast([]int64{int64(k)}); err != nil {
			return nil, err
		}
	}
	factor, term, mean, variance := parts[0], parts[1], parts[2], parts[3]
	epsilon := n.number("epsilon", 1e-5)
	for i := range factor {
		factor[i] /= math.Sqrt(variance[i] + epsilon)
		term[i] -= factor[i] * mean[i]
	}
	return in.scaled(x, factor, term), nil
}

// scaler is the Scaler of ai.onnx.ml, (x − offset)·scale.
func (in *interpreter) scaler(n *node, x *value) (*value, error) {
	if x.stage != stageInput {
		return nil, errors.New("does not stand at the input; " + expectedGraph)
	}
	for _, step := range []struct{ attribute, op string }{{"offset", "Sub"}, {"scale", "Mul"}} {
		a := n.attribute(step.attribute, onnxpb.AttributeProto_FLOATS)
		if a == nil || len(a.Floats) == 0 {
			continue
		}
		c := &value{stage: stageConstant, constant: realConstant(a.Floats, int64(len(a.Floats)))}
		var err error
		if x, err = in.elementwise(step.op, []*value{x, c}); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// activation accepts what computes max(x, 0), whatever it is called.
func (in *interpreter) activation(n *node) (*value, error) {
	x := n.arg(0)
	switch n.GetOpType() {
	case "Clip":
		low, high := n.number("min", math.Inf(-1)), n.number("max", math.Inf(1))
		for i, to := range map[int]*float64{1: &low, 2: &high} {
			if n.arg(i) == nil {
				continue
			}
			var ok bool
			if *to, ok = n.constant(i).scalar(); !ok {
				return nil, errors.New("has limits that are no constants; expected min 0 and no max")
			}
		}
		if low != 0 || high < math.MaxFloat32 {
			return nil, fmt.Errorf("has the limits %g and %g and is no ReLU; expected min 0 and no max", low, high)
		}
	case "Max":
		zero := n.constant(1)
		if x.stage <= stageOpaque && len(n.args) == 2 {
			x, zero = n.arg(1), n.constant(0)
		}
		if len(n.args) != 2 || !zero.all(0) {
			return nil, errors.New("takes the larger of two numbers of which neither is 0; expected a Relu")
		}
	case "LeakyRelu":
		if alpha := n.number("alpha", 0.01); alpha != 0 {
			return nil, fmt.Errorf("multiplies what is negative by %.4g and is no ReLU; %s", alpha, expectedGraph)
		}
	case "PRelu":
		if !n.constant(1).all(0) {
			return nil, errors.New("has a slope for what is negative and is no ReLU; " + expectedGraph)
		}
	case "ThresholdedRelu":
		if alpha := n.number("alpha", 1); alpha != 0 {
			return nil, fmt.Errorf("jumps at %.4g and is no ReLU; %s", alpha, expectedGraph)
		}
	}
	return in.rectified(x)
}

// rectified is the hidden layer that max(x, 0) makes of the first one.
func (in *interpreter) rectified(x *value) (*value, error) {
	switch {
	case x.stage == stageInput:
		return nil, errors.New("stands before the first layer; " + expectedGraph)
	case x.stage != stageFirst:
		return nil, errors.New("is a second Relu; expected a network of two layers, with one hidden layer")
	case in.hidden != nil && in.hidden != x:
		return nil, errors.New("is a second Relu on the input; " + expectedGraph)
	}
	in.hidden = x
	return &value{stage: stageHidden, shape: x.shape}, nil
}

// castConstant rounds the numbers of a constant to another type.
func (in *interpreter) castConstant(c *constant, to element.Type) (*constant, error) {
	switch {
	case to == 0 || c.other:
		return nil, nil
	case c.wholes != nil && !to.Real():
		return c, nil // exporters cast sizes between int32 and int64
	case c.wholes != nil:
		out := &constant{dims: c.dims, exact: element.Float64, reals: make([]float64, len(c.wholes))}
		for i, v := range c.wholes {
			if v == rowCount || v == unknownSize {
				return nil, nil
			}
			out.reals[i] = float64(v)
		}
		if err := in.spend(len(out.reals)); err != nil {
			return nil, err
		}
		if round := rounding(to); round != nil {
			for i, v := range out.reals {
				out.reals[i] = round(v)
			}
			out.exact = to
		}
		return out, nil
	case !to.Real():
		return nil, nil
	case holds(to, c.exact):
		return c, nil
	}
	if err := in.spend(len(c.reals)); err != nil {
		return nil, err
	}
	out := &constant{dims: c.dims, exact: to, reals: make([]float64, len(c.reals))}
	round := rounding(to)
	for i, v := range c.reals {
		out.reals[i] = round(v)
	}
	return out, nil
}
