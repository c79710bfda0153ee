// Package lift states the training problem of a two-layer ReLU network, its
// completely positive reformulation, and the exact reductions that turn the
// semidefinite relaxation of the published p×p program into a small one.
//
// # Problem
//
// [Problem] is training with weight decay; [Weights] are a candidate solution.
//
// # Lifting (Prakhya, Birdal, Yurtsever, ICLR 2025)
//
// With α = (Xu)₊ and β = (−Xu)₊ a neuron is z = (α, β, u, v) ∈ R^p, p = 2n+d+c,
// and a network is Λ = Σ_j z_j z_jᵀ.  The relaxation keeps of Λ only
//
//	Λ ⪰ 0,  M Λ Mᵀ = 0 with M = [−I I X 0],  diag Λ_αβ = 0,  Λ ≥ 0 on (α,β)×(α,β).
//
// # Reductions
//
// [Presolve] applies, each with its inverse:
//
//  1. zero rows of X are dropped; they add ½‖y_i‖²;
//  2. exactly parallel rows x_i = s·x_r are merged: α_i = sα_r and β_i = sβ_r for
//     s > 0, α_i = |s|β_r and β_i = |s|α_r for s < 0;
//  3. β = α − Xu is eliminated (facial reduction);
//  4. the v-part is minimised in closed form (chordal reduction), which leaves
//     (γ/2) tr Yᵀ(K+γI)⁻¹Y with K = Σ α αᵀ over the fitted rows;
//  5. u is restricted to the row space of X, and rows are scaled to unit norm.
//
// What is left is a matrix Z = Σ (α,u)(α,u)ᵀ of order m+r, with m representative
// rows and r = rank X; see package relax for the program it solves over Z.
package lift
