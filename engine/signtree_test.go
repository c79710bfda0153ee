package engine

import (
	"context"
	"testing"
	"time"
)

// A tree of signs grows for nine tenths of its phase as long as nobody knows how long its proof takes, and until there is room for a few such proofs after that.
func TestTreeLeavesRoomForItsProof(t *testing.T) {
	for _, c := range []struct {
		took, until time.Duration
	}{{0, 90 * time.Second}, {time.Second, 96 * time.Second}, {9 * time.Second, 90 * time.Second}} {
		clock := newHandClock()
		ctx, done := withDeadline(t.Context(), clock, clock.Now().Add(100*time.Second))
		grow, cancel := context.WithCancel(ctx)
		took, stop := (&state{clock: clock}).growUntil(ctx, cancel)
		clock.advance(10 * time.Second)
		if c.took > 0 {
			took(c.took)
		}
		clock.advance(c.until - 11*time.Second)
		if grow.Err() != nil {
			t.Errorf("after proofs of %v the tree ends more than a second before %v", c.took, c.until)
		}
		clock.advance(time.Second)
		if grow.Err() == nil {
			t.Errorf("after proofs of %v the tree grows for longer than %v", c.took, c.until)
		}
		stop()
		done()
	}
}
