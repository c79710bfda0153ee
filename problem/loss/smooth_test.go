package loss

import (
	"math"
	"testing"
)

// TestDualDerivatives: at the multipliers of a network's outputs the first derivatives are those outputs, and they change as the second ones say; where
// rows are linked, along rows that sum to zero and up to a constant of a row.
func TestDualDerivatives(t *testing.T) {
	tried := map[string]bool{}
	forExamples(t, func(t *testing.T, l Loss, out, y, weights []float64) {
		smooth, ok := l.(Smooth)
		if !ok {
			return
		}
		tried[l.Name()] = true
		w := append([]float64(nil), out...)
		Multipliers(l, w, y, 3, weights, false)
		first, second := make([]float64, len(w)), make([]float64, len(w))
		smooth.DualDerivatives(w, y, 3, weights, first, second)
		const h = 1e-6
		for k := range w {
			// Along e_k or, where rows are linked, e_k − e_o with the next output o of the row.
			o := k - k%3 + (k+1)%3
			along := func(v []float64) float64 {
				if l.Linked() {
					return v[k] - v[o]
				}
				return v[k]
			}
			moved := func(by float64) []float64 {
				at := append([]float64(nil), w...)
				at[k] += by
				if l.Linked() {
					at[o] -= by
				}
				return at
			}
			if got, want := along(first), along(out); math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
				t.Errorf("the first derivative is %v at the multiplier of the output %v", got, want)
			}
			rise := l.Dual(moved(h), y, 3, weights, 1) - l.Dual(moved(-h), y, 3, weights, 1)
			if slope := rise / (2 * h); math.Abs(slope-along(first)) > 1e-7 {
				t.Errorf("D rises by %v, its derivative is %v", slope, along(first))
			}
			before, after, rest := make([]float64, len(w)), make([]float64, len(w)), make([]float64, len(w))
			smooth.DualDerivatives(moved(-h), y, 3, weights, before, rest)
			smooth.DualDerivatives(moved(h), y, 3, weights, after, rest)
			want := second[k]
			if l.Linked() {
				want += second[o]
			}
			if bend := (along(before) - along(after)) / (2 * h); math.Abs(bend-want) > 1e-4*want {
				t.Errorf("the derivative falls by %v, the second one is %v", bend, want)
			}
		}
	})
	if !tried["squared"] || !tried["logistic"] || !tried["softmax"] {
		t.Errorf("tried %v", tried)
	}
}
