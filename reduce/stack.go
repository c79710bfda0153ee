package reduce

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

var _ Reduction = (*Stack)(nil)

// Stack is a reduction by several, each of the problem that the one before leaves.
type Stack struct {
	source problem.Problem
	parts  []Reduction
}

// New returns the stack of what the steps make of p, in their order; without any of them the reduced problem is p.
func New(p problem.Problem, steps ...Step) *Stack {
	s := &Stack{source: p}
	for _, step := range steps {
		if r := step(s.Reduced()); r != nil {
			s.parts = append(s.parts, r)
		}
	}
	return s
}

// Parts are the reductions of the stack, that of the source first.
func (s *Stack) Parts() []Reduction { return s.parts }

// Source is the problem of the first reduction.
func (s *Stack) Source() problem.Problem { return s.source }

// Reduced is the problem that the last reduction leaves.
func (s *Stack) Reduced() problem.Problem {
	if len(s.parts) == 0 {
		return s.source
	}
	return s.parts[len(s.parts)-1].Reduced()
}

// Constant is the sum of the constants.
func (s *Stack) Constant() float64 {
	sum := 0.0
	for _, r := range s.parts {
		sum += r.Constant()
	}
	return sum
}

// Apply takes a network through the stack.
func (s *Stack) Apply(w problem.Weights) problem.Weights {
	for _, r := range s.parts {
		w = r.Apply(w)
	}
	return w
}

// Invert takes a network back, through the last reduction first.
func (s *Stack) Invert(w problem.Weights) problem.Weights {
	for _, r := range slices.Backward(s.parts) {
		w = r.Invert(w)
	}
	return w
}

// InvertMultipliers takes a dual point back.
func (s *Stack) InvertMultipliers(w *mat.Dense) *mat.Dense {
	for _, r := range slices.Backward(s.parts) {
		w = r.InvertMultipliers(w)
	}
	return w
}

// Rows are those of the source in the last problem.
func (s *Stack) Rows() Rows {
	n, _ := s.source.X.Dims()
	all := same(n)
	for _, r := range s.parts {
		next := r.Rows()
		for i, k := range all.Of {
			if k >= 0 {
				all.Of[i], all.Scale[i] = next.Of[k], all.Scale[i]*next.Scale[k]
			}
		}
		switch {
		case all.Basis == nil:
			all.Basis = next.Basis
		case next.Basis != nil:
			var product mat.Dense
			s.source.Algebra().Mul(&product, all.Basis, next.Basis)
			all.Basis = &product
		}
	}
	return all
}
