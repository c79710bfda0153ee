package network

import (
	"errors"
	"fmt"
	"math"
	"regexp"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table/recipe"
)

// Model is a trained network and its encoding.
type Model struct {
	Weights    problem.Weights // U is m×d, V is m×c in the encoding's dimensions, B is nil without an intercept
	Encoding   *recipe.Recipe
	Provenance Provenance
}

// Provenance says how a model was made and what was proved about it.
type Provenance struct {
	Gamma float64   // weight decay γ > 0, sum-of-squares convention
	Loss  loss.Loss // nil for the squared loss
	// LowerBound is the certified lower bound on the training objective of
	// every network on the training data; NaN when none was proved.
	LowerBound float64
	UpperBound float64 // training objective of this network; NaN when unknown
	DataLoss   float64 // its first part, the sum of the losses; NaN when unknown
	// DataDigest is recipe.Encoded.Digest of the training matrices.
	DataDigest string
	Source     string            // name of the training table
	Rows       int               // rows trained on
	Status     string            // how training ended, such as "gap_reached"
	Method     string            // method used
	Version    string            // version of relift that trained it
	Seed       uint64            // of training
	Settings   map[string]string // the settings of training as a user would type them
}

// RelativeGap returns (UpperBound − LowerBound)/UpperBound, NaN when a bound
// is unknown; 0 for an upper bound of zero, unless the lower one is above it.
func (p Provenance) RelativeGap() float64 {
	if p.UpperBound == 0 && !(p.LowerBound > 0) {
		return 0
	}
	return (p.UpperBound - p.LowerBound) / p.UpperBound
}

// New returns the model after checking that its parts fit together.
func New(w problem.Weights, e *recipe.Recipe, p Provenance) (*Model, error) {
	m := &Model{Weights: w, Encoding: e, Provenance: p}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return m, nil
}

var digestForm = regexp.MustCompile(`^([0-9a-f]{64})?$`)

// Validate reports the first thing that makes the model unusable: an invalid
// encoding, weights of another shape, a number that is not finite.
func (m *Model) Validate() error {
	if m.Encoding == nil {
		return errors.New("model: no encoding")
	}
	if err := m.Encoding.Validate(); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	d, c := m.Encoding.Dims()
	width := m.Weights.Width()
	if width > 0 {
		if m.Weights.V == nil {
			return errors.New("model: no second-layer weights V")
		}
		rows, cols := m.Weights.U.Dims()
		if cols != d {
			return fmt.Errorf("model: U has %d columns; expected %d, one for each encoded feature", cols, d)
		}
		if r, k := m.Weights.V.Dims(); r != rows || k != c {
			return fmt.Errorf("model: V is %d×%d; expected %d×%d, a row for each neuron and a column for each output", r, k, rows, c)
		}
	} else if m.Weights.V != nil && !m.Weights.V.IsEmpty() {
		return errors.New("model: second-layer weights V without first-layer weights U")
	}
	for _, part := range []struct {
		name    string
		weights *mat.Dense
	}{{"U", m.Weights.U}, {"V", m.Weights.V}} {
		if width == 0 {
			break
		}
		rows, _ := part.weights.Dims()
		for j := range rows {
			for k, v := range part.weights.RawRowView(j) {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("model: %s[%d,%d] is %v; expected a finite number", part.name, j, k, v)
				}
			}
		}
	}
	if m.Weights.B != nil && len(m.Weights.B) != c {
		return fmt.Errorf("model: the intercept has %d numbers; expected %d, one for each output", len(m.Weights.B), c)
	}
	for k, v := range m.Weights.B {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("model: B[%d] is %v; expected a finite number", k, v)
		}
	}
	if err := m.checkLoss(); err != nil {
		return err
	}
	return m.Provenance.validate()
}

// checkLoss reports a loss that is not for the targets.
func (m *Model) checkLoss() error {
	signed := m.Encoding.Coding == recipe.CodingSign
	classes := m.Encoding.Task == recipe.TaskClassification
	switch loss.OrSquared(m.Provenance.Loss).(type) {
	case loss.Logistic:
		if !signed {
			return errors.New("model: the logistic loss is for two classes in one output, −1 and 1")
		}
	case loss.Softmax:
		if signed || !classes {
			return errors.New("model: the softmax loss is for classes with an output each")
		}
	}
	return nil
}

func (p Provenance) validate() error {
	if !(p.Gamma > 0) || math.IsInf(p.Gamma, 0) {
		return fmt.Errorf("model: weight decay γ is %v; expected a positive finite number", p.Gamma)
	}
	if !digestForm.MatchString(p.DataDigest) {
		return fmt.Errorf("model: data digest %q; expected 64 hexadecimal digits or nothing", p.DataDigest)
	}
	if p.Rows < 0 {
		return fmt.Errorf("model: %d training rows; expected at least 0", p.Rows)
	}
	return nil
}

// Outputs returns the network's outputs (n×c) for encoded features x (n×d).
func (m *Model) Outputs(x mat.Matrix) *mat.Dense {
	_, c := m.Encoding.Dims()
	return m.Weights.Output(x, c)
}

// Scores returns for encoded features x (n×d) the outputs in a column for each class, of which the largest is the answer (see recipe.Recipe), or
// the outputs of a regression.
func (m *Model) Scores(x mat.Matrix) *mat.Dense { return m.Encoding.Scores(m.Outputs(x)) }

// Probabilities returns those of the classes (n×classes) for outputs (n×c); nil where the loss has none.
func (m *Model) Probabilities(outputs *mat.Dense) *mat.Dense {
	return probabilities(m.Encoding, m.Provenance.Loss, outputs)
}

// probabilities is Model.Probabilities for the loss l.
func probabilities(e *recipe.Recipe, l loss.Loss, outputs *mat.Dense) *mat.Dense {
	p, ok := l.(loss.Probabilistic)
	if !ok {
		return nil
	}
	n, c := outputs.Dims()
	return mat.NewDense(n, len(e.Classes), p.Probabilities(mat.DenseCopyOf(outputs).RawMatrix().Data, c))
}

// Problem returns the training problem that an encoded table, with targets,
// poses at the model's γ, with its loss and intercept.
func (m *Model) Problem(data *recipe.Encoded) problem.Problem {
	p := data.Problem(m.Provenance.Gamma)
	p.Loss, p.Intercept = m.Provenance.Loss, m.Weights.B != nil
	return p
}

// Objective returns the training objective of the model on an encoded table
// and its first part, the data loss.
func (m *Model) Objective(data *recipe.Encoded) (total, dataLoss float64) {
	return m.Problem(data).Objective(m.Weights)
}

// TrainedOn reports whether the encoded table is, bit for bit, the one the
// model was trained on.
func (m *Model) TrainedOn(data *recipe.Encoded) bool {
	return m.Provenance.DataDigest != "" && data.Digest() == m.Provenance.DataDigest
}

// ActivationPatterns says for each row of encoded features x (n×d) which of
// the m neurons are active, xᵀu_j > 0.
func (m *Model) ActivationPatterns(x mat.Matrix) [][]bool {
	n, _ := x.Dims()
	width := m.Weights.Width()
	patterns := make([][]bool, n)
	activations := m.Weights.Activations(x)
	for i := range patterns {
		patterns[i] = make([]bool, width)
		for j := range width {
			patterns[i][j] = activations.At(i, j) > 0
		}
	}
	return patterns
}
