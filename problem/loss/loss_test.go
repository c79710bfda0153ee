package loss

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// example is a loss with targets that it is for.
type example struct {
	name   string
	loss   Loss
	target func(rng *rand.Rand, y []float64)
}

var examples = []example{
	{"squared", Squared{}, gaussian},
	{"huber", Huber{Delta: 0.7}, gaussian},
	{"logistic", Logistic{}, func(rng *rand.Rand, y []float64) {
		for k := range y {
			y[k] = float64(1 - 2*rng.IntN(2))
		}
	}},
	{"softmax", Softmax{}, func(rng *rand.Rand, y []float64) { y[rng.IntN(len(y))] = 1 }},
}

func gaussian(rng *rand.Rand, y []float64) {
	for k := range y {
		y[k] = rng.NormFloat64()
	}
}

// forExamples calls f with outputs, targets and weights of 5 rows with 3 outputs, for each loss.
func forExamples(t *testing.T, f func(t *testing.T, l Loss, out, y, weights []float64)) {
	for _, e := range examples {
		for _, weighted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s weighted=%v", e.name, weighted), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, 2))
				out, y := make([]float64, 15), make([]float64, 15)
				gaussian(rng, out)
				for i := range 5 {
					e.target(rng, y[3*i:3*i+3])
				}
				var weights []float64
				if weighted {
					weights = []float64{0.5, 1, 2, 3, 0.1}
				}
				f(t, e.loss, out, y, weights)
			})
		}
	}
}

func value(l Loss, out, y, weights []float64) float64 {
	return l.Gradient(append([]float64(nil), out...), y, 3, weights)
}

func TestGradient(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, out, y, weights []float64) {
		g := append([]float64(nil), out...)
		l.Gradient(g, y, 3, weights)
		for k := range out {
			const h = 1e-6
			moved := append([]float64(nil), out...)
			moved[k] += h
			up := value(l, moved, y, weights)
			moved[k] -= 2 * h
			if d := (up - value(l, moved, y, weights)) / (2 * h); math.Abs(d-g[k]) > 1e-7 {
				t.Errorf("output %d: gradient %v, difference quotient %v", k, g[k], d)
			}
		}
	})
}

func TestHessian(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, out, y, weights []float64) {
		rng := rand.New(rand.NewPCG(3, 4))
		p := make([]float64, len(out))
		gaussian(rng, p)
		const h = 1e-6
		up, down := append([]float64(nil), out...), append([]float64(nil), out...)
		floats.AddScaled(up, h, p)
		floats.AddScaled(down, -h, p)
		l.Gradient(up, y, 3, weights)
		l.Gradient(down, y, 3, weights)
		got, sum := make([]float64, len(p)), make([]float64, 9)
		for i := range 5 { // row by row
			row, one := make([]float64, 9), weights
			if weights != nil {
				one = weights[i : i+1]
			}
			l.Hessian(out[3*i:3*i+3], y[3*i:3*i+3], 3, one, row)
			for k := range 3 {
				got[3*i+k] = floats.Dot(row[3*k:3*k+3], p[3*i:3*i+3])
			}
			floats.Add(sum, row)
		}
		all := make([]float64, 9)
		if l.Hessian(out, y, 3, weights, all); !floats.EqualApprox(all, sum, 1e-14) {
			t.Errorf("Hessian of all rows %v, sum over rows %v", all, sum)
		}
		for k := range p {
			if d := (up[k] - down[k]) / (2 * h); math.Abs(d-got[k]) > 1e-7 {
				t.Errorf("output %d: Hessian action %v, difference quotient %v", k, got[k], d)
			}
		}
		// The bound on the curvature, row by row.
		for i := range 5 {
			w, row := 1.0, p[3*i:3*i+3]
			if weights != nil {
				w = weights[i]
			}
			if c, most := floats.Dot(row, got[3*i:3*i+3]), w*l.Curvature()*floats.Dot(row, row); c < 0 || c > most*(1+1e-12) {
				t.Errorf("row %d: curvature %v, expected within [0, %v]", i, c, most)
			}
		}
	})
}

// TestWeights: a row of weight 2 is the row twice.
func TestWeights(t *testing.T) {
	forExamples(t, func(t *testing.T, l Loss, out, y, _ []float64) {
		weights := []float64{1, 1, 2, 1, 1}
		twice := value(l, append(append([]float64(nil), out...), out[6:9]...), append(append([]float64(nil), y...), y[6:9]...), nil)
		if got := value(l, out, y, weights); math.Abs(got-twice) > 1e-13*math.Abs(twice) {
			t.Errorf("row of weight 2: %v, row twice: %v", got, twice)
		}
		// The row's multipliers are the sum of those of the two.
		w := append([]float64(nil), out...)
		Multipliers(l, w, y, 3, weights, false)
		half := append([]float64(nil), w...)
		floats.Scale(0.5, half[6:9])
		double, targets := append(half, half[6:9]...), append(append([]float64(nil), y...), y[6:9]...)
		for _, part := range []float64{0.3, 1} {
			if got, want := l.Dual(w, y, 3, weights, part), l.Dual(double, targets, 3, nil, part); math.Abs(got-want) > 1e-13 {
				t.Errorf("D(%v·W) = %v, with the row twice %v", part, got, want)
			}
		}
	})
}

// TestFarOutputs: outputs at which a naive formula overflows.
func TestFarOutputs(t *testing.T) {
	out, y := []float64{1000, -1000, 0}, []float64{0, 1, 0}
	if got := (Softmax{}).Gradient(append([]float64(nil), out...), y, 3, nil); got != 2000 {
		t.Errorf("softmax: %v, expected 2000", got)
	}
	if got := (Logistic{}).Gradient([]float64{1000}, []float64{-1}, 1, nil); got != 1000 {
		t.Errorf("logistic: %v, expected 1000", got)
	}
}
