package explain

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network"
	"github.com/relift/relift/report"
	"github.com/relift/relift/table/recipe"
)

// Explanation is what a network does, in the shape of the JSON of
// relift explain.
type Explanation struct {
	Task    recipe.Task `json:"task"`
	Columns []string    `json:"columns"` // names of the coefficients: features, "color=red" for a category
	Outputs []string    `json:"outputs"` // classes or targets
	// Intercept is what is added to each output beside the neurons; nothing where the model has none.
	Intercept []report.Number `json:"intercept,omitempty"`
	Width     int             `json:"width"` // neurons
	Bias      bool            `json:"bias"`

	// Rows is the number of rows the network was looked at on, 0 without data;
	// the fields marked (data) are empty then.
	Rows int `json:"rows"`
	// Trained says that the rows are, bit for bit, those it was trained on.
	Trained bool `json:"trained_on_these_rows"`
	// ClassRows counts the rows of each class (data with targets,
	// classification).
	ClassRows []int `json:"class_rows,omitempty"`

	Neurons      []Neuron     `json:"neurons"`   // by share, the largest first
	Features     []Influence  `json:"features"`  // by influence, the largest first
	Redundancies []Redundancy `json:"redundant"` // never null
	Patterns     []Pattern    `json:"patterns"`  // (data) by rows, the most first
}

// Neuron describes one neuron.
type Neuron struct {
	Number int `json:"number"` // 1-based row of U and V in the model file
	// Coefficients and Offset give the pre-activation Σ a_k v_k + b in the
	// units of the table, one coefficient for each of Explanation.Columns.
	Coefficients []report.Number `json:"coefficients"`
	Offset       report.Number   `json:"offset"`
	// Hyperplane says where the neuron is active, in its largest terms.
	Hyperplane  string          `json:"hyperplane"`
	Outputs     []report.Number `json:"output_weights"` // v_j, one for each output
	WeightShare float64         `json:"weight_share"`   // of Σ ‖u_j‖‖v_j‖
	Share       *float64        `json:"share"`          // of the decision (data)
	Active      *int            `json:"active_rows"`    // rows on which it is active (data)
	ByClass     []int           `json:"active_rows_by_class,omitempty"`
	State       State           `json:"state"`
}

// State says whether a neuron does anything.
type State string

// The states.
const (
	Dead    State = "dead"    // u or v is zero: it can be removed
	Never   State = "never"   // active on none of the rows
	Always  State = "always"  // active on all of the rows: linear there
	Mixed   State = "mixed"   // active on some of the rows
	Unknown State = "unknown" // not dead; without data no more is known
)

// Influence is a feature's part in the network's answers: on data, the mean
// absolute slope of the outputs along its encoded columns times the columns'
// standard deviations; without data, Σ_j |u_jk|‖v_j‖₁.  They sum to 1.
type Influence struct {
	Feature string  `json:"feature"`
	Share   float64 `json:"share"`
}

// New explains the network of m, on data if they are not nil.  Data are
// encoded by m.Encoding; their targets may be missing.
func New(m *network.Model, data *recipe.Encoded) (*Explanation, error) {
	if m == nil {
		return nil, errors.New("explain: no model; expected one")
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	if err := check(m.Encoding, data); err != nil {
		return nil, err
	}
	trained := data != nil && data.Y != nil && m.TrainedOn(data)
	m, data = byClass(m, data)
	e := &Explanation{
		Task: m.Encoding.Task, Columns: columns(m.Encoding), Outputs: m.Encoding.OutputNames(),
		Width: m.Weights.Width(), Bias: m.Encoding.Bias, Neurons: []Neuron{}, Redundancies: []Redundancy{}, Patterns: []Pattern{},
	}
	for _, v := range m.Weights.B {
		e.Intercept = append(e.Intercept, report.Number(v))
	}
	var seen *observation
	if data != nil {
		seen = observe(m, data)
		e.Rows, _ = data.X.Dims()
		e.Trained = trained
		e.ClassRows = seen.count(nil)
	}
	strengths := weightShares(m)
	var shares []float64
	if seen != nil {
		shares = seen.shares(m)
	}
	for j := range e.Width {
		n := describe(m.Encoding, m.Weights.U.RawRowView(j), m.Weights.V.RawRowView(j))
		n.Number, n.WeightShare = j+1, strengths[j]
		if seen != nil {
			share, active := shares[j], seen.active(j)
			n.Share, n.Active, n.ByClass = &share, &active, seen.count(func(i int) bool { return seen.on(i, j) })
		}
		n.State = state(n, strengths[j], e.Rows)
		e.Neurons = append(e.Neurons, n)
	}
	e.Redundancies = append(e.Redundancies, redundancies(m, e.Neurons, seen)...)
	if seen != nil {
		e.Patterns = append(e.Patterns, seen.patterns(data.Rows)...)
	}
	e.Features = influences(m, seen)
	slices.SortStableFunc(e.Neurons, func(a, b Neuron) int { return descending(a.MainShare(), b.MainShare()) })
	return e, nil
}

// MainShare is the share on data or, without, that of the weights.
func (n Neuron) MainShare() float64 {
	if n.Share != nil {
		return *n.Share
	}
	return n.WeightShare
}

// Count returns how many neurons are in a state.
func (e *Explanation) Count(s State) int {
	count := 0
	for _, n := range e.Neurons {
		if n.State == s {
			count++
		}
	}
	return count
}

// check refuses data that the encoding did not make.
func check(e *recipe.Recipe, data *recipe.Encoded) error {
	if data == nil {
		return nil
	}
	d, c := e.Dims()
	n, cols := data.X.Dims()
	if cols != d {
		return fmt.Errorf("explain: X has %d columns; expected %d, as the model's encoding makes them", cols, d)
	}
	if len(data.Rows) != n {
		return fmt.Errorf("explain: %d row numbers for %d rows; expected as many", len(data.Rows), n)
	}
	if data.Y != nil {
		if rows, outputs := data.Y.Dims(); rows != n || outputs != c {
			return fmt.Errorf("explain: Y is %d×%d; expected %d×%d", rows, outputs, n, c)
		}
	}
	return nil
}

func state(n Neuron, strength float64, rows int) State {
	switch {
	case strength == 0:
		return Dead
	case n.Active == nil:
		return Unknown
	case *n.Active == 0:
		return Never
	case *n.Active == rows:
		return Always
	}
	return Mixed
}

// weightShares returns each neuron's part of Σ ‖u_j‖‖v_j‖.
func weightShares(m *network.Model) []float64 {
	shares := make([]float64, m.Weights.Width())
	for j := range shares {
		shares[j] = floats.Norm(m.Weights.U.RawRowView(j), 2) * floats.Norm(m.Weights.V.RawRowView(j), 2)
	}
	return normalise(shares)
}

// normalise divides nonnegative numbers by their sum, if it is not zero.
func normalise(x []float64) []float64 {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, v)
	}
	if !(largest > 0) || math.IsInf(largest, 0) {
		return x
	}
	floats.Scale(1/largest, x) // keeps the sum from overflowing
	floats.Scale(1/floats.Sum(x), x)
	return x
}

// decisive returns ‖v‖₁, for a classification of v less its mean.
func decisive(task recipe.Task, v []float64) float64 {
	mean := 0.0
	if task == recipe.TaskClassification {
		mean = floats.Sum(v) / float64(len(v))
	}
	sum := 0.0
	for _, x := range v {
		sum += math.Abs(x - mean)
	}
	return sum
}

// influences ranks the features; see Influence.
func influences(m *network.Model, seen *observation) []Influence {
	d, c := m.Encoding.Dims()
	width := m.Weights.Width()
	byColumn := make([]float64, d)
	switch {
	case width == 0:
	case seen == nil:
		for j := range width {
			strength := decisive(m.Encoding.Task, m.Weights.V.RawRowView(j))
			for k, u := range m.Weights.U.RawRowView(j) {
				byColumn[k] += math.Abs(u) * strength
			}
		}
	default:
		byColumn = seen.slopes(m, d, c)
	}
	var out []Influence
	at := 0
	shares := make([]float64, len(m.Encoding.Features))
	for f, feature := range m.Encoding.Features {
		shares[f] = floats.Sum(byColumn[at : at+feature.Width()])
		at += feature.Width()
	}
	normalise(shares)
	for f, feature := range m.Encoding.Features {
		out = append(out, Influence{feature.Name, shares[f]})
	}
	slices.SortStableFunc(out, func(a, b Influence) int { return descending(a.Share, b.Share) })
	return out
}

// descending orders larger numbers first.
func descending(a, b float64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

// deviations returns the standard deviation of each column of x.
func deviations(x *mat.Dense) []float64 {
	n, d := x.Dims()
	out := make([]float64, d)
	for k := range d {
		mean, square := 0.0, 0.0
		for i := range n {
			mean += x.At(i, k) / float64(n)
		}
		for i := range n {
			square += (x.At(i, k) - mean) * (x.At(i, k) - mean) / float64(n)
		}
		out[k] = math.Sqrt(square)
	}
	return out
}
