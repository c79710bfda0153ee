package problem

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

// Weights are the parameters of a two-layer ReLU network,
// x ↦ Σ_j (xᵀu_j)₊ v_j + b.  The zero value is the network of width 0, whose
// output is zero.
type Weights struct {
	U *mat.Dense // m×d, row j holds the first-layer weights u_j
	V *mat.Dense // m×c, row j holds the second-layer weights v_j
	B []float64  // c, the intercept b; nil for zero
}

// Width returns the number m of neurons.
func (w Weights) Width() int {
	if w.U == nil || w.U.IsEmpty() {
		return 0
	}
	m, _ := w.U.Dims()
	return m
}

// SquaredNorm returns Σ_j (‖u_j‖² + ‖v_j‖²), without the intercept.
func (w Weights) SquaredNorm() float64 {
	if w.Width() == 0 {
		return 0
	}
	a, b := mat.Norm(w.U, 2), mat.Norm(w.V, 2)
	return a*a + b*b
}

// Activations returns (X Uᵀ)₊ (n×m), or nil for a network of width 0.
func (w Weights) Activations(x mat.Matrix) *mat.Dense { return w.ActivationsOn(linalg.Gonum(), x) }

// ActivationsOn is Activations by a given algebra.
func (w Weights) ActivationsOn(a linalg.Algebra, x mat.Matrix) *mat.Dense {
	if w.Width() == 0 {
		return nil
	}
	var h mat.Dense
	a.Mul(&h, x, w.U.T())
	h.Apply(func(_, _ int, v float64) float64 { return max(v, 0) }, &h)
	return &h
}

// outputRows are the rows whose activations Output holds at a time.
const outputRows = 4096

// Output returns the network's outputs Σ_j (X u_j)₊ v_jᵀ + 1bᵀ (n×c), with the memory of a block of
// rows beside them.  The number of outputs c is needed for the network of width 0 only.
func (w Weights) Output(x mat.Matrix, c int) *mat.Dense { return w.OutputOn(linalg.Gonum(), x, c) }

// OutputOn is Output by a given algebra.
func (w Weights) OutputOn(a linalg.Algebra, x mat.Matrix, c int) *mat.Dense {
	out := w.neurons(a, x, c)
	if w.B != nil {
		data := out.RawMatrix().Data
		for k := range data {
			data[k] += w.B[k%len(w.B)]
		}
	}
	return out
}

// neurons is the output without the intercept.
func (w Weights) neurons(a linalg.Algebra, x mat.Matrix, c int) *mat.Dense {
	n, d := x.Dims()
	if w.Width() == 0 {
		return mat.NewDense(n, c, nil)
	}
	_, c = w.V.Dims()
	out := mat.NewDense(n, c, nil)
	rows, sliced := x.(interface {
		Slice(i, k, j, l int) mat.Matrix
	})
	if !sliced {
		a.Mul(out, w.ActivationsOn(a, x), w.V)
		return out
	}
	for lo := 0; lo < n; lo += outputRows {
		hi := min(lo+outputRows, n)
		a.Mul(out.Slice(lo, hi, 0, c).(*mat.Dense), w.ActivationsOn(a, rows.Slice(lo, hi, 0, d)), w.V)
	}
	return out
}
