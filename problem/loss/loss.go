// Package loss holds the losses that compare a network's outputs with targets.
//
// A loss is a sum over rows, Σ_i w_i ℓ(f_i, y_i), with f_i the outputs and y_i the targets of row i (c
// numbers each) and row weights w_i ≥ 0.  ℓ is convex and differentiable in f_i.  Outputs and targets come as
// consecutive rows without gaps, n×c; weights nil stand for 1 everywhere.
//
// # The dual
//
// The dual of training with a loss is to maximise
//
//	D(W) = −Σ_i (w_iℓ)*(−W_i) = Σ_i min over f of [w_iℓ(f, y_i) + ⟨W_i, f⟩]
//
// over multipliers W (n×c) whose columns sum to zero where the network has a free intercept, subject to a condition that no loss
// knows.  At a network's outputs, W_i = −w_i∇ℓ(f_i, y_i) has the largest D for its linear part (Fenchel and Young):
// D(W) = Σ_i w_iℓ(f_i, y_i) + ⟨W_i, f_i⟩.  D is finite where each W_ik lies in an interval that depends on y_ik and, for some losses, the
// multipliers of a row sum to zero; 0 is in every interval, so that tW is in the domain for 0 ≤ t ≤ Limit.
package loss

// Loss is a convex loss ℓ.
type Loss interface {
	// Name is what files and the command line call it.
	Name() string
	// Check says which row of the targets y the loss is not made for.
	Check(y []float64, c int) error
	// Gradient returns Σ_i w_i ℓ(f_i, y_i) and replaces each f_i by w_i ∇ℓ(f_i, y_i), the gradient with
	// respect to f_i.
	Gradient(f, y []float64, c int, weights []float64) float64
	// Hessian adds Σ_i w_i ∇²ℓ(f_i, y_i) to h (c×c, by rows), elements of the generalised second derivatives where ℓ has
	// no second one.  It is the Hessian in an intercept.
	Hessian(f, y []float64, c int, weights, h []float64)
	// Curvature is a bound on the eigenvalues of ∇²ℓ, in all f and y.
	Curvature() float64

	// Interval returns the least and the largest multiplier of an output with the target y in a row of weight 1.
	Interval(y float64) (low, high float64)
	// Linked reports whether the multipliers of a row have to sum to zero.
	Linked() bool
	// Dual returns D(tW) for a W in the domain of the loss and 0 ≤ t ≤ Limit.
	Dual(w, y []float64, c int, weights []float64, t float64) float64
}

// OrSquared returns l, and the squared loss for nil.
func OrSquared(l Loss) Loss {
	if l == nil {
		return Squared{}
	}
	return l
}

// weight is w_i.
func weight(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}
