package descent

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// newton is an active-set Newton method on the smooth pieces of F.  The active
// set holds, for each neuron j, rows i whose convex kink x_iᵀu_j = 0 is kept
// as an equality; u_j then moves in the orthogonal complement of those rows.
type newton struct {
	algebra    linalg.Algebra
	n, d, c, m int
	gamma      float64
	x, y       blas64.General
	rowNorm    []float64 // n, ‖x_i‖
	at         *point    // current point
	trial      *point
	kinks      []*kinkSet // m
	inside     [][]bool   // m, for each kink whether its λ is within bounds
	du, dv     *mat.Dense // m×d, m×c, the step
	shift      float64    // last shift of the Hessian that worked
	stop       func() bool
}

// point is a set of weights with everything that F's derivatives need.
type point struct {
	u, v   *mat.Dense     // m×d, m×c
	t      blas64.General // n×m, X Uᵀ, exactly 0 on kinks
	a      blas64.General // n×m, activations
	r      blas64.General // n×c, output − Y
	s      blas64.General // n×m, slopes s_ij = r_iᵀv_j
	masked blas64.General // n×m, s where t > 0, else 0
	gu, gv *mat.Dense     // gradients of the piece t > 0
	f      float64
}

func newPoint(n, d, c, m int) *point {
	return &point{
		u: mat.NewDense(m, d, nil), v: mat.NewDense(m, c, nil),
		t: general(n, m), a: general(n, m), r: general(n, c), s: general(n, m), masked: general(n, m),
		gu: mat.NewDense(m, d, nil), gv: mat.NewDense(m, c, nil),
	}
}

// newNewton returns nil for a network of width 0.
func newNewton(p problem.Problem, w problem.Weights, stop func() bool) *newton {
	if w.Width() == 0 {
		return nil
	}
	nn, d, c := p.Dims()
	s := &newton{
		algebra: p.Algebra(),
		n:       nn, d: d, c: c, m: w.Width(), gamma: p.Gamma,
		x: p.X.RawMatrix(), y: p.Y.RawMatrix(), rowNorm: make([]float64, nn), stop: stop,
		du: mat.NewDense(w.Width(), d, nil), dv: mat.NewDense(w.Width(), c, nil),
	}
	for i := range nn {
		s.rowNorm[i] = floats.Norm(p.X.RawRowView(i), 2)
	}
	s.inside = make([][]bool, s.m)
	s.at, s.trial = newPoint(nn, d, c, s.m), newPoint(nn, d, c, s.m)
	s.at.u.Copy(w.U)
	s.at.v.Copy(w.V)
	for range s.m {
		s.kinks = append(s.kinks, newKinkSet(d))
	}
	s.evaluate(s.at, nil)
	return s
}

// evaluate fills in pt from its weights.  The entries forced are taken to lie on
// their kink exactly, like the entries of the active set.
func (s *newton) evaluate(pt *point, forced []breakpoint) {
	s.algebra.Gemm(blas.NoTrans, blas.Trans, 1, s.x, pt.u.RawMatrix(), 0, pt.t)
	for j, k := range s.kinks {
		for _, i := range k.rows {
			pt.t.Data[i*s.m+j] = 0
		}
	}
	for _, b := range forced {
		pt.t.Data[b.i*s.m+b.j] = 0
	}
	for i, t := range pt.t.Data {
		pt.a.Data[i] = max(t, 0)
	}
	s.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, pt.a, pt.v.RawMatrix(), 0, pt.r)
	for i := range s.n {
		floats.Sub(pt.r.Data[i*s.c:(i+1)*s.c], s.y.Data[i*s.y.Stride:i*s.y.Stride+s.c])
	}
	uu, vv := pt.u.RawMatrix().Data, pt.v.RawMatrix().Data
	pt.f = 0.5*floats.Dot(pt.r.Data, pt.r.Data) + 0.5*s.gamma*(floats.Dot(uu, uu)+floats.Dot(vv, vv))
	s.algebra.Gemm(blas.NoTrans, blas.Trans, 1, pt.r, pt.v.RawMatrix(), 0, pt.s)
	for i, t := range pt.t.Data {
		if t > 0 {
			pt.masked.Data[i] = pt.s.Data[i]
		} else {
			pt.masked.Data[i] = 0
		}
	}
	s.algebra.Gemm(blas.Trans, blas.NoTrans, 1, pt.masked, s.x, 0, pt.gu.RawMatrix())
	floats.AddScaled(pt.gu.RawMatrix().Data, s.gamma, uu)
	s.algebra.Gemm(blas.Trans, blas.NoTrans, 1, pt.a, pt.r, 0, pt.gv.RawMatrix())
	floats.AddScaled(pt.gv.RawMatrix().Data, s.gamma, vv)
}

// identify puts the kinks that the current point is nearly on into the active
// set and moves the point onto them.
func (s *newton) identify(tol float64) {
	for j := range s.m {
		u := s.at.u.RawRowView(j)
		norm := floats.Norm(u, 2)
		changed := false
		for i := range s.n {
			if s.at.s.Data[i*s.m+j] > 0 && math.Abs(s.at.t.Data[i*s.m+j]) <= tol*s.rowNorm[i]*norm && s.rowNorm[i] > 0 {
				changed = s.kinks[j].add(i, s.row(i), u) || changed
			}
		}
		if changed {
			s.settle(j)
		}
	}
	s.evaluate(s.at, nil)
}

// settle moves u_j onto its kinks and puts the rows that thereby lie on theirs,
// being linear combinations, into the active set too.
func (s *newton) settle(j int) {
	k, u := s.kinks[j], s.at.u.RawRowView(j)
	k.project(u)
	for i := range s.n {
		if s.rowNorm[i] > 0 && k.complementPart(s.row(i)) <= dependent*s.rowNorm[i] {
			k.add(i, s.row(i), u)
		}
	}
}

func (s *newton) row(i int) []float64 { return s.x.Data[i*s.x.Stride : i*s.x.Stride+s.d] }

// scale is what the stationarity is measured against.
func (s *newton) scale() float64 {
	uu, vv := s.at.u.RawMatrix().Data, s.at.v.RawMatrix().Data
	return s.gamma * math.Sqrt(floats.Dot(uu, uu)+floats.Dot(vv, vv))
}

// reducedNorm is the norm of the gradient within the active set.
func (s *newton) reducedNorm(pt *point) float64 {
	sum := 0.0
	for j, k := range s.kinks {
		g := pt.gu.RawRowView(j)
		for q := range k.free() {
			t := floats.Dot(k.freeVector(q), g)
			sum += t * t
		}
	}
	gv := pt.gv.RawMatrix().Data
	return math.Sqrt(sum + floats.Dot(gv, gv))
}

// stationarity returns the norm of the smallest subgradient relative to scale,
// and leaves the steepest descent direction of the u-part in du.
func (s *newton) stationarity() float64 {
	for j, k := range s.kinks {
		x, slopes := make([][]float64, len(k.rows)), make([]float64, len(k.rows))
		for q, i := range k.rows {
			x[q], slopes[q] = s.row(i), s.at.s.Data[i*s.m+j]
		}
		s.inside[j] = k.steepest(s.at.gu.RawRowView(j), s.du.RawRowView(j), x, slopes)
	}
	return math.Sqrt(sumSquares(s.du)+sumSquares(s.at.gv)) / s.scale()
}

// run makes at most limit steps and returns their number and the stationarity
// reached.
func (s *newton) run(limit int, tol float64) (steps int, stationarity float64, reason Reason) {
	const give = 4 // failed steps in a row
	failed := 0
	for steps = 0; ; steps++ {
		stationarity = s.stationarity()
		switch {
		case stationarity <= tol:
			return steps, stationarity, Stationary
		case failed >= give:
			return steps, stationarity, Stalled
		case steps >= limit:
			return steps, stationarity, IterationLimit
		case s.stop():
			return steps, stationarity, Interrupted
		}
		reduced := s.reducedNorm(s.at) / s.scale()
		if reduced <= 0.01*stationarity {
			// The rest of the subgradient pushes off the active set.
			if s.release() {
				failed = 0
			} else {
				failed++
			}
			continue
		}
		if s.step() {
			failed = 0
		} else {
			failed++
		}
	}
}

// release drops from the active set the rows that the steepest descent
// direction du leaves, and descends.  When that fails, the set stays.
func (s *newton) release() bool {
	steepest := 0.0
	for j := range s.m {
		steepest = math.Max(steepest, floats.Norm(s.du.RawRowView(j), 2))
	}
	old := append([]*kinkSet(nil), s.kinks...)
	for j, k := range s.kinks {
		du := s.du.RawRowView(j)
		if floats.Norm(du, 2) < 0.01*steepest {
			clear(du)
			continue
		}
		drop := make([]bool, len(k.rows))
		for q, i := range k.rows {
			drop[q] = !s.inside[j][q] && math.Abs(floats.Dot(s.row(i), du)) > 1e-9*s.rowNorm[i]*steepest
		}
		s.kinks[j] = k.without(drop, s.row)
		s.kinks[j].project(du)
	}
	s.dv.Zero()
	if s.descend() {
		return true
	}
	s.kinks = old
	s.evaluate(s.at, nil)
	return false
}

// descend moves along (du, dv), a steepest descent direction, as far as the
// objective falls.
func (s *newton) descend() bool {
	size := math.Sqrt(sumSquares(s.du) + sumSquares(s.dv))
	if size == 0 {
		return false
	}
	weights := math.Sqrt(sumSquares(s.at.u) + sumSquares(s.at.v))
	s.du.Scale(1e-6*weights/size, s.du)
	s.dv.Scale(1e-6*weights/size, s.dv)
	f := s.at.f
	for range 40 {
		s.move(1, nil)
		if s.stop() || !(s.slopeAt(s.trial) < 0) || !(s.trial.f < f) {
			break
		}
		f = s.trial.f
		s.du.Scale(2, s.du)
		s.dv.Scale(2, s.dv)
	}
	return s.search(false)
}

func sumSquares(m *mat.Dense) float64 {
	d := m.RawMatrix().Data
	return floats.Dot(d, d)
}

// step makes one regularised Newton step within the active set.
func (s *newton) step() bool {
	h, g, offset := s.hessian()
	size := len(g)
	trace := 0.0
	for i := range size {
		trace += math.Abs(h.At(i, i))
	}
	floor := 1e-15 * trace / float64(size)
	s.shift = math.Max(s.shift, floor)
	for range 12 {
		if s.stop() {
			return false
		}
		x, shift, ok := solveShifted(s.algebra, h, g, s.shift)
		if !ok {
			return false
		}
		floats.Scale(-1, x)
		s.shift = shift
		s.spread(x, offset)
		if s.search(true) {
			s.shift = math.Max(s.shift/10, floor)
			return true
		}
		s.shift = math.Max(s.shift*10, 1e-12*trace/float64(size))
	}
	return false
}

// hessian returns the Hessian and gradient of the smooth piece in the variables
// (coordinates of u_j in the complement of its kinks, v_j) of all neurons:
//
//	∂²F/∂u_j∂u_k = (v_jᵀv_k) XᵀD_jD_kX + δ_jk γI
//	∂²F/∂u_j∂v_k = (XᵀD_jα_k) v_jᵀ + δ_jk XᵀD_jR
//	∂²F/∂v_j∂v_k = (α_jᵀα_k) I + δ_jk γI
func (s *newton) hessian() (h *mat.SymDense, g []float64, offset []int) {
	offset = make([]int, s.m+1)
	zOffset := make([]int, s.m+1)
	for j, k := range s.kinks {
		offset[j+1] = offset[j] + k.free() + s.c
		zOffset[j+1] = zOffset[j] + k.free()
	}
	nz := zOffset[s.m]
	// The Gram matrix of all columns D_jXQ_j and α_j.
	z := general(s.n, nz+s.m)
	for i := range s.n {
		x, row := s.row(i), z.Data[i*z.Stride:]
		for j, k := range s.kinks {
			if s.at.t.Data[i*s.m+j] <= 0 {
				continue
			}
			for q := range k.free() {
				row[zOffset[j]+q] = floats.Dot(x, k.freeVector(q))
			}
			row[nz+j] = s.at.a.Data[i*s.m+j]
		}
	}
	gram, zr := general(nz+s.m, nz+s.m), general(nz+s.m, s.c)
	s.algebra.Gemm(blas.Trans, blas.NoTrans, 1, z, z, 0, gram)
	s.algebra.Gemm(blas.Trans, blas.NoTrans, 1, z, s.at.r, 0, zr)

	size := offset[s.m]
	h, g = mat.NewSymDense(size, nil), make([]float64, size)
	for j, kj := range s.kinks {
		fj, oj, vj := kj.free(), offset[j], s.at.v.RawRowView(j)
		for q := range fj {
			g[oj+q] = floats.Dot(kj.freeVector(q), s.at.gu.RawRowView(j))
		}
		copy(g[oj+fj:], s.at.gv.RawRowView(j))
		for k := j; k < s.m; k++ {
			fk, ok, vk := s.kinks[k].free(), offset[k], s.at.v.RawRowView(k)
			vv := floats.Dot(vj, vk)
			for a := range fj {
				row := gram.Data[(zOffset[j]+a)*gram.Stride:]
				for b := range fk {
					if k > j || b >= a {
						h.SetSym(oj+a, ok+b, vv*row[zOffset[k]+b])
					}
				}
				for b := range s.c {
					h.SetSym(oj+a, ok+fk+b, row[nz+k]*vj[b])
				}
			}
			if k > j {
				for b := range s.c {
					for a := range fk {
						h.SetSym(oj+fj+b, ok+a, gram.Data[(zOffset[k]+a)*gram.Stride+nz+j]*vk[b])
					}
				}
			}
			aa := gram.Data[(nz+j)*gram.Stride+nz+k]
			for b := range s.c {
				h.SetSym(oj+fj+b, ok+fk+b, aa)
			}
		}
		for a := range fj {
			for b := range s.c {
				h.SetSym(oj+a, oj+fj+b, h.At(oj+a, oj+fj+b)+zr.Data[(zOffset[j]+a)*s.c+b])
			}
		}
		for a := range fj + s.c {
			h.SetSym(oj+a, oj+a, h.At(oj+a, oj+a)+s.gamma)
		}
	}
	return h, g, offset
}

// spread writes the reduced step x to du and dv.
func (s *newton) spread(x []float64, offset []int) {
	for j, k := range s.kinks {
		du := s.du.RawRowView(j)
		clear(du)
		for q := range k.free() {
			floats.AddScaled(du, x[offset[j]+q], k.freeVector(q))
		}
		copy(s.dv.RawRowView(j), x[offset[j]+k.free():offset[j+1]])
	}
}

// move evaluates trial = at + tau·(du, dv).
func (s *newton) move(tau float64, forced []breakpoint) {
	floats.AddScaledTo(s.trial.u.RawMatrix().Data, s.at.u.RawMatrix().Data, tau, s.du.RawMatrix().Data)
	floats.AddScaledTo(s.trial.v.RawMatrix().Data, s.at.v.RawMatrix().Data, tau, s.dv.RawMatrix().Data)
	s.evaluate(s.trial, forced)
}

// slopeAt is the derivative of F along (du, dv) at pt.
func (s *newton) slopeAt(pt *point) float64 {
	return floats.Dot(pt.gu.RawMatrix().Data, s.du.RawMatrix().Data) +
		floats.Dot(pt.gv.RawMatrix().Data, s.dv.RawMatrix().Data)
}

// accept makes the trial point the current one.
func (s *newton) accept() { s.at, s.trial = s.trial, s.at }

// weights returns a copy of the current weights.
func (s *newton) weights() problem.Weights {
	return problem.Weights{U: mat.DenseCopyOf(s.at.u), V: mat.DenseCopyOf(s.at.v)}
}
