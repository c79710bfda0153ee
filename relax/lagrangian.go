package relax

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
)

// lagrangian is the augmented Lagrangian of the low-rank form Z = RRᵀ, R = [F; G], of twice
// the relaxation,
//
//	φ(R) = ‖W‖² + γ‖V‖² + γ‖G‖² + (1/2σ) Σ_ab ([M − σT]₊² − M²)_ab,   T = LLᵀ,  L = [F; F − XG],
//
// where V (k×c) is the ridge regression on the fitted rows Γ of L, W = Y − ΓV its residual, and
// the sum runs over a ≠ b.  The entries T_i,m+i = N_ii are equalities and lose the plus.  The
// updated multipliers M⁺ = [M − σT]₊ are the blocks Φ, Ψ, Ω of the certificate, and
// ∇φ = 2 S R with the S that they and W give.
type lagrangian struct {
	algebra linalg.Algebra
	red     *lift.Reduced
	m, r, c int
	gamma   float64
	sigma   float64
	mult    *mat.Dense // 2m×2m symmetric, zero diagonal: M
	panel   int        // rows of a panel in Hessian products
	work    *mat.Dense // panel×2m
}

func newLagrangian(red *lift.Reduced) *lagrangian {
	m, r, _ := red.Dims()
	_, c := red.Y.Dims()
	al := &lagrangian{algebra: red.Algebra(), red: red, m: m, r: r, c: c, gamma: red.Source.Gamma, sigma: 1}
	al.mult = mat.NewDense(2*m, 2*m, nil)
	al.panel = min(2*m, 256)
	al.work = mat.NewDense(al.panel, 2*m, nil)
	return al
}

// point is φ with its derivatives' ingredients at one R.
type point struct {
	f, g     *mat.Dense // m×k, r×k
	lines    *mat.Dense // 2m×k: L
	plus     *mat.Dense // 2m×2m: M⁺
	v, w     *mat.Dense // k×c, q×c
	gram     mat.Cholesky
	value    float64 // φ
	twice    float64 // ‖W‖² + γ‖V‖² + γ‖G‖²
	gf, gg   *mat.Dense
	gradNorm float64
	pattern  *pattern
	least    float64 // smallest eigenvalue of S, where it has been computed
}

// at evaluates φ and its gradient; plus is storage for M⁺ and may be nil.
func (al *lagrangian) at(f, g, plus *mat.Dense) *point {
	m := al.m
	_, k := f.Dims()
	pt := &point{f: f, g: g}
	pt.lines = mat.NewDense(2*m, k, nil)
	al.stack(pt.lines, f, g)

	// The fit.
	fitted := al.fitted(pt.lines)
	gram := mat.NewSymDense(k, nil)
	al.algebra.SymOuterK(gram, 1, fitted.T())
	for j := range k {
		gram.SetSym(j, j, gram.At(j, j)+al.gamma)
	}
	pt.gram.Factorize(gram)
	var rhs mat.Dense
	al.algebra.Mul(&rhs, fitted.T(), al.red.Y)
	pt.v = new(mat.Dense)
	_ = pt.gram.SolveTo(pt.v, &rhs) // the Gram matrix is at least γI
	pt.w = new(mat.Dense)
	al.algebra.Mul(pt.w, fitted, pt.v)
	pt.w.Sub(al.red.Y, pt.w)
	wn, vn, gn := mat.Norm(pt.w, 2), mat.Norm(pt.v, 2), mat.Norm(g, 2)
	pt.twice = wn*wn + al.gamma*(vn*vn+gn*gn)

	// M⁺ and the penalty.
	if plus == nil {
		plus = mat.NewDense(2*m, 2*m, nil)
	}
	pt.plus = plus
	copy(plus.RawMatrix().Data, al.mult.RawMatrix().Data)
	al.algebra.Gemm(blas.NoTrans, blas.Trans, -al.sigma, pt.lines.RawMatrix(), pt.lines.RawMatrix(), 1, plus.RawMatrix())
	mirror(al.algebra, plus)
	sums := make([]float64, 2*m)
	n := 2 * m
	each(al.algebra, n, func(a, lo, hi int) {
		row, old := plus.RawMatrix().Data[lo:hi], al.mult.RawMatrix().Data[lo:hi]
		row[a] = 0
		free := (a + m) % n
		keep := row[free]
		for b, v := range row {
			row[b] = max(v, 0)
		}
		row[free] = keep
		sums[a] = linalg.Dot(row, row) - linalg.Dot(old, old)
	})
	var penalty float64
	for _, s := range sums {
		penalty += s
	}
	pt.value = pt.twice + penalty/(2*al.sigma)

	// ∇ with respect to L, then to F and G.
	gl := mat.NewDense(2*m, k, nil)
	al.algebra.Gemm(blas.NoTrans, blas.NoTrans, -2, plus.RawMatrix(), pt.lines.RawMatrix(), 0, gl.RawMatrix())
	var wv mat.Dense
	al.algebra.Mul(&wv, pt.w, pt.v.T())
	al.addFitted(gl, -2, &wv)
	pt.gf, pt.gg = al.pull(gl)
	pt.gg.Apply(func(i, j int, v float64) float64 { return v + 2*al.gamma*g.At(i, j) }, pt.gg)
	a, b := mat.Norm(pt.gf, 2), mat.Norm(pt.gg, 2)
	pt.gradNorm = math.Hypot(a, b)
	return pt
}

// stack sets lines to [F; F − XG].
func (al *lagrangian) stack(lines, f, g *mat.Dense) {
	_, k := f.Dims()
	lines.Slice(0, al.m, 0, k).(*mat.Dense).Copy(f)
	beta := lines.Slice(al.m, 2*al.m, 0, k).(*mat.Dense)
	al.algebra.Mul(beta, al.red.X, g)
	beta.Sub(f, beta)
}

// pull is the adjoint of stack.
func (al *lagrangian) pull(gl *mat.Dense) (gf, gg *mat.Dense) {
	_, k := gl.Dims()
	top, bottom := gl.Slice(0, al.m, 0, k), gl.Slice(al.m, 2*al.m, 0, k)
	gf, gg = new(mat.Dense), new(mat.Dense)
	gf.Add(top, bottom)
	al.algebra.Mul(gg, al.red.X.T(), bottom)
	gg.Scale(-1, gg)
	return gf, gg
}

func (al *lagrangian) fitted(lines *mat.Dense) *mat.Dense {
	_, k := lines.Dims()
	out := mat.NewDense(len(al.red.Fits), k, nil)
	for q, fit := range al.red.Fits {
		linalg.Axpy(fit.Weight, lines.RawRowView(slot(fit, al.m)), out.RawRowView(q))
	}
	return out
}

func (al *lagrangian) addFitted(gl *mat.Dense, s float64, g *mat.Dense) {
	for q, fit := range al.red.Fits {
		linalg.Axpy(s*fit.Weight, g.RawRowView(q), gl.RawRowView(slot(fit, al.m)))
	}
}

// mask clears the entries of row a of a matrix like M⁺ where M⁺ is not positive and which are
// not equalities.  It has no branches: the pattern is as good as random to the processor.
func (al *lagrangian) mask(row []float64, plus *mat.Dense, a int) {
	n := 2 * al.m
	free := (a + al.m) % n
	var keep float64
	if free < len(row) {
		keep = row[free]
	}
	pattern := plus.RawMatrix().Data[a*n : a*n+len(row)]
	for b, v := range pattern {
		// Off the equalities M⁺ ≥ 0, and −0 does not occur: positive is having a bit set.
		bits := math.Float64bits(v)
		on := uint64(int64(bits|-bits) >> 63)
		row[b] = math.Float64frombits(math.Float64bits(row[b]) & on)
	}
	if free < len(row) {
		row[free] = keep
	}
}

// hessian returns ∇²φ·(df, dg) at pt.  The 2m×2m change of T exists one panel of rows at a time.
func (al *lagrangian) hessian(pt *point, df, dg *mat.Dense) (hf, hg *mat.Dense) {
	m := al.m
	n := 2 * m
	_, k := df.Dims()
	dl := mat.NewDense(n, k, nil)
	al.stack(dl, df, dg)
	out := mat.NewDense(n, k, nil)
	al.curve(pt, dl, out)
	// The fit: dV = C⁻¹(dΓᵀW − ΓᵀdΓ V), dW = −dΓ V − Γ dV.
	dgam, gam := al.fitted(dl), al.fitted(pt.lines)
	var dgv, t1, t2, dv, dw, grad, tmp mat.Dense
	al.algebra.Mul(&dgv, dgam, pt.v)
	al.algebra.Mul(&t1, dgam.T(), pt.w)
	al.algebra.Mul(&t2, gam.T(), &dgv)
	t1.Sub(&t1, &t2)
	_ = pt.gram.SolveTo(&dv, &t1)
	al.algebra.Mul(&dw, gam, &dv)
	dw.Add(&dw, &dgv)
	dw.Scale(-1, &dw)
	al.algebra.Mul(&grad, &dw, pt.v.T())
	al.algebra.Mul(&tmp, pt.w, dv.T())
	grad.Add(&grad, &tmp)
	al.addFitted(out, -2, &grad)
	hf, hg = al.pull(out)
	hg.Apply(func(i, j int, v float64) float64 { return v + 2*al.gamma*dg.At(i, j) }, hg)
	return hf, hg
}
