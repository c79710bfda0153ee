package relax

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
)

// momentsOf returns E (α̂,û)(α̂,û)ᵀ of û ~ N(0, I) for unit rows x (m×r): the arc-cosine kernel of
// order one (Cho and Saul, 2009) and its cross moments with û.  Every sign condition holds
// strictly there.
func momentsOf(algebra linalg.Algebra, x *mat.Dense) *mat.Dense {
	m, r := x.Dims()
	out := mat.NewDense(m+r, m+r, nil)
	cosine := gram(algebra, x)
	for i := range m {
		for j := range m {
			out.Set(i, j, arcCosine(cosine.At(i, j)))
		}
		out.Set(i, i, 0.5)
		for k := range r {
			out.Set(i, m+k, x.At(i, k)/2)
			out.Set(m+k, i, x.At(i, k)/2)
		}
	}
	for k := range r {
		out.Set(m+k, m+k, 1)
	}
	return out
}

// arcCosine returns E[(xᵀu)₊(yᵀu)₊] for unit x, y with xᵀy = c and u ~ N(0, I).
func arcCosine(c float64) float64 {
	c = max(-1, min(1, c))
	theta := math.Acos(c)
	return max(0, (math.Sin(theta)+(math.Pi-theta)*c)/(2*math.Pi))
}

// fitted is the best fit for a given Z in (α̂, û).
type fitted struct {
	value float64    // of the relaxation, without its constant
	w     *mat.Dense // q×c: γ(K+γI)⁻¹Y
	cross *mat.Dense // (m+r)×c: the moments with v
	v     *mat.Dense // c×c: those of v
}

// ridge returns the fit; false if rounding has made the kernel indefinite.
func ridge(red *lift.Reduced, z *mat.Dense) (*fitted, bool) {
	m, r, q := red.Dims()
	_, c := red.Y.Dims()
	gamma, algebra := red.Source.Gamma, red.Algebra()
	rows := mat.NewDense(m+r, q, nil) // the fitted rows as forms of (α̂, û)
	for i, fit := range red.Fits {
		rows.Set(fit.Row, i, fit.Weight)
		if fit.Negative {
			for k := range r {
				rows.Set(m+k, i, -fit.Weight*red.X.At(fit.Row, k))
			}
		}
	}
	zr, kernel := mat.NewDense(m+r, q, nil), mat.NewDense(q, q, nil)
	algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, z.RawMatrix(), rows.RawMatrix(), 0, zr.RawMatrix())
	algebra.Gemm(blas.Trans, blas.NoTrans, 1, rows.RawMatrix(), zr.RawMatrix(), 0, kernel.RawMatrix())
	balance(algebra, kernel)
	for i := range q {
		kernel.Set(i, i, kernel.At(i, i)+gamma)
	}
	if !algebra.Cholesky(blas.Lower, q, kernel.RawMatrix().Data, q) {
		return nil, false
	}
	qy := mat.DenseCopyOf(red.Y)
	algebra.CholeskySolve(blas.Lower, q, c, kernel.RawMatrix().Data, q, qy.RawMatrix().Data, c)
	fit := &fitted{w: mat.NewDense(q, c, nil), cross: mat.NewDense(m+r, c, nil), v: mat.NewDense(c, c, nil)}
	fit.w.Scale(gamma, qy)
	algebra.Mul(fit.cross, zr, qy)
	var output mat.Dense
	output.Sub(red.Y, fit.w)
	algebra.Mul(fit.v, qy.T(), &output)
	balance(algebra, fit.v)
	fit.value = gamma / 2 * (mat.Trace(block(z, m, m+r, m, m+r)) + linalg.Dot(qy.RawMatrix().Data, mat.DenseCopyOf(red.Y).RawMatrix().Data))
	return fit, true
}
