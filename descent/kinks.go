package descent

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// kinkSet is the active set of one neuron: rows x_i with x_iᵀu = 0, with an
// orthonormal basis of their span and of its complement.
type kinkSet struct {
	d    int
	rows []int
	rank int
	q    []float64 // d×d, row-major: the first rank rows span the kinks, the others the complement
}

func newKinkSet(d int) *kinkSet {
	k := &kinkSet{d: d, q: make([]float64, d*d)}
	for i := range d {
		k.q[i*d+i] = 1
	}
	return k
}

// free is the dimension of the complement.
func (k *kinkSet) free() int { return k.d - k.rank }

// freeVector returns basis vector i of the complement.
func (k *kinkSet) freeVector(i int) []float64 { return k.vector(k.rank + i) }

func (k *kinkSet) vector(i int) []float64 { return k.q[i*k.d : (i+1)*k.d] }

// add puts row i with the vector x into the set, unless it is there or keeping
// u on all kinks would leave nothing of u.  It reports whether it was added.
func (k *kinkSet) add(i int, x, u []float64) bool {
	if k.holds(i) {
		return false
	}
	part := k.complementPart(x)
	if part <= dependent*floats.Norm(x, 2) {
		k.rows = append(k.rows, i) // the others imply it
		return true
	}
	if k.free() <= 1 {
		return false
	}
	k.turn(x, part)
	kept := 0.0
	for q := 1; q < k.free(); q++ {
		kept += math.Pow(floats.Dot(k.freeVector(q), u), 2)
	}
	if math.Sqrt(kept) < 1e-3*floats.Norm(u, 2) {
		return false
	}
	k.rank++
	k.rows = append(k.rows, i)
	return true
}

// dependent is the part of a unit row outside the span of others below which
// it counts as linearly dependent on them.
const dependent = 1e-11

// complementPart returns the norm of x's part in the complement.
func (k *kinkSet) complementPart(x []float64) float64 {
	sum := 0.0
	for q := range k.free() {
		t := floats.Dot(k.freeVector(q), x)
		sum += t * t
	}
	return math.Sqrt(sum)
}

// turn applies a Householder reflection of the complement that makes its first
// basis vector parallel to x's part in it, whose norm is part > 0.
func (k *kinkSet) turn(x []float64, part float64) {
	z := make([]float64, k.free())
	for q := range z {
		z[q] = floats.Dot(k.freeVector(q), x)
	}
	z[0] += math.Copysign(part, z[0])
	zz := floats.Dot(z, z)
	sum := make([]float64, k.d)
	for q := range z {
		floats.AddScaled(sum, z[q], k.freeVector(q))
	}
	for q := range z {
		floats.AddScaled(k.freeVector(q), -2*z[q]/zz, sum)
	}
}

// project moves u onto the kinks.
func (k *kinkSet) project(u []float64) {
	for range 2 {
		for q := range k.rank {
			b := k.vector(q)
			floats.AddScaled(u, -floats.Dot(b, u), b)
		}
	}
}

// without returns the set without the rows for which drop is true.
func (k *kinkSet) without(drop []bool, row func(i int) []float64) *kinkSet {
	var kept []int
	for q, i := range k.rows {
		if !drop[q] {
			kept = append(kept, i)
		}
	}
	if len(kept) == len(k.rows) {
		return k
	}
	fresh := newKinkSet(k.d)
	for _, i := range kept {
		x := row(i)
		if part := fresh.complementPart(x); part > dependent*floats.Norm(x, 2) && fresh.free() > 0 {
			fresh.turn(x, part)
			fresh.rank++
		}
		fresh.rows = append(fresh.rows, i)
	}
	return fresh
}

// steepest finds a steep descent direction at a point on the kinks, where the
// directional derivative of F along delta is
//
//	F'(delta) = gᵀdelta + Σ_i s_i (x_iᵀdelta)₊,   i over the set.
//
// If all s_i ≥ 0 the direction is −ρ with ρ the smallest g + Σ λ_i x_i over
// 0 ≤ λ_i ≤ s_i, the steepest one.  Rows with s_i < 0 (they can only be linear
// combinations of others) have λ_i = 0 or s_i; all zero, all s_i and each single
// exception are tried and the steepest direction is kept.  steepest writes the
// direction to delta, scaled so that its norm is the steepness −F'/‖delta‖ (zero
// if no descent was found), and returns which λ_i lie strictly within bounds.
func (k *kinkSet) steepest(g, delta []float64, x [][]float64, s []float64) (inside []bool) {
	var concave []int
	for q, v := range s {
		if v < 0 {
			concave = append(concave, q)
		}
	}
	lambda, rho := make([]float64, len(s)), make([]float64, len(g))
	inside = make([]bool, len(s))
	clear(delta)
	most := 0.0
	try := func(on func(q int) bool) {
		for _, q := range concave {
			lambda[q] = 0
			if on(q) {
				lambda[q] = s[q]
			}
		}
		smallestSubgradient(rho, g, x, s, lambda)
		norm := floats.Norm(rho, 2)
		if norm == 0 {
			return
		}
		slope := floats.Dot(g, rho)
		for q := range s {
			slope -= s[q] * math.Max(-floats.Dot(x[q], rho), 0)
		}
		if steep := slope / norm; steep > most {
			most = steep
			floats.ScaleTo(delta, -steep/norm, rho)
			for q := range s {
				inside[q] = lambda[q] > 0 && lambda[q] < s[q]
			}
		}
	}
	try(func(int) bool { return false })
	if len(concave) > 0 {
		try(func(int) bool { return true })
	}
	if len(concave) > 1 {
		for _, one := range concave {
			try(func(q int) bool { return q == one })
			if len(concave) > 2 {
				try(func(q int) bool { return q != one })
			}
		}
	}
	return inside
}

// smallestSubgradient sets rho to the smallest g + Σ λ_i x_i over 0 ≤ λ_i ≤ s_i
// by coordinate descent from the given λ; λ_i with s_i < 0 stays.
func smallestSubgradient(rho, g []float64, x [][]float64, s, lambda []float64) {
	copy(rho, g)
	for q := range s {
		floats.AddScaled(rho, lambda[q], x[q])
	}
	scale := floats.Norm(g, 2)
	for range 2000 {
		change := 0.0
		for q := range s {
			xx := floats.Dot(x[q], x[q])
			if s[q] <= 0 || xx == 0 {
				continue
			}
			next := math.Min(math.Max(lambda[q]-floats.Dot(x[q], rho)/xx, 0), s[q])
			if step := next - lambda[q]; step != 0 {
				floats.AddScaled(rho, step, x[q])
				lambda[q] = next
				change = math.Max(change, math.Abs(step)*math.Sqrt(xx))
			}
		}
		if change <= 1e-15*scale {
			return
		}
	}
}

// holds tells whether row i is in the set.
func (k *kinkSet) holds(i int) bool {
	for _, r := range k.rows {
		if r == i {
			return true
		}
	}
	return false
}
