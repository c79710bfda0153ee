// Package report turns what a run found into text and JSON: the progress table
// that is written while a run goes on, and the summary at its end.
//
// Every objective and bound refers to the training problem of package problem on
// the data after encoding and scaling, with the constant of zero rows included.
package report
