package lift

import "gonum.org/v1/gonum/mat"

// Multipliers are the dual variables of the relaxation for a problem with n
// rows whose presolve kept m representative rows.  They refer to the
// representatives' activations α_r = (x_rᵀu)₊ and β_r = (−x_rᵀu)₊ in the units
// of the data (no scaling).
type Multipliers struct {
	W   *mat.Dense // n×c, for the fit; at the optimum the residual
	Phi *mat.Dense // m×m symmetric, ≥ 0, for Σ α αᵀ ≥ 0
	Psi *mat.Dense // m×m, off-diagonal ≥ 0, diagonal free, for Σ α βᵀ ≥ 0 with zero diagonal
	// Omega is m×m symmetric, ≥ 0, for Σ β βᵀ ≥ 0.
	Omega *mat.Dense
}

// Grouping says how presolve merged the n rows of X into m representatives.
type Grouping struct {
	Representatives []int     // m row indices
	MergedInto      []int     // n entries: index into Representatives, or −1 for a zero row
	MergeScale      []float64 // n entries: s with x_i = s·x_r exactly; 1 for a representative, 0 for a zero row
}
