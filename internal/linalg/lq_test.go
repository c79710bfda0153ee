package linalg

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestLQ(t *testing.T) { everywhere(t, testLQ) }

func testLQ(t *testing.T, algebra Algebra) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1, 1}, {3, 3}, {4, 90}, {60, 200}, {2, 5000}} {
		n, d := size[0], size[1]
		x := mat.NewDense(n, d, nil)
		for i := range n {
			for j := range d {
				x.Set(i, j, rng.NormFloat64())
			}
		}
		if n > 2 { // a repeated row: rank n−1
			x.SetRow(n-1, x.RawRowView(0))
		}
		l, q := algebra.LQ(x)
		var back, gram mat.Dense
		back.Mul(l, q)
		gram.Mul(q, q.T())
		identity := mat.NewDiagDense(n, nil)
		for i := range n {
			identity.SetDiag(i, 1)
		}
		if !mat.EqualApprox(&back, x, 1e-11) || !mat.EqualApprox(&gram, identity, 1e-12) {
			t.Errorf("%d×%d: LQ is not X, or Q not orthonormal", n, d)
		}
	}
}
