package report

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestFormatErrsOnTheAllowedSide(t *testing.T) {
	const seed = 1
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 20000 {
		v := math.Exp(60*rng.Float64()-30) * float64(1-2*rng.IntN(2))
		digits := 3 + rng.IntN(6)
		for _, dir := range []direction{down, near, up} {
			text := format(v, digits, dir)
			shown, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatalf("seed %d: %v as %q: %v", seed, v, text, err)
			}
			if float64(dir)*(shown-v) < 0 {
				t.Fatalf("seed %d: %v with %d digits in direction %d is %q", seed, v, digits, dir, text)
			}
			if math.Abs(shown-v) > 1.0001*math.Abs(v)*math.Pow(10, 1-float64(digits)) {
				t.Fatalf("seed %d: %v with %d digits is %q, too far away", seed, v, digits, text)
			}
		}
	}
	for v, want := range map[float64]string{0: "0", 16.235: "16.235", math.NaN(): "-", math.Inf(1): "-"} {
		if got := format(v, 7, down); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
	if got := format(9.9999999, 7, up); got != "10" {
		t.Errorf("9.9999999 upwards is %q", got)
	}
	if got := format(9.9999999, 7, down); got != "9.999999" {
		t.Errorf("9.9999999 downwards is %q", got)
	}
}
