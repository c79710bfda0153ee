package leaf

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem/loss"
)

// objective is the dual objective D(WQᵀ) of the joint program at its W (n×c), of which WQᵀ (n×k) is inside the domain of the loss.
type objective struct {
	algebra  linalg.Algebra
	loss     loss.Smooth
	c        int        // outputs of the program
	outputs  *mat.Dense // Q (k×c), orthonormal columns
	targets  []float64  // n·k
	weights  []float64  // n, all positive; nil for ones
	balanced bool

	slope []float64 // D′ at W (n·c)
	bend  []float64 // −D″ there, a block for each row (n·c·c)
}

func newObjective(j Joint) objective {
	n, k := j.Targets.Dims()
	o := objective{
		algebra: j.Algebra, loss: j.Loss, c: k, outputs: j.Outputs, targets: mat.DenseCopyOf(j.Targets).RawMatrix().Data,
		weights: j.Weights, balanced: j.Balanced,
	}
	if o.outputs != nil {
		_, o.c = o.outputs.Dims()
	}
	o.slope, o.bend = make([]float64, n*o.c), make([]float64, n*o.c*o.c)
	return o
}

// all is k, the number of the loss's outputs.
func (o *objective) all() int {
	if o.outputs == nil {
		return o.c
	}
	k, _ := o.outputs.Dims()
	return k
}

// full returns aQᵀ (n·k) of a (n·c).
func (o *objective) full(a []float64) []float64 {
	if o.outputs == nil {
		return a
	}
	var out mat.Dense
	o.algebra.Mul(&out, mat.NewDense(len(a)/o.c, o.c, a), o.outputs.T())
	return out.RawMatrix().Data
}

// value returns D.
func (o *objective) value(w []float64) float64 {
	return o.loss.Dual(o.full(w), o.targets, o.all(), o.weights, 1)
}

// differentiate computes slope and bend at W.
func (o *objective) differentiate(w []float64) {
	k := o.all()
	at := o.full(w)
	first, second := make([]float64, len(at)), make([]float64, len(at))
	o.loss.DualDerivatives(at, o.targets, k, o.weights, first, second)
	o.turn(o.slope, first)
	clear(o.bend)
	for i := range len(w) / o.c {
		block, along := o.bend[i*o.c*o.c:(i+1)*o.c*o.c], second[i*k:(i+1)*k]
		if o.outputs == nil {
			for q, v := range along {
				block[q*o.c+q] = v
			}
			continue
		}
		for l, v := range along {
			row := o.outputs.RawRowView(l)
			for q := range o.c {
				short.Axpy(v*row[q], row, block[q*o.c:(q+1)*o.c])
			}
		}
	}
}

// turn writes aQ (n·c) of a (n·k) into dst.
func (o *objective) turn(dst, a []float64) {
	if o.outputs == nil {
		copy(dst, a)
		return
	}
	k, n := o.all(), len(dst)/o.c
	o.algebra.Mul(mat.NewDense(n, o.c, dst), mat.NewDense(n, k, a), o.outputs)
}

// reach returns the largest a with W + a·dw in the closed domain; it is positive if and only if W is inside.
func (o *objective) reach(w, dw []float64) float64 {
	most := math.Inf(1)
	w, dw = o.full(w), o.full(dw)
	k := o.all()
	for j, v := range w {
		low, high := o.loss.Interval(o.targets[j])
		if o.weights != nil {
			low, high = low*o.weights[j/k], high*o.weights[j/k]
		}
		if !(low < v && v < high) {
			return 0
		}
		switch d := dw[j]; {
		case d > 0:
			most = min(most, (high-v)/d)
		case d < 0:
			most = min(most, (low-v)/d)
		}
	}
	return most
}

// of returns the loss of outputs (n·c) with their best intercept, which is added to them.
func (o *objective) of(outputs []float64) float64 {
	all := append([]float64(nil), o.full(outputs)...)
	k := o.all()
	if o.balanced {
		b := loss.Intercept(o.loss, all, o.targets, k, o.weights, nil)
		for j := range all {
			all[j] += b[j%k]
		}
		o.turn(outputs, all)
	}
	return o.loss.Gradient(all, o.targets, k, o.weights)
}
