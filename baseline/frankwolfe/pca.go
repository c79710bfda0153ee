package frankwolfe

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/baseline/arrangement"
)

// leading returns the largest eigenvalue of m and its unit eigenvector.
func leading(m *mat.SymDense) (float64, []float64) {
	d := m.SymmetricDim()
	var eig mat.EigenSym
	if !eig.Factorize(m, true) {
		return mat.Trace(m), make([]float64, d) // an upper bound; no start from here
	}
	var q mat.Dense
	eig.VectorsTo(&q)
	return eig.Values(nil)[d-1], mat.Col(nil, d-1, &q)
}

// nonnegativePCA maximises uᵀMu over unit u in the cell: exactly where the cell's
// rays are known, otherwise locally.
func (s *state) nonnegativePCA(cell arrangement.Cell, m *mat.SymDense, eig []float64) (u []float64, value float64) {
	consider := func(x []float64) {
		v := mat.NewVecDense(len(x), x)
		if q := mat.Inner(v, m, v); q > value {
			u, value = append([]float64(nil), x...), q
		}
	}
	for _, sign := range []float64{1, -1} {
		e := append([]float64(nil), eig...)
		floats.Scale(sign, e)
		if s.contains(cell, e) {
			consider(e)
			return u, value // no unit vector is better
		}
	}
	switch {
	case s.d == 1:
		consider(cell.Center)
	case cell.Rays != nil:
		consider(cell.Rays.RawRowView(0))
		consider(cell.Rays.RawRowView(1))
	default:
		starts := [][]float64{cell.Center}
		for _, sign := range []float64{1, -1} {
			e := append([]float64(nil), eig...)
			floats.Scale(sign, e)
			if s.projectCone(cell, e) {
				starts = append(starts, e)
			}
		}
		for _, x := range starts {
			consider(s.climb(cell, m, x))
		}
	}
	return u, value
}

// contains tells whether u lies in the closed cell.
func (s *state) contains(cell arrangement.Cell, u []float64) bool {
	for i, on := range cell.Active {
		t := floats.Dot(s.p.X.RawRowView(i), u)
		if on && t < 0 || !on && t > 0 {
			return false
		}
	}
	return floats.Norm(u, 2) > 0
}

// climb repeats u ← projection of Mu onto the cell, normalised.  That maximises
// the linearisation of the convex uᵀMu, so the value never falls.
func (s *state) climb(cell arrangement.Cell, m *mat.SymDense, u []float64) []float64 {
	x := mat.NewVecDense(s.d, append([]float64(nil), u...))
	value := mat.Inner(x, m, x)
	for range 20 {
		next := mat.NewVecDense(s.d, nil)
		next.MulVec(m, x)
		if !s.projectCone(cell, next.RawVector().Data) {
			break
		}
		q := mat.Inner(next, m, next)
		if !(q > value) {
			break
		}
		rise := q - value
		x, value = next, q
		if rise <= 1e-6*q {
			break
		}
	}
	return x.RawVector().Data
}

// projectCone replaces u by the unit vector along its projection onto the cell
// {u : ±x_iᵀu ≥ 0}, by coordinate descent on the multipliers, and reports whether
// there is one and it is feasible to 1e-9; the rest of the violation is removed
// by a move towards the centre.
func (s *state) projectCone(cell arrangement.Cell, u []float64) bool {
	lambda := make([]float64, s.n)
	scale := floats.Norm(u, 2)
	if scale == 0 {
		return false
	}
	floats.Scale(1/scale, u)
	for range 100 {
		change := 0.0
		for i, on := range cell.Active {
			x := s.p.X.RawRowView(i)
			xx := floats.Dot(x, x)
			if xx == 0 {
				continue
			}
			sign := 1.0
			if !on {
				sign = -1
			}
			next := math.Max(0, lambda[i]-sign*floats.Dot(x, u)/xx)
			if step := next - lambda[i]; step != 0 {
				floats.AddScaled(u, step*sign, x)
				lambda[i] = next
				change = math.Max(change, math.Abs(step)*math.Sqrt(xx))
			}
		}
		if change <= 1e-12 {
			break
		}
	}
	norm := floats.Norm(u, 2)
	if !(norm > 1e-6) {
		return false
	}
	floats.Scale(1/norm, u)
	// u + move·centre satisfies what u misses by a little.
	move := 0.0
	for i, on := range cell.Active {
		x := s.p.X.RawRowView(i)
		t, c := floats.Dot(x, u), floats.Dot(x, cell.Center)
		if !on {
			t, c = -t, -c
		}
		if t < 0 {
			if !(c > 0) {
				return false
			}
			move = math.Max(move, -t/c)
		}
	}
	if move > 1e-3 {
		return false
	}
	floats.AddScaled(u, move, cell.Center)
	floats.Scale(1/floats.Norm(u, 2), u)
	return true
}
