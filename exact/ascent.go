package exact

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// climber finds local maxima of ‖Wᵀ(Xu)₊‖ over the unit sphere.
//
// Inside a cell of the arrangement of the rows' hyperplanes the function is
// ‖Lu‖ with L = Σ_active w_i x_iᵀ, and it grows along the great circle towards
// L's leading right singular vector.  Where a row changes sign the function has
// a kink; at a concave one (the slope changes from up to down) a maximum can
// sit on the hyperplane itself.  Such rows join the set of held rows and the
// climb goes on inside their common hyperplane, as in an active-set method,
// until no held row wants to be released.
type climber struct {
	ctx    context.Context
	in     *instance
	m      int       // different rows
	x      []float64 // m×d
	w      []float64 // m×c, summed over equal rows
	t      []float64 // m, x_iᵀu
	tv     []float64 // m, x_iᵀv
	side   []int8    // 1 active, −1 inactive, 0 held
	held   []int     // rows kept at zero
	firm   []int     // those of them that are independent
	basis  []float64 // len(firm)×d, orthonormal basis of their span
	l      []float64 // c×d
	lp     []float64 // c×d, L projected
	v      []float64 // d
	q      []float64 // d×d
	f, df  []float64 // c
	breaks []crossing
	gram   *mat.SymDense
}

// crossing is the place along a segment where a row changes sign.
type crossing struct {
	at  float64
	row int
}

// newClimber prepares climbs for w (n×c), which end early with ctx.
func newClimber(ctx context.Context, in *instance, w []float64) *climber {
	m, d, c := in.groups, in.d, in.c
	return &climber{
		ctx: ctx, in: in, m: m, x: in.unique, w: in.merge(w),
		t: make([]float64, m), tv: make([]float64, m), side: make([]int8, m),
		basis: make([]float64, 0, d*d),
		l:     make([]float64, c*d), lp: make([]float64, c*d),
		v: make([]float64, d), q: make([]float64, d*d),
		f: make([]float64, c), df: make([]float64, c),
		gram: mat.NewSymDense(c, nil),
	}
}

// row returns the i-th different row (d values, shared).
func (cl *climber) row(i int) []float64 { return cl.x[i*cl.in.d : (i+1)*cl.in.d] }

// value returns ‖Wᵀ(Xu)₊‖.
func (cl *climber) value(u []float64) float64 {
	c := cl.in.c
	clear(cl.f)
	for i := range cl.m {
		if t := short.Dot(cl.row(i), u); t > 0 {
			short.Axpy(t, cl.w[i*c:(i+1)*c], cl.f)
		}
	}
	return short.Norm(cl.f)
}

// climbSteps caps the moves of one climb.
const climbSteps = 60

// climb moves u (unit, changed in place) uphill to a local maximum and returns
// its value.
func (cl *climber) climb(u []float64) float64 {
	cl.held = cl.held[:0]
	for i := range cl.m {
		cl.t[i] = short.Dot(cl.row(i), u)
		cl.side[i] = sign(cl.t[i])
	}
	for range climbSteps {
		if cl.ctx.Err() != nil {
			break
		}
		cl.project()
		if !cl.target(u) || 1-short.Dot(cl.v, u) < 1e-15 {
			if !cl.release(u) {
				break
			}
			continue
		}
		if !cl.walk(u) && !cl.release(u) {
			break
		}
	}
	return cl.value(u)
}

func sign(t float64) int8 {
	if t > 0 {
		return 1
	}
	return -1
}

// project computes L over the active rows that are not held, and L with its
// rows projected on the subspace where the held rows are zero.
func (cl *climber) project() {
	c, d := cl.in.c, cl.in.d
	clear(cl.l)
	for i, s := range cl.side {
		if s > 0 {
			x := cl.row(i)
			for k, wk := range cl.w[i*c : (i+1)*c] {
				if wk != 0 {
					short.Axpy(wk, x, cl.l[k*d:(k+1)*d])
				}
			}
		}
	}
	cl.basis, cl.firm = cl.basis[:0], cl.firm[:0]
	for _, i := range cl.held {
		cl.firmUp(i)
	}
	copy(cl.lp, cl.l)
	for k := range c {
		cl.clean(cl.lp[k*d : (k+1)*d])
	}
}

// firmUp extends the basis by row i unless the row depends on it already.
func (cl *climber) firmUp(i int) {
	d := cl.in.d
	size := len(cl.basis)
	if size >= d*d {
		return
	}
	x := cl.row(i)
	b := cl.basis[size : size+d]
	copy(b, x)
	cl.clean(b)
	cl.clean(b)
	if short.Norm(b) > 1e-10*short.Norm(x) && normalise(b) {
		cl.basis = cl.basis[:size+d]
		cl.firm = append(cl.firm, i)
	}
}

// clean removes the basis' part from x.
func (cl *climber) clean(x []float64) {
	d := cl.in.d
	for at := 0; at < len(cl.basis); at += d {
		b := cl.basis[at : at+d]
		short.Axpy(-short.Dot(b, x), b, x)
	}
}

// target sets v to the leading right singular vector of the projected L, on
// u's side.
func (cl *climber) target(u []float64) bool {
	c, d := cl.in.c, cl.in.d
	if c == 1 {
		copy(cl.v, cl.lp)
	} else {
		for i := range c {
			for j := i; j < c; j++ {
				cl.gram.SetSym(i, j, short.Dot(cl.lp[i*d:(i+1)*d], cl.lp[j*d:(j+1)*d]))
			}
		}
		lead := leadingEigenvector(cl.gram, cl.f)
		clear(cl.v)
		for k, s := range lead {
			short.Axpy(s, cl.lp[k*d:(k+1)*d], cl.v)
		}
	}
	if !normalise(cl.v) {
		return false
	}
	cl.clean(cl.v)
	if !normalise(cl.v) {
		return false
	}
	if short.Dot(cl.v, u) < 0 {
		for k := range cl.v {
			cl.v[k] = -cl.v[k]
		}
	}
	return true
}

// leadingEigenvector returns the leading eigenvector of a small symmetric
// matrix, in dst, by cyclic Jacobi rotations.
func leadingEigenvector(a *mat.SymDense, dst []float64) []float64 {
	c := len(dst)
	if c == 2 {
		p, q, r := a.At(0, 0), a.At(0, 1), a.At(1, 1)
		theta := math.Atan2(2*q, p-r) / 2
		dst[0], dst[1] = math.Cos(theta), math.Sin(theta)
		return dst
	}
	var eig mat.EigenSym
	if !eig.Factorize(a, true) {
		clear(dst)
		dst[0] = 1
		return dst
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	mat.Col(dst, c-1, &vectors)
	return dst
}

// walk moves u along the segment to v up to its first local maximum and
// reports whether it moved or held a further row.
func (cl *climber) walk(u []float64) bool {
	c, d := cl.in.c, cl.in.d
	cl.breaks = cl.breaks[:0]
	for i := range cl.m {
		cl.tv[i] = short.Dot(cl.row(i), cl.v)
		if cl.side[i] == 0 {
			continue
		}
		if sign(cl.tv[i]) != cl.side[i] && cl.tv[i] != 0 {
			at := 0.0
			if cl.t[i] != 0 && sign(cl.t[i]) == cl.side[i] {
				at = cl.t[i] / (cl.t[i] - cl.tv[i])
			}
			cl.breaks = append(cl.breaks, crossing{at, i})
		}
	}
	slices.SortFunc(cl.breaks, func(a, b crossing) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		default:
			return a.row - b.row
		}
	})
	// F(s) = f + s·df on the current piece, direction p(s) = u + s(v − u)
	for k := range c {
		lk := cl.lp[k*d : (k+1)*d]
		cl.f[k] = short.Dot(lk, u)
		cl.df[k] = short.Dot(lk, cl.v) - cl.f[k]
	}
	uv := short.Dot(u, cl.v)
	slope := func(s float64) float64 {
		var ff, fd float64
		for k := range c {
			v := cl.f[k] + s*cl.df[k]
			ff += v * v
			fd += v * cl.df[k]
		}
		// ‖p‖² = 1 − 2s(1−s)(1−uᵀv), half its derivative −(1−2s)(1−uᵀv)
		pp := 1 - 2*s*(1-s)*(1-uv)
		pd := -(1 - 2*s) * (1 - uv)
		return fd*pp - pd*ff
	}
	from, stop, hold := 0.0, 1.0, -1
	for b := 0; b <= len(cl.breaks); b++ {
		to := 1.0
		if b < len(cl.breaks) {
			to = cl.breaks[b].at
		}
		if to > from && slope(to) < 0 {
			lo, hi := from, to
			for range 60 {
				mid := (lo + hi) / 2
				if slope(mid) > 0 {
					lo = mid
				} else {
					hi = mid
				}
			}
			stop = lo
			break
		}
		if b == len(cl.breaks) {
			break
		}
		i := cl.breaks[b].row
		s := -float64(cl.side[i]) // the row becomes active or inactive
		rate := cl.tv[i] - cl.t[i]
		for k := range c {
			wk := s * cl.w[i*c+k]
			cl.f[k] += wk * cl.t[i]
			cl.df[k] += wk * rate
		}
		if slope(to) <= 0 {
			stop, hold = to, i
			break
		}
		cl.side[i] = -cl.side[i]
		from = to
	}
	moved := false
	if stop > 0 {
		for k := range u {
			p := (1-stop)*u[k] + stop*cl.v[k]
			moved = moved || math.Abs(p-u[k]) > 1e-16
			u[k] = p
		}
	}
	if hold >= 0 {
		cl.held = append(cl.held, hold)
		cl.side[hold] = 0
		cl.firmUp(hold)
		moved = true
	}
	cl.clean(u)
	if !normalise(u) {
		return false
	}
	for i := range cl.m {
		if cl.side[i] == 0 {
			cl.t[i] = 0
			continue
		}
		cl.t[i] = short.Dot(cl.row(i), u)
	}
	return moved
}

// release frees the held row whose release raises the function fastest and
// reports whether there was one.
//
// With the independent held rows X_K = RB (B the orthonormal basis, R lower
// triangular) the rows of Q = R⁻ᵀB satisfy X_K Qᵀ = I: direction q_i moves row i
// alone.
func (cl *climber) release(u []float64) bool {
	c, d := cl.in.c, cl.in.d
	if len(cl.firm) == 0 {
		return false
	}
	for k := range c {
		cl.f[k] = short.Dot(cl.l[k*d:(k+1)*d], u)
	}
	size := short.Norm(cl.f)
	best, bestRate, bestSide := -1, 1e-9*size, int8(0)
	for k := len(cl.firm) - 1; k >= 0; k-- {
		q, b := cl.q[k*d:(k+1)*d], cl.basis[k*d:(k+1)*d]
		copy(q, b)
		for j := k + 1; j < len(cl.firm); j++ {
			short.Axpy(-short.Dot(cl.row(cl.firm[j]), b), cl.q[j*d:(j+1)*d], q)
		}
		i := cl.firm[k]
		r := 1 / short.Dot(cl.row(i), b)
		for l := range q {
			q[l] *= r
		}
		length := short.Norm(q)
		if !(length > 0) {
			continue
		}
		along := short.Dot(q, u) // 0 up to rounding: u is perpendicular to the held rows
		rate, gain := 0.0, 0.0
		for j := range c {
			rate += cl.f[j] / size * (short.Dot(cl.l[j*d:(j+1)*d], q) - along*cl.f[j])
			gain += cl.f[j] / size * cl.w[i*c+j]
		}
		if up := (rate + gain) / length; up > bestRate {
			best, bestRate, bestSide = i, up, 1
		}
		if down := -rate / length; down > bestRate {
			best, bestRate, bestSide = i, down, -1
		}
	}
	if best < 0 {
		return false
	}
	cl.side[best] = bestSide
	cl.held = slices.DeleteFunc(cl.held, func(i int) bool { return i == best })
	return true
}
