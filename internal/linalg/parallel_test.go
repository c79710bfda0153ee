package linalg

import (
	"fmt"
	"sync/atomic"
	"testing"
)

func TestParallelCoversEachIndexOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 3, 8} {
		algebra := Gonum().WithThreads(threads)
		for _, n := range []int{-1, 0, 1, 2, 7, 100} {
			for _, grain := range []int{-1, 0, 1, 3, 1000} {
				seen := make([]atomic.Int32, max(n, 0))
				var ranges atomic.Int32
				algebra.Parallel(n, grain, func(lo, hi int) {
					ranges.Add(1)
					if hi-lo < min(grain, n) {
						t.Errorf("threads %d n=%d: range [%d, %d) is shorter than %d", threads, n, lo, hi, grain)
					}
					for i := lo; i < hi; i++ {
						seen[i].Add(1)
					}
				})
				for i := range seen {
					if seen[i].Load() != 1 {
						t.Errorf("threads %d n=%d grain %d: index %d was visited %d times", threads, n, grain, i, seen[i].Load())
					}
				}
				if int(ranges.Load()) > threads {
					t.Errorf("%d ranges on %d threads", ranges.Load(), threads)
				}
			}
		}
	}
}

func TestParallelPassesPanicsOn(t *testing.T) {
	for _, threads := range []int{1, 4} {
		algebra := Gonum().WithThreads(threads)
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); got != "range 0" {
					t.Errorf("with %d threads the panic is %q, want that of the first range", threads, got)
				}
			}()
			algebra.Parallel(100, 1, func(lo, hi int) { panic(fmt.Sprintf("range %d", lo)) })
		}()
	}
}
