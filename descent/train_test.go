package descent

import (
	"context"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

func TestTrainBeatsRestarts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	p := structured(40, 3, 2, 0.5, 1)
	runs, best, err := Restarts(t.Context(), p, Options{Starts: 1})
	if err != nil {
		t.Fatal(err)
	}
	w, st, err := Train(t.Context(), p, TrainOptions{Effort: 800, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := p.Objective(w)
	if math.Abs(f-st.Objective) > 1e-12*f {
		t.Errorf("objective %v is reported, %v is true", st.Objective, f)
	}
	if other := runs[best].Status.Objective; !(f <= other*(1+1e-4)) {
		t.Errorf("objective %v, a restart has %v", f, other)
	}
}

// TestTrainProgress: reports fall, are true, and the last is the result.
func TestTrainProgress(t *testing.T) {
	for _, shape := range [][3]int{{60, 3, 1}, {2000, 5, 2}, {6, 40, 2}} {
		p := structured(shape[0], shape[1], shape[2], 0.5, 2)
		last := math.Inf(1)
		_, st, err := Train(t.Context(), p, TrainOptions{Effort: 60, Progress: func(w problem.Weights, f float64) {
			if got, _ := p.Objective(w); math.Abs(got-f) > 1e-9*f {
				t.Errorf("%v: %v is reported, %v is true", shape, f, got)
			}
			if !(f < last) {
				t.Errorf("%v: %v is reported after %v", shape, f, last)
			}
			last = f
		}})
		if err != nil {
			t.Fatal(err)
		}
		if st.Objective != last {
			t.Errorf("%v: the result has %v, the last report %v", shape, st.Objective, last)
		}
	}
}

func TestTrainIsDeterministic(t *testing.T) {
	for _, threads := range []int{1, 2} {
		p := structured(90, 5, 1, 0.3, 3)
		var objectives []float64
		for range 2 {
			w, st, err := Train(t.Context(), p, TrainOptions{Effort: 150, Seed: 4, Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			if st.Reason != IterationLimit && st.Reason != Stalled {
				t.Errorf("ended as %v", st.Reason)
			}
			objectives = append(objectives, st.Objective, mat.Sum(w.U))
		}
		if objectives[0] != objectives[2] || objectives[1] != objectives[3] {
			t.Errorf("%d threads: two runs with the same seed differ: %v", threads, objectives)
		}
	}
}

func TestTrainWidth(t *testing.T) {
	p := structured(60, 3, 1, 0.1, 5)
	runs, _, err := Restarts(t.Context(), p, Options{Starts: 1, Width: 6})
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{1, 6} {
		w, st, err := Train(t.Context(), p, TrainOptions{Effort: 300, Width: width})
		if err != nil {
			t.Fatal(err)
		}
		if w.Width() == 0 || w.Width() > width {
			t.Errorf("%d neurons, expected 1 to %d", w.Width(), width)
		}
		if other := runs[0].Status.Objective; width == 6 && !(st.Objective <= 1.01*other) {
			t.Errorf("6 neurons have the objective %v, those of a restart %v", st.Objective, other)
		}
	}
}

// TestTrainStart: the result is no worse than the start, under a limit that ends it at once too.
func TestTrainStart(t *testing.T) {
	p := structured(80, 4, 2, 0.5, 6)
	start, st, err := Train(t.Context(), p, TrainOptions{Effort: 100})
	if err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{t.Context(), over} {
		_, next, err := Train(ctx, p, TrainOptions{Effort: 1, Start: start})
		if err != nil {
			t.Fatal(err)
		}
		if !(next.Objective <= st.Objective*(1+1e-12)) {
			t.Errorf("objective %v, began with %v", next.Objective, st.Objective)
		}
	}
}

// TestTrainEnds: shapes that once took minutes before they looked at the context have a network early and end with it.
func TestTrainEnds(t *testing.T) {
	for _, shape := range [][2]int{{4, 3000}, {160, 1000}, {2000, 31}, {300, 300}, {20_000, 20}} {
		p := structured(shape[0], shape[1], 1, 1, 7)
		zero, _ := p.Objective(problem.Weights{})
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		w, st, err := Train(ctx, p, TrainOptions{Progress: func(_ problem.Weights, objective float64) {
			calls++
			if objective < 0.9*zero {
				cancel()
			}
		}})
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if w.Width() == 0 || !(st.Objective < 0.9*zero) {
			t.Errorf("%v: %d neurons with the objective %v, no network has %v", shape, w.Width(), st.Objective, zero)
		}
		if st.Reason != Interrupted || calls > 100 {
			t.Errorf("%v: ended as %v after %d networks", shape, st.Reason, calls)
		}
	}
}

func TestTrainDegenerate(t *testing.T) {
	p := structured(10, 3, 1, 1, 8)
	for name, q := range map[string]problem.Problem{
		"X is zero":     {X: mat.NewDense(10, 3, nil), Y: p.Y, Gamma: 1},
		"Y is zero":     {X: p.X, Y: mat.NewDense(10, 1, nil), Gamma: 1},
		"γ is large":    {X: p.X, Y: p.Y, Gamma: 1e6},
		"one row":       {X: mat.NewDense(1, 1, []float64{1}), Y: mat.NewDense(1, 1, []float64{1}), Gamma: 2},
		"view of X":     {X: mat.DenseCopyOf(p.X.Grow(0, 2)).Slice(0, 10, 0, 3).(*mat.Dense), Y: p.Y, Gamma: 1},
		"huge features": scaled(p, 1e6, 1),
		"tiny targets":  scaled(p, 1, 1e-6),
	} {
		w, st, err := Train(t.Context(), q, TrainOptions{Effort: 20})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		zero, _ := q.Objective(problem.Weights{})
		f, _ := q.Objective(w)
		if !(f <= zero) || math.Abs(f-st.Objective) > 1e-9*f {
			t.Errorf("%s: objective %v (%v reported), that of no network %v", name, f, st.Objective, zero)
		}
		if strings.Contains(name, "view") || strings.Contains(name, "huge") {
			if !(f < 0.9*zero) {
				t.Errorf("%s: objective %v, no network has %v", name, f, zero)
			}
		}
	}
}

// scaled multiplies X and Y.
func scaled(p problem.Problem, x, y float64) problem.Problem {
	q := problem.Problem{X: mat.DenseCopyOf(p.X), Y: mat.DenseCopyOf(p.Y), Gamma: p.Gamma}
	q.X.Scale(x, q.X)
	q.Y.Scale(y, q.Y)
	return q
}

func TestTrainRefuses(t *testing.T) {
	p := structured(10, 3, 1, 1, 9)
	for want, o := range map[string]TrainOptions{
		"Width is -1":         {Width: -1},
		"Threads is -2":       {Threads: -2},
		"Effort is -3":        {Effort: -3},
		"Sprouts is -4":       {Sprouts: -4},
		"the intercept has 2": {Start: problem.Weights{B: []float64{1, 2}}},
		"U has 2 col":         {Start: problem.Weights{U: mat.NewDense(1, 2, nil), V: mat.NewDense(1, 1, nil)}},
	} {
		if _, _, err := Train(t.Context(), p, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected one with %q", err, want)
		}
	}
}

// TestTrainRowWeights: rows of weight 2 are rows that come twice.
func TestTrainRowWeights(t *testing.T) {
	p := structured(40, 3, 1, 0.5, 10)
	twice := problem.Problem{X: stack(p.X, mat.DenseCopyOf(p.X.Slice(0, 10, 0, 3))), Y: stack(p.Y, mat.DenseCopyOf(p.Y.Slice(0, 10, 0, 1))), Gamma: p.Gamma}
	weights := make([]float64, 40)
	for i := range weights {
		weights[i] = 1
		if i < 10 {
			weights[i] = 2
		}
	}
	p.Weights = weights
	w, st, err := Train(t.Context(), p, TrainOptions{Effort: 400})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := twice.Objective(w)
	if math.Abs(f-st.Objective) > 1e-10*f {
		t.Errorf("objective %v with weights, %v with the rows twice", st.Objective, f)
	}
	_, other, err := Train(t.Context(), twice, TrainOptions{Effort: 400})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(other.Objective-f) > 0.01*f {
		t.Errorf("trained with weights to %v, with the rows twice to %v", f, other.Objective)
	}
}

// TestTrainLosses: with another loss, and with an intercept, the result beats the network trained for the squared loss, and no small change of its
// output weights or its intercept beats it.
func TestTrainLosses(t *testing.T) {
	p := structured(30, 3, 2, 0.2, 11)
	for i := range 30 {
		for k := range 2 {
			p.Y.Set(i, k, math.Copysign(1, p.Y.At(i, k)+0.5))
		}
	}
	squared, _, err := Train(t.Context(), p, TrainOptions{Effort: 300})
	if err != nil {
		t.Fatal(err)
	}
	for variant, l := range []loss.Loss{loss.Huber{Delta: 0.5}, loss.Logistic{}, nil, loss.Huber{Delta: 0.5}, loss.Logistic{}} {
		p := p
		p.Loss, p.Intercept = l, variant >= 2
		w, st, err := Train(t.Context(), p, TrainOptions{Effort: 600})
		if err != nil {
			t.Fatal(err)
		}
		f, _ := p.Objective(w)
		if math.Abs(f-st.Objective) > 1e-10*f {
			t.Errorf("%d: objective %v is reported, %v is true", variant, st.Objective, f)
		}
		if g, _ := p.Objective(squared); !(f < g) {
			t.Errorf("%d: objective %v, the network for squared loss has %v", variant, f, g)
		}
		if (w.B != nil) != p.Intercept {
			t.Errorf("%d: intercept %v", variant, w.B)
		}
		rng := newRand(12)
		for range 20 {
			other := problem.Weights{U: w.U, V: mat.DenseCopyOf(w.V), B: append([]float64(nil), w.B...)}
			for i := range other.V.RawMatrix().Data {
				other.V.RawMatrix().Data[i] *= 1 + 1e-2*rng.NormFloat64()
			}
			for k := range other.B {
				other.B[k] += 1e-2 * rng.NormFloat64()
			}
			if g, _ := p.Objective(other); !(f <= g*(1+1e-6)) {
				t.Errorf("%d: objective %v, a neighbour has %v", variant, f, g)
			}
		}
	}
}

// TestRefitWithIntercept: the convex refit of a weighted squared loss with an intercept has no gap, and its network has the objective that it says.
func TestRefitWithIntercept(t *testing.T) {
	p := structured(50, 3, 2, 0.4, 21)
	p.Intercept = true
	for i := range 50 {
		p.Weights = append(p.Weights, float64(1+i%3))
		p.Y.Set(i, 0, p.Y.At(i, 0)+7)
	}
	directions := mat.NewDense(40, 3, nil)
	random(directions.RawMatrix().Data, newRand(22))
	w, gap, err := RefitOutput(t.Context(), p, directions)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := p.Objective(w)
	if math.Abs(f-gap.Primal) > 1e-9*f || gap.Relative() > 1e-9 {
		t.Errorf("objective %v, primal %v and dual %v", f, gap.Primal, gap.Dual)
	}
	// A Huber loss whose δ is beyond all residuals is the squared one.
	p.Loss = loss.Huber{Delta: 1e6}
	huber, other, err := RefitOutput(t.Context(), p, directions)
	if err != nil {
		t.Fatal(err)
	}
	if g, _ := p.Objective(huber); math.Abs(g-f) > 1e-6*f || math.Abs(g-other.Primal) > 1e-9*g {
		t.Errorf("with the Huber loss the objective is %v (%v is reported), %v with the squared one", g, other.Primal, f)
	}
}

// TestTrainGoesOn: from its own result training finds a better one.
func TestTrainGoesOn(t *testing.T) {
	p := structured(150, 6, 2, 0.1, 13)
	w, st, err := Train(t.Context(), p, TrainOptions{Effort: 150})
	if err != nil {
		t.Fatal(err)
	}
	_, next, err := Train(t.Context(), p, TrainOptions{Effort: 600, Start: w})
	if err != nil {
		t.Fatal(err)
	}
	if !(next.Objective < st.Objective*(1-1e-3)) {
		t.Errorf("objective %v, began with %v", next.Objective, st.Objective)
	}
}
