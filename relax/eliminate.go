package relax

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
)

// Where the entries of W are at least eliminateFrom, and many more than the rank 2c² of their
// coupling, they are eliminated from the Schur complement; measured on the reference problems, fewer of
// them are solved for sooner, and more accurately, as unknowns like the others.
const (
	eliminateFrom = 2000
	eliminateRank = 4 // entries of W per 2c²
)

func eliminates(fits, c int) bool { return fits >= eliminateFrom && fits >= eliminateRank*2*c*c }

// elimination solves the Schur complement of an interior-point step approximately, by elimination of
// its block of the fit, whose order is q·c, without a matrix of that order.
//
// With P and Q (c×c) the blocks of v in S⁻¹ and Z, F and G (q×lines) the rows of L Z Lᵀ and L S⁻¹ Lᵀ
// that are fitted, F_f, G_f (q×q) and F_v, G_v (q×c) their columns of the fit and of v, that block is
//
//	H W = W + ¼(F_f W P + G_f W Q) + ¼(F_v Wᵀ G_v + G_v Wᵀ F_v).
//
// A congruence T makes P and Q diagonal at once.  In W T⁻ᵀ the first three terms are then a
// matrix B_k of order q for each output k but for what TᵀT has off its diagonal, which is left
// out: that is all of the approximation, and nothing where c = 1.  The last two terms are U M Uᵀ
// of rank 2c², with columns F_l e_kᵀ and G_l e_kᵀ, and M couples the first for (l, k) with
// the second for (k, l); they are added by the formula of Woodbury.  A column of the block
// between the fit and the sign conditions is, for the lines (a, b),
// ¼(F_a g_b + F_b g_a + G_a f_b + G_b f_a), f and g being rows of v, so that what the elimination takes from
// the block of the signs comes from the inner products of the columns of F and G under B_k⁻¹.
type elimination struct {
	*conditions
	q      int
	turn   *mat.Dense // T
	f, g   *mat.Dense // q×lines, the lines of v turned by T
	fv, gv *mat.Dense // c×lines: the turned rows of v
	wide   *mat.Dense // 2c²×q: (B⁻¹U)ᵀ
	inner  *mat.Dense // (M⁻¹ + UᵀB⁻¹U)⁻¹
	signed func([]float64)
	work   *eliminationWork
}

// eliminationWork is the memory that all steps share.
type eliminationWork struct {
	basis, half    *mat.Dense   // q×2N
	products       *mat.Dense   // 2N×2N
	raised         *mat.Dense   // lines×N
	ff, fg, gf, gg *mat.Dense   // lines×lines
	blocks         []*mat.Dense // Cholesky factors of the B_k
}

func newEliminationWork(cs *conditions) *eliminationWork {
	q, n, lines := len(cs.red.Fits), cs.n, cs.lines
	w := &eliminationWork{
		basis: mat.NewDense(q, 2*n, nil), half: mat.NewDense(q, 2*n, nil), products: mat.NewDense(2*n, 2*n, nil),
		raised: mat.NewDense(lines, n, nil),
		ff:     mat.NewDense(lines, lines, nil), fg: mat.NewDense(lines, lines, nil),
		gf: mat.NewDense(lines, lines, nil), gg: mat.NewDense(lines, lines, nil),
	}
	for range cs.c {
		w.blocks = append(w.blocks, mat.NewDense(q, q, nil))
	}
	return w
}

// eliminationMemory is the size of eliminationWork in numbers, with q = m and without r.
func eliminationMemory(m, c uint64) uint64 {
	n, lines := m+c, 2*m+c
	return 2*m*2*n + 4*n*n + lines*n + 4*lines*lines + c*m*m
}

// newElimination factors the Schur complement for Z, S⁻¹ and the two of them lifted, plus a
// diagonal, in the memory of h (of the order of the signs); false where rounding prevents it.
func newElimination(cs *conditions, z, inv, lz, ls *mat.Dense, diagonal []float64, h *mat.Dense, work *eliminationWork) (*elimination, bool) {
	el := &elimination{conditions: cs, q: len(cs.red.Fits), work: work}
	v, n, c := cs.m+cs.r, cs.n, cs.c
	eigen, ok := el.diagonalise(block(inv, v, n, v, n), block(z, v, n, v, n))
	if !ok {
		return nil, false
	}
	el.f, el.g = el.turnColumns(el.fittedRows(lz)), el.turnColumns(el.fittedRows(ls))
	el.fv, el.gv = mat.NewDense(c, cs.lines, nil), mat.NewDense(c, cs.lines, nil)
	cs.algebra.Mul(el.fv, el.turn.T(), block(lz, 2*cs.m, cs.lines, 0, cs.lines))
	cs.algebra.Mul(el.gv, el.turn.T(), block(ls, 2*cs.m, cs.lines, 0, cs.lines))
	cs.liftRows(work.raised, z)
	block(work.basis, 0, el.q, 0, n).Copy(el.turnColumns(el.fittedRows(work.raised)))
	cs.liftRows(work.raised, inv)
	block(work.basis, 0, el.q, n, 2*n).Copy(el.turnColumns(el.fittedRows(work.raised)))

	cs.schur(h, cs.pairs[cs.fits:], lz, ls)
	for i, d := range diagonal[cs.fits:] {
		h.Set(i, i, h.At(i, i)+d)
	}
	narrow := mat.NewDense(cs.signs(), 2*c*c, nil) // of the signs: their block with the fit times B⁻¹U
	middle := mat.NewDense(2*c*c, 2*c*c, nil)
	for l := range c {
		for k := range c {
			middle.Set(l*c+k, c*c+k*c+l, 4)
			middle.Set(c*c+k*c+l, l*c+k, 4)
		}
	}
	el.wide = mat.NewDense(2*c*c, el.q, nil)
	fitF, fitG := el.fittedColumns(el.f), el.fittedColumns(el.g)
	for k := range c {
		if !el.factorBlock(k, fitF, fitG, eigen[k]) {
			return nil, false
		}
		el.innerProducts(k)
		el.subtract(h, narrow, k)
		el.addCoupling(middle, k)
	}
	if el.inner, ok = scaledInverse(cs.algebra, middle); !ok {
		return nil, false
	}
	weighted := product(cs.algebra, narrow, el.inner)
	const stripe = 512
	for lo := 0; lo < cs.signs(); lo += stripe {
		hi := min(cs.signs(), lo+stripe)
		cs.algebra.Gemm(blas.NoTrans, blas.Trans, 1, block(weighted, lo, hi, 0, 2*c*c).RawMatrix(), block(narrow, 0, hi, 0, 2*c*c).RawMatrix(), 1, block(h, lo, hi, 0, hi).RawMatrix())
	}
	el.signed, ok = factorKept(cs.algebra, h)
	return el, ok
}

// diagonalise sets T with TᵀPT = I and TᵀQT diagonal, and returns the diagonals of TᵀQT and TᵀT.
func (el *elimination) diagonalise(p, q *mat.Dense) ([][2]float64, bool) {
	c := el.c
	factor := mat.DenseCopyOf(p)
	if !el.algebra.Cholesky(blas.Lower, c, factor.RawMatrix().Data, c) {
		return nil, false
	}
	lower := lowerTriangle(factor)
	a := mat.DenseCopyOf(q)
	el.algebra.Trsm(blas.Left, blas.NoTrans, 1, lower, a.RawMatrix())
	a = mat.DenseCopyOf(a.T())
	el.algebra.Trsm(blas.Left, blas.NoTrans, 1, lower, a.RawMatrix())
	values, vectors, ok := el.algebra.EigenSym(symmetric(a), true)
	if !ok {
		return nil, false
	}
	el.algebra.Trsm(blas.Left, blas.Trans, 1, lower, vectors.RawMatrix())
	el.turn = vectors
	out := make([][2]float64, c)
	for k, value := range values {
		column := mat.Col(nil, k, vectors)
		out[k] = [2]float64{max(value, 0), linalg.Dot(column, column)}
	}
	return out, true
}

// fittedRows returns the rows of the fit in a matrix that is given by lines.
func (el *elimination) fittedRows(a *mat.Dense) *mat.Dense {
	_, cols := a.Dims()
	out := mat.NewDense(el.q, cols, nil)
	for i, fit := range el.red.Fits {
		linalg.Axpy(fit.Weight, a.RawRowView(slot(fit, el.m)), out.RawRowView(i))
	}
	return out
}

// turnColumns turns the last c columns, those of v, in place.
func (el *elimination) turnColumns(a *mat.Dense) *mat.Dense {
	rows, cols := a.Dims()
	part := block(a, 0, rows, cols-el.c, cols)
	part.Copy(product(el.algebra, part, el.turn))
	return a
}

// fittedColumns returns the columns of the fit in f or g.
func (el *elimination) fittedColumns(a *mat.Dense) *mat.Dense {
	out := mat.NewDense(el.q, el.q, nil)
	for i := range el.q {
		from, to := a.RawRowView(i), out.RawRowView(i)
		for j, fit := range el.red.Fits {
			to[j] = fit.Weight * from[slot(fit, el.m)]
		}
	}
	return out
}

// factorBlock factors B_k and computes the columns of B⁻¹U of this output.
func (el *elimination) factorBlock(k int, fitF, fitG *mat.Dense, eigen [2]float64) bool {
	b, q, c, n := el.work.blocks[k], el.q, el.c, el.n
	data := b.RawMatrix().Data
	each(el.algebra, q, func(i, lo, hi int) {
		out, fi, gi := data[lo:hi], fitF.RawRowView(i), fitG.RawRowView(i)
		for j := range out {
			out[j] = (fi[j] + eigen[0]*gi[j]) / 4
		}
		out[i] += eigen[1]
	})
	if !el.algebra.Cholesky(blas.Lower, q, data, q) {
		return false
	}
	u := mat.NewDense(q, 2*c, nil)
	block(u, 0, q, 0, c).Copy(block(el.work.basis, 0, q, n-c, n))
	block(u, 0, q, c, 2*c).Copy(block(el.work.basis, 0, q, 2*n-c, 2*n))
	el.algebra.CholeskySolve(blas.Lower, q, 2*c, data, q, u.RawMatrix().Data, 2*c)
	for l := range c {
		mat.Col(el.wide.RawRowView(l*c+k), l, u)
		mat.Col(el.wide.RawRowView(c*c+l*c+k), c+l, u)
	}
	return true
}

// innerProducts sets ff, fg, gf and gg to those of the columns of F and G under B_k⁻¹.
func (el *elimination) innerProducts(k int) {
	w, n := el.work, el.n
	w.half.Copy(w.basis)
	el.algebra.Trsm(blas.Left, blas.NoTrans, 1, lowerTriangle(el.work.blocks[k]), w.half.RawMatrix())
	el.algebra.Syrk(blas.Trans, 1, w.half.RawMatrix(), 0, blas64.Symmetric{Uplo: blas.Lower, N: 2 * n, Stride: 2 * n, Data: w.products.RawMatrix().Data})
	mirror(el.algebra, w.products)
	for _, part := range []struct {
		out  *mat.Dense
		i, j int
	}{{w.ff, 0, 0}, {w.gf, n, 0}, {w.gg, n, n}} {
		el.liftRows(w.raised, block(w.products, part.i, part.i+n, part.j, part.j+n))
		el.liftColumns(part.out, w.raised)
	}
	w.fg.Copy(w.gf)
	pairsOf(el.algebra, w.fg, func(low, up *float64) { *low, *up = *up, *low })
}

// subtract takes the part of output k from the lower triangle of the signs' block, and sets that
// of their inner products with U.
func (el *elimination) subtract(h, narrow *mat.Dense, k int) {
	pairs := el.pairs[el.fits:]
	w, p, c, lines := el.work, len(pairs), el.c, el.lines
	fk, gk := el.fv.RawRowView(k), el.gv.RawRowView(k)
	balanced(el.algebra, p, func(rows func(func(j int))) {
		// The column of a condition against the columns of F and G.
		f, g := make([]float64, lines), make([]float64, lines)
		rows(func(j int) {
			one := pairs[j]
			a, b := int(one.a), int(one.b)
			fa, fb, ga, gb := one.weight/4*fk[a], one.weight/4*fk[b], one.weight/4*gk[a], one.weight/4*gk[b]
			ffa, ffb, gfa, gfb := w.ff.RawRowView(a), w.ff.RawRowView(b), w.gf.RawRowView(a), w.gf.RawRowView(b)
			fga, fgb, gga, ggb := w.fg.RawRowView(a), w.fg.RawRowView(b), w.gg.RawRowView(a), w.gg.RawRowView(b)
			for l := range f {
				f[l] = gb*ffa[l] + ga*ffb[l] + fb*gfa[l] + fa*gfb[l]
				g[l] = gb*fga[l] + ga*fgb[l] + fb*gga[l] + fa*ggb[l]
			}
			row := h.RawRowView(j)[:j+1]
			for i := range row {
				other := &pairs[i]
				a, b := other.a, other.b
				row[i] -= other.weight / 4 * (gk[b]*f[a] + gk[a]*f[b] + fk[b]*g[a] + fk[a]*g[b])
			}
			to := narrow.RawRowView(j)
			for l := range c {
				to[l*c+k], to[c*c+l*c+k] = f[2*el.m+l], g[2*el.m+l]
			}
		})
	})
}

// addCoupling adds the part of output k of UᵀB⁻¹U.
func (el *elimination) addCoupling(middle *mat.Dense, k int) {
	c, v := el.c, 2*el.m
	for l := range c {
		for o := range c {
			for i, part := range []*mat.Dense{el.work.ff, el.work.fg, el.work.gf, el.work.gg} {
				x, y := i/2*c*c+l*c+k, i%2*c*c+o*c+k
				middle.Set(x, y, middle.At(x, y)+part.At(v+l, v+o))
			}
		}
	}
}

// solveFit solves the block of the fit in place, for the right side (B T)ᵀ (c×q); the result is (W T⁻ᵀ)ᵀ.
func (el *elimination) solveFit(b *mat.Dense) {
	c, q, v := el.c, el.q, 2*el.m
	for k := range c {
		el.algebra.CholeskySolve(blas.Lower, q, 1, el.work.blocks[k].RawMatrix().Data, q, b.RawRowView(k), 1)
	}
	f, g := product(el.algebra, b, block(el.f, 0, q, v, v+c)), product(el.algebra, b, block(el.g, 0, q, v, v+c))
	u := mat.NewVecDense(2*c*c, nil)
	for l := range c {
		for k := range c {
			u.SetVec(l*c+k, f.At(k, l))
			u.SetVec(c*c+l*c+k, g.At(k, l))
		}
	}
	var weights mat.VecDense
	weights.MulVec(el.inner, u)
	for j := range 2 * c * c {
		linalg.Axpy(-weights.AtVec(j), el.wide.RawRowView(j), b.RawRowView(j%c))
	}
}

// solve solves the whole system in place.
func (el *elimination) solve(x []float64) {
	pairs, y := el.pairs[el.fits:], x[el.fits:]
	rhs := product(el.algebra, el.turn.T(), mat.NewDense(el.q, el.c, x[:el.fits]).T())
	fit := mat.DenseCopyOf(rhs)
	el.solveFit(fit)
	f, g := product(el.algebra, fit, el.f), product(el.algebra, fit, el.g)
	for j, p := range pairs {
		var v float64
		for k := range el.c {
			fk, gk, fv, gv := f.RawRowView(k), g.RawRowView(k), el.fv.RawRowView(k), el.gv.RawRowView(k)
			v += fk[p.a]*gv[p.b] + fk[p.b]*gv[p.a] + gk[p.a]*fv[p.b] + gk[p.b]*fv[p.a]
		}
		y[j] -= p.weight / 4 * v
	}
	el.signed(y)
	ofF, ofG := mat.NewDense(el.c, el.lines, nil), mat.NewDense(el.c, el.lines, nil)
	for j, p := range pairs {
		v := y[j] * p.weight / 4
		for k := range el.c {
			fk, gk, fv, gv := ofF.RawRowView(k), ofG.RawRowView(k), el.fv.RawRowView(k), el.gv.RawRowView(k)
			fk[p.a] += v * gv[p.b]
			fk[p.b] += v * gv[p.a]
			gk[p.a] += v * fv[p.b]
			gk[p.b] += v * fv[p.a]
		}
	}
	rhs.Sub(rhs, product(el.algebra, ofF, el.f.T()))
	rhs.Sub(rhs, product(el.algebra, ofG, el.g.T()))
	el.solveFit(rhs)
	copy(x, product(el.algebra, rhs.T(), el.turn.T()).RawMatrix().Data)
}

// scaledInverse inverts a symmetric indefinite matrix after scaling it by its diagonal.
func scaledInverse(algebra linalg.Algebra, a *mat.Dense) (*mat.Dense, bool) {
	n, _ := a.Dims()
	scale := make([]float64, n)
	for i := range scale {
		scale[i] = 1 / math.Sqrt(math.Abs(a.At(i, i)))
		if math.IsInf(scale[i], 1) || math.IsNaN(scale[i]) {
			return nil, false
		}
	}
	scaled := func(i, j int, v float64) float64 { return v * scale[i] * scale[j] }
	var work, out mat.Dense
	work.Apply(scaled, a)
	// A bad condition only makes the solver less exact.
	if err := out.Inverse(&work); err != nil && !errors.As(err, new(mat.Condition)) {
		return nil, false
	}
	out.Apply(scaled, &out)
	balance(algebra, &out)
	return &out, true
}

// factorKept factors a positive definite matrix given by its lower triangle, and keeps that in the upper one for
// another attempt.
func factorKept(algebra linalg.Algebra, h *mat.Dense) (solve func([]float64), ok bool) {
	n, _ := h.Dims()
	diagonal := make([]float64, n)
	for i := range n {
		diagonal[i] = h.At(i, i)
	}
	mirror(algebra, h)
	return factorSystem(algebra, func() *mat.Dense {
		pairsOf(algebra, h, func(low, up *float64) { *low = *up })
		for i, v := range diagonal {
			h.Set(i, i, v)
		}
		return h
	})
}

func lowerTriangle(a *mat.Dense) blas64.Triangular {
	raw := a.RawMatrix()
	return blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: raw.Rows, Stride: raw.Stride, Data: raw.Data}
}

func product(algebra linalg.Algebra, a, b mat.Matrix) *mat.Dense {
	var out mat.Dense
	algebra.Mul(&out, a, b)
	return &out
}
