package relax

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
)

// slackMatrix returns S of the package comment in the scaled coordinates (N×N).
func slackMatrix(red *lift.Reduced, w, phi, psi, omega *mat.Dense) *mat.SymDense {
	m, r, _ := red.Dims()
	_, c := red.Y.Dims()
	s, algebra := mat.NewSymDense(m+r, nil), red.Algebra()
	algebra.Parallel(m, 16, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			for j := i; j < m; j++ {
				s.SetSym(i, j, -(phi.At(i, j)+phi.At(j, i))/2-psi.At(i, j)-psi.At(j, i)-(omega.At(i, j)+omega.At(j, i))/2)
			}
		}
	})
	var both, cross, ox, uu mat.Dense
	both.Add(psi, omega)
	algebra.Mul(&cross, &both, red.X)
	algebra.Mul(&ox, omega, red.X)
	algebra.Mul(&uu, red.X.T(), &ox)
	for i := range m {
		for k := range r {
			s.SetSym(i, m+k, cross.At(i, k))
		}
	}
	for k := range r {
		for l := k; l < r; l++ {
			s.SetSym(m+k, m+l, -(uu.At(k, l)+uu.At(l, k))/2)
		}
		s.SetSym(m+k, m+k, s.At(m+k, m+k)+red.Source.Gamma)
	}
	// The fit: every fitted row is Weight·α̂ or Weight·(α̂ − x û).
	g := mat.NewDense(m+r, c, nil)
	for q, fit := range red.Fits {
		linalg.Axpy(fit.Weight, w.RawRowView(q), g.RawRowView(fit.Row))
		if fit.Negative {
			for k := range r {
				linalg.Axpy(-fit.Weight*red.X.At(fit.Row, k), w.RawRowView(q), g.RawRowView(m+k))
			}
		}
	}
	algebra.SymRankK(s, -1/red.Source.Gamma, g, 1)
	return s
}
