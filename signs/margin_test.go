package signs

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/relift/relift/internal/short"
)

func TestMarginOfOrthant(t *testing.T) {
	for _, d := range []int{1, 2, 5, 20} {
		a := make([][]float64, d)
		for k := range a {
			a[k] = make([]float64, d)
			a[k][k] = 1
		}
		mg := newMargin(a)
		if want := 1 / math.Sqrt(float64(d)); math.Abs(mg.size()-want) > 1e-12 {
			t.Errorf("d=%d: margin %g, want %g", d, mg.size(), want)
		}
	}
}

// The centre's distance from the sides is the margin, or the weights prove that there is no interior.
func TestMarginIsTight(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	empty, full := 0, 0
	for range 200 {
		d := 2 + rng.IntN(6)
		a := make([][]float64, 1+rng.IntN(3*d))
		for k := range a {
			a[k] = make([]float64, d)
			gaussian(a[k], rng)
			a[k][0] += 0.5
			normalise(a[k])
		}
		mg := newMargin(a)
		if mg.emptiness(a) {
			empty++
			// No direction has all a_kᵀu ≥ 0: sampling must not find one.
			u := make([]float64, d)
			for range 2000 {
				gaussian(u, rng)
				inside := true
				for _, v := range a {
					inside = inside && short.Dot(v, u) >= 0
				}
				if inside {
					t.Fatalf("a cone that is said to be empty holds %v", u)
				}
			}
			continue
		}
		if mg.size() <= emptyBelow {
			continue // empty, but not for sure in floating point
		}
		full++
		least := math.Inf(1)
		for _, v := range a {
			least = min(least, short.Dot(v, mg.centre)/mg.size())
		}
		if math.Abs(least-mg.size()) > 1e-6 {
			t.Errorf("the centre is %g from the sides, the dual says %g", least, mg.size())
		}
	}
	if empty < 20 || full < 20 {
		t.Errorf("%d empty cones and %d others: the test says little", empty, full)
	}
}

func TestSamplesAreInside(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	a := [][]float64{{1, 0, 0}, {0.6, -0.8, 0}, {0, 0.6, 0.8}}
	mg := newMargin(a)
	u := sample(a, [][]float64{mg.centre}, 500, walkFresh, 3, rng)
	mean := make([]float64, 3)
	for s := range 500 {
		row := u.RawRowView(s)
		if math.Abs(short.Norm(row)-1) > 1e-12 {
			t.Fatalf("direction %v is not of unit length", row)
		}
		for _, v := range a {
			if !(short.Dot(v, row) > 0) {
				t.Fatalf("direction %v is outside", row)
			}
		}
		short.Axpy(1.0/500, row, mean)
	}
	spread := 0.0
	for s := range 500 {
		spread += 1 - short.Dot(u.RawRowView(s), mean)/short.Norm(mean)
	}
	if spread/500 < 0.02 {
		t.Errorf("the directions are all near their mean: %g", spread/500)
	}
}
