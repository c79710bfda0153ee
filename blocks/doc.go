// Package blocks bounds training problems of many rows.
//
// # Row blocks
//
// For a partition of the rows into B blocks, and shares γ_b with Σγ_b ≤ γ,
//
//	p*(X, Y, γ) ≥ Σ_b p*(X_b, Y_b, γ_b):
//
// a network is charged γ_b of its weight decay in each block.  The proof is the rule "blocks" of package proof over leaves of
// multipliers from semidefinite relaxations (package relax).  What it costs is the optimism of fitting a block alone, about degrees of
// freedom over rows of a block; rows are dealt out by their targets, so that blocks are alike.
//
// Most of that comes back where the blocks share the moments of (u, v): instead of γ_b each has a form of its own,
//
//	2vᵀW_bᵀ(X_bu)₊ ≤ uᵀG_bu + 2uᵀF_bv + vᵀH_bv,   Σ G_b = γI, Σ F_b = 0, Σ H_b = γI,
//
// and the best forms are found together with the multipliers: the relaxation of all rows, but for the conditions on products of
// activations of different blocks.  Then the rows of a block should be nearly parallel, up to orientation: the conditions on products
// matter most for those.
//
// # Diagonal multipliers
//
// With only the multipliers ψ_i = −δ_i < 0 of α_iβ_i = 0 the condition ‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ follows if
//
//	γI ⪰ Σ_i [ δ_i x_i x_iᵀ/4   x_i w_iᵀ/2 ]
//	         [ w_i x_iᵀ/2       w_i w_iᵀ/δ_i ],
//
// a matrix of order d+c however many rows there are: for fixed (u, v) the best δ turns the form into
// Σ (vᵀw_i x_iᵀu)/2 + |vᵀw_i||x_iᵀu|/2.  The weakest bound here, and the only one for any number of rows.
package blocks
