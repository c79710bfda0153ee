package reproduce

import (
	"fmt"
	"io"
	"time"

	"github.com/relift/relift/dispatch"
)

// progress tells how far a plan is: a line for each finished job, or on
// a terminal one line that is rewritten.
type progress struct {
	w        io.Writer // nil: silent
	terminal bool
	begin    time.Time
	total    int
	done     int
	kept     int
	weight   float64 // of all jobs that have to run
	finished float64 // of those that have
}

func newProgress(e Execution, jobs []Job) *progress {
	p := &progress{w: e.Progress, terminal: e.Terminal, begin: time.Now(), total: len(jobs)}
	for _, j := range jobs {
		p.weight += j.weight
	}
	return p
}

// finish records the end of a job.  Results that were kept come first and are counted only.
func (p *progress) finish(j Job, r dispatch.Result) {
	p.done++
	if r.Kept {
		p.kept++
		p.weight -= j.weight
		return
	}
	p.sayKept()
	p.finished += j.weight
	if p.w == nil {
		return
	}
	state := fmt.Sprintf("%.1f s", r.Elapsed.Seconds())
	if r.Err != nil {
		state = "failed"
	}
	line := fmt.Sprintf("[%d/%d] %-48s %9s  %s", p.done, p.total, j.ID, state, p.left())
	if p.terminal {
		fmt.Fprintf(p.w, "\r%s\x1b[K", line)
		return
	}
	fmt.Fprintln(p.w, line)
}

// sayKept says how many results are of an earlier run, once.
func (p *progress) sayKept() {
	if p.kept > 0 && p.finished == 0 && p.w != nil {
		fmt.Fprintf(p.w, "%d of %d jobs are kept from an earlier run\n", p.kept, p.total)
	}
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
	p.sayKept()
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
