package linalg

import "sync"

// Parallel calls f on consecutive ranges that cover 0 ≤ i < n, on up to
// [Algebra.Threads] goroutines, and returns when all are done. No range but the only
// one is shorter than grain (values below 1 mean 1), so that small work stays
// on the calling goroutine.
//
// The ranges depend on n, grain and the threads alone. For results that do not
// depend on the number of threads, let f write to places of its own range and
// sum nothing across them. A panic in f is raised again in the caller; if
// several ranges panic, that of the first range is.
//
// Calls with several threads from within f wait for each other; use Parallel around loops in Go, or f calls with one
// ([Algebra.WithThreads]).
func (a Algebra) Parallel(n, grain int, f func(lo, hi int)) {
	if n <= 0 {
		return
	}
	parts := min(a.Threads(), max(1, n/max(1, grain)))
	if parts == 1 {
		f(0, n)
		return
	}
	panics := make([]any, parts)
	var wait sync.WaitGroup
	for part := range parts {
		lo, hi := part*n/parts, (part+1)*n/parts
		wait.Go(func() {
			defer func() { panics[part] = recover() }()
			f(lo, hi)
		})
	}
	wait.Wait()
	for _, p := range panics {
		if p != nil {
			panic(p)
		}
	}
}
