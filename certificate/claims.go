package certificate

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate/verify"
)

// Claims returns the certificate as the arrays that the verifier takes.  They
// share memory with the certificate where the layout allows it.
func (c *Certificate) Claims() *verify.Claims {
	phi, psi, omega := c.Dense()
	return &verify.Claims{
		X: PlainMatrix(c.X), Y: PlainMatrix(c.Y), Gamma: c.Gamma,
		Representatives: int64s(c.Representatives), MergedInto: int64s(c.MergedInto), MergeScale: c.MergeScale,
		W: PlainMatrix(c.W), Phi: PlainMatrix(phi), Omega: PlainMatrix(omega), Psi: PlainMatrix(psi),
		LowerBound: c.LowerBound,
	}
}

// PlainMatrix returns m as [verify.VerifyTable] takes it, in row-major order
// without gaps.  It shares memory with m where the layout allows it.
func PlainMatrix(m *mat.Dense) verify.Matrix {
	if m == nil || m.IsEmpty() {
		return verify.Matrix{}
	}
	raw := m.RawMatrix()
	if raw.Stride != raw.Cols {
		raw = mat.DenseCopyOf(m).RawMatrix()
	}
	return verify.Matrix{Rows: raw.Rows, Cols: raw.Cols, Data: raw.Data}
}

func int64s(a []int) []int64 {
	out := make([]int64, len(a))
	for i, v := range a {
		out[i] = int64(v)
	}
	return out
}
