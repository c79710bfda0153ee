package verify

import (
	"math"
	"math/bits"

	"github.com/relift/relift/internal/effort"
)

// Effort bounds what [Verify] takes for claims of the shapes of c, from the shapes
// alone.
func (c *Claims) Effort() effort.Effort {
	n, d, outputs, m := float64(c.X.Rows), float64(c.X.Cols), float64(c.Y.Cols), float64(len(c.Representatives))
	const doubled, extended = 20, 400 // operations of a product in twofold and in extended precision
	wide := 0.0
	if d > m {
		wide = doubled * m * m * (d + m) * 12
		d = m
	}
	order := m + d + outputs
	return effort.Effort{
		Operations: doubled*(2*m*m*d+m*d*d+m*d*outputs+n*outputs) + wide + order*order*order/3 + 64*order*order +
			(extended+1)*n*outputs + 10*n*(float64(c.X.Cols)+outputs),
		Bytes: 8*(order*order+3*m*m+m*float64(c.X.Cols)+n*outputs) + 24*(m*d+2*m*outputs),
	}
}

// exactWork is the most products of machine words that exact arithmetic may take:
// some seconds.
const exactWork = 4e9

// exactlyDecidable reports whether exact arithmetic can decide K ⪰ 0 with little
// work: K is small and so are the integers that its numbers are multiples of.
//
// Numbers between 2ˡ, their lowest bit, and 2ʰ are integers of h−l bits; entries
// of K are sums of products of three, and an elimination of order N meets integers of
// N times as many bits.
func (c *Claims) exactlyDecidable() bool {
	order := len(c.Representatives) + c.X.Cols + c.Y.Cols
	if order > exactOrder {
		return false
	}
	low, high := 0, 1
	include := func(v ...float64) {
		for _, x := range v {
			if x != 0 {
				fraction, e := math.Frexp(x)
				high = max(high, e)
				low = min(low, e-53+bits.TrailingZeros64(uint64(math.Abs(fraction)*(1<<53))))
			}
		}
	}
	for _, m := range []Matrix{c.X, c.W, c.Phi, c.Omega, c.Psi} {
		include(m.Data...)
	}
	include(c.MergeScale...)
	include(c.Gamma)
	words := float64(order) * (3*float64(high-low) + 64) / 64
	return float64(order*order*order)/3*words*words <= exactWork
}
