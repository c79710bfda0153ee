// Package descent trains a two-layer ReLU network locally: it takes weights
// and returns better ones.
//
// # Problem
//
// With residual R = Σ_j (X u_j)₊ v_jᵀ − Y (n×c; the negative of
// problem.Problem.Residual) the objective of problem.Problem is
//
//	F(U, V) = ½‖R‖_F² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²).
//
// F is smooth except on the hyperplanes x_iᵀu_j = 0.  There its slope in
// t = x_iᵀu_j jumps from 0 (t < 0) to s_ij = r_iᵀv_j (t > 0).  Where s_ij > 0
// the kink is convex and good minimisers lie exactly on it; where s_ij < 0 it
// is concave and no local minimiser lies on it.
//
// # Optimality
//
// A point is stationary when 0 lies in the partial subdifferentials
//
//	γv_j + Rᵀ(Xu_j)₊ = 0,
//	γu_j + Σ_{x_iᵀu_j>0} s_ij x_i + Σ_{x_iᵀu_j=0} λ_ij x_i = 0,  0 ≤ λ_ij ≤ s_ij.
//
// Status.Stationarity is the norm of the smallest element over all λ, divided
// by γ times the norm of all weights (absolute for zero weights).
//
// # Method
//
// Train does the whole job, for tables of any size, and has the best network at any time.  Its passes over the
// data are made in blocks of rows.  The functions below are its parts, and for problems of which n·m numbers fit into memory.
//
// Refine runs L-BFGS with a weak Wolfe line search, which is reliable on such
// functions (A. S. Lewis and M. L. Overton, Nonsmooth optimization via
// quasi-Newton methods, Math. Program. 141, 2013), in coordinates that
// diagonalise XᵀX and with a diagonal model of the curvature, so that badly
// scaled features do no harm.  Between rounds the output weights are refitted
// by a convex problem (RefitOutput), which removes neurons that do not pay.
// A regularised Newton method then works on the smooth piece with the kinks of
// the minimiser as equality constraints (an active set), which brings the
// stationarity to rounding level.
//
// The outer problem is not convex.  Grow adds the neurons that the current
// network misses: a direction u, ‖u‖ = 1, with ‖Rᵀ(Xu)₊‖ > γ violates the dual
// constraint of the training problem and always lowers the loss (package exact
// has the exact form of this search).  Restarts repeats all of it from many
// random starts and keeps the best; Train makes one network of many starts, by
// convex refits of the neurons of all of them, which gets further in the same
// time.
package descent
