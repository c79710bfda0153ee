package signs

import (
	"context"
	"math"
	"testing"

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

// Losses whose multipliers are linked or end at kinks have no joint program.
func TestJointLeavesOut(t *testing.T) {
	for _, l := range []loss.Loss{loss.Softmax{}, loss.Huber{Delta: 1}} {
		p := gaussianProblem(8, 3, 2, 0.3, 9)
		for i := range 8 {
			p.Y.SetRow(i, []float64{float64(i % 2), float64(1 - i%2)})
		}
		p.Loss = l
		w := problem.Weights{}
		tree, err := NewTree(p, p.DualPoint(w), Options{Leaves: 1, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		tree.Run(context.Background())
		if tree.Joint(context.Background(), w) != nil {
			t.Errorf("%s: W was freed", l.Name())
		}
	}
}
