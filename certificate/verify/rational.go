package verify

import (
	"context"
	"math"
	"math/big"
)

// exactOrder is the largest order of K for which exact arithmetic is tried when
// floating point does not decide.
const exactOrder = 40

// exactlySemidefinite decides K ⪰ 0 without rounding; false when ctx ends.
func exactlySemidefinite(ctx context.Context, c *Claims) bool {
	return semidefinite(ctx, exactK(c))
}

// exactK returns K as rational numbers, both triangles.
func exactK(c *Claims) [][]*big.Rat {
	d, outputs, m := c.X.Cols, c.Y.Cols, len(c.Representatives)
	order := m + d + outputs
	k := make([][]*big.Rat, order)
	for i := range k {
		k[i] = make([]*big.Rat, order)
		for j := range k[i] {
			k[i][j] = new(big.Rat)
		}
	}
	rational := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	row := func(r, l int) *big.Rat { return rational(c.X.At(int(c.Representatives[r]), l)) }
	times := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	plus := func(sum, v *big.Rat) { sum.Add(sum, v) }

	product := make([][]*big.Rat, m) // ΩX_r
	for i := range m {
		product[i] = make([]*big.Rat, d)
		for l := range d {
			product[i][l] = new(big.Rat)
			for j := range m {
				plus(product[i][l], times(rational(c.Omega.At(i, j)), row(j, l)))
				plus(k[i][m+l], times(rational(c.Psi.At(i, j)), row(j, l)))
			}
			plus(k[i][m+l], product[i][l])
		}
		for j := range m {
			for _, v := range []float64{c.Phi.At(i, j), c.Omega.At(i, j), c.Psi.At(i, j), c.Psi.At(j, i)} {
				plus(k[i][j], rational(-v))
			}
		}
	}
	for a := range d {
		for b := range d {
			for i := range m {
				k[m+a][m+b].Sub(k[m+a][m+b], times(row(i, a), product[i][b]))
			}
		}
		plus(k[m+a][m+a], rational(c.Gamma))
	}
	for i, r := range c.MergedInto {
		if r < 0 {
			continue
		}
		for q, w := range c.W.Row(i) {
			share := times(rational(math.Abs(c.MergeScale[i])), rational(w))
			plus(k[r][m+d+q], share)
			if c.MergeScale[i] < 0 {
				for l := range d {
					k[m+l][m+d+q].Sub(k[m+l][m+d+q], times(share, row(int(r), l)))
				}
			}
		}
	}
	for q := range outputs {
		plus(k[m+d+q][m+d+q], rational(c.Gamma))
	}
	for i := range order {
		for j := range i {
			k[i][j] = k[j][i]
		}
	}
	return k
}

// semidefinite reports whether the symmetric matrix k is positive semidefinite,
// by fraction-free (Bareiss) elimination with diagonal pivots on the integers that
// a common denominator gives; false when ctx ends.  k is not changed.
func semidefinite(ctx context.Context, k [][]*big.Rat) bool {
	n := len(k)
	// The denominators are powers of two, so the largest is common.
	denominator := big.NewInt(1)
	for _, row := range k {
		for _, v := range row {
			if v.Denom().Cmp(denominator) > 0 {
				denominator = v.Denom()
			}
		}
	}
	a := make([][]*big.Int, n)
	for i := range a {
		a[i] = make([]*big.Int, n)
		for j := range a[i] {
			v := new(big.Int).Quo(denominator, k[i][j].Denom())
			a[i][j] = v.Mul(v, k[i][j].Num())
		}
	}
	previous := big.NewInt(1)
	for step := range n {
		pivot := -1
		for i := step; i < n; i++ {
			switch a[i][i].Sign() {
			case -1:
				return false
			case 1:
				if pivot < 0 {
					pivot = i
				}
			}
		}
		if pivot < 0 {
			// A zero diagonal allows nothing beside it.
			for i := step; i < n; i++ {
				for j := step; j < n; j++ {
					if a[i][j].Sign() != 0 {
						return false
					}
				}
			}
			return true
		}
		a[step], a[pivot] = a[pivot], a[step]
		for i := range n {
			a[i][step], a[i][pivot] = a[i][pivot], a[i][step]
		}
		var left, right big.Int
		for i := step + 1; i < n; i++ {
			if ctx.Err() != nil {
				return false
			}
			for j := step + 1; j < n; j++ {
				left.Mul(a[i][j], a[step][step])
				right.Mul(a[i][step], a[step][j])
				left.Sub(&left, &right)
				a[i][j] = new(big.Int).Quo(&left, previous) // exact (Sylvester's identity)
			}
		}
		previous = a[step][step]
	}
	return true
}
