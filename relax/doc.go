// Package relax solves the semidefinite relaxation of the training problem after the
// reductions of package lift.
//
// # Program
//
// Over Z = [[A, B], [Bᵀ, U]], the moments Σ (α̂,û)(α̂,û)ᵀ of m unit rows x_i in a row space
// of dimension r, with N = A − BXᵀ = Σ α̂β̂ᵀ, P = A − BXᵀ − XBᵀ + XUXᵀ = Σ β̂β̂ᵀ and the kernel
// K = E Z Eᵀ of the fitted rows,
//
//	p_SDP = constant + min (γ/2) [tr Yᵀ(K+γI)⁻¹Y + tr U]
//	        s.t. Z ⪰ 0,  A ≥ 0,  N ≥ 0 with diag N = 0,  P ≥ 0.
//
// It bounds the loss of every two-layer ReLU network from below (Prakhya, Birdal and
// Yurtsever, ICLR 2025; the constraints on the published Λ are checked in the tests).
//
// # Dual
//
// With multipliers W (of the fit), Φ ≥ 0 (of A), Ψ (of N; off-diagonal ≥ 0, diagonal free)
// and Ω ≥ 0 (of P), and without merged rows,
//
//	S = [[ −(WWᵀ/γ + Φ + Ψ + Ψᵀ + Ω),  (Ψ+Ω)X ],
//	     [ ·,                           γI − XᵀΩX ]]  ⪰ 0   implies  ⟨W,Y⟩ − ½‖W‖² ≤ p_SDP.
//
// # Optimality conditions and stopping
//
// At the optimum W = γ(K+γI)⁻¹Y, SZ = 0, and every multiplier is zero or its constraint
// active.  Iterate reports how far a solver is from them: Violation (of the conditions on
// A, N, P), Residual (of stationarity), MinEigen (of S ⪰ 0) and, where the solver keeps a
// dual point, DualityGap.  No bound is claimed here: multipliers become one in package
// certificate, whatever their quality.
//
// # Methods
//
// InteriorPoint keeps all of Z but only those sign conditions that it turns out to need: it
// starts with those of neighbouring rows and adds the ones that an iterate breaks, in the end a
// few per row of the 2m².  Each step factors the Schur complement, whose order is the number of
// conditions and of entries of W; where the entries of W are many they are eliminated before, by a
// structure that is exact but for one small term, and conjugate gradients do the rest.  It is
// accurate to 4–7 digits, near-parallel rows and unscaled features included, in 40–100 steps.
// LowRank minimises an augmented Lagrangian over Z = RRᵀ with a few dozen columns; its memory
// grows as m² only.
//
// SolveBlocks is the interior-point method for blocks of rows that share the moments of (û, v) alone: it grows with the number of blocks,
// not with its cube.
package relax
