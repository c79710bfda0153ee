package linalg

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestGate has many callers with other numbers of threads come at once, and holds that those inside have the threads that they asked for
// and are as many as may be.
func TestGate(t *testing.T) {
	for _, serial := range []bool{false, true} {
		var setting, inside, alone atomic.Int32
		setting.Store(1)
		g := newGate(serial, func(threads int) {
			if n := inside.Load(); n != 0 {
				t.Errorf("%d callers inside during a change", n)
			}
			setting.Store(int32(threads))
		})
		var wait sync.WaitGroup
		for caller := range 8 {
			wait.Go(func() {
				for round := range 500 {
					threads := 1
					if (caller+round)%5 == 0 {
						threads = 2 + caller%2
					}
					g.enter(threads)
					now := inside.Add(1)
					if threads > 1 {
						alone.Add(1)
					}
					if int(setting.Load()) != threads || int(now) > g.places || now > 1 && alone.Load() > 0 {
						t.Errorf("%d callers inside with %d threads, this one asked for %d; there are %d places", now, setting.Load(), threads, g.places)
					}
					if threads > 1 {
						alone.Add(-1)
					}
					inside.Add(-1)
					g.leave()
				}
			})
		}
		wait.Wait()
	}
}

// TestGateIsFair: a caller with several threads comes in although callers with one keep coming.
func TestGateIsFair(t *testing.T) {
	g := newGate(false, func(int) {})
	g.places = 2
	g.enter(1)
	got := make(chan bool)
	go func() {
		g.enter(2)
		close(got)
	}()
	for waits := false; !waits; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		waits = len(g.waiting) == 1
		g.mu.Unlock()
	}
	later := make(chan bool)
	go func() {
		g.enter(1)
		close(later)
	}()
	for waits := false; !waits; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		waits = len(g.waiting) == 2
		g.mu.Unlock()
	}
	g.leave()
	<-got
	select {
	case <-later:
		t.Error("a caller with one thread is beside one with two")
	default:
	}
	g.leave()
	<-later
}
