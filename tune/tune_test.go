package tune

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/dispatch"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/reduce"
)

// teacher is a regression by a few neurons, with noise, and its folds.
func teacher(t *testing.T, n int, noise float64, scale float64) (problem.Problem, []Fold) {
	t.Helper()
	const d = 5
	rng := rand.New(rand.NewPCG(7, 8))
	p := problem.Problem{X: mat.NewDense(n, d, nil), Y: mat.NewDense(n, 1, nil), Gamma: 1}
	for i := range n {
		x := p.X.RawRowView(i)
		for j := range x {
			x[j] = rng.NormFloat64()
		}
		x[d-1] = 1
		p.Y.Set(i, 0, scale*(max(x[0]+x[1], 0)-max(0.5*x[2]-x[3], 0)+0.3*x[0]+noise*rng.NormFloat64()))
	}
	return p, foldsOf(t, p)
}

func foldsOf(t *testing.T, p problem.Problem) []Fold {
	t.Helper()
	n, _, _ := p.Dims()
	rows, err := Divide(n, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	return FoldsOf(p, rows)
}

func TestChooseFindsAGammaBetweenTheEnds(t *testing.T) {
	p, folds := teacher(t, 120, 0.5, 1)
	shown := 0
	path, err := Choose(t.Context(), p, folds, Options{Progress: func(path *Path) { shown = len(path.Points) }})
	if err != nil {
		t.Fatal(err)
	}
	last := len(path.Points) - 1
	if path.Status != Rising || path.Best < 2 || path.Best != last-patience || shown != len(path.Points) {
		t.Errorf("%v after %d points (%d shown), the best is number %d", path.Status, len(path.Points), shown, path.Best)
	}
	best := path.Points[path.Best]
	// The noise has variance ¼, the targets nearly 1½.
	if best.Mean > 0.45 || best.Mean < 0.2 || path.Points[0].Mean < 2*best.Mean {
		t.Errorf("mean squared errors %v first and %v at best", path.Points[0].Mean, best.Mean)
	}
	for s, q := range path.Points {
		if math.Abs(q.Gamma-path.GammaMax*math.Pow(ratio, float64(s+1))) > 0.005*q.Gamma || len(q.Errors) != 4 || q.Mean < best.Mean-negligible*best.StandardError() || q.Width <= 0 {
			t.Errorf("point %d: %+v", s, q)
		}
	}
	if path.Gamma() != best.Gamma || path.TotalRows != 120 || path.Folds != 4 {
		t.Errorf("chose %v of %v, %v rows in %d folds", path.Gamma(), best.Gamma, path.TotalRows, path.Folds)
	}
}

// TestNetworksForAllRows go along the path with the folds, which they do not change.
func TestNetworksForAllRows(t *testing.T) {
	p, folds := teacher(t, 60, 0.5, 1)
	o := Options{Effort: 20, Steps: 5, Whole: true}
	without, err := Choose(t.Context(), p, folds, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Networks = 30
	path, err := Choose(t.Context(), p, folds, o)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(path.Points, without.Points) || without.Networks != nil || len(path.Networks) != 5 {
		t.Fatalf("%d networks; points %+v, expected %+v", len(path.Networks), path.Points, without.Points)
	}
	for k, w := range path.Networks {
		q := p
		q.Gamma = path.Points[k].Gamma
		best, _ := q.Objective(w)
		for j, other := range path.Networks {
			if f, _ := q.Objective(other); f < best*(1-1e-3) {
				t.Errorf("at point %d the network of point %d has the objective %v, its own %v", k, j, f, best)
			}
		}
	}
}

// TestPathFindsTheSecondDirection: y = |x| needs neurons of both signs, and at the first γ those of one do.
func TestPathFindsTheSecondDirection(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	all := problem.Problem{X: mat.NewDense(40, 2, nil), Y: mat.NewDense(40, 1, nil)}
	for i := range 40 {
		x := 4*rng.Float64() - 2
		all.X.SetRow(i, []float64{x, 1})
		all.Y.Set(i, 0, math.Abs(x)+0.3*rng.NormFloat64())
	}
	rows, err := Divide(40, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := FoldsOf(all, rows)[0].Train
	path, err := Choose(t.Context(), p, foldsOf(t, p), Options{Effort: 1, Networks: DefaultEffort, Steps: 6, Whole: true, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	p.Gamma = path.Points[5].Gamma
	_, st, err := descent.Train(t.Context(), p, descent.TrainOptions{Effort: 200, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := p.Objective(path.Networks[5]); got > 1.01*st.Objective {
		t.Errorf("the objective is %v at the end of the path and %v without one", got, st.Objective)
	}
}

// TestEveryExecutorGivesTheSame, number for number.
func TestEveryExecutorGivesTheSame(t *testing.T) {
	p, folds := teacher(t, 60, 0.5, 1)
	var first *Path
	for _, e := range []dispatch.Executor{
		dispatch.NewSerial(dispatch.Budget{}, Kind(linalg.Gonum())), dispatch.NewParallel(dispatch.Budget{Threads: 1}, Kind(linalg.Gonum())), dispatch.NewParallel(dispatch.Budget{Threads: 5}, Kind(linalg.Gonum())),
	} {
		path, err := Choose(t.Context(), p, folds, Options{Executor: e, Effort: 20})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = path
		} else if !reflect.DeepEqual(path, first) {
			t.Errorf("%T: %+v, expected %+v", e, path, first)
		}
	}
}

// TestScaledTargets: targets s·Y and weight decay s·γ have the network s·f, whose squared errors are s² times as large.
func TestScaledTargets(t *testing.T) {
	const s = 1000
	var paths [2]*Path
	for k, scale := range []float64{1, s} {
		p, folds := teacher(t, 60, 0.5, scale)
		var err error
		if paths[k], err = Choose(t.Context(), p, folds, Options{Steps: 4}); err != nil {
			t.Fatal(err)
		}
	}
	for k, a := range paths[0].Points {
		b := paths[1].Points[k]
		if math.Abs(b.Gamma-s*a.Gamma) > 1e-9*b.Gamma || math.Abs(b.Mean-s*s*a.Mean) > 0.02*b.Mean { // no training is complete
			t.Errorf("γ %v and %v, errors %v and %v", a.Gamma, b.Gamma, a.Mean, b.Mean)
		}
	}
}

func TestOneStandardError(t *testing.T) {
	path := &Path{}
	for s, mean := range []float64{5, 1.04, 1.2, 1.05, 1, 1.5} {
		path.add(newPoint(math.Pow(ratio, float64(s)), []float64{mean - 0.1, mean + 0.1, mean - 0.1, mean + 0.1}, 1), true)
	}
	if se := path.Points[4].StandardError(); math.Abs(se-0.1*math.Sqrt(4.0/3)/2) > 1e-12 {
		t.Fatalf("standard error %v", se)
	}
	if path.Best != 4 || path.Chosen != 1 {
		t.Errorf("best %d, chosen %d; expected 4 and 1", path.Best, path.Chosen)
	}
}

// Of errors that differ by less than a tenth of a standard error the largest γ is the best one, however many follow; what they fall by together counts.
func TestNegligible(t *testing.T) {
	path := &Path{}
	for s, c := range []struct {
		mean float64
		best int
	}{{5, 0}, {1, 1}, {0.996, 1}, {0.998, 1}, {0.992, 4}, {0.99, 4}} { // the standard error is 0.058
		path.add(newPoint(math.Pow(ratio, float64(s)), []float64{c.mean - 0.1, c.mean + 0.1, c.mean - 0.1, c.mean + 0.1}, 1), false)
		if path.Best != c.best || path.Chosen != c.best {
			t.Errorf("after the error %v the best is point %d and point %d is chosen, expected %d", c.mean, path.Best, path.Chosen, c.best)
		}
	}
}

// TestAnotherError is what the best is judged by.
func TestAnotherError(t *testing.T) {
	p, folds := teacher(t, 60, 0.5, 1)
	calls := 0
	path, err := Choose(t.Context(), p, folds, Options{Effort: 5, Steps: 3, Error: func(outputs, targets *mat.Dense, _ []float64) float64 {
		calls++
		if n, _ := outputs.Dims(); n != 15 {
			t.Errorf("%d rows of a fold, expected 15", n)
		}
		return float64(calls)
	}})
	if err != nil || path.Best != 0 || path.Status != Complete || calls != 12 {
		t.Errorf("best %d, %v, %d calls, %v", path.Best, path.Status, calls, err)
	}
}

func TestInterruptionKeepsCompletePoints(t *testing.T) {
	p, folds := teacher(t, 60, 0.5, 1)
	ctx, cancel := context.WithCancel(t.Context())
	path, err := Choose(ctx, p, folds, Options{Effort: 5, Whole: true, Progress: func(path *Path) {
		if len(path.Points) == 2 {
			cancel()
		}
	}})
	if err != nil || path.Status != Interrupted || len(path.Points) != 2 {
		t.Errorf("%d points, %v, %v", len(path.Points), path.Status, err)
	}
	if _, err := Choose(ctx, p, folds, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing was complete: %v", err)
	}
}

// What a network in the row space says of test rows is what the same network for all columns says.
func TestWideFoldsHaveTheSameOutputs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	gaussian := func(r, c int) *mat.Dense {
		m := mat.NewDense(r, c, nil)
		m.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, m)
		return m
	}
	f := Fold{Train: problem.Problem{X: gaussian(5, 9), Y: gaussian(5, 1), Gamma: 1}, TestX: gaussian(4, 9), TestY: gaussian(4, 1)}
	narrow := f.inRowSpace()
	if n, d := narrow.Train.X.Dims(); n != 5 || d != 5 {
		t.Fatalf("%d×%d", n, d)
	}
	w := problem.Weights{U: gaussian(3, 5), V: gaussian(3, 1)} // in the row space
	wide := reduce.New(f.Train, reduce.Wide).Invert(w)
	for name, x := range map[string][2]*mat.Dense{"training": {f.Train.X, narrow.Train.X}, "test": {f.TestX, narrow.TestX}} {
		if !mat.EqualApprox(wide.Output(x[0], 1), w.Output(x[1], 1), 1e-12) {
			t.Errorf("the outputs of %s rows differ", name)
		}
	}
	if tall := (Fold{Train: problem.Problem{X: gaussian(5, 5), Y: gaussian(5, 1), Gamma: 1}, TestX: f.TestX}).inRowSpace(); tall.TestX != f.TestX {
		t.Error("a fold that is not wide was changed")
	}
}

func TestChooseRefuses(t *testing.T) {
	p, folds := teacher(t, 20, 0.5, 1)
	lacking := slices.Clone(folds)
	lacking[1].TestX = nil
	other := slices.Clone(folds)
	other[2].TestX = mat.NewDense(5, 4, nil)
	flat := p
	flat.Y = mat.NewDense(20, 1, nil)
	for name, err := range map[string]error{
		"one fold":     second(Choose(t.Context(), p, folds[:1], Options{})),
		"no test rows": second(Choose(t.Context(), p, lacking, Options{})),
		"columns":      second(Choose(t.Context(), p, other, Options{})),
		"no targets":   second(Choose(t.Context(), flat, folds, Options{})),
		"not a number": second(Choose(t.Context(), p, folds, Options{Error: func(_, _ *mat.Dense, _ []float64) float64 { return math.NaN() }})),
	} {
		if !errors.Is(err, ErrFolds) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ *Path, err error) error { return err }

func TestContentsAreInverted(t *testing.T) {
	p, folds := teacher(t, 20, 0.5, 1)
	f := folds[0]
	f.Train.Weights = make([]float64, 15)
	for i := range f.Train.Weights {
		f.Train.Weights[i] = 1 + float64(i)
	}
	content, err := f.content()
	if err != nil {
		t.Fatal(err)
	}
	back, err := foldOf(bytes.NewReader(content))
	if err != nil || !mat.Equal(back.Train.X, f.Train.X) || !mat.Equal(back.Train.Y, f.Train.Y) || !mat.Equal(back.TestX, f.TestX) || !slices.Equal(back.Train.Weights, f.Train.Weights) {
		t.Errorf("the fold came back as %+v, %v", back, err)
	}
	for _, w := range []problem.Weights{{}, {B: []float64{3}}, {U: p.X, V: p.Y}} {
		content, err := trained{weights: w, outputs: p.Y}.content()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := trainedOf(bytes.NewReader(content)); err != nil || !reflect.DeepEqual(back.weights.B, w.B) || back.weights.Width() != w.Width() || !mat.Equal(back.outputs, p.Y) {
			t.Errorf("the network came back as %+v, %v", back, err)
		}
	}
}

// TestEveryLoss: what is cross-validated is the loss of the problem, with its weights and its intercept.
func TestEveryLoss(t *testing.T) {
	p, _ := teacher(t, 60, 0.5, 1)
	p.Weights = make([]float64, 60)
	for i := range p.Weights {
		p.Weights[i] = 1 + float64(i%2)
	}
	for _, l := range []loss.Loss{loss.Huber{Delta: 0.5}, loss.Logistic{}} {
		q := p
		q.Loss, q.Intercept = l, true
		q.Y = mat.DenseCopyOf(p.Y)
		constant := math.Log(2)
		if l == loss.Loss(loss.Logistic{}) {
			q.Y.Apply(func(_, _ int, y float64) float64 { return math.Copysign(1, y) }, q.Y)
		}
		path, err := Choose(t.Context(), q, foldsOf(t, q), Options{Steps: 6})
		if err != nil {
			t.Fatal(err)
		}
		if best := path.Points[path.Best]; l == loss.Loss(loss.Logistic{}) && !(best.Mean < 2*constant) || !(best.Mean < path.Points[0].Mean) {
			t.Errorf("%s: deviances %v first and %v at best", l.Name(), path.Points[0].Mean, best.Mean)
		}
		if path.TotalRows != 90 {
			t.Errorf("%s: the rows weigh %v", l.Name(), path.TotalRows)
		}
	}
}

func TestDeviance(t *testing.T) {
	outputs, targets := mat.NewDense(2, 2, []float64{1, 2, 3, 4}), mat.NewDense(2, 2, []float64{1, 0, 3, 3})
	if got := Deviance(nil)(outputs, targets, nil); got != (4+1)/2.0 {
		t.Errorf("mean squared error %v", got)
	}
	if got := Deviance(nil)(outputs, targets, []float64{1, 3}); got != (4+3)/4.0 {
		t.Errorf("weighted mean squared error %v", got)
	}
}
