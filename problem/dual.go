package problem

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem/loss"
)

// DualPoint returns the W (n×c) of the dual problem that belongs to the network w, W_i = −w_i∇ℓ_i: the residual, for the plain problem.
// It is in the domain of the loss, and its columns sum to zero exactly where there is an intercept, which is taken to be the best one for
// w's neurons.
func (p Problem) DualPoint(w Weights) *mat.Dense {
	if p.IsPlain() {
		return p.Residual(w)
	}
	_, _, c := p.Dims()
	out := p.WithIntercept(w).OutputOn(p.algebra, p.X, c)
	loss.Multipliers(loss.OrSquared(p.Loss), out.RawMatrix().Data, linalg.RowMajor(p.Y), c, p.Weights, p.Intercept)
	return out
}

// WithIntercept returns w with the intercept that is best for its neurons where the problem has one, and without one where it has none.
func (p Problem) WithIntercept(w Weights) Weights {
	if !p.Intercept {
		w.B = nil
		return w
	}
	_, _, c := p.Dims()
	from := w.B
	w.B = nil
	w.B = loss.Intercept(loss.OrSquared(p.Loss), w.OutputOn(p.algebra, p.X, c).RawMatrix().Data, linalg.RowMajor(p.Y), c, p.Weights, from)
	return w
}

// machineEpsilon is the unit roundoff of float64.
const machineEpsilon = 0x1p-53

// DualBound returns a lower bound on the objective of every two-layer ReLU network,
// given a DualPoint W (n×c) and a proven h ≥ max over ‖u‖ = 1 of ‖Wᵀ(Xu)₊‖: the matrix tW is feasible for the dual problem for 0 ≤ t ≤ γ/h, so
// that p* ≥ D(tW) (see package loss).  For the plain problem the best t ≤ γ/h gives
//
//	p* ≥ t⟨W,Y⟩ − ½t²‖W‖²,   t = min(γ/h, ⟨W,Y⟩/‖W‖²).
//
// The sums run over the rows that are not fixed; the others have the loss of the output 0 whatever W says.
// The result is rounded downwards, by an estimate of what rounding can do: what is printed goes through a verifier.
func (p Problem) DualBound(w *mat.Dense, h float64) float64 {
	if p.IsPlain() {
		return p.plainDualBound(w, h)
	}
	n, _, c := p.Dims()
	l := loss.OrSquared(p.Loss)
	constant, open := 0.0, make([]int, 0, n)
	zero := make([]float64, c)
	for i := range n {
		switch {
		case p.Weight(i) == 0:
		case p.IsFixed(i):
			clear(zero)
			constant += l.Gradient(zero, p.Y.RawRowView(i), c, p.rowWeight(i))
		default:
			open = append(open, i)
		}
	}
	free := p.rows(open)
	multipliers := make([]float64, 0, len(open)*c)
	for _, i := range open {
		multipliers = append(multipliers, w.RawRowView(i)...)
	}
	most := loss.Limit(l, multipliers, free.y, c, free.weights)
	if h > 0 {
		most = min(most, p.Gamma/h*(1-8*machineEpsilon))
	}
	if !(h >= 0) || !(most > 0) {
		most = 0
	}
	value := func(t float64) float64 {
		if t == 0 {
			return 0
		}
		return l.Dual(multipliers, free.y, c, free.weights, t)
	}
	best := max(0, maximum(value, most))
	if bound := (constant + best) * (1 - 16*float64(n*c+8)*machineEpsilon); bound > 0 {
		return bound
	}
	return 0
}

// IsFixed reports whether no network has an output at row i: x_i = 0, and there is no intercept.
func (p Problem) IsFixed(i int) bool { return !p.Intercept && short.IsZero(p.X.RawRowView(i)) }

// Weight returns w_i.
func (p Problem) Weight(i int) float64 {
	if p.Weights == nil {
		return 1
	}
	return p.Weights[i]
}

// TotalWeight is the sum of the weights, the number of rows where they count alike.
func (p Problem) TotalWeight() float64 {
	if p.Weights == nil {
		n, _ := p.X.Dims()
		return float64(n)
	}
	sum := 0.0
	for _, w := range p.Weights {
		sum += w
	}
	return sum
}

// rowWeight is the weight of row i as the weights of one row.
func (p Problem) rowWeight(i int) []float64 {
	if p.Weights == nil {
		return nil
	}
	return p.Weights[i : i+1]
}

// chosen are the targets and the weights of some rows.
type chosen struct{ y, weights []float64 }

func (p Problem) rows(numbers []int) (r chosen) {
	for _, i := range numbers {
		r.y = append(r.y, p.Y.RawRowView(i)...)
		r.weights = append(r.weights, p.rowWeight(i)...)
	}
	return r
}

// maximum returns about the largest value of a concave function f over [0, most], which may be infinite.
func maximum(f func(float64) float64, most float64) float64 {
	const ratio = 0.6180339887498949
	if math.IsInf(most, 1) {
		most = 1
		for f(2*most) > f(most) && most < math.MaxFloat64/4 {
			most *= 2
		}
		most *= 2
	}
	best := max(f(0), f(most))
	if f(most) >= f(most*(1-1e-6)) {
		return best
	}
	low, high := 0.0, most
	a, b := high-ratio*(high-low), low+ratio*(high-low)
	fa, fb := f(a), f(b)
	for range 60 {
		best = max(best, fa, fb)
		if fa < fb {
			low, a, fa = a, b, fb
			b = low + ratio*(high-low)
			fb = f(b)
		} else {
			high, b, fb = b, a, fa
			a = high - ratio*(high-low)
			fa = f(a)
		}
	}
	return best
}

// plainDualBound is DualBound of the plain problem.
func (p Problem) plainDualBound(w *mat.Dense, h float64) float64 {
	n, _, c := p.Dims()
	var wy, ww, constant, wyAbs float64
	for i := range n {
		x, y, wi := p.X.RawRowView(i), p.Y.RawRowView(i), w.RawRowView(i)
		if short.IsZero(x) {
			square := 0.0
			for _, v := range y {
				square += v * v
			}
			constant += square / 2
			continue
		}
		for k, v := range wi {
			wy += v * y[k]
			wyAbs += math.Abs(v * y[k])
			ww += v * v
		}
	}
	slack := 4 * float64(n*c+8) * machineEpsilon
	if !(wy > 0) || !(ww > 0) || !(h >= 0) {
		return constant * (1 - slack) // t = 0
	}
	t := wy / ww
	if h > 0 {
		t = min(t, p.Gamma/h*(1-8*machineEpsilon))
	}
	bound := constant + t*wy - t*t*ww/2 - slack*(constant+t*wyAbs+t*t*ww)
	if math.IsNaN(bound) || bound < 0 {
		return 0
	}
	return bound
}
