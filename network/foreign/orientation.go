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

// Oriented returns the network with U as m×d and V as m×c, taken in the
// orientation o, for a problem with d inputs and c outputs; ok is false if the
// shapes do not fit.  With ones, U may have a column more, for an input that is
// always 1: the biases.
func (n *Network) Oriented(o Orientation, d, c int, ones bool) (out *Network, ok bool) {
	turned := func(m *mat.Dense, turn bool) *mat.Dense {
		if turn {
			return mat.DenseCopyOf(m.T())
		}
		return m
	}
	u, v := turned(n.U, o == Sklearn || o == Columns), turned(n.V, o == Torch || o == Columns)
	m, inputs := u.Dims()
	rows, outputs := v.Dims()
	column := ones && !n.HasBias() && inputs == d+1
	if rows != m || outputs != c || inputs != d && !column || n.B != nil && len(n.B) != m || n.A != nil && len(n.A) != c {
		return nil, false
	}
	turnedNetwork := *n
	turnedNetwork.U, turnedNetwork.V, turnedNetwork.Orientation = u, v, Neurons
	if column {
		turnedNetwork.B = mat.Col(nil, d, u)
		turnedNetwork.U = mat.DenseCopyOf(u.Slice(0, m, 0, d))
	}
	return &turnedNetwork, true
}
