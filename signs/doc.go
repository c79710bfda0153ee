// Package signs bounds ‖Wᵀ(Xu)₊‖ over all unit directions u by branch and bound on the signs of x_iᵀu, in any dimension.
//
// # Problem
//
// For the dual of training (package problem), p* = max ⟨W,Y⟩ − ½‖W‖² s.t. h(W) ≤ γ, let W be the residual of a good network
// and
//
//	h(W) = max over ‖u‖ = ‖v‖ = 1 of vᵀWᵀ(Xu)₊.
//
// A proven H ≥ h(W) makes tW with t = min(1, γ/H) feasible, so that t⟨W,Y⟩ − ½t²‖W‖² is a lower bound on the objective
// of every network.  At W of an optimal network h(W) = γ, and the tree closes the gap.  For other losses, weighted rows and an intercept W is
// the network's dual point and the bound is max over t of D(tW) (package loss): the tree sees nothing but W.
//
// # Tree
//
// A node is a cone K of pairs (u, v): signs of some rows, for one output the sign of v, and where signs do not suffice
// further hyperplanes.  Package leaf bounds h over K by a semidefinite program of order (open rows + d + c) that no other
// node shares.  The node with the largest bound is split on the open row with the largest ‖w_i‖·√(A_ii P_ii/(A_ii + P_ii)),
// A_ii = E[α_i²] and P_ii = E[β_i²] at the relaxation's solution; a child starts from its parent's multipliers and
// directions.  A row whose other sign leaves no direction is fixed; the empty side is a leaf of its own.
//
// The leaves present at any moment cover all directions, so the largest of their bounds is a valid H at any moment.
//
// # Oracle
//
// The directions of the leaves' solutions, climbed to local maxima, are neurons where ‖Wᵀ(Xu)₊‖ > γ: Solve adds them to
// the network, trains it, and starts again with its residual until the gap is closed.
//
// # W free
//
// Joint improves W over the leaves that a tree has, all together: over few leaves that is the better bound, on the leaves of
// a closed tree there is nothing to gain.  It knows the losses whose dual is smooth inside of its domain, squared, logistic and softmax, with weights and an intercept.
// The multipliers of a row of softmax sum to zero: the program has one output less than there are classes.
// Root does so over one leaf, or the two signs of v for one output; where W has two outputs it can go on to the quadrants of v.
package signs
