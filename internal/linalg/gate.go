package linalg

import "runtime"

// gate bounds how many callers are inside a library at once: one for each processor, since an OpenBLAS ends the process when its table of
// work buffers is full, or one in a library without locks of its own.
type gate chan struct{}

func newGate(serial bool) gate {
	if serial {
		return make(gate, 1)
	}
	return make(gate, min(max(runtime.NumCPU(), 1), maxThreads/2))
}

func (g gate) enter() { g <- struct{}{} }

func (g gate) leave() { <-g }
