package linalg

import (
	"math/rand/v2"
	"testing"
)

// newRand returns a generator whose seed the test's log shows on failure.
func newRand(tb testing.TB, seed uint64) *rand.Rand {
	tb.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func gaussian(rnd *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rnd.NormFloat64()
	}
	return x
}
