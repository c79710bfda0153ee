package descent

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// randomProblem makes Gaussian data and weights from a seed, which it logs.
func randomProblem(t testing.TB, seed uint64, n, d, c, m int) (problem.Problem, problem.Weights, *rand.Rand) {
	t.Helper()
	t.Logf("seed %d, n=%d d=%d c=%d m=%d", seed, n, d, c, m)
	rng := rand.New(rand.NewPCG(seed, 7))
	gaussian := func(r, c int) *mat.Dense {
		a := mat.NewDense(r, c, nil)
		random(a.RawMatrix().Data, rng)
		return a
	}
	p := problem.Problem{X: gaussian(n, d), Y: gaussian(n, c), Gamma: 0.1}
	return p, problem.Weights{U: gaussian(m, d), V: gaussian(m, c)}, rng
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
