package relift

import (
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
func (r *run) needsSample(share float64) bool {
	if m, _, _ := r.reduced.Dims(); m == 0 {
		return false
	}
	work := relax.Work(r.reduced)
	return work == 0 || r.opts.TimeLimit > 0 && work > r.workUntil(share)
}

// workUntil is what this machine does until the share of the time limit.
func (r *run) workUntil(share float64) float64 {
	return (share*r.opts.TimeLimit.Seconds() - time.Since(r.begin).Seconds()) * flopRate()
}

// sampleSize is the number of representatives that can be worked on until the share of the time limit.
func (r *run) sampleSize(share float64) int {
	work := float64(sampleWork)
	if r.opts.TimeLimit > 0 {
		work = min(relax.MostWork, sampleShare*r.workUntil(share))
	}
	m, _, _ := r.reduced.Dims()
	_, _, c := r.problem.Dims()
	return min(m, relax.Largest(c, work))
}

// sample bounds the problem by the relaxation of some of its rows, those of a number of representatives
// drawn at random, until the share of the time limit.  Where a problem is too large for the
// interior-point method, the low-rank method needs much longer for a bound of that size.
func (r *run) sample(size int, share float64) error {
	if size == 0 {
		return nil
	}
	m, _, _ := r.reduced.Dims()
	groups := rand.New(rand.NewPCG(r.opts.Seed, 0x73616d706c65)).Perm(m)[:size]
	slices.Sort(groups)
	part := r.reduced.Part(groups)
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
	ctx, cancel := r.until(share)
	defer cancel()
	var best *certificate.Certificate // of the part
	var failed error
	extend := func() error {
		c, err := r.repairer.Repair(ctx, part.Extend(best.Multipliers), certificate.Quick)
		if err != nil {
			return fmt.Errorf("certificate of a sample: %w", err)
		}
		r.consider(c)
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
		r.row.Outer, r.row.Inner, r.row.Rank = it.Outer, it.Inner, it.Rank
		r.record("sample")
		r.logLine(recordOf(it), c.LowerBound)
		return solved(it, c.LowerBound) || !r.complete && r.gapReached()
	}})
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("relaxation of a sample: %w", err)
	}
	before := r.lower()
	if best != nil && m > sampleRows {
		if err := extend(); err != nil {
			return err
		}
	}
	if r.best != nil && best != nil && (r.lower() > before || m <= sampleRows) {
		r.warnings = append(r.warnings, fmt.Sprintf("%d rows are too many for the accurate method; it worked on %d of them, whose bound holds for all", m, size))
	}
	r.record("sample")
	return nil
}

// flopRate measures the speed of matrix products, in floating-point operations per second.
func flopRate() float64 {
	const order = 768
	a, b := mat.NewDense(order, order, nil), mat.NewDense(order, order, nil)
	fastest := time.Duration(1<<63 - 1)
	for range 3 {
		begin := time.Now()
		dense.Gemm(blas.NoTrans, blas.NoTrans, 1, a, a, 0, b)
		fastest = min(fastest, time.Since(begin))
	}
	return 2 * order * order * order / fastest.Seconds()
}
