package explain

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network"
	"github.com/relift/relift/table/recipe"
)

// Response is the network along one feature, the others held at their median or most frequent
// category: along a number it is piecewise linear and bends only where neurons switch.
type Response struct {
	Axis    Axis
	Outputs []string // classes or targets
	Fixed   []Fixed
	// X are places on the axis, in order: its ends and the kinks, or every category.  Between two of
	// them the outputs Y (of X[i] in Y[i], one for each of Outputs) are linear.
	X     []float64
	Y     [][]float64
	Kinks []Kink
}

// Kink is where a neuron switches.
type Kink struct {
	X      float64
	Neuron int // number
	Share  float64
}

// NewResponse returns the response along a feature, given as to NewSlice.
func NewResponse(m *network.Model, data *recipe.Encoded, e *Explanation, feature string) (*Response, error) {
	if e == nil || e.Width != m.Weights.Width() {
		return nil, fmt.Errorf("explain: the explanation is not that of the model")
	}
	if err := check(m.Encoding, data); err != nil {
		return nil, err
	}
	m, data = byClass(m, data)
	f, err := findFeature(m.Encoding, feature)
	if err != nil {
		return nil, err
	}
	p := newPlane(m.Encoding, data, [2]int{f, f})
	r := &Response{Axis: p.axis(0, data), Outputs: m.Encoding.OutputNames(), Fixed: p.fixed}
	if r.Axis.Categories != nil {
		for k := range r.Axis.Categories {
			r.X = append(r.X, float64(k))
		}
	} else {
		r.findKinks(m, p, e)
		r.X = append(r.X, r.Axis.Min)
		for _, k := range r.Kinks {
			r.X = append(r.X, k.X)
		}
		r.X = append(r.X, r.Axis.Max)
	}
	rows := mat.NewDense(len(r.X), len(p.base), nil)
	for i, x := range r.X {
		copy(rows.RawRowView(i), p.base)
		p.set(rows.RawRowView(i), 0, x)
	}
	out := m.Outputs(rows)
	for i := range r.X {
		r.Y = append(r.Y, mat.Row(nil, i, out))
	}
	return r, nil
}

// findKinks lists where neurons switch inside the axis, in order.
func (r *Response) findKinks(m *network.Model, p *plane, e *Explanation) {
	first, last := slices.Clone(p.base), slices.Clone(p.base)
	p.set(first, 0, r.Axis.Min)
	p.set(last, 0, r.Axis.Max)
	for _, n := range e.Neurons {
		if n.State == Dead {
			continue
		}
		u := m.Weights.U.RowView(n.Number - 1)
		before, after := mat.Dot(u, mat.NewVecDense(len(first), first)), mat.Dot(u, mat.NewVecDense(len(last), last))
		if t, ok := root(before, after); ok {
			r.Kinks = append(r.Kinks, Kink{r.Axis.Min + t*(r.Axis.Max-r.Axis.Min), n.Number, n.MainShare()})
		}
	}
	slices.SortStableFunc(r.Kinks, func(a, b Kink) int {
		switch {
		case a.X < b.X:
			return -1
		case a.X > b.X:
			return 1
		}
		return 0
	})
}

// Sentence says what is held fixed.
func (r *Response) Sentence() string { return held(r.Fixed) }
