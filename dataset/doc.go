// Package dataset turns a file into the matrices of the training problem and
// network outputs back into labels and numbers.
//
// The data flow is
//
//	Open / Builtin → Table → (Split) → Fit → Encoding + Encoded{X, Y}
//	                          new Table → Encoding.Apply → Encoded{X, Y}
//	                          scores    → Encoding.Labels, Encoding.DecodeFeatures
//
// A [Table] keeps what the file said: typed columns, missing entries, and the
// line each row came from, so that every message can name file, line and
// column.  An [Encoding] is everything that was learnt from the training table
// (categories, means, deviations, class order); it is stored in the model file
// and applied unchanged to later tables.
//
// # Rules
//
// Column types.  A column is numeric when every entry that is not missing is a
// finite decimal number in one of the notations that people use (decimal point
// or comma, separated thousands, a unit); a warning says how one that is not
// plain was read.  It is mixed, which is an error once it is used as
// numbers, when more than half of its entries look like numbers but some are
// not usable ("abc", "inf", "1,5"): that is far more often a broken number
// than a category.  Otherwise it is categorical.
//
// Missing entries are the empty field and, in any case, NA, N/A, #N/A, NaN, ?
// and null, or what Reading.Missing says instead.
//
// Task.  With TaskAuto a single target column is a class label when it is not
// numeric, or when it holds integers only, at most [MaxAutoClasses] distinct
// ones, and at least two rows per distinct value on average.  Everything else,
// and any list of several targets, is regression.
//
// Features keep the order of the table.  A numeric column gives one column of
// X; a categorical column gives one 0/1 column for each category in sorted
// order, which is never scaled.  The bias, a column of ones, is last.
//
// Scaling "standard" subtracts the mean and divides by the population standard
// deviation of the training rows, as scikit-learn's StandardScaler does.  A
// constant feature carries no information then and is dropped with a warning.
// Scaling "overall" uses one mean and one deviation for all numeric features.
//
// Targets are never scaled: classification has the one-hot rows of the sorted
// classes (numeric labels in numerical order), regression the numbers of the
// file.  Objectives and bounds are therefore in the units of the table's
// targets.
package dataset
