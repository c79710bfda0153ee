package check

import (
	"context"
	"errors"
	"math"
	"math/bits"
)

// cones is a leaf whose K lies in an orthant of the coordinates of u: for every axis i
// it has a line that is a multiple of e_i.  The orthant is bisected into simplicial
// cones as the bits say, and at each the inequality below must hold.  It needs F = 0,
// H = hI, h > 0; other lines of K are not used.
//
// Generators of the orthant are ±e_i.  In preorder, bit 0 is a leaf; 1, followed by the
// number of an edge (a, b), a < b, in lexicographic order in ⌈log₂(number of edges)⌉
// bits, lowest first, replaces first generator a and then generator b by their midpoint.
// Midpoints are exact, or the leaf is refused.
//
// # Inequality
//
// On u = Σ_k λ_k p_k, λ ≥ 0, a row with the values t_k = rᵀp_k has
// (±rᵀu)₊ = Σ λ_k t_k^± − δ with 0 ≤ δ ≤ min(Σ λ_k t_k⁺, Σ λ_k t_k⁻), which is at most
// Σ λ_k b_k, b_k = a t_k⁺ + (1−a)t_k⁻, for any a in [0, 1]; a = T⁻/(T⁺+T⁻) with
// T^± = max_k t_k^±.  So f(u) = Σ_i P_i(r_iᵀu)₊ + N_i(−r_iᵀu)₊ is in Σ λ_k [lo_k, hi_k]
// where the box at k is f(p_k) minus what (P_i+N_i)b_ik can be, in any orthonormal basis
// of R^c: those tried are the reflections that exchange the direction of
// Σ_k f(p_k)/‖p_k‖_G with e_1 and with −e_1.  With Q_kl the largest inner product of a vector in box k and one in box l,
// ‖f(u)‖² ≤ h uᵀGu on the cone, and with it the claim, if C_kl = h p_kᵀGp_l − Q_kl is
// copositive; which it is if C without its positive off-diagonal entries is positive
// semidefinite.
//
// # Roundings
//
// Coordinates keep their signs, so that with p_k = (p_a + p_b)/2 also |p_k| = (|p_a| + |p_b|)/2.  The values at midpoints are means of those at the
// ends: by induction t_k is off by at most γ_depth·|r|ᵀ|p_k|, and a row that is taken to have one sign has no more than that of the other.
// With reach_k = Σ_i (‖P_i‖+‖N_i‖)|r_i|ᵀ|p_k| every end of box k is within ρ_k = 8(depth + n + 4k + 4c + 32)ε·reach_k of the exact one; boxes are
// widened by that.  With s_kl = Σ_q (largest end of box k)·(largest end of box l), what rounds Q_kl and C_kl is then (2c + 8)ε(s_kl + |C_kl|) at
// most, and h p_kᵀGp_l is off by (4k + 2c + 16)ε h·|p_k|ᵀ|G||p_l|.  All of this follows generators that are as different in length as the
// columns of X.  C is scaled by powers of two to a diagonal near one before it is factored.
type cones struct {
	rows   *rows
	claim  claim
	signs  []float64 // ±1, the orthant
	words  []int64
	bits   int64
	nodes  int64
	depth  int
	n      int // rows of the claim
	k, c   int
	edges  [][2]int
	digits int // bits of an edge's number
}

// maxBisections bounds the depth of a tree of cones.
const maxBisections = 1000

// readCones reads a leaf.  Integers: the number of bits, then the bits in words of 64,
// lowest first.
func (w *walker) readCones(c claim) (leaf, error) {
	l := &cones{rows: w.rows, claim: c, n: len(c.rows), k: w.rows.r.cols, c: w.rows.p.cols}
	switch {
	case c.form.f != nil || c.form.h != nil || !(c.form.v > 0):
		return nil, w.fail("cones", "the form is not uᵀGu + h‖v‖² with h > 0")
	case l.k < 2 || l.k > 16:
		return nil, w.fail("cones", "there are %d coordinates, expected 2 to 16", l.k)
	}
	l.signs = make([]float64, l.k)
	for _, line := range c.u {
		axis, count := 0, 0
		for i, v := range line.normal {
			if v != 0 {
				axis = i
				count++
			}
		}
		if count == 1 {
			l.signs[axis] = math.Copysign(1, line.normal[axis])
		}
	}
	for i, s := range l.signs {
		if s == 0 {
			return nil, w.fail("cones", "no line of K gives coordinate %d a sign", i)
		}
	}
	count, err := w.steps.count("the bits of a tree", math.MaxInt32)
	if err != nil {
		return nil, err
	}
	if l.words, err = w.steps.integers((count + 63) / 64); err != nil {
		return nil, err
	}
	l.bits = int64(count)
	for a := range l.k {
		for b := a + 1; b < l.k; b++ {
			l.edges = append(l.edges, [2]int{a, b})
		}
	}
	l.digits = bits.Len(uint(len(l.edges) - 1))
	if problem := l.measure(); problem != "" {
		return nil, w.fail("cones", "%s", problem)
	}
	return l, nil
}

// bitReader reads the tree.
type bitReader struct {
	words []int64
	at    int64
	end   int64
	over  bool
}

func (b *bitReader) take(count int) int {
	v := 0
	for i := range count {
		if b.at >= b.end {
			b.over = true
			return 0
		}
		v |= int(uint64(b.words[b.at>>6])>>(b.at&63)&1) << i
		b.at++
	}
	return v
}

// measure walks the tree without geometry.
func (l *cones) measure() string {
	b := bitReader{words: l.words, end: l.bits}
	for pending := []int{0}; len(pending) > 0; {
		depth := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		l.nodes++
		l.depth = max(l.depth, depth)
		split := b.take(1) == 1
		edge := 0
		if split {
			edge = b.take(l.digits)
		}
		switch {
		case b.over:
			return "the tree ends before it covers the orthant"
		case split && edge >= len(l.edges):
			return "the tree names an edge that does not exist"
		case split && depth >= maxBisections:
			return "the tree is too deep"
		case split:
			pending = append(pending, depth+1, depth+1)
		}
	}
	if b.at != b.end {
		return "the tree has bits that belong to no cone"
	}
	return ""
}

func (l *cones) work() float64 {
	rows := float64(l.n) * float64(l.k+l.c)
	return float64(l.nodes) * 4 * (rows + float64(l.k*l.k*(l.k+2*l.c)))
}

func (l *cones) memory() float64 {
	return 8 * float64(l.depth+2) * float64(l.k) * float64(l.n+l.k+l.c)
}

// cone is one on the path to the leaf that is being tested.
type cone struct {
	p      []float64 // k×k, row i is generator i
	linear []float64 // c×k: Σ of P r, or −N r, over rows whose sign does not change
	open   []int     // rows that change sign
	t      []float64 // len(open)×k, their values at the generators
}

// bisector tests the cones of one tree.
type bisector struct {
	*cones
	ctx       context.Context
	bits      bitReader
	path      []*cone
	both      []float64 // n×c: P + N of the claim's rows
	reach     []float64 // Σ_i (‖P_i‖+‖N_i‖)|r_i|
	ends      float64   // ρ_k in reach_k
	wrong     float64   // the error of h p_kᵀGp_l in |p_k|ᵀ|G||p_l|
	tested    int
	f, lo, hi []float64 // k×c
	axis, w   []float64 // c
	matrix    []float64 // k×k
}

var errCone = errors.New("the inequality fails on a cone")

func (l *cones) prove(ctx context.Context) (charge, error) {
	k, c := l.k, l.c
	s := &bisector{
		cones: l, ctx: ctx, bits: bitReader{words: l.words, end: l.bits}, both: make([]float64, l.n*c),
		f: make([]float64, k*c), lo: make([]float64, k*c), hi: make([]float64, k*c),
		axis: make([]float64, c), w: make([]float64, c), matrix: make([]float64, k*k),
	}
	s.reach = make([]float64, k)
	root := s.cone(0)
	for at, i := range l.claim.rows {
		r, p, n := l.rows.r.row(i), l.rows.p.row(i), l.rows.n.row(i)
		weight := norm(p) + norm(n)
		for j, v := range r {
			s.reach[j] += up(weight * math.Abs(v))
		}
		for q := range c {
			s.both[at*c+q] = p[q] + n[q]
		}
		root.open = append(root.open, at)
		for j, v := range r {
			root.t = append(root.t, v*l.signs[j])
		}
	}
	for i, sign := range l.signs {
		root.p[i*k+i] = sign
	}
	s.settle(root)
	s.ends = l.rows.room * 8 * float64(l.depth+l.n+4*k+4*c+32) * unit
	s.wrong = l.rows.room * float64(4*k+2*c+16) * unit * l.claim.form.v
	return charge{}, s.walk(0)
}

// cone returns the place for a cone at a depth.
func (s *bisector) cone(depth int) *cone {
	for len(s.path) <= depth {
		s.path = append(s.path, &cone{p: make([]float64, s.k*s.k), linear: make([]float64, s.c*s.k)})
	}
	return s.path[depth]
}

// settle moves rows that do not change sign from open to linear.
func (s *bisector) settle(n *cone) {
	k := s.k
	kept := 0
	for at, i := range n.open {
		t := n.t[at*k : (at+1)*k]
		positive, negative := false, false
		for _, v := range t {
			positive = positive || v > 0
			negative = negative || v < 0
		}
		if positive && negative {
			n.open[kept] = i
			copy(n.t[kept*k:(kept+1)*k], t)
			kept++
			continue
		}
		row := s.claim.rows[i]
		weight, sign := s.rows.p.row(row), 1.0
		if negative {
			weight, sign = s.rows.n.row(row), -1
		}
		for q, v := range weight {
			v *= sign
			for j, x := range s.rows.r.row(row) {
				n.linear[q*k+j] += v * x
			}
		}
	}
	n.open, n.t = n.open[:kept], n.t[:kept*k]
}

// walk tests the cone at the given depth, or its halves.
func (s *bisector) walk(depth int) error {
	n := s.path[depth]
	if s.bits.take(1) == 0 {
		s.tested++
		if s.tested%64 == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if !s.test(n, 1) && !s.test(n, -1) {
			return errCone
		}
		return nil
	}
	edge := s.edges[s.bits.take(s.digits)]
	for half := range 2 {
		if err := s.halve(n, s.cone(depth+1), edge, half); err != nil {
			return err
		}
		if err := s.walk(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// halve makes child the half of n in which one end of the edge is its midpoint.
func (s *bisector) halve(n, child *cone, edge [2]int, half int) error {
	k, from, other := s.k, edge[half], edge[1-half]
	copy(child.p, n.p)
	copy(child.linear, n.linear)
	for j := range k {
		a, b := n.p[from*k+j], n.p[other*k+j]
		sum := a + b
		// The sum is exact: both of its parts are left when the other is taken away.
		if sum-a != b || sum-b != a {
			return errors.New("a midpoint cannot be represented exactly")
		}
		child.p[from*k+j] = sum / 2
	}
	child.open = append(child.open[:0], n.open...)
	child.t = append(child.t[:0], n.t...)
	for at := range child.open {
		t := child.t[at*k : (at+1)*k]
		t[from] = (t[from] + t[other]) / 2
	}
	s.settle(child)
	return nil
}

// test reports whether C is copositive on a cone, in the basis that reflection to the given
// sign makes.
func (s *bisector) test(n *cone, sign float64) bool {
	k, c := s.k, s.c
	clear(s.f)
	for i := range k {
		p := n.p[i*k : (i+1)*k]
		for q := range c {
			v := 0.0
			for j, x := range p {
				v += n.linear[q*k+j] * x
			}
			s.f[i*c+q] = v
		}
		for at, row := range n.open {
			t := n.t[at*k+i]
			weight := s.rows.p.row(s.claim.rows[row])
			if t < 0 {
				weight, t = s.rows.n.row(s.claim.rows[row]), -t
			}
			for q, v := range weight {
				s.f[i*c+q] += t * v
			}
		}
	}
	s.chooseAxis(n, sign)
	copy(s.lo, s.f)
	for i := range k {
		s.reflect(s.lo[i*c : (i+1)*c])
	}
	copy(s.hi, s.lo)
	for at, row := range n.open {
		t := n.t[at*k : (at+1)*k]
		high, low := 0.0, 0.0
		for _, v := range t {
			high, low = max(high, v), max(low, -v)
		}
		share := low / (high + low)
		copy(s.w, s.both[row*c:(row+1)*c])
		s.reflect(s.w)
		for i, v := range t {
			b := share * v
			if v < 0 {
				b = (1 - share) * -v
			}
			for q, w := range s.w {
				if w > 0 {
					s.lo[i*c+q] -= w * b
				} else {
					s.hi[i*c+q] -= w * b
				}
			}
		}
	}
	for i := range k {
		reach := 0.0
		for j, x := range n.p[i*k : (i+1)*k] {
			reach += s.reach[j] * math.Abs(x)
		}
		rho := up(s.ends*up(reach)) + tiny
		for q := range c {
			s.lo[i*c+q] -= rho
			s.hi[i*c+q] += rho
		}
	}
	return s.copositive(n)
}

// chooseAxis sets axis to the normal of the reflection, zero for none.
func (s *bisector) chooseAxis(n *cone, sign float64) {
	clear(s.axis)
	if s.c == 1 {
		return
	}
	for i := range s.k {
		square, _ := s.product(n, i, i)
		for q := range s.axis {
			s.axis[q] += s.f[i*s.c+q] / math.Sqrt(square)
		}
	}
	length := math.Sqrt(dot(s.axis, s.axis))
	if !(length > 0x1p-200) || math.IsInf(length, 1) {
		clear(s.axis)
		return
	}
	for q := range s.axis {
		s.axis[q] /= length
	}
	if s.axis[0] < 0 {
		sign = -sign
	}
	s.axis[0] += sign
	if !(dot(s.axis, s.axis) > 1e-3) {
		clear(s.axis) // it is e_1 nearly
	}
}

// product returns p_iᵀGp_j and |p_i|ᵀ|G||p_j|.
func (s *bisector) product(n *cone, i, j int) (value, size float64) {
	k, f := s.k, s.claim.form
	for a, x := range n.p[i*k : (i+1)*k] {
		if x == 0 {
			continue
		}
		g := f.u * n.p[j*k+a]
		most := math.Abs(g)
		if f.g != nil {
			for b, y := range n.p[j*k : (j+1)*k] {
				t := f.g[a*k+b] * y
				g += t
				most += math.Abs(t)
			}
		}
		value += x * g
		size += math.Abs(x) * most
	}
	return value, size
}

// reflect replaces v by v − 2a(aᵀv)/(aᵀa) for the axis a.
func (s *bisector) reflect(v []float64) {
	square := dot(s.axis, s.axis)
	if square == 0 {
		return
	}
	t := 2 * dot(s.axis, v) / square
	for q, a := range s.axis {
		v[q] -= t * a
	}
}

// copositive forms C without its positive off-diagonal entries, lowered by all errors, and factors it.
func (s *bisector) copositive(n *cone) bool {
	k, c, f := s.k, s.c, s.claim.form
	negative := false
	for i := range k {
		for j := range i + 1 {
			product, wrong := s.product(n, i, j)
			value, size := f.v*product, 0.0
			for q := range c {
				a, b, d, e := s.lo[i*c+q], s.hi[i*c+q], s.lo[j*c+q], s.hi[j*c+q]
				value -= max(a*d, a*e, b*d, b*e)
				size += max(math.Abs(a), math.Abs(b)) * max(math.Abs(d), math.Abs(e))
			}
			value -= up(s.wrong*up(wrong)) + tiny + up(s.rows.room*float64(2*c+8)*unit*(size+math.Abs(value)))
			switch {
			case math.IsNaN(value), i == j && value < 0:
				return false
			case i != j:
				value = min(value, 0)
				negative = negative || value < 0
			}
			s.matrix[i*k+j] = value
		}
	}
	if !negative {
		return true
	}
	s.scale()
	trace := 0.0
	for i := range k {
		trace += s.matrix[i*k+i]
	}
	shift := up(s.rows.room*2*roundings(k+4)*trace) + tiny
	for i := range k {
		for j := range i + 1 {
			v := s.matrix[i*k+j]
			if i == j {
				v -= shift
			}
			for l := range j {
				v -= s.matrix[i*k+l] * s.matrix[j*k+l]
			}
			if i == j {
				if !(v > 0) {
					return false
				}
				s.matrix[i*k+i] = math.Sqrt(v)
			} else {
				s.matrix[i*k+j] = v / s.matrix[j*k+j]
			}
		}
	}
	return true
}

// scale multiplies rows and columns of the matrix by the powers of two that bring its diagonal to [½, 2); what underflow takes
// is less than the shift has.
func (s *bisector) scale() {
	k := s.k
	exponent := make([]int, k)
	for i := range k {
		if v := s.matrix[i*k+i]; v > 0 {
			_, e := math.Frexp(v)
			exponent[i] = -(e >> 1)
		}
	}
	for i := range k {
		for j := range i + 1 {
			s.matrix[i*k+j] = math.Ldexp(s.matrix[i*k+j], exponent[i]+exponent[j])
		}
	}
}
