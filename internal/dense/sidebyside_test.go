//go:build (linux || darwin) && (amd64 || arm64) && !noblas

package dense

import "testing"

// TestSideBySide: calls of several goroutines at once are right, and the number of threads comes back.
func TestSideBySide(t *testing.T) {
	before := Threads()
	SetThreads(2)
	defer SetThreads(before)
	SideBySide(func() {
		SideBySide(func() {
			Parallel(8, 1, func(lo, hi int) {
				for range lo + 1 {
					testProduct[float64](t, 1e-14)
				}
			})
		})
		if library := state.library.Load(); library != nil {
			if r, ok := (*library).(*routines); ok && r.parallel != serial && r.gate.isExclusive() {
				t.Error("one caller at a time within SideBySide")
			}
		}
	})
	if library := state.library.Load(); library != nil {
		if r, ok := (*library).(*routines); ok && r.setNumThreads != nil && r.threads != 2 {
			t.Errorf("%d threads after SideBySide, expected 2", r.threads)
		}
	}
}
