package regpath

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/internal/certfile"
	"github.com/relift/relift/internal/effort"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/tune"
)

// noisy is a regression on a few rows, and its folds.
func noisy(t *testing.T) (engine.Problem, []tune.Fold) {
	t.Helper()
	const n = 24
	rng := rand.New(rand.NewPCG(3, 4))
	p := engine.Problem{X: mat.NewDense(n, 2, nil), Y: mat.NewDense(n, 1, nil)}
	for i := range n {
		u := rng.NormFloat64()
		p.X.SetRow(i, []float64{u, 1})
		p.Y.Set(i, 0, math.Abs(u)+0.2*rng.NormFloat64())
	}
	rows, err := tune.Divide(n, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	return p, tune.FoldsOf(p, rows)
}

// quick are options of a path of few points.
func quick() Options {
	return Options{Tune: tune.Options{Steps: 4, Effort: 5, Networks: 20}, Run: engine.Options{Threads: 1, Effort: 30}, Proofs: 2}
}

// TestBoundsAreWhatTheVerifierProves: the file of the proof that a bound comes from proves it, for its γ, and no network is below.
func TestBoundsAreWhatTheVerifierProves(t *testing.T) {
	plain, _ := noisy(t)
	huber := plain
	huber.Loss, huber.Intercept = loss.Huber{Delta: 0.3}, true
	for _, p := range []engine.Problem{plain, huber} {
		rows, err := tune.Divide(24, 3, 1)
		if err != nil {
			t.Fatal(err)
		}
		path, err := Compute(t.Context(), p, tune.FoldsOf(p, rows), quick())
		if err != nil {
			t.Fatal(err)
		}
		if len(path.Points) != 4 || len(path.Proofs) != 2 || len(path.Tuning.Points) != 4 {
			t.Fatalf("%d points with %d proofs", len(path.Points), len(path.Proofs))
		}
		if first := path.Proofs[0].Gamma; first != path.Tuning.Gamma() {
			t.Errorf("the first proof is at γ = %v, recommended is %v", first, path.Tuning.Gamma())
		}
		verified := make([]certfile.Outcome, len(path.Proofs))
		for k, proof := range path.Proofs {
			name := filepath.Join(t.TempDir(), "c.npz")
			if err := proof.Save(name, engine.Origin{}); err != nil {
				t.Fatal(err)
			}
			file, err := certfile.Open(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if verified[k], err = file.Verify(t.Context(), effort.Effort{}, nil); err != nil || !verified[k].OK() || file.Gamma != proof.Gamma {
				t.Fatalf("proof %d, for γ = %v in place of %v: %v, %v", k, file.Gamma, proof.Gamma, verified[k].Checks, err)
			}
		}
		for k, q := range path.Points {
			p.Gamma = q.Gamma
			if f, _ := p.Objective(q.Weights); math.Abs(f-q.Objective) > 1e-9*f || !(q.LowerBound <= f) || q.Proof < 0 {
				t.Fatalf("point %d: bound %v (proof %d), objective %v, the network has %v", k, q.LowerBound, q.Proof, q.Objective, f)
			}
			at := verified[q.Proof].At(q.Gamma)
			if !(q.LowerBound <= at) || q.LowerBound < at*(1-1e-7) {
				t.Errorf("point %d: the bound is %v, proved is %v", k, q.LowerBound, at)
			}
			if path.Proofs[q.Proof].Gamma == q.Gamma && !(q.RelativeGap() < 0.05) {
				t.Errorf("at γ = %v, where a run was, the gap is %v", q.Gamma, q.RelativeGap())
			}
		}
	}
}

func TestTheSameWithoutLimits(t *testing.T) {
	p, folds := noisy(t)
	var paths [2]*Path
	o := quick()
	o.Tune.Steps, o.Proofs = 2, 1
	for k := range paths {
		var err error
		if paths[k], err = Compute(t.Context(), p, folds, o); err != nil {
			t.Fatal(err)
		}
	}
	for k, q := range paths[0].Points {
		if r := paths[1].Points[k]; q.Objective != r.Objective || q.LowerBound != r.LowerBound || !reflect.DeepEqual(q.Weights, r.Weights) {
			t.Errorf("point %d: objectives %v and %v, bounds %v and %v", k, q.Objective, r.Objective, q.LowerBound, r.LowerBound)
		}
	}
}

// TestInterruptionKeepsThePath: what was computed has its bounds, from one short run.
func TestInterruptionKeepsThePath(t *testing.T) {
	p, folds := noisy(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := quick()
	o.Tune.Progress = func(path *tune.Path) {
		if len(path.Points) == 2 {
			cancel()
		}
	}
	path, err := Compute(ctx, p, folds, o)
	if err != nil {
		t.Fatal(err)
	}
	if path.Status != engine.Interrupted || len(path.Points) != 2 || len(path.Proofs) != 1 {
		t.Errorf("%v: %d points, %d proofs", path.Status, len(path.Points), len(path.Proofs))
	}
	for k, q := range path.Points {
		if !(q.LowerBound > 0) {
			t.Errorf("point %d has the bound %v", k, q.LowerBound)
		}
	}
	if _, err := Compute(ctx, p, folds, quick()); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing was complete: %v", err)
	}
}

func TestTimeLimit(t *testing.T) {
	p, folds := noisy(t)
	o := quick()
	o.Run.TimeLimit = time.Nanosecond
	if _, err := Compute(t.Context(), p, folds, o); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing was complete: %v", err)
	}
	o.Run.TimeLimit, o.Tune.Steps, o.Proofs = time.Hour, 2, 1
	path, err := Compute(t.Context(), p, folds, o)
	if err != nil || len(path.Points) != 2 || path.Status == engine.TimeLimit {
		t.Errorf("%+v, %v", path, err)
	}
}

// linear is a proof whose bound grows with γ, up to 1.
type linear struct{ engine.Proof }

func (linear) At(gamma float64) float64 { return min(gamma, 1) }

// TestNextRun is where it is expected to raise the bounds most.
func TestNextRun(t *testing.T) {
	path := &Path{Tuning: &tune.Path{GammaMax: 8}}
	for _, q := range [][2]float64{{4, 4}, {2, 2}, {1, 1.25}, {0.5, 0.75}} {
		path.Points = append(path.Points, Point{Gamma: q[0], Objective: q[1], Proof: -1})
	}
	tried := []bool{false, false, true, false}
	path.take(2, &engine.Result{UpperBound: 1.25, DataLoss: 0.3, Proof: linear{}})
	// The bounds are 1, 1, 1 and 1/2, the gaps 3/4, 1/2, 1/5 and 1/3.  The expected bounds are 56/15 (half of it at the next point), 26/15, 1 and 3/5.
	for k, want := range []struct{ gap, gain float64 }{
		{1.0 / 15, (56.0/15-1)/4 + (28.0/15-1)/2}, {2.0 / 15, (26.0/15-1)/4 + (26.0/15-1)/2}, {1.0 / 5, 0}, {1.0 / 5, 0.1 / 0.75},
	} {
		if gap, gain := path.expected(path.Points[k].Gamma), path.gain(k); math.Abs(gap-want.gap) > 1e-12 || math.Abs(gain-want.gain) > 1e-12 {
			t.Errorf("point %d: the gap %v and the gain %v are expected, want %v", k, gap, gain, want)
		}
	}
	for _, c := range []struct {
		least float64
		want  int
	}{{0.001, 0}, {0.001, 1}, {0.4, -1}, {0.1, 3}} {
		at := path.next(tried, c.least)
		if at != c.want {
			t.Errorf("next is point %d, expected %d", at, c.want)
		}
		if at >= 0 {
			tried[at] = true
		}
	}
	path.take(3, &engine.Result{UpperBound: 0.7, DataLoss: 0.25})
	if q := path.Points[3]; q.Objective != 0.7 || q.DataLoss != 0.25 || len(path.Proofs) != 1 || q.LowerBound != 0.5 {
		t.Errorf("%+v with %d proofs", q, len(path.Proofs))
	}
	// The objective of that network is 0.25 + 0.9γ.
	if q := path.Points[2]; math.Abs(q.Objective-1.15) > 1e-11 || q.DataLoss != 0.25 {
		t.Errorf("%+v", q)
	}
	if q := path.Points[1]; q.Objective != 2 {
		t.Errorf("%+v", q)
	}
}

// TestOptionsAreCheckedFirst: before the cross-validation.
func TestOptionsAreCheckedFirst(t *testing.T) {
	p, folds := noisy(t)
	o := quick()
	o.Run.Method = "magic"
	o.Tune.Progress = func(*tune.Path) { t.Error("there was a cross-validation") }
	if _, err := Compute(t.Context(), p, folds, o); !errors.Is(err, engine.ErrOptions) {
		t.Errorf("got %v", err)
	}
}
