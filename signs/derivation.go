package signs

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/signs/leaf"
)

// ErrNoProof says that some direction is in no leaf that has been bounded.
var ErrNoProof = errors.New("signs: the tree has leaves without a bound")

// Derivation returns the proof of ‖Wᵀ(Xu)₊‖ ≤ Value()·γ‖u‖, whose leaves are those of the tree.
func (t *Tree) Derivation() (*proof.Derivation, error) {
	if math.IsInf(t.Value(), 1) {
		return nil, ErrNoProof
	}
	in := t.in
	wr := &writer{in: in, value: t.Value(), norms: make([]float64, in.m), rows: proof.RowsOf(in.problem.X, in.reduced.Grouping).RowSpace(), turn: in.reduced.Basis}
	if wr.rows.V != nil {
		wr.turn = new(mat.Dense)
		in.problem.Algebra().Mul(wr.turn, wr.rows.V.T(), in.reduced.Basis)
	}
	for i := range wr.norms {
		wr.norms[i] = short.Norm(wr.rows.R.RawRowView(i))
	}
	root, err := wr.node(t.root, path{})
	if err != nil {
		return nil, err
	}
	g := wr.value * in.gamma
	d := &proof.Derivation{
		Problem: in.problem,
		W:       in.w,
		Rows:    wr.rows,
		Claim:   proof.Form{U: g, V: g},
		Root:    &proof.Balance{Node: root},
	}
	return d, d.Repair()
}

// writer turns a tree into a derivation.  Package proof has no factor 1/γ and doubles the products, so that multipliers
// of the leaf count γ times; its rows are not of unit norm, α of a row being its norm times α of the unit row.
type writer struct {
	in    *instance
	value float64
	rows  *proof.Rows
	norms []float64 // of rows.R
	// turn takes directions in the instance's coordinates to those of the rows, which are the columns of X or, where X is wide, a basis of its
	// row space.
	turn *mat.Dense
}

// original returns a direction in the coordinates of the rows.
func (wr *writer) original(u []float64) []float64 {
	k, _ := wr.turn.Dims()
	out := make([]float64, k)
	for i := range out {
		out[i] = short.Dot(wr.turn.RawRowView(i), u)
	}
	return out
}

// path holds the lines of K from the root downwards.
type path struct {
	lines []line
	v     int8
	sides int // lines of v for several outputs
}

// line is x_rowᵀu or, with row −1, planeᵀu, times side.
type line struct {
	row   int
	plane []float64 // in the coordinates of the rows
	side  int8
}

// with returns the path with one more line; it does not share memory with its siblings'.
func (p path) with(l line) path {
	return path{lines: append(slices.Clone(p.lines), l), v: p.v, sides: p.sides}
}

// node writes a node: its implied rows are splits whose other side is void.
func (wr *writer) node(nd *node, p path) (proof.Node, error) {
	if nd.empty != nil {
		return wr.void(*nd.empty, wr.ordered(p), p), nil
	}
	// The void's margin speaks of the lines of the layout at that moment: the cone's rows in ascending order, then planes.
	chain := p
	sides := make([]proof.Node, len(nd.implied))
	for k, v := range nd.implied {
		below := chain.with(line{row: v.row, side: -v.side})
		sides[k] = wr.void(v.proof, append(wr.ordered(chain), len(chain.lines)), below)
		chain = chain.with(line{row: v.row, side: v.side})
	}
	inner, err := wr.inner(nd, chain)
	if err != nil {
		return nil, err
	}
	for k := len(nd.implied) - 1; k >= 0; k-- {
		v := nd.implied[k]
		split := &proof.SplitRow{Row: v.row, Active: inner, Inactive: sides[k]}
		if v.side < 0 {
			split.Active, split.Inactive = split.Inactive, split.Active
		}
		inner = split
	}
	return inner, nil
}

// ordered lists the places on the path of the layout's lines: rows ascending, then planes from the root.
func (wr *writer) ordered(p path) []int {
	var rows, planes []int
	for k, l := range p.lines {
		if l.row >= 0 {
			rows = append(rows, k)
		} else {
			planes = append(planes, k)
		}
	}
	slices.SortFunc(rows, func(a, b int) int { return p.lines[a].row - p.lines[b].row })
	return append(rows, planes...)
}

// inner writes the split of a node or its leaf.
func (wr *writer) inner(nd *node, p path) (proof.Node, error) {
	if nd.children[0] == nil {
		return wr.leaf(nd, p)
	}
	var sides [2]proof.Node // positive, negative
	for _, child := range nd.children {
		below := p
		switch {
		case child.cut.row >= 0:
			below = p.with(line{row: child.cut.row, side: child.cut.side})
		case child.cut.plane != nil:
			below = p.with(line{row: -1, plane: wr.original(child.cut.plane), side: child.cut.side})
		case child.cut.output != nil:
			below.sides++
		default:
			below.v = child.cut.side
		}
		n, err := wr.node(child, below)
		if err != nil {
			return nil, err
		}
		if child.cut.side > 0 {
			sides[0] = n
		} else {
			sides[1] = n
		}
	}
	switch c := nd.children[0].cut; {
	case c.row >= 0:
		return &proof.SplitRow{Row: c.row, Active: sides[0], Inactive: sides[1]}, nil
	case c.plane != nil:
		return &proof.SplitU{Normal: wr.original(c.plane), Positive: sides[0], Negative: sides[1]}, nil
	case c.output != nil:
		normal := mat.NewVecDense(len(wr.in.w.RawRowView(0)), nil)
		normal.MulVec(wr.in.outputs, mat.NewVecDense(len(c.output), c.output))
		return &proof.SplitV{Normal: normal.RawVector().Data, Positive: sides[0], Negative: sides[1]}, nil
	default:
		return &proof.SplitV{Normal: mat.Col(nil, 0, wr.in.outputs), Positive: sides[0], Negative: sides[1]}, nil
	}
}

// leaf writes the multipliers of a leaf.
func (wr *writer) leaf(nd *node, p path) (proof.Node, error) {
	mul := nd.multipliers
	if mul == nil {
		return nil, ErrNoProof
	}
	l := wr.in.layout(nd)
	ln := proof.Lines{Open: len(l.open), U: len(p.lines), V: p.sides}
	if p.v != 0 {
		ln.V = 1
	}
	gamma := wr.in.gamma
	out := &proof.Multipliers{Tau: gamma * (mul.TauU - mul.TauV), Psi: make([]float64, ln.Open)}
	for k, i := range l.open {
		out.Psi[k] = 2 * gamma * mul.Psi[k] / (wr.norms[i] * wr.norms[i])
	}
	places := wr.ordered(p)
	m, f := len(l.open), len(l.lines)
	// number maps a line of the leaf to its number in the derivation and what one of it is there.
	number := func(k int) (int, float64) {
		switch {
		case k < 2*m:
			return k, 1 / wr.norms[l.open[k%m]]
		case k < 2*m+f:
			at := places[k-2*m]
			if row := p.lines[at].row; row >= 0 {
				return ln.InU(at), 1 / wr.norms[row]
			}
			return ln.InU(at), 1
		default:
			return ln.InV(k - 2*m - f), 1
		}
	}
	sum := map[[2]int]float64{}
	add := func(a, b int, value float64) {
		if a > b {
			a, b = b, a
		}
		if value > 0 && a != b {
			sum[[2]int{a, b}] += value
		}
	}
	for _, q := range mul.Pairs {
		a, s := number(q.A)
		b, r := number(q.B)
		add(a, b, gamma*q.M*s*r)
	}
	for _, c := range mul.Cones {
		ball, rest := wr.ball(l, c)
		a, s := number(c.Line)
		out.Balls = append(out.Balls, ball)
		ln.Balls++
		add(a, ln.Ball(len(out.Balls)-1), gamma*c.Scale*s)
		if rest > 0 {
			for _, k := range [2]int{leaf.Alpha(c.Fold), leaf.Beta(m, c.Fold)} {
				b, r := number(k)
				value := gamma * c.Scale * rest * s * r
				if x, y := min(a, b), max(a, b); x < m && y == x+m {
					out.Psi[x] += 2 * value // α_kβ_k = 0
				} else {
					add(a, b, value)
				}
			}
		}
	}
	out.Pairs = make([]proof.Pair, 0, len(sum))
	for key, value := range sum {
		out.Pairs = append(out.Pairs, proof.Pair{K: key[0], L: key[1], Value: value})
	}
	slices.SortFunc(out.Pairs, func(a, b proof.Pair) int {
		if a.K != b.K {
			return a.K - b.K
		}
		return a.L - b.L
	})
	return out, nil
}

// shorten keeps a ball line's length below 1 in floating point.
const shorten = 1 - 1e-14

// ball writes the line v + ζᵀρ(u)/ζ_0 of a cone as v − pᵀu − s|x_kᵀu|: the reflection u + 2β_k x_k is
// u − (x_kᵀu)x_k + |x_kᵀu|x_k.  Where s would be negative it is left out, and rest = −s is what that is worth as
// products of the cone's line with α_k and β_k.
func (wr *writer) ball(l *layout, c leaf.Cone) (b proof.Ball, rest float64) {
	p := scaled(c.Direction, -shorten/c.Scale)
	if c.Fold < 0 {
		b.P = wr.original(p)
		return b, 0
	}
	row := l.open[c.Fold]
	x := wr.in.x.RawRowView(row)
	s := short.Dot(p, x)
	short.Axpy(-s, x, p)
	b.P = wr.original(p)
	if s <= 0 {
		return b, -s
	}
	b.Rows, b.S = []int{c.Fold}, []float64{s / wr.norms[row]}
	return b, 0
}

// void writes the leaf of a cone without interior.  places are the places on the path of the margin's vectors.  Products
// of its lines make a form that is as definite in u as is wanted; every open row gets a ψ < 0 for its α.
func (wr *writer) void(mg margin, places []int, p path) proof.Node {
	l := wr.pathLayout(p)
	ln := proof.Lines{Open: len(l), U: len(p.lines)}
	form := mat.NewSymDense(wr.in.d, nil)
	for j, k := range mg.support {
		form.SymRankOne(form, mg.lambda[j]*mg.lambda[j], mat.NewVecDense(wr.in.d, wr.unit(p.lines[places[k]])))
	}
	form.SymRankOne(form, -1, mat.NewVecDense(wr.in.d, mg.centre))
	var eig mat.EigenSym
	eig.Factorize(form, false)
	low := eig.Values(nil)[0]
	// With ψ_i = −size for every row of unit norm, S ⪰ 0 in α for |2vᵀw_iα_i| against size·α_i² and value·γ‖v‖².
	in := wr.in
	size := 1.0
	for i := range in.m {
		size = max(size, short.Norm(in.plus.RawRowView(i)), short.Norm(in.minus.RawRowView(i)))
	}
	total := size * math.Sqrt(float64(in.m))
	g := wr.value * in.gamma
	psi := 8 * total * total / g
	scale := 8 * (psi*float64(in.m) + total*total*float64(in.m)/g + g) / low
	out := &proof.Multipliers{Psi: make([]float64, ln.Open)}
	for k, i := range l {
		out.Psi[k] = -psi / (wr.norms[i] * wr.norms[i])
	}
	for j, k := range mg.support {
		for j2 := range j {
			a, b := places[k], places[mg.support[j2]]
			value := scale * mg.lambda[j] * mg.lambda[j2] / (wr.length(p.lines[a]) * wr.length(p.lines[b]))
			if value > 0 {
				out.Pairs = append(out.Pairs, proof.Pair{K: ln.InU(min(a, b)), L: ln.InU(max(a, b)), Value: value})
			}
		}
	}
	slices.SortFunc(out.Pairs, func(a, b proof.Pair) int {
		if a.K != b.K {
			return a.K - b.K
		}
		return a.L - b.L
	})
	return out
}

// unit returns the line of unit norm in the instance's coordinates.
func (wr *writer) unit(l line) []float64 {
	if l.row >= 0 {
		return scaled(wr.in.x.RawRowView(l.row), float64(l.side))
	}
	out := make([]float64, wr.in.d)
	for k, v := range l.plane {
		short.Axpy(v*float64(l.side), wr.turn.RawRowView(k), out)
	}
	return out
}

func (wr *writer) length(l line) float64 {
	if l.row >= 0 {
		return wr.norms[l.row]
	}
	return 1
}

// pathLayout lists the open rows of a path, ascending.
func (wr *writer) pathLayout(p path) (open []int) {
	signed := make([]bool, wr.in.m)
	for _, l := range p.lines {
		if l.row >= 0 {
			signed[l.row] = true
		}
	}
	for i, s := range signed {
		if !s {
			open = append(open, i)
		}
	}
	return open
}
