package descent

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

// randomProblem makes Gaussian data and weights from a seed, which it logs.
func randomProblem(t testing.TB, seed uint64, n, d, c, m int) (lift.Problem, lift.Weights, *rand.Rand) {
	t.Helper()
	t.Logf("seed %d, n=%d d=%d c=%d m=%d", seed, n, d, c, m)
	rng := rand.New(rand.NewPCG(seed, 7))
	gaussian := func(r, c int) *mat.Dense {
		a := mat.NewDense(r, c, nil)
		random(a.RawMatrix().Data, rng)
		return a
	}
	p := lift.Problem{X: gaussian(n, d), Y: gaussian(n, c), Gamma: 0.1}
	return p, lift.Weights{U: gaussian(m, d), V: gaussian(m, c)}, rng
}

func TestObjectiveAgainstProblem(t *testing.T) {
	p, w, _ := randomProblem(t, 1, 11, 3, 2, 5)
	o := newObjective(p.X.RawMatrix(), p.Y.RawMatrix(), p.Gamma, 5)
	theta := make([]float64, 5*5)
	pack(w, theta)
	want, _ := p.Objective(w)
	if got := o.value(theta, nil); !(math.Abs(got-want) <= 1e-12*want) {
		t.Errorf("objective %v, want %v", got, want)
	}
	back := unpack(theta, 5, 3, 2)
	if !mat.Equal(back.U, w.U) || !mat.Equal(back.V, w.V) {
		t.Error("unpack does not invert pack")
	}
}

func TestGradientAgainstFiniteDifferences(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		p, w, _ := randomProblem(t, seed, 9+int(seed), 1+int(seed), 3, 4)
		_, d, c := p.Dims()
		o := newObjective(p.X.RawMatrix(), p.Y.RawMatrix(), p.Gamma, 4)
		theta, grad := make([]float64, (d+c)*4), make([]float64, (d+c)*4)
		pack(w, theta)
		o.value(theta, grad)
		for i := range theta {
			const h = 1e-6
			at := theta[i]
			theta[i] = at + h
			up := o.value(theta, nil)
			theta[i] = at - h
			down := o.value(theta, nil)
			theta[i] = at
			if got := (up - down) / (2 * h); !(math.Abs(got-grad[i]) <= 1e-6*(1+math.Abs(got))) {
				t.Errorf("seed %d: ∂F/∂θ_%d = %v, finite difference %v", seed, i, grad[i], got)
			}
		}
	}
}

func TestObjectiveDoesNotAllocate(t *testing.T) {
	p, w, _ := randomProblem(t, 3, 30, 4, 3, 8)
	o := newObjective(p.X.RawMatrix(), p.Y.RawMatrix(), p.Gamma, 8)
	theta, grad := make([]float64, 7*8), make([]float64, 7*8)
	pack(w, theta)
	if a := testing.AllocsPerRun(20, func() { o.value(theta, grad) }); a > 0 {
		t.Errorf("%v allocations per evaluation, want none", a)
	}
}

func TestLBFGSEndsOnBadObjectives(t *testing.T) {
	never := func() bool { return false }
	for name, f := range map[string]func(x, g []float64) float64{
		"NaN everywhere": func(_, g []float64) float64 { g[0] = 1; return math.NaN() },
		"NaN beyond 0.5": func(x, g []float64) float64 {
			g[0] = -1
			if x[0] > 0.5 {
				return math.NaN()
			}
			return -x[0]
		},
		"+Inf beyond 0.5": func(x, g []float64) float64 {
			g[0] = -1
			if x[0] > 0.5 {
				return math.Inf(1)
			}
			return -x[0]
		},
		"NaN gradient": func(x, g []float64) float64 { g[0] = math.NaN(); return x[0] * x[0] },
	} {
		l := newLBFGS(f, never, []float64{0}, []float64{1})
		l.run(1000, 1e-16) // must return
		if l.x[0] > 0.5 {
			t.Errorf("%s: ended at %v, where the objective is not finite", name, l.x[0])
		}
	}
}

func TestLBFGSOnNonsmoothFunction(t *testing.T) {
	// |x| + 10|y − x| + x²/2 has its minimum 0 on both kinks.
	f := func(x, g []float64) float64 {
		s, r := math.Copysign(1, x[0]), math.Copysign(10, x[1]-x[0])
		g[0], g[1] = s-r+x[0], r
		return math.Abs(x[0]) + 10*math.Abs(x[1]-x[0]) + x[0]*x[0]/2
	}
	l := newLBFGS(f, func() bool { return false }, []float64{3, -1}, []float64{1, 1})
	l.run(500, 1e-30)
	if !(l.fx <= 1e-6) || !(floats.Norm(l.x, 2) <= 1e-6) {
		t.Errorf("ended at %v with %v, want 0", l.x, l.fx)
	}
}

func TestMinimize(t *testing.T) {
	// Rosenbrock's function.
	f := func(x, g []float64) float64 {
		a, b := 1-x[0], x[1]-x[0]*x[0]
		g[0], g[1] = -2*a-400*x[0]*b, 200*b
		return a*a + 100*b*b
	}
	x, fx, its := Minimize(f, []float64{-1.2, 1}, nil, 200, func() bool { return false })
	if !(math.Hypot(x[0]-1, x[1]-1) <= 1e-6) || !(fx <= 1e-12) || its == 0 {
		t.Errorf("%v with %v after %d iterations, want (1, 1)", x, fx, its)
	}
	if _, _, its := Minimize(f, []float64{-1.2, 1}, nil, 200, func() bool { return true }); its != 0 {
		t.Errorf("%d iterations after stop", its)
	}
}
