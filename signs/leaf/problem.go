package leaf

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
)

// Problem is one leaf.
type Problem struct {
	// Open holds the open rows x_i, of unit norm (m×d); nil where every sign is fixed.
	Open *mat.Dense
	// Objective is G/γ: its rows belong to α_1 … α_m, u_1 … u_d ((m+d)×c).
	Objective *mat.Dense
	// Lines holds the lines a_k of the cone, of unit norm (f×d); nil for none.
	Lines *mat.Dense
	// Positive says that v ≥ 0 holds; it needs one output.
	Positive bool
	// Sides holds lines of v, of unit norm (s×c); nil for none, and where Positive is set.
	Sides *mat.Dense
	// Samples are unit directions inside the cone (k×d, k ≥ 1), whose moments are the primal start.
	Samples *mat.Dense
	// Algebra does the linear algebra; zero is gonum's.
	Algebra linalg.Algebra
}

// dims returns the numbers of open rows, coordinates, outputs and lines of the cone.
func (p Problem) dims() (m, d, c, f int) {
	if p.Open != nil {
		m, _ = p.Open.Dims()
	}
	if p.Lines != nil {
		f, _ = p.Lines.Dims()
	}
	rows, c := p.Objective.Dims()
	return m, rows - m, c, f
}

// Pair is the product of two lines of the leaf with its multiplier.
type Pair struct {
	A, B int     // lines, see Problem.Line
	M    float64 // ≥ 0
}

// Cone is a multiplier of one second-order cone: ℓ·(Scale·v + Directionᵀρ(u)) with ‖Direction‖ ≤ Scale.
type Cone struct {
	Line      int // ℓ
	Fold      int // the open row of the reflection ρ, −1 for the identity
	Scale     float64
	Direction []float64 // d
}

// Multipliers is a dual point.
type Multipliers struct {
	TauU, TauV float64
	Psi        []float64 // m
	Pairs      []Pair
	Cones      []Cone
}

// Lines are numbered: α_i is i, β_i is m+i, the k-th line of the cone 2m+k, and the k-th line of v 2m+f+k: that is v itself where
// Problem.Positive is set.

// Alpha, Beta, Fixed and Sign, the first line of v, number the lines of a leaf with m open rows and f lines of the cone.
func Alpha(i int) int    { return i }
func Beta(m, i int) int  { return m + i }
func Fixed(m, k int) int { return 2*m + k }
func Sign(m, f int) int  { return 2*m + f }

// base builds the rows of the numbered lines in z (K×N).
func (p Problem) base() *mat.Dense {
	m, d, c, f := p.dims()
	count := 2*m + f + p.signs()
	l := mat.NewDense(max(count, 1), m+d+c, nil)
	for i := range m {
		l.Set(i, i, 1)
		l.Set(m+i, i, 1)
		row, x := l.RawRowView(m + i)[m:m+d], p.Open.RawRowView(i)
		for j, v := range x {
			row[j] = -v
		}
	}
	for k := range f {
		copy(l.RawRowView(2*m + k)[m:m+d], p.Lines.RawRowView(k))
	}
	if p.Positive {
		l.Set(2*m+f, m+d, 1)
	}
	if p.Sides != nil {
		for k := range p.signs() {
			copy(l.RawRowView(2*m + f + k)[m+d:], p.Sides.RawRowView(k))
		}
	}
	return l
}

// cost builds C (N×N): zᵀCz = vᵀ Objectiveᵀ (α, u).
func (p Problem) cost() *mat.Dense {
	m, d, c, _ := p.dims()
	cost := mat.NewDense(m+d+c, m+d+c, nil)
	for i := range m + d {
		for k, g := range p.Objective.RawRowView(i) {
			cost.Set(i, m+d+k, g/2)
			cost.Set(m+d+k, i, g/2)
		}
	}
	return cost
}

// signs is the number of lines of v.
func (p Problem) signs() int {
	switch {
	case p.Positive:
		return 1
	case p.Sides != nil:
		s, _ := p.Sides.Dims()
		return s
	}
	return 0
}

// leastInside is how far inside of the sides v is where the solver starts, relative to the middle of them.
const leastInside = 0.1

// enter moves v, of unit norm or zero, towards the middle of the sides until it is inside.
func (p Problem) enter(v []float64) {
	if p.Sides == nil {
		return
	}
	middle := make([]float64, len(v))
	for k := range p.signs() {
		short.Axpy(1, p.Sides.RawRowView(k), middle)
	}
	size, part := short.Norm(middle), 0.0
	for k := range p.signs() {
		side := p.Sides.RawRowView(k)
		at, end := short.Dot(side, v), short.Dot(side, middle)/size
		if least := leastInside * end; at < least {
			part = max(part, (least-at)/(end-at))
		}
	}
	for j := range v {
		v[j] += part * (middle[j]/size - v[j])
	}
	if size := short.Norm(v); size > 0 {
		for j := range v {
			v[j] /= size
		}
	}
}

// moments returns the mean of zzᵀ over the samples, with the best v for each, made definite; the traces over u and v are
// about 1.
func (p Problem) moments() *mat.Dense {
	m, d, c, _ := p.dims()
	n := m + d + c
	z := p.activated(p.Samples)
	k, _ := z.Dims()
	for s := range k {
		row := z.RawRowView(s)
		if p.Positive {
			row[m+d] = 1
			continue
		}
		for i, t := range row[:m+d] {
			short.Axpy(t, p.Objective.RawRowView(i), row[m+d:])
		}
		if size := short.Norm(row[m+d:]); size > 0 {
			for j := range row[m+d:] {
				row[m+d+j] /= size
			}
		}
		p.enter(row[m+d:])
	}
	mean := mat.NewDense(n, n, nil)
	p.Algebra.Mul(mean, z.T(), z)
	mean.Scale(1/float64(k), mean)
	alpha := 0.0
	for i := range m {
		alpha += mean.At(i, i) / float64(m)
	}
	for i := range n {
		add := startRidge * alpha
		switch {
		case i >= m+d:
			add = startRidge / float64(c)
		case i >= m:
			add = startRidge / float64(d)
		}
		mean.Set(i, i, mean.At(i, i)+add)
	}
	return mean
}

// activated returns z = (α, u, v) of directions u (k×d), with v = 0 (k×N).
func (p Problem) activated(u mat.Matrix) *mat.Dense {
	m, d, c, _ := p.dims()
	k, _ := u.Dims()
	z := mat.NewDense(k, m+d+c, nil)
	z.Slice(0, k, m, m+d).(*mat.Dense).Copy(u)
	if m == 0 {
		return z
	}
	var t mat.Dense
	p.Algebra.Mul(&t, u, p.Open.T())
	for s := range k {
		for i, v := range t.RawRowView(s) {
			z.Set(s, i, max(0, v))
		}
	}
	return z
}

// sum returns Σ zzᵀ over neurons (u, v) in the cone (k×(d+c)).
func (p Problem) sum(neurons *mat.Dense) *mat.Dense {
	m, d, c, _ := p.dims()
	k, _ := neurons.Dims()
	z := p.activated(neurons.Slice(0, k, 0, d))
	z.Slice(0, k, m+d, m+d+c).(*mat.Dense).Copy(neurons.Slice(0, k, d, d+c))
	out := mat.NewDense(m+d+c, m+d+c, nil)
	p.Algebra.Mul(out, z.T(), z)
	return out
}

// Size estimates the bytes of the multipliers.
func (m Multipliers) Size() uint64 {
	sum := 8*uint64(len(m.Psi)) + 24*uint64(len(m.Pairs))
	for _, c := range m.Cones {
		sum += 48 + 8*uint64(len(c.Direction))
	}
	return sum
}

// Scaled returns the multipliers times s: they prove s times the bound for s times the objective.
func (m Multipliers) Scaled(s float64) Multipliers {
	out := Multipliers{TauU: s * m.TauU, TauV: s * m.TauV, Psi: make([]float64, len(m.Psi))}
	short.Axpy(s, m.Psi, out.Psi)
	for _, p := range m.Pairs {
		out.Pairs = append(out.Pairs, Pair{p.A, p.B, s * p.M})
	}
	for _, c := range m.Cones {
		direction := make([]float64, len(c.Direction))
		short.Axpy(s, c.Direction, direction)
		out.Cones = append(out.Cones, Cone{Line: c.Line, Fold: c.Fold, Scale: s * c.Scale, Direction: direction})
	}
	return out
}
