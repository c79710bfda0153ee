package builtin_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/builtin"
	"github.com/relift/relift/table/read"
	"github.com/relift/relift/table/recipe"
)

func TestBuiltins(t *testing.T) {
	for name, want := range map[string][3]int{
		"builtin:iris":   {150, 4, 3},
		"builtin:spiral": {60, 2, 3},
		"builtin:spiral?seed=1&arms=2&points=5&noise=0": {10, 2, 2},
		"builtin:random": {25, 2, 5},
		"builtin:random?n=7&d=3&c=1&seed=2&neurons=4": {7, 3, 1},
	} {
		frame, err := read.Open(name, table.FormatAuto)
		if err != nil {
			t.Fatal(err)
		}
		_, encoded, err := recipe.FitApply(frame, recipe.Options{Scale: recipe.ScaleNone})
		if err != nil {
			t.Fatal(err)
		}
		n, d := encoded.X.Dims()
		_, c := encoded.Y.Dims()
		if [3]int{n, d, c} != want {
			t.Errorf("%s: n, d, c = %d, %d, %d, want %v", name, n, d, c, want)
		}
	}
}

func TestSpiralShape(t *testing.T) {
	frame, err := builtin.Open("builtin:spiral?noise=0")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		x, y := frame.Columns[0].Numbers[i], frame.Columns[1].Numbers[i]
		step := float64(i%20) / 19
		if r := math.Hypot(x, y); !(math.Abs(r-step/2) < 1e-15) {
			t.Errorf("point %d: radius %v, want %v", i, r, step/2)
		}
		angle := 4 * (float64(i/20) + step)
		if i%20 > 0 && !(math.Abs(math.Remainder(math.Atan2(x, y)-angle, 2*math.Pi)) < 1e-12) {
			t.Errorf("point %d: angle %v, want %v", i, math.Atan2(x, y), angle)
		}
	}
}

// TestGeneratorsAreFixed: a seed names one table for ever (on amd64: elsewhere
// the compiler may fuse the multiplications inside math.Sin).
func TestGeneratorsAreFixed(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("digests are known for amd64")
	}
	for name, want := range map[string]string{
		"builtin:spiral?seed=1": "381ac7cf9910e0d9",
		"builtin:random?seed=1": "1ce2a772621d1504",
	} {
		frame, err := builtin.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		_, encoded, err := recipe.FitApply(frame, recipe.Options{Scale: recipe.ScaleNone})
		if err != nil {
			t.Fatal(err)
		}
		if got := encoded.Digest()[:16]; got != want {
			t.Errorf("%s: digest %s, want %s", name, got, want)
		}
	}
}

func TestBuiltinsOpen(t *testing.T) {
	for _, name := range builtin.Names() {
		if _, err := builtin.Open(name); err != nil {
			t.Error(err)
		}
	}
}
