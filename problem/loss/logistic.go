package loss

import "math"

// Logistic is ℓ(f, y) = Σ_k log(1 + exp(−y_k f_k)) for targets y_k = ±1.
type Logistic struct{}

var _ Loss = Logistic{}

// Gradient implements Loss.
func (Logistic) Gradient(f, y []float64, c int, weights []float64) float64 {
	sum := 0.0
	for k, t := range y[:len(f)] {
		w, margin := weight(weights, k/c), t*f[k]
		sum += w * (max(-margin, 0) + math.Log1p(math.Exp(-math.Abs(margin))))
		f[k] = -w * t * sigmoid(-margin)
	}
	return sum
}

// Hessian implements Loss.
func (Logistic) Hessian(f, y, p []float64, c int, weights []float64) {
	for k := range p {
		q := sigmoid(f[k])
		p[k] *= weight(weights, k/c) * q * (1 - q)
	}
}

// Curvature implements Loss.
func (Logistic) Curvature() float64 { return 0.25 }

// sigmoid is 1/(1 + exp(−t)) without overflow.
func sigmoid(t float64) float64 {
	if t >= 0 {
		return 1 / (1 + math.Exp(-t))
	}
	e := math.Exp(t)
	return e / (1 + e)
}
