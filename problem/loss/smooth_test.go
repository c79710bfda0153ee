package loss

import (
	"math"
	"testing"
)

// TestDualDerivatives: at the multipliers of a network's outputs the first derivatives are those outputs, and they change as the second ones say.
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
			if math.Abs(first[k]-out[k]) > 1e-12*(1+math.Abs(out[k])) {
				t.Errorf("the first derivative is %v at the multiplier of the output %v", first[k], out[k])
			}
			moved := func(by float64) float64 {
				at := append([]float64(nil), w...)
				at[k] += by
				return l.Dual(at, y, 3, weights, 1)
			}
			if slope := (moved(h) - moved(-h)) / (2 * h); math.Abs(slope-first[k]) > 1e-7 {
				t.Errorf("D rises by %v, its derivative is %v", slope, first[k])
			}
			next, rest := make([]float64, len(w)), make([]float64, len(w))
			at := append([]float64(nil), w...)
			at[k] += h
			smooth.DualDerivatives(at, y, 3, weights, next, rest)
			if bend := (first[k] - next[k]) / h; math.Abs(bend-second[k]) > 1e-4*second[k] {
				t.Errorf("the derivative falls by %v, the second one is %v", bend, second[k])
			}
		}
	})
	if !tried["squared"] || !tried["logistic"] {
		t.Errorf("tried %v", tried)
	}
}
