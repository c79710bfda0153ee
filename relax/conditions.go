package relax

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
)

// conditions are the linear forms of the relaxation in its order N = m+r+c, with Z over (α̂, û, v):
// the fit, ΓZ, of q·c entries, and a set of the sign conditions ±T_ab ≥ 0, T = L Z Lᵀ over the
// lines L = [α̂; β̂] = [α̂; α̂ − Xû].  Every one of them is weight·l_aᵀ Z l_b for a pair of lines,
// counting the v as lines too.  The condition N_ii = 0 is −N_ii ≥ 0 here: its multiplier cannot
// be positive, because S ⪰ 0 has a nonnegative diagonal.
//
// Where several blocks of rows share the moments of (û, v), the û are lines too, the last ones, and the entries of these
// moments are forms that come after the fit; see shared.
type conditions struct {
	algebra linalg.Algebra
	red     *lift.Reduced
	m, r, c int // representatives, rank, outputs
	n       int // order of Z
	lines   int // 2m+c, and r more with shares
	fits    int // q·c, the number of pairs of the fit, which come first
	shares  int // and that of the entries of the moments of (û, v), which come next; 0 where nothing is shared
	pairs   []pair
	targets []float64 // Y by pair of the fit
	member  map[[2]int32]struct{}
}

type pair struct {
	a, b   int32 // lines, a < b
	weight float64
}

// neighbours is how many of the lines with the most opposite directions each line is paired
// with at the start.  A condition tends to be active where few directions u have both lines
// positive; chosen by measurement.
const neighbours = 4

// newConditions has the fit, the shares if they are asked for, the N_ii and the pairs of neighbours.
func newConditions(red *lift.Reduced, share bool) *conditions {
	m, r, _ := red.Dims()
	_, c := red.Y.Dims()
	cs := &conditions{
		algebra: red.Algebra(),
		red:     red, m: m, r: r, c: c, n: m + r + c, lines: 2*m + c,
		member: make(map[[2]int32]struct{}),
	}
	for i, fit := range red.Fits {
		for a := range c {
			cs.pairs = append(cs.pairs, pair{int32(slot(fit, m)), int32(2*m + a), fit.Weight})
			cs.targets = append(cs.targets, red.Y.At(i, a))
		}
	}
	cs.fits = len(cs.pairs)
	if share {
		cs.share()
	}
	for i := range m {
		cs.add(i, m+i)
	}
	cosine := gram(red.Algebra(), red.X)
	others := make([]int, 0, 2*m)
	for a := range 2 * m {
		others = others[:0]
		for b := range 2 * m {
			if a%m != b%m {
				others = append(others, b)
			}
		}
		between := func(b int) float64 {
			if (a < m) == (b < m) {
				return cosine.At(a%m, b%m)
			}
			return -cosine.At(a%m, b%m)
		}
		slices.SortFunc(others, func(x, y int) int {
			if d := between(x) - between(y); d != 0 {
				return int(math.Copysign(1, d))
			}
			return x - y
		})
		for _, b := range others[:min(neighbours, len(others))] {
			cs.add(min(a, b), max(a, b))
		}
	}
	return cs
}

// share adds the lines of û and the entries of the moments of (û, v), in the order of a lower triangle.
func (cs *conditions) share() {
	line := func(k int) int32 { // of coordinate k of (û, v)
		if k < cs.r {
			return int32(2*cs.m + cs.c + k)
		}
		return int32(2*cs.m + k - cs.r)
	}
	cs.lines += cs.r
	for k := range cs.r + cs.c {
		for l := range k + 1 {
			cs.pairs = append(cs.pairs, pair{line(k), line(l), 1})
		}
	}
	cs.shares = len(cs.pairs) - cs.fits
}

// free is the number of forms that are no sign conditions.
func (cs *conditions) free() int { return cs.fits + cs.shares }

// slot is the line that a fitted row reads.
func slot(fit lift.Fit, m int) int {
	if fit.Negative {
		return m + fit.Row
	}
	return fit.Row
}

// unknowns is about the number of multipliers that an interior-point method starts with.
func unknowns(red *lift.Reduced) int {
	m, _, q := red.Dims()
	_, c := red.Y.Dims()
	return unknownsOf(m, q*c, c)
}

func unknownsOf(m, fits, c int) int {
	signs := m + (neighbours+1)*m
	if eliminates(fits, c) {
		return signs
	}
	return fits + signs
}

// add puts the sign condition of two lines, a < b, into the set; false if it is there.
func (cs *conditions) add(a, b int) bool {
	key := [2]int32{int32(a), int32(b)}
	if _, ok := cs.member[key]; ok {
		return false
	}
	cs.member[key] = struct{}{}
	weight := 1.0
	if b == a+cs.m {
		weight = -1
	}
	cs.pairs = append(cs.pairs, pair{key[0], key[1], weight})
	return true
}

func (cs *conditions) signs() int { return len(cs.pairs) - cs.free() }

// lift returns the matrix L Z Lᵀ over all lines.
func (cs *conditions) lift(z *mat.Dense) *mat.Dense {
	half, out := mat.NewDense(cs.lines, cs.n, nil), mat.NewDense(cs.lines, cs.lines, nil)
	cs.liftRows(half, z)
	cs.liftColumns(out, half)
	mirror(cs.algebra, out)
	return out
}

// liftRows sets out to L·z, for z with N rows.
func (cs *conditions) liftRows(out, z *mat.Dense) {
	m, v := cs.m, cs.m+cs.r
	_, n := z.Dims()
	block(out, 0, m, 0, n).Copy(block(z, 0, m, 0, n))
	block(out, m, 2*m, 0, n).Copy(block(z, 0, m, 0, n))
	cs.algebra.Gemm(blas.NoTrans, blas.NoTrans, -1, cs.red.X.RawMatrix(), block(z, m, v, 0, n).RawMatrix(), 1, block(out, m, 2*m, 0, n).RawMatrix())
	block(out, 2*m, 2*m+cs.c, 0, n).Copy(block(z, v, cs.n, 0, n))
	if cs.shares > 0 {
		block(out, 2*m+cs.c, cs.lines, 0, n).Copy(block(z, m, v, 0, n))
	}
}

// liftColumns sets out to z·Lᵀ, for z with N columns.
func (cs *conditions) liftColumns(out, z *mat.Dense) {
	m, v := cs.m, cs.m+cs.r
	n, _ := z.Dims()
	block(out, 0, n, 0, m).Copy(block(z, 0, n, 0, m))
	block(out, 0, n, m, 2*m).Copy(block(z, 0, n, 0, m))
	cs.algebra.Gemm(blas.NoTrans, blas.Trans, -1, block(z, 0, n, m, v).RawMatrix(), cs.red.X.RawMatrix(), 1, block(out, 0, n, m, 2*m).RawMatrix())
	block(out, 0, n, 2*m, 2*m+cs.c).Copy(block(z, 0, n, v, cs.n))
	if cs.shares > 0 {
		block(out, 0, n, 2*m+cs.c, cs.lines).Copy(block(z, 0, n, m, v))
	}
}

// drop is the adjoint of lift: Lᵀ G L for a symmetric G (N×N).
func (cs *conditions) drop(g *mat.Dense) *mat.Dense {
	m, r, n := cs.m, cs.r, cs.n
	half := mat.NewDense(n, cs.lines, nil)
	block(half, 0, m, 0, cs.lines).Add(block(g, 0, m, 0, cs.lines), block(g, m, 2*m, 0, cs.lines))
	cs.algebra.Gemm(blas.Trans, blas.NoTrans, -1, cs.red.X.RawMatrix(), block(g, m, 2*m, 0, cs.lines).RawMatrix(), 0, block(half, m, m+r, 0, cs.lines).RawMatrix())
	block(half, m+r, n, 0, cs.lines).Copy(block(g, 2*m, 2*m+cs.c, 0, cs.lines))
	if u := block(half, m, m+r, 0, cs.lines); cs.shares > 0 {
		u.Add(u, block(g, 2*m+cs.c, cs.lines, 0, cs.lines))
	}
	out := mat.NewDense(n, n, nil)
	block(out, 0, n, 0, m).Add(block(half, 0, n, 0, m), block(half, 0, n, m, 2*m))
	cs.algebra.Gemm(blas.NoTrans, blas.NoTrans, -1, block(half, 0, n, m, 2*m).RawMatrix(), cs.red.X.RawMatrix(), 0, block(out, 0, n, m, m+r).RawMatrix())
	block(out, 0, n, m+r, n).Copy(block(half, 0, n, 2*m, 2*m+cs.c))
	if u := block(out, 0, n, m, m+r); cs.shares > 0 {
		u.Add(u, block(half, 0, n, 2*m+cs.c, cs.lines))
	}
	balance(cs.algebra, out)
	return out
}

// values returns the forms' values, given L Z Lᵀ.
func (cs *conditions) values(lifted *mat.Dense) []float64 {
	out := make([]float64, len(cs.pairs))
	for i, p := range cs.pairs {
		out[i] = p.weight * lifted.At(int(p.a), int(p.b))
	}
	return out
}

// adjoint returns Σ y_i A_i, A_i = weight_i (l_a l_bᵀ + l_b l_aᵀ)/2.
func (cs *conditions) adjoint(y []float64) *mat.Dense {
	g := mat.NewDense(cs.lines, cs.lines, nil)
	for i, p := range cs.pairs {
		v := p.weight * y[i] / 2
		a, b := int(p.a), int(p.b)
		g.Set(a, b, g.At(a, b)+v)
		g.Set(b, a, g.At(b, a)+v)
	}
	return cs.drop(g)
}

// schur sets the lower triangle of h to ⟨A_i, Z A_j S⁻¹⟩, symmetrised, for some pairs, given L Z Lᵀ and
// L S⁻¹ Lᵀ: for the pairs (a, b) and (c, d) four products of their entries.
func (cs *conditions) schur(h *mat.Dense, pairs []pair, lz, ls *mat.Dense) {
	balanced(cs.algebra, len(pairs), func(rows func(func(i int))) {
		rows(func(i int) {
			one := pairs[i]
			za, zb := lz.RawRowView(int(one.a)), lz.RawRowView(int(one.b))
			sa, sb := ls.RawRowView(int(one.a)), ls.RawRowView(int(one.b))
			row := h.RawRowView(i)[:i+1]
			for j := range row {
				other := &pairs[j]
				c, d := other.a, other.b
				row[j] = one.weight / 4 * other.weight * (za[c]*sb[d] + zb[d]*sa[c] + za[d]*sb[c] + zb[c]*sa[d])
			}
		})
	})
}

// broken is a sign condition that a Z violates, by value relative to the lengths of its lines.
type broken struct {
	a, b          int
	value, length float64
}

// broken lists the conditions outside the set that are violated by more than tol, the worst
// first, and returns the largest violation inside and outside.
func (cs *conditions) broken(lz *mat.Dense, tol float64) (list []broken, worst float64) {
	m := cs.m
	lengths := make([]float64, 2*m)
	for a := range lengths {
		lengths[a] = math.Sqrt(max(lz.At(a, a), 0))
	}
	for a := range lengths {
		row := lz.RawRowView(a)
		for b := a + 1; b < 2*m; b++ {
			v, length := row[b], lengths[a]*lengths[b]
			if b == a+m {
				v = -v
			}
			if !(v < 0) || length == 0 {
				continue
			}
			worst = max(worst, -v/length)
			if v < -tol*length && b != a+m {
				if _, ok := cs.member[[2]int32{int32(a), int32(b)}]; !ok {
					list = append(list, broken{a, b, v / length, length})
				}
			}
		}
	}
	slices.SortFunc(list, func(x, y broken) int {
		switch {
		case x.value != y.value:
			return int(math.Copysign(1, x.value-y.value))
		case x.a != y.a:
			return x.a - y.a
		}
		return x.b - y.b
	})
	return list, worst
}

// multipliers returns y as the multipliers of the whole relaxation, those of the conditions
// outside the set being zero.
func (cs *conditions) multipliers(y []float64) lift.Multipliers {
	m := cs.m
	g := mat.NewDense(2*m, 2*m, nil)
	for i, p := range cs.pairs[cs.free():] {
		v := p.weight * y[cs.free()+i]
		g.Set(int(p.a), int(p.b), v)
		g.Set(int(p.b), int(p.a), v)
	}
	q := len(cs.red.Fits)
	w := mat.NewDense(q, cs.c, slices.Clone(y[:cs.fits]))
	return cs.red.Multipliers(w, mat.DenseCopyOf(block(g, 0, m, 0, m)),
		mat.DenseCopyOf(block(g, 0, m, m, 2*m)), mat.DenseCopyOf(block(g, m, 2*m, m, 2*m)))
}
