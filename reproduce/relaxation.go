package reproduce

import (
	"context"
	"fmt"
	"math"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/relax"
)

// relaxed is a solved relaxation with its certified bound.
type relaxed struct {
	reduced *lift.Reduced
	result  *relax.Result
	bound   float64 // verified
	status  string
}

// relaxLimits end the solver of the relaxation by counted work, so that the
// result does not depend on the machine's speed.
type relaxLimits struct {
	outer, inner int     // 0: the solver's own
	gap          float64 // end when the certified bound is this close to the value; 0: the solver's own rule
}

// relaxation solves the relaxation of p and certifies its best bound.
func relaxation(ctx context.Context, p problem.Problem, l relaxLimits) (*relaxed, error) {
	reduced, err := lift.Presolve(p)
	if err != nil {
		return nil, err
	}
	repairer, err := certificate.NewRepairer(p, reduced.Grouping)
	if err != nil {
		return nil, err
	}
	var best *certificate.Certificate
	var failed error
	reached, worked := false, false
	consider := func(mu lift.Multipliers, effort certificate.Effort) {
		c, err := repairer.Repair(ctx, mu, effort)
		if err != nil {
			failed = err
		} else if best == nil || c.LowerBound > best.LowerBound {
			best = c
		}
	}
	result, err := relax.Solve(ctx, reduced, relax.Options{
		MaxOuter: l.outer,
		Record: func(it relax.Iterate) bool {
			consider(it.Multipliers(), certificate.Quick)
			if failed != nil {
				return true
			}
			reached = l.gap > 0 && it.Violation <= l.gap && math.Abs(it.Value-best.LowerBound) <= l.gap*it.Value
			worked = l.inner > 0 && it.Inner >= l.inner
			return reached || worked
		},
	})
	if err != nil {
		return nil, err
	}
	if failed == nil && !reached {
		consider(result.Multipliers, certificate.Thorough)
		if failed == nil {
			consider(best.Multipliers, certificate.Thorough)
		}
	}
	if failed != nil {
		return nil, failed
	}
	if r := verify.Verify(best.Claims()); !r.OK() {
		check, _ := r.FirstFailure()
		return nil, fmt.Errorf("the certificate was not accepted: %s: %s", check.Name, check.Detail)
	}
	status := result.Status.String()
	switch {
	case reached:
		status = "gap_reached"
	case worked:
		status = "work_limit"
	}
	return &relaxed{reduced, result, best.LowerBound, status}, nil
}
