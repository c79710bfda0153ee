package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/internal/dense"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/relax"
)

const (
	// sampleShare is the part of the relaxation's time, where that is limited, that a sample of the rows is
	// expected to take; estimates are good to a factor of two.
	sampleShare = 0.5
	// sampleWork is the work on a sample where no time limit is given.
	sampleWork = 1e13
	// sampleRows is the number of representatives up to which each iterate of the sample is made
	// a certificate for all rows, which is then short beside a step.
	sampleRows = 3000
)

// needsSample says whether the relaxation of all rows is too large for the interior-point method, or for
// what is left until the share of the time limit.
func (s *state) needsSample(share float64) bool {
	reduced, _, err := s.reduced()
	if err != nil {
		return false // the phase says so
	}
	if m, _, _ := reduced.Dims(); m == 0 {
		return false
	}
	work := relax.Work(reduced)
	return work == 0 || s.budget.Limit > 0 && work > s.workUntil(share)
}

// workUntil is what this machine does until the share of the time limit.
func (s *state) workUntil(share float64) float64 {
	return s.left(share).Seconds() * flopRate()
}

// sampleSize is the number of representatives that can be worked on until the share of the time limit.
func (s *state) sampleSize(share float64) int {
	work := float64(sampleWork)
	if s.budget.Limit > 0 {
		work = min(relax.MostWork, sampleShare*s.workUntil(share))
	}
	reduced, _, err := s.reduced()
	if err != nil {
		return 0
	}
	m, _, _ := reduced.Dims()
	_, _, c := s.problem.Dims()
	return min(m, relax.Largest(c, work))
}

// sample bounds the problem by the relaxation of some of its rows, those of a number of representatives
// drawn at random.  Where a problem is too large for the
// interior-point method, the low-rank method needs much longer for a bound of that size.
func (s *state) sample(ctx context.Context, a Access, size int, complete bool) error {
	if size == 0 {
		return nil
	}
	reduced, whole, err := s.reduced()
	if err != nil {
		return err
	}
	m, _, _ := reduced.Dims()
	groups := rand.New(rand.NewPCG(s.opts.Seed, 0x73616d706c65)).Perm(m)[:size]
	slices.Sort(groups)
	part := reduced.Part(groups)
	red, err := lift.Presolve(part.Problem)
	if err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	if len(red.Representatives) != size {
		return fmt.Errorf("sample: %d representatives of %d", len(red.Representatives), size)
	}
	repairer, err := certificate.NewRepairer(part.Problem, red.Grouping)
	if err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	var best *certificate.Certificate // of the part
	var failed error
	extend := func() error {
		c, err := whole.Repair(ctx, part.Extend(best.Multipliers), certificate.Quick)
		if err != nil {
			return fmt.Errorf("certificate of a sample: %w", err)
		}
		a.Claim(moments{c})
		return nil
	}
	_, err = relax.Solve(ctx, red, relax.Options{Method: relax.InteriorPoint, Record: func(it relax.Iterate) (stop bool) {
		c, err := repairer.Repair(ctx, it.Multipliers(), certificate.Quick)
		if err != nil {
			failed = err
			return true
		}
		if best == nil || c.LowerBound > best.LowerBound {
			best = c
			if m <= sampleRows {
				if failed = extend(); failed != nil {
					return true
				}
			}
		}
		a.Note(func(e *Event) {
			e.Phase, e.Outer, e.Inner, e.Rank = "sample", it.Outer, it.Inner, it.Rank
			e.Iteration = iterationOf(it, c.LowerBound)
		})
		return arrived(it, c.LowerBound) || !complete && s.record.reached()
	}})
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("relaxation of a sample: %w", err)
	}
	before := s.record.Lower()
	if best != nil && m > sampleRows {
		if err := extend(); err != nil {
			return err
		}
	}
	if best != nil && (s.record.Lower() > before || m <= sampleRows) {
		a.Warn(fmt.Sprintf("%d rows are too many for the accurate method; it worked on %d of them, whose bound holds for all", m, size))
	}
	a.Note(nil)
	return nil
}

// flopRate measures the speed of matrix products, in floating-point operations per second.
func flopRate() float64 {
	const order = 768
	a, b := mat.NewDense(order, order, nil), mat.NewDense(order, order, nil)
	for i := range a.RawMatrix().Data {
		a.RawMatrix().Data[i] = 1 + float64(i%7) // products of zeros are skipped in pure Go
	}
	fastest := time.Duration(1<<63 - 1)
	for range 3 {
		begin := time.Now()
		dense.Gemm(blas.NoTrans, blas.NoTrans, 1, a, a, 0, b)
		fastest = min(fastest, time.Since(begin))
	}
	return 2 * order * order * order / fastest.Seconds()
}
