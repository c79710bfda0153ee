package check

import "math"

// impliedSign is the sign that K gives a row without having it as a line.
type impliedSign struct {
	row  int
	sign float64
}

// implied derives its claim from one with the same K in which rows have signs: where
// σr = Σ_k λ_k a_k + ρ for lines a_k of K in u, λ ≥ 0, σrᵀu ≥ −‖ρ‖‖u‖ on K, so that taking
// (σrᵀu)₊ for σrᵀu and (−σrᵀu)₊ for zero changes each by at most ‖ρ‖‖u‖, and the claim by
// at most 2‖v‖(‖P‖ + ‖N‖)‖ρ‖‖u‖, of which half is charged to each of ‖u‖² and ‖v‖².  The row's
// line is not one of K.
//
// Integers: the number of rows, then for each the row, 0 for σ = 1 and 1 for σ = −1, the
// number of terms and their lines, by their position among those of K in u.  Reals: the λ.
func (w *walker) implied(c claim, depth int, to *region) error {
	count, err := w.steps.count("the number of implied signs", w.rows.r.rows)
	if err != nil {
		return err
	}
	w.passThrough(c)
	known := c.signs()
	signs := make([]impliedSign, count)
	terms := make([][]int64, count)
	for i := range signs {
		row, err := w.steps.count("a row with an implied sign", w.rows.r.rows-1)
		if err != nil {
			return err
		}
		negative, err := w.steps.count("an implied sign", 1)
		if err != nil {
			return err
		}
		length, err := w.steps.count("the terms of an implied sign", len(c.u))
		if err != nil {
			return err
		}
		if terms[i], err = w.steps.integers(length); err != nil {
			return err
		}
		for j, t := range terms[i] {
			if t < 0 || t >= int64(len(c.u)) || j > 0 && t <= terms[i][j-1] {
				return w.fail("implied sign", "its terms are not distinct lines of K in ascending order")
			}
		}
		if known[row] != 0 {
			return w.fail("implied sign", "row %d has a sign already", row)
		}
		signs[i] = impliedSign{row, 1 - 2*float64(negative)}
		known[row] = signs[i].sign
	}
	cost := 0.0
	for i, s := range signs {
		lambda, err := w.steps.numbers(len(terms[i]))
		if err != nil {
			return err
		}
		one, err := w.residual(c, s, terms[i], lambda)
		if err != nil {
			return err
		}
		cost += one
	}
	cost = up(cost)
	below := &region{}
	c.implied = append(c.implied, signs...)
	if err := w.node(c, depth+1, below); err != nil {
		return err
	}
	to.share([]*region{{own: charge{cost, cost}}, below})
	return nil
}

// residual returns (‖P‖ + ‖N‖)‖ρ‖.
func (w *walker) residual(c claim, s impliedSign, terms []int64, lambda []float64) (float64, error) {
	rho, sizes := make([]float64, w.rows.r.cols), make([]float64, w.rows.r.cols)
	for j, x := range w.rows.r.row(s.row) {
		rho[j], sizes[j] = s.sign*x, math.Abs(x)
	}
	for i, t := range terms {
		if !(lambda[i] >= 0) {
			return 0, w.fail("implied sign", "a factor is %v, expected it not to be negative", lambda[i])
		}
		for j, a := range c.u[t].normal {
			p := lambda[i] * a
			rho[j] -= p
			sizes[j] += math.Abs(p)
		}
	}
	w.work += float64(4 * (len(terms) + 2) * len(rho))
	length := up(norm(rho)+up(w.rows.room*roundings(len(terms)+3)*norm(sizes))) + tiny
	return up(up(norm(w.rows.p.row(s.row))+norm(w.rows.n.row(s.row))) * length), nil
}
