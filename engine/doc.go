// Package engine decides what runs when.  A run is a sequence of phases
// (first network, local search, relaxation, column generation, verification),
// each with a share of one budget of time, memory and threads.  The best network
// and the best proof so far are kept in one record, which phases improve at
// any time, so that an end at any moment has a result.
//
// # Limits
//
// A phase gets a context that ends when its share of the time is over.  One that
// does not return then is cut off at the end of the run's time: its goroutine goes on
// until it looks at its context, and whatever it still finds is ignored.  Proofs are
// verified as they come, not at the end, so that what is left to do after a
// cut is short.  A phase whose estimated memory does not fit is left out, and a
// warning says so.
//
// The machine knows nothing of solvers: it is tested with a clock that the test moves
// and phases that the test makes.  What the phases do is in the files named after
// them; plan.go puts them in order.
package engine
