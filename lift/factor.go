package lift

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// Factor is a low-rank solution of the reduced relaxation, Z = R Rᵀ with R = [Alpha; U],
// in the scaled coordinates α̂, û of Reduced.  A network is the special case in
// which column j of Alpha is the activation (X û_j)₊.
type Factor struct {
	Alpha *mat.Dense // m×k
	U     *mat.Dense // r×k
}

// Columns returns the number k of columns.
func (f Factor) Columns() int {
	if f.Alpha == nil {
		return 0
	}
	_, k := f.Alpha.Dims()
	return k
}

// Beta returns β̂ = α̂ − X û (m×k).
func (r *Reduced) Beta(f Factor) *mat.Dense {
	var b mat.Dense
	r.Algebra().Mul(&b, r.X, f.U)
	b.Sub(f.Alpha, &b)
	return &b
}

// Fitted returns the activations of the fitted rows (q×k), weights included.
func (r *Reduced) Fitted(f Factor) *mat.Dense {
	beta := r.Beta(f)
	k := f.Columns()
	out := mat.NewDense(len(r.Fits), k, nil)
	for q, fit := range r.Fits {
		src := f.Alpha
		if fit.Negative {
			src = beta
		}
		linalg.Axpy(fit.Weight, src.RawRowView(fit.Row), out.RawRowView(q))
	}
	return out
}

// OptimalV returns the second layer that is optimal for the kernel of f, the
// ridge regression V = (ΓᵀΓ + γI)⁻¹ ΓᵀY (k×c) with Γ = Fitted(f).
func (r *Reduced) OptimalV(f Factor) *mat.Dense {
	fitted := r.Fitted(f)
	k := f.Columns()
	gram, la := mat.NewSymDense(k, nil), r.Algebra()
	la.SymOuterK(gram, 1, fitted.T())
	for j := range k {
		gram.SetSym(j, j, gram.At(j, j)+r.Source.Gamma)
	}
	var v mat.Dense
	la.Mul(&v, fitted.T(), r.Y)
	_, c := v.Dims()
	raw := gram.RawSymmetric()
	la.Cholesky(blas.Upper, k, raw.Data, raw.Stride) // γ > 0 makes it definite
	la.CholeskySolve(blas.Upper, k, c, raw.Data, raw.Stride, v.RawMatrix().Data, c)
	return &v
}

// Value returns the objective of the relaxation at f,
// Constant + (γ/2)[tr Yᵀ(K+γI)⁻¹Y + tr U], and the residual W̃ = γ(K+γI)⁻¹Y (q×c).
func (r *Reduced) Value(f Factor) (value float64, residual *mat.Dense) {
	v := r.OptimalV(f)
	residual = new(mat.Dense)
	r.Algebra().Mul(residual, r.Fitted(f), v)
	residual.Sub(r.Y, residual)
	nw, nv, nu := mat.Norm(residual, 2), mat.Norm(v, 2), mat.Norm(f.U, 2)
	return r.Constant + nw*nw/2 + r.Source.Gamma/2*(nv*nv+nu*nu), residual
}

// Directions returns the first-layer weights of the factor's columns in the
// features of the source problem (k×d).
func (r *Reduced) Directions(f Factor) *mat.Dense {
	var u mat.Dense
	r.Algebra().Mul(&u, f.U.T(), r.Basis.T())
	return &u
}

// PublishedFactor returns the factor of the published matrix Λ = F Fᵀ, with rows (α, β, u, v),
// p×k for p = 2n+d+c, of the source problem.
func (r *Reduced) PublishedFactor(f Factor) *mat.Dense {
	n, d, c := r.Source.Dims()
	k := f.Columns()
	if k == 0 {
		k = 1
	}
	out := mat.NewDense(2*n+d+c, k, nil)
	if f.Columns() == 0 {
		return out
	}
	beta := r.Beta(f)
	for i := range n {
		rep := r.MergedInto[i]
		if rep < 0 {
			continue
		}
		s := r.MergeScale[i]
		first, second := f.Alpha, beta
		if s < 0 {
			first, second = beta, f.Alpha
		}
		scale := math.Abs(s) * r.RowScale[rep]
		linalg.Axpy(scale, first.RawRowView(rep), out.RawRowView(i))
		linalg.Axpy(scale, second.RawRowView(rep), out.RawRowView(n+i))
	}
	out.Slice(2*n, 2*n+d, 0, k).(*mat.Dense).Copy(r.Directions(f).T())
	out.Slice(2*n+d, 2*n+d+c, 0, k).(*mat.Dense).Copy(r.OptimalV(f).T())
	return out
}

// Lambda returns the published p×p matrix Λ of f.
func (r *Reduced) Lambda(f Factor) *mat.SymDense {
	factor := r.PublishedFactor(f)
	p, _ := factor.Dims()
	l := mat.NewSymDense(p, nil)
	r.Algebra().SymOuterK(l, 1, factor)
	return l
}

// FactorOf returns the factor of a network: its activations on the representatives.
func (r *Reduced) FactorOf(w problem.Weights) Factor {
	m, rank, _ := r.Dims()
	k := w.Width()
	f := Factor{Alpha: mat.NewDense(m, max(k, 1), nil), U: mat.NewDense(rank, max(k, 1), nil)}
	if k == 0 {
		return f
	}
	r.Algebra().Mul(f.U, r.Basis.T(), w.U.T())
	r.Algebra().Mul(f.Alpha, r.X, f.U)
	f.Alpha.Apply(func(_, _ int, v float64) float64 { return max(v, 0) }, f.Alpha)
	return f
}

// Multipliers maps multipliers of the scaled reduced program back to the source:
// residual is W̃ (q×c) of the fits, phi, psi and omega (m×m) belong to α̂ and β̂.
func (r *Reduced) Multipliers(residual, phi, psi, omega *mat.Dense) Multipliers {
	w := r.stack.InvertMultipliers(residual)
	if r.X == nil {
		return Multipliers{W: w}
	}
	mu := SparseMultipliers(w, phi, psi, omega)
	m := len(mu.Psi)
	for i, p := range mu.Pairs {
		mu.Pairs[i].Value = p.Value / (r.RowScale[p.K%m] * r.RowScale[p.L%m])
	}
	for i := range mu.Psi {
		mu.Psi[i] /= r.RowScale[i] * r.RowScale[i]
	}
	return mu
}
