package check

import (
	"errors"
	"fmt"
	"math"
)

// dual is the value of the dual problem, D(t) = −Σ_i ℓ_i*(−tW_i), as far as it can be
// known before t is chosen.  Rows on which no network has an output count with the
// loss that they have in any case.
type dual struct {
	p         *Problem
	fixed     []bool // such rows
	constant  float64
	most      float64 // t has to be at most this for tW to be in the domain
	linear    float64 // squared, huber: D(t) ≥ linear·t − quadratic·t²/2
	quadratic float64
}

// newDual checks the domain and the intercept, and sums up.
func newDual(p *Problem) (*dual, error) {
	d := &dual{p: p, most: math.Inf(1), fixed: make([]bool, p.Rows)}
	if p.Intercept {
		for k := range p.Outputs {
			var sum accumulator
			for i := range p.Rows {
				sum.add(p.w.row(i)[k])
			}
			if !sum.isZero() {
				value, _ := sum.value()
				return nil, fmt.Errorf("column %d of W sums to %v, expected exactly 0 with a free intercept", k, value)
			}
		}
	} else {
		for i := range p.Rows {
			d.fixed[i] = p.isZero(i)
		}
	}
	for i := range p.Rows {
		if p.weight(i) != 0 || d.fixed[i] {
			continue
		}
		for k, v := range p.w.row(i) {
			if v != 0 {
				return nil, fmt.Errorf("row %d has weight 0 and W[%d,%d] = %v, expected 0", i, i, k, v)
			}
		}
		d.fixed[i] = true // and adds nothing
	}
	if p.Loss == "softmax" || p.Loss == "logistic" {
		return d, d.domain()
	}
	return d, d.sum()
}

// sum adds up the squared and the Huber loss: −ℓ*(−tW_i) = t⟨W_i, Y_i⟩ − t²‖W_i‖²/(2w_i),
// for Huber with t|W_ik| ≤ w_iδ.
func (d *dual) sum() error {
	var linear, quadratic, constant accumulator
	p := d.p
	for i := range p.Rows {
		w, y, weight := p.w.row(i), p.y.row(i), p.weight(i)
		for k, v := range w {
			switch {
			case d.fixed[i] && p.Loss == "huber" && math.Abs(y[k]) > p.Delta:
				constant.add(math.Max(0, below(below(p.Delta*below(math.Abs(y[k])-above(p.Delta/2)))*weight)))
			case d.fixed[i]:
				constant.add(math.Max(0, below(below(y[k]*y[k]/2)*weight)))
			default:
				linear.addProduct(v, y[k])
				quadratic.add(above(math.Abs(v) * above(math.Abs(v)/weight)))
				if p.Loss == "huber" && v != 0 {
					d.most = min(d.most, below(below(weight*p.Delta)/math.Abs(v))*(1-0x1p-50))
				}
			}
		}
	}
	lose := func(a *accumulator, sign float64) float64 {
		v, err := a.value()
		return v + sign*(err+tiny)
	}
	d.linear, d.quadratic, d.constant = lose(&linear, -1), lose(&quadratic, 1), math.Max(0, lose(&constant, -1))
	if !isFinite(d.linear) || !isFinite(d.quadratic) || !isFinite(d.constant) {
		return errors.New("the dual value overflows")
	}
	return nil
}

// domain checks what the logistic and the softmax loss need of W for t > 0, and how
// large t may be.  With P_i = w_ie_y − tW_i ≥ 0 of sum w_i, for logistic loss
// P_i = (ty_iW_i, w_i − ty_iW_i), D(t) = Σ P_ik log(w_i/P_ik).
func (d *dual) domain() error {
	p := d.p
	for i := range p.Rows {
		weight := p.weight(i)
		if d.fixed[i] {
			possible := 2.0
			if p.Loss == "softmax" {
				possible = float64(p.Outputs)
			}
			if weight > 0 {
				low, _ := logarithm(possible)
				d.constant = below(d.constant + below(weight*low))
			}
			continue
		}
		label := 0.0
		if p.Loss == "logistic" {
			label = p.w.row(i)[0] * p.y.row(i)[0]
			if label < 0 {
				return fmt.Errorf("row %d of W is %v and the label is %v, expected the same sign with the logistic loss", i, p.w.row(i)[0], p.y.row(i)[0])
			}
		} else {
			var sum accumulator
			for k, v := range p.w.row(i) {
				sum.add(v)
				if p.y.row(i)[k] == 1 {
					label = v
				} else if v > 0 {
					return fmt.Errorf("entry (%d, %d) of W is %v, expected at most 0 with the softmax loss where Y is 0", i, k, v)
				}
			}
			if !sum.isZero() {
				value, _ := sum.value()
				return fmt.Errorf("row %d of W sums to %v, expected exactly 0 with the softmax loss", i, value)
			}
		}
		if label > 0 {
			d.most = min(d.most, below(weight/label)*(1-0x1p-50))
		}
	}
	return nil
}

// value returns a lower bound on D(t); t has to be at most d.most.
func (d *dual) value(t float64) float64 {
	p := d.p
	if p.Loss != "softmax" && p.Loss != "logistic" {
		gain, loss := below(d.linear*t), above(above(above(t*t)*d.quadratic)/2)
		return below(d.constant + below(gain-loss))
	}
	total, terms := 0.0, 0
	for i := range p.Rows {
		if d.fixed[i] {
			continue
		}
		for _, q := range d.probabilities(i, t) {
			total += min(entropy(q[0], p.weight(i)), entropy(q[1], p.weight(i)))
			terms++
		}
	}
	if total > 0 {
		total = below(total * (1 - roundings(min(terms, math.MaxInt32)+2)))
	}
	return below(d.constant + total)
}

// probabilities returns enclosures of the P_ik of row i.
func (d *dual) probabilities(i int, t float64) [][2]float64 {
	p, weight := d.p, d.p.weight(i)
	rest := func(label float64) [2]float64 {
		return [2]float64{max(0, below(weight-above(t*label))), max(0, above(weight-below(t*label)))}
	}
	part := func(v float64) [2]float64 { return [2]float64{max(0, below(t*v)), above(t * v)} }
	if p.Loss == "logistic" {
		label := p.w.row(i)[0] * p.y.row(i)[0]
		return [][2]float64{rest(label), part(label)}
	}
	out := make([][2]float64, 0, p.Outputs)
	for k, v := range p.w.row(i) {
		if p.y.row(i)[k] == 1 {
			out = append(out, rest(v))
		} else if v != 0 {
			out = append(out, part(-v))
		}
	}
	return out
}

// entropy returns a lower bound on P log(w/P), a concave function of P ∈ [0, w] whose
// minimum over an interval is at an end.
func entropy(p, weight float64) float64 {
	if !(p > tiny) || p >= weight {
		return 0
	}
	low, _ := logarithm(below(weight / p))
	return max(0, below(p*low))
}

// best returns the largest lower bound found on D(t) over 0 ≤ t ≤ most; it is not negative,
// as no loss is.
func (d *dual) best(most float64) float64 {
	most = max(0, min(most, d.most))
	var t, value float64
	if d.p.Loss != "softmax" && d.p.Loss != "logistic" {
		t = most
		if optimum := d.linear / d.quadratic; optimum < most {
			t = max(0, optimum)
		}
		if math.IsInf(t, 1) { // W = 0
			t = 0
		}
		value = d.value(t)
	} else {
		if math.IsInf(most, 1) {
			most = 1
		}
		t = d.climb(most)
		value = d.value(t)
	}
	if atZero := d.value(0); !(value >= atZero) {
		value = atZero
	}
	return max(0, value)
}

// climb finds about the best t ≤ most by golden section; D is concave.
func (d *dual) climb(most float64) float64 {
	const ratio = 0.6180339887498949
	low, high := 0.0, most
	if d.value(most) >= d.value(most*(1-1e-6)) {
		return most
	}
	a, b := high-ratio*(high-low), low+ratio*(high-low)
	fa, fb := d.value(a), d.value(b)
	for range 40 {
		if fa < fb {
			low, a, fa = a, b, fb
			b = low + ratio*(high-low)
			fb = d.value(b)
		} else {
			high, b, fb = b, a, fa
			a = high - ratio*(high-low)
			fa = d.value(a)
		}
	}
	return (low + high) / 2
}
