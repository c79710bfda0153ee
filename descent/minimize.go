package descent

// Minimize minimises f from x by the L-BFGS method that Refine uses and returns
// the best point, its value and the number of iterations.  f returns its value
// and writes its gradient to grad; values that are not finite count as too long
// a step.  inverse is the diagonal of a model of the inverse Hessian, nil for
// the identity.  It ends after the given number of iterations, when no step
// lowers f any more, or when stop, called before each iteration, returns true.
func Minimize(f func(x, grad []float64) float64, x, inverse []float64, iterations int, stop func() bool) (best []float64, value float64, done int) {
	if inverse == nil {
		inverse = make([]float64, len(x))
		for i := range inverse {
			inverse[i] = 1
		}
	}
	l := newLBFGS(f, stop, x, inverse)
	done = l.run(iterations, 1e-30)
	return l.x, l.fx, done
}
