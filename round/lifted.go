package round

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// Lifted returns the p×m factor whose columns z_j = ((Xu_j)₊, (−Xu_j)₊, u_j, v_j)
// are the neurons of w, so that Λ = Σ_j z_jz_jᵀ; p = 2n+d+c.
func Lifted(p problem.Problem, w problem.Weights) *mat.Dense {
	m := w.Width()
	if m == 0 {
		return &mat.Dense{}
	}
	n, d, c := p.Dims()
	z := mat.NewDense(2*n+d+c, m, nil)
	var t mat.Dense
	p.Algebra().Mul(&t, p.X, w.U.T())
	for j := range m {
		for i := range n {
			z.Set(i, j, max(t.At(i, j), 0))
			z.Set(n+i, j, max(-t.At(i, j), 0))
		}
		for k := range d {
			z.Set(2*n+k, j, w.U.At(j, k))
		}
		for k := range c {
			z.Set(2*n+d+k, j, w.V.At(j, k))
		}
	}
	return z
}
