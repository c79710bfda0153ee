// Package leaf bounds ‖Wᵀ(Xu)₊‖ over the unit directions of one polyhedral cone by a semidefinite program.
//
// # Problem
//
// A leaf of the sign tree (package signs) is a cone K = {u : a_kᵀu ≥ 0}.  Rows of X whose sign K fixes contribute
// linearly; the m others are open, with α_i = (x_iᵀu)₊ and β_i = α_i − x_iᵀu.  With z = (α, u, v) in R^N, N = m + d + c,
// the value is
//
//	max  (1/γ) vᵀGᵀ(α, u)   over ‖u‖ = ‖v‖ = 1, u ∈ K          (G: (m+d)×c)
//
// and its relaxation over Z = E[zzᵀ], with lines ℓ(z) ≥ 0 (α_i, β_i, a_kᵀu and, for one output, v),
//
//	max  ⟨C, Z⟩   s.t.  tr Z_uu = tr Z_vv = 1,  E[α_iβ_i] = 0,  E[ℓ_kℓ_l] ≥ 0,  (E[ℓv], E[ℓ·Pρ_k(u)]) ∈ Q^{q+1},  Z ⪰ 0
//
// where C has the blocks G/(2γ).  The second-order cones are there only where v ≥ 0 is a line: ‖u‖ = v then bounds
// every image of u under an isometry, the identity or the reflection ρ_k(u) = u + 2β_k x_k of an open row, which folds u
// to the positive side of the row; P has q orthonormal rows.
//
// # Dual
//
//	min  τ_u + τ_v   s.t.  S = τ_uI_u + τ_vI_v − C − Σ_i ψ_i(α_iβ_i) − Σ M_kl(ℓ_kℓ_l) − Σ ℓ·(ζ_0 v + ζᵀPρ_k(u)) ⪰ 0,  M ≥ 0,  ζ ∈ Q
//
// Any such multipliers with S + εI_u + εI_v ⪰ 0 prove the bound τ_u + τ_v + 2ε, so the solver may stop at any iterate.
//
// # Method
//
// A primal–dual interior-point method with the Nesterov–Todd direction and Mehrotra's corrector.  S is recomputed from
// the multipliers at every step and is feasible from the start; Z starts from the second moments of real directions
// inside K.  Products of lines and cones enter as they are violated and leave again when they are far from active, so
// the Schur complement has the order of the active conditions.  The solver stops when the bound is at most Options.Close,
// when the primal value says that the leaf has to be split (Options.Excess), or at the tolerance.
package leaf
