package exact

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

// DualBound returns a lower bound on the loss of every two-layer ReLU network,
// given a matrix W (n×c) and a proven h ≥ max over ‖u‖ = 1 of ‖Wᵀ(Xu)₊‖: with
// t = min(t*, γ/h) the matrix tW is feasible for the dual problem and
//
//	p* ≥ t⟨W,Y⟩ − ½t²‖W‖²,   t* = ⟨W,Y⟩/‖W‖²,
//
// where the sums run over the rows of X that are not zero; a zero row adds
// ½‖y_i‖² whatever W says.  The result is rounded downwards.
func DualBound(p lift.Problem, w *mat.Dense, h float64) float64 {
	n, _, c := p.Dims()
	var wy, ww, constant, wyAbs float64
	for i := range n {
		x, y, wi := p.X.RawRowView(i), p.Y.RawRowView(i), w.RawRowView(i)
		if isZero(x) {
			constant += squared(y) / 2
			continue
		}
		for k, v := range wi {
			wy += v * y[k]
			wyAbs += math.Abs(v * y[k])
			ww += v * v
		}
	}
	slack := 4 * float64(n*c+8) * machineEpsilon
	if !(wy > 0) || !(ww > 0) || !(h >= 0) {
		return constant * (1 - slack) // t = 0
	}
	t := wy / ww
	if h > 0 {
		t = min(t, p.Gamma/h*(1-8*machineEpsilon))
	}
	bound := constant + t*wy - t*t*ww/2 - slack*(constant+t*wyAbs+t*t*ww)
	if math.IsNaN(bound) || bound < 0 {
		return 0
	}
	return bound
}
