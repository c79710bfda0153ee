package check

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestAccumulatorIsExact(t *testing.T) {
	for seed := uint64(1); seed <= 200; seed++ {
		rng := rand.New(rand.NewPCG(seed, 1))
		var a accumulator
		exact := new(big.Float).SetPrec(4000)
		for range 1 + rng.IntN(50) {
			x := math.Ldexp(rng.NormFloat64(), rng.IntN(2040)-1070)
			if rng.IntN(5) == 0 {
				x = math.Float64frombits(rng.Uint64N(1 << 52)) // subnormal
			}
			a.add(x)
			exact.Add(exact, big.NewFloat(x))
		}
		want, _ := exact.Float64()
		value, err := a.value()
		if !(math.Abs(value-want) <= err+math.Abs(want)*0x1p-52) {
			t.Errorf("seed %d: sum %v ± %v, exact %v", seed, value, err, want)
		}
		if a.isZero() != (exact.Sign() == 0) {
			t.Errorf("seed %d: zero %v, exact sum %v", seed, a.isZero(), want)
		}
		a.add(-value)
		remains := new(big.Float).SetPrec(4000).Sub(exact, big.NewFloat(value))
		if a.isZero() != (remains.Sign() == 0) {
			t.Errorf("seed %d: an error of the last unit is not seen", seed)
		}
	}
}

func TestLogarithmEncloses(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for range 20000 {
		x := math.Ldexp(1+rng.Float64(), rng.IntN(400)-200)
		if rng.IntN(3) == 0 {
			x = 1 + math.Ldexp(rng.NormFloat64(), -rng.IntN(50))
		}
		if !(x > 0) {
			continue
		}
		low, high := logarithm(x)
		// math.Log is within one unit in the last place of the logarithm.
		want := math.Log(x)
		slack := math.Abs(want) * 0x1p-51
		if !(low <= want+slack && want-slack <= high) || !(high-low <= 1e-13*(math.Abs(want)+0x1p-60)+1e-13*math.Abs(float64(math.Ilogb(x)))) {
			t.Fatalf("log %v = %v, enclosed in [%v, %v]", x, want, low, high)
		}
	}
}

// Matrices whose smallest eigenvalue is near zero on either side: what is proved must be
// true in exact arithmetic.
func TestDeficitProvesNothingFalse(t *testing.T) {
	sharp := 0
	for seed := uint64(1); seed <= 400; seed++ {
		rng := rand.New(rand.NewPCG(seed, 2))
		n := 1 + rng.IntN(8)
		root := make([]float64, n*n)
		for i := range root {
			root[i] = rng.NormFloat64()
		}
		if n > 1 { // singular
			copy(root[(n-1)*n:], root[:n])
		}
		shift := math.Ldexp(rng.NormFloat64(), -rng.IntN(60))
		s := newSymmetric(n)
		exact := make([][]*big.Rat, n)
		for i := range n {
			exact[i] = make([]*big.Rat, n)
			for j := range i + 1 {
				v := 0.0
				for k := range n {
					v += root[k*n+i] * root[k*n+j]
				}
				if i == j {
					v += shift
				}
				s.set(i, j, v, 0)
				exact[i][j] = new(big.Rat).SetFloat64(v)
			}
		}
		floor := make([]float64, n)
		for i := range floor {
			floor[i] = 0x1p-30
		}
		d, err := s.deficit(context.Background(), math.Ldexp(rng.Float64(), -rng.IntN(60)), floor, 1)
		if err != nil {
			continue
		}
		for i := range n {
			exact[i][i].Add(exact[i][i], new(big.Rat).SetFloat64(d.epsilon*d.inverse[i]*(1+1e-15)))
		}
		if !semidefinite(exact) {
			t.Errorf("seed %d: S ⪰ −%v D⁻² was accepted and is false", seed, d.epsilon)
		}
		if d.epsilon < 1e-11 {
			sharp++
		}
	}
	if sharp < 20 {
		t.Errorf("only %d proofs were sharp", sharp)
	}
}

// semidefinite decides by elimination in exact arithmetic; the lower triangle is given.
func semidefinite(a [][]*big.Rat) bool {
	n := len(a)
	for k := range n {
		switch a[k][k].Sign() {
		case -1:
			return false
		case 0:
			for i := k + 1; i < n; i++ {
				if a[i][k].Sign() != 0 {
					return false
				}
			}
			continue
		}
		for i := k + 1; i < n; i++ {
			for j := k + 1; j <= i; j++ {
				t := new(big.Rat).Mul(a[i][k], a[j][k])
				t.Quo(t, a[k][k])
				a[i][j].Sub(a[i][j], t)
			}
		}
	}
	return true
}
