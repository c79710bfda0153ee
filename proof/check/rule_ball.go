package check

import (
	"fmt"
	"math"
)

// ball is the line ℓ = qᵀv − pᵀu − Σ_k s_k|r_kᵀu| on a balanced claim on whose K qᵀv ≥ ‖v‖ = ‖u‖ (rule_radial.go);
// with one output q is the sign of v.  For every choice of signs τ_k = ±1
//
//	‖p + Σ τ_k s_k r_k‖² ≤ ‖p‖² + 2Σ s_k|pᵀr_k| + Σ s_k s_l|r_kᵀr_l| ≤ 1
//
// makes pᵀu + Σ s_k|r_kᵀu| = max over τ of (p + Σ τ_k s_k r_k)ᵀu at most ‖u‖.  With
// |r_kᵀu| = α_k + β_k = 2α_k − r_kᵀu of open rows the line is linear in z.
type ball struct {
	rows []int64 // positions among the open rows
	p    []float64
	s    []float64
}

// line returns the ball as a line, or an error if it is too long.
func (b *ball) line(l *multipliers) (line, error) {
	k, open := l.k, len(l.open)
	sum := newCombination(k + l.c)
	direction := line{x: make([]float64, k+l.c)}
	for j, v := range b.p {
		direction.x[j] = -v
	}
	copy(direction.x[k:], l.radial.q)
	sum.add(1, &direction)
	alphas := make([]line, len(b.rows))
	for i, at := range b.rows {
		alphas[i] = l.basic(int(at))
	}
	v, err := inner(b.p, b.p)
	room := l.rows.room
	square, total := v+room*err, norm(b.p)
	for i, at := range b.rows {
		beta := l.basic(open + int(at))
		sum.add(-b.s[i], &alphas[i])
		sum.add(-b.s[i], &beta)
		total += b.s[i] * alphas[i].inU
		v, err := inner(b.p, alphas[i].direction)
		square += 2 * b.s[i] * (math.Abs(v) + room*err)
		for j := range alphas {
			v, err := inner(alphas[i].direction, alphas[j].direction)
			square += b.s[i] * b.s[j] * (math.Abs(v) + room*err)
		}
	}
	terms := len(b.rows)
	square *= 1 + room*roundings(terms*terms+terms+8)
	if !(above(square) <= 1) {
		return line{}, fmt.Errorf("is too long: its length is %.17g, expected at most 1", math.Sqrt(square))
	}
	out, rounded := sum.line(l)
	out.below = rounded
	out.inU, out.inV = up(up(total)+rounded), norm(l.radial.q)
	return out, nil
}

// readBall reads the rows of one; p and s follow among the reals.
func (w *walker) readBall(l *multipliers) (ball, error) {
	var out ball
	count, err := w.steps.count("the rows of a ball", len(l.open))
	if err != nil {
		return out, err
	}
	if out.rows, err = w.steps.integers(count); err != nil {
		return out, err
	}
	for i, t := range out.rows {
		if t < 0 || t >= int64(len(l.open)) || i > 0 && t <= out.rows[i-1] {
			return out, w.fail("ball line", "its rows are not distinct open rows in ascending order")
		}
	}
	return out, nil
}

// readRadius reads p and s of a ball.
func (w *walker) readRadius(b *ball, k int) (err error) {
	if b.p, err = w.steps.numbers(k); err != nil {
		return err
	}
	if b.s, err = w.steps.numbers(len(b.rows)); err != nil {
		return err
	}
	for _, v := range b.s {
		if !(v >= 0) {
			return w.fail("ball line", "a factor of |r_kᵀu| is %v, expected it not to be negative", v)
		}
	}
	return nil
}

// signOfV returns σ where c = 1 and K has a line that gives v a sign, else 0.
func (c *claim) signOfV(outputs int) float64 {
	if outputs != 1 || len(c.v) == 0 {
		return 0
	}
	return math.Copysign(1, c.v[0][0])
}
