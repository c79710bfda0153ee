package loss

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Softmax is ℓ(f, y) = log Σ_k exp(f_k) − ⟨y, f⟩ for targets y of c classes: a one and zeros.
type Softmax struct{}

var _ Loss = Softmax{}

// Name implements Loss.
func (Softmax) Name() string { return "softmax" }

// Check implements Loss.
func (Softmax) Check(y []float64, c int) error {
	for i := 0; i*c < len(y); i++ {
		sum := 0.0
		for _, t := range y[i*c : (i+1)*c] {
			if t != 0 && t != 1 {
				return fmt.Errorf("row %d has the target %v, expected 1 for its class and 0 for the others with the softmax loss", i, t)
			}
			sum += t
		}
		if sum != 1 {
			return fmt.Errorf("row %d has targets that sum to %v, expected one class with the softmax loss", i, sum)
		}
	}
	return nil
}

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
func (Softmax) Hessian(f, _ []float64, c int, weights, h []float64) {
	q := make([]float64, c)
	for i := 0; i*c < len(f); i++ {
		copy(q, f[i*c:(i+1)*c])
		probabilities(q)
		w := weight(weights, i)
		for k, v := range q {
			h[k*(c+1)] += w * v
			floats.AddScaled(h[k*c:(k+1)*c], -w*v, q)
		}
	}
}

// Curvature implements Loss.
func (Softmax) Curvature() float64 { return 0.5 }

// Interval implements Loss.
func (Softmax) Interval(y float64) (low, high float64) { return y - 1, y }

// Linked implements Loss.
func (Softmax) Linked() bool { return true }

// Dual implements Loss: Σ_ik P_ik log(w_i/P_ik), P_i = w_iy_i − tW_i.
func (Softmax) Dual(w, y []float64, c int, weights []float64, t float64) float64 {
	sum := 0.0
	for k, v := range w {
		total := weight(weights, k/c)
		sum += entropy(min(max(total*y[k]-t*v, 0), total), total)
	}
	return sum
}

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
