package lift

import "gonum.org/v1/gonum/mat"

// Weights are the parameters of a two-layer ReLU network without bias terms,
// x ↦ Σ_j (xᵀu_j)₊ v_j.  The zero value is the network of width 0, whose
// output is zero.
type Weights struct {
	U *mat.Dense // m×d, row j holds the first-layer weights u_j
	V *mat.Dense // m×c, row j holds the second-layer weights v_j
}

// Width returns the number m of neurons.
func (w Weights) Width() int {
	if w.U == nil || w.U.IsEmpty() {
		return 0
	}
	m, _ := w.U.Dims()
	return m
}

// SquaredNorm returns Σ_j (‖u_j‖² + ‖v_j‖²).
func (w Weights) SquaredNorm() float64 {
	if w.Width() == 0 {
		return 0
	}
	a, b := mat.Norm(w.U, 2), mat.Norm(w.V, 2)
	return a*a + b*b
}

// Activations returns (X Uᵀ)₊ (n×m), or nil for a network of width 0.
func (w Weights) Activations(x mat.Matrix) *mat.Dense {
	if w.Width() == 0 {
		return nil
	}
	var h mat.Dense
	h.Mul(x, w.U.T())
	h.Apply(func(_, _ int, v float64) float64 { return max(v, 0) }, &h)
	return &h
}

// Output returns the network's outputs Σ_j (X u_j)₊ v_jᵀ (n×c).  The number of
// outputs c is needed for the network of width 0 only.
func (w Weights) Output(x mat.Matrix, c int) *mat.Dense {
	n, _ := x.Dims()
	if w.Width() == 0 {
		return mat.NewDense(n, c, nil)
	}
	var out mat.Dense
	out.Mul(w.Activations(x), w.V)
	return &out
}
