package descent

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

func TestHessianAgainstFiniteDifferences(t *testing.T) {
	for seed := uint64(1); seed <= 4; seed++ {
		p, w, _ := randomProblem(t, seed, 12, 3, 2, 4)
		s := newNewton(p, w, func() bool { return false })
		// One neuron held on a kink, another on two.
		s.kinks[1].add(0, s.row(0), s.at.u.RawRowView(1))
		s.settle(1)
		s.kinks[2].add(3, s.row(3), s.at.u.RawRowView(2))
		s.kinks[2].add(5, s.row(5), s.at.u.RawRowView(2))
		s.settle(2)
		s.evaluate(s.at, nil)
		h, g, offset := s.hessian()
		for i := range g {
			e := make([]float64, len(g))
			e[i] = 1
			s.spread(e, offset)
			const step = 1e-6
			gradient := func(tau float64) []float64 {
				s.move(tau, nil)
				s.accept()
				_, g, _ := s.hessian()
				s.accept()
				return g
			}
			up, down := gradient(step), gradient(-step)
			slope := s.slopeAt(s.at)
			if !(math.Abs(slope-g[i]) <= 1e-10*(1+math.Abs(slope))) {
				t.Errorf("seed %d: gradient %d is %v, slope %v", seed, i, g[i], slope)
			}
			for k := range g {
				want := (up[k] - down[k]) / (2 * step)
				if !(math.Abs(h.At(i, k)-want) <= 1e-5*(1+math.Abs(want))) {
					t.Errorf("seed %d: Hessian (%d, %d) is %v, finite difference %v", seed, i, k, h.At(i, k), want)
				}
			}
		}
	}
}

func TestNewtonEndsOnTheKink(t *testing.T) {
	// In one dimension everything is known: with x = (1, −1) and one output,
	// y = (2, 0) the only useful neuron has u > 0.  With a second feature whose
	// use on row 1 is punished by row 1's target, the minimiser sits on a kink.
	p := problem.Problem{
		X:     mat.NewDense(3, 2, []float64{1, 0.2, 0.3, 1, 1, 1}),
		Y:     mat.NewDense(3, 1, []float64{3, -4, 2}),
		Gamma: 0.01,
	}
	w, st, err := Refine(t.Context(), p, problem.Weights{
		U: mat.NewDense(2, 2, []float64{1, -0.1, 0.1, 0.9}),
		V: mat.NewDense(2, 1, []float64{1, -1}),
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if st.Reason != Stationary || !(st.Stationarity <= 1e-11) {
		t.Fatalf("%+v", st)
	}
	onKink := false
	for j := range w.Width() {
		u := w.U.RawRowView(j)
		for i := range 3 {
			x := p.X.RawRowView(i)
			if c := floats.Dot(x, u) / floats.Norm(x, 2) / floats.Norm(u, 2); math.Abs(c) < 1e-12 {
				onKink = true
			}
		}
	}
	if !onKink {
		t.Errorf("no neuron of %v lies on a kink", mat.Formatted(w.U))
	}
}

func TestSteepestAgainstSampling(t *testing.T) {
	// No direction may descend more steeply than the one returned (convex case).
	for seed := uint64(1); seed <= 20; seed++ {
		_, w, rng := randomProblem(t, seed, 2, 3, 1, 2)
		u := w.U.RawRowView(0)
		k := newKinkSet(3)
		var x [][]float64
		var s []float64
		for i := range 4 {
			row := make([]float64, 3)
			random(row, rng)
			floats.AddScaled(row, -floats.Dot(row, u)/floats.Dot(u, u), u) // u lies on it
			if !k.add(i, row, u) {
				continue
			}
			x, s = append(x, row), append(s, 2*rng.Float64())
		}
		g, delta := make([]float64, 3), make([]float64, 3)
		random(g, rng)
		k.steepest(g, delta, x, s)
		steep := floats.Norm(delta, 2)
		slope := func(e []float64) float64 {
			v := floats.Dot(g, e)
			for q := range x {
				v += s[q] * math.Max(floats.Dot(x[q], e), 0)
			}
			return v / floats.Norm(e, 2)
		}
		if steep > 0 && !(math.Abs(slope(delta)+steep) <= 1e-9*(1+steep)) {
			t.Errorf("seed %d: the direction has slope %v, claimed %v", seed, slope(delta), -steep)
		}
		for range 2000 {
			e := make([]float64, 3)
			random(e, rng)
			if !(slope(e) >= -steep-1e-9) {
				t.Fatalf("seed %d: slope %v in direction %v, steepest claimed %v", seed, slope(e), e, -steep)
			}
		}
	}
}
