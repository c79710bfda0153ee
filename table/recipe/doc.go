// Package recipe turns tables into the matrices of the training problem and
// network outputs back into labels and numbers.
//
// The data flow is
//
//	training table → Fit → Recipe + Encoded{X, Y}
//	     new table → Recipe.Apply → Encoded{X, Y}
//	        scores → Recipe.Labels, Recipe.DecodeFeatures
//
// A [Recipe] is everything that was learnt from the training table (categories,
// means, deviations, class order); it is stored in the model file and applied
// unchanged to later tables.
//
// # Rules
//
// Task.  With TaskAuto a single target column is a class label when it is not
// numeric, or when it holds integers only, at most [MaxAutoClasses] distinct
// ones, and at least two rows per distinct value on average.  Everything else,
// and any list of several targets, is regression.
//
// Weights.  One column may say how often each row counts; it is no feature, and
// means, deviations and the most frequent category count each row once.
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
package recipe
