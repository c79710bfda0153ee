package verify

import (
	"context"
	"math"
	"math/big"
)

// isExactProduct reports whether a = s·v in exact arithmetic, for finite numbers.
func isExactProduct(s, v, a float64) bool {
	if s == 0 || v == 0 {
		return a == 0
	}
	const (
		tiny = 0x1p-900
		huge = 0x1p1000
	)
	if size := math.Abs(a); size > tiny && size < huge {
		// The residual is a multiple of an ulp of the 106-bit product and cannot underflow.
		return math.FMA(s, v, -a) == 0
	}
	product := new(big.Float).SetPrec(128).SetFloat64(s)
	product.Mul(product, new(big.Float).SetFloat64(v)) // exact: 106 bits
	return product.Cmp(new(big.Float).SetFloat64(a)) == 0
}

// dualValue returns ⟨W,Y⟩ − ½‖W‖_F² rounded towards −∞, NaN when it is too large
// for a float64 or ctx has ended.
func dualValue(ctx context.Context, w, y Matrix) float64 {
	down := func() *big.Float { return new(big.Float).SetPrec(320).SetMode(big.ToNegativeInf) }
	total, fit, square, a, b := down(), down(), down(), down(), down()
	for i, wi := range w.Data {
		if i%4096 == 0 && ctx.Err() != nil {
			return math.NaN()
		}
		a.SetFloat64(wi)
		b.SetFloat64(y.Data[i])
		fit.Mul(a, b)    // exact: 106 bits
		square.Mul(a, a) // exact
		square.SetMantExp(square, -1)
		fit.Sub(fit, square)
		total.Add(total, fit)
	}
	value, accuracy := total.Float64()
	if math.IsInf(value, 0) {
		return math.NaN()
	}
	if accuracy == big.Above {
		value = math.Nextafter(value, math.Inf(-1))
	}
	return value
}
