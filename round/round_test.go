package round

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/problem"
)

func gaussian(rng *rand.Rand, r, c int) *mat.Dense {
	a := mat.NewDense(r, c, nil)
	data := a.RawMatrix().Data
	for i := range data {
		data[i] = rng.NormFloat64()
	}
	return a
}

// teacher makes Gaussian data whose targets are the outputs of a network.
func teacher(t *testing.T, seed uint64, n, d, c, m int) (problem.Problem, problem.Weights) {
	t.Helper()
	t.Logf("seed %d, n=%d d=%d c=%d m=%d", seed, n, d, c, m)
	rng := rand.New(rand.NewPCG(seed, 1))
	p := problem.Problem{X: gaussian(rng, n, d), Gamma: 0.1}
	w := descent.Balance(problem.Weights{U: gaussian(rng, m, d), V: gaussian(rng, m, c)})
	p.Y = w.Output(p.X, c)
	return p, w
}

func TestNullSpaceProjection(t *testing.T) {
	for _, size := range [][2]int{{7, 3}, {3, 7}, {4, 4}} {
		n, d, c, r := size[0], size[1], 2, 5
		p, _ := teacher(t, 1, n, d, c, 1)
		s, err := newNullSpace(p.Algebra(), p.X)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(2, 2))
		w := gaussian(rng, 2*n+d+c, r)
		got := mat.DenseCopyOf(w)
		s.project(got.RawMatrix())
		mw := func(w *mat.Dense) *mat.Dense {
			var out mat.Dense
			out.Mul(p.X, w.Slice(2*n, 2*n+d, 0, r))
			out.Add(&out, w.Slice(n, 2*n, 0, r))
			out.Sub(&out, w.Slice(0, n, 0, r))
			return &out
		}
		if e := mat.Norm(mw(got), 2); !(e <= 1e-12) {
			t.Errorf("%v: ‖M w‖ = %v after the projection", size, e)
		}
		again := mat.DenseCopyOf(got)
		s.project(again.RawMatrix())
		if !mat.EqualApprox(again, got, 1e-12) {
			t.Errorf("%v: projecting twice differs", size)
		}
		// What was taken off is orthogonal to every vector of the null space.
		var off mat.Dense
		off.Sub(w, got)
		other := gaussian(rng, 2*n+d+c, r)
		s.project(other.RawMatrix())
		var dot mat.Dense
		dot.Mul(off.T(), other)
		if e := mat.Max(&dot); !(math.Abs(e) <= 1e-12) {
			t.Errorf("%v: ⟨w − Pw, null vector⟩ = %v", size, e)
		}
		// The v block is not touched.
		if !mat.Equal(w.Slice(2*n+d, 2*n+d+c, 0, r), got.Slice(2*n+d, 2*n+d+c, 0, r)) {
			t.Errorf("%v: the v block changed", size)
		}
	}
}

func TestSignProjectionIsNearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	m := gaussian(rng, 5, 200) // n = 2, one more row
	got := mat.DenseCopyOf(m)
	projectSigns(got.RawMatrix(), 2)
	for j := range 200 {
		for i := range 2 {
			a, b, x, y := m.At(i, j), m.At(2+i, j), got.At(i, j), got.At(2+i, j)
			if x < 0 || y < 0 || x*y != 0 {
				t.Fatalf("(%v, %v) → (%v, %v) is not feasible", a, b, x, y)
			}
			least := math.Min(math.Hypot(a-max(a, 0), b), math.Hypot(a, b-max(b, 0)))
			if d := math.Hypot(a-x, b-y); !(d <= least+1e-15) {
				t.Errorf("(%v, %v) → (%v, %v) at distance %v, nearest %v", a, b, x, y, d, least)
			}
		}
		if m.At(4, j) != got.At(4, j) {
			t.Error("a row beyond α and β changed")
		}
	}
	tie := mat.NewDense(2, 1, []float64{1, 1})
	projectSigns(tie.RawMatrix(), 1)
	if tie.At(0, 0)*tie.At(1, 0) != 0 {
		t.Error("a tie stays infeasible")
	}
}

// The gradient and the fit are computed from n+d+c rows; here they are those of
// the p×p matrices, with few columns of the factor (G stays in factors) and many.
func TestGradientAndFit(t *testing.T) {
	for _, m := range []int{2, 9} {
		p, w := teacher(t, 4, 5, 2, 2, m)
		f := Lifted(p, w)
		s, err := newSplitting(p, f, 3)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := s.g.Rows > 0, m == 9; got != want {
			t.Errorf("%d columns: G assembled is %v, want %v", m, got, want)
		}
		rng := rand.New(rand.NewPCG(5, 5))
		for i := range s.w.Data {
			s.w.Data[i] = rng.NormFloat64()
		}
		s.null.project(s.w)
		s.gradient()
		var a, b, want mat.Dense
		wm := mat.NewDense(s.w.Rows, s.w.Cols, s.w.Data)
		a.Mul(wm, wm.T())
		b.Mul(f, f.T())
		a.Sub(&a, &b)
		want.Mul(&a, wm)
		if got := mat.NewDense(s.w.Rows, s.w.Cols, s.gradW.Data); !mat.EqualApprox(got, &want, 1e-12*mat.Norm(&want, 2)) {
			t.Errorf("%d columns: gradient %v, want %v", m, mat.Formatted(got), mat.Formatted(&want))
		}
		norm := mat.Norm(&a, 2)
		if got, want := s.current(1).Fit, norm*norm/2; !(math.Abs(got-want) <= 1e-10*want) {
			t.Errorf("%d columns: fit %v, want %v", m, got, want)
		}
	}
}

func TestSplittingRecoversOneNeuron(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		p, w := teacher(t, seed, 12, 3, 2, 1)
		got, err := Splitting(t.Context(), p, Lifted(p, w), SplittingOptions{Step: 0.3})
		if err != nil {
			t.Fatal(err)
		}
		// The fit is a difference of numbers of the size of ‖Λ‖².
		norm := math.Pow(mat.Norm(Lifted(p, w), 2), 4)
		if got.Weights.Width() != 1 || !(got.Fit <= 4e-16*norm) || !(got.Sign <= 1e-8) {
			t.Errorf("seed %d: width %d, fit %v, sign %v", seed, got.Weights.Width(), got.Fit, got.Sign)
			continue
		}
		// z zᵀ fixes z up to its sign, and only one sign has α ≥ 0.
		if !mat.EqualApprox(got.Weights.U, w.U, 1e-7) || !mat.EqualApprox(got.Weights.V, w.V, 1e-7) {
			t.Errorf("seed %d: %v and %v, want %v and %v", seed, got.Weights.U, got.Weights.V, w.U, w.V)
		}
	}
}

func TestSplittingOnRealNetworks(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		p, w := teacher(t, seed, 15, 2, 2, 3)
		var records []Iterate
		got, err := Splitting(t.Context(), p, Lifted(p, w), SplittingOptions{
			Iterations: 3000, Every: 500, Step: 0.3, Record: func(it Iterate) { records = append(records, it) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(records) != 6 || records[1].Iteration != 501 {
			t.Errorf("seed %d: %d records", seed, len(records))
		}
		norm := math.Pow(mat.Norm(Lifted(p, w), 2), 4)
		t.Logf("seed %d: fit %.3g → %.3g of %.3g, sign %.3g → %.3g", seed, records[0].Fit, got.Fit, norm, records[0].Sign, got.Sign)
		if !(got.Sign <= 0.2*records[0].Sign) {
			t.Errorf("seed %d: sign violation %v, at first %v", seed, got.Sign, records[0].Sign)
		}
		if !(got.Fit <= 1e-4*norm) {
			t.Errorf("seed %d: fit %v", seed, got.Fit)
		}
		// α − β = Xu in W, so the activations of the weights are those of W up to
		// the sign violation.
		for _, u := range got.Weights.U.RawMatrix().Data {
			if math.IsNaN(u) {
				t.Fatal("NaN weights")
			}
		}
	}
}

func TestSplittingRejectsBadInput(t *testing.T) {
	p, w := teacher(t, 1, 6, 2, 2, 2)
	f := Lifted(p, w)
	nan := mat.DenseCopyOf(f)
	nan.Set(0, 0, math.NaN())
	off := mat.DenseCopyOf(f)
	off.Set(0, 0, off.At(0, 0)+0.1)
	for name, call := range map[string]func() error{
		"off":   func() error { _, err := Splitting(t.Context(), p, off, SplittingOptions{}); return err },
		"rows":  func() error { _, err := Splitting(t.Context(), p, f.Slice(1, 8, 0, 2), SplittingOptions{}); return err },
		"NaN":   func() error { _, err := Splitting(t.Context(), p, nan, SplittingOptions{}); return err },
		"step":  func() error { _, err := Splitting(t.Context(), p, f, SplittingOptions{Step: math.NaN()}); return err },
		"every": func() error { _, err := Splitting(t.Context(), p, f, SplittingOptions{Every: -1}); return err },
		"directions": func() error {
			_, err := Candidates(p, mat.NewDense(1, 5, nil), 10, 1)
			return err
		},
	} {
		if call() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Splitting(t.Context(), p, f, SplittingOptions{Step: 1e6}); !errors.Is(err, ErrDiverged) {
		t.Errorf("a huge step gives %v, want ErrDiverged", err)
	}
	zero, err := Splitting(t.Context(), p, mat.NewDense(16, 3, nil), SplittingOptions{})
	if err != nil || zero.Weights.Width() != 0 {
		t.Errorf("Λ = 0 gives width %d, %v", zero.Weights.Width(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if it, err := Splitting(ctx, p, f, SplittingOptions{}); err != nil || it.Weights.Width() == 0 {
		t.Errorf("cancelled: %+v, %v", it, err)
	}
}

func TestNetworkFromDirections(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		p, w := teacher(t, seed, 30, 3, 2, 4)
		f, _ := p.Objective(w)
		got, st, err := Network(t.Context(), p, w.U, descent.Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		if g, _ := p.Objective(got); !(g <= f) || !(math.Abs(g-st.Objective) <= 1e-12*g) {
			t.Errorf("seed %d: objective %v (status %v), the directions come from a network with %v", seed, g, st.Objective, f)
		}
		again, _, err := Network(t.Context(), p, w.U, descent.Options{Seed: seed})
		if err != nil || !mat.Equal(again.U, got.U) {
			t.Errorf("seed %d: a second run differs (%v)", seed, err)
		}
	}
}

func TestCandidates(t *testing.T) {
	p, w := teacher(t, 1, 9, 3, 2, 4)
	c, err := Candidates(p, w.U, 50, 7)
	if err != nil {
		t.Fatal(err)
	}
	k, _ := c.Dims()
	if k < 50 {
		t.Errorf("%d candidates, want at least 50", k)
	}
	for j := range k {
		if s := floats.Norm(c.RawRowView(j), 2); !(math.Abs(s-1) <= 1e-14) {
			t.Errorf("candidate %d has norm %v", j, s)
		}
	}
	same, err := Candidates(p, w.U, 50, 7)
	if err != nil || !mat.Equal(c, same) {
		t.Error("the same seed gives other candidates")
	}
}
