package engine

import (
	"context"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/blocks"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/relax"
)

const (
	// trainWork and boundWork are the work on the relaxation where no time limit is given: some ten seconds beside
	// the training of a network, minutes for a bound alone.
	trainWork = 1e12
	boundWork = relax.MostWork
	// fewestToSplit is the least number of rows of a problem worth splitting.
	fewestToSplit = 100
)

// needsBlocks says whether the relaxation of all rows is too large for the interior-point method, or for
// what is left until the share of the time limit.
func (s *state) needsBlocks(share float64) bool {
	n, d, c := s.problem.Dims()
	if n < fewestToSplit || d >= n {
		return false
	}
	work := relax.WorkFor(n, c)
	return work > s.work(share)
}

// work is what may be done on the relaxation: until the share of the time limit or, without one, what is worth it.
func (s *state) work(share float64) float64 {
	if s.budget.Limit == 0 {
		return s.freeWork
	}
	return s.left(share).Seconds() * s.flops()
}

// rowBlocks bounds the problem by relaxations of blocks of its rows.
func (s *state) rowBlocks(ctx context.Context, a Access, reduced *lift.Reduced, by partition) error {
	n, _, _ := s.problem.Dims()
	w, _ := s.record.Network()
	o := blocks.Options{
		Count: by.count, Families: by.families, Seed: s.opts.Seed, Parallel: s.opts.threads(), W: s.problem.Residual(w), Apart: by.apart,
		Progress: func(done int, _ float64) {
			a.Note(func(e *Event) { e.Phase, e.Outer, e.Inner, e.Rank = "blocks", done, by.count, 0 })
		},
	}
	d, _, err := blocks.Prove(ctx, reduced, o)
	if err != nil {
		return fmt.Errorf("row blocks: %w", err)
	}
	p, err := derive(context.WithoutCancel(ctx), d, fmt.Sprintf("%d blocks of rows", by.count))
	if err != nil {
		return err
	}
	if p != nil {
		a.Prove(p)
		a.Warn(fmt.Sprintf("the relaxation of all %d rows does not fit into the time; it was solved in %d blocks of rows, which proves less", n, by.count))
	}
	a.Note(nil)
	return nil
}

// diagonalBound claims what the dual point of the best network proves with diagonal multipliers.
func (s *state) diagonalBound(ctx context.Context, a Access) error {
	w, _ := s.network()
	d, _, err := blocks.Diagonal(ctx, s.narrow(), s.narrow().DualPoint(w))
	if err != nil || d == nil {
		return err
	}
	p, err := derive(ctx, proof.Invert(d, s.stack), "diagonal multipliers")
	if err != nil || p == nil {
		return err
	}
	a.Prove(p)
	return nil
}

// flopRate measures the speed of matrix products, in floating-point operations per second.
func flopRate(a linalg.Algebra) float64 {
	const order = 768
	x, y := mat.NewDense(order, order, nil), mat.NewDense(order, order, nil)
	for i := range x.RawMatrix().Data {
		x.RawMatrix().Data[i] = 1 + float64(i%7) // products of zeros are skipped in pure Go
	}
	fastest := time.Duration(math.MaxInt64)
	for range 3 {
		begin := time.Now()
		a.Mul(y, x, x)
		fastest = min(fastest, time.Since(begin))
	}
	return 2 * order * order * order / fastest.Seconds()
}
