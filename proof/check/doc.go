// Package check decides whether a derivation is true: a proof that no two-layer ReLU
// network of any width has a training objective below a number.  It depends on the
// standard library and the NPY reader only, knows the rules, and nothing of how a
// derivation was found.  docs/proof-format.md describes the file.
//
// # Problem and dual
//
// For data X (n×d), targets Y (n×c), convex losses ℓ_i and weight decay γ, the objective of
// a network f(x) = Σ_j (xᵀu_j)₊v_j (+ b) is Σ_i ℓ_i(f(x_i)) + γ/2 Σ_j (‖u_j‖² + ‖v_j‖²).  If
//
//	‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ for every u                                            (1)
//
// and, with a free b, the columns of W sum to zero exactly, it is at least
// Σ_i min_f ℓ_i(f) + ⟨W_i, f⟩ = −Σ ℓ_i*(−W_i).  The derivation proves (1) with some γ_eff for
// γ; then tW satisfies (1) for 0 ≤ t ≤ γ/γ_eff, and the bound is the largest −Σ ℓ_i*(−tW_i)
// found among these t (dual.go).
//
// # Claims
//
// rule_rows.go replaces the rows of X by rows r_i, for which the claims are made, with
// weights P_i, N_i: Wᵀ(Xu)₊ becomes f(u) = Σ_i P_i(r_iᵀu)₊ + N_i(−r_iᵀu)₊.  A claim
// (I, K, G, F, H) says: for all (u, v) for which every line of the cone K, aᵀu or bᵀv, is
// greater than zero,
//
//	uᵀGu + 2uᵀFv + vᵀHv − 2vᵀ Σ_{i∈I} (P_i(r_iᵀu)₊ + N_i(−r_iᵀu)₊)  ≥  0.       (2)
//
// The root claims it for all rows, no lines, G = gI (or more generally), F = 0, H = hI, whence
// ‖f(u)‖ ≤ √(gh)‖u‖.  Strictness is what makes every rule sound by itself: a split loses
// only a hyperplane, outside which points are dense, and no rule uses a claim on a face.
//
// Each rule has a file: rule_split.go, rule_implied.go, rule_blocks.go (and weaken), rule_forget.go, rule_balance.go,
// rule_multipliers.go with the lines of rule_circuit.go, rule_ball.go and rule_radial.go, rule_empty.go,
// rule_cones.go.  Its comment has the side conditions and why they are enough.
//
// # One repair for every leaf
//
// What is computed is never quite what is claimed.  A leaf that would be true with the form
// G + aI, H + bI returns the charge (a, b); over a split the larger one counts, over blocks
// the sum; at the root g + a and h + b are what is proved.  So rounding errors, solvers that
// stop early and shares that do not quite sum are all treated alike, and nothing has to be
// exact but what cannot be approximated: that a normal is not zero, the partition of rows,
// an empty cone, the intercept, the domain of the loss.
//
// # Arithmetic
//
// float64 with a-priori error bounds, see rounding.go; the units in which the rows and W are
// of order one are chosen by the file, as powers of two, and enforced.  S ⪰ −εD⁻² is proved by
// a Cholesky factorization with a shift above all roundings (definite.go).  Comparisons are
// written so that NaN fails.
//
// # Work
//
// A first pass over the nodes checks their structure and adds up what the second one will
// do; more than the limit is refused before it is done.  The second pass checks the leaves,
// each on its own, in parallel, while the nodes are read.  Of the file's steps no more is in memory
// than the leaves that are being checked and the pair of arrays that is being read.
package check
