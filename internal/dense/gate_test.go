package dense

import (
	"sync"
	"sync/atomic"
	"testing"
)

// TestGate counts the callers inside while many come and the setting changes.
func TestGate(t *testing.T) {
	g := newGate()
	var inside atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 500 {
				g.enter()
				now := inside.Add(1)
				if g.exclusive && now > 1 || int(now) > cap(g.slots) {
					t.Errorf("%d callers inside, exclusive %v, %d slots", now, g.exclusive, cap(g.slots))
				}
				inside.Add(-1)
				g.leave()
			}
		})
	}
	wait.Go(func() {
		for i := range 100 {
			g.change(i%2 == 0, func() {
				if n := inside.Load(); n != 0 {
					t.Errorf("%d callers inside during a change", n)
				}
			})
		}
	})
	wait.Wait()
}
