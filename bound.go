package relift

import (
	"context"
	"math"
	"time"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/relax"
	"github.com/relift/relift/report"
)

// boundShare is the share of the time limit that Bound gives the solver; the
// rest is for the repair and the verification of the certificate.
const boundShare = 0.9

// Bound solves the semidefinite relaxation of p and certifies its bound; no
// network is trained.  Options.Method, Width and Gap are not used.
//
// Errors are about the input (lift.ErrInvalid, ErrOptions, ErrMemory) or
// internal; every other way to end is a Status.
func Bound(ctx context.Context, p Problem, opts Options) (*Result, error) {
	r, cancel, err := newRun(ctx, p, opts)
	if err != nil {
		return nil, err
	}
	defer cancel()
	// The network of width 0 is the start of the simplest certificate.
	if err := r.simpleBound(certificate.Quick); err != nil {
		return nil, err
	}
	if err := r.relaxation(boundShare); err != nil {
		return nil, err
	}
	if err := r.repair(); err != nil {
		return nil, err
	}
	return r.finish(MethodSDP)
}

// relaxStatus says how the relaxation's solver ended.
func (r *run) relaxStatus() string {
	if r.solved {
		return relax.Optimal.String()
	}
	return r.relaxed.Status.String()
}

// finish verifies the best certificate and collects the result.
func (r *run) finish(method Method) (*Result, error) {
	r.record("verify")
	proof, warnings, err := firstAccepted(r.candidates())
	if err != nil {
		return nil, err
	}
	if r.log.err != nil {
		warnings = append(warnings, "the solver's log is not complete: "+r.log.err.Error())
	}
	proof = r.withMultipliers(proof)
	gap := report.RelativeGap(proof.Bound(), r.upper)
	result := &Result{
		Status: r.status(gap), Method: method,
		LowerBound: proof.Bound(), Proof: proof,
		Weights: r.weights, UpperBound: r.upper, DataLoss: r.dataLoss, RelativeGap: gap,
		Representatives: len(r.reduced.Representatives),
		TimeLimit:       r.opts.TimeLimit,
		Warnings:        append(r.warnings, warnings...),
	}
	for _, into := range r.reduced.MergedInto {
		if into < 0 {
			result.ZeroRows++
		}
	}
	if s := r.relaxed; s != nil {
		result.Relaxation = &Relaxation{
			Status: r.relaxStatus(), Value: s.Value, LowerBound: math.NaN(),
			Rank: s.Rank, Outer: s.Outer, Inner: s.Inner, Elapsed: time.Duration(s.Seconds * float64(time.Second)),
		}
		switch p := proof.(type) {
		case moments:
			result.Relaxation.LowerBound = p.LowerBound
		case both:
			result.Relaxation.LowerBound = p.moments.LowerBound
		}
	}
	result.Elapsed = time.Since(r.begin)
	return result, nil
}
