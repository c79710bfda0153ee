// Package reduce holds exact reductions of the training problem, each with its way back for networks, for multipliers and for proofs.
package reduce

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

// Reduction is an exact change of a training problem, its source: both have the same optimum, and what is found for the reduced problem is
// something about the source.  The laws are in suite_test.go; package proof takes derivations back.
type Reduction interface {
	// Source is the problem as it was, and Reduced the one to solve.
	Source() lift.Problem
	Reduced() lift.Problem
	// Apply returns a network for the reduced problem of one for the source, with the same outputs and no larger objective.
	Apply(w lift.Weights) lift.Weights
	// Invert returns the network for the source of one for the reduced problem, with the same objective.
	Invert(w lift.Weights) lift.Weights

	// Row i of the reduced X is f_i·Bᵀx_i, of the source's row x_i, and multipliers W' of the reduced problem are W_i = f_iW'_i for the
	// source: Wᵀ(Xu)₊ is the same for u = Bz.

	// Basis is B (d×k), with orthonormal columns that span the rows; nil for the identity.
	Basis() *mat.Dense
	// Factors are the f_i ≥ 0 (n); nil for ones.
	Factors() []float64
}

// InvertMultipliers returns the multipliers W (n×c) of the source of those of the reduced problem.
func InvertMultipliers(r Reduction, w *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(w)
	for i, f := range r.Factors() {
		row := out.RawRowView(i)
		for k := range row {
			row[k] *= f
		}
	}
	return out
}
