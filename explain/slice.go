package explain

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// Slice is the network on a plane through feature space: two features vary,
// the others are held at their median or most frequent category.
type Slice struct {
	Task    recipe.Task
	Outputs []string // classes or targets
	Axes    [2]Axis  // horizontal, vertical
	Fixed   []Fixed

	// Columns × Rows cells divide the plane evenly, from its lower left corner.
	// Class (classification) or Value (regression: the first target's
	// prediction) belong to a cell's centre: index row·Columns + column.
	Columns, Rows int
	Class         []int
	Value         []float64

	Traces []Trace
	Hidden int // further neurons whose hyperplane crosses the plane but that are left out
	Points []Point
}

// Axis is a feature that varies.
type Axis struct {
	Feature  string
	Min, Max float64 // in the units of the table; −½ and k − ½ for k categories
	// Categories of a categorical feature: category i is at i.
	Categories []string
}

// Fixed is a feature that is held.
type Fixed struct{ Feature, Value string }

// Trace is where a neuron's hyperplane cuts the plane: a line between two
// points, in the units of the axes.
type Trace struct {
	Neuron         int // number
	Share          float64
	X0, Y0, X1, Y1 float64
}

// Point is a row of the data, at its values of the two features; those of the
// others need not be the slice's.
type Point struct {
	X, Y  float64
	Class int     // of a classification
	Value float64 // of a regression: the first target
}

// SliceOptions say how fine a slice is.
type SliceOptions struct {
	Cells     int // along each axis; 0: 120
	MaxTraces int // hyperplanes with the largest shares that are kept; 0: 60
}

// mostCells is the largest SliceOptions.Cells.
const mostCells = 2000

// NewSlice returns the slice along two features, given by name or, when none
// has that name, by index from 0.  The explanation is that of the same model
// on the same data; without data the features are held at their training mean,
// where the encoding knows it, or first category.
func NewSlice(m *network.Model, data *recipe.Encoded, e *Explanation, features [2]string, o SliceOptions) (*Slice, error) {
	if e == nil || e.Width != m.Weights.Width() {
		return nil, errors.New("explain: the explanation is not that of the model")
	}
	if err := check(m.Encoding, data); err != nil {
		return nil, err
	}
	m, data = byClass(m, data)
	if o.Cells == 0 {
		o.Cells = 120
	}
	if o.Cells < 2 || o.Cells > mostCells {
		return nil, fmt.Errorf("explain: %d cells; expected 2 to %d", o.Cells, mostCells)
	}
	if o.MaxTraces == 0 {
		o.MaxTraces = 60
	}
	var which [2]int
	for i, name := range features {
		f, err := findFeature(m.Encoding, name)
		if err != nil {
			return nil, err
		}
		which[i] = f
	}
	if which[0] == which[1] {
		return nil, fmt.Errorf("features %s,%s: both are %q; expected two different features", features[0], features[1], m.Encoding.Features[which[0]].Name)
	}
	p := newPlane(m.Encoding, data, which)
	s := &Slice{Task: m.Encoding.Task, Outputs: m.Encoding.OutputNames(), Fixed: p.fixed}
	for i := range s.Axes {
		s.Axes[i] = p.axis(i, data)
	}
	s.Columns, s.Rows = s.Axes[0].cells(o.Cells), s.Axes[1].cells(o.Cells)
	s.fill(m, p)
	s.trace(m, p, e, o.MaxTraces)
	if data != nil {
		s.scatter(p, data)
	}
	return s, nil
}

// Influential returns the two features with the largest influence, or an error
// when the model has one only.
func (e *Explanation) Influential() ([2]string, error) {
	if len(e.Features) < 2 {
		return [2]string{}, errors.New("the model has a single feature; decision regions need two")
	}
	return [2]string{e.Features[0].Feature, e.Features[1].Feature}, nil
}

// Sentence says what the slice holds fixed.
func (s *Slice) Sentence() string { return held(s.Fixed) }

func held(fixed []Fixed) string {
	if len(fixed) == 0 {
		return ""
	}
	const most = 6
	var parts []string
	for i, f := range fixed {
		if i == most && len(fixed) > most+1 {
			parts = append(parts, fmt.Sprintf("and %d more at their medians", len(fixed)-most))
			break
		}
		parts = append(parts, f.Feature+" = "+f.Value)
	}
	return strings.Join(parts, ", ")
}

func findFeature(e *recipe.Recipe, name string) (int, error) {
	names := make([]string, len(e.Features))
	for i, f := range e.Features {
		if f.Name == name {
			return i, nil
		}
		names[i] = f.Name
	}
	if i, err := strconv.Atoi(name); err == nil && i >= -len(names) && i < len(names) {
		return (i + len(names)) % len(names), nil
	}
	const most = 12
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	return 0, fmt.Errorf("feature %q is not in the model; expected one of %s%s", name, strings.Join(names, ", "), more)
}

// plane is an encoded row in which two features vary.
type plane struct {
	encoding *recipe.Recipe
	which    [2]int // features
	at       [2]int // their first columns
	base     []float64
	fixed    []Fixed
}

func newPlane(e *recipe.Recipe, data *recipe.Encoded, which [2]int) *plane {
	d, _ := e.Dims()
	p := &plane{encoding: e, which: which, base: make([]float64, d)}
	at := 0
	for i, f := range e.Features {
		varies := false
		for a, w := range which {
			if w == i {
				p.at[a], varies = at, true
			}
		}
		if !varies {
			p.fixed = append(p.fixed, Fixed{f.Name, p.hold(f, at, data)})
		}
		at += f.Width()
	}
	if e.Bias {
		p.base[d-1] = 1
	}
	return p
}

// hold fixes the feature, whose columns begin at at, and says to what.
func (p *plane) hold(f recipe.Feature, at int, data *recipe.Encoded) string {
	if f.Kind == table.Categorical {
		most, best := 0, -1.0
		for k := range f.Categories {
			count := 0.0
			if data != nil {
				count = mat.Sum(data.X.ColView(at + k))
			}
			if count > best {
				most, best = k, count
			}
		}
		p.base[at+most] = 1
		return f.Categories[most]
	}
	if data != nil {
		p.base[at] = median(mat.Col(nil, at, data.X))
	}
	return short(f.Mean + f.Deviation*p.base[at])
}

// axis returns the range of axis i: that of the data and some room, or 2.5
// deviations around the mean.
func (p *plane) axis(i int, data *recipe.Encoded) Axis {
	f := p.encoding.Features[p.which[i]]
	if f.Kind == table.Categorical {
		return Axis{f.Name, -0.5, float64(len(f.Categories)) - 0.5, f.Categories}
	}
	lo, hi := -2.5, 2.5
	if data != nil {
		lo, hi = math.Inf(1), math.Inf(-1)
		n, _ := data.X.Dims()
		for row := range n {
			lo, hi = min(lo, data.X.At(row, p.at[i])), max(hi, data.X.At(row, p.at[i]))
		}
		room := 0.06 * (hi - lo)
		if !(room > 0) {
			room = 1
		}
		lo, hi = lo-room, hi+room
	}
	return Axis{f.Name, f.Mean + f.Deviation*lo, f.Mean + f.Deviation*hi, nil}
}

// cells is how many cells the axis is divided into.
func (a Axis) cells(numeric int) int {
	if a.Categories != nil {
		return len(a.Categories)
	}
	return numeric
}

// set puts the value v of axis i into the encoded row.
func (p *plane) set(row []float64, i int, v float64) {
	f := p.encoding.Features[p.which[i]]
	if f.Kind != table.Categorical {
		row[p.at[i]] = (v - f.Mean) / f.Deviation
		return
	}
	clear(row[p.at[i] : p.at[i]+f.Width()])
	row[p.at[i]+int(math.Round(v))] = 1
}

// fill computes the cells.
func (s *Slice) fill(m *network.Model, p *plane) {
	line := mat.NewDense(s.Columns, len(p.base), nil)
	for row := range s.Rows {
		y := s.Axes[1].centre(row, s.Rows)
		for column := range s.Columns {
			x := line.RawRowView(column)
			copy(x, p.base)
			p.set(x, 0, s.Axes[0].centre(column, s.Columns))
			p.set(x, 1, y)
		}
		out := m.Outputs(line)
		if s.Task == recipe.TaskClassification {
			s.Class = append(s.Class, recipe.Argmax(out)...)
		} else {
			s.Value = append(s.Value, mat.Col(nil, 0, out)...)
		}
	}
}

// centre returns the middle of cell i of n.
func (a Axis) centre(i, n int) float64 { return a.Min + (a.Max-a.Min)*(float64(i)+0.5)/float64(n) }

// trace cuts the neurons' hyperplanes with the plane, the largest shares first.
func (s *Slice) trace(m *network.Model, p *plane, e *Explanation, most int) {
	for _, n := range e.Neurons {
		if n.State == Dead {
			continue
		}
		lines := s.cut(p, m.Weights.U.RawRowView(n.Number-1))
		if len(lines) == 0 {
			continue
		}
		if most == 0 {
			s.Hidden++
			continue
		}
		most--
		for _, t := range lines {
			t.Neuron, t.Share = n.Number, n.MainShare()
			s.Traces = append(s.Traces, t)
		}
	}
}

// cut returns the lines on which xᵀu = 0 in the plane: one for two numeric
// axes, one for each category when one axis is categorical, none for two.
func (s *Slice) cut(p *plane, u []float64) []Trace {
	row := append([]float64(nil), p.base...)
	value := func(a, b float64) float64 {
		p.set(row, 0, s.Axes[0].Min+a*(s.Axes[0].Max-s.Axes[0].Min))
		p.set(row, 1, s.Axes[1].Min+b*(s.Axes[1].Max-s.Axes[1].Min))
		sum := 0.0
		for k := range row {
			sum += row[k] * u[k]
		}
		return sum
	}
	var out []Trace
	add := func(a0, b0, a1, b1 float64) {
		x, y := s.Axes[0], s.Axes[1]
		out = append(out, Trace{
			X0: x.Min + a0*(x.Max-x.Min), Y0: y.Min + b0*(y.Max-y.Min),
			X1: x.Min + a1*(x.Max-x.Min), Y1: y.Min + b1*(y.Max-y.Min),
		})
	}
	kx, ky := len(s.Axes[0].Categories), len(s.Axes[1].Categories)
	switch {
	case kx > 0 && ky > 0:
	case kx > 0:
		for i := range kx {
			a := (float64(i) + 0.5) / float64(kx)
			if b, ok := root(value(a, 0), value(a, 1)); ok {
				add(float64(i)/float64(kx), b, float64(i+1)/float64(kx), b)
			}
		}
	case ky > 0:
		for i := range ky {
			b := (float64(i) + 0.5) / float64(ky)
			if a, ok := root(value(0, b), value(1, b)); ok {
				add(a, float64(i)/float64(ky), a, float64(i+1)/float64(ky))
			}
		}
	default:
		if ends := crossings(value(0, 0), value(1, 0), value(0, 1), value(1, 1)); len(ends) == 2 {
			add(ends[0][0], ends[0][1], ends[1][0], ends[1][1])
		}
	}
	return out
}

// root returns where in (0, 1) the line from v0 to v1 is zero.
func root(v0, v1 float64) (float64, bool) {
	if (v0 > 0) == (v1 > 0) || v0 == v1 {
		return 0, false
	}
	return v0 / (v0 - v1), true
}

// crossings returns the two points at which an affine function with these
// values at the corners of the unit square changes sign on the square's edge,
// or nothing.
func crossings(v00, v10, v01, v11 float64) [][2]float64 {
	var ends [][2]float64
	if a, ok := root(v00, v10); ok {
		ends = append(ends, [2]float64{a, 0})
	}
	if a, ok := root(v01, v11); ok {
		ends = append(ends, [2]float64{a, 1})
	}
	if b, ok := root(v00, v01); ok {
		ends = append(ends, [2]float64{0, b})
	}
	if b, ok := root(v10, v11); ok {
		ends = append(ends, [2]float64{1, b})
	}
	return ends
}

// scatter places the rows of the data.  Rows of one category are spread out by
// their number, so that they do not hide each other.
func (s *Slice) scatter(p *plane, data *recipe.Encoded) {
	n, _ := data.X.Dims()
	var classes []int
	if s.Task == recipe.TaskClassification && data.Y != nil {
		classes = recipe.Argmax(data.Y)
	}
	for i := range n {
		var at [2]float64
		for a := range at {
			f := p.encoding.Features[p.which[a]]
			if f.Kind != table.Categorical {
				at[a] = f.Mean + f.Deviation*data.X.At(i, p.at[a])
				continue
			}
			for k := range f.Categories {
				if data.X.At(i, p.at[a]+k) > 0 {
					at[a] = float64(k) + spread(i, a)
				}
			}
		}
		point := Point{X: at[0], Y: at[1], Class: -1, Value: math.NaN()}
		switch {
		case classes != nil:
			point.Class = classes[i]
		case s.Task == recipe.TaskRegression && data.Y != nil:
			point.Value = data.Y.At(i, 0)
		}
		s.Points = append(s.Points, point)
	}
}

// spread returns a number in (−0.35, 0.35) from a low-discrepancy sequence for
// each axis (M. Roberts' generalisation of the golden ratio).
func spread(i, axis int) float64 {
	const g = 1.32471795724474602596
	step := [2]float64{1 / g, 1 / (g * g)}[axis]
	_, f := math.Modf(0.5 + step*float64(i))
	return 0.7 * (f - 0.5)
}
