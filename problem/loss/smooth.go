package loss

import "math"

// Smooth is a loss whose dual is a sum over the multipliers, each term of which has two derivatives inside of its interval.
type Smooth interface {
	Loss
	// DualDerivatives writes the first derivatives of D at W and the second ones with the sign changed, which are positive: the outputs of which W
	// are the multipliers, and 1/(w_iℓ'') there.  Where the multipliers of a row are linked, the outputs are known up to a constant of their row, and the
	// second derivatives count along rows that sum to zero.  Each W_ik has to be inside its interval, and no w_i zero.
	DualDerivatives(w, y []float64, c int, weights, first, second []float64)
}

var (
	_ Smooth = Squared{}
	_ Smooth = Logistic{}
	_ Smooth = Softmax{}
)

// DualDerivatives implements Smooth: y − W/w and 1/w.
func (Squared) DualDerivatives(w, y []float64, c int, weights, first, second []float64) {
	for k, v := range w {
		second[k] = 1 / weight(weights, k/c)
		first[k] = y[k] - v*second[k]
	}
}

// DualDerivatives implements Smooth: with P = yW of the total w, y log((w − P)/P) and w/(P(w − P)).
func (Logistic) DualDerivatives(w, y []float64, c int, weights, first, second []float64) {
	for k, v := range w {
		total, p := weight(weights, k/c), y[k]*v
		first[k] = y[k] * math.Log((total-p)/p)
		second[k] = total / (p * (total - p))
	}
}

// DualDerivatives implements Smooth: with P_i = w_iy_i − W_i, log(P/w) and 1/P.
func (Softmax) DualDerivatives(w, y []float64, c int, weights, first, second []float64) {
	for k, v := range w {
		total := weight(weights, k/c)
		p := total*y[k] - v
		first[k], second[k] = math.Log(p/total), 1/p
	}
}
