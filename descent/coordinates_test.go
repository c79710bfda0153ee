package descent

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// TestCoordinates: what goes into coordinates has the same objective there, up to the decay of what X does not see, and comes out the same.
func TestCoordinates(t *testing.T) {
	for _, shape := range [][2]int{{30, 5}, {40, 50}, {12, 300}, {70, 200}, {300, 270}} {
		n, d := shape[0], shape[1]
		p := structured(n, d, 2, 0.7, 3)
		if n == 70 { // rows that depend on others
			for i := range 35 {
				row := p.X.RawRowView(2*i + 1)
				copy(row, p.X.RawRowView(2*i))
			}
		}
		s, ok := newCoordinates(t.Context(), p.Algebra(), p.X)
		if !ok {
			t.Fatal("no coordinates")
		}
		if want := map[int]int{30: 5, 40: 50, 12: 12, 70: 35, 300: 270}[n]; len(s.lambda) != want {
			t.Errorf("%d×%d: %d coordinates, expected %d", n, d, len(s.lambda), want)
		}
		rng := rand.New(rand.NewPCG(4, 0))
		w := problem.Weights{U: mat.NewDense(6, d, nil), V: mat.NewDense(6, 2, nil)}
		random(w.U.RawMatrix().Data, rng)
		random(w.V.RawMatrix().Data, rng)
		theta := s.into(w)
		back := s.out(theta, 2)
		inside, _ := s.problem(p).Objective(unpack(theta, 6, len(s.lambda), 2))
		outside, data := p.Objective(back)
		if math.Abs(inside-outside) > 1e-10*outside {
			t.Errorf("%d×%d: objective %v in coordinates, %v outside", n, d, inside, outside)
		}
		if total, loss := p.Objective(w); math.Abs(loss-data) > 1e-9*loss || outside > total*(1+1e-12) {
			t.Errorf("%d×%d: data loss %v became %v, objective %v became %v", n, d, loss, data, total, outside)
		}
		for i, l := range s.lambda {
			sum := 0.0
			for r := range n {
				sum += s.x.At(r, i) * s.x.At(r, i)
			}
			if math.Abs(sum-l) > 1e-8*(1+sum) {
				t.Errorf("%d×%d: λ[%d] is %v, expected %v", n, d, i, l, sum)
			}
		}
	}
}

// TestBalanceTheta: the objective falls, and neurons that have vanished go.
func TestBalanceTheta(t *testing.T) {
	p := structured(20, 3, 2, 0.7, 3)
	theta := make([]float64, 5*4)
	random(theta, rand.New(rand.NewPCG(5, 0)))
	for i := range 5 { // neuron 2 is small, neuron 3 has no output weights
		theta[i*4+2] *= 1e-5
		if i >= 3 {
			theta[i*4+3] = 0
		}
	}
	before, loss := p.Objective(unpack(theta, 4, 3, 2))
	w := unpack(balanceTheta(theta, 3, 2, 0), 3, 3, 2)
	after, sameLoss := p.Objective(w)
	if math.Abs(loss-sameLoss) > 1e-12*loss || !(after < before) {
		t.Errorf("loss %v became %v, objective %v became %v", loss, sameLoss, before, after)
	}
	for j := range 3 {
		if u, v := mat.Norm(w.U.RowView(j), 2), mat.Norm(w.V.RowView(j), 2); math.Abs(u-v) > 1e-14*u {
			t.Errorf("neuron %d: ‖u‖ = %v, ‖v‖ = %v", j, u, v)
		}
	}
	if got := len(balanceTheta(theta, 3, 2, 1e-6)) / 5; got != 2 {
		t.Errorf("%d neurons are left, expected 2", got)
	}
}
