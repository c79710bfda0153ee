package engine

import (
	"context"
	"slices"
	"testing"
	"time"
)

// heard keeps the events of a run.
type heard []Event

func (h *heard) Record(e Event) { *h = append(*h, e) }

// TestEventsTellWhatIsDoneAndForHowLongStill: that a phase begins, what is left of the limit and, without one, of the passes of a training.
func TestEventsTellWhatIsDoneAndForHowLongStill(t *testing.T) {
	for _, c := range []struct {
		limit time.Duration
		left  []time.Duration
	}{
		{0, []time.Duration{0, 6 * time.Second, 0}},
		{time.Minute, []time.Duration{time.Minute, 58 * time.Second, 57 * time.Second}},
	} {
		b := newBench(c.limit)
		b.record.within(c.limit)
		var events heard
		b.record.listener = &events
		s := &state{clock: b.clock, record: b.record}
		err := b.run(t.Context(), []Phase{
			{Name: "network", Run: func(context.Context) (func(), error) {
				spent := s.expected(b.record.access(), 40)
				b.clock.advance(time.Millisecond)
				spent(1) // too soon to tell
				b.clock.advance(2*time.Second - time.Millisecond)
				spent(10)
				b.clock.advance(time.Second)
				return nil, nil
			}},
			{Name: "bound", Run: func(context.Context) (func(), error) { return nil, nil }},
		})
		if err != nil {
			t.Fatal(err)
		}
		var left []time.Duration
		var phases []string
		for k, e := range events {
			left, phases = append(left, e.Left), append(phases, e.Phase)
			if e.Begins != (k != 1) {
				t.Errorf("limit %v: event %d is %+v", c.limit, k, e)
			}
		}
		if !slices.Equal(left, c.left) || !slices.Equal(phases, []string{"network", "network", "bound"}) {
			t.Errorf("limit %v: left are %v in %q", c.limit, left, phases)
		}
	}
}
