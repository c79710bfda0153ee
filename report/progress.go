package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/relift/relift/engine"
)

// headerEvery is the number of rows after which the header is repeated.
const headerEvery = 20

// refreshEvery is how often the live row's clock advances on a terminal.
const refreshEvery = 500 * time.Millisecond

// Table writes progress rows in columns of fixed width.  To a terminal it
// rewrites the last row in place until the phase or the outer iteration
// changes, from the beginning of a phase on; to anything else it writes a row per outer iteration, the last
// state of each, and one as soon as there is a network.  Its methods may be called from several goroutines.
type Table struct {
	w        io.Writer
	terminal bool

	mu      sync.Mutex
	started time.Time
	pending *engine.Event
	rows    int  // rows finished since the last header
	network bool // one has been shown
	stop    chan struct{}
	done    chan struct{}
	closed  bool
}

// NewTable returns a table that writes to w.  Close must be called.
func NewTable(w io.Writer, terminal bool) *Table {
	t := &Table{w: w, terminal: terminal, started: time.Now(), stop: make(chan struct{}), done: make(chan struct{})}
	if terminal {
		go t.refresh()
	} else {
		close(t.done)
	}
	return t
}

// Header returns the titles of the columns.
func Header() string {
	return fmt.Sprintf("%-7s %5s %6s %11s %11s %11s %9s %7s %4s",
		"phase", "outer", "inner", "relaxed", "bound", "network", "gap", "seconds", "left")
}

// rowText renders a state in the columns of Header.
func rowText(r engine.Event) string {
	gap := "-"
	if !math.IsNaN(r.Bound) && !math.IsNaN(r.Network) {
		gap = gapColumn(engine.RelativeGap(r.Bound, r.Network))
	}
	return fmt.Sprintf("%-7.7s %5d %6d %11s %11s %11s %9s %7s %4s",
		r.Phase, r.Outer, r.Inner, column(r.Relaxed, near), column(r.Bound, down), column(r.Network, up), gap, seconds(r.Elapsed), Left(r.Left))
}

// Left renders the time that something will still take in at most 4 characters, rounded up; "-" where it is not known.
func Left(d time.Duration) string {
	const most = 100 // of a unit, for the next
	switch {
	case d <= 0:
		return "-"
	case d <= most*time.Second:
		return fmt.Sprintf("%.0fs", math.Ceil(d.Seconds()))
	case d <= most*time.Minute:
		return fmt.Sprintf("%.0fm", math.Ceil(d.Minutes()))
	}
	return fmt.Sprintf("%.0fh", min(math.Ceil(d.Hours()), 999))
}

// Record takes the next state of the run.
func (t *Table) Record(r engine.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || r.Begins && !t.terminal {
		return
	}
	if t.pending != nil && !t.pending.Begins && (t.pending.Phase != r.Phase || t.pending.Outer != r.Outer) {
		t.finish()
	}
	t.pending = &r
	t.header()
	first := !t.network && !math.IsNaN(r.Network)
	t.network = t.network || first
	switch {
	case t.terminal:
		fmt.Fprintf(t.w, "\r%s\x1b[K", rowText(r))
	case first:
		t.finish()
	}
}

// Close writes the last row and ends the table.  It may be called twice.
func (t *Table) Close() {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return
	}
	t.closed = true
	if t.pending != nil && !t.pending.Begins {
		t.finish()
	} else if t.pending != nil {
		fmt.Fprint(t.w, "\r\x1b[K") // a phase that ended without a word
	}
	t.mu.Unlock()
	close(t.stop)
	<-t.done
}

// finish writes the pending row for good.
func (t *Table) finish() {
	t.header()
	if t.terminal {
		fmt.Fprintf(t.w, "\r%s\x1b[K\n", rowText(*t.pending))
	} else {
		fmt.Fprintln(t.w, rowText(*t.pending))
	}
	t.pending = nil
	t.rows = (t.rows + 1) % headerEvery
}

// header writes the header before the first of every headerEvery rows.
func (t *Table) header() {
	if t.rows == 0 {
		start := ""
		if t.terminal {
			start = "\r\x1b[K"
		}
		fmt.Fprintln(t.w, start+Header())
		t.rows = headerEvery
	}
}

// refresh keeps the clock of the live row running.
func (t *Table) refresh() {
	defer close(t.done)
	ticker := time.NewTicker(refreshEvery)
	defer ticker.Stop()
	for {
		select {
		case <-t.stop:
			return
		case <-ticker.C:
			t.mu.Lock()
			if t.pending != nil && !t.closed {
				r := *t.pending
				now := max(r.Elapsed, time.Since(t.started))
				r.Left, r.Elapsed = max(0, r.Left-(now-r.Elapsed)), now
				fmt.Fprintf(t.w, "\r%s\x1b[K", rowText(r))
			}
			t.mu.Unlock()
		}
	}
}

// column renders a number in at most 11 characters, "-" when it is not known.
func column(v float64, dir direction) string {
	digits := 7
	text := format(v, digits, dir)
	for len(text) > 11 && digits > 1 {
		digits--
		text = format(v, digits, dir)
	}
	return text
}

// gapColumn renders a gap in percent in at most 9 characters.
func gapColumn(f float64) string {
	switch {
	case f > 0 && f < 1e-6:
		return "<0.0001 %"
	case f > 0 && f < 1e-5:
		return strconv.FormatFloat(math.Ceil(1e7*f)/1e5, 'f', 5, 64) + " %"
	}
	return Percent(f)
}

// Percent renders a fraction, which is at least 0, in percent with three
// significant digits, rounded up.
func Percent(f float64) string {
	switch {
	case math.IsNaN(f):
		return "-"
	case f > 0 && f < 1e-9:
		return "less than 0.0000001 %"
	}
	shown, err := strconv.ParseFloat(format(100*f, 3, up), 64)
	if err != nil {
		return "-"
	}
	return strconv.FormatFloat(shown, 'f', -1, 64) + " %"
}

// percent renders a fraction in percent with two decimals, rounded to nearest.
func percent(f float64) string { return strconv.FormatFloat(100*f, 'f', 2, 64) + " %" }

// seconds renders a duration in seconds, at most 7 characters wide for eleven
// days.
func seconds(d time.Duration) string {
	s := d.Seconds()
	if s < 1000 {
		return strconv.FormatFloat(s, 'f', 2, 64)
	}
	return strconv.FormatFloat(s, 'f', 0, 64)
}
