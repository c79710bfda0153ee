package engine

import "fmt"

// Status says how a run ended and so what its numbers mean.  Whatever it is,
// the lower bound has been verified and the network has the objective stated.
type Status int

// The statuses.  The zero value is none of them, so that a forgotten status
// shows.
const (
	// GapReached: the certified gap is at most Options.Gap.
	GapReached Status = iota + 1
	// Done: every step finished; the gap that is left is the method's own.
	Done
	// Stalled: the solver ended before its tolerance, because rounding
	// prevents progress or its iterations were used up.
	Stalled
	// TimeLimit: the time limit, of Options or of MethodAuto, ended the run.
	TimeLimit
	// Interrupted: the end of the context ended the run.
	Interrupted
)

// String returns the status as reports and JSON show it.
func (s Status) String() string {
	switch s {
	case GapReached:
		return "gap_reached"
	case Done:
		return "done"
	case Stalled:
		return "stalled"
	case TimeLimit:
		return "time_limit"
	case Interrupted:
		return "interrupted"
	}
	return fmt.Sprintf("Status(%d)", int(s))
}

// Meaning returns the status in a sentence.
func (s Status) Meaning() string {
	switch s {
	case GapReached:
		return "the certified gap is as small as was asked for"
	case Done:
		return "every step finished; what gap is left is the method's own"
	case Stalled:
		return "the solver ended before its tolerance; the results are valid but not the method's best"
	case TimeLimit:
		return "the time limit ended the run; the results are the best so far"
	case Interrupted:
		return "the run was interrupted; the results are the best so far"
	}
	return "unknown"
}
