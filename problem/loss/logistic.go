package loss

import (
	"fmt"
	"math"
)

// Logistic is ℓ(f, y) = Σ_k log(1 + exp(−y_k f_k)) for targets y_k = ±1.
type Logistic struct{}

var _ Loss = Logistic{}

// Name implements Loss.
func (Logistic) Name() string { return "logistic" }

// Check implements Loss.
func (Logistic) Check(y []float64, c int) error {
	for k, t := range y {
		if t != 1 && t != -1 {
			return fmt.Errorf("row %d has the target %v, expected −1 or 1 for the logistic loss", k/c, t)
		}
	}
	return nil
}

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
func (Logistic) Hessian(f, _ []float64, c int, weights, h []float64) {
	for k, v := range f {
		q := sigmoid(v)
		h[(k%c)*(c+1)] += weight(weights, k/c) * q * (1 - q)
	}
}

// Curvature implements Loss.
func (Logistic) Curvature() float64 { return 0.25 }

// Interval implements Loss.
func (Logistic) Interval(y float64) (low, high float64) { return min(y, 0), max(y, 0) }

// Linked implements Loss.
func (Logistic) Linked() bool { return false }

// Dual implements Loss: Σ w_i·(binary entropy of ty_ikW_ik/w_i).
func (Logistic) Dual(w, y []float64, c int, weights []float64, t float64) float64 {
	sum := 0.0
	for k, v := range w {
		total := weight(weights, k/c)
		p := min(max(t*v*y[k], 0), total)
		sum += entropy(p, total) + entropy(total-p, total)
	}
	return sum
}

// entropy is p log(total/p), 0 for p = 0.
func entropy(p, total float64) float64 {
	if p <= 0 {
		return 0
	}
	return p * math.Log(total/p)
}

// sigmoid is 1/(1 + exp(−t)) without overflow.
func sigmoid(t float64) float64 {
	if t >= 0 {
		return 1 / (1 + math.Exp(-t))
	}
	e := math.Exp(t)
	return e / (1 + e)
}
