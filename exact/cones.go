package exact

import (
	"math"
	"sync/atomic"

	"github.com/relift/relift/internal/short"
)

// cone is a simplicial cone of directions with generators p_1 … p_d in
// u-coordinates.  Every point of it is u = Σ λ_k p_k with λ ≥ 0.
type cone struct {
	p    []float64 // d×d, row k is generator k
	gram []float64 // d×d, p_k·p_l
	f    []float64 // d×c, row k is F(p_k) = Wᵀ(Xp_k)₊
	open []int32   // rows of X that change sign in the cone
	t    []float64 // len(open)×d, x_jᵀp_k
}

func newCone(d, c, m int) *cone {
	return &cone{
		p: make([]float64, d*d), gram: make([]float64, d*d), f: make([]float64, d*c),
		open: make([]int32, 0, m), t: make([]float64, 0, m*d),
	}
}

func (k *cone) copyFrom(o *cone) {
	copy(k.p, o.p)
	copy(k.gram, o.gram)
	copy(k.f, o.f)
	k.open = append(k.open[:0], o.open...)
	k.t = append(k.t[:0], o.t...)
}

// orthant fills k with the cone of z-orthant number o: generator i is ±(column
// i of B), the sign being − where bit i of o is set.
func (fr *frame) orthant(k *cone, o int) {
	d, c := fr.in.d, fr.in.c
	for i := range d {
		s := 1.0
		if o>>i&1 == 1 {
			s = -1
		}
		for j := range d {
			k.p[i*d+j] = s * fr.b[j*d+i]
		}
	}
	for i := range d {
		for j := range d {
			k.gram[i*d+j] = short.Dot(k.p[i*d:(i+1)*d], k.p[j*d:(j+1)*d])
		}
	}
	clear(k.f)
	k.open, k.t = k.open[:0], k.t[:0]
	t := make([]float64, d)
	for r := range fr.m {
		lo, hi := 0.0, 0.0
		for i := range d {
			t[i] = fr.rows[r*d+i]
			if o>>i&1 == 1 {
				t[i] = -t[i]
			}
			lo, hi = min(lo, t[i]), max(hi, t[i])
			if t[i] > 0 {
				short.Axpy(t[i], fr.weight[r*c:(r+1)*c], k.f[i*c:(i+1)*c])
			}
		}
		if lo < 0 && hi > 0 {
			k.open = append(k.open, int32(r))
			k.t = append(k.t, t...)
		}
	}
}

// explorer proves F(u) ≤ H‖u‖ over cones, or finds where it fails.
type explorer struct {
	fr      *frame
	kappa   float64 // H²
	d, c    int
	levels  []*cone
	lo, hi  []float64 // d×c
	rotated []float64 // c
	axis    []float64 // c
	q       []float64 // d×d
	score   []float64 // d×d
	stop    *atomic.Bool

	nodes   int64
	deepest int
	best    peak // the generator with the largest ‖F(p)‖/‖p‖
	tree    []byte
	keep    int64 // nodes after which the tree, and the proof with it, is given up; 0 to record none
	work    int64 // operations so far, about
	budget  int64 // operations after which the cone is given up

	cut   int // depth at which cones are put aside as tasks; 0 for none
	tasks []*cone
}

// Values of a tree's bytes besides the edges a·d + b, a < b.
const (
	leafMark = 0   // the cone is proven; edge (0,0) does not exist
	taskMark = 255 // the cone is a task's; replaced by its tree
)

// maxDepth is the number of bisections after which a cone is given up.
const maxDepth = 400

// maxSearchDimension is the largest rank of X for which cones are searched:
// there are 2^d orthants, and an edge must fit in a byte below taskMark.
const maxSearchDimension = 12

func newExplorer(fr *frame, h float64, stop *atomic.Bool) *explorer {
	d, c := fr.in.d, fr.in.c
	return &explorer{
		fr: fr, kappa: h * h, d: d, c: c, stop: stop,
		lo: make([]float64, d*c), hi: make([]float64, d*c),
		rotated: make([]float64, c), axis: make([]float64, c),
		q: make([]float64, d*d), score: make([]float64, d*d),
	}
}

func (e *explorer) level(i int) *cone {
	for len(e.levels) <= i {
		e.levels = append(e.levels, newCone(e.d, e.c, e.fr.m))
	}
	return e.levels[i]
}

// outcome is how the exploration of a cone ended.
type outcome int

const (
	provenCone  outcome = iota
	violated            // explorer.best is above H
	interrupted         // stopped from outside or out of budget
	tooDeep             // maxDepth reached
)

// look updates the best generator and reports whether generator a is above H.
func (e *explorer) look(k *cone, a int) bool {
	d, c := e.d, e.c
	size := k.gram[a*d+a]
	value := squared(k.f[a*c : (a+1)*c])
	if value > e.best.value*size { // best.value holds the squared ratio
		e.best.value = value / size
		e.best.u = append(e.best.u[:0], k.p[a*d:(a+1)*d]...)
	}
	return value > e.kappa*size
}

// explore proves the cone at the given level; generator fresh is the one not
// looked at before.
func (e *explorer) explore(depth, fresh int) outcome {
	e.nodes++
	e.deepest = max(e.deepest, depth)
	k := e.levels[depth]
	e.work += int64(e.d * (e.d*e.c + 10 + len(k.open)*(2*e.c+e.d)))
	if e.work > e.budget || e.keep > 0 && e.nodes > e.keep || e.nodes&127 == 0 && e.stop.Load() {
		return interrupted
	}
	if e.look(k, fresh) {
		return violated
	}
	if e.proves(k) {
		e.note(leafMark)
		return provenCone
	}
	if depth == e.cut && e.cut > 0 {
		task := newCone(e.d, e.c, len(k.open))
		task.copyFrom(k)
		e.tasks = append(e.tasks, task)
		e.note(taskMark)
		return provenCone
	}
	if depth >= maxDepth {
		return tooDeep
	}
	a, b := e.edge(k)
	e.note(byte(a*e.d + b))
	child := e.level(depth + 1)
	e.split(k, child, a, b)
	if o := e.explore(depth+1, a); o != provenCone {
		return o
	}
	e.split(k, child, b, a)
	return e.explore(depth+1, b)
}

func (e *explorer) note(b byte) {
	if e.keep > 0 {
		e.tree = append(e.tree, b)
	}
}

// split makes child the half of k in which generator a is replaced by the
// midpoint of a and b.
func (e *explorer) split(k, child *cone, a, b int) {
	d, c := e.d, e.c
	copy(child.p, k.p)
	copy(child.gram, k.gram)
	copy(child.f, k.f)
	for j := range d {
		child.p[a*d+j] = (k.p[a*d+j] + k.p[b*d+j]) / 2
	}
	for j := range d {
		v := (k.gram[a*d+j] + k.gram[b*d+j]) / 2
		child.gram[a*d+j], child.gram[j*d+a] = v, v
	}
	child.gram[a*d+a] = (k.gram[a*d+a] + 2*k.gram[a*d+b] + k.gram[b*d+b]) / 4
	fa := child.f[a*c : (a+1)*c]
	for j := range fa {
		fa[j] = (k.f[a*c+j] + k.f[b*c+j]) / 2
	}
	child.open, child.t = child.open[:0], child.t[:0]
	weight := e.fr.weight
	for r, j := range k.open {
		t := k.t[r*d : (r+1)*d]
		ta, tb := t[a], t[b]
		if ta*tb < 0 {
			s := -min(math.Abs(ta), math.Abs(tb)) / 2
			for i, v := range weight[int(j)*c : int(j)*c+c] {
				fa[i] += s * v
			}
		}
		n := len(child.t)
		child.t = child.t[:n+d]
		ct := child.t[n : n+d]
		copy(ct, t)
		ct[a] = (ta + tb) / 2
		lo, hi := 0.0, 0.0
		for _, v := range ct {
			lo, hi = min(lo, v), max(hi, v)
		}
		if lo < 0 && hi > 0 {
			child.open = append(child.open, j)
		} else {
			child.t = child.t[:n]
		}
	}
}

// proves reports whether ‖F(u)‖² ≤ κ‖u‖² is evident over the cone: with F(u) in
// Σ λ_k [lo_k, hi_k] it is when the matrix κ p_k·p_l − max lo/hi products is
// copositive.
func (e *explorer) proves(k *cone) bool {
	d, c := e.d, e.c
	q := e.q
	if len(k.open) == 0 {
		for i := range d {
			for j := i; j < d; j++ {
				q[i*d+j] = e.kappa*k.gram[i*d+j] - short.Dot(k.f[i*c:(i+1)*c], k.f[j*c:(j+1)*c])
			}
		}
		return copositive(q, d)
	}
	e.boxes(k)
	for i := range d {
		li, hi := e.lo[i*c:(i+1)*c], e.hi[i*c:(i+1)*c]
		for j := i; j < d; j++ {
			lj, hj := e.lo[j*c:(j+1)*c], e.hi[j*c:(j+1)*c]
			s := 0.0
			for r := range li {
				s += max(max(li[r]*lj[r], li[r]*hj[r]), max(hi[r]*lj[r], hi[r]*hj[r]))
			}
			q[i*d+j] = e.kappa*k.gram[i*d+j] - s
			if i == j && q[i*d+j] < 0 {
				return false
			}
		}
	}
	return copositive(q, d)
}

// boxes computes intervals for F at the generators in an orthonormal basis
// whose first vector is the mean of the F(p_k).
func (e *explorer) boxes(k *cone) {
	d, c := e.d, e.c
	axis := e.axis
	if c > 1 {
		clear(axis)
		for i := range d {
			short.Axpy(1/math.Sqrt(k.gram[i*d+i]), k.f[i*c:(i+1)*c], axis)
		}
		s := short.Norm(axis)
		if s > 0 {
			for j := range axis {
				axis[j] /= s
			}
		} else {
			axis[0] = 1
		}
		// Householder vector of the reflection that swaps axis and ±e₁
		if axis[0] >= 0 {
			axis[0] += 1
		} else {
			axis[0] -= 1
		}
		s = 2 / squared(axis)
		for i := range d {
			f := k.f[i*c : (i+1)*c]
			tau := s * short.Dot(axis, f)
			for j := range c {
				v := f[j] - tau*axis[j]
				e.lo[i*c+j], e.hi[i*c+j] = v, v
			}
		}
		for r, row := range k.open {
			w := e.fr.weight[int(row)*c : int(row)*c+c]
			tau := s * short.Dot(axis, w)
			for j := range c {
				e.rotated[j] = w[j] - tau*axis[j]
			}
			e.widen(k.t[r*d:(r+1)*d], e.rotated)
		}
		return
	}
	copy(e.lo, k.f)
	copy(e.hi, k.f)
	for r, row := range k.open {
		e.widen(k.t[r*d:(r+1)*d], e.fr.weight[row:row+1])
	}
}

// widen accounts for one open row: the chord overestimates (x_jᵀu)₊ by
// δ_j = min(λ·t⁺, λ·t⁻) ≤ λ·(αt⁺ + (1−α)t⁻), so F(u) = Σ λ_k F(p_k) − Σ_j w_j δ_j.
func (e *explorer) widen(t, w []float64) {
	c := e.c
	up, down := 0.0, 0.0
	for _, v := range t {
		up, down = max(up, v), min(down, v)
	}
	alpha := down / (down - up) // T⁻/(T⁺+T⁻)
	beta := alpha - 1
	for i, v := range t {
		g := alpha * v
		if v < 0 {
			g = beta * v
		}
		for j, wj := range w {
			if s := wj * g; s > 0 {
				e.lo[i*c+j] -= s
			} else {
				e.hi[i*c+j] -= s
			}
		}
	}
}

// copositive reports whether the upper triangle q (d×d) is evidently that of a
// copositive matrix: nonnegative, or positive semidefinite after its positive
// off-diagonal entries are dropped.  It destroys q.
func copositive(q []float64, d int) bool {
	negative := false
	for i := range d {
		if !(q[i*d+i] >= 0) {
			return false
		}
		for j := i + 1; j < d; j++ {
			if q[i*d+j] >= 0 {
				q[i*d+j] = 0
			} else { // NaN included: elimination then fails
				negative = true
			}
		}
	}
	if !negative {
		return true
	}
	for i := range d {
		pivot := q[i*d+i]
		if !(pivot > 0) {
			return false
		}
		for j := i + 1; j < d; j++ {
			if v := q[i*d+j]; v != 0 {
				s := v / pivot
				for l := j; l < d; l++ {
					q[j*d+l] -= s * q[i*d+l]
				}
			}
		}
	}
	return true
}

// edge chooses the edge to split: the one whose midpoint gains most, by the
// chords' overestimate there (Σ_j ‖w_j‖ min(|t_ja|, |t_jb|) over the rows that
// change sign along it) and by its length.
func (e *explorer) edge(k *cone) (int, int) {
	d := e.d
	score := e.score
	clear(score)
	for r, row := range k.open {
		t := k.t[r*d : (r+1)*d]
		size := e.fr.length[row]
		for a, ta := range t {
			if ta > 0 {
				for b, tb := range t {
					if tb < 0 {
						score[a*d+b] += size * min(ta, -tb)
					}
				}
			}
		}
	}
	root := math.Sqrt(e.kappa)
	best, ba, bb := -1.0, 0, 1
	for a := range d {
		for b := a + 1; b < d; b++ {
			ga, gb := k.gram[a*d+a], k.gram[b*d+b]
			s := score[a*d+b] + score[b*d+a] + root*(ga+gb-2*k.gram[a*d+b])/math.Sqrt(max(ga, gb))
			if s > best {
				best, ba, bb = s, a, b
			}
		}
	}
	return ba, bb
}
