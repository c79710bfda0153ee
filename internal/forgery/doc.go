// Package forgery makes certificate files that must be refused: one for each
// known way of cheating a verifier, beside a few honest ones that must not be.
//
// The files are functions of this package alone, bit for bit, and lie in
// certificate/testdata/forgeries with an index that says what each of them is.
// The tests of the verifiers in Go and in Python read that folder.
//
// Every forgery claims a bound that is false or that its numbers do not prove, or
// hides from a reader what it claims, or makes checking it cost more than its size
// warrants.  The honest problems behind them are small enough for their optima to
// be known in closed form (see honest.go).
package forgery
