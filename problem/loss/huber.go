package loss

import "math"

// Huber is ℓ(f, y) = Σ_k h(f_k − y_k) with h(r) = ½r² for |r| ≤ Delta and Delta·(|r| − ½Delta) beyond; Delta > 0.
type Huber struct{ Delta float64 }

var _ Loss = Huber{}

// Name implements Loss.
func (Huber) Name() string { return "huber" }

// Check implements Loss: every target will do.
func (Huber) Check([]float64, int) error { return nil }

// Gradient implements Loss.
func (h Huber) Gradient(f, y []float64, c int, weights []float64) float64 {
	sum := 0.0
	for k, t := range y[:len(f)] {
		w, r := weight(weights, k/c), f[k]-t
		slope := max(min(r, h.Delta), -h.Delta)
		sum += w * slope * (r - slope/2)
		f[k] = w * slope
	}
	return sum
}

// Hessian implements Loss.
func (h Huber) Hessian(f, y []float64, c int, weights, sum []float64) {
	for k := range f {
		if math.Abs(f[k]-y[k]) <= h.Delta {
			sum[(k%c)*(c+1)] += weight(weights, k/c)
		}
	}
}

// Curvature implements Loss.
func (Huber) Curvature() float64 { return 1 }

// Interval implements Loss.
func (h Huber) Interval(float64) (low, high float64) { return -h.Delta, h.Delta }

// Linked implements Loss.
func (Huber) Linked() bool { return false }

// Dual implements Loss: that of the squared loss, whose domain is larger.
func (Huber) Dual(w, y []float64, c int, weights []float64, t float64) float64 {
	return Squared{}.Dual(w, y, c, weights, t)
}
