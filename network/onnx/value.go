package onnx

import (
	"slices"

	"gonum.org/v1/gonum/mat"
)

// stage says how far along the network a tensor is.
type stage int

const (
	stageConstant stage = iota // numbers in the file
	stageOpaque                // does not depend on the weights: texts, random numbers
	stageInput                 // (x − mean)/deviation
	stageFirst                 // linear in that
	stageHidden                // after the ReLU
	stageSecond                // linear in that
	stageTail                  // made of the result
	stageFailed                // not understood; an error if the result needs it
)

// what names the stages for messages.
func (s stage) what() string {
	return [...]string{"a constant", "not made by the network", "the input", "the first layer before its Relu", "the hidden layer", "the result", "made of the result", "not understood"}[s]
}

// value is what is known about a tensor of the graph.  Values are never changed,
// because several operators may take one.
type value struct {
	stage    stage
	constant *constant // of a constant

	// shape has the axes of one sample, −1 for a size that is not known; nil
	// if even their number is not.
	shape []int64
	whole bool // an input of whole numbers, which has not been cast yet

	// input says what has been done to the input: of an input, and of a first
	// layer to the input that it is linear in.
	input *scaler

	// A first or second layer has k columns, scale∘(weights·x) + bias with the
	// input or the hidden layer x; a hidden layer has scale∘h + bias.
	weights     *mat.Dense // k×(columns of x)
	scale, bias []float64  // k; nil: ones, zeros

	from *value // of the tail: the result that it was made of
	head string // of the tail: the operator that began it
	err  error  // of what failed
}

// affine returns s∘v + a for a first, hidden or second layer; nil stands for
// ones and zeros.
func (v *value) affine(s, a []float64) *value {
	out := *v
	if s != nil {
		out.scale, out.bias = product(s, v.scale), v.bias
		if v.bias != nil {
			out.bias = product(s, v.bias)
		}
	}
	if a != nil {
		sum := slices.Clone(a)
		for i := range out.bias {
			sum[i] += out.bias[i]
		}
		out.bias = sum
	}
	return &out
}

// product returns a∘b; nil stands for ones in b.
func product(a, b []float64) []float64 {
	out := slices.Clone(a)
	for i := range b {
		out[i] *= b[i]
	}
	return out
}

// folded returns the weights with the scale in them.
func (v *value) folded() *mat.Dense {
	out := mat.DenseCopyOf(v.weights)
	for i, s := range v.scale {
		row := out.RawRowView(i)
		for k := range row {
			row[k] *= s
		}
	}
	return out
}

// scaler is what elementwise operations made of the input: in column k
// (x − mean)/deviation, or a number that does not depend on x once the column
// was multiplied by zero.
type scaler struct {
	mean, deviation []float64
	fixed           map[int]float64
}

// copyOf returns a copy of the scaler; that of nil, for k columns, does nothing.
func (s *scaler) copyOf(k int) *scaler {
	out := &scaler{mean: make([]float64, k), deviation: slices.Repeat([]float64{1}, k), fixed: map[int]float64{}}
	if s != nil {
		copy(out.mean, s.mean)
		copy(out.deviation, s.deviation)
		for column, v := range s.fixed {
			out.fixed[column] = v
		}
	}
	return out
}

func (s *scaler) multiply(v []float64) {
	for k, factor := range v {
		if fixed, ok := s.fixed[k]; ok || factor == 0 {
			s.fixed[k] = fixed * factor
		} else {
			s.deviation[k] /= factor
		}
	}
}

func (s *scaler) divide(v []float64) {
	for k, divisor := range v {
		if fixed, ok := s.fixed[k]; ok {
			s.fixed[k] = fixed / divisor
		} else {
			s.deviation[k] *= divisor
		}
	}
}

// add adds sign·v: (x − mean)/deviation + a = (x − (mean − a·deviation))/deviation.
func (s *scaler) add(v []float64, sign float64) {
	for k, a := range v {
		if fixed, ok := s.fixed[k]; ok {
			s.fixed[k] = fixed + sign*a
		} else {
			s.mean[k] -= sign * a * s.deviation[k]
		}
	}
}

// settle moves what fixed columns contribute to a layer into its bias and
// returns the layer with a scaler that leaves those columns alone.
func (v *value) settle() *value {
	if v.input == nil || len(v.input.fixed) == 0 {
		return v
	}
	out := *v
	out.weights, out.scale = v.folded(), nil
	m, d := out.weights.Dims()
	out.input = v.input.copyOf(d)
	extra := make([]float64, m)
	for k := range d {
		fixed, ok := v.input.fixed[k]
		if !ok {
			continue
		}
		for j := range m {
			extra[j] += out.weights.At(j, k) * fixed
			out.weights.Set(j, k, 0)
		}
		out.input.mean[k], out.input.deviation[k] = 0, 1
	}
	if v.bias == nil && !slices.ContainsFunc(extra, func(x float64) bool { return x != 0 }) {
		return &out
	}
	return out.affine(nil, extra)
}
