package certificate

import (
	"math"
	"math/big"

	"github.com/relift/relift/lift"
	"github.com/relift/relift/reduce"
	"gonum.org/v1/gonum/mat"
)

// Certificate is a proof of a lower bound on the training objective of every
// two-layer ReLU network on the data X, Y with weight decay Gamma.
//
// A value of this type is a claim.  Package certificate/verify decides whether
// it is true.
type Certificate struct {
	X     *mat.Dense // n×d, the data after encoding, scaling and bias
	Y     *mat.Dense // n×c
	Gamma float64    // weight decay γ > 0
	reduce.Grouping
	lift.Multipliers
	LowerBound float64 // the claimed bound, at most ⟨W,Y⟩ − ½‖W‖²
}

// Dims returns the number of samples n, features d, outputs c and
// representative rows m.
func (c *Certificate) Dims() (n, d, outputs, m int) {
	n, d = c.X.Dims()
	_, outputs = c.Y.Dims()
	return n, d, outputs, len(c.Representatives)
}

// dualValue returns ⟨W,Y⟩ − ½‖W‖_F² rounded towards −∞: the sum is accumulated
// row by row in 320 bits with every step rounded down.
func dualValue(w, y *mat.Dense) float64 {
	const bits = 320
	number := func() *big.Float { return new(big.Float).SetPrec(bits).SetMode(big.ToNegativeInf) }
	sum, product, half := number(), number(), number()
	a, b := number(), number()
	rows, cols := w.Dims()
	for i := range rows {
		for j := range cols {
			wij, yij := w.At(i, j), y.At(i, j)
			if math.IsNaN(wij) || math.IsInf(wij, 0) || math.IsNaN(yij) || math.IsInf(yij, 0) {
				return math.NaN()
			}
			a.SetFloat64(wij)
			b.SetFloat64(yij)
			product.Mul(a, b) // exact: 106 bits
			half.Mul(a, a)
			half.SetMantExp(half, -1)
			product.Sub(product, half)
			sum.Add(sum, product)
		}
	}
	value, accuracy := sum.Float64()
	if accuracy == big.Above {
		value = math.Nextafter(value, math.Inf(-1))
	}
	return value
}
