// Package metamorphic tests solvers and verifiers by changes of a problem whose effect is known: rows in
// another order, features rotated, a row split in four, and so on.  No test needs to know the optimum of any problem; the
// optimum of the changed problem must be what the law of the change makes of the other.
package metamorphic

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// rounding is more than the relative error of sums of some hundred products.
const rounding = 1e-12

// apart reports whether a and b differ by more than a relative tolerance.
func apart(a, b, tolerance float64) bool {
	return !(math.Abs(a-b) <= tolerance*max(math.Abs(a), math.Abs(b)))
}

// TestLaws checks the changes themselves: any network and any W have the objective and the dual value that the law says.
func TestLaws(t *testing.T) {
	for _, c := range []int{1, 2} {
		p := randomProblem(1, 10, 3, c, 0.3)
		rng := rand.New(rand.NewPCG(7, 7))
		gaussian := func(rows, cols int) *mat.Dense {
			m := mat.NewDense(rows, cols, nil)
			for i := range rows {
				for j := range cols {
					m.Set(i, j, rng.NormFloat64())
				}
			}
			return m
		}
		net, w := problem.Weights{U: gaussian(4, 3), V: gaussian(4, c)}, gaussian(10, c)
		objective, _ := p.Objective(net)
		for _, change := range changes(p) {
			changed, _ := change.problem.Objective(change.network(net))
			if want := change.law(objective); apart(changed, want, rounding) {
				t.Errorf("%s: a network has the objective %v, want %v", change.name, changed, want)
			}
			if got, want := dualValue(change.dual(w), change.problem.Y), change.law(dualValue(w, p.Y)); apart(got, want, rounding) {
				t.Errorf("%s: W has the dual value %v, want %v", change.name, got, want)
			}
			if got, want := reach(change, p, w, gaussian(1, 3)); apart(got, want, rounding) {
				t.Errorf("%s: ‖Wᵀ(Xu)₊‖/γ is %v, want %v", change.name, got, want)
			}
		}
	}
}

// dualValue is ⟨W,Y⟩ − ½‖W‖².
func dualValue(w, y *mat.Dense) float64 {
	var sum float64
	n, c := y.Dims()
	for i := range n {
		for k := range c {
			sum += w.At(i, k) * (y.At(i, k) - w.At(i, k)/2)
		}
	}
	return sum
}

// reach returns ‖Wᵀ(Xu)₊‖/γ of the changed problem at what the direction u (1×d) becomes there, and of the original.
func reach(c change, original problem.Problem, w, u *mat.Dense) (changed, want float64) {
	at := func(p problem.Problem, w, u *mat.Dense) float64 {
		a := product(p.X, u.T())
		a.Apply(func(_, _ int, v float64) float64 { return max(v, 0) }, a)
		return mat.Norm(product(w.T(), a), 2) / p.Gamma
	}
	return at(c.problem, c.dual(w), product(u, c.columns)), at(original, w, u)
}
