package leaf

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
)

// example draws a leaf with the whole space as its cone, or the half-space of a line.
func example(m, d, c int, line bool, seed uint64) (Problem, *rand.Rand) {
	rng := rand.New(rand.NewPCG(seed, 5))
	unit := func(rows int) *mat.Dense {
		out := mat.NewDense(rows, d, nil)
		for i := range rows {
			row := out.RawRowView(i)
			for j := range row {
				row[j] = rng.NormFloat64()
			}
			size := short.Norm(row)
			for j := range row {
				row[j] /= size
			}
		}
		return out
	}
	p := Problem{Open: unit(m), Objective: mat.NewDense(m+d, c, nil), Positive: c == 1}
	for i := range p.Objective.RawMatrix().Data {
		p.Objective.RawMatrix().Data[i] = rng.NormFloat64()
	}
	p.Samples = unit(8 * (m + d + c))
	if line {
		p.Lines = mat.NewDense(1, d, nil)
		p.Lines.Set(0, 0, 1)
		k, _ := p.Samples.Dims()
		for s := range k {
			p.Samples.Set(s, 0, math.Abs(p.Samples.At(s, 0)))
		}
	}
	return p, rng
}

// value is max over v of the objective at u: the norm, or for v ≥ 0 the positive part.
func (p Problem) value(u []float64) float64 {
	m, d, c, _ := p.dims()
	f := make([]float64, c)
	for i := range m {
		short.Axpy(max(0, short.Dot(p.Open.RawRowView(i), u)), p.Objective.RawRowView(i), f)
	}
	for j := range d {
		short.Axpy(u[j], p.Objective.RawRowView(m+j), f)
	}
	if p.Positive {
		return max(0, f[0])
	}
	return short.Norm(f)
}

func TestBoundHoldsForRealDirections(t *testing.T) {
	for seed := range uint64(8) {
		c := 1 + int(seed)%2
		p, rng := example(8, 3, c, seed%4 >= 2, seed)
		o := Defaults()
		o.Excess = 0
		r := Solve(context.Background(), p, nil, o)
		best := 0.0
		u := make([]float64, 3)
		for range 20000 {
			for j := range u {
				u[j] = rng.NormFloat64()
			}
			if p.Lines != nil {
				u[0] = math.Abs(u[0])
			}
			size := short.Norm(u)
			for j := range u {
				u[j] /= size
			}
			best = max(best, p.value(u))
		}
		if r.Bound < best {
			t.Errorf("seed %d: bound %g below %g of a direction", seed, r.Bound, best)
		}
		if r.Bound > 2.5*best {
			t.Errorf("seed %d: bound %g is far above %g", seed, r.Bound, best)
		}
		if r.Status != Solved && r.Status != Stalled && r.Status != Closed {
			t.Errorf("seed %d: status %v", seed, r.Status)
		}
		if r.Primal > r.Bound*(1+2e-3) {
			t.Errorf("seed %d: primal value %g above the bound %g", seed, r.Primal, r.Bound)
		}
	}
}

// The multipliers prove the bound: S, built from the result alone, is positive semidefinite.
func TestMultipliersProveTheBound(t *testing.T) {
	for seed := range uint64(6) {
		p, _ := example(7, 4, 1+int(seed)%2, seed%3 == 0, seed+20)
		for _, steps := range []int{2, 6, 80} {
			o := Defaults()
			o.Steps = steps
			r := Solve(context.Background(), p, nil, o)
			mul := r.Multipliers
			if math.Abs(mul.TauU+mul.TauV-r.Bound) > 1e-12*r.Bound {
				t.Errorf("bound %g, multipliers %g + %g", r.Bound, mul.TauU, mul.TauV)
			}
			if low := eigenvalue(p, mul); low < -1e-10 {
				t.Errorf("seed %d, %d steps: S has the eigenvalue %g", seed, steps, low)
			}
			for _, q := range mul.Pairs {
				if !(q.M >= 0) {
					t.Errorf("multiplier %g", q.M)
				}
			}
			for _, k := range mul.Cones {
				if short.Norm(k.Direction) > k.Scale {
					t.Errorf("a cone's multiplier is outside: %g, %g", short.Norm(k.Direction), k.Scale)
				}
			}
		}
	}
}

// eigenvalue is the smallest of S, from the definition in the package comment.
func eigenvalue(p Problem, mul Multipliers) float64 {
	m, d, c, f := p.dims()
	n := m + d + c
	l := p.base()
	s := p.cost()
	s.Scale(-1, s)
	for i := range d {
		s.Set(m+i, m+i, s.At(m+i, m+i)+mul.TauU)
	}
	for i := range c {
		s.Set(m+d+i, m+d+i, s.At(m+d+i, m+d+i)+mul.TauV)
	}
	subtract := func(value float64, a, b []float64) {
		for i := range n {
			for j := range n {
				s.Set(i, j, s.At(i, j)-value/2*(a[i]*b[j]+a[j]*b[i]))
			}
		}
	}
	for i, psi := range mul.Psi {
		subtract(psi, l.RawRowView(Alpha(i)), l.RawRowView(Beta(m, i)))
	}
	for _, q := range mul.Pairs {
		subtract(q.M, l.RawRowView(q.A), l.RawRowView(q.B))
	}
	for _, k := range mul.Cones {
		z := make([]float64, n)
		short.Axpy(k.Scale, l.RawRowView(Sign(m, f)), z)
		copy(z[m:m+d], k.Direction)
		if k.Fold >= 0 {
			short.Axpy(2*short.Dot(k.Direction, p.Open.RawRowView(k.Fold)), l.RawRowView(Beta(m, k.Fold)), z)
		}
		subtract(1, z, l.RawRowView(k.Line))
	}
	low, _ := smallest(linalg.Gonum(), symmetric(s))
	return low
}

// With all signs fixed and v ≥ 0 the relaxation is exact: max gᵀu over the unit ball in the cone.
func TestFixedSignsAreExact(t *testing.T) {
	p := Problem{
		Objective: mat.NewDense(3, 1, []float64{-1, 2, 2}), Positive: true,
		Lines:   mat.NewDense(2, 3, []float64{1, 0, 0, 0, 1, 0}),
		Samples: mat.NewDense(4, 3, []float64{0.6, 0.8, 0, 0.6, 0, 0.8, 0.5, 0.5, math.Sqrt(0.5), 0.5, 0.5, -math.Sqrt(0.5)}),
	}
	o := Defaults()
	o.Excess, o.Tolerance = 0, 1e-6
	r := Solve(context.Background(), p, nil, o)
	if want := math.Sqrt(8); math.Abs(r.Bound-want) > 1e-4 { // g projected on the cone is (0, 2, 2)
		t.Errorf("bound %.8f, want %.8f", r.Bound, want)
	}
}

func TestInterruptedLeaf(t *testing.T) {
	p, _ := example(8, 3, 1, false, 1)
	ctx, cancel := context.WithCancel(context.Background())
	o := Defaults()
	o.Excess = 0
	o.Trace = func(s Step) {
		if s.Number == 3 {
			cancel()
		}
	}
	r := Solve(ctx, p, nil, o)
	if r.Status != Interrupted || math.IsInf(r.Bound, 1) || eigenvalue(p, r.Multipliers) < -1e-10 {
		t.Errorf("status %v, bound %g", r.Status, r.Bound)
	}
}

// A warm start leads to the bound of a cold one.
func TestWarmStart(t *testing.T) {
	p, _ := example(8, 4, 1, true, 3)
	o := Defaults()
	o.Excess = 0
	cold := Solve(context.Background(), p, nil, o)
	warm := Solve(context.Background(), p, &cold.Multipliers, o)
	if math.Abs(warm.Bound-cold.Bound) > 4e-3*cold.Bound {
		t.Errorf("warm %g, cold %g", warm.Bound, cold.Bound)
	}
}
