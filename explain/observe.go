package explain

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network"
	"github.com/relift/relift/table/recipe"
)

// observation is what a network does on data.
type observation struct {
	x           *mat.Dense
	activations *mat.Dense // n×m; nil for width 0
	classes     []int      // class of each row; nil when it has none
	outputs     int        // number of classes or targets
}

func observe(m *network.Model, data *recipe.Encoded) *observation {
	o := &observation{x: data.X, activations: m.Weights.Activations(data.X)}
	_, o.outputs = m.Encoding.Dims()
	if m.Encoding.Task == recipe.TaskClassification && data.Y != nil {
		o.classes = recipe.Argmax(data.Y)
	}
	return o
}

// rows returns n.
func (o *observation) rows() int {
	n, _ := o.x.Dims()
	return n
}

// width returns m.
func (o *observation) width() int {
	if o.activations == nil {
		return 0
	}
	_, m := o.activations.Dims()
	return m
}

// on reports whether neuron j is active on row i.
func (o *observation) on(i, j int) bool { return o.activations.At(i, j) > 0 }

// active counts the rows on which neuron j is active.
func (o *observation) active(j int) int {
	count := 0
	for i := range o.rows() {
		if o.on(i, j) {
			count++
		}
	}
	return count
}

// count counts the rows of each class that are in the set, nil for all; nil
// when rows have no class.
func (o *observation) count(in func(i int) bool) []int {
	if o.classes == nil {
		return nil
	}
	counts := make([]int, o.outputs)
	for i, class := range o.classes {
		if in == nil || in(i) {
			counts[class]++
		}
	}
	return counts
}

// shares returns each neuron's part of the absolute contributions.
func (o *observation) shares(m *network.Model) []float64 {
	shares := make([]float64, o.width())
	for j := range shares {
		strength := decisive(m.Encoding.Task, m.Weights.V.RawRowView(j))
		for i := range o.rows() {
			shares[j] += o.activations.At(i, j) * strength
		}
	}
	return normalise(shares)
}

// slopes returns for each encoded column k the mean over the rows of
// ‖Σ_{j active} u_jk v_j‖₁ times the column's standard deviation.
func (o *observation) slopes(m *network.Model, d, c int) []float64 {
	out := make([]float64, d)
	v := mat.DenseCopyOf(m.Weights.V)
	if m.Encoding.Task == recipe.TaskClassification {
		for j := range o.width() {
			row := v.RawRowView(j)
			floats.AddConst(-floats.Sum(row)/float64(c), row)
		}
	}
	slope := mat.NewDense(d, c, nil)
	gated := mat.NewDense(o.width(), c, nil)
	for _, pattern := range o.patterns(nil) {
		gated.Zero()
		for _, number := range pattern.Neurons {
			gated.SetRow(number-1, v.RawRowView(number-1))
		}
		slope.Mul(m.Weights.U.T(), gated)
		for k := range d {
			out[k] += float64(len(pattern.Rows)) * floats.Norm(slope.RawRowView(k), 1)
		}
	}
	for k, deviation := range deviations(o.x) {
		out[k] *= deviation
	}
	return out
}

// Pattern is a set of rows on which the same neurons are active, so that the
// network is one linear map on them.
type Pattern struct {
	Neurons []int `json:"active_neurons"` // their numbers, ascending
	Rows    []int `json:"rows"`           // 1-based rows of the table, ascending
	ByClass []int `json:"rows_by_class,omitempty"`
}

// patterns groups the rows by activation pattern.  The 0-based rows of the
// table are in rows; nil when they are 0, 1, ….
func (o *observation) patterns(rows []int) []Pattern {
	index := map[string]int{}
	var groups [][]int
	key := make([]byte, (o.width()+7)/8)
	for i := range o.rows() {
		clear(key)
		for j := range o.width() {
			if o.on(i, j) {
				key[j/8] |= 1 << (j % 8)
			}
		}
		g, ok := index[string(key)]
		if !ok {
			g = len(groups)
			index[string(key)] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	var out []Pattern
	for _, group := range groups {
		p := Pattern{Neurons: []int{}}
		for j := range o.width() {
			if o.on(group[0], j) {
				p.Neurons = append(p.Neurons, j+1)
			}
		}
		if o.classes != nil {
			p.ByClass = make([]int, o.outputs)
		}
		for _, i := range group {
			if o.classes != nil {
				p.ByClass[o.classes[i]]++
			}
			row := i
			if rows != nil {
				row = rows[i]
			}
			p.Rows = append(p.Rows, row+1)
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Pattern) int { return len(b.Rows) - len(a.Rows) })
	return out
}

// median returns the middle of x, which it sorts; NaN for none.
func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	h := len(x) / 2
	if len(x)%2 == 1 {
		return x[h]
	}
	return x[h-1]/2 + x[h]/2
}
