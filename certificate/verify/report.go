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
	Checks []Check
	// ClaimedBound is the certificate's claim.
	ClaimedBound float64
	// ProvenBound is ⟨W,Y⟩ − ½‖W‖² rounded down when every check that it rests on
	// passed, else −Inf.
	ProvenBound float64
	// SmallestEigenvalue estimates that of K scaled to a diagonal in [½, 2); NaN when
	// it was not computed.  It is information, not part of the proof.
	SmallestEigenvalue float64
	// ErrorBound is the shift c that covers all rounding errors of the proof of
	// K ⪰ 0; 0 when exact arithmetic decided.
	ErrorBound float64
}

// OK reports whether every check passed, so that the claimed bound is proven.
func (r Report) OK() bool {
	if len(r.Checks) == 0 {
		return false
	}
	for _, c := range r.Checks {
		if !c.Passed {
			return false
		}
	}
	return true
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
		fmt.Fprintf(&b, "%s  %-12s %s\n", verdict, c.Name, c.Detail)
	}
	return b.String()
}

func newReport(claimed float64) Report {
	return Report{ClaimedBound: claimed, ProvenBound: math.Inf(-1), SmallestEigenvalue: math.NaN()}
}

// add appends a check; format describes the failure when problem is not empty.
func (r *Report) add(name, problem, success string) bool {
	if problem != "" {
		r.Checks = append(r.Checks, Check{name, false, problem})
		return false
	}
	r.Checks = append(r.Checks, Check{name, true, success})
	return true
}
