package descent

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// majorizations is how many squared problems are solved for each round of refit, at most.
const majorizations = 8

// What RefitOutput asks for with other losses.
const (
	refitLossTolerance = 1e-10
	refitLossRounds    = 30
)

// refitLoss is refit for a loss that is not the squared one: with L its curvature, g its gradient and F the outputs,
//
//	Σ_i w_iℓ(f_i, y_i) ≤ Σ_i w_iℓ(F_i, y_i) + ⟨g_i, f_i − F_i⟩ + ½Lw_i‖f_i − F_i‖²,
//
// a weighted squared loss with the targets F_i − g_i/(Lw_i), whose group lasso is solved again and again, from outputs that are extrapolated as
// in accelerated gradient methods (A. Beck and M. Teboulle, SIAM J. Imaging Sciences 2, 2009).  There is no dual value.
func refitLoss(ctx context.Context, p problem.Problem, directions mat.Matrix, warm problem.Weights, tol float64, rounds int) (problem.Weights, Gap) {
	n, _, c := p.Dims()
	model := p
	model.Loss, model.Y, model.Weights = nil, mat.NewDense(n, c, nil), make([]float64, n)
	for i := range n {
		model.Weights[i] = p.Loss.Curvature()
		if p.Weights != nil {
			model.Weights[i] *= p.Weights[i]
		}
	}
	l := newGroupLasso(model, directions)
	l.tol, l.rounds, l.rough = tol, 1, true
	l.begin(warm)
	m := &majorizer{p: p, l: l, weights: model.Weights, y: linalg.RowMajor(p.Y)}
	best := append([]float64(nil), l.t...)
	f := m.outputs()
	objective := m.evaluate(f)
	before, momentum := f, 1.0
	for range majorizations * rounds {
		if ctx.Err() != nil {
			break
		}
		// The targets are those at the extrapolated outputs.
		next := (1 + math.Sqrt(1+4*momentum*momentum)) / 2
		at := append([]float64(nil), f...)
		floats.AddScaled(at, (momentum-1)/next, f)
		floats.AddScaled(at, -(momentum-1)/next, before)
		m.aim(at)
		l.solve(ctx)
		moved := m.outputs()
		value := m.evaluate(moved)
		if !(value < objective) {
			if momentum == 1 {
				break
			}
			copy(l.t, best)
			momentum, before = 1, f
			continue
		}
		gain := objective - value
		before, f, objective, momentum = f, moved, value, next
		copy(best, l.t)
		if gain <= tol*math.Abs(objective) {
			break
		}
	}
	copy(l.t, best)
	return l.weights(), Gap{Primal: objective, Dual: math.Inf(-1)}
}

// majorizer makes squared losses of another one.
type majorizer struct {
	p       problem.Problem
	l       *groupLasso
	weights []float64 // n, Lw_i
	y       []float64 // n×c, of p
	b       []float64
}

// outputs returns those of the group lasso's t, without an intercept and up to one: the rows of A are √(Lw_i) times the activations, less
// their mean where there is an intercept.
func (m *majorizer) outputs() []float64 {
	l := m.l
	out := make([]float64, l.n*l.c)
	support := l.support()
	for i := range l.n {
		if m.weights[i] == 0 {
			continue
		}
		row, to := l.a.Data[i*l.a.Stride:], out[i*l.c:(i+1)*l.c]
		for _, j := range support {
			if h := row[j]; h != 0 {
				floats.AddScaled(to, h, l.t[j*l.c:(j+1)*l.c])
			}
		}
		floats.Scale(1/math.Sqrt(m.weights[i]), to)
	}
	return out
}

// gradient replaces outputs by the slopes of their losses, with the best intercept, and returns the loss.
func (m *majorizer) gradient(f []float64) float64 {
	c := m.l.c
	if m.p.Intercept {
		m.b = loss.Intercept(m.p.Loss, f, m.y, c, m.p.Weights, m.b)
		for k := range f {
			f[k] += m.b[k%c]
		}
	}
	return m.p.Loss.Gradient(f, m.y, c, m.p.Weights)
}

// evaluate returns the objective of the outputs and the group lasso's t.
func (m *majorizer) evaluate(f []float64) float64 {
	value := m.gradient(append([]float64(nil), f...))
	for _, j := range m.l.support() {
		value += m.l.gamma * floats.Norm(m.l.t[j*m.l.c:(j+1)*m.l.c], 2)
	}
	return value
}

// aim sets the group lasso's targets to those of the majorization at the outputs f.
func (m *majorizer) aim(f []float64) {
	slopes := append([]float64(nil), f...)
	m.gradient(slopes)
	c := m.l.c
	y := blas64.General{Rows: m.l.n, Cols: c, Stride: c, Data: make([]float64, len(f))}
	for k, g := range slopes {
		if w := m.weights[k/c]; w > 0 {
			y.Data[k] = f[k] - g/w
		}
	}
	scaled := m.p
	scaled.Weights = m.weights
	makePlain(scaled, y)
	m.l.y = y
}
