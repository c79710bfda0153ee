// Package proof holds derivations: proofs that no two-layer ReLU network of any
// width has a training objective below a number, put together from a few rules
// that package proof/check knows.
//
// # Claims
//
// Let X (n×d) be the data, W (n×c) dual variables, γ > 0 the weight decay.  If
//
//	‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ for every u                                            (1)
//
// then every network f(x) = Σ_j (xᵀu_j)₊v_j has an objective of at least
// −Σ_i ℓ_i*(−W_i), for any convex losses ℓ_i: because γ/2·(‖u‖² + ‖v‖²) ≥ γ‖u‖‖v‖
// ≥ vᵀWᵀ(Xu)₊, the objective is at least Σ_i ℓ_i(f(x_i)) + ⟨W_i, f(x_i)⟩.
//
// A derivation speaks of m rows r_i (m×k, package type [Rows]), most often those
// of X themselves, with weights P_i and N_i (both in R^c) such that
// Wᵀ(Xu)₊ = Σ_i P_i(r_iᵀu)₊ + N_i(−r_iᵀu)₊; where row i stands for itself alone,
// P_i = W_i and N_i = 0.  A claim is a tuple (I, K, G, F, H): a set I of rows, a
// polyhedral cone K of pairs (u, v) given by lines aᵀu ≥ 0 and bᵀv ≥ 0, symmetric
// G (k×k) and H (c×c), F (k×c).  It says: for all (u, v) with every line of K > 0,
//
//	uᵀGu + 2uᵀFv + vᵀHv − 2vᵀ Σ_{i∈I} (P_i(r_iᵀu)₊ + N_i(−r_iᵀu)₊)  ≥  0.       (2)
//
// The root claims this for all rows, without lines, with G = gI, F = 0, H = hI,
// which is (1) with √(gh) for γ.
//
// # Rules
//
// A derivation is a tree.  Each node has a claim, which its rule derives from the
// claims of its children; a leaf proves its own.
//
//   - [SplitRow], [SplitU], [SplitV]: K is cut by aᵀu = 0, or bᵀv = 0.
//   - [Implied]: rows have signs that K implies.
//   - [Blocks]: the rows I are partitioned, G, F and H are shared.
//   - [Weaken]: other G, F, H, whose form is nowhere larger.
//   - [Forget]: K is larger, with some of its lines only.
//   - [Balance]: below it, the claim is made for ‖u‖ = ‖v‖ only.
//   - [Multipliers]: a leaf; one matrix is positive semidefinite.
//   - [Empty]: a leaf; nothing satisfies every line of K strictly.
//   - [Cones]: a leaf; a tree of simplicial cones with an inequality at each.
//
// # Multipliers
//
// A row of I is open at a leaf if no [SplitRow] or [Implied] has given it a sign; a row
// with r_iᵀu ≥ 0 contributes P_i r_iᵀu, one with r_iᵀu ≤ 0 −N_i r_iᵀu.  With
// z = (α, u, v), α_i = (r_iᵀu)₊ for the open rows and β_i = α_i − r_iᵀu, a list of
// linear functions ℓ_k(z) is not negative on K: the lines of the leaf, numbered by
// type [Lines].  For M_kl ≥ 0 and any ψ_i, (2) follows if
//
//	uᵀGu + 2uᵀFv + vᵀHv − 2vᵀ Σ (P_iα_i + N_iβ_i + signed rows)
//	     − 2 Σ_{k<l} M_kl ℓ_k(z) ℓ_l(z) − Σ_i ψ_i α_i β_i                       (3)
//
// is a nonnegative quadratic form in z: products of lines are not negative and
// α_iβ_i = 0.
//
// Nothing here has to be exact.  With S the matrix of (3) and any positive diagonal
// D, S ⪰ −εD⁻² proves (2) with G + ε(Σ r_i r_iᵀ/D_i² + max D_u⁻²·I) and
// H + ε max D_v⁻²·I.  The checker finds such an ε, its own rounding errors
// included, takes the largest over splits and the sum over blocks, and charges it to
// g and h.  So the multipliers of a solver that was stopped early prove a bound too,
// a slightly smaller one.
package proof
