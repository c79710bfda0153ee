// Package sgd trains two-layer ReLU networks the usual way, as the paper's
// baseline does: full-batch gradient descent with momentum 0.95 and a learning
// rate that is halved when the objective stays on a plateau, or Adam.
//
// The objective is that of problem.Problem (sum of squares, weight decay on all
// weights).  The first layer starts uniform on ±1/√d and the second on ±1/√m,
// which is PyTorch's default for layers without biases.
package sgd

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// Optimizer selects the update rule.
type Optimizer int

// The update rules.
const (
	Momentum Optimizer = iota // heavy ball as in PyTorch: v ← µv + g, w ← w − ηv
	Adam                      // D. P. Kingma and J. Ba, ICLR 2015, β = (0.9, 0.999)
)

// Options steer Train.  The zero value means the defaults.
type Options struct {
	Width        int // number of hidden neurons; 0 means 300
	Optimizer    Optimizer
	LearningRate float64 // η at the start; 0 means the largest 10^(−k/2) that lowers the objective in a trial run
	Momentum     float64 // µ in [0, 1); 0 means 0.95, negative means none
	Iterations   int     // 0 means 10000
	// Patience is the number of checks without an improvement of 1e-4 relative
	// after which η is halved; 0 means 100.  A check is made every CheckEvery
	// iterations; 0 means 10.
	Patience, CheckEvery int
	Seed                 uint64
	TimeLimit            time.Duration // 0 means none
}

// Result is the outcome of Train.
type Result struct {
	Weights      problem.Weights // the iterate with the lowest objective
	Objective    float64         // its objective
	History      []float64       // objective before each iteration, then after the last
	LearningRate float64         // η at the start
	FinalRate    float64         // η at the end
	Iterations   int
	Stopped      bool // by the context or the time limit, before all iterations
	Elapsed      time.Duration
}

// divergence is the rise of the objective over the start that ends a run.
const divergence = 1e6

// Train trains a network from a random start.  The result depends on the seed
// only, unless time ends the run.  A run whose objective overflows starts anew
// with half the learning rate.
func Train(ctx context.Context, p problem.Problem, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if o.TimeLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.TimeLimit)
		defer cancel()
	}
	_, d, c := p.Dims()
	model := newModel(p, o.Width)
	start := make([]float64, (d+c)*o.Width)
	initialise(start, d, o.Width, rand.New(rand.NewPCG(o.Seed, 0xbb67ae8584caa73b)))

	if f := model.value(start, make([]float64, len(start))); math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("sgd: the objective at the random start is %v, expected data of moderate size", f)
	}

	rate := o.LearningRate
	if rate == 0 {
		rate = trialRate(ctx, model, start, o)
	}
	for {
		r, ok := descend(ctx, model, start, rate, o)
		if ok {
			r.Elapsed = time.Since(begin)
			return r, nil
		}
		rate /= 2
	}
}

func (o Options) complete() (Options, error) {
	switch {
	case o.Width < 0:
		return o, fmt.Errorf("sgd: Width is %d, expected 0 (300) or a positive number of neurons", o.Width)
	case o.Optimizer != Momentum && o.Optimizer != Adam:
		return o, fmt.Errorf("sgd: unknown optimizer %d, expected Momentum or Adam", o.Optimizer)
	case !(o.LearningRate >= 0) || math.IsInf(o.LearningRate, 0):
		return o, fmt.Errorf("sgd: LearningRate is %v, expected 0 (automatic) or a positive finite number such as 1e-4", o.LearningRate)
	case !(o.Momentum < 1):
		return o, fmt.Errorf("sgd: Momentum is %v, expected a number below 1 such as 0.95", o.Momentum)
	case o.Iterations < 0 || o.Patience < 0 || o.CheckEvery < 0 || o.TimeLimit < 0:
		return o, fmt.Errorf("sgd: Iterations, Patience, CheckEvery and TimeLimit are %d, %d, %d and %v, expected none below 0", o.Iterations, o.Patience, o.CheckEvery, o.TimeLimit)
	}
	if o.Width == 0 {
		o.Width = 300
	}
	if o.Momentum == 0 {
		o.Momentum = 0.95
	}
	o.Momentum = max(o.Momentum, 0)
	if o.Iterations == 0 {
		o.Iterations = 10000
	}
	if o.Patience == 0 {
		o.Patience = 100
	}
	if o.CheckEvery == 0 {
		o.CheckEvery = 10
	}
	return o, nil
}

// initialise draws PyTorch's default weights.
func initialise(theta []float64, d, m int, rng *rand.Rand) {
	for i := range theta {
		bound := 1 / math.Sqrt(float64(d))
		if i >= d*m {
			bound = 1 / math.Sqrt(float64(m))
		}
		theta[i] = bound * (2*rng.Float64() - 1)
	}
}

// trialRate returns the largest rate 10^(−k/2), from 1 down, with which 200
// iterations end lower than they began and never rise tenfold.
func trialRate(ctx context.Context, m *model, start []float64, o Options) float64 {
	o.Iterations = min(200, o.Iterations)
	rate := 1.0
	for range 30 {
		if ctx.Err() != nil {
			break
		}
		if r, ok := descend(ctx, m, start, rate, o); ok {
			h, fine := r.History, true
			for _, f := range h {
				fine = fine && f <= 10*h[0]
			}
			if fine && h[len(h)-1] < h[0] {
				return rate
			}
		}
		rate /= math.Sqrt(10)
	}
	return rate
}

// descend runs the optimizer; it reports false when the objective overflows.
func descend(ctx context.Context, m *model, start []float64, rate float64, o Options) (*Result, bool) {
	theta := append([]float64(nil), start...)
	grad, v := make([]float64, len(theta)), make([]float64, len(theta))
	var second []float64
	if o.Optimizer == Adam {
		second = make([]float64, len(theta))
	}
	best := append([]float64(nil), start...)
	r := &Result{Objective: math.Inf(1), LearningRate: rate, History: make([]float64, 0, min(o.Iterations+1, 1<<16))}
	plateau := plateau{patience: o.Patience, best: math.Inf(1)}
	for it := 0; ; it++ {
		f := m.value(theta, grad)
		if len(r.History) > 0 && !(f <= divergence*r.History[0]+divergence) || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, false
		}
		r.History = append(r.History, f)
		if f < r.Objective {
			r.Objective = f
			copy(best, theta)
		}
		r.Iterations = it
		if it == o.Iterations {
			break
		}
		if ctx.Err() != nil {
			r.Stopped = true
			break
		}
		if it%o.CheckEvery == 0 && plateau.bad(f) {
			rate /= 2
		}
		if o.Optimizer == Adam {
			adam(theta, grad, v, second, rate, it+1)
		} else {
			for i, g := range grad {
				v[i] = o.Momentum*v[i] + g
				theta[i] -= rate * v[i]
			}
		}
	}
	r.FinalRate = rate
	r.Weights = m.weights(best)
	return r, true
}

func adam(theta, grad, first, second []float64, rate float64, t int) {
	const beta1, beta2, eps = 0.9, 0.999, 1e-8
	c1, c2 := 1-math.Pow(beta1, float64(t)), 1-math.Pow(beta2, float64(t))
	for i, g := range grad {
		first[i] = beta1*first[i] + (1-beta1)*g
		second[i] = beta2*second[i] + (1-beta2)*g*g
		theta[i] -= rate * (first[i] / c1) / (math.Sqrt(second[i]/c2) + eps)
	}
}

// plateau is PyTorch's ReduceLROnPlateau with its default relative threshold.
type plateau struct {
	patience, idle int
	best           float64
}

// bad tells whether to lower the rate.
func (p *plateau) bad(f float64) bool {
	if f < p.best*(1-1e-4) {
		p.best, p.idle = f, 0
		return false
	}
	p.idle++
	if p.idle > p.patience {
		p.idle = 0
		return true
	}
	return false
}

// weights reads the row-major (d+c)×m slice theta.
func (m *model) weights(theta []float64) problem.Weights {
	w := problem.Weights{U: mat.NewDense(m.m, m.d, nil), V: mat.NewDense(m.m, m.c, nil)}
	for j := range m.m {
		for k := range m.d {
			w.U.Set(j, k, theta[k*m.m+j])
		}
		for k := range m.c {
			w.V.Set(j, k, theta[(m.d+k)*m.m+j])
		}
	}
	return w
}
