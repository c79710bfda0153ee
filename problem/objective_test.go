package problem

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The objective of no network is the nearest number to ½‖Y‖².
func TestObjectiveOfNoNetworkIsRoundedOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		n, c := 1+rng.IntN(60), 1+rng.IntN(3)
		y := mat.NewDense(n, c, nil)
		exact := new(big.Float).SetPrec(2000)
		for i := range n {
			for j := range c {
				v := rng.NormFloat64() * math.Exp(4*rng.NormFloat64())
				y.Set(i, j, v)
				b := new(big.Float).SetPrec(2000).SetFloat64(v)
				exact.Add(exact, b.Mul(b, b))
			}
		}
		exact.Quo(exact, big.NewFloat(2))
		want, _ := exact.Float64()
		p := Problem{X: mat.NewDense(n, 1, nil), Y: y, Gamma: 1}
		if got, _ := p.Objective(Weights{}); got != want {
			t.Errorf("%d×%d: %v, want %v", n, c, got, want)
		}
	}
}
