package signs

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/descent"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// The relaxation with W free is at least that with W fixed, and below the optimum; its proof is accepted.
func TestJoint(t *testing.T) {
	for _, test := range []struct {
		name   string
		c      int
		leaves int
	}{{"one output", 1, 2}, {"one output, five leaves", 1, 5}, {"two outputs", 2, 1}, {"two outputs, four leaves", 2, 4}} {
		t.Run(test.name, func(t *testing.T) {
			p := gaussianProblem(14, 4, test.c, 0.7, 8)
			w := trained(t, p)
			objective, _ := p.Objective(w)
			tree, err := NewTree(p, p.Residual(w), Options{Leaves: test.leaves, Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			tree.Run(context.Background())
			joint := tree.Joint(context.Background(), w)
			if joint == nil {
				t.Fatal("nothing better with W free")
			}
			t.Logf("W fixed %.5f, free %.5f, network %.5f", tree.LowerBound(), joint.LowerBound(), objective)
			if joint.LowerBound() > objective {
				t.Errorf("bound %.8f above %.8f of a network", joint.LowerBound(), objective)
			}
			requireProof(t, joint, 1e-6)
		})
	}
}

// The same for losses whose W lives in an interval, for weights and for intercepts.
func TestJointOfLosses(t *testing.T) {
	weights := []float64{1, 0.5, 2, 0, 1, 1, 3, 1, 1, 0.2, 1, 1}
	for name, change := range map[string]func(p *problem.Problem){
		"weights": func(p *problem.Problem) { p.Weights = weights },
		"all": func(p *problem.Problem) {
			p.Loss, p.Weights, p.Intercept, p.Gamma = loss.Logistic{}, weights, true, 0.1
		},
		"intercept, a zero row":  func(p *problem.Problem) { p.Intercept = true; p.X.SetRow(2, make([]float64, 4)) },
		"logistic, a zero row":   func(p *problem.Problem) { p.Loss = loss.Logistic{}; p.X.SetRow(2, make([]float64, 4)) },
		"two outputs, intercept": func(p *problem.Problem) { *p = gaussianProblem(12, 4, 2, 0.7, 8); p.Intercept = true },
		"softmax":                func(p *problem.Problem) { classes(p, 3) },
		"softmax, all":           func(p *problem.Problem) { classes(p, 4); p.Weights, p.Intercept = weights, true },
		"softmax, a zero row":    func(p *problem.Problem) { classes(p, 3); p.X.SetRow(2, make([]float64, 4)); p.Intercept = true },
	} {
		t.Run(name, func(t *testing.T) {
			p := gaussianProblem(12, 4, 1, 0.3, 8)
			p.Y.Apply(func(_, _ int, v float64) float64 { return math.Copysign(1, v) }, p.Y)
			change(&p)
			w, _, err := descent.Train(context.Background(), p, descent.TrainOptions{Effort: 300, Seed: 1, Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			objective, _ := p.Objective(w)
			tree, err := NewTree(p, p.DualPoint(w), Options{Leaves: 1, Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			tree.Run(context.Background())
			joint := tree.Joint(context.Background(), w)
			if joint == nil {
				t.Fatal("nothing better with W free")
			}
			t.Logf("W fixed %.5f, free %.5f, network %.5f", tree.LowerBound(), joint.LowerBound(), objective)
			if joint.LowerBound() > objective || joint.LowerBound() < tree.LowerBound() {
				t.Errorf("bound %.8f, with W fixed %.8f, network %.8f", joint.LowerBound(), tree.LowerBound(), objective)
			}
			requireProof(t, joint, 1e-6)
		})
	}
}

// For two targets the quadrants of v improve the bound too, and two classes of softmax have one output, whose signs are there already.
func TestQuadrants(t *testing.T) {
	p := gaussianProblem(12, 4, 2, 0.7, 8)
	p.Intercept = true
	w, _, err := descent.Train(context.Background(), p, descent.TrainOptions{Effort: 300, Seed: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for quadrants, leaves := range map[bool]int{false: 1, true: 4} {
		r, err := Root(context.Background(), p, w, Options{Threads: 1, Quadrants: quadrants})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d leaves, bound %.5f, network %.5f", r.Leaves, r.LowerBound, r.UpperBound)
		if r.Leaves != leaves || r.LowerBound > r.UpperBound || quadrants != (r.Gap() < 0.035) {
			t.Errorf("quadrants %v: %d leaves, bound %.8f, network %.8f", quadrants, r.Leaves, r.LowerBound, r.UpperBound)
		}
		requireProof(t, r.Tree, 1e-6)
	}
	classes(&p, 2)
	r, err := Root(context.Background(), p, problem.Weights{}, Options{Threads: 1, Quadrants: true})
	if err != nil {
		t.Fatal(err)
	}
	if r.Leaves != 2 {
		t.Errorf("two classes: %d leaves", r.Leaves)
	}
	requireProof(t, r.Tree, 1e-6)
}

// classes replaces the targets by those of c classes.
func classes(p *problem.Problem, c int) {
	n, _, _ := p.Dims()
	p.Loss, p.Y = loss.Softmax{}, mat.NewDense(n, c, nil)
	for i := range n {
		p.Y.Set(i, (i*i+i/3)%c, 1)
	}
}

// The root's bound for classes stays where the classes change places, and where a row of weight 2 is there twice; the quadrants of v improve it.
func TestRootOfClasses(t *testing.T) {
	p := gaussianProblem(12, 4, 1, 0.3, 8)
	classes(&p, 3)
	p.Intercept, p.Weights = true, []float64{2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	permuted, repeated := p, p
	permuted.Y = mat.NewDense(12, 3, nil)
	repeated.X, repeated.Y, repeated.Weights = mat.NewDense(13, 4, nil), mat.NewDense(13, 3, nil), nil
	for i := range 13 {
		repeated.X.SetRow(i, p.X.RawRowView(i%12))
		repeated.Y.SetRow(i, p.Y.RawRowView(i%12))
	}
	for i := range 12 {
		y := p.Y.RawRowView(i)
		permuted.Y.SetRow(i, []float64{y[2], y[0], y[1]})
	}
	var bounds []float64
	for _, p := range []problem.Problem{p, permuted, repeated} {
		w, _, err := descent.Train(context.Background(), p, descent.TrainOptions{Effort: 300, Seed: 1, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		r, err := Root(context.Background(), p, w, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if r.LowerBound > r.UpperBound || r.Gap() > 0.1 {
			t.Errorf("bound %.8f, network %.8f", r.LowerBound, r.UpperBound)
		}
		requireProof(t, r.Tree, 1e-6)
		bounds = append(bounds, r.LowerBound)
		divided, err := Root(context.Background(), p, w, Options{Threads: 1, Quadrants: true})
		if err != nil {
			t.Fatal(err)
		}
		if divided.Leaves != 4 || divided.LowerBound > r.UpperBound || r.UpperBound-divided.LowerBound > 0.8*(r.UpperBound-r.LowerBound) {
			t.Errorf("%d leaves, bound %.8f, over one leaf %.8f, network %.8f", divided.Leaves, divided.LowerBound, r.LowerBound, r.UpperBound)
		}
		requireProof(t, divided.Tree, 1e-6)
	}
	if !floats.EqualApprox(bounds, []float64{bounds[0], bounds[0], bounds[0]}, 2e-3*bounds[0]) {
		t.Errorf("bounds %v", bounds)
	}
}

// A root with little work has fewer products and a lower bound, which is proved all the same; two threads change neither.
func TestRootWithLittleWork(t *testing.T) {
	p := gaussianProblem(14, 4, 1, 0.7, 8)
	w := trained(t, p)
	objective, _ := p.Objective(w)
	root := func(o Options, threads int) *Result {
		o.Threads = threads
		r, err := Root(context.Background(), p.On(algebra.WithThreads(threads)), w, o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	whole, hasty := root(Options{}, 1), root(Options{Work: LeastRootWork(14, 4, 1)}, 1)
	if again := root(Options{}, 2); again.LowerBound != whole.LowerBound {
		t.Errorf("two threads prove %v, one %v", again.LowerBound, whole.LowerBound)
	}
	if !(0 < hasty.LowerBound && hasty.LowerBound < whole.LowerBound*0.999 && whole.LowerBound < objective) {
		t.Errorf("little work proves %.5f, all %.5f, network %.5f", hasty.LowerBound, whole.LowerBound, objective)
	}
	if order := affordable(14, 4, 1, LeastRootWork(14, 4, 1)); order != leastUnknowns*19 {
		t.Errorf("the least work is for %d unknowns", order)
	}
	requireProof(t, hasty.Tree, 1e-6)
}

// Losses whose dual ends at kinks, and classes that W does not tell apart, have no joint program.
func TestJointLeavesOut(t *testing.T) {
	p := gaussianProblem(8, 3, 2, 0.3, 9)
	p.Loss = loss.Huber{Delta: 1}
	absent := p
	classes(&absent, 2)
	absent.Y = absent.Y.Grow(0, 1).(*mat.Dense) // a third class without rows
	absent.Intercept = true
	for _, p := range []problem.Problem{p, absent} {
		w := problem.Weights{}
		tree, err := NewTree(p, p.DualPoint(w), Options{Leaves: 1, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		tree.Run(context.Background())
		if tree.Joint(context.Background(), w) != nil {
			t.Errorf("%s: W was freed", p.Loss.Name())
		}
	}
}
