// Package read makes tables of files: CSV and its kin, ARFF, LIBSVM's sparse
// text, NumPy's NPY and NPZ, Apache Parquet and Arrow, each also compressed with gzip.
//
// [Open] and [Read] go by the name of a file, then by its first bytes.  What is
// guessed (a separator, a decimal comma, a text encoding) becomes one of the
// table's warnings, which names the option that says otherwise; what is in
// doubt is refused with file, line and column.  Reading is charged against a
// limit of memory as data arrive and ends with its context.
package read
