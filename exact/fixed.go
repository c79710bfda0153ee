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

// Fixed bounds ‖Wᵀ(Xu)₊‖ for a given W (n×c), the dual point of a network, by the sweep or the cones of Solve.  Nothing here depends on
// the loss, the weights or the intercept of p but the bound that W with such an H has.  It goes down a ladder of H until ctx ends or one is not true, and
// hands each that it proved, with the bound growing, to accept, which may be called a few times.
func Fixed(ctx context.Context, p problem.Problem, w *mat.Dense, threads int, accept func(*Certificate)) error {
	if err := p.Validate(); err != nil {
		return err
	}
	n, _, c := p.Dims()
	if rows, cols := w.Dims(); rows != n || cols != c {
		return fmt.Errorf("exact: W is %d×%d, expected %d×%d as Y", rows, cols, n, c)
	}
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	in := newInstance(p)
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
	switch in.d {
	case 1:
		h, _ := in.sweepLine(flat)
		accept(certificate(h, nil))
		return nil
	case 2:
		h, _ := in.sweepPlane(flat)
		accept(certificate(h, nil))
		return nil
	}
	fr := newFrame(in, flat)
	best := p.DualBound(w, math.Inf(1))
	for excess := firstExcess; excess > lastExcess && ctx.Err() == nil; excess /= excessFactor {
		h := in.gamma * (1 + excess)
		if !(p.DualBound(w, in.inflate(h, flat)) > best) {
			continue
		}
		at := fr.prove(ctx, h, threads, math.MaxInt64, treeCap)
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
