package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/baseline/internal/testdata"
)

func TestHandComputedEntries(t *testing.T) {
	// d = 2: x = (2, 0), z = (0, 3) are at θ = π/2; x and x at 0; x and −x at π.
	x := mat.NewDense(3, 2, []float64{2, 0, 0, 3, -2, 0})
	for _, c := range []struct {
		kind Kind
		i, j int
		want float64
	}{
		{NNGP, 0, 0, 4.0 / 2 / 2},             // ½‖x‖²/d
		{NNGP, 0, 1, 6.0 / 2 / (2 * math.Pi)}, // ‖x‖‖z‖/(2πd)
		{NNGP, 0, 2, 0},
		{NTK, 0, 0, 2},                       // twice the NNGP: xᵀx/(2d) more
		{NTK, 0, 1, 6.0 / 2 / (2 * math.Pi)}, // xᵀz = 0
		{NTK, 0, 2, 0},                       // π − θ = 0
	} {
		k, err := Matrix(c.kind, x, x, Params{})
		if err != nil {
			t.Fatal(err)
		}
		if got := k.At(c.i, c.j); !(math.Abs(got-c.want) <= 1e-15) {
			t.Errorf("%v(%d, %d) = %v, want %v", c.kind, c.i, c.j, got, c.want)
		}
	}
}

func TestAgainstMonteCarlo(t *testing.T) {
	// The kernels are E[f(x)f(z)] and E[∂f(x)·∂f(z)] over random networks.
	const seed, width, d = 3, 400_000, 3
	rng := rand.New(rand.NewPCG(seed, 0))
	params := Params{WeightStd: 1.3, BiasStd: 0.4}
	x, z := []float64{0.5, -1, 2}, []float64{1.5, 0.3, 0.7}
	sw, sb := params.WeightStd, params.BiasStd
	var nngp, tangent float64
	for range width {
		hx, hz := 0.0, 0.0
		for q := range d {
			w := rng.NormFloat64() * sw / math.Sqrt(d)
			hx += w * x[q]
			hz += w * z[q]
		}
		b := rng.NormFloat64() * sb
		hx, hz = hx+b, hz+b
		nngp += math.Max(hx, 0) * math.Max(hz, 0)
		if hx > 0 && hz > 0 {
			tangent++
		}
	}
	k1 := sb * sb
	for q := range d {
		k1 += sw * sw * x[q] * z[q] / d
	}
	wantNNGP := sw*sw*nngp/width + sb*sb
	wantNTK := wantNNGP + sw*sw*k1*tangent/width
	for kind, want := range map[Kind]float64{NNGP: wantNNGP, NTK: wantNTK} {
		k, err := Matrix(kind, mat.NewDense(1, d, x), mat.NewDense(1, d, z), params)
		if err != nil {
			t.Fatal(err)
		}
		if got := k.At(0, 0); !(math.Abs(got-want) <= 0.01*want) {
			t.Errorf("%v = %v, Monte Carlo (seed %d) %v", kind, got, seed, want)
		}
	}
}

func TestPublishedAccuracies(t *testing.T) {
	want := map[string][2]float64{
		"iris": {.960, .987}, "ionosphere": {.903, .903}, "pima_indians": {.724, .682}, "bank_notes": {.999, .999},
	}
	for name, w := range want {
		x, y := testdata.Classes(t, name+".train.csv")
		xt, yt := testdata.Classes(t, name+".test.csv")
		for kind := range w {
			p, err := Fit(Kind(kind), x, y, 0.1, Params{})
			if err != nil {
				t.Fatal(err)
			}
			scores, err := p.Predict(xt)
			if err != nil {
				t.Fatal(err)
			}
			right := 0
			n, _ := scores.Dims()
			for i := range n {
				if argmax(scores.RawRowView(i)) == argmax(yt.RawRowView(i)) {
					right++
				}
			}
			got := float64(right) / float64(n)
			t.Logf("%s %v: %.4f", name, Kind(kind), got)
			if !(math.Abs(got-w[kind]) <= 0.0006) {
				t.Errorf("%s, %v: accuracy %.4f, want %.3f", name, Kind(kind), got, w[kind])
			}
		}
	}
}

func argmax(x []float64) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

func TestInterpolatesWithoutNoise(t *testing.T) {
	x := mat.NewDense(4, 2, []float64{1, 0, 0, 1, -1, 0.5, 2, 3})
	y := mat.NewDense(4, 1, []float64{1, -2, 3, 0.5})
	for _, kind := range []Kind{NNGP, NTK} {
		p, err := Fit(kind, x, y, 1e-12, Params{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Predict(x)
		if err != nil || !mat.EqualApprox(got, y, 1e-8) {
			t.Errorf("%v: %v, want %v (%v)", kind, got, y, err)
		}
	}
}

func TestScaleOfWeightsCancels(t *testing.T) {
	x := mat.NewDense(4, 2, []float64{1, 0, 0, 1, -1, 0.5, 2, 3})
	y := mat.NewDense(4, 1, []float64{1, -2, 3, 0.5})
	a, err := Fit(NTK, x, y, 0.1, Params{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fit(NTK, x, y, 0.1, Params{WeightStd: math.Sqrt2})
	if err != nil {
		t.Fatal(err)
	}
	pa, _ := a.Predict(x)
	pb, _ := b.Predict(x)
	if !mat.EqualApprox(pa, pb, 1e-10) {
		t.Error("predictions depend on σ_w")
	}
}

func TestRejectsBadInput(t *testing.T) {
	x, y := mat.NewDense(2, 2, []float64{1, 2, 3, 4}), mat.NewDense(2, 1, nil)
	for name, call := range map[string]func() error{
		"NaN ridge":    func() error { _, err := Fit(NNGP, x, y, math.NaN(), Params{}); return err },
		"zero ridge":   func() error { _, err := Fit(NNGP, x, y, 0, Params{}); return err },
		"rows":         func() error { _, err := Fit(NNGP, x, mat.NewDense(3, 1, nil), 1, Params{}); return err },
		"NaN σ_w":      func() error { _, err := Fit(NNGP, x, y, 1, Params{WeightStd: math.NaN()}); return err },
		"negative σ_b": func() error { _, err := Fit(NNGP, x, y, 1, Params{BiasStd: -1}); return err },
		"kind":         func() error { _, err := Fit(Kind(7), x, y, 1, Params{}); return err },
		"NaN x": func() error {
			_, err := Matrix(NTK, mat.NewDense(1, 2, []float64{math.NaN(), 1}), x, Params{})
			return err
		},
		"columns":  func() error { _, err := Matrix(NTK, mat.NewDense(1, 3, nil), x, Params{}); return err },
		"all zero": func() error { _, err := Fit(NNGP, mat.NewDense(2, 2, nil), y, 1, Params{}); return err },
	} {
		if call() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
