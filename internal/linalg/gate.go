package linalg

import (
	"runtime"
	"sync"
)

// gate decides how many callers are inside a library at once.  The number of threads of a call is a setting of the whole library, so
// those inside have the same; with several threads, or in a library without locks of its own, it is one caller at a time, else one for
// each processor.  Oversubscription is not only slow (two threads under eight callers: 60 times); an OpenBLAS ends the process when its
// table of work buffers is full.
//
// Callers are let in in the order in which they came, so that none waits for ever.
type gate struct {
	mu      sync.Mutex
	inside  int
	threads int // of a call, as set last
	waiting []*ticket
	places  int               // side by side, with one thread each
	apply   func(threads int) // changes the setting while nobody is inside
}

// ticket is a caller who waits.
type ticket struct {
	threads int
	enter   chan struct{}
}

// newGate is the gate of a library that has one thread for each call at first; a serial one lets one caller in at a time.
func newGate(serial bool, apply func(threads int)) *gate {
	g := &gate{threads: 1, places: 1, apply: apply}
	if !serial {
		g.places = min(max(runtime.NumCPU(), 1), maxThreads/2)
	}
	return g
}

// enter waits for a call's turn; its threads are set then.
func (g *gate) enter(threads int) {
	g.mu.Lock()
	if len(g.waiting) == 0 && g.admit(threads) {
		g.mu.Unlock()
		return
	}
	t := &ticket{threads: threads, enter: make(chan struct{})}
	g.waiting = append(g.waiting, t)
	g.mu.Unlock()
	<-t.enter
}

// leave ends a call and lets in who can come now.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	for len(g.waiting) > 0 && g.admit(g.waiting[0].threads) {
		close(g.waiting[0].enter)
		g.waiting[0] = nil
		g.waiting = g.waiting[1:]
	}
}

// admit lets a caller in if it fits with those inside; the caller holds mu.
func (g *gate) admit(threads int) bool {
	if g.inside > 0 && (threads != 1 || g.threads != 1 || g.inside >= g.places) {
		return false
	}
	if g.threads != threads {
		g.apply(threads)
		g.threads = threads
	}
	g.inside++
	return true
}
