package descent

import "gonum.org/v1/gonum/floats"

// vanished is the ‖u_j‖‖v_j‖, relative to the largest, of a neuron that weight decay is making zero.
const vanished = 1e-6

// curvatureRows are enough to know the curvature that L-BFGS begins with.
const curvatureRows = 2048

// descend makes L-BFGS iterations from theta, reports on the way, and returns the neurons that have not vanished.
// precise asks for double precision.
func (t *training) descend(theta []float64, iterations int, precise bool) []float64 {
	theta, done, calls := t.descent(theta, iterations, precise, t.single, t.double, true)
	t.status.Iterations += done
	t.status.Evaluations += calls
	return theta
}

// descent is descend on the given work spaces, which a goroutine of its own may have, without any change to t unless it reports.
func (t *training) descent(theta []float64, iterations int, precise bool, single *risk[float32], double *risk[float64], report bool) (out []float64, done, calls int) {
	if len(theta) == 0 {
		return theta, 0, 0
	}
	m := len(theta) / (t.d + t.c)
	var x, g []float32
	if !precise {
		x, g = make([]float32, len(theta)), make([]float32, len(theta))
	}
	f := func(theta, grad []float64) float64 {
		calls++
		if report {
			t.spend(1, m)
		}
		if precise {
			return double.value(t.ctx, theta, grad, 0, t.n)
		}
		roundTo(x, theta)
		v := single.value(t.ctx, x, g, 0, t.n)
		widen(grad, g)
		return v
	}
	var l *lbfgs
	stop := func() bool {
		if !report {
			return t.ctx.Err() != nil
		}
		if l != nil && l.fx < t.bestF && t.due(m) {
			t.consider(l.x)
		}
		return t.over()
	}
	l = newLBFGS(f, stop, theta, t.curvature(theta))
	done = l.run(iterations, 1e-30)
	return balanceTheta(l.x, t.d, t.c, vanished), done, calls
}

// curvature is the diagonal that L-BFGS takes for the inverse of the Hessian at first.
func (t *training) curvature(theta []float64) []float64 {
	squares := activationSquares(t.single.algebra, t.single.x, theta, t.n, min(t.n, curvatureRows), t.d, t.c)
	curvature := t.single.loss.Curvature()
	lambda := append([]float64(nil), t.s.lambda...)
	floats.Scale(curvature, lambda)
	floats.Scale(curvature, squares)
	return inverseCurvature(theta, lambda, squares, t.p.Gamma)
}
