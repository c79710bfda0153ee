package loss

import "math"

// Squared is ℓ(f, y) = ½‖f − y‖².
type Squared struct{}

var _ Loss = Squared{}

// Name implements Loss.
func (Squared) Name() string { return "squared" }

// Check implements Loss: every target will do.
func (Squared) Check([]float64, int) error { return nil }

// Gradient implements Loss.
func (Squared) Gradient(f, y []float64, c int, weights []float64) float64 {
	sum := 0.0
	if weights == nil {
		for k, t := range y[:len(f)] {
			r := f[k] - t
			f[k] = r
			sum += r * r
		}
		return sum / 2
	}
	for k, t := range y[:len(f)] {
		w, r := weights[k/c], f[k]-t
		f[k] = w * r
		sum += w * r * r
	}
	return sum / 2
}

// Hessian implements Loss.
func (Squared) Hessian(f, _ []float64, c int, weights, h []float64) {
	for k := range f {
		h[(k%c)*(c+1)] += weight(weights, k/c)
	}
}

// Curvature implements Loss.
func (Squared) Curvature() float64 { return 1 }

// Interval implements Loss.
func (Squared) Interval(float64) (low, high float64) { return math.Inf(-1), math.Inf(1) }

// Linked implements Loss.
func (Squared) Linked() bool { return false }

// Dual implements Loss: t⟨W, Y⟩ − ½t²Σ_i ‖W_i‖²/w_i.
func (Squared) Dual(w, y []float64, c int, weights []float64, t float64) float64 {
	linear, square := 0.0, 0.0
	for k, v := range w {
		if v != 0 {
			linear += v * y[k]
			square += v * v / weight(weights, k/c)
		}
	}
	return t*linear - t*t/2*square
}
