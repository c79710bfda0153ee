package check

import "math"

// circuit is the line ℓ = Σ_t λ_t(a_tᵀu)₊ − (aᵀu)₊ over basic lines (aᵀu)₊: α_i with
// a = r_i, β_i with a = −r_i, and lines of K in u.  With λ ≥ 0 and a = Σ λ_t a_t + ρ,
//
//	(aᵀu)₊ ≤ Σ λ_t(a_tᵀu)₊ + ‖ρ‖‖u‖,   so that   −‖ρ‖‖u‖ ≤ ℓ ≤ Σ λ_t‖a_t‖‖u‖.
type circuit struct {
	target int
	terms  []int64
	lambda []float64
}

// line returns the circuit as a line.
func (c *circuit) line(l *multipliers) line {
	sum := newCombination(l.k + l.c)
	rho, sizes := make([]float64, l.k), make([]float64, l.k)
	include := func(t float64, b line) {
		sum.add(t, &b)
		for j, a := range b.direction {
			rho[j] -= t * a
			sizes[j] += math.Abs(t * a)
		}
	}
	target := l.basic(c.target)
	include(-1, target)
	size := target.inU
	for i, t := range c.terms {
		term := l.basic(int(t))
		include(c.lambda[i], term)
		size += c.lambda[i] * term.inU
	}
	out, rounded := sum.line(l)
	residual := up(norm(rho) + up(l.rows.room*roundings(len(c.terms)+3)*norm(sizes)) + tiny)
	out.below = up(residual + rounded)
	out.inU = up(up(size) + out.below)
	return out
}

// readCircuit reads one: the target, the number of terms and the terms; their λ follow
// among the reals.
func (w *walker) readCircuit(l *multipliers) (circuit, error) {
	var out circuit
	basic := 2*len(l.open) + len(l.claim.u)
	var err error
	if out.target, err = w.steps.count("the target of a circuit", basic-1); err != nil {
		return out, err
	}
	count, err := w.steps.count("the terms of a circuit", basic)
	if err != nil {
		return out, err
	}
	if out.terms, err = w.steps.integers(count); err != nil {
		return out, err
	}
	for i, t := range out.terms {
		if t < 0 || t >= int64(basic) || int(t) == out.target || i > 0 && t <= out.terms[i-1] {
			return out, w.fail("circuit", "its terms are not distinct lines in ascending order, other than the target")
		}
	}
	return out, nil
}

// readLambda reads the λ of a circuit.
func (w *walker) readLambda(c *circuit) (err error) {
	if c.lambda, err = w.steps.numbers(len(c.terms)); err != nil {
		return err
	}
	for _, v := range c.lambda {
		if !(v > 0) {
			return w.fail("circuit", "a factor is %v, expected a positive number", v)
		}
	}
	return nil
}
