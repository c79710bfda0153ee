package check

import (
	"cmp"
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
)

// Slacks returns, for every leaf made of multipliers in the order of the file, about the smallest slack with
// which the leaf can be proved, so that as little as possible is charged.  It is for those who write derivations; what
// the file has for slacks does not matter.
func (c *Claims) Slacks(ctx context.Context, o Options) ([]float64, error) {
	a := c.arrays.again()
	p, err := loadProblem(a)
	if err != nil {
		return nil, err
	}
	s, err := loadRows(a, p)
	if err != nil {
		return nil, err
	}
	if err := s.compute(ctx, p); err != nil {
		return nil, err
	}
	type found struct {
		node  int64
		slack float64
	}
	var all []found
	var mutex sync.Mutex
	work := func(l leaf, ctx context.Context) (charge, error) {
		m, ok := l.(*multipliers)
		if !ok {
			return charge{}, nil
		}
		slack, err := m.leastSlack(ctx)
		mutex.Lock()
		all = append(all, found{m.node, slack})
		mutex.Unlock()
		return charge{}, err
	}
	workers := o.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if err := sideBySide(ctx, a, s, &region{}, workers, work, func() {}); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(x, y found) int { return cmp.Compare(x.node, y.node) })
	out := make([]float64, len(all))
	for i, f := range all {
		out[i] = f.slack
	}
	return out, nil
}

// leastSlack finds a slack for the leaf.
func (l *multipliers) leastSlack(ctx context.Context) (float64, error) {
	lines, pairs, err := l.usedLines()
	if err != nil {
		return 0, err
	}
	s, err := l.form(ctx, lines, pairs)
	if err != nil {
		return 0, err
	}
	return s.leastSlack(ctx, l.floor())
}

// errIndefinite says that no slack would help.
var errIndefinite = errors.New("a leaf's matrix is far from positive semidefinite")

// leastSlack returns about the smallest slack for which deficit succeeds, with room for other verifiers.  With the slack −cover − shift no ε is left; more
// is for an S that is not definite enough for that.  It overwrites s.
func (s *symmetric) leastSlack(ctx context.Context, floor []float64) (float64, error) {
	worst, _, err := s.scale(ctx, floor)
	if err != nil || s.order == 0 {
		return 0, err
	}
	n := s.order
	worst *= room
	cover := room * s.cover(worst, 0)
	// What is tried is a little less than what will be, so that a verifier that rounds in another order completes its
	// factorization as well.
	spare := s.cover(0, 0)/8 + worst
	try := symmetric{order: n, entries: make([]float64, n*n)}
	var failed error
	definite := func(added float64) bool {
		copy(try.entries, s.entries)
		at, err := try.factor(ctx, added-spare)
		if err != nil {
			failed = err
		}
		return err == nil && at < 0
	}
	// added = charged − cover, with the smallest charged ≥ 0: by powers of 16, then by bisection of the logarithm.
	charged := 0.0
	if !definite(-cover) {
		charged = cover / 4
		for ; failed == nil && !definite(charged-cover); charged *= 16 {
			if charged > 10 {
				return 0, errIndefinite
			}
		}
		for factor := 4.0; factor > 1.05; factor = math.Sqrt(factor) {
			if smaller := charged / factor; definite(smaller - cover) {
				charged = smaller
			}
		}
	}
	return charged - cover - s.shift(worst), failed
}
