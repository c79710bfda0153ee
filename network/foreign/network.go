// Package foreign has two-layer ReLU networks as other programs keep them: with
// biases, and with a scaler of their own.
package foreign

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/network"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// Network is a two-layer ReLU network as programs write it,
//
//	x ↦ Vᵀ(U s(x) + B)₊ + A,   s(x)_k = (x_k − Mean_k)/Deviation_k,
//
// with biases of their own.
type Network struct {
	// Mean and Deviation (d, positive) are the network's own scaler; nil for none.
	Mean, Deviation []float64
	U               *mat.Dense // m×d
	B               []float64  // m, biases of the first layer; nil for none
	V               *mat.Dense // m×c
	A               []float64  // c, biases of the second layer; nil for none

	// Model is the model that relift wrote, with its encoding; then Weights and
	// Encoding of it are what counts and the fields above are empty.
	Model *network.Model

	// Orientation is how U and V lie; the shapes above are those of Neurons.
	// Unknown, the shapes decide (Oriented).
	Orientation Orientation

	// Loss is what it was trained with, by the operator that ends it: "softmax", "logistic" for a sigmoid, or "" where nothing says.
	Loss string

	Producer string // name and version of the program that wrote the file
	Warnings []string
}

// FromModel returns the network of a model that relift wrote.
func FromModel(m *network.Model) *Network {
	return &Network{Model: m, Producer: strings.TrimSpace("relift " + m.Provenance.Version)}
}

// ErrBias is returned for biases in a problem that has none.
var ErrBias = errors.New("the network has biases and the problem has none; expected a column of ones (a bias)")

// Dims returns the number of inputs d without bias, neurons m and outputs c.
func (n *Network) Dims() (d, m, c int) {
	m, d = n.U.Dims()
	_, c = n.V.Dims()
	return d, m, c
}

// HasBias reports whether either layer has biases.
func (n *Network) HasBias() bool { return n.B != nil || n.A != nil }

// Weights returns the network as one without biases, for scaled inputs s(x):
// with bias, U has one more column, for an input that is 1.  Biases of the
// second layer become one more neuron that is active for every row: u = √‖A‖ on
// that input and v = A/√‖A‖, the pair with the least weight decay.
func (n *Network) Weights(bias bool) (problem.Weights, error) {
	if !bias {
		if n.HasBias() {
			return problem.Weights{}, ErrBias
		}
		return problem.Weights{U: mat.DenseCopyOf(n.U), V: mat.DenseCopyOf(n.V)}, nil
	}
	d, m, c := n.Dims()
	width := m
	size := 0.0
	for _, a := range n.A {
		size = math.Hypot(size, a)
	}
	if size > 0 {
		width++
	}
	u, v := mat.NewDense(width, d+1, nil), mat.NewDense(width, c, nil)
	for j := range m {
		copy(u.RawRowView(j), n.U.RawRowView(j))
		if n.B != nil {
			u.Set(j, d, n.B[j])
		}
		copy(v.RawRowView(j), n.V.RawRowView(j))
	}
	if size > 0 {
		root := math.Sqrt(size)
		u.Set(m, d, root)
		for k, a := range n.A {
			v.Set(m, k, a/root)
		}
	}
	return problem.Weights{U: u, V: v}, nil
}

// Scale returns s(x) for rows x (n×d).
func (n *Network) Scale(x mat.Matrix) *mat.Dense {
	out := mat.DenseCopyOf(x)
	if n.Mean == nil {
		return out
	}
	out.Apply(func(_, k int, v float64) float64 { return (v - n.Mean[k]) / n.Deviation[k] }, out)
	return out
}

// ToModel returns the network as a model for tables with the feature columns
// x1 … xd and the targets y1 … yc, a regression: such a file does not say what
// its numbers mean.  gamma is the weight decay it was trained with.  A network
// that relift wrote comes back as it was.
func (n *Network) ToModel(gamma float64) (*network.Model, error) {
	if n.Model != nil {
		return n.Model, nil
	}
	d, _, c := n.Dims()
	e := &recipe.Recipe{Task: recipe.TaskRegression, Scale: recipe.ScaleNone, Missing: recipe.MissingError, Bias: n.HasBias()}
	for k := range d {
		f := recipe.Feature{Name: "x" + strconv.Itoa(k+1), Kind: table.Numeric, Deviation: 1}
		if n.Mean != nil {
			e.Scale = recipe.ScaleStandard
			f.Mean, f.Deviation = n.Mean[k], n.Deviation[k]
		}
		e.Features = append(e.Features, f)
	}
	for k := range c {
		e.Targets = append(e.Targets, "y"+strconv.Itoa(k+1))
	}
	w, err := n.Weights(e.Bias)
	if err != nil {
		return nil, err
	}
	return network.New(w, e, network.Provenance{
		Gamma: gamma, LowerBound: math.NaN(), UpperBound: math.NaN(), DataLoss: math.NaN(),
		Method: "imported", Source: n.Producer,
	})
}

// Finish checks that all numbers are finite and makes deviations positive.  The
// packages that read networks call it once.
func (n *Network) Finish() error {
	for _, part := range []struct {
		name    string
		numbers []float64
	}{
		{"first-layer weights", n.U.RawMatrix().Data}, {"first-layer biases", n.B},
		{"second-layer weights", n.V.RawMatrix().Data}, {"second-layer biases", n.A},
		{"scaler", n.Mean}, {"scaler", n.Deviation},
	} {
		for _, v := range part.numbers {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("the %s hold %v; expected finite numbers", part.name, v)
			}
		}
	}
	for k, s := range n.Deviation {
		if s == 0 {
			return fmt.Errorf("the scaler of input %d is not finite", k)
		}
		if s < 0 { // s(x)_k changes its sign, and so do its weights
			n.Deviation[k] = -s
			for j := range n.U.RawMatrix().Rows {
				n.U.Set(j, k, -n.U.At(j, k))
			}
		}
	}
	return nil
}
