package onnx

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/relift/relift/network/onnx/internal/onnxpb"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// features adds the inputs and returns the matrix of the features before
// scaling.
func (b *builder) features() string {
	e := b.model.Encoding
	numeric := true
	for _, f := range e.Features {
		numeric = numeric && f.Kind == table.Numeric
	}
	if numeric {
		return b.matrix()
	}
	var parts []string
	given := map[string]column{} // by what indicators call them
	for k, f := range e.Features {
		if f.MissingOf != "" {
			parts = append(parts, b.indicator(fmt.Sprintf("/column%d/", k), given[f.MissingOf]))
			continue
		}
		name := f.Name
		if strings.HasPrefix(name, "/") { // the graph's own tensors begin so
			name = "_" + name
		}
		for b.used[name] {
			name += "_"
		}
		b.used[name] = true
		kind := b.real
		own := fmt.Sprintf("/column%d/", k)
		var part string
		switch numbers := asNumbers(f); {
		case f.Kind == table.Numeric:
			part = b.fillNumber(own, name, f.Fill)
		case numbers != nil:
			part = b.oneHotNumbers(own, name, numbers, f)
		default:
			kind = onnxpb.TensorProto_STRING
			part = b.oneHotText(own, name, f)
		}
		input := valueInfo(name, kind, 1)
		input.DocString = proto.String("column " + f.Name)
		b.out.Input = append(b.out.Input, input)
		parts = append(parts, part)
		given[sourceOf(f)] = column{name, kind == onnxpb.TensorProto_STRING}
	}
	return b.node("/columns", "Concat", parts, integer("axis", 1))
}

// column is an input of its own, of texts or of numbers.
type column struct {
	input string
	text  bool
}

// inputsOf are the features that are inputs of the graph: an indicator of missing entries is made of its column there.
func inputsOf(e *recipe.Recipe) (inputs []recipe.Feature) {
	for _, f := range e.Features {
		if f.MissingOf == "" {
			inputs = append(inputs, f)
		}
	}
	return inputs
}

// sourceOf is what an indicator calls the column of a feature.  Of the parts of a date any will do.
func sourceOf(f recipe.Feature) string { return cmp.Or(f.DateOf, f.Name) }

// matrix adds one input for all features, which are numeric.
func (b *builder) matrix() string {
	e := b.model.Encoding
	inputs := inputsOf(e)
	k := int64(len(inputs))
	input := valueInfo(inputName, b.real, len(inputs))
	input.DocString = proto.String("the numeric features, in the order of the metadata relift.features")
	b.out.Input = append(b.out.Input, input)
	if !e.Missing.Fills() {
		return inputName
	}
	var fill []float64
	place := map[string]int64{}
	for i, f := range inputs {
		fill = append(fill, f.Fill)
		place[sourceOf(f)] = int64(i)
	}
	missing := b.node("/missing", "IsNaN", []string{inputName})
	filled := b.node("/filled", "Where", []string{missing, b.constant("/fill", fill, 1, k), inputName})
	if len(inputs) == len(e.Features) {
		return filled
	}
	// The features are columns of numbers and indicators beside each other.
	var order []int64
	next := int64(0)
	for _, f := range e.Features {
		if f.MissingOf != "" {
			order = append(order, k+place[f.MissingOf])
			continue
		}
		order = append(order, next)
		next++
	}
	indicators := b.node("/indicators", "Cast", []string{missing}, integer("to", int64(b.real)))
	both := b.node("/both", "Concat", []string{filled, indicators}, integer("axis", 1))
	return b.node("/features", "Gather", []string{both, b.wholes("/order", order...)}, integer("axis", 1))
}

// indicator is 1 where the input, of numbers or of texts, is missing and 0 elsewhere.
func (b *builder) indicator(own string, of column) string {
	missing := own + "missing"
	if of.text {
		b.node(missing, "LabelEncoder", []string{of.input}, texts("keys_strings", [][]byte{{}}),
			&onnxpb.AttributeProto{Name: proto.String("values_floats"), Type: onnxpb.AttributeProto_FLOATS.Enum(), Floats: []float32{1}},
			&onnxpb.AttributeProto{Name: proto.String("default_float"), Type: onnxpb.AttributeProto_FLOAT.Enum(), F: proto.Float32(0)})
	} else {
		b.node(missing, "IsNaN", []string{of.input})
	}
	return b.node(own+"indicator", "Cast", []string{missing}, integer("to", int64(b.real)))
}

// fillNumber puts the number in the place of NaN, where the recipe fills.
func (b *builder) fillNumber(own, x string, fill float64) string {
	if !b.model.Encoding.Missing.Fills() {
		return x
	}
	missing := b.node(own+"missing", "IsNaN", []string{x})
	return b.node(own+"filled", "Where", []string{missing, b.constant(own+"fill", []float64{fill}, 1, 1), x})
}

// asNumbers returns the categories as numbers, nil unless each is one in its
// shortest form, as those of a column of numbers are.
func asNumbers(f recipe.Feature) []float64 {
	var out []float64
	for _, text := range f.Categories {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strconv.FormatFloat(v, 'g', -1, 64) != text && strconv.FormatFloat(v, 'f', -1, 64) != text {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// oneHotNumbers compares with every category and divides by the number of
// matches, so that an unknown number gives 0/0 = NaN and not a silent zero.
func (b *builder) oneHotNumbers(own, x string, numbers []float64, f recipe.Feature) string {
	for k, category := range f.Categories {
		if category == f.FillCategory {
			x = b.fillNumber(own, x, numbers[k])
			break
		}
	}
	if b.real == onnxpb.TensorProto_FLOAT {
		b.apart(numbers, f)
	}
	equal := b.node(own+"equal", "Equal", []string{x, b.constant(own+"categories", numbers, 1, int64(len(numbers)))})
	hot := b.node(own+"match", "Cast", []string{equal}, integer("to", int64(b.real)))
	axes := b.wholes(own+"axes", 1)
	matches := b.node(own+"matches", "ReduceSum", []string{hot, axes}, integer("keepdims", 1))
	return b.node(own+"onehot", "Div", []string{hot, matches})
}

// apart reports categories that single precision cannot tell from each other.
func (b *builder) apart(numbers []float64, f recipe.Feature) {
	seen := map[float32]int{}
	for k, v := range numbers {
		if first, ok := seen[float32(v)]; ok && b.err == nil {
			b.err = fmt.Errorf("model: the categories %s and %s of %q are the same in single precision; expected double precision", f.Categories[first], f.Categories[k], f.Name)
		}
		seen[float32(v)] = k
	}
}

// oneHotText uses the encoder of ai.onnx.ml, which refuses unknown categories.
func (b *builder) oneHotText(own, x string, f recipe.Feature) string {
	var categories [][]byte
	for _, c := range f.Categories {
		categories = append(categories, []byte(c))
	}
	if b.model.Encoding.Missing.Fills() {
		keys := append([][]byte{{}}, categories...)
		values := append([][]byte{[]byte(f.FillCategory)}, categories...)
		x = b.node(own+"filled", "LabelEncoder", []string{x},
			texts("keys_strings", keys), texts("values_strings", values),
			&onnxpb.AttributeProto{Name: proto.String("default_string"), Type: onnxpb.AttributeProto_STRING.Enum(), S: []byte("(unknown category)")})
	}
	hot := b.node(own+"encoded", "OneHotEncoder", []string{x},
		texts("cats_strings", categories), integer("zeros", 0))
	flat := b.node(own+"flat", "Flatten", []string{hot}, integer("axis", 1))
	return b.node(own+"onehot", "Cast", []string{flat}, integer("to", int64(b.real)))
}
