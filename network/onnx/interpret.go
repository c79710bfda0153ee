package onnx

import (
	"errors"
	"fmt"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/network/onnx/internal/onnxpb"
	"github.com/relift/relift/problem/loss"
)

// maxInputs is the most columns that a graph may declare, which no weights need
// to back.
const maxInputs = 1 << 20

const expectedGraph = "expected Gemm (or MatMul and Add), Relu, Gemm (or MatMul and Add)"

// interpreter follows the graph from its input to its result.
type interpreter struct {
	graph        *onnxpb.GraphProto
	folder       string // of the model, "" if it has none
	initializers map[string]*onnxpb.TensorProto
	values       map[string]*value
	inputs       int   // d, 0 while unknown
	batch        int64 // the number of rows that the input declares, 0 for any
	hidden       *value

	// allowance is how many numbers may still be made while folding constants:
	// work and memory stay within a multiple of the files' size.
	allowance     int
	externalBytes int
}

// interpret reads a graph of another program, of a file with that many bytes.
func interpret(file *onnxpb.ModelProto, folder string, size int) (*foreign.Network, error) {
	in := &interpreter{
		graph: file.Graph, folder: folder, initializers: map[string]*onnxpb.TensorProto{}, values: map[string]*value{},
		allowance: size + 1<<20,
	}
	switch {
	case len(file.Functions) > 0:
		return nil, errors.New("the model defines functions of its own; " + expectedGraph)
	case len(file.Graph.SparseInitializer) > 0:
		return nil, errors.New("the model has sparse initializers; expected dense ones")
	}
	for _, t := range in.graph.Initializer {
		if in.initializers[t.GetName()] != nil {
			return nil, fmt.Errorf("tensor %q is there twice", short(t.GetName()))
		}
		in.initializers[t.GetName()] = t
	}
	if err := in.findInput(); err != nil {
		return nil, err
	}
	for _, n := range in.graph.Node {
		if err := in.step(n); err != nil {
			return nil, err
		}
	}
	n, err := in.finish()
	if err != nil {
		return nil, err
	}
	n.Producer = strings.TrimSpace(short(file.GetProducerName()) + " " + short(file.GetProducerVersion()))
	return n, nil
}

// short makes a name from the file fit for a message.
func short(name string) string { return printable.Short(name, 80) }

var errAllowance = errors.New("the constants of the graph are folded into far more numbers than the file has; " + expectedGraph)

// spend takes n numbers from the allowance.
func (in *interpreter) spend(n int) error {
	if n > in.allowance {
		in.allowance = 0
		return errAllowance
	}
	in.allowance -= n
	return nil
}

// lookup returns what is known about a tensor; nil if there is none.
func (in *interpreter) lookup(name string) *value {
	if v := in.values[name]; v != nil {
		return v
	}
	t := in.initializers[name]
	if t == nil {
		return nil
	}
	c, err := in.constantOf(t)
	v := &value{stage: stageConstant, constant: c}
	if err != nil {
		v = &value{stage: stageFailed, err: err}
	}
	in.values[name] = v
	return v
}

// inputTypes are the types that a table's numbers can be given in.
var inputTypes = map[onnxpb.TensorProto_DataType]bool{ // true: whole numbers
	onnxpb.TensorProto_FLOAT: false, onnxpb.TensorProto_DOUBLE: false, onnxpb.TensorProto_FLOAT16: false, onnxpb.TensorProto_BFLOAT16: false,
	onnxpb.TensorProto_INT8: true, onnxpb.TensorProto_INT16: true, onnxpb.TensorProto_INT32: true, onnxpb.TensorProto_INT64: true,
	onnxpb.TensorProto_UINT8: true, onnxpb.TensorProto_UINT16: true, onnxpb.TensorProto_UINT32: true, onnxpb.TensorProto_UINT64: true,
}

// findInput finds the one input that is no initializer, and its shape.
func (in *interpreter) findInput() error {
	var found []*onnxpb.ValueInfoProto
	for _, v := range in.graph.Input {
		if in.initializers[v.GetName()] == nil { // old models list their weights as inputs, too
			found = append(found, v)
		}
	}
	if len(found) != 1 {
		var names []string
		for _, v := range found[:min(len(found), 4)] {
			names = append(names, short(v.GetName()))
		}
		return fmt.Errorf("the graph has %d inputs (%s); expected one matrix with a row for each sample", len(found), strings.Join(names, ", "))
	}
	name, kind := short(found[0].GetName()), found[0].GetType().GetTensorType()
	whole, ok := inputTypes[onnxpb.TensorProto_DataType(kind.GetElemType())]
	if !ok {
		return fmt.Errorf("input %q is not of numbers; expected float or double", name)
	}
	v := &value{stage: stageInput, whole: whole}
	if dims := kind.GetShape().GetDim(); kind.GetShape() != nil {
		if len(dims) < 2 || len(dims) > maxAxes {
			return fmt.Errorf("input %q has %d axes; expected a matrix with a row for each sample", name, len(dims))
		}
		in.batch = max(0, dims[0].GetDimValue())
		columns := int64(1)
		for _, d := range dims[1:] {
			size := d.GetDimValue()
			if size <= 0 {
				size, columns = -1, 0
			} else if columns *= size; size > maxInputs || columns > maxInputs {
				return fmt.Errorf("input %q has more than %d columns", name, maxInputs)
			}
			v.shape = append(v.shape, size)
		}
		in.inputs = int(columns)
	}
	in.values[found[0].GetName()] = v
	return nil
}

// step follows one operator.  What it does not understand is an error only if
// the result needs it.
func (in *interpreter) step(n *onnxpb.NodeProto) error {
	if len(n.Output) == 0 {
		return fmt.Errorf("operator %s has no output", short(n.GetOpType()))
	}
	out, err := in.apply(&node{NodeProto: n})
	if err != nil {
		name := short(n.GetOpType())
		if n.GetName() != "" {
			name += " (" + short(n.GetName()) + ")"
		}
		out = &value{stage: stageFailed, err: fmt.Errorf("operator %s: %w", name, err)}
	}
	for k, name := range n.Output {
		if name == "" {
			continue
		}
		if in.values[name] != nil || in.initializers[name] != nil {
			return fmt.Errorf("tensor %q is computed twice", short(name))
		}
		if k > 0 && out.stage < stageTail { // a mask, an index
			in.values[name] = &value{stage: stageOpaque}
			continue
		}
		in.values[name] = out
	}
	return nil
}

// finish collects the network from the outputs.
func (in *interpreter) finish() (*foreign.Network, error) {
	var result *value
	var before error // why there is no result yet
	var ignored []string
	var head string
	direct := false
	for _, o := range in.graph.Output {
		name := short(o.GetName())
		v := in.lookup(o.GetName())
		if v == nil {
			return nil, fmt.Errorf("output %q is not computed", name)
		}
		switch v.stage {
		case stageSecond, stageTail:
			of := v
			if v.stage == stageTail {
				of = v.from
				if head == "" || head == labelOperator {
					head = v.head
				}
			} else {
				direct = true
			}
			if result != nil && of != result {
				return nil, errors.New("the graph has several results; expected one second layer")
			}
			result = of
		case stageFailed:
			if result == nil {
				return nil, v.err
			}
			ignored = append(ignored, fmt.Sprintf("output %q is ignored: %v", name, v.err))
		default:
			if before == nil {
				before = fmt.Errorf("output %q is computed before the second layer; %s", name, expectedGraph)
			}
			ignored = append(ignored, fmt.Sprintf("output %q is ignored: it is %s", name, v.stage.what()))
		}
	}
	switch {
	case result == nil && before != nil:
		return nil, before
	case result == nil || in.hidden == nil:
		return nil, errors.New("the graph has no output; " + expectedGraph)
	}
	if err := in.spend(numbersOf(in.hidden) + 2*numbersOf(result)); err != nil {
		return nil, err
	}
	first := in.hidden.settle()
	n := &foreign.Network{U: first.folded(), B: first.bias, V: mat.DenseCopyOf(result.folded().T()), A: result.bias, Orientation: foreign.Neurons, Warnings: ignored}
	if first.input != nil {
		n.Mean, n.Deviation = first.input.mean, first.input.deviation
	}
	if err := n.Finish(); err != nil {
		return nil, err
	}
	n.Loss = losses[head]
	if !direct && head != labelOperator {
		n.Warnings = append(n.Warnings, "what follows the second layer ("+head+") is left out: the outputs are the numbers before it")
	}
	return n, nil
}

// losses are those that networks which end in an operator are trained with.
var losses = map[string]string{
	"Softmax": loss.Softmax{}.Name(), "LogSoftmax": loss.Softmax{}.Name(), "Sigmoid": loss.Logistic{}.Name(),
}

// numbersOf returns how many weights a layer has.
func numbersOf(v *value) int {
	rows, columns := v.weights.Dims()
	return rows * columns
}
