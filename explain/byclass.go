package explain

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network"
	"github.com/relift/relift/table/recipe"
)

// byClass returns a model of one output for two classes, and its data, with an output for each class: −f and f.  Others are returned as they
// are.
func byClass(m *network.Model, data *recipe.Encoded) (*network.Model, *recipe.Encoded) {
	if m.Encoding.Coding != recipe.CodingSign {
		return m, data
	}
	encoding, wide := *m.Encoding, *m
	encoding.Coding = recipe.CodingOneHot
	wide.Encoding = &encoding
	if m.Weights.Width() > 0 {
		wide.Weights.V = m.Encoding.Scores(m.Weights.V)
	}
	if b := m.Weights.B; b != nil {
		wide.Weights.B = m.Encoding.Scores(mat.NewDense(1, 1, b)).RawRowView(0)
	}
	if data != nil && data.Y != nil {
		coded := *data
		coded.Y = m.Encoding.Scores(data.Y)
		data = &coded
	}
	return &wide, data
}
