package descent

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// structured is a regression on Gaussian data with some structure.
func structured(n, d, c int, gamma float64, seed uint64) problem.Problem {
	rng := rand.New(rand.NewPCG(seed, 0))
	x, y := mat.NewDense(n, d, nil), mat.NewDense(n, c, nil)
	random(x.RawMatrix().Data, rng)
	for i := range n {
		for k := range c {
			y.Set(i, k, max(x.At(i, k%d), 0)-max(x.At(i, (k+1)%d)+0.5, 0)+0.1*rng.NormFloat64())
		}
	}
	return problem.Problem{X: x, Y: y, Gamma: gamma}
}

// plainGradient is the objective and its gradient by their formulas.
func plainGradient(p problem.Problem, w problem.Weights) (float64, []float64) {
	f, _ := p.Objective(w)
	h, r := w.Activations(p.X), p.Residual(w)
	g := problem.Weights{U: new(mat.Dense), V: new(mat.Dense)}
	var slopes mat.Dense
	slopes.Mul(r, w.V.T())
	slopes.Apply(func(i, j int, v float64) float64 {
		if h.At(i, j) > 0 {
			return v
		}
		return 0
	}, &slopes)
	g.U.Mul(slopes.T(), p.X)
	g.V.Mul(h.T(), r)
	_, d, c := p.Dims()
	theta, grad := make([]float64, (d+c)*w.Width()), make([]float64, (d+c)*w.Width())
	pack(w, theta)
	pack(g, grad)
	for i, v := range theta {
		grad[i] = p.Gamma*v - grad[i]
	}
	return f, grad
}

func TestPack(t *testing.T) {
	_, w, _ := randomProblem(t, 1, 11, 3, 2, 5)
	theta := make([]float64, 5*5)
	pack(w, theta)
	back := unpack(theta, 5, 3, 2)
	if !mat.Equal(back.U, w.U) || !mat.Equal(back.V, w.V) {
		t.Error("unpack does not invert pack")
	}
}

// testRisk compares value and gradient with their formulas.
func testRisk[T linalg.Real](t *testing.T, tol float64) {
	for _, c := range []int{1, 3} {
		for _, threads := range []int{1, 3} {
			p := structured(1501, 7, c, 0.3, 5)
			const m = 37
			theta := make([]float64, (7+c)*m)
			random(theta, rand.New(rand.NewPCG(6, 7)))
			f, want := plainGradient(p, unpack(theta, m, 7, c))

			x, th, grad := make([]T, len(p.X.RawMatrix().Data)), make([]T, len(theta)), make([]T, len(theta))
			for i, v := range p.X.RawMatrix().Data {
				x[i] = T(v)
			}
			for i, v := range theta {
				th[i] = T(v)
			}
			r := newRisk(p, x, p.Y.RawMatrix().Data, nil, threads)
			if got := r.value(t.Context(), th, nil, 0, 1501); math.Abs(got-f) > tol*f {
				t.Errorf("c = %d, %d threads: value %v, expected %v", c, threads, got, f)
			}
			if got := r.value(t.Context(), th, grad, 0, 1501); math.Abs(got-f) > tol*f {
				t.Errorf("c = %d, %d threads: value with gradient %v, expected %v", c, threads, got, f)
			}
			scale := floats.Norm(want, math.Inf(1))
			for i, v := range grad {
				if math.Abs(float64(v)-want[i]) > tol*scale {
					t.Fatalf("c = %d, %d threads: gradient[%d] is %v, expected %v", c, threads, i, v, want[i])
				}
			}
			// Batches that cover the rows: their mean is the whole.
			sum := 0.0
			for k := range 19 {
				sum += r.value(t.Context(), th, nil, 79*k, 79*(k+1))
			}
			if got := sum / 19; math.Abs(got-f) > tol*f {
				t.Errorf("c = %d, %d threads: mean of the batches %v, expected %v", c, threads, got, f)
			}
		}
	}
}

func TestRisk(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testRisk[float64](t, 1e-12) })
	t.Run("float32", func(t *testing.T) { testRisk[float32](t, 1e-4) })
}

// TestRiskLosses compares the gradient with difference quotients, for other losses, weighted rows and intercepts.
func TestRiskLosses(t *testing.T) {
	p := structured(60, 4, 2, 0.5, 8)
	rng := rand.New(rand.NewPCG(9, 0))
	weights := make([]float64, 60)
	for i := range weights {
		weights[i] = 0.5 + rng.Float64()
	}
	theta := make([]float64, (4+2)*5)
	random(theta, rng)
	targets := map[string]func(v float64, k int) float64{
		"logistic": func(v float64, _ int) float64 { return math.Copysign(1, v) },
		"softmax":  func(_ float64, k int) float64 { return float64((k/2 + k) % 2) },
	}
	for variant, l := range []loss.Loss{
		loss.Squared{}, loss.Huber{Delta: 1}, loss.Logistic{}, loss.Softmax{}, loss.Squared{}, loss.Huber{Delta: 1}, loss.Logistic{}, loss.Softmax{},
	} {
		p := p
		p.Y, p.Loss, p.Weights, p.Intercept = mat.DenseCopyOf(p.Y), l, weights, variant >= 4
		if target := targets[l.Name()]; target != nil {
			for k, v := range p.Y.RawMatrix().Data {
				p.Y.RawMatrix().Data[k] = target(v, k)
			}
		}
		r := newRisk(p, p.X.RawMatrix().Data, p.Y.RawMatrix().Data, weights, 2)
		grad := make([]float64, len(theta))
		f := r.value(t.Context(), theta, grad, 0, 60)
		w := unpack(theta, 5, 4, 2)
		w.B = r.b
		if want, _ := p.Objective(w); math.Abs(f-want) > 1e-10*want {
			t.Errorf("%T: value %v, objective %v", l, f, want)
		}
		for i := range theta {
			const h = 1e-6
			moved := append([]float64(nil), theta...)
			moved[i] += h
			up := r.value(t.Context(), moved, nil, 0, 60)
			moved[i] -= 2 * h
			down := r.value(t.Context(), moved, nil, 0, 60)
			if q := (up - down) / (2 * h); math.Abs(q-grad[i]) > 1e-5*(1+math.Abs(q)) {
				t.Errorf("%T: gradient[%d] is %v, difference quotient %v", l, i, grad[i], q)
			}
		}
	}
}

// TestRiskEnds: a pass ends with its context and says so.
func TestRiskEnds(t *testing.T) {
	p := structured(100, 3, 1, 1, 10)
	r := newRisk(p, p.X.RawMatrix().Data, p.Y.RawMatrix().Data, nil, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f := r.value(ctx, make([]float64, 8), nil, 0, 100); !math.IsInf(f, 1) {
		t.Errorf("value after the end of the context is %v, expected +Inf", f)
	}
}
