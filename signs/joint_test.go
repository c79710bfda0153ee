package signs

import (
	"context"
	"testing"
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
			tree, err := NewTree(p, p.Residual(w), Options{Leaves: test.leaves, Executor: Local(1)})
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
