package certificate

import (
	"fmt"
	"math"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// blocks are the parts of S of the package comment, equation (2), in the scaled
// units of condensed, for multipliers with their signs put right.
type blocks struct {
	q           *condensed
	plus, minus *mat.Dense // m×c, V₊ and V₋ in the units of the data

	a *mat.Dense // m×m, A = S_αα, both triangles
	c *mat.Dense // m×k, C = S_αu
	d *mat.Dense // k×k, D = γI − S_uu
}

// signed returns the multipliers' entries with signs put right: the symmetric
// nonnegative part of Φ and Ω, Ψ with a nonnegative off-diagonal.
type signed struct{ phi, psi, omega *mat.Dense }

func (s signed) phiAt(i, j int) float64 {
	return max(s.phi.At(i, j)/2+s.phi.At(j, i)/2, 0)
}

func (s signed) omegaAt(i, j int) float64 {
	return max(s.omega.At(i, j)/2+s.omega.At(j, i)/2, 0)
}

func (s signed) psiAt(i, j int) float64 {
	if i == j {
		return s.psi.At(i, i)
	}
	return max(s.psi.At(i, j), 0)
}

// checkMultipliers reports the first thing that makes mu unusable for q.
func (q *condensed) checkMultipliers(mu lift.Multipliers) error {
	n, _, c := q.problem.Dims()
	for _, part := range []struct {
		name       string
		v          *mat.Dense
		rows, cols int
	}{{"W", mu.W, n, c}, {"Phi", mu.Phi, q.m, q.m}, {"Psi", mu.Psi, q.m, q.m}, {"Omega", mu.Omega, q.m, q.m}} {
		if part.v == nil {
			if part.rows == 0 {
				continue
			}
			return fmt.Errorf("%w: %s is missing", ErrMultipliers, part.name)
		}
		if rows, cols := part.v.Dims(); rows != part.rows || cols != part.cols {
			return fmt.Errorf("%w: %s is %d×%d, expected %d×%d", ErrMultipliers, part.name, rows, cols, part.rows, part.cols)
		}
		for i := range part.rows {
			for j, v := range part.v.RawRowView(i) {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("%w: %s[%d,%d] is %v, expected a finite number", ErrMultipliers, part.name, i, j, v)
				}
			}
		}
	}
	return nil
}

// newBlocks forms the blocks of S.  m must be positive.
func (q *condensed) newBlocks(mu lift.Multipliers) *blocks {
	b := &blocks{q: q, plus: q.gather(mu.W, &q.positive), minus: q.gather(mu.W, &q.negative)}
	s := signed{mu.Phi, mu.Psi, mu.Omega}
	m, gamma := q.m, q.problem.Gamma
	_, k := q.x.Dims()

	// V and G in scaled units: α̂ = 2^−e α.
	v := mat.NewDense(m, q.c, nil)
	g := mat.NewDense(q.c, k, nil)
	for _, part := range []*mat.Dense{b.plus, b.minus} {
		if part == nil {
			continue
		}
		scaled := mat.NewDense(m, q.c, nil)
		for r := range m {
			for j, p := range part.RawRowView(r) {
				scaled.Set(r, j, math.Ldexp(p, q.exponent[r]))
			}
		}
		v.Add(v, scaled)
		if part == b.minus {
			q.algebra.Mul(g, scaled.T(), q.x)
		}
	}

	b.a = mat.NewDense(m, m, nil)
	q.algebra.Mul(b.a, v, v.T())
	coupling := mat.NewDense(m, m, nil) // Ψ + Ω, then Ω
	for i := range m {
		row, pairs := b.a.RawRowView(i), coupling.RawRowView(i)
		for j := range m {
			e := q.exponent[i] + q.exponent[j]
			omega := s.omegaAt(i, j)
			row[j] = -(row[j]/gamma + math.Ldexp(s.phiAt(i, j)+s.psiAt(i, j)+s.psiAt(j, i)+omega, e))
			pairs[j] = math.Ldexp(s.psiAt(i, j)+omega, e)
		}
	}
	b.c = mat.NewDense(m, k, nil)
	q.algebra.Mul(b.c, coupling, q.x)
	for i := range m {
		pairs := coupling.RawRowView(i)
		for j := range m {
			pairs[j] = math.Ldexp(s.omegaAt(i, j), q.exponent[i]+q.exponent[j])
		}
	}
	var ox mat.Dense
	q.algebra.Mul(&ox, coupling, q.x)
	b.d = mat.NewDense(k, k, nil)
	q.algebra.Mul(b.d, q.x.T(), &ox)
	if b.minus != nil {
		var vg, gg mat.Dense
		q.algebra.Mul(&vg, v, g)
		vg.Scale(1/gamma, &vg)
		b.c.Add(b.c, &vg)
		q.algebra.Mul(&gg, g.T(), g)
		gg.Scale(1/gamma, &gg)
		b.d.Add(b.d, &gg)
	}
	return b
}

// finite reports whether every entry of the blocks is a finite number.
func (b *blocks) finite() bool {
	for _, part := range []*mat.Dense{b.a, b.c, b.d} {
		rows, _ := part.Dims()
		for i := range rows {
			for _, v := range part.RawRowView(i) {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return false
				}
			}
		}
	}
	return true
}

// curvature is κ at one δ with what its derivative needs.
type curvature struct {
	kappa float64
	u     []float64 // k, the unit top eigenvector of D + CᵀA⁻¹C
	alpha []float64 // m, −A⁻¹C u, which minimises (α,u)ᵀS(α,u) over α
}

// slope returns ∂κ/∂δ_i = −2 α_i β_i/γ with β = α − X u.
func (v *curvature) slope(b *blocks) []float64 {
	out := make([]float64, b.q.m)
	for i := range out {
		row := b.q.x.RawRowView(i)
		beta := v.alpha[i]
		for j, u := range v.u {
			beta -= row[j] * u
		}
		out[i] = -2 * v.alpha[i] * beta / b.q.problem.Gamma
	}
	return out
}

// evaluate returns κ of equation (4) at δ; ok is false where A + 2 diag δ is not
// positive definite.
func (b *blocks) evaluate(delta []float64) (v curvature, ok bool) {
	m := b.q.m
	factor := mat.DenseCopyOf(b.a)
	reduced := mat.DenseCopyOf(b.c)
	for i, s := range delta {
		factor.Set(i, i, factor.At(i, i)+2*s)
		addScaled(reduced.RawRowView(i), -s, b.q.x.RawRowView(i))
	}
	tri := blas64.Triangular{N: m, Stride: m, Data: factor.RawMatrix().Data, Uplo: blas.Upper, Diag: blas.NonUnit}
	if !b.q.algebra.Cholesky(tri.Uplo, m, tri.Data, tri.Stride) {
		return curvature{}, false
	}
	// T = R⁻ᵀC, D + TᵀT.
	b.q.algebra.Trsm(blas.Left, blas.Trans, 1, tri, reduced.RawMatrix())
	form := mat.DenseCopyOf(b.d)
	b.q.algebra.Gemm(blas.Trans, blas.NoTrans, 1, reduced.RawMatrix(), reduced.RawMatrix(), 1, form.RawMatrix())
	top, u, ok := largestEigenpair(b.q.algebra, form)
	if !ok {
		return curvature{}, false
	}
	v = curvature{kappa: top / b.q.problem.Gamma, u: u, alpha: make([]float64, m)}
	b.q.algebra.Gemv(blas.NoTrans, -1, reduced.RawMatrix(), u, 0, v.alpha)
	b.q.algebra.Trsm(blas.Left, blas.NoTrans, 1, tri, linalg.General{Rows: m, Cols: 1, Stride: 1, Data: v.alpha})
	return v, !math.IsNaN(v.kappa) && !math.IsInf(v.kappa, 0)
}

// largestEigenpair returns the largest eigenvalue of the symmetric k×k matrix s
// and its unit eigenvector.
func largestEigenpair(algebra linalg.Algebra, s *mat.Dense) (value float64, vector []float64, ok bool) {
	k, _ := s.Dims()
	sym := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			sym.SetSym(i, j, s.At(i, j)/2+s.At(j, i)/2)
		}
	}
	values, vectors, ok := algebra.EigenSym(sym, true)
	if !ok {
		return 0, nil, false
	}
	return values[k-1], mat.Col(nil, k-1, vectors), true
}
