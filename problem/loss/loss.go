// Package loss holds the losses that compare a network's outputs with targets.
//
// A loss is a sum over rows, Σ_i w_i ℓ(f_i, y_i), with f_i the outputs and y_i the targets of row i (c
// numbers each) and row weights w_i > 0.  ℓ is convex and differentiable in f_i.  Outputs and targets come as
// consecutive rows without gaps, n×c; weights nil stand for 1 everywhere.
package loss

// Loss is a convex loss ℓ.
type Loss interface {
	// Gradient returns Σ_i w_i ℓ(f_i, y_i) and replaces each f_i by w_i ∇ℓ(f_i, y_i), the gradient with
	// respect to f_i.
	Gradient(f, y []float64, c int, weights []float64) float64
	// Hessian replaces each p_i by w_i ∇²ℓ(f_i, y_i) p_i, an element of the generalised second derivative where ℓ has
	// no second one.
	Hessian(f, y, p []float64, c int, weights []float64)
	// Curvature is a bound on the eigenvalues of ∇²ℓ, in all f and y.
	Curvature() float64
}

// weight is w_i.
func weight(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}
