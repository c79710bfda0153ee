package dense

import (
	"runtime"
	"sync"
)

// gate decides how many callers are inside the library at once: one where the
// library has several threads or no locking of its own, else one per processor.
// Oversubscription is not only slow (two threads under eight callers: 60 times);
// an OpenBLAS ends the process when its table of work buffers is full.
type gate struct {
	// settings is held for reading during every call and for writing while
	// exclusive changes, so that no call sees the change.
	settings  sync.RWMutex
	exclusive bool
	one       sync.Mutex
	slots     chan struct{}
}

func newGate() *gate {
	return &gate{exclusive: true, slots: make(chan struct{}, min(max(runtime.NumCPU(), 1), maxThreads/2))}
}

func (g *gate) enter() {
	g.settings.RLock()
	if g.exclusive {
		g.one.Lock()
	} else {
		g.slots <- struct{}{}
	}
}

func (g *gate) leave() {
	if g.exclusive {
		g.one.Unlock()
	} else {
		<-g.slots
	}
	g.settings.RUnlock()
}

// change waits until nobody is inside, then applies a new setting.
func (g *gate) change(exclusive bool, apply func()) {
	g.settings.Lock()
	defer g.settings.Unlock()
	apply()
	g.exclusive = exclusive
}

// isExclusive tells whether one caller at a time is let in.
func (g *gate) isExclusive() bool {
	g.settings.RLock()
	defer g.settings.RUnlock()
	return g.exclusive
}
