package problem

import (
	"fmt"

	"github.com/relift/relift/problem/loss"
)

// What another program's objective has of the losses of n rows and c outputs, beside its weight decay (λ/2)·(sum of squared weights).
const (
	MeanOfElements = "elements" // the mean that PyTorch's losses are; the squared one is without the factor ½
	MeanOfRows     = "rows"     // the mean of this package's losses
	Sum            = "none"     // PyTorch's sum; the squared loss is without the factor ½
)

// GammaOf returns the weight decay γ of [Problem] whose networks are best where those of another program's objective with the weight
// decay lambda are, and how it came about, in words.  The objective has the mean or the sum that beside names of the loss on n rows and
// c outputs; it is a multiple of the problem's.
func GammaOf(lambda float64, beside string, l loss.Loss, n, c int) (gamma float64, how string) {
	name := loss.OrSquared(l).Name()
	squared := name == loss.Squared{}.Name()
	rows := "λ·n for the weight decay λ = %g beside a mean over %d rows"
	switch {
	case beside == Sum && squared: // ‖f(X) − Y‖² + (λ/2)·‖w‖², times ½
		return lambda / 2, fmt.Sprintf("λ/2 for the weight decay λ = %g beside a sum of squares", lambda)
	case beside == Sum:
		return lambda, fmt.Sprintf("λ for the weight decay λ = %g beside a sum", lambda)
	case beside == MeanOfRows, name == loss.Softmax{}.Name(): // (1/n)·½‖f(X) − Y‖² + (λ/2)·‖w‖², times n; the softmax loss is one number for each row
		return lambda * float64(n), fmt.Sprintf(rows, lambda, n)
	case squared: // (1/nc)·‖f(X) − Y‖² + (λ/2)·‖w‖², times nc/2
		return lambda * float64(n) * float64(c) / 2, fmt.Sprintf("λ·n·c/2 for the weight decay λ = %g beside a mean over %d rows and %d outputs", lambda, n, c)
	case c == 1:
		return lambda * float64(n), fmt.Sprintf(rows, lambda, n)
	default:
		return lambda * float64(n) * float64(c), fmt.Sprintf("λ·n·c for the weight decay λ = %g beside a mean over %d rows and %d outputs", lambda, n, c)
	}
}
