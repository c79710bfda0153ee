package exact

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// The thresholds H = (1+e)γ that Fixed tries in turn: e falls from the first to the last by a factor.
const (
	firstExcess  = 40.0
	lastExcess   = 1e-4
	excessFactor = 2.5
)

// FixedOptions steer Fixed.  The zero value is ready to use.
type FixedOptions struct {
	Threads int   // goroutines; 0: all processors
	Work    int64 // about how many operations on cones may be made; 0: no limit
}

// Fixed bounds ‖Wᵀ(Xu)₊‖ for a given W (n×c), the dual point of a network, by the sweep or the cones of Solve.  Nothing here depends on
// the loss, the weights or the intercept of p but the bound that W with such an H has.  It goes down a ladder of H until ctx ends, the work is done or one is not true, and
// hands each that it proved, with the bound growing, to accept, which may be called a few times.  Where ctx does not end, the outcome is the same for any number of threads.
func Fixed(ctx context.Context, p problem.Problem, w *mat.Dense, o FixedOptions, accept func(*Certificate)) error {
	if err := p.Validate(); err != nil {
		return err
	}
	n, _, c := p.Dims()
	if rows, cols := w.Dims(); rows != n || cols != c {
		return fmt.Errorf("exact: W is %d×%d, expected %d×%d as Y", rows, cols, n, c)
	}
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	left := o.Work
	if left == 0 {
		left = math.MaxInt64
	}
	in := newInstance(p, 0)
	if in.n == 0 || in.d > maxSearchDimension {
		return nil
	}
	flat := make([]float64, 0, in.n*c)
	for _, i := range in.rows {
		flat = append(flat, w.RawRowView(i)...)
	}
	certificate := func(h float64, t *tree) *Certificate {
		h = in.inflate(h, flat)
		return newCertificate(p, in, w, h, p.DualBound(w, h), t)
	}
	if in.d <= 2 {
		h, _ := in.sweep(flat)
		accept(certificate(h, nil))
		return nil
	}
	fr := newFrame(in, flat)
	best := p.DualBound(w, math.Inf(1))
	for excess := firstExcess; excess > lastExcess && left > 0 && ctx.Err() == nil; excess /= excessFactor {
		h := in.gamma * (1 + excess)
		if !(p.DualBound(w, in.inflate(h, flat)) > best) {
			continue
		}
		at := fr.prove(ctx, h, o.Threads, left, treeCap)
		left -= at.work
		if !at.proven {
			return nil
		}
		if at.trees == nil {
			continue // more cones than are kept
		}
		found := certificate(at.bound, &tree{frame: fr, orthants: at.trees, nodes: at.nodes})
		best = found.LowerBound
		accept(found)
	}
	return nil
}
