package half

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestKnownValues: the values that the standard's tables give.
func TestKnownValues(t *testing.T) {
	for _, c := range []struct {
		bits uint16
		want float64
	}{
		{0x0000, 0}, {0x0001, 0x1p-24}, {0x03ff, 0x3ffp-24}, {0x0400, 0x1p-14}, {0x3555, 0.333251953125}, {0x3c00, 1},
		{0xc000, -2}, {0x7bff, 65504}, {0x7c00, math.Inf(1)}, {0xfc00, math.Inf(-1)},
	} {
		if got := Float16(c.bits); got != c.want {
			t.Errorf("%#04x is %v, want %v", c.bits, got, c.want)
		}
	}
	if !math.IsNaN(Float16(0x7e00)) || !math.IsNaN(BFloat16(0x7fc0)) {
		t.Error("NaN is a number")
	}
	if !math.Signbit(Float16(0x8000)) {
		t.Error("minus zero lost its sign")
	}
	for bits, want := range map[uint16]float64{0x3f80: 1, 0xc049: -3.140625, 0x0080: 0x1p-126, 0x7f80: math.Inf(1)} {
		if got := BFloat16(bits); got != want {
			t.Errorf("bfloat16 %#04x is %v, want %v", bits, got, want)
		}
	}
}

// TestRounding: each number is its own nearest, and the nearest of any other is
// found by comparing with the two neighbours.
func TestRounding(t *testing.T) {
	const seed = 3
	random := rand.New(rand.NewPCG(seed, 0))
	for _, format := range []struct {
		name     string
		value    func(uint16) float64
		round    func(float64) float64
		infinite uint16
	}{{"float16", Float16, RoundFloat16, 0x7c00}, {"bfloat16", BFloat16, RoundBFloat16, 0x7f80}} {
		for bits := range format.infinite {
			low := format.value(bits)
			if got := format.round(low); got != low {
				t.Fatalf("%s: %v is rounded to %v", format.name, low, got)
			}
			if got := format.round(-low); got != -low {
				t.Fatalf("%s: %v is rounded to %v", format.name, -low, got)
			}
			high := format.value(bits + 1)
			if math.IsInf(high, 0) {
				continue
			}
			x := low + (high-low)*random.Float64()
			want := low
			if x-low > high-x {
				want = high
			}
			if got := format.round(x); got != want && x-low != high-x {
				t.Fatalf("%s, seed %d: %v is rounded to %v, want %v", format.name, seed, x, got, want)
			}
			middle, even := low+(high-low)/2, low
			if bits%2 == 1 {
				even = high
			}
			if got := format.round(middle); got != even {
				t.Fatalf("%s: the tie %v is rounded to %v, want %v", format.name, middle, got, even)
			}
		}
	}
	if !math.IsInf(RoundFloat16(65520), 1) || RoundFloat16(65519) != 65504 || !math.IsInf(RoundFloat16(-1e300), -1) {
		t.Error("the largest float16 is not 65504")
	}
	if !math.IsInf(RoundBFloat16(1e39), 1) || !math.IsInf(RoundBFloat16(-math.MaxFloat64), -1) {
		t.Error("what is too large for a bfloat16 is not infinite")
	}
}
