// Package network is a trained two-layer ReLU network together with what is
// needed to use it on a table: the encoding of the columns, the class labels,
// and where it came from.
//
// # The model file
//
// A model is one JSON object, UTF-8, with the keys
//
//	format      "relift model"
//	version     1; a program refuses a version newer than its own
//	encoding    package recipe's Recipe: features with means, deviations and
//	            categories, targets, classes, bias, scale
//	weights     {"width": m, "inputs": d, "outputs": c, "U": m rows of d, "V": m rows of c}
//	provenance  γ, lower and upper bound, data digest, versions, seed, settings
//
// The output for an encoded row x is Σ_j (xᵀu_j)₊ v_j.  Numbers are written in
// their shortest decimal form that reads back as the same double, so that
// a model predicts the same bit for bit after saving and loading.  The file
// holds no time of day: equal models are equal files.
//
// Compatibility: a later version of this package reads every earlier format
// version.  Keys that it does not know are ignored, so that keys may be added
// without a new version; a change of meaning gets a new version.
package network
