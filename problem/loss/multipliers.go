package loss

import "math"

// Limit returns the largest t for which tW is in the domain of the loss, +Inf where every t will do, and 0 where W points out of it.  The
// sums of rows are not looked at.
func Limit(l Loss, w, y []float64, c int, weights []float64) float64 {
	most := math.Inf(1)
	for k, v := range w {
		if v == 0 {
			continue
		}
		total := weight(weights, k/c)
		if total == 0 {
			return 0
		}
		low, high := l.Interval(y[k])
		if v > 0 {
			most = min(most, total*high/v)
		} else {
			most = min(most, total*low/v)
		}
	}
	return max(most, 0)
}

// Multipliers replaces the outputs f by W_i = −w_i∇ℓ(f_i, y_i).  Where rows have to sum to zero they do so exactly, whatever the order of
// the additions, and so do columns if balanced is set, which the sums of the gradient have to be near: f has the intercept that is best
// for it (see Intercept).  The multipliers lie in the intervals of the loss, up to the rounding of the gradient.  Where the columns cannot
// be balanced within them, W is zero.
func Multipliers(l Loss, f, y []float64, c int, weights []float64, balanced bool) {
	l.Gradient(f, y, c, weights)
	for k, v := range f {
		f[k] = 0 - v
	}
	Settle(l, f, y, c, weights, balanced)
}

// Settle moves multipliers w (n×c) that satisfy them to rounding into the equations of Multipliers: rows, and columns if balanced is set, sum to zero exactly.  Where
// the columns cannot be balanced within the intervals, w becomes zero.
func Settle(l Loss, w, y []float64, c int, weights []float64, balanced bool) {
	if !balanced && !l.Linked() {
		return
	}
	n := len(w) / c
	step := toGrid(w, max(n, c))
	if step == 0 {
		return
	}
	if l.Linked() {
		linkRows(w, y, c)
	}
	if balanced && !balance(l, w, y, c, weights, step) {
		clear(w)
	}
	for k := range w {
		w[k] *= step
	}
}

// gridRoom is how many times larger than now, at most, numbers become on the grid.
const gridRoom = 4

// toGrid replaces v by integers, in units of the power of two that is returned, so small that sums of terms of them are exact.
// It returns 0 for zeros.
func toGrid(v []float64, terms int) float64 {
	largest := 0.0
	for _, x := range v {
		largest = max(largest, math.Abs(x))
	}
	if largest == 0 {
		return 0
	}
	_, size := math.Frexp(largest)
	_, count := math.Frexp(float64(terms * gridRoom))
	step := math.Ldexp(1, size+count-53)
	for k, x := range v {
		v[k] = math.RoundToEven(x / step)
	}
	return step
}

// linkRows makes rows of integers sum to zero by the entry of the largest target.
func linkRows(w, y []float64, c int) {
	for i := 0; i*c < len(w); i++ {
		row, label, sum := w[i*c:(i+1)*c], 0, 0.0
		for k, t := range y[i*c : (i+1)*c] {
			if t > y[i*c+label] {
				label = k
			}
		}
		for k, v := range row {
			if k != label {
				sum += v
			}
		}
		row[label] = 0 - sum
	}
}

// balance makes the columns of w, integers in units of step, sum to zero within the intervals of the loss.  Where rows are linked, what an
// entry loses its row's last entry gets.
func balance(l Loss, w, y []float64, c int, weights []float64, step float64) bool {
	columns := c
	if l.Linked() {
		columns-- // the last one sums to zero where the others do
	}
	n := len(w) / c
	room := make([]float64, n)
	for k := range columns {
		excess := 0.0
		for i := range n {
			excess += w[i*c+k]
		}
		// Each row gives a part of the excess in proportion to what it can give; what is left by rounding, the first that can.
		sign, total := math.Copysign(1, excess), 0.0
		for i := range n {
			room[i] = give(l, w, y, i*c+k, weight(weights, i)/step, sign)
			if l.Linked() {
				room[i] = min(room[i], give(l, w, y, i*c+c-1, weight(weights, i)/step, -sign))
			}
			total += room[i]
		}
		left := math.Abs(excess)
		if left > total {
			return false
		}
		take := func(i int, part float64) {
			w[i*c+k] -= sign * part
			if l.Linked() {
				w[i*c+c-1] += sign * part
			}
			left -= part
			room[i] -= part
		}
		share := 0.0
		if total > 0 {
			share = left / total
		}
		for i := range n {
			take(i, min(left, math.Floor(share*room[i])))
		}
		for i := 0; i < n && left > 0; i++ {
			take(i, min(left, math.Floor(room[i])))
		}
		if left != 0 {
			return false
		}
	}
	return true
}

// give returns how much entry k of w, in units in which the weight of its row is total, can give away within its interval; for a sign of −1,
// how much it can take.
func give(l Loss, w, y []float64, k int, total, sign float64) float64 {
	low, high := l.Interval(y[k])
	end := low
	if sign < 0 {
		end = high
	}
	if math.IsInf(end, 0) {
		return total // so that what is given is in proportion to the weights, as a change of the intercept does
	}
	return max(0, sign*(w[k]-total*end))
}
