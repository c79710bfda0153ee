package audit

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/engine"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/report"
)

func randomProblem(seed uint64, n, d, c int) problem.Problem {
	random := rand.New(rand.NewPCG(seed, 1))
	p := problem.Problem{X: mat.NewDense(n, d, nil), Y: mat.NewDense(n, c, nil), Gamma: 0.3}
	for _, m := range []*mat.Dense{p.X, p.Y} {
		m.Apply(func(_, _ int, _ float64) float64 { return random.NormFloat64() }, m)
	}
	return p
}

// optimum returns a network that relift proves to be optimal.
func optimum(t *testing.T, p problem.Problem) *engine.Result {
	t.Helper()
	r, err := engine.Train(t.Context(), p, engine.Options{Method: engine.MethodExact, Gap: 1e-7, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !(r.RelativeGap <= 1e-7) || r.Weights.Width() < 3 {
		t.Fatalf("gap %v, width %d", r.RelativeGap, r.Weights.Width())
	}
	return r
}

func run(t *testing.T, p problem.Problem, w problem.Weights, o Options) *Report {
	t.Helper()
	r, err := Run(t.Context(), p, w, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range r.Bounds {
		if b.Proof != nil {
			if err := b.Proof.Verify(t.Context()); err != nil {
				t.Errorf("%s: %v", b.Source, err)
			}
			if float64(b.Value) != b.Proof.Bound() {
				t.Errorf("bound %v is not the certificate's %v", b.Value, b.Proof.Bound())
			}
		}
	}
	// No order of these can be otherwise.
	values := []float64{float64(r.LowerBound), float64(r.Best), float64(r.Refitted), float64(r.Balanced), float64(r.Objective)}
	for i := 1; i < len(values); i++ {
		if !(values[i-1] <= values[i]*(1+1e-12)) {
			t.Errorf("bound, best, refitted, balanced, objective are not ascending: %v", values)
		}
	}
	if total, _ := p.Objective(r.BestWeights); total != float64(r.Best) {
		t.Errorf("the best network has the objective %v, not %v", total, r.Best)
	}
	if r.Meaning == "" || r.Warnings == nil {
		t.Errorf("meaning %q, warnings %v", r.Meaning, r.Warnings)
	}
	return r
}

func TestOptimalNetworkIsOptimal(t *testing.T) {
	for seed := range uint64(4) {
		p := randomProblem(seed, 12, 2, 2)
		best := optimum(t, p)
		r := run(t, p, best.Weights, Options{Gap: 1e-5})
		if r.Verdict != Optimal || !(r.RelativeGap <= 1e-5) || r.Proof == nil {
			t.Errorf("seed %d: %s, gap %v", seed, r.Meaning, r.RelativeGap)
		}
		if float64(r.LargestViolation) > 1+1e-3 || float64(r.LargestViolation) < 0.99 {
			t.Errorf("seed %d: largest violation %v, want about 1", seed, r.LargestViolation)
		}
		if m := r.Missing; m != nil && float64(m.Refitted) < best.LowerBound {
			t.Errorf("seed %d: a missing neuron beats the bound: %+v", seed, m)
		}
	}
}

// without returns the network without neuron j.
func without(w problem.Weights, j int) problem.Weights {
	m, d := w.U.Dims()
	_, c := w.V.Dims()
	out := problem.Weights{U: mat.NewDense(m-1, d, nil), V: mat.NewDense(m-1, c, nil)}
	for k, to := 0, 0; k < m; k++ {
		if k == j {
			continue
		}
		copy(out.U.RawRowView(to), w.U.RawRowView(k))
		copy(out.V.RawRowView(to), w.V.RawRowView(k))
		to++
	}
	return out
}

// TestMissingNeuronIsNamed takes a neuron from an optimal network: the audit
// must name what brings the promised loss.
func TestMissingNeuronIsNamed(t *testing.T) {
	for seed := range uint64(4) {
		p := randomProblem(seed, 12, 2, 2)
		best := optimum(t, p)
		for j := range best.Weights.Width() {
			w := without(best.Weights, j)
			total, _ := p.Objective(w)
			if total < best.UpperBound*1.01 {
				continue // not much of a loss
			}
			r := run(t, p, w, Options{})
			m := r.Missing
			if r.Verdict != NotOptimal || m == nil || float64(r.Best) > best.UpperBound*(1+1e-3) {
				t.Fatalf("seed %d without %d: %s, missing %+v", seed, j, r.Meaning, m)
			}
			// The neuron is the promised one: unit u, violation, closed form, loss.
			u := mat.NewVecDense(len(m.Direction), m.Direction)
			if math.Abs(mat.Norm(u, 2)-1) > 1e-12 {
				t.Errorf("direction %v is no unit vector", m.Direction)
			}
			a, q := response(p.X, p.Residual(w), u)
			h := mat.Norm(q, 2)
			if math.Abs(h/p.Gamma-float64(m.Violation)) > 1e-9*h || !(m.Violation > 1) {
				t.Errorf("violation %v, want %v", m.Violation, h/p.Gamma)
			}
			promised := float64(r.Balanced) - (h-p.Gamma)*(h-p.Gamma)/(2*mat.Dot(a, a))
			if math.Abs(promised-float64(m.Objective)) > 1e-9*promised {
				t.Errorf("objective %v with the neuron, the formula gives %v", m.Objective, promised)
			}
			objective := func(output []float64) float64 {
				v, _ := p.Objective(appendNeuron(descent.Balance(w), u, mat.NewVecDense(len(output), output)))
				return v
			}
			if got := objective(m.Output); math.Abs(got-float64(m.Objective)) > 1e-9*got {
				t.Errorf("the network with the neuron has the objective %v, promised was %v", got, m.Objective)
			}
			// Its second layer is the best one: every step away raises the objective.
			for k := range m.Output {
				for _, step := range []float64{-1e-3, 1e-3} {
					moved := append([]float64(nil), m.Output...)
					moved[k] += step
					if objective(moved) <= float64(m.Objective) {
						t.Errorf("moving output %d by %v does not raise the objective", k, step)
					}
				}
			}
			if !(m.Refitted <= m.Objective) {
				t.Errorf("refitted %v above %v", m.Refitted, m.Objective)
			}
		}
	}
}

// TestMissingNeuronBesideAPoorIntercept: the residual is that of the best intercept, and so has to be the network that the neuron is added to.
func TestMissingNeuronBesideAPoorIntercept(t *testing.T) {
	p := randomProblem(5, 12, 2, 1)
	p.Y.Apply(func(i, _ int, v float64) float64 { return 3*v + p.X.At(i, 0) }, p.Y)
	p.Intercept = true
	w := problem.Weights{U: mat.NewDense(1, 2, []float64{0.1, 0.1}), V: mat.NewDense(1, 1, []float64{0.1}), B: []float64{100}}
	r := run(t, p, w, Options{TimeLimit: time.Second, Gap: 0.01})
	if m := r.Missing; m == nil || !(m.Violation > 1) || !(m.Objective < 0.1*r.Objective) || !(m.Refitted <= m.Objective) {
		t.Errorf("largest violation %v, missing %+v, objective %v", r.LargestViolation, m, r.Objective)
	}
}

func TestBalancingIsExact(t *testing.T) {
	p := randomProblem(7, 10, 2, 1)
	best := optimum(t, p)
	w := problem.Weights{U: mat.DenseCopyOf(best.Weights.U), V: mat.DenseCopyOf(best.Weights.V)}
	w.U.Scale(10, w.U)
	w.V.Scale(0.1, w.V)
	r := run(t, p, w, Options{})
	if !(float64(r.Objective) > 2*float64(r.Balanced)) || math.Abs(float64(r.Balanced)-best.UpperBound) > 1e-9*best.UpperBound {
		t.Errorf("objective %v, balanced %v, want %v", r.Objective, r.Balanced, best.UpperBound)
	}
	if r.Verdict != NotOptimal {
		t.Errorf("an unbalanced network is %s", r.Verdict)
	}
}

func TestEmptyNetwork(t *testing.T) {
	p := randomProblem(3, 8, 2, 2)
	r := run(t, p, problem.Weights{}, Options{})
	if r.Verdict != NotOptimal || r.Objective != r.Zero || r.Missing == nil {
		t.Errorf("%+v", r)
	}
	p.Gamma = 1e4 // where predicting 0 is best
	if r := run(t, p, problem.Weights{}, Options{}); r.Verdict != Optimal || r.Missing != nil {
		t.Errorf("%+v", r)
	}
}

// TestHigherRanks: three features go to the cones, eight to the relaxation.
func TestHigherRanks(t *testing.T) {
	for _, c := range []struct {
		d      int
		source string
	}{{3, "branch and bound"}, {8, "semidefinite relaxation"}} {
		p := randomProblem(11, 12, c.d, 2)
		random := rand.New(rand.NewPCG(2, 2))
		w := problem.Weights{U: mat.NewDense(5, c.d, nil), V: mat.NewDense(5, 2, nil)}
		for _, m := range []*mat.Dense{w.U, w.V} {
			m.Apply(func(_, _ int, _ float64) float64 { return 0.3 * random.NormFloat64() }, m)
		}
		r := run(t, p, w, Options{Seed: 1})
		if r.Verdict != NotOptimal || r.Missing == nil || !strings.Contains(r.BoundSource, c.source) || !(r.LowerBound > 0) {
			t.Errorf("d = %d: %s, bound %v from %q", c.d, r.Meaning, r.LowerBound, r.BoundSource)
		}
		// What was found is at least as good when it is audited itself.
		again := run(t, p, r.BestWeights, Options{Seed: 1})
		if again.Objective != r.Best || !(again.RelativeGap <= r.RelativeGap) {
			t.Errorf("d = %d: audited again %v, gap %v after %v", c.d, again.Objective, again.RelativeGap, r.RelativeGap)
		}
	}
}

func TestCertificateOfAnEarlierRun(t *testing.T) {
	p := randomProblem(5, 10, 2, 2)
	best := optimum(t, p)
	dir := t.TempDir()
	cones, moments := filepath.Join(dir, "cones.npz"), filepath.Join(dir, "moments.npz")
	if err := best.Proof.Save(cones, engine.Origin{}); err != nil {
		t.Fatal(err)
	}
	relaxed, err := engine.Bound(t.Context(), p, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := relaxed.Proof.Save(moments, engine.Origin{}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]float64{cones: best.LowerBound, moments: relaxed.LowerBound} {
		b, err := LoadCertificate(t.Context(), path, p)
		if err != nil {
			t.Fatal(err)
		}
		r := run(t, p, best.Weights, Options{Bound: b})
		if float64(r.LowerBound) != want || !strings.Contains(r.BoundSource, path) || len(r.Bounds) != 2 {
			t.Errorf("bound %v from %q, want %v", r.LowerBound, r.BoundSource, want)
		}
		larger := p
		larger.Gamma *= 2
		if _, err := LoadCertificate(t.Context(), path, larger); err != nil {
			t.Errorf("a larger weight decay: %v", err)
		}
		smaller := p
		smaller.Gamma /= 2
		// A derivation proves a bound for every weight decay, smaller for a smaller one.
		if b, err := LoadCertificate(t.Context(), path, smaller); err != nil || !(float64(b.Value) > 0 && float64(b.Value) < want) {
			t.Errorf("a smaller weight decay: %v, %v", b, err)
		}
		other := p
		other.Y = mat.DenseCopyOf(p.Y)
		other.Y.Set(3, 1, p.Y.At(3, 1)*(1+1e-15))
		if _, err := LoadCertificate(t.Context(), path, other); err == nil || !strings.Contains(err.Error(), "other data") {
			t.Errorf("other data: %v", err)
		}
	}
	if _, err := LoadCertificate(t.Context(), filepath.Join(dir, "no.npz"), p); err == nil {
		t.Error("a missing file is accepted")
	}
	content, err := os.ReadFile(cones)
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for i := 0; i < len(content); i += 97 {
		changed := append([]byte(nil), content...)
		changed[i] ^= 0x40
		path := filepath.Join(dir, "changed.npz")
		if err := os.WriteFile(path, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		if b, err := LoadCertificate(t.Context(), path, p); err == nil && float64(b.Value) > best.LowerBound {
			accepted++
		}
	}
	if accepted > 0 {
		t.Errorf("%d changed certificates prove more", accepted)
	}
}

// TestInterruptedAuditIsTrue: an audit that ends at once says less and nothing
// false; run checks the order of its values.
func TestInterruptedAuditIsTrue(t *testing.T) {
	for _, d := range []int{2, 3, 8} {
		p := randomProblem(13, 12, d, 2)
		w := problem.Weights{U: mat.NewDense(2, d, nil), V: mat.NewDense(2, 2, []float64{1, 0, 0, 1})}
		w.U.Set(0, 0, 1)
		w.U.Set(1, 1, -1)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for name, run := range map[string]func() (*Report, error){
			"cancelled":  func() (*Report, error) { return Run(ended, p, w, Options{}) },
			"time limit": func() (*Report, error) { return Run(t.Context(), p, w, Options{TimeLimit: 1}) },
		} {
			r, err := run()
			if err != nil {
				t.Fatalf("d = %d, %s: %v", d, name, err)
			}
			if r.Verdict == Optimal || !(r.LowerBound <= r.Best) || !(r.Best <= r.Refitted) || !(r.Refitted <= r.Balanced) || !(r.Balanced <= r.Objective) {
				t.Errorf("d = %d, %s: %+v", d, name, r)
			}
		}
	}
}

// TestWithoutMemoryForABound: the rest of the report is there, for every loss.
func TestWithoutMemoryForABound(t *testing.T) {
	for _, intercept := range []bool{false, true} {
		p := randomProblem(13, 12, 8, 1)
		p.Intercept = intercept
		r, err := Run(t.Context(), p, problem.Weights{}, Options{MemoryLimit: 1})
		if err != nil {
			t.Fatalf("intercept %v: %v", intercept, err)
		}
		if !(r.Objective > 0) || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "is left out") || !strings.Contains(r.Warnings[0], "memory") {
			t.Errorf("intercept %v: objective %v, warnings %q", intercept, r.Objective, r.Warnings)
		}
	}
}

func TestRejections(t *testing.T) {
	p := randomProblem(1, 5, 2, 2)
	good := problem.Weights{U: mat.NewDense(1, 2, []float64{1, 1}), V: mat.NewDense(1, 2, []float64{1, 1})}
	for name, c := range map[string]struct {
		w problem.Weights
		o Options
	}{
		"inputs":     {problem.Weights{U: mat.NewDense(1, 3, nil), V: good.V}, Options{}},
		"outputs":    {problem.Weights{U: good.U, V: mat.NewDense(1, 3, nil)}, Options{}},
		"widths":     {problem.Weights{U: good.U, V: mat.NewDense(2, 2, nil)}, Options{}},
		"no V":       {problem.Weights{U: good.U}, Options{}},
		"NaN":        {problem.Weights{U: mat.NewDense(1, 2, []float64{math.NaN(), 1}), V: good.V}, Options{}},
		"huge":       {problem.Weights{U: mat.NewDense(1, 2, []float64{1e300, 1}), V: good.V}, Options{}},
		"gap":        {good, Options{Gap: math.NaN()}},
		"gap of 1":   {good, Options{Gap: 1}},
		"time limit": {good, Options{TimeLimit: -1}},
	} {
		if _, err := Run(t.Context(), p, c.w, c.o); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.Gamma = 0
	if _, err := Run(t.Context(), p, good, Options{}); !errors.Is(err, problem.ErrInvalid) {
		t.Errorf("γ = 0: %v", err)
	}
}

// TestContradictionIsAnError: a bound above the objective of a network that the
// audit computed is never clamped.
func TestContradictionIsAnError(t *testing.T) {
	p := randomProblem(5, 10, 2, 1)
	best := optimum(t, p)
	objective, _ := p.Objective(best.Weights)
	for _, c := range []struct {
		bound float64
		want  bool
	}{{objective * (1 - 1e-6), false}, {objective * (1 + 1e-6), true}, {2 * objective, true}} {
		_, err := Run(t.Context(), p, best.Weights, Options{Bound: &Bound{Value: report.Number(c.bound), Source: "a forger"}})
		if errors.Is(err, engine.ErrContradiction) != c.want {
			t.Errorf("a bound of %v and an objective of %v: error %v", c.bound, objective, err)
		}
		if c.want && !strings.Contains(err.Error(), "a forger") {
			t.Errorf("error %v does not say whose bound it is", err)
		}
	}
}
