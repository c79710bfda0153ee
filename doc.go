// Package relift trains two-layer ReLU networks and proves how good they are.
//
// # Problem
//
// For data X (n×d), targets Y (n×c) and weight decay γ > 0
//
//	p* = min over m, {u_j, v_j} of ½‖Σ_j (X u_j)₊ v_jᵀ − Y‖_F² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)
//
// over two-layer ReLU networks of any width m.  A bias is a column of ones in X.
//
// # Dual
//
//	p* = max over W (n×c) of ⟨W,Y⟩ − ½‖W‖_F²  subject to  ‖Wᵀ(Xu)₊‖ ≤ γ‖u‖ for every u.
//
// Any W that satisfies the constraint bounds the objective of every network
// from below.  The constraint is proved by multipliers Φ, Ω ≥ 0 and Ψ with
// nonnegative off-diagonal entries that make a matrix S of order n+d positive
// semidefinite; package certificate states it, and package proof has it as a derivation.  The best bound of that kind is
// the value of the semidefinite relaxation that package relax solves.  Package
// exact proves the constraint by branch and bound over directions instead,
// which closes the gap where d is small.
//
// # Optimality
//
// A network with residual W = Y − f(X) is optimal exactly if W satisfies the
// constraint and is stationary: γu_j = Σ_i over active rows (w_iᵀv_j) x_i and
// γv_j = Wᵀ(Xu_j)₊ for every neuron.
//
// # Stopping
//
// [Train] ends when the relative gap
//
//	(upper − lower)/upper,   upper the objective of the best network, lower the certified bound,
//
// is at most Options.Gap, when its method has nothing left to do, at the time
// limit, or when its context ends.  [Status] says which.  Whatever it was, the
// bound was verified by package proof/check before it is returned: the
// bound's validity depends on no convergence.
//
// # Tables
//
// [Fit] makes X and Y of a [Table] and returns the [Recipe] that does the same with
// later tables; [NewModel] puts it beside the trained network, and [Model].Predict
// answers for rows of a table.  [Verify] checks a certificate's file, [Audit] any
// network.
//
// # Linear algebra
//
// Everything is computed in pure Go unless Options.LinearAlgebra, or Problem.On, has something else: an [OpenBLAS] is several times faster on
// large problems, differs in the last digits from machine to machine, and is therefore never taken because it happens to be there.
// (The command line does take it, unless the environment has RELIFT_BLAS=gonum.)  Products and triangular solves are divided among Options.Threads; eigenvalues,
// singular values and LQ factors have one thread.
//
// # Determinism
//
// The same problem, options, number of threads and linear algebra give the same
// result, unless a time limit or an interruption cuts the run.
package relift
