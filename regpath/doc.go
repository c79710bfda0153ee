// Package regpath computes a regularisation path: for each weight decay γ of a geometric sequence a network with its objective, a certified
// lower bound on the objective of every network, and the errors that cross-validation finds.
//
// Networks and folds go down the path together, each training from the network of the γ before (package tune).  Then runs of package engine at a few γ
// find proofs and better networks.  One proof bounds the whole path: where ‖Wᵀ(Xu)₊‖ ≤ γ₀‖u‖ is proved for all u, tW satisfies the dual constraint
// of any γ for t ≤ γ/γ₀, so that
//
//	p*(γ) ≥ max over 0 ≤ t ≤ γ/γ₀ of −Σᵢ ℓ*(−tWᵢ)
//
// (⟨W,Y⟩t − ½‖W‖²t² for the squared loss), which the verifier of the proof's file computes for any γ that it is asked about.  That is close where γ is that of the
// run, and looser the further away it is.  The first run is at the recommended γ; each further one where what it is expected to prove, by the
// gaps at the γ of the other runs, raises the bounds of the path most.
package regpath
