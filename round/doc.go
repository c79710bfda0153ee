// Package round turns a solution of the relaxation into a network, in two ways.
//
// # The published rounding
//
// Given Λ̃ ≈ Σ_j z_j z_jᵀ with z = (α, β, u, v), look for a factor W (p×R,
// p = 2n+d+c) whose columns are the z of real neurons:
//
//	min ½‖WWᵀ − Λ̃‖_F²  subject to  M W = 0,  α, β ≥ 0,  αᵢβᵢ = 0 in each column,
//
// with M = [−I I X 0], by the three-operator splitting of Davis and Yin (2017)
// (Prakhya, Birdal and Yurtsever, ICLR 2025).  With the step τ,
//
//	W ← projection of Z onto null(M)
//	V ← projection of 2W − Z − 2τ(WWᵀ − Λ̃)W onto {α, β ≥ 0, αᵢβᵢ = 0}
//	Z ← Z − W + V,
//
// starting from Z = the leading eigenvectors of Λ̃ times the roots of their
// eigenvalues.  The u and v blocks of W are the weights.  Splitting implements
// it for Λ̃ = FFᵀ given by its factor F, so that no p×p matrix is ever formed; the
// columns of W beyond the rank of F start at zero and stay there.  The published
// step τ = 0.75/‖Λ̃‖_F is no guarantee: where few eigenvalues dominate, the
// iterates cycle at a distance, and a step of 0.3 or less converges.
//
// # The better way
//
// The columns of the relaxation's factor give directions u; what a network does
// with them follows from X alone.  Candidates lists such directions, and
// Network lets a convex problem pick among them (descent.RefitOutput), refines,
// adds what is missing and removes what is not needed.
package round
