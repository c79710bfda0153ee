package proof

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem"
)

// Problem is the training problem that a derivation bounds.
type Problem = problem.Problem

// Rows are the m rows r_i that a derivation speaks of, in coordinates z = Vᵀu of
// its own: row j of X is s_j·V r_i with i = Of[j], up to an error that is charged,
// Σ_j ‖W_j‖‖x_j − s_j V r_i‖ in all.
//
// Rows of X that are exact multiples of each other share one r_i; a negative s_j
// puts |s_j|W_j into N_i instead of P_i.
type Rows struct {
	R     *mat.Dense // m×k, no row zero
	V     *mat.Dense // d×k; nil for the identity
	Of    []int      // n: index of the row that x_j is a multiple of, −1 for a zero row
	Scale []float64  // n: s_j ≠ 0; 0 for a zero row
}

// EachRow returns the rows of x that are not zero, each for itself: what a derivation without rows speaks of, in the same order.
func EachRow(x *mat.Dense) *Rows {
	n, d := x.Dims()
	rows := &Rows{Of: make([]int, n), Scale: make([]float64, n)}
	var kept []float64
	for i := range n {
		rows.Of[i] = -1
		if row := x.RawRowView(i); short.Norm(row) > 0 {
			rows.Of[i], rows.Scale[i] = len(kept)/d, 1
			kept = append(kept, row...)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	rows.R = mat.NewDense(len(kept)/d, d, kept)
	return rows
}

// Form is the quadratic form uᵀ(U·I + G)u + 2uᵀFv + vᵀ(V·I + H)v.
type Form struct {
	U, V float64
	G    *mat.SymDense // k×k, or nil for zero
	F    *mat.Dense    // k×c, or nil for zero
	H    *mat.SymDense // c×c, or nil for zero
}

// Derivation is a proof about Problem.  It is a claim: package proof/check decides
// whether it is true, and which bound it proves.
type Derivation struct {
	Problem Problem
	W       *mat.Dense // n×c
	// Rows may be nil: then every row of X that is not zero stands for itself.
	Rows *Rows
	// Claim is the form of the root.  With F = 0 and V's, U's only it claims
	// ‖Wᵀ(Xu)₊‖ ≤ √(U·V)‖u‖; W need not be scaled so that this is γ.
	Claim Form
	// ClaimInX is a number g with gI ⪰ V(Claim.U·I + Claim.G)Vᵀ, where Claim.G is not nil.
	ClaimInX float64
	Root     Node
}
