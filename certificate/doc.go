// Package certificate turns the multipliers of the relaxation into a proof that
// no two-layer ReLU network of any width has a loss below a number.  Package proof
// makes a derivation of it.
//
// # What a certificate says
//
// For data X (n×d), Y (n×c) and weight decay γ > 0 let
//
//	p* = min over m, {u_j, v_j} of ½‖Σ_j (X u_j)₊ v_jᵀ − Y‖_F² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²).
//
// Strong duality holds: p* = max ⟨W,Y⟩ − ½‖W‖_F² over the W (n×c) with
//
//	‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ for every u,                                           (1)
//
// so any W with (1) gives the lower bound ⟨W,Y⟩ − ½‖W‖_F² ≤ p*.  A certificate
// holds such a W and the multipliers that prove (1) by one matrix being positive
// semidefinite.
//
// # General form with merged rows
//
// Row i of X is a zero row, or exactly s_i·x_r for a representative row x_r with
// r = merged_into[i] and s_i = merge_scale[i] ≠ 0.  There are m representatives,
// X_r (m×d) are their rows.  With α = (X_r u)₊ and β = (−X_r u)₊ = α − X_r u
//
//	(x_iᵀu)₊ = s_i α_r  (s_i > 0),   |s_i| β_r  (s_i < 0),   0  (zero row).
//
// Let V₊[r] = Σ s_i W_i over the rows of group r with s_i > 0, V₋[r] = Σ |s_i| W_i
// over those with s_i < 0 (both m×c), V = V₊ + V₋ and G = V₋ᵀX_r (c×d).  Then
// Wᵀ(Xu)₊ = Vᵀα − G u.  With Φ ≥ 0 and Ω ≥ 0 symmetric and Ψ with nonnegative
// off-diagonal entries and free diagonal (all m×m), let
//
//	S = [[ −(VVᵀ/γ + Φ + Ψ + Ψᵀ + Ω),   (Ψ+Ω)X_r + VG/γ           ],
//	     [ ·,                            γI − X_rᵀΩX_r − GᵀG/γ     ]].      (2)
//
// For z = (α, u) of a real neuron αᵀΨβ has no diagonal part, and so
//
//	zᵀSz = γ‖u‖² − ‖Wᵀ(Xu)₊‖²/γ − αᵀΦα − 2αᵀΨβ − βᵀΩβ
//	     ≤ γ‖u‖² − ‖Wᵀ(Xu)₊‖²/γ.
//
// Hence S ⪰ 0 implies (1).  Without merged rows of negative scale V₋ = 0 and S is
// the matrix of the relaxation's dual.  S ⪰ 0 is equivalent, by the Schur
// complement of γI_c, to
//
//	K = [[ −(Φ + Ψ + Ψᵀ + Ω),   (Ψ+Ω)X_r,        V   ],
//	     [ ·,                   γI − X_rᵀΩX_r,   −Gᵀ ],
//	     [ ·,                   ·,               γI_c]]  ⪰ 0,               (3)
//
// which has no division and is what package certificate/verify proves.
//
// # What is proved, and in which arithmetic
//
// [Repair] works in ordinary floating point and trusts nothing: it accepts any
// finite multipliers, however bad, makes them satisfy the conditions with a small
// margin and reports the bound rounded down.  The proof is left to package
// certificate/verify, which shares no numerical code with this one: it forms K in
// doubled precision with entrywise error bounds, proves K ⪰ 0 by a Cholesky
// factorization shifted by more than all rounding errors (S. M. Rump, Verification
// of positive definiteness, BIT 46, 2006) or by exact rational arithmetic, checks
// in exact arithmetic that merged rows are parallel, and rounds the bound down.
//
// # How multipliers are repaired
//
// (tW, t²Φ, t²Ω, t²Ψ) scales every block of S but γI by t².  So with
// A = S_αα, C = S_αu and D = γI − S_uu,
//
//	κ = λ_max(D + Cᵀ A⁻¹ C)/γ,   A ≻ 0,                                      (4)
//
// multipliers scaled by any t ≤ 1/√κ are valid.  Subtracting δ from diag Ψ turns A
// into A + 2 diag δ and C into C − diag(δ) X_r; κ is convex in δ, and finite for
// every large enough δ, so that any multipliers give a bound.  Repair minimises κ
// over δ ∈ R^m by a primal–dual interior-point method for the equivalent program
//
//	min η  s.t.  S(δ, η) = [[A + 2 diag δ,  C − diag(δ)X_r], [·, ηI − D]] ⪰ 0
//
// and then takes the best t.  Of W only the V₊, V₋ enter S: in each group and sign
// the W_i that give the same V and the largest bound are
// W_i = Y_i + |s_i|(V − Σ|s_j|Y_j)/Σ s_j², and W_i = Y_i on zero rows.
package certificate
