package reproduce

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress tells how far a plan is: a line for each finished job, or on
// a terminal one line that is rewritten.
type progress struct {
	mu       sync.Mutex
	w        io.Writer // nil: silent
	terminal bool
	begin    time.Time
	total    int
	done     int
	weight   float64 // of all jobs that have to run
	finished float64 // of those that have
}

func newProgress(e Execution, jobs []Job, kept int) *progress {
	p := &progress{w: e.Progress, terminal: e.Terminal, begin: time.Now(), total: len(jobs) + kept, done: kept}
	for _, j := range jobs {
		p.weight += j.weight
	}
	if kept > 0 && p.w != nil {
		fmt.Fprintf(p.w, "%d of %d jobs are kept from an earlier run\n", kept, p.total)
	}
	return p
}

// finish records the end of a job.
func (p *progress) finish(j Job, took time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.finished += j.weight
	if p.w == nil {
		return
	}
	state := fmt.Sprintf("%.1f s", took.Seconds())
	if err != nil {
		state = "failed"
	}
	line := fmt.Sprintf("[%d/%d] %-48s %9s  %s", p.done, p.total, j.ID, state, p.left())
	if p.terminal {
		fmt.Fprintf(p.w, "\r%s\x1b[K", line)
		return
	}
	fmt.Fprintln(p.w, line)
}

// left estimates the time left from the weights of the jobs.
func (p *progress) left() string {
	if p.finished >= p.weight || p.finished == 0 {
		return ""
	}
	left := time.Duration(float64(time.Since(p.begin)) * (p.weight - p.finished) / p.finished)
	return "about " + readable(left) + " left"
}

// close ends the rewritten line.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil && p.terminal && p.finished > 0 {
		fmt.Fprintln(p.w)
	}
}

// readable rounds a duration for people.
func readable(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 90*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	default:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
}
