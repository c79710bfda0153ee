package descent

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// Balance rescales every neuron to ‖u_j‖ = ‖v_j‖, which leaves the network's
// output as it is and makes its weight decay least, and drops neurons with
// u_j = 0 or v_j = 0.
func Balance(w problem.Weights) problem.Weights {
	var keep []int
	for j := range w.Width() {
		if nonzero(w.U.RawRowView(j)) && nonzero(w.V.RawRowView(j)) {
			keep = append(keep, j)
		}
	}
	out := selectNeurons(w, keep)
	for j := range out.Width() {
		u, v := out.U.RawRowView(j), out.V.RawRowView(j)
		a, b := floats.Norm(u, 2), floats.Norm(v, 2)
		floats.Scale(math.Sqrt(b/a), u)
		floats.Scale(math.Sqrt(a/b), v)
	}
	return out
}

// selectNeurons copies the neurons with the given indices.
func selectNeurons(w problem.Weights, keep []int) problem.Weights {
	if len(keep) == 0 {
		return problem.Weights{B: w.B}
	}
	_, d := w.U.Dims()
	_, c := w.V.Dims()
	out := problem.Weights{U: mat.NewDense(len(keep), d, nil), V: mat.NewDense(len(keep), c, nil), B: w.B}
	for q, j := range keep {
		out.U.SetRow(q, w.U.RawRowView(j))
		out.V.SetRow(q, w.V.RawRowView(j))
	}
	return out
}
