package verify

import (
	"context"
	"fmt"
	"math"
	"math/bits"
)

// node is a cone on the path from an orthant to a leaf.
type node struct {
	z      []float64 // r×r, row k is generator k
	linear []float64 // c×r: Σ of w_j (x̃_jB) over the rows that are positive on the cone
	open   []int     // rows that change sign
	t      []float64 // len(open)×r, their values at the generators
}

// walker tests the leaves of one orthant's tree.
type walker struct {
	ctx       context.Context
	p         *problem
	rows, b   []float64
	kappa     float64
	bits      bitReader
	edgeBits  int
	edges     [][2]int
	path      []*node
	u         []float64 // r×r generators in u-coordinates
	f, lo, hi []float64 // r×c
	matrix    []float64 // r×r
	axis      []float64 // c
	w         []float64 // c
}

func newWalker(ctx context.Context, p *problem, rows, b []float64, threshold float64) *walker {
	r, c := p.r, p.c
	w := &walker{
		ctx: ctx, p: p, rows: rows, b: b, kappa: threshold * threshold,
		u: make([]float64, r*r), f: make([]float64, r*c), lo: make([]float64, r*c), hi: make([]float64, r*c),
		matrix: make([]float64, r*r), axis: make([]float64, c), w: make([]float64, c),
	}
	for a := range r {
		for b := a + 1; b < r; b++ {
			w.edges = append(w.edges, [2]int{a, b})
		}
	}
	w.edgeBits = bits.Len(uint(len(w.edges) - 1))
	return w
}

func (w *walker) node(depth int) *node {
	for len(w.path) <= depth {
		r := w.p.r
		w.path = append(w.path, &node{z: make([]float64, r*r), linear: make([]float64, w.p.c*r)})
	}
	return w.path[depth]
}

// begin sets up the orthant with the given number.
func (w *walker) begin(orthant int) {
	r := w.p.r
	root := w.node(0)
	clear(root.z)
	clear(root.linear)
	for k := range r {
		root.z[k*r+k] = 1
		if orthant>>k&1 == 1 {
			root.z[k*r+k] = -1
		}
	}
	root.open, root.t = root.open[:0], root.t[:0]
	t := make([]float64, r)
	for j := range w.p.n {
		for k := range r {
			t[k] = inner(w.rows[j*r:(j+1)*r], root.z[k*r:(k+1)*r])
		}
		w.place(root, j, t)
	}
}

// place files row j of a node by its signs at the generators.
func (w *walker) place(nd *node, j int, t []float64) {
	r := w.p.r
	least, most := t[0], t[0]
	for _, v := range t[1:] {
		least, most = min(least, v), max(most, v)
	}
	switch {
	case most <= 0:
	case least >= 0:
		for k, wk := range w.p.weight(j) {
			add(nd.linear[k*r:(k+1)*r], wk, w.rows[j*r:(j+1)*r])
		}
	default:
		nd.open = append(nd.open, j)
		nd.t = append(nd.t, t...)
	}
}

// walk checks the subtree at the reader's position; it returns the first problem.
func (w *walker) walk(depth int) string {
	if w.ctx.Err() != nil {
		return "interrupted"
	}
	if w.bits.take(1) == 0 {
		if !w.leaf(w.path[depth], false) && !w.leaf(w.path[depth], true) {
			return fmt.Sprintf("the leaf before bit %d of the tree does not prove the claimed H", w.bits.at)
		}
		return ""
	}
	edge := w.edges[w.bits.take(w.edgeBits)]
	w.node(depth + 1)
	for side := range 2 {
		w.halve(w.path[depth], w.path[depth+1], edge[side], edge[1-side])
		if problem := w.walk(depth + 1); problem != "" {
			return problem
		}
	}
	return ""
}

// halve makes child the half of parent with generator a moved to the middle of
// a and b.
func (w *walker) halve(parent, child *node, a, b int) {
	r := w.p.r
	copy(child.z, parent.z)
	copy(child.linear, parent.linear)
	for l := range r {
		child.z[a*r+l] = (parent.z[a*r+l] + parent.z[b*r+l]) / 2
	}
	child.open, child.t = child.open[:0], child.t[:0]
	for i, j := range parent.open {
		t := w.matrix[:r]
		copy(t, parent.t[i*r:(i+1)*r])
		t[a] = inner(w.rows[j*r:(j+1)*r], child.z[a*r:(a+1)*r])
		w.place(child, j, t)
	}
}

// leaf is the test of the package comment; other takes the reflection with the
// opposite sign convention (only when the first entry of the axis is rounding
// noise do the two differ in more than noise).
func (w *walker) leaf(nd *node, other bool) bool {
	r, c := w.p.r, w.p.c
	for k := range r {
		z, u := nd.z[k*r:(k+1)*r], w.u[k*r:(k+1)*r]
		for l := range r {
			u[l] = inner(w.b[l*r:(l+1)*r], z)
		}
		f := w.f[k*c : (k+1)*c]
		for i := range f {
			f[i] = inner(nd.linear[i*r:(i+1)*r], z)
		}
		for i, j := range nd.open {
			if t := nd.t[i*r+k]; t > 0 {
				add(f, t, w.p.weight(j))
			}
		}
	}
	if len(nd.open) == 0 {
		copy(w.lo, w.f)
		copy(w.hi, w.f)
	} else {
		w.boxes(nd, other)
	}
	for k := range r {
		for l := k; l < r; l++ {
			q := 0.0
			for i := range c {
				a, b := w.lo[k*c+i], w.hi[k*c+i]
				s, t := w.lo[l*c+i], w.hi[l*c+i]
				q += math.Max(math.Max(a*s, a*t), math.Max(b*s, b*t))
			}
			w.matrix[k*r+l] = w.kappa*inner(w.u[k*r:(k+1)*r], w.u[l*r:(l+1)*r]) - q
		}
	}
	return copositive(w.matrix, r)
}

// boxes fills lo and hi.
func (w *walker) boxes(nd *node, other bool) {
	r, c := w.p.r, w.p.c
	reflect := c > 1
	scale := 0.0
	if reflect {
		clear(w.axis)
		for k := range r {
			add(w.axis, 1/length(w.u[k*r:(k+1)*r]), w.f[k*c:(k+1)*c])
		}
		if size := length(w.axis); size > 0 {
			for i := range w.axis {
				w.axis[i] /= size
			}
		} else {
			w.axis[0] = 1
		}
		if (w.axis[0] >= 0) != other {
			w.axis[0]++
		} else {
			w.axis[0]--
		}
		scale = inner(w.axis, w.axis)
		if !(scale > 1e-3) {
			reflect = false // the other convention's axis is e₁ itself: any basis will do
		}
	}
	turn := func(v []float64) {
		if reflect {
			add(v, -2*inner(w.axis, v)/scale, w.axis)
		}
	}
	copy(w.lo, w.f)
	for k := range r {
		turn(w.lo[k*c : (k+1)*c])
	}
	copy(w.hi, w.lo)
	for i, j := range nd.open {
		copy(w.w, w.p.weight(j))
		turn(w.w)
		t := nd.t[i*r : (i+1)*r]
		top, bottom := 0.0, 0.0
		for _, v := range t {
			top, bottom = math.Max(top, v), math.Max(bottom, -v)
		}
		share := bottom / (top + bottom)
		for k, v := range t {
			delta := share * v
			if v < 0 {
				delta = (share - 1) * v
			}
			for i, wi := range w.w {
				if wi > 0 {
					w.lo[k*c+i] -= wi * delta
				} else {
					w.hi[k*c+i] -= wi * delta
				}
			}
		}
	}
}

// copositive reports whether the symmetric matrix with upper triangle m passes
// the sufficient test of the package comment; it destroys m.
func copositive(m []float64, r int) bool {
	anyNegative := false
	for k := range r {
		if !(m[k*r+k] >= 0) {
			return false
		}
		for l := k + 1; l < r; l++ {
			v := m[k*r+l]
			if math.IsNaN(v) {
				return false
			}
			anyNegative = anyNegative || v < 0
			m[k*r+l] = math.Min(v, 0)
		}
	}
	if !anyNegative {
		return true
	}
	// LDLᵀ
	for k := range r {
		if !(m[k*r+k] > 0) {
			return false
		}
		for i := k + 1; i < r; i++ {
			f := m[k*r+i] / m[k*r+k]
			for l := i; l < r; l++ {
				m[i*r+l] -= f * m[k*r+l]
			}
		}
	}
	return true
}
