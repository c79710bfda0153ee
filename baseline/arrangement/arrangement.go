// Package arrangement lists cells of the arrangement of the hyperplanes
// x_iᵀu = 0 in R^d, one for each row x_i of a table: the sets of directions u
// with the same activation pattern 1[Xu > 0].  The convex programs over
// activation patterns (M. Pilanci and T. Ergen, ICML 2020; A. Sahiner, T. Ergen,
// J. Pauly and M. Pilanci, ICLR 2021) have one block of variables for each.
//
// There are at most 2 Σ_{k<r} C(n−1, k) cells, r the rank of X: 2n in the plane,
// where all are found, and of the order n^(r−1) in general, where they are
// sampled.
package arrangement

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Cell is the closed cone {u : (2·Active_i − 1) x_iᵀu ≥ 0 for all i}.
type Cell struct {
	Active []bool     // n, x_iᵀu > 0 inside the cell
	Center []float64  // d, a unit direction inside
	Rays   *mat.Dense // 2×2, the unit extreme rays, where d = 2; otherwise nil
}

// Cells returns all cells and true where d ≤ 2, and otherwise the distinct cells
// of count random directions and false.
func Cells(x *mat.Dense, count int, seed uint64) (cells []Cell, complete bool, err error) {
	n, d := x.Dims()
	if n == 0 || d == 0 {
		return nil, false, fmt.Errorf("arrangement: a table of %d×%d values, expected at least one row and column", n, d)
	}
	for _, v := range mat.DenseCopyOf(x).RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, false, fmt.Errorf("arrangement: the table has the entry %v, expected finite numbers", v)
		}
	}
	switch {
	case d == 1:
		return []Cell{pattern(x, []float64{1}), pattern(x, []float64{-1})}, true, nil
	case d == 2:
		return plane(x), true, nil
	case count < 1:
		return nil, false, fmt.Errorf("arrangement: %d cells wanted, expected a positive number", count)
	}
	return sample(x, count, seed), false, nil
}

// pattern is the cell around u.
func pattern(x *mat.Dense, u []float64) Cell {
	n, _ := x.Dims()
	c := Cell{Active: make([]bool, n), Center: append([]float64(nil), u...)}
	for i := range n {
		c.Active[i] = floats.Dot(x.RawRowView(i), u) > 0
	}
	return c
}

// plane sweeps the angles at which a row changes sign.
func plane(x *mat.Dense) []Cell {
	n, _ := x.Dims()
	var angles []float64
	for i := range n {
		r := x.RawRowView(i)
		if r[0] == 0 && r[1] == 0 {
			continue
		}
		for _, turn := range []float64{math.Pi / 2, -math.Pi / 2} {
			a := math.Mod(math.Atan2(r[1], r[0])+turn+4*math.Pi, 2*math.Pi)
			angles = append(angles, a)
		}
	}
	if len(angles) == 0 {
		return []Cell{pattern(x, []float64{1, 0})}
	}
	sort.Float64s(angles)
	// Rows that differ by rounding only share a boundary.
	distinct := angles[:1]
	for _, a := range angles[1:] {
		if a-distinct[len(distinct)-1] > 1e-14 {
			distinct = append(distinct, a)
		}
	}
	var cells []Cell
	for k, a := range distinct {
		b := distinct[(k+1)%len(distinct)]
		if k+1 == len(distinct) {
			b += 2 * math.Pi
		}
		if b-a <= 1e-14 {
			continue
		}
		mid := (a + b) / 2
		c := pattern(x, []float64{math.Cos(mid), math.Sin(mid)})
		c.Rays = mat.NewDense(2, 2, []float64{math.Cos(a), math.Sin(a), math.Cos(b), math.Sin(b)})
		cells = append(cells, c)
	}
	return cells
}

// sample collects the patterns of random directions, half of them Gaussian and
// half Gaussian in coordinates in which XᵀX is the identity.
func sample(x *mat.Dense, count int, seed uint64) []Cell {
	_, d := x.Dims()
	rng := rand.New(rand.NewPCG(seed, 0x3c6ef372fe94f82b))
	gram := mat.NewSymDense(d, nil)
	gram.SymOuterK(1, x.T())
	var eig mat.EigenSym
	var q mat.Dense
	whiten := eig.Factorize(gram, true)
	var lambda []float64
	if whiten {
		eig.VectorsTo(&q)
		lambda = eig.Values(nil)
	}
	seen := map[string]int{}
	var cells []Cell
	u := mat.NewVecDense(d, nil)
	for i := range count {
		g := mat.NewVecDense(d, nil)
		for k := range d {
			g.SetVec(k, rng.NormFloat64())
		}
		if whiten && i%2 == 1 {
			for k := range d {
				g.SetVec(k, g.AtVec(k)/math.Sqrt(math.Max(lambda[k], 1e-10*lambda[d-1])+math.SmallestNonzeroFloat64))
			}
			u.MulVec(&q, g)
		} else {
			u.CopyVec(g)
		}
		u.ScaleVec(1/mat.Norm(u, 2), u)
		c := pattern(x, u.RawVector().Data)
		key := make([]byte, len(c.Active))
		for k, a := range c.Active {
			if a {
				key[k] = 1
			}
		}
		if at, ok := seen[string(key)]; ok {
			// The sum of directions inside a cone is inside, and more central.
			floats.Add(cells[at].Center, c.Center)
			continue
		}
		seen[string(key)] = len(cells)
		cells = append(cells, c)
	}
	for _, c := range cells {
		floats.Scale(1/floats.Norm(c.Center, 2), c.Center)
	}
	return cells
}
