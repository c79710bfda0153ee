package cli

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// leaves shows on a terminal how many of the leaves of a proof are checked.  A check that ends soon shows nothing.
type leaves struct {
	to io.Writer // nil where there is no terminal

	mutex sync.Mutex
	next  time.Time // when to write again
	shown bool
	ended bool
}

// The first line comes after leavesDelay, and then one every leavesPause.
const (
	leavesDelay = 500 * time.Millisecond
	leavesPause = 100 * time.Millisecond
)

// newLeaves returns one that writes to stderr if that is a terminal.
func newLeaves(stderr io.Writer) *leaves {
	l := &leaves{next: time.Now().Add(leavesDelay)}
	if isTerminal(stderr) {
		l.to = raw(stderr)
	}
	return l
}

// progress returns the function that is told; nil where nobody would see it.
func (l *leaves) progress() func(done, all int64) {
	if l.to == nil {
		return nil
	}
	return func(done, all int64) {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		if now := time.Now(); !l.ended && !now.Before(l.next) {
			l.next, l.shown = now.Add(leavesPause), true
			fmt.Fprintf(l.to, "\rchecked %d of %d leaves\x1b[K", done, all)
		}
	}
}

// clear ends the line.
func (l *leaves) clear() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.ended = true; l.shown {
		fmt.Fprint(l.to, "\r\x1b[K")
	}
}
