package engine

import (
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
