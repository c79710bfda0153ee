package leaf

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

// scaled holds the Nesterov–Todd scaling of (Z, S): GᵀSG = G⁻¹ZG⁻ᵀ = diag(λ).  All directions are computed in these
// coordinates, where Z and S are the same diagonal matrix.
type scaled struct {
	algebra linalg.Algebra
	g       *mat.Dense // N×N
	lines   *mat.Dense // L G (K×N)
	lambda  []float64  // N
}

// newScaled computes the scaling from Z = CCᵀ and the eigenvectors Q of CᵀSC = Q diag(λ²) Qᵀ: G = C Q diag(λ)^−½.
// ok is false where Z or S is numerically not positive definite.
func newScaled(algebra linalg.Algebra, z, s, lines *mat.Dense) (sc *scaled, ok bool) {
	n, _ := z.Dims()
	c := mat.DenseCopyOf(z)
	raw := c.RawMatrix()
	if !algebra.Cholesky(blas.Lower, n, raw.Data, raw.Stride) {
		return nil, false
	}
	for i := range n {
		clear(raw.Data[i*raw.Stride+i+1 : (i+1)*raw.Stride])
	}
	var half, inner mat.Dense
	algebra.Mul(&half, s, c)
	algebra.Mul(&inner, c.T(), &half)
	values, q, ok := algebra.EigenSym(symmetric(&inner), true)
	if !ok || !(values[0] > 0) {
		return nil, false
	}
	sc = &scaled{algebra: algebra, lambda: make([]float64, n), g: new(mat.Dense), lines: new(mat.Dense)}
	algebra.Mul(sc.g, c, q)
	for j, v := range values {
		sc.lambda[j] = math.Sqrt(v)
	}
	for i := range n {
		row := sc.g.RawRowView(i)
		for j, l := range sc.lambda {
			row[j] /= math.Sqrt(l)
		}
	}
	algebra.Mul(sc.lines, lines, sc.g)
	return sc, true
}

// symmetric returns (a + aᵀ)/2.
func symmetric(a *mat.Dense) *mat.SymDense {
	n, _ := a.Dims()
	out := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			out.SetSym(i, j, (a.At(i, j)+a.At(j, i))/2)
		}
	}
	return out
}

// weighted returns A diag(w) Aᵀ.
func weighted(algebra linalg.Algebra, a *mat.Dense, w []float64) *mat.Dense {
	k, n := a.Dims()
	half := mat.NewDense(k, n, nil)
	for i := range k {
		from, to := a.RawRowView(i), half.RawRowView(i)
		for j, v := range from {
			to[j] = v * w[j]
		}
	}
	var out mat.Dense
	algebra.Mul(&out, half, a.T())
	return &out
}

// back returns G A Gᵀ, of a symmetric A in the scaled coordinates.
func (sc *scaled) back(a *mat.Dense) *mat.Dense {
	out := lift(sc.algebra, sc.g, a)
	symmetrise(out)
	return out
}

// reachMatrix returns the largest step a with diag(λ) + a·D ⪰ 0, +Inf if all are.
func (sc *scaled) reachMatrix(dir *mat.Dense) float64 {
	n := len(sc.lambda)
	unit := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			unit.SetSym(i, j, dir.At(i, j)/math.Sqrt(sc.lambda[i]*sc.lambda[j]))
		}
	}
	low, ok := smallest(sc.algebra, unit)
	switch {
	case !ok:
		return 0
	case low >= 0:
		return math.Inf(1)
	default:
		return -1 / low
	}
}

// second returns Mehrotra's correction: the J with ½(J diag(λ) + diag(λ) J) = ½(dZ dS + dS dZ).
func (sc *scaled) second(dz, ds *mat.Dense) *mat.Dense {
	var j mat.Dense
	sc.algebra.Mul(&j, dz, ds)
	n := len(sc.lambda)
	out := mat.NewDense(n, n, nil)
	for a := range n {
		for b := range n {
			out.Set(a, b, (j.At(a, b)+j.At(b, a))/(sc.lambda[a]+sc.lambda[b]))
		}
	}
	return out
}
