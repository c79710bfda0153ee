// Package onnx writes trained networks as ONNX models and reads two-layer ReLU
// networks from ONNX models that any program wrote.
//
// # What is written
//
// A model of opset 17 (and ai.onnx.ml 3 where there are text categories), IR
// version 8, that works on the columns of the table as they are:
//
//	inputs → fill of missing values → Concat → Sub mean, Div deviation → Gemm–Relu–Gemm → scores, label
//
// Everything is computed in double precision, as package network does.
//
//   - Inputs.  If every feature is numeric: one input X, double [N, d], whose
//     columns are the encoding's features in their order.  Otherwise one input
//     for each feature, under its name, of shape [N, 1]: double for a number and
//     for categories that are all numbers, string for other categories.  The
//     bias is the constant of the first Gemm.
//   - Outputs.  scores, double [N, c]: the scores of the classes or the
//     predicted targets.  For a classification also label [N]: int64 when every
//     class is a whole number, else string.
//   - Metadata.  relift.model is the model file (package network) without its
//     weights, so that Load restores the model; relift.gamma, lower_bound,
//     upper_bound, relative_gap, data_loss, features and others repeat parts of
//     it for other programs.
//
// Where package network refuses a row, a graph cannot always: a text that is no
// known category is an error of the runtime, but a number that is no known
// category, or a missing number that the encoding does not fill, gives scores
// of NaN.
//
// # What is read
//
// Graphs that compute V·(U·s(x) + b)₊ + a, in single or double precision: Gemm
// or MatMul and Add, one Relu, Gemm or MatMul and Add, with any of Identity,
// Cast between floating-point types, Dropout, Flatten, elementwise Add, Sub, Mul
// and Div by constants, and the Scaler of ai.onnx.ml around them.  Elementwise
// operations before the first layer are the network's own scaler s, which is
// kept apart from its weights.  What follows the second layer (Softmax, Sigmoid,
// ArgMax, the labels) is left out, with a warning where it changes numbers.
package onnx
