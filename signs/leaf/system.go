package leaf

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// system is the Schur complement at an iterate, factored.  Its unknowns are ψ, M, ζ, τ; with 𝒲A = WAW and W = GGᵀ its
// entries are ⟨A_i, 𝒲A_j⟩, plus slack/M for the inequalities and the squared scaling of the cones.  The products have rank
// two, so that the entries are products of entries of L W Lᵀ.
//
// Before them come the unknowns that several cones share, if there are any, see SolveJoint; for the system of one cone
// they are multipliers of products like the others.
type system struct {
	it      *iterate
	sc      *scaled
	shared  int // unknowns before ψ
	pairs   []pair
	order   int
	h       []float64  // order×order, the lower triangle counts
	inverse *mat.Dense // L S⁻¹ Lᵀ
	traceV  [2]float64 // tr of the parts of S⁻¹
	scaling []scaling  // of the cones
	inverts []float64  // inverses of the cones' multipliers
}

// regularise is added to the diagonal of the Schur complement, relative to it.
const regularise = 1e-13

// newSystem computes the Schur complement.  work is reused where it is large enough.
func newSystem(it *iterate, sc *scaled, shared []pair, work *[]float64) *system {
	sys := &system{it: it, sc: sc, shared: len(shared), pairs: append(slices.Clip(shared), it.unknowns()...)}
	a := len(sys.pairs)
	n := a + 2
	sys.order = n
	if cap(*work) < n*n {
		*work = make([]float64, n*n+n*n/4)
	}
	h := (*work)[:n*n]
	sys.h = h
	var w mat.Dense
	it.algebra.Mul(&w, sc.lines, sc.lines.T())
	raw := w.RawMatrix()
	for i, p := range sys.pairs {
		wa := raw.Data[int(p.a)*raw.Stride : int(p.a)*raw.Stride+raw.Cols]
		wb := raw.Data[int(p.b)*raw.Stride : int(p.b)*raw.Stride+raw.Cols]
		row := h[i*n : i*n+i+1]
		for j := range row {
			q := sys.pairs[j]
			row[j] = (wa[q.a]*wb[q.b] + wa[q.b]*wb[q.a]) / 2
		}
	}
	// The rows of τ: E W L is the part of u, or of v, of G(LG)ᵀ.
	parts := [2]mat.Matrix{sc.g.Slice(it.m, it.m+it.d, 0, it.n), sc.g.Slice(it.m+it.d, it.n, 0, it.n)}
	for e, part := range parts {
		var r, inner mat.Dense
		it.algebra.Mul(&r, sc.lines, part.T())
		row := h[(a+e)*n:]
		for j, p := range sys.pairs {
			row[j] = -short.Dot(r.RawRowView(int(p.a)), r.RawRowView(int(p.b)))
		}
		for o := 0; o <= e; o++ {
			inner.Reset()
			it.algebra.Mul(&inner, part, parts[o].T())
			d := inner.RawMatrix().Data
			row[a+o] = short.Dot(d, d)
		}
	}
	for j := range it.pairs {
		k := sys.first() + j
		h[k*n+k] += it.slack[j] / it.mul[j]
	}
	width, first := it.width(), sys.first()+len(it.pairs)
	sys.inverts = make([]float64, len(it.coneMul))
	for k := range it.cones {
		at := k * width
		s, z := it.coneSlack[at:at+width], it.coneMul[at:at+width]
		t := newScaling(s, z)
		invert(sys.inverts[at:at+width], z)
		sys.scaling = append(sys.scaling, t)
		for i := range width {
			row := h[(first+at+i)*n+first+at:]
			for j := 0; j <= i; j++ {
				row[j] += t.square(i, j)
			}
		}
	}
	for i := range n {
		h[i*n+i] *= 1 + regularise
	}
	inv := make([]float64, len(sc.lambda))
	for j, l := range sc.lambda {
		inv[j] = 1 / l
	}
	sys.inverse = weighted(it.algebra, sc.lines, inv)
	for i := it.m; i < it.n; i++ {
		e, row := 0, sc.g.RawRowView(i)
		if i >= it.m+it.d {
			e = 1
		}
		for j, v := range row {
			sys.traceV[e] += v * v * inv[j]
		}
	}
	return sys
}

// first is the number of the first inequality's unknown.
func (sys *system) first() int { return sys.shared + sys.it.m }

// factor replaces the Schur complement by its factor.
func (sys *system) factor() bool {
	return sys.it.algebra.Cholesky(blas.Lower, sys.order, sys.h, sys.order)
}

// direction is a step of all variables; dz and ds are in the scaled coordinates.
type direction struct {
	y                    []float64 // ψ, M, ζ
	tau                  [2]float64
	dz, ds               *mat.Dense
	slack                []float64
	cone                 []float64 // of the cones' slacks
	primalStep, dualStep float64   // largest steps to the boundary
}

// correction holds the second-order terms of the predictor.
type correction struct {
	j     *mat.Dense
	pairs []float64 // dslack·dM/M
	cones []float64
}

// solve computes the direction towards the point of the central path at the target (σμ) with the factored system.
func (sys *system) solve(target float64, corr *correction) *direction {
	x := sys.rhs(target, corr)
	sys.it.algebra.CholeskySolve(blas.Lower, sys.order, 1, sys.h, sys.order, x, 1)
	a := len(sys.pairs)
	return sys.complete(target, corr, x[:a], [2]float64{x[a], x[a+1]})
}

// rhs is the right-hand side.
func (sys *system) rhs(target float64, corr *correction) []float64 {
	it, sc, n := sys.it, sys.sc, sys.order
	a, m, in := n-2, sys.first(), len(it.pairs)
	rhs := make([]float64, n)
	for k, p := range sys.pairs {
		rhs[k] = -target * sys.inverse.At(int(p.a), int(p.b))
	}
	for e := range 2 {
		rhs[a+e] = target*sys.traceV[e] - 1
	}
	for j := range in {
		rhs[m+j] += target / it.mul[j]
	}
	for j, v := range sys.inverts {
		rhs[m+in+j] += target * v
	}
	if corr != nil {
		lifted := lift(sys.it.algebra, sc.lines, corr.j)
		for k, p := range sys.pairs {
			rhs[k] += lifted.At(int(p.a), int(p.b))
		}
		back := lift(sys.it.algebra, sc.g, corr.j)
		t := it.traces(back)
		rhs[a] -= t[0]
		rhs[a+1] -= t[1]
		for j, v := range corr.pairs {
			rhs[m+j] -= v
		}
		for j, v := range corr.cones {
			rhs[m+in+j] -= v
		}
	}
	return rhs
}

// complete computes the direction from its unknowns.
func (sys *system) complete(target float64, corr *correction, y []float64, tau [2]float64) *direction {
	it, sc := sys.it, sys.sc
	m, in := sys.first(), len(it.pairs)
	dir := &direction{y: y, tau: tau}
	ds := adjoint(sys.it.algebra, sc.lines, sys.pairs, dir.y)
	ds.Scale(-1, ds)
	for e, t := range dir.tau {
		part := sc.g.Slice(it.m, it.m+it.d, 0, it.n)
		if e == 1 {
			part = sc.g.Slice(it.m+it.d, it.n, 0, it.n)
		}
		var inner mat.Dense
		sys.it.algebra.Mul(&inner, part.T(), part)
		inner.Scale(t, &inner)
		ds.Add(ds, &inner)
	}
	dz := mat.NewDense(it.n, it.n, nil)
	dz.Scale(-1, ds)
	for i, l := range sc.lambda {
		dz.Set(i, i, dz.At(i, i)+target/l-l)
	}
	dir.slack = make([]float64, in)
	for j := range in {
		dir.slack[j] = target/it.mul[j] - it.slack[j] - it.slack[j]/it.mul[j]*dir.y[m+j]
	}
	width := it.width()
	dir.cone = make([]float64, len(it.coneMul))
	half, full := make([]float64, width), make([]float64, width)
	for k, t := range sys.scaling {
		at := k * width
		t.apply(half, dir.y[m+in+at:m+in+at+width], false)
		t.apply(full, half, false)
		for i := range width {
			dir.cone[at+i] = target*sys.inverts[at+i] - it.coneSlack[at+i] - full[i]
		}
	}
	if corr != nil {
		dz.Sub(dz, corr.j)
		for j, v := range corr.pairs {
			dir.slack[j] -= v
		}
		for j, v := range corr.cones {
			dir.cone[j] -= v
		}
	}
	dir.dz, dir.ds = dz, ds
	sys.limit(dir)
	return dir
}

// limit computes the steps to the boundary.
func (sys *system) limit(dir *direction) {
	it := sys.it
	p, d := sys.sc.reachMatrix(dir.dz), sys.sc.reachMatrix(dir.ds)
	m, in, width := sys.first(), len(it.pairs), it.width()
	for j, v := range dir.slack {
		if v < 0 {
			p = min(p, -it.slack[j]/v)
		}
		if w := dir.y[m+j]; w < 0 {
			d = min(d, -it.mul[j]/w)
		}
	}
	for k := range it.cones {
		at := k * width
		p = min(p, reach(it.coneSlack[at:at+width], dir.cone[at:at+width]))
		d = min(d, reach(it.coneMul[at:at+width], dir.y[m+in+at:m+in+at+width]))
	}
	dir.primalStep, dir.dualStep = p, d
}

// after returns the complementarity after steps p and d along dir.
func (sys *system) after(dir *direction, p, d float64) float64 {
	it := sys.it
	sum := 0.0
	n := it.n
	for i := range n {
		rz, rs := dir.dz.RawRowView(i), dir.ds.RawRowView(i)
		for j := range n {
			z, s := p*rz[j], d*rs[j]
			if i == j {
				z += sys.sc.lambda[i]
				s += sys.sc.lambda[i]
			}
			sum += z * s
		}
	}
	m, in := sys.first(), len(it.pairs)
	for j, v := range dir.slack {
		sum += (it.slack[j] + p*v) * (it.mul[j] + d*dir.y[m+j])
	}
	for j, v := range dir.cone {
		sum += (it.coneSlack[j] + p*v) * (it.coneMul[j] + d*dir.y[m+in+j])
	}
	return sum
}

// correct returns the second-order terms of the predictor dir.
func (sys *system) correct(dir *direction) *correction {
	it := sys.it
	m, in, width := sys.first(), len(it.pairs), it.width()
	corr := &correction{j: sys.sc.second(dir.dz, dir.ds), pairs: make([]float64, in), cones: make([]float64, len(it.coneMul))}
	for j, v := range dir.slack {
		corr.pairs[j] = v * dir.y[m+j] / it.mul[j]
	}
	x, y, o, q, lam := make([]float64, width), make([]float64, width), make([]float64, width), make([]float64, width), make([]float64, width)
	for k, t := range sys.scaling {
		at := k * width
		t.apply(x, dir.cone[at:at+width], true)
		t.apply(y, dir.y[m+in+at:m+in+at+width], false)
		t.apply(lam, it.coneMul[at:at+width], false)
		product(o, x, y)
		divide(q, lam, o)
		t.apply(corr.cones[at:at+width], q, false)
	}
	return corr
}

// advance moves the iterate along dir.
func (sys *system) advance(dir *direction, p, d float64) {
	it := sys.it
	m, in := sys.first(), len(it.pairs)
	dz := sys.sc.back(dir.dz)
	dz.Scale(p, dz)
	it.z.Add(it.z, dz)
	for j, v := range dir.slack {
		it.slack[j] += p * v
		it.mul[j] += d * dir.y[m+j]
	}
	for j, v := range dir.cone {
		it.coneSlack[j] += p * v
		it.coneMul[j] += d * dir.y[m+in+j]
	}
	for i := range it.psi {
		it.psi[i] += d * dir.y[sys.shared+i]
	}
	for e := range 2 {
		it.tau[e] += d * dir.tau[e]
	}
	it.s = it.slackMatrix(it.tau, it.unknowns(), it.multipliers())
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
