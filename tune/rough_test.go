package tune

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// TestRoughly: the network is trained, for a part of the γ that the path begins at, whose end it is given to.
func TestRoughly(t *testing.T) {
	p, folds := teacher(t, 24, 0.5, 1)
	wide := problem.Problem{X: mat.NewDense(12, 40, nil), Y: mat.DenseCopyOf(p.Y.Slice(0, 12, 0, 1)), Intercept: true}
	wide.X.Slice(0, 12, 0, 5).(*mat.Dense).Copy(p.X.Slice(0, 12, 0, 5))
	for name, p := range map[string]problem.Problem{"tall": p, "wide": wide} {
		r, err := Roughly(t.Context(), p, RoughOptions{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		p.Gamma = r.Gamma
		trained, _ := p.Objective(r.Weights)
		if none, _ := p.Objective(p.WithIntercept(problem.Weights{})); !(trained < none/2) || r.Gamma != rounded(r.GammaMax/32) {
			t.Errorf("%s: γ = %v of %v, objective %v of %d neurons, %v of none", name, r.Gamma, r.GammaMax, trained, r.Weights.Width(), none)
		}
	}
	if capped, err := Roughly(t.Context(), p, RoughOptions{Seed: 1, Width: 2}); err != nil || capped.Weights.Width() != 2 {
		t.Errorf("%d neurons with a cap of 2 (%v)", capped.Weights.Width(), err)
	}
	var shown Rough
	r, err := Roughly(t.Context(), p, RoughOptions{Seed: 1, Progress: func(r Rough) { shown = r }})
	if err != nil || !reflect.DeepEqual(shown, r) {
		t.Fatalf("shown %+v, found %+v (%v)", shown, r, err)
	}
	path, err := Choose(t.Context(), p, folds, Options{Seed: 1, Steps: 1, Effort: 1})
	if err != nil || path.GammaMax != r.GammaMax {
		t.Errorf("the path begins at %v, roughly at %v (%v)", path.GammaMax, r.GammaMax, err)
	}
	if path, err := Choose(t.Context(), p, folds, Options{Seed: 1, Steps: 1, Effort: 1, GammaMax: 8}); err != nil || path.Points[0].Gamma != 4 {
		t.Errorf("from 8 on the first γ is %+v (%v)", path, err)
	}
	if r, err := Roughly(t.Context(), p, RoughOptions{Seed: 1, Limit: 1}); err != nil || r.Weights.Width() > 0 || r.GammaMax != path.GammaMax {
		t.Errorf("within a nanosecond: γ = %v of %v with %d neurons (%v)", r.Gamma, r.GammaMax, r.Weights.Width(), err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := Roughly(over, p, RoughOptions{Seed: 1}); err != nil || r.Weights.Width() > 0 || !(r.Gamma > 0) {
		t.Errorf("without time: γ = %v with %d neurons (%v)", r.Gamma, r.Weights.Width(), err)
	}
	p.Y = mat.NewDense(24, 1, nil)
	if r, err := Roughly(t.Context(), p, RoughOptions{Seed: 1}); err != nil || r.Gamma != 1 || r.Weights.Width() > 0 {
		t.Errorf("nothing to learn: %+v, %v", r, err)
	}
	if _, err := Roughly(t.Context(), problem.Problem{}, RoughOptions{}); !errors.Is(err, problem.ErrInvalid) {
		t.Errorf("no data: %v", err)
	}
}
