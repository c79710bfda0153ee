// Package reduce holds exact reductions of the training problem, each with its way back for networks, for multipliers and for proofs, and
// stacks of them.
package reduce

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// Reduction is an exact change of a training problem, its source: but for a constant both have the same optimum, and what is found for the
// reduced problem is something about the source.  The laws are in suite_test.go; package proof takes derivations back.
type Reduction interface {
	// Source is the problem as it was, and Reduced the one to solve.
	Source() problem.Problem
	Reduced() problem.Problem
	// Constant is the part of the source's objective that no network can change, and that the reduced one lacks.
	Constant() float64
	// Apply returns a network for the reduced problem of one for the source, with the same outputs and no larger norms.
	Apply(w problem.Weights) problem.Weights
	// Invert returns the network for the source of one for the reduced problem, with the same objective.
	Invert(w problem.Weights) problem.Weights
	// InvertMultipliers returns a dual point W (n×c) of the source of one of the reduced problem, with the same Wᵀ(Xu)₊ in every direction
	// of the basis; the dual objectives differ by the constant.
	InvertMultipliers(w *mat.Dense) *mat.Dense
	// Rows says what the rows of the source are in the reduced problem.
	Rows() Rows
}

// change is what every reduction has: its two problems and its constant.
type change struct {
	source, reduced problem.Problem
	constant        float64
}

func (c *change) Source() problem.Problem  { return c.source }
func (c *change) Reduced() problem.Problem { return c.reduced }
func (c *change) Constant() float64        { return c.constant }

// changeOfRows is a change after which networks are what they were.
type changeOfRows struct{ change }

func (*changeOfRows) Apply(w problem.Weights) problem.Weights  { return w }
func (*changeOfRows) Invert(w problem.Weights) problem.Weights { return w }

// Rows are the rows of a source in those of a reduced problem: x_i = s_i·B x'_k with k = Of[i].
type Rows struct {
	Of    []int      // n: k, −1 for a row without a part in Wᵀ(Xu)₊, which is zero or has no weight
	Scale []float64  // n: s_i > 0; 0 where Of is −1
	Basis *mat.Dense // d×d', B with orthonormal columns; nil for the identity
}

// same are the rows of a problem of n rows in itself.
func same(n int) Rows {
	r := Rows{Of: make([]int, n), Scale: make([]float64, n)}
	for i := range n {
		r.Of[i], r.Scale[i] = i, 1
	}
	return r
}

// Step makes a reduction of a problem; nil where it would change nothing, or where the problem is not of its kind.
type Step func(problem.Problem) Reduction
