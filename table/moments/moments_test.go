package moments

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestDeviationIsRoundedAtEveryStep compares with arithmetic that rounds each operation by itself, as compilers for some processors do not.
func TestDeviationIsRoundedAtEveryStep(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	double := func(x *big.Float) float64 { v, _ := x.Float64(); return v }
	exact := func(v float64) *big.Float { return new(big.Float).SetPrec(2200).SetFloat64(v) }
	fused := 0
	for range 50 {
		values := make([]float64, 30)
		for i := range values {
			values[i] = 5 + random.NormFloat64()
		}
		mean := Mean(values)
		largest, sum, other := 0.0, 0.0, 0.0
		for _, v := range values {
			largest = max(largest, math.Abs(v-mean))
		}
		for _, v := range values {
			q := (v - mean) / largest
			square := new(big.Float).Mul(exact(q), exact(q))
			other = math.FMA(q, q, other)
			sum = double(new(big.Float).Add(exact(sum), exact(double(square))))
		}
		want := largest * math.Sqrt(sum/30)
		if got, constant := Deviation(values, mean); got != want || constant {
			t.Errorf("deviation %v, want %v", got, want)
		}
		if other != sum {
			fused++
		}
	}
	if fused < 10 {
		t.Errorf("%d columns of 50 tell fused sums from others", fused)
	}
}

func TestMomentsOfAnyUnit(t *testing.T) {
	for _, unit := range []float64{1, 0x1p1000, 0x1p-1000} {
		values := []float64{unit, 2 * unit, 6 * unit}
		mean := Mean(values)
		deviation, constant := Deviation(values, mean)
		if mean != 3*unit || math.Abs(deviation/unit-math.Sqrt(14.0/3)) > 1e-15 || constant {
			t.Errorf("unit %v: mean %v, deviation %v", unit, mean, deviation)
		}
	}
	if v := Standardise(math.MaxFloat64, -math.MaxFloat64, math.MaxFloat64); v != 2 {
		t.Errorf("a difference beyond the largest double gives %v, want 2", v)
	}
	if _, constant := Deviation([]float64{7, 7, 7}, 7); !constant {
		t.Error("equal values are not constant")
	}
}
