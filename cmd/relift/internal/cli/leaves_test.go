package cli

import (
	"strings"
	"testing"
	"time"
)

func TestLeavesAreShownOnATerminal(t *testing.T) {
	var out strings.Builder
	l := &leaves{to: &out}
	tell := l.progress()
	tell(1, 3)
	l.next = time.Now().Add(time.Hour)
	tell(2, 3) // too soon
	l.clear()
	l.next = time.Time{}
	tell(3, 3) // after the end
	if got, want := out.String(), "\rchecked 1 of 3 leaves\x1b[K\r\x1b[K"; got != want {
		t.Errorf("the terminal got %q, expected %q", got, want)
	}
	var nothing strings.Builder
	if l := newLeaves(&nothing); l.progress() != nil {
		t.Error("what is no terminal is written to")
	}
	newLeaves(&nothing).clear()
	if nothing.String() != "" {
		t.Errorf("it got %q", nothing.String())
	}
}
