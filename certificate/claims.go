package certificate

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/internal/linalg"
)

// Claims returns the certificate as the arrays that the verifier takes.  They
// share memory with the certificate where the layout allows it.
func (c *Certificate) Claims() *verify.Claims {
	phi, psi, omega := c.Dense()
	return &verify.Claims{
		X: plain(c.X), Y: plain(c.Y), Gamma: c.Gamma,
		Representatives: int64s(c.Representatives), MergedInto: int64s(c.MergedInto), MergeScale: c.MergeScale,
		W: plain(c.W), Phi: plain(phi), Omega: plain(omega), Psi: plain(psi),
		LowerBound: c.LowerBound,
	}
}

func plain(m *mat.Dense) verify.Matrix {
	rows, cols := m.Dims()
	return verify.Matrix{Rows: rows, Cols: cols, Data: linalg.RowMajor(m)}
}

func int64s(a []int) []int64 {
	out := make([]int64, len(a))
	for i, v := range a {
		out[i] = int64(v)
	}
	return out
}
