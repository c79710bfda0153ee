package loss

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

const (
	// interceptSteps of Newton's method are made at most, and interceptHalves of each.
	interceptSteps  = 100
	interceptHalves = 40
	// interceptTolerance is the gradient, relative to the sum of the weights, that counts as none.
	interceptTolerance = 1e-14
	// interceptRounding is the gain of a step, relative to the loss, that its value does not show.
	interceptRounding = 1e-14
)

// Intercept returns the b (c numbers) that minimises Σ_i w_iℓ(f_i + b, y_i) for outputs f (n×c), by Newton's method from the given b, or
// from zero for nil.  For a loss that has no minimum, as that of classes which do not occur, it is as far as the steps get.
func Intercept(l Loss, f, y []float64, c int, weights, from []float64) []float64 {
	b := make([]float64, c)
	total := float64(len(f) / c)
	if weights != nil {
		total = floats.Sum(weights)
	}
	if !(total > 0) {
		return b
	}
	if _, squared := l.(Squared); squared {
		for k := range f {
			b[k%c] += weight(weights, k/c) * (y[k] - f[k]) / total
		}
		return b
	}
	copy(b, from)
	moved := make([]float64, len(f))
	shift := func(b []float64) {
		for k, v := range f {
			moved[k] = v + b[k%c]
		}
	}
	evaluate := func(b, g []float64) float64 { // leaves the gradients of the rows in moved
		shift(b)
		value := l.Gradient(moved, y, c, weights)
		clear(g)
		for k, v := range moved {
			g[k%c] += v
		}
		return value
	}
	g, next, trial := make([]float64, c), make([]float64, c), make([]float64, c)
	value := evaluate(b, g)
	for range interceptSteps {
		if floats.Norm(g, math.Inf(1)) <= interceptTolerance*total {
			break
		}
		hessian := make([]float64, c*c)
		shift(b)
		l.Hessian(moved, y, c, weights, hessian)
		step := newtonStep(mat.NewSymDense(c, hessian), g, l.Curvature()*total)
		improved := false
		halvings := interceptHalves
		fine := floats.Dot(g, step) <= interceptRounding*value // the gain is lost in rounding, the gradient is not
		if fine {
			halvings = 1
		}
		for length, halves := 1.0, 0; halves < halvings; length, halves = length/2, halves+1 {
			floats.AddScaledTo(next, b, -length, step)
			if v := evaluate(next, trial); v < value && !fine || (v == value || fine) && floats.Norm(trial, 2) < floats.Norm(g, 2) {
				value, improved = v, true
				copy(b, next)
				copy(g, trial)
				break
			}
		}
		if !improved {
			break
		}
	}
	return b
}

// newtonStep solves (H + μI)s = g for a μ, relative to the largest curvature, with which H is definite; where H is nearly zero the
// step is that of a gradient method.
func newtonStep(h *mat.SymDense, g []float64, largest float64) []float64 {
	c := len(g)
	step := mat.NewVecDense(c, nil)
	for shift := 1e-12; shift < 1; shift *= 100 {
		shifted := mat.NewSymDense(c, nil)
		for i := range c {
			for j := i; j < c; j++ {
				v := h.At(i, j)
				if i == j {
					v += shift * largest
				}
				shifted.SetSym(i, j, v)
			}
		}
		var factor mat.Cholesky
		if factor.Factorize(shifted) && factor.SolveVecTo(step, mat.NewVecDense(c, g)) == nil {
			return step.RawVector().Data
		}
	}
	out := make([]float64, c)
	floats.AddScaled(out, 1/largest, g)
	return out
}
