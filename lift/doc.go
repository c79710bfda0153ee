// Package lift states the completely positive reformulation of training, and the exact steps that turn the
// semidefinite relaxation of the published p×p program into a small one.
//
// # Lifting (Prakhya, Birdal, Yurtsever, ICLR 2025)
//
// With α = (Xu)₊ and β = (−Xu)₊ a neuron is z = (α, β, u, v) ∈ R^p, p = 2n+d+c,
// and a network is Λ = Σ_j z_j z_jᵀ.  The relaxation keeps of Λ only
//
//	Λ ⪰ 0,  M Λ Mᵀ = 0 with M = [−I I X 0],  diag Λ_αβ = 0,  Λ ≥ 0 on (α,β)×(α,β).
//
// # What is left of it
//
// [Presolve] reduces the problem (package reduce: zero rows, parallel rows, the row space) and lifts the rest:
//
//  1. rows x_i = s·x_r, exactly, share the moments of their representative: α_i = sα_r and β_i = sβ_r for
//     s > 0, α_i = |s|β_r and β_i = |s|α_r for s < 0;
//  2. β = α − Xu is eliminated (facial reduction);
//  3. the v-part is minimised in closed form (chordal reduction), which leaves
//     (γ/2) tr Yᵀ(K+γI)⁻¹Y with K = Σ α αᵀ over the fitted rows;
//  4. rows are scaled to unit norm.
//
// What is left is a matrix Z = Σ (α,u)(α,u)ᵀ of order m+r, with m representative
// rows and r = rank X; see package relax for the program it solves over Z.
package lift
