// Package table is a file's content as typed columns, before anything is made
// of it.
//
// A [Table] keeps what the file said: typed columns, missing entries, and the
// line each row came from, so that every message can name file, line and
// column.  A [Builder] makes one from texts and numbers as they come; package
// read does so for files, package recipe makes matrices of a table.
//
// # The types of columns
//
// A column is numeric when every entry that is not missing is a finite decimal
// number in one of the notations that people use (decimal point or comma,
// separated thousands, a unit); a warning says how one that is not plain was
// read.  It is mixed, which is an error once it is used as numbers, when more
// than half of its entries look like numbers but some are not usable ("abc",
// "inf", "1,5"): that is far more often a broken number than a category.
// Otherwise it is categorical.
//
// Missing entries are the empty field and, in any case, NA, N/A, #N/A, NaN, ?
// and null, or what Reading.Missing says instead.
package table
