package dense

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
)

// TestMain runs the tests on the backend that RELIFT_BLAS asks for.
func TestMain(m *testing.M) {
	backend, err := Init()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("backend:", backend)
	os.Exit(m.Run())
}

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
