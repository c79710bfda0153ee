package foreign

import "gonum.org/v1/gonum/mat"

// Orientation says what the rows of the two matrices of weights are.  Programs
// differ, and where a matrix is square its shape does not tell.
type Orientation string

// The orientations, with the shapes of U and V for d inputs, m neurons and c
// outputs.
const (
	OrientationUnknown Orientation = ""
	Neurons            Orientation = "neurons" // m×d, m×c: a row for each neuron, as in relift
	Torch              Orientation = "torch"   // m×d, c×m: PyTorch
	Sklearn            Orientation = "sklearn" // d×m, m×c: scikit-learn, Keras, JAX
	Columns            Orientation = "columns" // d×m, c×m: a column for each neuron
)

// Orientations lists them in the order in which they are tried.
func Orientations() []Orientation { return []Orientation{Neurons, Torch, Sklearn, Columns} }

// Sizes returns the numbers of inputs and outputs of the network in the
// orientation o; ok is false if the shapes of its layers do not fit each other.
func (n *Network) Sizes(o Orientation) (d, c int, ok bool) {
	m, d := n.U.Dims()
	if o == Sklearn || o == Columns {
		m, d = d, m
	}
	rows, c := n.V.Dims()
	if o == Torch || o == Columns {
		rows, c = c, rows
	}
	return d, c, rows == m && (n.B == nil || len(n.B) == m) && (n.A == nil || len(n.A) == c)
}

// Oriented returns the network with U as m×d and V as m×c, taken in the
// orientation o, for a problem with d inputs and c outputs; ok is false if the
// shapes do not fit.  With ones, U may have a column more, for an input that is
// always 1: the biases.
func (n *Network) Oriented(o Orientation, d, c int, ones bool) (out *Network, ok bool) {
	inputs, outputs, ok := n.Sizes(o)
	column := ones && !n.HasBias() && inputs == d+1
	if !ok || outputs != c || inputs != d && !column {
		return nil, false
	}
	turned := *n
	turned.Orientation = Neurons
	if o == Sklearn || o == Columns {
		turned.U = mat.DenseCopyOf(n.U.T())
	}
	if o == Torch || o == Columns {
		turned.V = mat.DenseCopyOf(n.V.T())
	}
	if column {
		m, _ := turned.U.Dims()
		turned.B = mat.Col(nil, d, turned.U)
		turned.U = mat.DenseCopyOf(turned.U.Slice(0, m, 0, d))
	}
	return &turned, true
}
