package engine

import (
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestEffortEndsByItselfAndIsRepeatable: without a limit, on data whose rank would get the branch and bound its time otherwise.
func TestEffortEndsByItselfAndIsRepeatable(t *testing.T) {
	p := teacher(5, 40, 3, 2)
	var first *Result
	for range 2 {
		r, err := Train(t.Context(), p, Options{Effort: 30, Threads: 2, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != Done && r.Status != GapReached || r.TimeLimit != 0 || r.Weights.Width() == 0 || !(r.LowerBound > 0) {
			t.Errorf("status %v, time limit %v, width %d, bound %v", r.Status, r.TimeLimit, r.Weights.Width(), r.LowerBound)
		}
		if first == nil {
			first = r
		} else if r.UpperBound != first.UpperBound || r.LowerBound != first.LowerBound || !mat.Equal(r.Weights.U, first.Weights.U) {
			t.Errorf("objectives %v and %v, bounds %v and %v", r.UpperBound, first.UpperBound, r.LowerBound, first.LowerBound)
		}
	}
	more, err := Train(t.Context(), p, Options{Effort: 300, Threads: 2, Seed: 3})
	if err != nil || more.UpperBound > first.UpperBound {
		t.Errorf("with ten times the effort the objective is %v, was %v (%v)", more.UpperBound, first.UpperBound, err)
	}
	if _, err := Train(t.Context(), p, Options{Effort: -1}); err == nil {
		t.Error("a negative effort was accepted")
	}
}
