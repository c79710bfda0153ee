// Package verify decides whether a certificate of package certificate is true.
//
// It imports the standard library and the file reader only, and shares no
// numerical code with the solver or with the repair that made the certificate: a
// mistake there cannot be repeated here.
//
// # What is checked
//
// With the notation of package certificate (general form with merged rows):
//
//  1. shapes agree, every number is finite, γ > 0;
//  2. the grouping is well formed, every zero row is zero, and every merged row is
//     x_i = s_i·x_r in exact arithmetic, entry for entry;
//  3. Φ, Ω are exactly symmetric and nonnegative, Ψ is nonnegative off its diagonal;
//  4. the matrix K of order m+d+c below is positive semidefinite;
//  5. the claimed bound is at most ⟨W,Y⟩ − ½‖W‖_F², rounded down.
//
// With V[r] = Σ|s_i|W_i over the group of r, and G = V₋ᵀX_r where V₋[r] is the part
// of V[r] from rows with s_i < 0,
//
//	K = [[ −(Φ + Ψ + Ψᵀ + Ω),   (Ψ+Ω)X_r,        V   ],
//	     [ ·,                   γI − X_rᵀΩX_r,   −Gᵀ ],
//	     [ ·,                   ·,               γI_c]].
//
// These imply that every two-layer ReLU network of every width has an objective
// of at least the claimed bound.
//
// # Arithmetic
//
// Every entry of K is computed by error-free transformations (twofold working
// precision; T. Ogita, S. M. Rump, S. Oishi, Accurate sum and dot product, SIAM
// J. Sci. Comput. 26, 2005) together with a bound on its error.  K is scaled by
// powers of two to a diagonal in [½, 2).  Then a floating-point Cholesky
// factorization of K − cI is run, with c at least
//
//	Σ_j γ_{j+2} k_jj/(1 − γ_{N+2}) + max_i Σ_j e_ij + roundings of the shift,  γ_k = kε/(1−kε), ε = 2⁻⁵³,
//
// where e_ij bounds the error of entry (i, j).  If it runs to completion, K ⪰ 0
// (S. M. Rump, Verification of positive definiteness, BIT 46, 2006, in the form
// whose constants grow with the column).  If it does not and the order is small,
// K is formed in exact integers and decided by fraction-free elimination.
//
// The bound is accumulated in 320 bits with every operation rounded down.
// Comparisons are written so that NaN fails.
package verify
