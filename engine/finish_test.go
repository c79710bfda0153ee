package engine

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/relift/relift/relax"
	"github.com/relift/relift/signs"
)

func TestStatusOfASolvedRelaxationIsThatOfTheTreeAfterIt(t *testing.T) {
	for tree, want := range map[signs.Status]Status{0: Done, signs.Closed: Done, signs.Stalled: Done, signs.Interrupted: TimeLimit} {
		s := &state{opts: Options{Gap: 1e-3}, relaxed: &relax.Result{Status: relax.Optimal}, tree: &signs.Result{Status: tree}}
		if got := s.status(t.Context(), &machine{}, 0.5); got != want {
			t.Errorf("tree %v: status %v, want %v", tree, got, want)
		}
	}
}

// A bound above an objective is a contradiction, and shows, unless the objective's own roundings may be why.
func TestContradictionsShow(t *testing.T) {
	for _, c := range []struct {
		lower, upper, gap float64
		contradicts       bool
	}{
		{1, 1, 0, false}, {1 + 1e-14, 1, 0, false}, {1 + 1e-10, 1, -1e-10, true}, {2, 1, -1, true}, {1e-300, 0, math.Inf(-1), true}, {0, 0, 0, false}, {0.5, 1, 0.5, false},
	} {
		if got := Contradicts(c.lower, c.upper); got != c.contradicts {
			t.Errorf("bound %v, objective %v: contradiction %v", c.lower, c.upper, got)
		}
		if got := RelativeGap(c.lower, c.upper); !(got == c.gap || math.Abs(got-c.gap) <= 1e-6*math.Abs(c.gap)) {
			t.Errorf("bound %v, objective %v: gap %v, expected %v", c.lower, c.upper, got, c.gap)
		}
	}
}

// less is a claim of which its verifier proves less.
type less struct {
	*stubProof
	proved float64
}

func (l less) Prove(context.Context) (Proof, error) { return accepted(l.proved), nil }

func TestWhatIsLostInAProofIsTold(t *testing.T) {
	for _, c := range []struct {
		proofs []Claim
		told   bool
	}{
		{[]Claim{less{accepted(8), 7.99}}, false},
		{[]Claim{less{accepted(8), 1}}, true},
		{[]Claim{less{accepted(8), 1}, accepted(7.95)}, false}, // another proof has as much
	} {
		b := newBench(0)
		for _, p := range c.proofs {
			b.record.access().Claim(p)
		}
		b.record.settle(t.Context())
		_, _, _, _, warnings := b.record.outcome()
		if told := strings.Contains(strings.Join(warnings, "\n"), "could be proved"); told != c.told {
			t.Errorf("%v: warnings %q", c.proofs, warnings)
		}
	}
}
