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
// Everything is computed in double precision, as package network does, or, for
// runtimes that do not have it, in single precision (Precision): then the
// weights are rounded, "double" below is float, and the file is no model that
// Load restores.
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
//     objective, relative_gap, data_loss, data_sha256, features and others repeat
//     parts of it for other programs.
//
// Where package network refuses a row, a graph cannot always: a text that is no
// known category is an error of the runtime, but a number that is no known
// category, or a missing number that the encoding does not fill, gives scores
// of NaN.
//
// # What is read
//
// Graphs that compute V·(U·s(x) + b)₊ + a, in any floating-point precision: Gemm
// or MatMul, one Relu, Gemm or MatMul.  Around and between them may stand
//
//   - elementwise Add, Sub, Mul, Div and Neg with constants, BatchNormalization in
//     inference and the Scaler of ai.onnx.ml.  Before the first layer they are
//     the network's own scaler s, which is kept apart from its weights; a column
//     that is multiplied by zero is left out of it.  Behind the Relu they are
//     folded into the second layer;
//   - Identity, Dropout, Cast between floating-point types, and of an input of
//     whole numbers;
//   - Flatten, Reshape, Squeeze and Unsqueeze, where the sizes prove that no
//     number moves from one sample to another;
//   - constants that are computed from constants, and from the shape of the input.
//
// Clip to at least 0, Max with 0 and LeakyRelu with the slope 0 are a Relu.  What
// follows the second layer (Softmax, Sigmoid, ArgMax, ZipMap, labels) is left out,
// with a warning where it changes numbers; further outputs, such as the hidden
// layer, are ignored with one.  Everything else is refused by name.
//
// Weights may be in other files of the model's folder (external data).
//
// # Files that are not trusted
//
// What a file takes when it is decoded is estimated before it is; what folding
// its constants may make is bounded by a multiple of its size, and nothing is
// read outside its folder.
package onnx
