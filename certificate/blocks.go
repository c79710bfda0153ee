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
// units of condensed.
type blocks struct {
	q           *condensed
	plus, minus *mat.Dense // m×c, V₊ and V₋ in the units of the data

	a *mat.Dense // m×m, A = S_αα, both triangles
	c *mat.Dense // m×k, C = S_αu
	d *mat.Dense // k×k, D = γI − S_uu
}

// checkMultipliers reports the first thing that makes mu unusable for q.
func (q *condensed) checkMultipliers(mu lift.Multipliers) error {
	n, _, c := q.problem.Dims()
	if mu.W == nil {
		return fmt.Errorf("%w: W is missing", ErrMultipliers)
	}
	if rows, cols := mu.W.Dims(); rows != n || cols != c {
		return fmt.Errorf("%w: W is %d×%d, expected %d×%d", ErrMultipliers, rows, cols, n, c)
	}
	if len(mu.Psi) != q.m {
		return fmt.Errorf("%w: Psi has %d entries, expected %d", ErrMultipliers, len(mu.Psi), q.m)
	}
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	for i := range n {
		for j, v := range mu.W.RawRowView(i) {
			if !finite(v) {
				return fmt.Errorf("%w: W[%d,%d] is %v, expected a finite number", ErrMultipliers, i, j, v)
			}
		}
	}
	for i, v := range mu.Psi {
		if !finite(v) {
			return fmt.Errorf("%w: Psi[%d] is %v, expected a finite number", ErrMultipliers, i, v)
		}
	}
	for _, p := range mu.Pairs {
		switch {
		case p.K < 0 || p.L <= p.K || p.L >= 2*q.m || p.L == p.K+q.m:
			return fmt.Errorf("%w: a pair of lines (%d, %d), expected two of %d in order, not α and β of a row", ErrMultipliers, p.K, p.L, 2*q.m)
		case !finite(p.Value) || p.Value < 0:
			return fmt.Errorf("%w: the multiplier of lines %d and %d is %v, expected a finite number that is not negative", ErrMultipliers, p.K, p.L, p.Value)
		}
	}
	return nil
}

// products subtracts Φ + Ψ + Ψᵀ + Ω, in scaled units, from aa (m×m, both triangles), and returns (Ψ + Ω)X and
// ΩX (m×k).
func (q *condensed) products(mu lift.Multipliers, aa *mat.Dense) (au, ou *mat.Dense) {
	m := q.m
	_, k := q.x.Dims()
	au, ou = mat.NewDense(m, k, nil), mat.NewDense(m, k, nil)
	for i, v := range mu.Psi {
		v = math.Ldexp(v, 2*q.exponent[i])
		aa.Set(i, i, aa.At(i, i)-v)
		addScaled(au.RawRowView(i), v/2, q.x.RawRowView(i))
	}
	for _, p := range mu.Pairs {
		i, j := p.K%m, p.L%m
		v := math.Ldexp(p.Value, q.exponent[i]+q.exponent[j])
		aa.Set(i, j, aa.At(i, j)-v)
		aa.Set(j, i, aa.At(j, i)-v)
		if p.L >= m {
			addScaled(au.RawRowView(i), v, q.x.RawRowView(j))
		}
		if p.K >= m {
			addScaled(au.RawRowView(j), v, q.x.RawRowView(i))
			addScaled(ou.RawRowView(i), v, q.x.RawRowView(j))
			addScaled(ou.RawRowView(j), v, q.x.RawRowView(i))
		}
	}
	return au, ou
}

// newBlocks forms the blocks of S.  m must be positive.
func (q *condensed) newBlocks(mu lift.Multipliers) *blocks {
	b := &blocks{q: q, plus: q.gather(mu.W, &q.positive), minus: q.gather(mu.W, &q.negative)}
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
	b.a.Scale(-1/gamma, b.a)
	var ou *mat.Dense
	b.c, ou = q.products(mu, b.a)
	b.d = mat.NewDense(k, k, nil)
	q.algebra.Mul(b.d, q.x.T(), ou)
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
