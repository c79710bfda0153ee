package loss

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// TestFenchelYoung: at W = −w∇ℓ(f) the dual is the loss plus ⟨W, f⟩, and at other outputs g it is at most that.
func TestFenchelYoung(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, out, y, weights []float64) {
		w := append([]float64(nil), out...)
		Multipliers(l, w, y, 3, weights, false)
		if limit := Limit(l, w, y, 3, weights); limit < 1-1e-12 {
			t.Errorf("the multipliers of a network are in the domain up to %v, expected 1 and more", limit)
		}
		dual := l.Dual(w, y, 3, weights, 1)
		if want := value(l, out, y, weights) + floats.Dot(w, out); math.Abs(dual-want) > 1e-12 {
			t.Errorf("D(W) = %v, expected %v", dual, want)
		}
		rng := rand.New(rand.NewPCG(5, 6))
		other := make([]float64, len(out))
		for range 50 {
			gaussian(rng, other)
			floats.Scale(4*rng.Float64(), other)
			for _, part := range []float64{0.1, 0.7, 1} {
				if d, most := l.Dual(w, y, 3, weights, part), value(l, other, y, weights)+part*floats.Dot(w, other); d > most+1e-12 {
					t.Errorf("D(%v·W) = %v is above %v, its value at other outputs", part, d, most)
				}
			}
		}
	})
}

// TestLimitIsTheDomain: just beyond the limit the loss plus ⟨W, f⟩ has no lower bound, along some output.
func TestLimitIsTheDomain(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, out, y, weights []float64) {
		w := append([]float64(nil), out...)
		Multipliers(l, w, y, 3, weights, false)
		limit := Limit(l, w, y, 3, weights)
		if math.IsInf(limit, 1) {
			if _, all := l.(Squared); !all {
				t.Fatal("no limit")
			}
			return
		}
		floats.Scale(limit*1.01, w)
		far := make([]float64, len(out))
		least := 0.0
		for k := range far {
			for _, side := range []float64{-1e6, 1e6} {
				clear(far)
				far[k] = side
				least = min(least, value(l, far, y, weights)+floats.Dot(w, far))
			}
		}
		if least > -100 {
			t.Errorf("at 1.01 times the limit %v the least value along an axis is %v", limit, least)
		}
		if again := Limit(l, w, y, 3, weights); math.Abs(again*1.01-1) > 1e-12 {
			t.Errorf("the limit of a multiple is %v, expected 1/1.01", again)
		}
	})
}

// TestBalanced: with an intercept the columns sum to zero exactly, in any order, and little is lost.
func TestBalanced(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, out, y, weights []float64) {
		b := Intercept(l, out, y, 3, weights, nil)
		for k := range out {
			out[k] += b[k%3]
		}
		loose, w := append([]float64(nil), out...), append([]float64(nil), out...)
		Multipliers(l, loose, y, 3, weights, false)
		Multipliers(l, w, y, 3, weights, true)
		for k := range 3 {
			up, down := 0.0, 0.0
			for i := range 5 {
				up += w[3*i+k]
				down += w[3*(4-i)+k]
			}
			if up != 0 || down != 0 {
				t.Errorf("column %d sums to %v, and %v backwards", k, up, down)
			}
		}
		if l.Linked() {
			for i := range 5 {
				if s := w[3*i] + w[3*i+1] + w[3*i+2]; s != 0 {
					t.Errorf("row %d sums to %v", i, s)
				}
			}
		}
		if !floats.EqualApprox(w, loose, 1e-9) || floats.Norm(w, 2) == 0 {
			t.Errorf("multipliers %v, balanced %v", loose, w)
		}
		if limit := Limit(l, w, y, 3, weights); limit < 1-1e-9 {
			t.Errorf("the balanced multipliers are in the domain up to %v", limit)
		}
	})
}

// TestBalancedFar: outputs whose intercept is not the best give multipliers that are balanced all the same, or none.
func TestBalancedFar(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, out, y, weights []float64) {
		for _, shift := range []float64{-3, 0.1, 50} {
			w := append([]float64(nil), out...)
			for k := range w {
				w[k] += shift * float64(1+k%3)
			}
			Multipliers(l, w, y, 3, weights, true)
			for k := range 3 {
				if s := w[k] + w[3+k] + w[6+k] + w[9+k] + w[12+k]; s != 0 {
					t.Errorf("shift %v: column %d sums to %v", shift, k, s)
				}
			}
			if floats.Norm(w, 2) > 0 && !(Limit(l, w, y, 3, weights) > 0) {
				t.Errorf("shift %v: out of the domain", shift)
			}
		}
	})
}

// TestBalancedWithoutAClass: where no row has the last class, its multipliers are zero, and the others are there all the same.
func TestBalancedWithoutAClass(t *testing.T) {
	out, y := []float64{1, 0, 0, -1, 0, 0.5, 0, 2, -1}, []float64{1, 0, 0, 0, 1, 0, 1, 0, 0}
	for k, b := range Intercept(Softmax{}, out, y, 3, nil, nil) {
		for i := range 3 {
			out[3*i+k] += b
		}
	}
	Multipliers(Softmax{}, out, y, 3, nil, true)
	if out[0]+out[3]+out[6] != 0 || out[2]+out[5]+out[8] != 0 || floats.Norm(out, 2) < 0.1 || Limit(Softmax{}, out, y, 3, nil) < 0.9 {
		t.Errorf("multipliers %v", out)
	}
}

// TestIntercept: no small change of the intercept lowers the loss.
func TestIntercept(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, out, y, weights []float64) {
		b := Intercept(l, out, y, 3, weights, nil)
		at := func(b []float64) float64 {
			moved := make([]float64, len(out))
			for k, v := range out {
				moved[k] = v + b[k%3]
			}
			return value(l, moved, y, weights)
		}
		best := at(b)
		if zero := at([]float64{0, 0, 0}); !(best < zero) {
			t.Errorf("loss %v, without an intercept %v", best, zero)
		}
		again := Intercept(l, out, y, 3, weights, b)
		if !floats.EqualApprox(again, b, 1e-12) {
			t.Errorf("from %v on: %v", b, again)
		}
		for k := range 3 {
			for _, h := range []float64{-1e-3, 1e-3} {
				moved := append([]float64(nil), b...)
				moved[k] += h
				if v := at(moved); v < best-1e-13 {
					t.Errorf("loss %v, at %v less: %v", best, moved, v)
				}
			}
		}
	})
}

// TestInterceptWithoutMinimum: one class alone has no best intercept; what is returned is finite.
func TestInterceptWithoutMinimum(t *testing.T) {
	for _, b := range [][]float64{
		Intercept(Logistic{}, []float64{0, 1}, []float64{1, 1}, 1, nil, nil),
		Intercept(Softmax{}, []float64{0, 1, 2, 3}, []float64{0, 1, 0, 1}, 2, nil, nil),
	} {
		for _, v := range b {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("intercept %v", b)
			}
		}
	}
}

// TestCheck: each loss takes the targets of its examples, and refuses those it is not made for.
func TestCheck(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, _, y, _ []float64) {
		if err := l.Check(y, 3); err != nil {
			t.Error(err)
		}
		bad := append([]float64(nil), y...)
		bad[7] = 0.5
		if _, interval := l.Interval(0); l.Linked() || interval == 0 {
			if l.Check(bad, 3) == nil {
				t.Error("a target of 0.5 is accepted")
			}
		}
	})
	if (Softmax{}).Check([]float64{1, 1, 0}, 3) == nil {
		t.Error("two classes in a row are accepted")
	}
}

// TestRowOfNoWeight: a row of weight 0 is no row, and has no multipliers.
func TestRowOfNoWeight(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, out, y, _ []float64) {
		weights := []float64{1, 1, 0, 1, 1}
		without := func(v []float64) []float64 { return append(append([]float64(nil), v[:6]...), v[9:]...) }
		if got, want := value(l, out, y, weights), value(l, without(out), without(y), nil); math.Abs(got-want) > 1e-13 {
			t.Errorf("loss %v, without the row %v", got, want)
		}
		got, want := Intercept(l, out, y, 3, weights, nil), Intercept(l, without(out), without(y), 3, nil, nil)
		if l.Linked() {
			floats.AddConst(-got[0], got)
			floats.AddConst(-want[0], want)
		}
		if !floats.EqualApprox(got, want, 1e-6) {
			t.Errorf("intercept %v, without the row %v", got, want)
		}
		w := append([]float64(nil), out...)
		Multipliers(l, w, y, 3, weights, false)
		if w[6] != 0 || w[7] != 0 || w[8] != 0 {
			t.Errorf("multipliers %v", w[6:9])
		}
		if limit := Limit(l, w, y, 3, weights); limit < 1-1e-12 {
			t.Errorf("limit %v", limit)
		}
		if d := l.Dual(w, y, 3, weights, 1); math.IsNaN(d) || math.IsInf(d, 0) {
			t.Errorf("D = %v", d)
		}
	})
}
