package exact

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/relift/relift/internal/short"
)

// climbAll climbs from every start in parallel and returns the distinct local
// maxima above the threshold, best first.
func (s *search) climbAll(ctx context.Context, w []float64, starts [][]float64, threshold float64) []peak {
	peaks := make([]peak, len(starts))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(s.options.Threads, len(starts)) {
		wg.Go(func() {
			cl := newClimber(ctx, s.in, w)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(starts) {
					return
				}
				u := append([]float64(nil), starts[i]...)
				peaks[i] = peak{u: u, value: cl.climb(u)}
			}
		})
	}
	wg.Wait()
	peaks = slices.DeleteFunc(peaks, func(p peak) bool { return !(p.value > threshold) })
	slices.SortStableFunc(peaks, func(a, b peak) int {
		switch {
		case a.value > b.value:
			return -1
		case a.value < b.value:
			return 1
		default:
			return 0
		}
	})
	var distinct []peak
	for _, p := range peaks {
		if !slices.ContainsFunc(distinct, func(q peak) bool { return short.Dot(p.u, q.u) > 1-1e-13 }) {
			distinct = append(distinct, p)
		}
	}
	return distinct
}

// randomStarts returns count directions, normal in the whitened coordinates.
func (s *search) randomStarts(fr *frame, count int) [][]float64 {
	d := s.in.d
	out := make([][]float64, 0, count)
	for range count {
		u := make([]float64, d)
		for k := range d {
			z := s.random.NormFloat64()
			for j := range d {
				u[j] += fr.b[j*d+k] * z
			}
		}
		if normalise(u) {
			out = append(out, u)
		}
	}
	return out
}
