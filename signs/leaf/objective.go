package leaf

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem/loss"
)

// objective is the dual objective D(W) of the joint program at its W, which is inside the domain of the loss.
type objective struct {
	loss     loss.Smooth
	c        int
	targets  []float64 // n·c
	weights  []float64 // n, all positive; nil for ones
	balanced bool

	slope, bend []float64 // D′ and −D″ at W
}

func newObjective(j Joint) objective {
	_, c := j.Targets.Dims()
	targets := mat.DenseCopyOf(j.Targets).RawMatrix().Data
	return objective{
		loss: j.Loss, c: c, targets: targets, weights: j.Weights, balanced: j.Balanced,
		slope: make([]float64, len(targets)), bend: make([]float64, len(targets)),
	}
}

// value returns D(W).
func (o *objective) value(w []float64) float64 { return o.loss.Dual(w, o.targets, o.c, o.weights, 1) }

// differentiate computes slope and bend at W.
func (o *objective) differentiate(w []float64) {
	o.loss.DualDerivatives(w, o.targets, o.c, o.weights, o.slope, o.bend)
}

// reach returns the largest a with W + a·dw in the closed domain; it is positive if and only if W is inside.
func (o *objective) reach(w, dw []float64) float64 {
	most := math.Inf(1)
	for k, v := range w {
		low, high := o.loss.Interval(o.targets[k])
		if o.weights != nil {
			low, high = low*o.weights[k/o.c], high*o.weights[k/o.c]
		}
		if !(low < v && v < high) {
			return 0
		}
		switch d := dw[k]; {
		case d > 0:
			most = min(most, (high-v)/d)
		case d < 0:
			most = min(most, (low-v)/d)
		}
	}
	return most
}

// of returns the loss of outputs with their best intercept, which is added to them.
func (o *objective) of(outputs []float64) float64 {
	if o.balanced {
		b := loss.Intercept(o.loss, outputs, o.targets, o.c, o.weights, nil)
		for k := range outputs {
			outputs[k] += b[k%o.c]
		}
	}
	return o.loss.Gradient(append([]float64(nil), outputs...), o.targets, o.c, o.weights)
}
