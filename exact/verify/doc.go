// Package verify checks certificates of package exact.  It shares no code with
// the search: it reads the file's arrays, recomputes everything from X, Y and W
// and depends on the standard library and the NPY reader only.
//
// # What is proved
//
// For every two-layer ReLU network of any width, on exactly the numbers of X, Y
// and γ in the file,
//
//	½‖Σ_j (Xu_j)₊v_jᵀ − Y‖² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)  ≥  lower_bound.
//
// The argument: H ≥ h(W) = max over ‖u‖ = 1 of ‖Wᵀ(Xu)₊‖ makes tW with
// 0 ≤ t ≤ γ/H feasible for the dual problem, whose value t⟨W,Y⟩ − ½t²‖W‖² is a
// lower bound, by weak duality.  Rows of X that are zero add ½‖y_i‖².
//
// # How H is proved
//
// Let r be the number of columns of X, or of basis V (D×r) when the file has one:
// then rows are x_i = V x̃_i + e_i with x̃_i = Vᵀx_i, and
// h(W) ≤ ‖V‖ max ‖Wᵀ(X̃z)₊‖/‖z‖ + Σ ‖w_i‖‖e_i‖.
//
//   - r = 1: the two points ±1.
//   - r = 2: between neighbouring directions perpendicular to a row,
//     Wᵀ(X̃u)₊ = Lu for a fixed matrix L, and ‖Lu‖ has a closed-form maximum.
//   - r ≥ 3: directions are u = Bz with the invertible matrix frame B (r×r).
//     The orthants of z, number o = 0 … 2^r − 1 with generator i equal to
//     (−1)^(bit i of o) e_i, are bisected as the bits of tree say, in preorder:
//     0 is a leaf; 1 followed by the number of an edge (a,b), a < b, in
//     lexicographic order, in ⌈log₂(number of edges)⌉ bits, lowest first, replaces
//     first generator a and then generator b by their midpoint.  The halves cover
//     the cone by construction.  At each leaf the test below must pass.
//
// # The test of a leaf
//
// The leaf has generators p_k (u-coordinates), F(p_k) = Wᵀ(Xp_k)₊.  For a row
// that changes sign among the generators, with values t_k = x_jᵀp_k, the chord
// overestimates (x_jᵀu)₊ on u = Σλ_kp_k by δ_j = min(Σλ_kt_k⁺, Σλ_kt_k⁻), which is
// at most Σ λ_k (αt_k⁺ + (1−α)t_k⁻), α = T⁻/(T⁺+T⁻), T^± = max_k t_k^±.  So
// F(u) = Σλ_kF(p_k) − Σ_j w_jδ_j lies in Σ λ_k [lo_k, hi_k] in any orthonormal
// basis of R^c (the one taken is the Householder reflection that swaps e₁ with
// ±Σ_k F(p_k)/‖p_k‖, normalised).  With Q_kl the largest value of an inner product
// of a vector in box k with one in box l, ‖F(u)‖ ≤ √κ‖u‖ holds on the cone if
// C_kl = κ p_kᵀp_l − Q_kl is copositive, which is so when C ≥ 0 entrywise or C
// without its positive off-diagonal entries is positive semidefinite.
//
// # Arithmetic
//
// All this is done in float64, in units in which X, W and the frame are of order
// one (see units.go), so that underflow is a known and tiny part of every error.
// The package accounts for the rounding errors by a-priori bounds, which hold for
// any order of summation and for fused operations (see inflation), and proves the
// leaves for a κ that is smaller than H² by that much.  The dual value is computed
// with directed rounding in extended precision.
package verify
