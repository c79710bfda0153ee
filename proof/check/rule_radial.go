package check

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// radial is a q with qᵀv ≥ ‖v‖ for every v for which the lines b_k of K in v are positive.  With one output it is the sign of v.
// Otherwise it follows from
//
//	q = Σ_k μ_k b_k + ρ,   μ ≥ 0, ‖ρ‖ < 1,
//	qqᵀ ⪰ I + Σ_{k<l} N_kl (b_k b_lᵀ + b_l b_kᵀ),   N ≥ 0:
//
// the second says that (qᵀv)² ≥ ‖v‖², and the first that qᵀv > −‖v‖.
type radial struct {
	q     []float64
	mu, n []float64 // of the lines, and of their pairs k < l, ordered by k, then l
}

// readRadial reads q, μ and N.
func (w *walker) readRadial(l *multipliers) (err error) {
	r := &l.radial
	if l.c == 1 {
		r.q = []float64{l.sigma}
		return nil
	}
	if r.q, err = w.steps.numbers(l.c); err != nil {
		return err
	}
	lines := len(l.claim.v)
	if r.mu, err = w.steps.numbers(lines); err != nil {
		return err
	}
	if r.n, err = w.steps.numbers(lines * (lines - 1) / 2); err != nil {
		return err
	}
	for _, v := range append(append([]float64(nil), r.mu...), r.n...) {
		if !(v >= 0) {
			return w.fail("ball line", "a multiplier of the lines in v is %v, expected it not to be negative", v)
		}
	}
	return nil
}

// prove proves that qᵀv ≥ ‖v‖ on K.
func (r *radial) prove(ctx context.Context, l *multipliers) error {
	if len(r.q) < 2 {
		return nil // the sign of v, or no balls
	}
	b, c := l.claim.v, len(r.q)
	rho, sizes := make([]float64, c), make([]float64, c)
	for i, v := range r.q {
		rho[i], sizes[i] = v, math.Abs(v)
		for k, mu := range r.mu {
			t := mu * b[k][i]
			rho[i] -= t
			sizes[i] += math.Abs(t)
		}
	}
	if rest := up(norm(rho)+up(roundings(len(b)+3)*norm(sizes))) + tiny; !(rest < 1) {
		return fmt.Errorf("q is not a combination of the lines in v: %.3g is left, expected less than 1", rest)
	}
	s := newSymmetric(c)
	relative := roundings(2*len(r.n) + 8)
	for i := range c {
		for j := range i + 1 {
			v := r.q[i] * r.q[j]
			size := math.Abs(v)
			if i == j {
				v--
				size++
			}
			at := 0
			for k := range b {
				for o := k + 1; o < len(b); o++ {
					x, y := r.n[at]*b[k][i]*b[o][j], r.n[at]*b[k][j]*b[o][i]
					v -= x
					v -= y
					size += math.Abs(x) + math.Abs(y)
					at++
				}
			}
			s.set(i, j, v, up(relative*size)+tiny)
		}
	}
	definite, err := s.definite(ctx)
	if err == nil && !definite {
		err = errors.New("(qᵀv)² ≥ ‖v‖² does not follow from the lines in v")
	}
	return err
}

// definite reports whether the exact matrix that s approximates is proved to be positive semidefinite.  It overwrites s.
func (s *symmetric) definite(ctx context.Context) (bool, error) {
	floor := make([]float64, s.order)
	for i := range floor {
		floor[i] = 0x1p-60
	}
	worst, _, err := s.scale(ctx, floor)
	if err != nil {
		return false, err
	}
	at, err := s.factor(ctx, -s.cover(worst, 0))
	return at < 0, err
}
