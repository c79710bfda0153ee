package check

import (
	"fmt"
	"math"
	"strings"
)

// Check is one verdict.
type Check struct {
	Name   string
	Passed bool
	Detail string // one sentence
}

// Report is the outcome of a check.
type Report struct {
	Checks       []Check
	Problem      *Problem // nil if it could not be read
	ClaimedBound float64
	Nodes        int64   // of the tree
	Leaves       int64   // of the tree
	Work         float64 // estimate of the floating-point operations
	// Effective is γ_eff, for which ‖Wᵀ(Xu)₊‖ ≤ γ_eff‖u‖ is proved; 0 if nothing is.
	Effective float64
	// ProvenBound is what is proved for the problem's γ, at least ClaimedBound when every
	// check passed; −Inf otherwise.
	ProvenBound float64
	Meta        string // JSON; nothing in it is part of the proof

	dual *dual
}

// OK reports whether every check passed, so that the claimed bound is proved.
func (r *Report) OK() bool {
	_, failed := r.FirstFailure()
	return len(r.Checks) > 0 && !failed
}

// FirstFailure returns the first check that failed; failed is false when none did.
func (r *Report) FirstFailure() (c Check, failed bool) {
	for _, c := range r.Checks {
		if !c.Passed {
			return c, true
		}
	}
	return Check{}, false
}

// At returns the lower bound that is proved for weight decay gamma in place of the
// problem's: the largest D(t) over 0 ≤ t ≤ gamma/γ_eff, rounded down; −Inf if nothing is
// proved.
func (r *Report) At(gamma float64) float64 {
	if !(r.Effective > 0) || !(gamma > 0) {
		return math.Inf(-1)
	}
	return r.dual.best(below(gamma / r.Effective))
}

// bound compares the claim with what is proved.
func (r *Report) bound() {
	proven := r.At(r.Problem.Gamma)
	if !(r.ClaimedBound <= proven) {
		r.refuse("bound", fmt.Errorf("the claimed bound %v is above %v, which is proved", r.ClaimedBound, proven))
		return
	}
	r.ProvenBound = proven
	r.pass("bound", fmt.Sprintf("the claimed bound %v is at most %v, which is proved", r.ClaimedBound, proven))
}

func (r *Report) pass(name, detail string) {
	r.Checks = append(r.Checks, Check{name, true, detail})
}

func (r *Report) refuse(name string, err error) {
	r.ProvenBound, r.Effective = math.Inf(-1), 0
	r.Checks = append(r.Checks, Check{name, false, err.Error()})
}

// String lists the checks, one a line.
func (r *Report) String() string {
	var b strings.Builder
	for _, c := range r.Checks {
		verdict := "pass"
		if !c.Passed {
			verdict = "FAIL"
		}
		fmt.Fprintf(&b, "%s  %-10s %s\n", verdict, c.Name, c.Detail)
	}
	return b.String()
}
