package verify

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

// Report is the outcome of a verification.
type Report struct {
	Checks       []Check
	ClaimedBound float64
	ProvenBound  float64 // ≥ ClaimedBound when every check passed, else −Inf
	Cones        int64   // nodes of the tree that were walked
	Depth        int     // of the tree
}

// OK reports whether every check passed, so that the claimed bound is proven.
func (r Report) OK() bool {
	_, failed := r.FirstFailure()
	return len(r.Checks) > 0 && !failed
}

// FirstFailure returns the first check that failed; ok is false when none did.
func (r Report) FirstFailure() (c Check, ok bool) {
	for _, c := range r.Checks {
		if !c.Passed {
			return c, true
		}
	}
	return Check{}, false
}

// String lists the checks, one a line.
func (r Report) String() string {
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

func newReport(claimed float64) Report {
	return Report{ClaimedBound: claimed, ProvenBound: math.Inf(-1)}
}

// add appends a check; it failed when problem is not empty.
func (r *Report) add(name, problem, success string) bool {
	if problem != "" {
		r.Checks = append(r.Checks, Check{name, false, problem})
		return false
	}
	r.Checks = append(r.Checks, Check{name, true, success})
	return true
}
