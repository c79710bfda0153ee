package proof

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// Arcs returns a derivation for rows with one or two coordinates: the directions
// perpendicular to rows divide the line, or the plane, into cones on which Wᵀ(Xu)₊ is
// linear, and each is a leaf without open rows.  What it proves is h(W) = max ‖Wᵀ(Xu)₊‖/‖u‖ up
// to rounding, so that W needs no scaling.
func Arcs(p Problem, w *mat.Dense, rows *Rows) (*Derivation, error) {
	d := &Derivation{Problem: p, W: w, Rows: rows}
	at := d.root()
	a := &arcs{view: at, named: map[int]float64{}}
	_, k := at.r.Dims()
	switch k {
	case 1:
		d.Root = &SplitU{Normal: []float64{1}, Positive: a.leaf([]arcEnd{{[]float64{1}, 0}}), Negative: a.leaf([]arcEnd{{[]float64{-1}, 0}})}
	case 2:
		d.Root = a.plane()
	default:
		return nil, fmt.Errorf("proof: arcs divide one or two dimensions, and the rows have %d", k)
	}
	g := math.Sqrt(a.largest) * (1 + 1e-12)
	if g == 0 {
		g = p.Gamma
	}
	for _, leaf := range a.leaves {
		for i := range leaf.Pairs {
			leaf.Pairs[i].Value /= g
		}
	}
	d.Claim = Form{U: g, V: g}
	return d, d.Repair()
}

// arcs builds the leaves.  Until the largest h² over all of them is known their
// multipliers are those for g = 1.
type arcs struct {
	view
	largest float64
	leaves  []*Multipliers
	named   map[int]float64 // signs of the rows that the path splits
}

// arcEnd is a line of K that bounds an arc.
type arcEnd struct {
	normal []float64
	line   int // position among the lines of K
}

// plane splits the plane at a first row, and both halves in the order of angles.
func (a *arcs) plane() Node {
	if len(a.rows) == 0 {
		return a.leaf(nil)
	}
	type breakpoint struct {
		row   int
		angle float64 // of the row's line, in [0, π) from the first row's
	}
	first := a.rows[0]
	base := a.r.RawRowView(first)
	var order []breakpoint
	for _, i := range a.rows[1:] {
		r := a.r.RawRowView(i)
		cross, dot := cross(base, r), short.Dot(base, r)
		if cross == 0 {
			continue // parallel: it has a sign on either half
		}
		if cross < 0 {
			cross, dot = -cross, -dot
		}
		order = append(order, breakpoint{i, math.Atan2(cross, dot)})
	}
	slices.SortStableFunc(order, func(x, y breakpoint) int { return cmp.Compare(x.angle, y.angle) })
	var rows []int
	for i, b := range order {
		if i == 0 || b.angle != order[i-1].angle { // the others have no arc between them
			rows = append(rows, b.row)
		}
	}
	half := func(sign float64) Node {
		// The half plane where sign·rᵀu > 0 begins and ends at its own line.
		end := arcEnd{[]float64{sign * base[0], sign * base[1]}, 0}
		a.named[first] = sign
		return a.divide(rows, sign, end, end, 1)
	}
	return &SplitRow{Row: first, Active: half(1), Inactive: half(-1)}
}

// divide splits the arc between two ends at the middle one of the rows whose lines are
// inside, in the order in which they come.  side is the sign of the first row there.
func (a *arcs) divide(rows []int, side float64, from, to arcEnd, lines int) Node {
	if len(rows) == 0 {
		if from.line == to.line {
			return a.leaf([]arcEnd{from})
		}
		return a.leaf([]arcEnd{from, to})
	}
	middle := len(rows) / 2
	row := rows[middle]
	r := a.r.RawRowView(row)
	// The half plane begins where u is perpendicular to the first row, to its right.
	base := a.r.RawRowView(a.rows[0])
	sign := 1.0 // of the row before its line
	if side*cross(r, base) < 0 {
		sign = -1
	}
	part := func(rows []int, sign float64, end func(arcEnd) (arcEnd, arcEnd)) Node {
		from, to := end(arcEnd{[]float64{sign * r[0], sign * r[1]}, lines})
		a.named[row] = sign
		defer delete(a.named, row)
		return a.divide(rows, side, from, to, lines+1)
	}
	before := part(rows[:middle], sign, func(e arcEnd) (arcEnd, arcEnd) { return from, e })
	after := part(rows[middle+1:], -sign, func(e arcEnd) (arcEnd, arcEnd) { return e, to })
	if sign > 0 {
		return &SplitRow{Row: row, Active: before, Inactive: after}
	}
	return &SplitRow{Row: row, Active: after, Inactive: before}
}

// leaf returns the leaf of the cone that the ends bound.
func (a *arcs) leaf(ends []arcEnd) Node {
	_, k := a.r.Dims()
	_, c := a.p.Dims()
	total := mat.NewDense(k, c, nil) // L: Wᵀ(Xu)₊ = Lᵀu
	implied := &Implied{}
	for _, i := range a.rows {
		r := a.r.RawRowView(i)
		sign, named := a.named[i]
		if !named {
			s := imply(r, ends)
			s.Row, sign = i, 1
			if s.Negative {
				sign = -1
			}
			implied.Signs = append(implied.Signs, s)
		}
		weight := a.p.RawRowView(i)
		if sign < 0 {
			weight = a.n.RawRowView(i)
		}
		for j, x := range r {
			for q, v := range weight {
				total.Set(j, q, total.At(j, q)+sign*x*v)
			}
		}
	}
	leaf := &Multipliers{}
	a.leaves = append(a.leaves, leaf)
	var h float64
	if len(ends) < 2 {
		h = largestSquare(total)
	} else {
		var m float64
		if h, m = arcMaximum(total, ends[0].normal, ends[1].normal); m > 0 {
			first, second := ends[0].line, ends[1].line
			leaf.Pairs = []Pair{{K: min(first, second), L: max(first, second), Value: m}}
		}
	}
	a.largest = max(a.largest, h)
	if len(implied.Signs) == 0 {
		return leaf
	}
	implied.Node = leaf
	return implied
}

// imply writes ±r as a combination of the lines of the ends with factors ≥ 0, as nearly as
// rounding allows.
func imply(r []float64, ends []arcEnd) Sign {
	factors := make([]float64, len(ends))
	a := ends[0].normal
	if len(ends) == 1 {
		factors[0] = short.Dot(r, a) / short.Dot(a, a)
	} else {
		b := ends[1].normal
		det := cross(a, b)
		factors[0], factors[1] = cross(r, b)/det, cross(a, r)/det
	}
	sum := 0.0
	for i, f := range factors {
		sum += f * short.Norm(ends[i].normal)
	}
	s := Sign{Negative: sum < 0}
	for i, f := range factors {
		if s.Negative {
			f = -f
		}
		if f > 0 && !math.IsInf(f, 0) {
			s.Lines, s.Lambda = append(s.Lines, ends[i].line), append(s.Lambda, f)
		}
	}
	if len(s.Lines) == 2 && s.Lines[0] > s.Lines[1] {
		slices.Reverse(s.Lines)
		slices.Reverse(s.Lambda)
	}
	return s
}

// cross returns a_1b_2 − a_2b_1 to about its last bit, which is zero for parallel vectors.
func cross(a, b []float64) float64 {
	p, q := float64(a[0]*b[1]), float64(a[1]*b[0])
	return (p - q) + (math.FMA(a[0], b[1], -p) - math.FMA(a[1], b[0], -q))
}

// arcMaximum returns the maximum h of ‖Lᵀu‖² over unit u with aᵀu, bᵀu ≥ 0, and an m ≥ 0 for which hI ⪰ LLᵀ + m(abᵀ + baᵀ).
//
// Such u are αp + βq with α, β ≥ 0 and the ends p ⟂ a and q ⟂ b of the arc.  In α and β the matrix T = hI − LLᵀ has the
// entries hpᵀq − ⟨Lᵀp, Lᵀq⟩, and abᵀ + baᵀ has only the one at (α, β), (aᵀq)(bᵀp), so that m can take away a positive one.
// If it is negative where h is the larger value of the ends, the maximum is between them, and an eigenvalue.
func arcMaximum(l *mat.Dense, a, b []float64) (value, m float64) {
	area, length := cross(a, b), short.Norm(a)*short.Norm(b)
	if area == 0 {
		return largestSquare(l), 0
	}
	_, c := l.Dims()
	var atP, atQ, both float64
	for q := range c {
		column := []float64{l.At(0, q), l.At(1, q)}
		p, q := cross(a, column)/short.Norm(a), cross(column, b)/short.Norm(b)
		atP, atQ, both = atP+p*p, atQ+q*q, both+p*q
	}
	value = max(atP, atQ)
	mixed := -value*short.Dot(a, b)/length - both
	if mixed < 0 {
		return largestSquare(l), 0
	}
	return value, mixed / area * (length / area)
}

// largestSquare returns the square of the largest singular value of L, which has one or two rows.
func largestSquare(l *mat.Dense) float64 {
	x := l.RawRowView(0)
	if rows, _ := l.Dims(); rows == 1 {
		return short.Dot(x, x)
	}
	y := l.RawRowView(1)
	xx, yy := short.Dot(x, x), short.Dot(y, y)
	return (xx+yy)/2 + math.Hypot((xx-yy)/2, short.Dot(x, y))
}
