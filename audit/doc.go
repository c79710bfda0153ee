// Package audit says how good a two-layer ReLU network is, whoever trained it.
//
// # The question
//
// For data X (n×d), Y (n×c) and weight decay γ the network {u_j, v_j} has the
// objective
//
//	F = ½‖Σ_j (Xu_j)₊ v_jᵀ − Y‖² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²),
//
// and no two-layer ReLU network of any width has less than p*.  Run compares F
// with a certified lower bound on p*, and shows what the network lacks.
//
// # What lowers the objective
//
//   - Balancing.  Scaling a neuron to ‖u_j‖ = ‖v_j‖ keeps the output, and its
//     weight decay becomes γ‖u_j‖‖v_j‖, the least possible.
//
//   - A missing neuron.  With residual W = Y − f(X) and a unit direction u,
//     a = (Xu)₊ and h(u) = ‖Wᵀa‖, the neuron with second layer t minimises
//     ½‖W − a tᵀ‖² + γ‖t‖ at
//
//     t = (1 − γ/h)₊ Wᵀa/‖a‖²,
//
//     which lowers the objective by (h − γ)²/(2‖a‖²) where h > γ: the dual
//     constraint h(u) ≤ γ of package relift is violated.
//
//   - Refitting.  With the directions fixed the problem is a convex group lasso
//     (descent.RefitOutput).
//
//   - Further training from there (descent.Refine, or the column generation of
//     package exact).
//
// # The bound
//
// Where X has rank at most SearchRank the bound comes from the column
// generation of package exact, started from the audited network: if that is
// optimal, its own residual is the proof.  Elsewhere it comes from the
// semidefinite relaxation (engine.Bound), and for other losses, weights and intercepts
// from a network that is trained for it (engine.Train).  A certificate of an earlier run can
// take the place of both.  Every bound was accepted by its verifier.
package audit
