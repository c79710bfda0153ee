package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/proof/check"
)

// general returns a small problem for a loss, with a zero row and rows that are multiples of each other.
func general(l loss.Loss, weighted, intercept bool) Problem {
	c := 1
	if l.Linked() {
		c = 3
	}
	p := teacher(31, 16, 3, c)
	p.Gamma, p.Loss, p.Intercept = 0.5, l, intercept
	n, _, _ := p.Dims()
	for i := range n {
		switch l.(type) {
		case loss.Logistic:
			p.Y.Set(i, 0, math.Copysign(1, p.Y.At(i, 0)-0.7))
		case loss.Softmax:
			clear(p.Y.RawRowView(i))
			p.Y.Set(i, (i+i/5)%3, 1)
		}
		if weighted {
			p.Weights = append(p.Weights, []float64{0.5, 1, 2, 0}[i%4])
		}
	}
	return p
}

// TestEveryLoss trains and bounds with every loss, weights and intercept: the bound is verified and near the network, and is also that of the file.
func TestEveryLoss(t *testing.T) {
	for _, l := range []loss.Loss{loss.Squared{}, loss.Huber{Delta: 0.3}, loss.Logistic{}, loss.Softmax{}} {
		for variant := range 4 {
			weighted, intercept := variant&1 == 1, variant&2 == 2
			p := general(l, weighted, intercept)
			if p.IsPlain() {
				continue
			}
			t.Run(fmt.Sprintf("%s weighted=%v intercept=%v", l.Name(), weighted, intercept), func(t *testing.T) {
				r, err := Train(t.Context(), p, Options{TimeLimit: time.Minute, Gap: 0.03})
				if err != nil {
					t.Fatal(err)
				}
				checkResult(t, p, r)
				t.Logf("%v: bound %v, network %v of width %d, gap %.3f %%, %s, warnings %q", r.Status, r.LowerBound, r.UpperBound, r.Weights.Width(), 100*r.RelativeGap, r.Proof.Source(), r.Warnings)
				if r.Status != GapReached {
					t.Errorf("gap %v", r.RelativeGap)
				}
				if (r.Weights.B != nil) != intercept {
					t.Errorf("intercept %v", r.Weights.B)
				}
				path := filepath.Join(t.TempDir(), "proof.npz")
				if err := r.Proof.Save(path, Origin{Source: "teacher"}); err != nil {
					t.Fatal(err)
				}
				report, err := check.File(t.Context(), path, check.Options{})
				if err != nil || !report.OK() || report.ProvenBound < r.LowerBound {
					t.Errorf("the file: %v, %v", report, err)
				}
			})
		}
	}
}

// TestBoundOfEveryLoss: the bound alone comes without a network, and is below one that was trained.
func TestBoundOfEveryLoss(t *testing.T) {
	p := general(loss.Logistic{}, false, true)
	r, err := Bound(t.Context(), p, Options{TimeLimit: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsInf(r.UpperBound, 1) || r.Weights.Width() > 0 || r.RelativeGap != 1 || !(r.LowerBound > 0) {
		t.Errorf("bound %v, network %v, gap %v", r.LowerBound, r.UpperBound, r.RelativeGap)
	}
	if err := r.Proof.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	trained, err := Train(t.Context(), p, Options{Method: MethodDescent, TimeLimit: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	checkResult(t, p, trained)
	if !(r.LowerBound <= trained.UpperBound) {
		t.Errorf("bound %v is above a network of %v", r.LowerBound, trained.UpperBound)
	}
}

// TestWideLoss: more features than rows, so that the proof is in a basis of the row space.
func TestWideLoss(t *testing.T) {
	p := teacher(33, 14, 60, 1)
	p.Intercept, p.Gamma = true, 3
	r, err := Train(t.Context(), p, Options{TimeLimit: time.Minute, Gap: 0.03})
	if err != nil {
		t.Fatal(err)
	}
	checkResult(t, p, r)
	if !(r.RelativeGap < 0.05) {
		t.Errorf("gap %v, warnings %q", r.RelativeGap, r.Warnings)
	}
}

func TestMethodsThatDoNotKnowTheLoss(t *testing.T) {
	p := general(loss.Huber{Delta: 1}, false, false)
	for _, m := range []Method{MethodSDP, MethodExact} {
		if _, err := Train(t.Context(), p, Options{Method: m}); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v", m, err)
		}
	}
}

// TestEffortOfALoss: with an effort a run of another loss ends by itself, repeats itself, and has the bound of the root relaxation.
func TestEffortOfALoss(t *testing.T) {
	p := teacher(35, 16, 7, 3)
	for i := range 16 {
		p.Y.SetRow(i, make([]float64, 3))
		p.Y.Set(i, (i+i/5)%3, 1)
	}
	p.Gamma, p.Loss, p.Intercept = 0.5, loss.Softmax{}, true
	for source, p := range map[string]Problem{"": general(loss.Logistic{}, true, true), jointSource: p} {
		var bounds, objectives [2]float64
		for k := range 2 {
			r, err := Train(t.Context(), p, Options{Effort: 100, Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			checkResult(t, p, r)
			if r.Method != MethodSigns || r.TimeLimit != 0 || !(r.RelativeGap < 0.5) {
				t.Errorf("method %s, limit %v, gap %v by %s", r.Method, r.TimeLimit, r.RelativeGap, r.Proof.Source())
			}
			if source != "" && r.Proof.Source() != source {
				t.Errorf("%s: proved by %s", p.Loss.Name(), r.Proof.Source())
			}
			bounds[k], objectives[k] = r.LowerBound, r.UpperBound
		}
		if bounds[0] != bounds[1] || objectives[0] != objectives[1] {
			t.Errorf("two runs differ: bounds %v, objectives %v", bounds, objectives)
		}
	}
}

// TestPlansOfALoss: cones where the rank is small, right after the training, the tree of signs where there are few rows; without a time limit what ends by itself.
func TestPlansOfALoss(t *testing.T) {
	for _, c := range []struct {
		rows, rank int
		limit      time.Duration
		method     Method
		phases     string
	}{
		{50, 3, 0, MethodSigns, "network narrow bound cones signs"},
		{100, 3, 0, MethodExact, "network narrow bound cones"},
		{100, 9, 0, MethodDescent, "network narrow bound"},
		{100, 3, time.Minute, MethodSigns, "network network bound network cones narrow bound signs network narrow"},
		{100, 9, time.Minute, MethodSigns, "network network bound network narrow bound signs network narrow"},
		{1100, 3, time.Minute, MethodExact, "network network bound network cones network narrow"},
		{1100, 9, time.Minute, MethodDescent, "network network bound network narrow bound"},
	} {
		p := teacher(34, c.rows, 9, 1)
		p.Loss = loss.Huber{Delta: 1}
		s, err := newState(p, Options{TimeLimit: c.limit})
		if err != nil {
			t.Fatal(err)
		}
		s.rank = c.rank
		method, phases := s.plan()
		var names []string
		for _, phase := range phases {
			names = append(names, phase.Name)
		}
		if got := strings.Join(names, " "); method != c.method || got != c.phases {
			t.Errorf("%d rows of rank %d within %v: %s by %q, want %s by %q", c.rows, c.rank, c.limit, method, got, c.method, c.phases)
		}
	}
}

// TestCapOfALoss: where a width is asked for the first training of any loss has its share of the time, not the effort of a first network.
func TestCapOfALoss(t *testing.T) {
	p := general(loss.Logistic{}, false, true)
	fresh := func() *state {
		s, err := newState(p, Options{Width: 2, TimeLimit: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		s.rank = 3
		return s
	}
	begin := time.Now()
	if _, err := fresh().training(0, firstEffort).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Since(begin))
	defer cancel()
	_, phases := fresh().plan()
	if _, err := phases[0].Run(ctx); err != nil || ctx.Err() == nil {
		t.Errorf("the training of two neurons ended by itself (%v)", err)
	}
}
