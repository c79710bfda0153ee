package signs

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/signs/leaf"
)

// cut is the line that a child adds to its parent's cone: σ·x_rowᵀu ≥ 0, or, with row −1, σ·planeᵀu ≥ 0, σ·outputᵀv ≥ 0 or, without
// either, σ·v ≥ 0.
type cut struct {
	row    int
	plane  []float64 // unit, d
	output []float64 // unit, c
	side   int8      // σ
}

// node is a cone of the tree with what is known of it.
type node struct {
	parent *node
	cut    cut
	depth  int
	// children are the two sides; nil for a leaf.  The cuts below the parent may be several: a row whose other side is
	// empty is cut on the way, see void.
	children [2]*node
	// implied are the rows, with their signs, that the cone leaves only one side; each is a split whose other side is void.
	implied []void

	bound       float64 // of h/γ, proven; never above the parent's
	status      leaf.Status
	multipliers *leaf.Multipliers
	empty       *margin // proof that the cone has no interior
	stale       bool    // to be bounded anew before it is split: it has the multipliers made for another W, and what bound they give

	next  *splitting // how to split it; nil when it needs no split
	start *inherited // for its children; dropped once they have it
}

// void is a side of a row that leaves no direction.
type void struct {
	row   int
	side  int8 // of the row in the cone; the empty side is the other
	proof margin
}

// splitting says where a node is to be split.
type splitting struct {
	row   int       // −1 for a plane
	plane []float64 // d
}

// inherited is what a child starts from.
type inherited struct {
	multipliers *leaf.Multipliers // in the lines of the layout
	layout      *layout
	samples     [][]float64 // directions inside the parent's cone
}

// layout numbers the lines of a node's leaf.
type layout struct {
	signs  []int8      // m; 0 for open rows
	open   []int       // open rows, ascending
	place  []int       // m; of open rows among open, of the others among the lines of the cone
	planes [][]float64 // unit, oriented
	v      int8        // sign of v, 0 where there is none
	sides  [][]float64 // lines of v for several outputs, unit, oriented
	lines  [][]float64 // of the cone: fixed rows ascending, then planes
}

// layout collects the cuts between the root and the node.
func (in *instance) layout(nd *node) *layout {
	l := &layout{signs: make([]int8, in.m), place: make([]int, in.m)}
	for at := nd; at != nil; at = at.parent {
		for _, v := range at.implied {
			l.signs[v.row] = v.side
		}
		switch {
		case at.cut.side == 0: // the root
		case at.cut.row >= 0:
			l.signs[at.cut.row] = at.cut.side
		case at.cut.plane != nil:
			l.planes = append(l.planes, scaled(at.cut.plane, float64(at.cut.side)))
		case at.cut.output != nil:
			l.sides = append(l.sides, scaled(at.cut.output, float64(at.cut.side)))
		default:
			l.v = at.cut.side
		}
	}
	// From the root downwards, so that a child's numbers extend its parent's.
	slices.Reverse(l.planes)
	slices.Reverse(l.sides)
	for i, s := range l.signs {
		if s == 0 {
			l.place[i] = len(l.open)
			l.open = append(l.open, i)
		} else {
			l.place[i] = len(l.lines)
			l.lines = append(l.lines, scaled(in.x.RawRowView(i), float64(s)))
		}
	}
	l.lines = append(l.lines, l.planes...)
	return l
}

func scaled(x []float64, s float64) []float64 {
	out := make([]float64, len(x))
	short.Axpy(s, x, out)
	return out
}

// fix gives an open row its sign.
func (l *layout) fix(in *instance, row int, side int8) *layout {
	next := &layout{signs: append([]int8(nil), l.signs...), place: make([]int, in.m), planes: l.planes, v: l.v, sides: l.sides}
	next.signs[row] = side
	for i, s := range next.signs {
		if s == 0 {
			next.place[i] = len(next.open)
			next.open = append(next.open, i)
		} else {
			next.place[i] = len(next.lines)
			next.lines = append(next.lines, scaled(in.x.RawRowView(i), float64(s)))
		}
	}
	next.lines = append(next.lines, next.planes...)
	return next
}

// problem builds the leaf's program.
func (in *instance) program(l *layout, samples *mat.Dense) leaf.Problem {
	m := len(l.open)
	g := mat.NewDense(m+in.d, in.c, nil)
	side := 1.0
	if l.v < 0 {
		side = -1
	}
	linear := func(x, w []float64, s float64) {
		for j, v := range x {
			short.Axpy(s*v, w, g.RawRowView(m+j))
		}
	}
	for i, s := range l.signs {
		x := in.x.RawRowView(i)
		switch {
		case s > 0:
			linear(x, in.plus.RawRowView(i), side/in.gamma)
		case s < 0:
			linear(x, in.minus.RawRowView(i), -side/in.gamma)
		default:
			// minus·β = minus·α − minus·xᵀu
			row := g.RawRowView(l.place[i])
			short.Axpy(side/in.gamma, in.plus.RawRowView(i), row)
			short.Axpy(side/in.gamma, in.minus.RawRowView(i), row)
			linear(x, in.minus.RawRowView(i), -side/in.gamma)
		}
	}
	p := leaf.Problem{Algebra: in.problem.Algebra(), Objective: g, Samples: samples, Positive: l.v != 0}
	if m > 0 {
		p.Open = mat.NewDense(m, in.d, nil)
		for k, i := range l.open {
			p.Open.SetRow(k, in.x.RawRowView(i))
		}
	}
	if len(l.lines) > 0 {
		p.Lines = mat.NewDense(len(l.lines), in.d, nil)
		for k, a := range l.lines {
			p.Lines.SetRow(k, a)
		}
	}
	if len(l.sides) > 0 {
		p.Sides = mat.NewDense(len(l.sides), in.c, nil)
		for k, b := range l.sides {
			p.Sides.SetRow(k, b)
		}
	}
	return p
}

// translate maps line k of the parent's leaf to the child's; −1 where it is zero in the child's cone.
func translate(from, to *layout, k int) int {
	m, f := len(from.open), len(from.lines)
	fixedRows := f - len(from.planes)
	switch {
	case k < 2*m:
		row := from.open[k%m]
		s := to.signs[row]
		switch {
		case s == 0 && k < m:
			return leaf.Alpha(to.place[row])
		case s == 0:
			return leaf.Beta(len(to.open), to.place[row])
		case (s > 0) == (k < m):
			return leaf.Fixed(len(to.open), to.place[row])
		}
		return -1
	case k < 2*m+fixedRows:
		return leaf.Fixed(len(to.open), to.place[from.fixedRow(k-2*m)])
	case k < 2*m+f:
		return leaf.Fixed(len(to.open), len(to.lines)-len(to.planes)+k-2*m-fixedRows)
	case to.v == from.v && (to.v != 0 || len(to.sides) >= len(from.sides)):
		return leaf.Sign(len(to.open), len(to.lines)) + k - 2*m - f
	}
	return -1
}

// fixedRow returns the row of the k-th line of the cone.
func (l *layout) fixedRow(k int) int {
	for i, s := range l.signs {
		if s != 0 && l.place[i] == k {
			return i
		}
	}
	return -1
}

// Conditions of the parent whose value, relative to the lengths of the lines, is above this are not inherited.
const inheritBelow = 0.02

// nearlyActive keeps of a result's multipliers those of nearly active conditions.
func nearlyActive(r *leaf.Result) *leaf.Multipliers {
	mul := r.Multipliers
	out := &leaf.Multipliers{TauU: mul.TauU, TauV: mul.TauV, Psi: mul.Psi}
	for j, p := range mul.Pairs {
		if r.Slack[j] < inheritBelow {
			out.Pairs = append(out.Pairs, p)
		}
	}
	for j, c := range mul.Cones {
		if r.ConeSlack[j] < inheritBelow {
			out.Cones = append(out.Cones, c)
		}
	}
	return out
}

// inherit translates the multipliers of the parent; nil where there are none.
func (in *instance) inherit(from *inherited, to *layout) *leaf.Multipliers {
	if from == nil || from.multipliers == nil || from.layout.v != to.v {
		return nil
	}
	old, mul := from.layout, from.multipliers
	out := &leaf.Multipliers{TauU: mul.TauU, TauV: mul.TauV, Psi: make([]float64, len(to.open))}
	for k, i := range to.open {
		out.Psi[k] = mul.Psi[old.place[i]]
	}
	place := map[[2]int]int{}
	for _, p := range mul.Pairs {
		a, b := translate(old, to, p.A), translate(old, to, p.B)
		if a < 0 || b < 0 || a == b {
			continue
		}
		a, b = min(a, b), max(a, b)
		if at, known := place[[2]int{a, b}]; known {
			out.Pairs[at].M += p.M
			continue
		}
		place[[2]int{a, b}] = len(out.Pairs)
		out.Pairs = append(out.Pairs, leaf.Pair{A: a, B: b, M: p.M})
	}
	for _, c := range mul.Cones {
		line := translate(old, to, c.Line)
		if line < 0 {
			continue
		}
		fold, direction := -1, c.Direction
		if c.Fold >= 0 {
			row := old.open[c.Fold]
			switch s := to.signs[row]; {
			case s == 0:
				fold = to.place[row]
			case s < 0:
				// β = −xᵀu: the reflection of u is linear now.
				x := in.x.RawRowView(row)
				direction = append([]float64(nil), direction...)
				short.Axpy(-2*short.Dot(x, direction), x, direction)
			}
		}
		out.Cones = append(out.Cones, leaf.Cone{Line: line, Fold: fold, Scale: c.Scale, Direction: direction})
	}
	return out
}

// splitRow returns the open row to split on, −1 where there is none: the one with the largest ‖w_i‖√(AP/(A+P)).
func (in *instance) splitRow(l *layout, r *leaf.Result) int {
	best, row := 0.0, -1
	w := make([]float64, in.c)
	for k, i := range l.open {
		copy(w, in.plus.RawRowView(i))
		short.Axpy(1, in.minus.RawRowView(i), w)
		a, p := 1.0, 1.0
		if r.Alpha != nil {
			a, p = r.Alpha[k], r.Beta[k]
		}
		if score := short.Norm(w) * math.Sqrt(a*p/(a+p+1e-14)); row < 0 || score > best {
			best, row = score, i
		}
	}
	return row
}
