package html

import (
	"slices"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/report"
)

// History collects the rows of a run's progress; it is an engine.Recorder.  The
// zero value is ready to use.  Of very long runs it keeps every second, fourth,
// … row and always the last.
type History struct {
	rows []engine.Event
	last *engine.Event
	step int
	seen int
}

// mostRows is the number of rows beyond which a History thins them out.
const mostRows = 4096

// Record implements engine.Recorder.
func (h *History) Record(r engine.Event) {
	if r.Begins {
		return
	}
	h.step = max(h.step, 1)
	h.last = &r
	if h.seen%h.step == 0 {
		h.rows = append(h.rows, r)
	}
	h.seen++
	if len(h.rows) == mostRows {
		for i := range mostRows / 2 {
			h.rows[i] = h.rows[2*i]
		}
		h.rows = h.rows[:mostRows/2]
		h.step *= 2
	}
}

// Rows returns the rows kept, in order.
func (h *History) Rows() []engine.Event {
	rows := slices.Clone(h.rows)
	if h.last != nil && (h.seen-1)%max(h.step, 1) != 0 {
		rows = append(rows, *h.last)
	}
	return rows
}

// finished returns the rows with the run's outcome, which was verified, at
// their end.
func finished(rows []engine.Event, s *report.Summary) []engine.Event {
	var last engine.Event
	if n := len(rows); n > 0 {
		last = rows[n-1]
	}
	return append(slices.Clone(rows), s.Outcome(last))
}
