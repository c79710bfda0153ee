package verify

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
)

// epsilon is the unit roundoff of float64.
const epsilon = 0x1p-53

// problem is max ‖Wᵀ(X̃z)₊‖/‖z‖ over the nonzero rows in r coordinates, and what
// the passage to them costs, in the units of the file units.go.
type problem struct {
	n, r, c int
	x       []float64 // n×r, different rows
	w       []float64 // n×c, summed over equal rows
	size    []float64 // n, Σ ‖w_i‖ over equal rows
	terms   int       // rows before equal ones were merged
	stretch float64   // ≥ ‖V‖
	missed  float64   // ≥ Σ ‖w_i‖‖e_i‖, and what underflow costs
	unit    int       // a+b: the results are in units of 2ᵃ⁺ᵇ
	target  float64   // ≤ H in these units
}

// newProblem returns nil when ctx ends.
func newProblem(ctx context.Context, c *Claims) *problem {
	p := &problem{r: c.X.Cols, c: c.Y.Cols, stretch: 1}
	full := c.X.Cols
	basis := c.Basis
	if basis.Rows > 0 {
		p.r = basis.Cols
		deviation := 0.0
		for a := range p.r {
			for b := range p.r {
				s := 0.0
				for k := range full {
					s += basis.Data[k*p.r+a] * basis.Data[k*p.r+b]
				}
				if a == b {
					s--
				}
				deviation += s * s
			}
		}
		size := length(basis.Data)
		// ‖V‖² = ‖VᵀV‖ ≤ 1 + ‖VᵀV − I‖; underflow is far below the last term.
		p.stretch = 1 + math.Sqrt(deviation) + 4*float64(full+p.r)*epsilon*(1+size*size)
	}
	largestX, largestW := 0.0, 0.0
	for i := range c.X.Rows {
		if x := largest(c.X.Row(i)); x > 0 {
			largestX, largestW = max(largestX, x), max(largestW, largest(c.W.Row(i)))
		}
	}
	unitX, unitW := exponent(largestX), exponent(largestW)
	p.unit = unitX + unitW
	p.target = lowered(c.H, -p.unit)
	index, key := map[string]int{}, []byte(nil)
	for i := range c.X.Rows {
		if ctx.Err() != nil {
			return nil
		}
		if largest(c.X.Row(i)) == 0 {
			continue
		}
		p.terms++
		key = key[:0]
		for _, v := range c.X.Row(i) {
			key = binary.LittleEndian.AppendUint64(key, math.Float64bits(v+0)) // −0 + 0 = 0
		}
		j, known := index[string(key)]
		if !known {
			j = p.n
			index[string(key)] = j
			p.n++
			p.w = append(p.w, make([]float64, p.c)...)
			p.size = append(p.size, 0)
		}
		x, w := shifted(c.X.Row(i), -unitX), shifted(c.W.Row(i), -unitW)
		add(p.weight(j), 1, w)
		p.size[j] += length(w)
		if basis.Rows == 0 {
			if !known {
				p.x = append(p.x, x...)
			}
			continue
		}
		reduced := make([]float64, p.r)
		for k, v := range x {
			for a, b := range basis.Row(k) {
				reduced[a] += v * b
			}
		}
		if !known {
			p.x = append(p.x, reduced...)
		}
		rest := make([]float64, full)
		for k, v := range x {
			rest[k] = v - inner(basis.Row(k), reduced)
		}
		size := length(basis.Data)
		e := length(rest) + 4*float64(full+p.r)*epsilon*(1+size)*(length(x)+size*length(reduced))
		p.missed += e * length(w)
	}
	p.missed = p.missed*(1+4*float64(p.terms+8)*epsilon) + tiny
	return p
}

// bound proves H ≥ h(W), or says why it cannot.
func (p *problem) bound(ctx context.Context, c *Claims, plan layout, r *Report) (detail, problem string) {
	h := 0.0
	switch {
	case p.n == 0:
		return "every row of X is zero", ""
	case largest(p.size) == 0:
		return "W is zero", ""
	case p.r == 1:
		h = p.line()
		detail = "both directions were evaluated"
	case p.r == 2 && !(p.target >= leastH):
		return "", disproportionate(c)
	case p.r == 2:
		h = p.plane(ctx)
		detail = fmt.Sprintf("%d arcs of the circle were maximised in closed form", 2*p.n)
	case c.Frame.Rows == 0:
		return "", fmt.Sprintf("there is no tree of cones for %d-dimensional directions", p.r)
	default:
		// the part of H that is left for the cones
		target := (p.target*(1-8*epsilon) - p.missed) / p.stretch
		r.Cones, r.Depth = plan.nodes, plan.depth
		if reason := p.cones(ctx, c, plan, target); reason != "" {
			return "", reason
		}
		return fmt.Sprintf("%d cones of depth up to %d cover all directions and each leaf proves ‖Wᵀ(Xu)₊‖ ≤ %.10g‖u‖", plan.nodes, plan.depth, c.H), ""
	}
	h = (h*p.stretch + p.missed) * (1 + 8*epsilon)
	if !(h <= p.target) {
		return "", fmt.Sprintf("max ‖Wᵀ(Xu)₊‖ could be bounded by %v only, the claim is %v", math.Ldexp(h, p.unit), c.H)
	}
	return detail, ""
}

// disproportionate says that an H is too small to be compared with anything (see leastH).
func disproportionate(c *Claims) string {
	return fmt.Sprintf("the claimed H = %v is below the rounding errors, or out of all proportion to X and W", c.H)
}

func (p *problem) row(i int) []float64    { return p.x[i*p.r : (i+1)*p.r] }
func (p *problem) weight(i int) []float64 { return p.w[i*p.c : (i+1)*p.c] }

// sum returns Σ ‖w_i‖‖x_i‖ over all rows.
func (p *problem) sum() float64 {
	s := 0.0
	for i := range p.n {
		s += length(p.row(i)) * p.size[i]
	}
	return s
}

// line returns an upper bound on max ‖Wᵀ(Xu)₊‖ over u = ±1.
func (p *problem) line() float64 {
	h := 0.0
	for _, u := range []float64{1, -1} {
		f := make([]float64, p.c)
		for i := range p.n {
			add(f, max(0, u*p.x[i]), p.weight(i))
		}
		h = max(h, length(f))
	}
	return h + 4*float64(p.terms+p.c+8)*epsilon*p.sum() + tiny
}

func inner(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

func add(dst []float64, t float64, v []float64) {
	for i := range dst {
		dst[i] += t * v[i]
	}
}

// length returns ‖v‖ with a relative error of at most (len(v)+4)ε: squares of small
// numbers underflow, those of their ratios to the largest one do no harm.
func length(v []float64) float64 {
	unit := largest(v)
	if unit == 0 {
		return 0
	}
	s := 0.0
	for _, x := range v {
		s += (x / unit) * (x / unit)
	}
	return unit * math.Sqrt(s)
}
