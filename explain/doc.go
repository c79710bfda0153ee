// Package explain shows what a trained two-layer ReLU network does, in terms
// that people can read: for each neuron its hyperplane in the units of the
// table, its output weights, its share of the decision and the rows on which
// it is active; which neurons are dead or repeat each other; and a slice
// through feature space with the decision regions.
//
// # Units
//
// The network sees encoded features: a number v as (v − mean)/deviation, a
// category as a 0/1 column.  A neuron's pre-activation xᵀu is the same number
// written as Σ a_k v_k + b with
//
//	a_k = u_k/deviation_k    and    b = u_bias − Σ u_k mean_k/deviation_k,
//
// so its hyperplane is Σ a_k v_k = −b in the units of the table, and while it
// is active it adds (Σ a_k v_k + b)·v to the outputs.
//
// # Shares
//
// On data, the share of neuron j is Σ_i (x_iᵀu_j)₊ ‖v_j‖₁ over that of all
// neurons: its part of the absolute contributions to the outputs.  For a
// classification v_j is taken less its mean over the classes first, because
// what is added to every class alike decides nothing.  Without data the share
// is that of ‖u_j‖‖v_j‖, which no rescaling of the neuron changes.  A large
// share is no proof of importance: contributions may cancel.
package explain
