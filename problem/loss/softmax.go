package loss

import "math"

// Softmax is ℓ(f, y) = log Σ_k exp(f_k) − ⟨y, f⟩ for targets y that are probabilities of c classes, in general one 1
// and zeros.
type Softmax struct{}

var _ Loss = Softmax{}

// Gradient implements Loss.
func (Softmax) Gradient(f, y []float64, c int, weights []float64) float64 {
	sum := 0.0
	for i := 0; i*c < len(f); i++ {
		w, row, target := weight(weights, i), f[i*c:(i+1)*c], y[i*c:(i+1)*c]
		inner := 0.0
		for k, t := range target {
			inner += t * row[k]
		}
		sum += w * (probabilities(row) - inner)
		for k, t := range target {
			row[k] = w * (row[k] - t)
		}
	}
	return sum
}

// Hessian implements Loss.
func (Softmax) Hessian(f, _, p []float64, c int, weights []float64) {
	q := make([]float64, c)
	for i := 0; i*c < len(f); i++ {
		copy(q, f[i*c:(i+1)*c])
		probabilities(q)
		w, row, mean := weight(weights, i), p[i*c:(i+1)*c], 0.0
		for k, v := range row {
			mean += q[k] * v
		}
		for k, v := range row {
			row[k] = w * q[k] * (v - mean)
		}
	}
}

// Curvature implements Loss.
func (Softmax) Curvature() float64 { return 0.5 }

// probabilities replaces f by the softmax of it and returns log Σ exp(f_k).
func probabilities(f []float64) float64 {
	top := math.Inf(-1)
	for _, v := range f {
		top = max(top, v)
	}
	sum := 0.0
	for k, v := range f {
		f[k] = math.Exp(v - top)
		sum += f[k]
	}
	for k := range f {
		f[k] /= sum
	}
	return top + math.Log(sum)
}
