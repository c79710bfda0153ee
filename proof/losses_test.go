package proof

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem/loss"
)

// trained is a network with an intercept that was fitted to a problem by gradient steps.
type trained struct {
	p       *Problem
	u, v    [][]float64 // width×d, width×c
	b       []float64
	outputs *mat.Dense
}

// objective returns the objective and fills outputs.
func (t *trained) objective() float64 {
	n, _, c := t.p.Dims()
	total := 0.0
	for j := range t.u {
		total += t.p.Gamma / 2 * (short.Dot(t.u[j], t.u[j]) + short.Dot(t.v[j], t.v[j]))
	}
	for i := range n {
		f := t.outputs.RawRowView(i)
		copy(f, t.b)
		for j := range t.u {
			if a := short.Dot(t.p.X.RawRowView(i), t.u[j]); a > 0 {
				for q := range c {
					f[q] += a * t.v[j][q]
				}
			}
		}
		value, _ := rowLoss(t.p, i, f)
		total += value
	}
	return total
}

// rowLoss returns the loss of a row with outputs f, and its gradient.
func rowLoss(p *Problem, i int, f []float64) (value float64, gradient []float64) {
	gradient = append(gradient, f...)
	var weights []float64
	if p.Weights != nil {
		weights = p.Weights[i : i+1]
	}
	return p.Loss.Gradient(gradient, p.Y.RawRowView(i), len(f), weights), gradient
}

// train fits a network of some width.
func train(rng *rand.Rand, p *Problem) *trained {
	n, d, c := p.Dims()
	t := &trained{p: p, b: make([]float64, c), outputs: mat.NewDense(n, c, nil)}
	for range 24 {
		t.u = append(t.u, gaussian(rng, 1, d).RawRowView(0))
		v := gaussian(rng, 1, c).RawRowView(0)
		for q := range v {
			v[q] *= 0.3
		}
		t.v = append(t.v, v)
	}
	const steps = 6000
	var moment, second []float64
	for step := range steps {
		t.objective()
		var weights []*float64
		var gradient []float64
		db := make([]float64, c)
		du, dv := make([][]float64, len(t.u)), make([][]float64, len(t.u))
		for j := range t.u {
			du[j], dv[j] = make([]float64, d), make([]float64, c)
			for l := range d {
				du[j][l] = p.Gamma * t.u[j][l]
			}
			for q := range c {
				dv[j][q] = p.Gamma * t.v[j][q]
			}
		}
		for i := range n {
			_, g := rowLoss(p, i, t.outputs.RawRowView(i))
			for q := range c {
				db[q] += g[q]
			}
			x := p.X.RawRowView(i)
			for j := range t.u {
				if a := short.Dot(x, t.u[j]); a > 0 {
					s := short.Dot(g, t.v[j])
					for l := range d {
						du[j][l] += s * x[l]
					}
					for q := range c {
						dv[j][q] += a * g[q]
					}
				}
			}
		}
		for j := range t.u {
			for l := range d {
				weights, gradient = append(weights, &t.u[j][l]), append(gradient, du[j][l])
			}
			for q := range c {
				weights, gradient = append(weights, &t.v[j][q]), append(gradient, dv[j][q])
			}
		}
		if p.Intercept {
			for q := range c {
				weights, gradient = append(weights, &t.b[q]), append(gradient, db[q])
			}
		}
		if moment == nil {
			moment, second = make([]float64, len(weights)), make([]float64, len(weights))
		}
		rate := 0.03 * (1 - float64(step)/steps)
		for i, w := range weights {
			moment[i] = 0.9*moment[i] + 0.1*gradient[i]
			second[i] = 0.99*second[i] + 0.01*gradient[i]*gradient[i]
			*w -= rate * moment[i] / (math.Sqrt(second[i]) + 1e-9)
		}
	}
	return t
}

// residual returns W = −gradient at the network.
func (t *trained) residual() *mat.Dense {
	_, _, c := t.p.Dims()
	w := mat.DenseCopyOf(t.outputs)
	loss.Multipliers(t.p.Loss, w.RawMatrix().Data, t.p.Y.RawMatrix().Data, c, t.p.Weights, t.p.Intercept)
	return w
}

// Every loss, with and without weights and intercept: the bound by arcs of the residual of
// a trained network is at most its objective, and near it.
func TestEveryLoss(t *testing.T) {
	const n = 9
	for seed, l := range []loss.Loss{loss.Squared{}, loss.Huber{Delta: 0.4}, loss.Logistic{}, loss.Softmax{}} {
		for variant := range 4 {
			weighted, intercept := variant&1 == 1, variant&2 == 2
			t.Run(fmt.Sprintf("%s weighted=%v intercept=%v", l.Name(), weighted, intercept), func(t *testing.T) {
				rng := newRand(uint64(100*seed + variant))
				c := map[string]int{"squared": 2, "huber": 1, "logistic": 1, "softmax": 3}[l.Name()]
				p := Problem{X: gaussian(rng, n, 2), Y: mat.NewDense(n, c, nil), Gamma: 0.3, Loss: l, Intercept: intercept}
				p.X.SetRow(n-1, []float64{0, 0})
				for i := range n {
					switch l.Name() {
					case "squared", "huber":
						for k := range c {
							p.Y.Set(i, k, 1+rng.NormFloat64())
						}
					case "logistic":
						p.Y.Set(i, 0, float64(1-2*rng.IntN(2)))
					case "softmax":
						p.Y.Set(i, rng.IntN(c), 1)
					}
				}
				if weighted {
					for range n {
						p.Weights = append(p.Weights, 0.5+2*rng.Float64())
					}
				}
				network := train(rng, &p)
				objective := network.objective()
				d, err := Arcs(p, network.residual(), nil)
				if err != nil {
					t.Fatal(err)
				}
				report := mustCheck(t, d)
				if !report.OK() {
					t.Fatalf("refused\n%v", report)
				}
				if !(report.ProvenBound <= objective) {
					t.Errorf("bound %v above the objective %v", report.ProvenBound, objective)
				}
				if !(report.ProvenBound >= 0.9*objective) {
					t.Errorf("bound %v, objective %v: too far apart to show anything", report.ProvenBound, objective)
				}
				t.Logf("gap %.3f %%", 100*(1-report.ProvenBound/objective))
				// A row of weight 2 is the row twice.
				if !intercept {
					twice := repeatRows(&p, d.W)
					e, err := Arcs(twice.problem, twice.w, nil)
					if err != nil {
						t.Fatal(err)
					}
					if got := mustCheck(t, e).ProvenBound; math.Abs(got-report.ProvenBound) > 1e-9*objective {
						t.Errorf("bound %v with rows split in two halves, %v before", got, report.ProvenBound)
					}
				}
			})
		}
	}
}

type repeated struct {
	problem Problem
	w       *mat.Dense
}

// repeatRows splits every row in two of half the weight, and W with them.
func repeatRows(p *Problem, w *mat.Dense) repeated {
	n, d, c := p.Dims()
	out := repeated{*p, mat.NewDense(2*n, c, nil)}
	out.problem.X, out.problem.Y, out.problem.Weights = mat.NewDense(2*n, d, nil), mat.NewDense(2*n, c, nil), make([]float64, 2*n)
	for i := range 2 * n {
		out.problem.X.SetRow(i, p.X.RawRowView(i/2))
		out.problem.Y.SetRow(i, p.Y.RawRowView(i/2))
		out.problem.Weights[i] = 0.5
		if p.Weights != nil {
			out.problem.Weights[i] = p.Weights[i/2] / 2
		}
		for k := range c {
			out.w.Set(i, k, w.At(i/2, k)/2)
		}
	}
	return out
}
