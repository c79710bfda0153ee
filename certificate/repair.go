package certificate

import (
	"context"
	"math"

	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/reduce"
	"gonum.org/v1/gonum/mat"
)

// Effort says how much work a repair may take.
type Effort int

const (
	// Thorough minimises κ over one δ per row by an interior-point method: about
	// fifteen steps, each with a dozen factorizations and products of order m+d.
	// Above 3000 representatives it is the same as Quick.
	Thorough Effort = iota
	// Quick tries one common δ: about ten factorizations of order m.
	Quick
)

// thoroughLimit is the largest number of representatives for which Thorough
// runs the interior-point method, whose work arrays are about eight matrices of order m+d.
const thoroughLimit = 3000

// A Repairer turns multipliers for one problem and grouping into certificates.
// It is safe for concurrent use.
type Repairer struct{ q *condensed }

// NewRepairer validates the problem and the grouping.  The error wraps
// [problem.ErrInvalid] or [ErrMultipliers].
func NewRepairer(p problem.Problem, g reduce.Grouping) (*Repairer, error) {
	q, err := condense(p, g)
	if err != nil {
		return nil, err
	}
	return &Repairer{q}, nil
}

// Repair returns a valid certificate with as large a bound as the multipliers
// allow at moderate cost; see [Repairer.Repair].
func Repair(p problem.Problem, g reduce.Grouping, mu lift.Multipliers) (*Certificate, error) {
	r, err := NewRepairer(p, g)
	if err != nil {
		return nil, err
	}
	return r.Repair(context.Background(), mu, Thorough)
}

// bestScale returns the t ≤ 1/√κ that maximises t·linear − ½t²·square.
func bestScale(kappa, linear, square float64) float64 {
	t := linear / square
	if kappa > 0 {
		t = min(t, 1/math.Sqrt(kappa))
	}
	return t
}

// Repair makes a certificate from any finite multipliers.  κ is minimised over the diagonal of Ψ, the best scale t is taken,
// and what is returned has been tested with the margin that the verifier needs.
// When no scale but 0 can be found, the certificate is the trivial one, with zero
// multipliers and the bound that zero rows and merged rows give alone.
//
// When ctx ends, the best certificate so far is returned and no error.  Errors
// wrap [ErrMultipliers].
//
// The certificate shares X, Y and the grouping with the arguments of
// [NewRepairer].
func (r *Repairer) Repair(ctx context.Context, mu lift.Multipliers, effort Effort) (*Certificate, error) {
	if err := r.q.checkMultipliers(mu); err != nil {
		return nil, err
	}
	return r.q.repair(ctx, mu, effort), nil
}

// repair is Repair for multipliers that have been checked.
func (q *condensed) repair(ctx context.Context, mu lift.Multipliers, effort Effort) *Certificate {
	best := q.trivial()
	if q.m == 0 {
		return best
	}
	b := q.newBlocks(mu)
	linear, square := q.linearAndSquare(b.plus, b.minus)
	if !(linear > 0) || math.IsInf(square, 0) || !b.finite() {
		return best
	}
	keep := func(c *Certificate) {
		if c != nil && c.LowerBound > best.LowerBound {
			best = c
		}
	}
	delta, v, ok := b.commonShift()
	if !ok {
		return best
	}
	keep(b.withMargin(mu, delta))
	if effort == Quick || q.m > thoroughLimit || linear/square <= 1/math.Sqrt(max(v.kappa, 0)) {
		return best
	}
	start, eta := b.interiorPoint(delta, v.kappa)
	b.follow(ctx, start, eta, 1e-9, 40, func(c *interior) bool {
		if !(c.gap < 0.1*c.eta) {
			return true
		}
		made := b.certify(mu, c.delta, c.eta)
		keep(made)
		if made != nil {
			return true
		}
		// Rounding hides the rest of the gap: the last point is as good as it gets.
		for _, slack := range slacks {
			if made := b.certify(mu, c.delta, c.eta*(1+slack)); made != nil {
				keep(made)
				break
			}
		}
		return false
	})
	return best
}

// trivial returns the certificate with V₊ = V₋ = 0.  Φ and Ω are zero, and Ψ a
// multiple of the identity that makes S definite: with A = 2δI and C = −δX,
// κγ = (δ/2)λ_max(XᵀX) ≤ δm/2 in the scaled units.
func (q *condensed) trivial() *Certificate {
	c := &Certificate{X: q.problem.X, Y: q.problem.Y, Gamma: q.problem.Gamma, Grouping: q.grouping}
	if q.m == 0 {
		c.Multipliers = lift.Multipliers{W: mat.DenseCopyOf(q.problem.Y)}
		c.finish()
		return c
	}
	zero := mat.NewDense(q.m, q.c, nil)
	c.Multipliers = lift.Multipliers{W: q.scatter(zero, zero), Psi: make([]float64, q.m)}
	for i := range q.m {
		c.Psi[i] = -math.Ldexp(2*q.problem.Gamma/float64(q.m), -2*q.exponent[i])
	}
	if !q.passes(c.Multipliers) { // rounding in V, if Y is huge
		for i, r := range q.grouping.MergedInto {
			if r >= 0 {
				clear(c.W.RawRowView(i))
			}
		}
	}
	c.finish()
	return c
}

// finish sets the bound of a certificate whose arrays are set.
func (c *Certificate) finish() {
	c.LowerBound = dualValue(c.W, c.Y)
}

// interiorPoint returns a strictly feasible (δ, η) near δ that is well inside: the
// largest shift that does not double κ, and twice the κ it has.
func (b *blocks) interiorPoint(delta []float64, kappa float64) ([]float64, float64) {
	trial := make([]float64, len(delta))
	floor := b.q.problem.Gamma * 0x1p-40
	for share := 0.5; share > 1e-14; share /= 8 {
		for i, s := range delta {
			trial[i] = s + share*(math.Abs(b.a.At(i, i)+2*s)+floor)
		}
		if v, ok := b.evaluate(trial); ok && v.kappa <= 2*kappa {
			return trial, 2 * max(v.kappa, kappa) * b.q.problem.Gamma
		}
	}
	return delta, 2 * kappa * b.q.problem.Gamma
}

// commonShift minimises κ over δ = ρ·(1,…,1), by bisection on log ρ with the sign
// of the slope.  ok is false when no ρ gives a finite κ.
func (b *blocks) commonShift() (delta []float64, best curvature, ok bool) {
	m := b.q.m
	size := 0.0
	for i := range m {
		row := 0.0
		for _, v := range b.a.RawRowView(i) {
			row += math.Abs(v)
		}
		size = max(size, row) // A + size·I is diagonally dominant
	}
	if size == 0 {
		size = b.q.problem.Gamma
	}
	constant := func(v float64) []float64 {
		out := make([]float64, m)
		for i := range out {
			out[i] = v
		}
		return out
	}
	try := func(shift float64) (slope float64, feasible bool) {
		trial := constant(shift)
		v, feasible := b.evaluate(trial)
		if !feasible {
			return -1, false
		}
		if !ok || v.kappa < best.kappa {
			delta, best, ok = trial, v, true
		}
		for _, s := range v.slope(b) {
			slope += s
		}
		return slope, true
	}
	if slope, feasible := try(0); feasible && slope >= 0 {
		return delta, best, ok // converged multipliers: nothing to gain by a common shift
	}
	low, high := math.Log(size*0x1p-50), math.Log(size)
	for range 9 { // leaves ρ known to 7 percent
		middle := (low + high) / 2
		if slope, feasible := try(math.Exp(middle)); feasible && slope > 0 {
			high = middle
		} else {
			low = middle
		}
	}
	for range 20 {
		if ok {
			break
		}
		high += 1
		try(math.Exp(high))
	}
	return delta, best, ok
}
