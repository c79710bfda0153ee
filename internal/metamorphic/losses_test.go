package metamorphic

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/engine"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// variant is a change of a problem with a loss, weights and an intercept, under which every objective is multiplied by scale.
type variant struct {
	name              string
	original, changed problem.Problem
	network           func(problem.Weights) problem.Weights // of the changed problem, from one of the original
	scale             float64
}

// posed returns a problem of n rows for a loss, with a zero row, a row that occurs twice and a multiple of another.
func posed(l loss.Loss, n, c int) problem.Problem {
	p := randomProblem(11, n, 3, c, 0.6)
	p.Loss = l
	for i := range n {
		switch l.(type) {
		case loss.Logistic:
			for k := range c {
				p.Y.Set(i, k, math.Copysign(1, p.Y.At(i, k)-0.4))
			}
		case loss.Softmax:
			clear(p.Y.RawRowView(i))
			p.Y.Set(i, (i+i/4)%c, 1)
		}
	}
	return p
}

func same(w problem.Weights) problem.Weights { return w }

// turned returns what networks become when their outputs are multiplied by m (c×c), orthogonal but for a factor.
func turned(m *mat.Dense, factor float64) func(problem.Weights) problem.Weights {
	return func(w problem.Weights) problem.Weights {
		out := problem.Weights{U: mat.DenseCopyOf(w.U), V: product(w.V, m)}
		out.U.Scale(math.Sqrt(factor), out.U)
		out.V.Scale(math.Sqrt(factor), out.V)
		if w.B != nil {
			b := product(mat.NewDense(1, len(w.B), w.B), m)
			b.Scale(factor, b)
			out.B = b.RawRowView(0)
		}
		return out
	}
}

// repeated replaces weights, which are whole numbers, by repeated rows.
func repeated(p problem.Problem) problem.Problem {
	var numbers []int
	for i, w := range p.Weights {
		for range int(w) {
			numbers = append(numbers, i)
		}
	}
	_, d, c := p.Dims()
	out := p
	out.X, out.Y, out.Weights = mat.NewDense(len(numbers), d, nil), mat.NewDense(len(numbers), c, nil), nil
	for k, i := range numbers {
		out.X.SetRow(k, p.X.RawRowView(i))
		out.Y.SetRow(k, p.Y.RawRowView(i))
	}
	return out
}

// variants are the changes that the tests go through.
func variants() (list []variant) {
	const n = 12
	losses := []struct {
		loss loss.Loss
		c    int
	}{{loss.Squared{}, 2}, {loss.Huber{Delta: 0.4}, 1}, {loss.Logistic{}, 1}, {loss.Softmax{}, 3}}
	for _, of := range losses {
		for _, intercept := range []bool{false, true} {
			name := of.loss.Name()
			if intercept {
				name += " with an intercept"
			}
			p := posed(of.loss, n, of.c)
			p.Intercept = intercept
			weighted := p
			for i := range n {
				weighted.Weights = append(weighted.Weights, float64((i+1)%4))
			}
			list = append(list, variant{name + ": weights and repeated rows", weighted, repeated(weighted), same, 1})
			half := weighted
			half.Weights, half.Gamma = nil, p.Gamma/2
			for _, w := range weighted.Weights {
				half.Weights = append(half.Weights, w/2)
			}
			list = append(list, variant{name + ": weights and γ halved", weighted, half, same, 0.5})
			switch l := of.loss.(type) {
			case loss.Squared, loss.Huber:
				const s = 4
				scaled := p
				scaled.Y = mat.DenseCopyOf(p.Y)
				scaled.Y.Scale(s, scaled.Y)
				scaled.Gamma *= s
				if h, ok := l.(loss.Huber); ok {
					scaled.Loss = loss.Huber{Delta: s * h.Delta}
				}
				list = append(list, variant{name + ": targets and γ times 4", p, scaled, turned(identity(of.c, of.c), s), s * s})
				if intercept {
					shifted := p
					shifted.Y = mat.DenseCopyOf(p.Y)
					for i := range n {
						for k := range of.c {
							shifted.Y.Set(i, k, p.Y.At(i, k)+float64(5+k))
						}
					}
					list = append(list, variant{name + ": targets shifted", p, shifted, func(w problem.Weights) problem.Weights {
						b := make([]float64, of.c)
						for k := range b {
							b[k] = w.B[k] + float64(5+k)
						}
						return problem.Weights{U: w.U, V: w.V, B: b}
					}, 1})
				}
			case loss.Logistic:
				flipped := p
				flipped.Y = mat.DenseCopyOf(p.Y)
				flipped.Y.Scale(-1, flipped.Y)
				list = append(list, variant{name + ": classes exchanged", p, flipped, turned(mat.NewDense(1, 1, []float64{-1}), 1), 1})
			case loss.Softmax:
				order := permutation(rand.New(rand.NewPCG(3, 1)), of.c)
				permuted := p
				permuted.Y = product(p.Y, order)
				list = append(list, variant{name + ": classes permuted", p, permuted, turned(order, 1), 1})
			}
		}
	}
	return list
}

// TestLawsOfLosses: any network has the objective that the law says, and its dual point the bound.
func TestLawsOfLosses(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, v := range variants() {
		_, d, c := v.original.Dims()
		net := problem.Weights{U: mat.NewDense(4, d, nil), V: mat.NewDense(4, c, nil)}
		for _, m := range []*mat.Dense{net.U, net.V} {
			m.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() / 2 }, m)
		}
		if v.original.Intercept {
			net.B = make([]float64, c)
			for k := range net.B {
				net.B[k] = rng.NormFloat64()
			}
		}
		changed := v.network(net)
		objective, _ := v.original.Objective(net)
		if got, _ := v.changed.Objective(changed); apart(got, v.scale*objective, rounding) {
			t.Errorf("%s: a network has the objective %v, want %v", v.name, got, v.scale*objective)
		}
		// The bound of the dual point for an h that is so many times γ; with an intercept multipliers are rounded to a grid.
		for _, factor := range []float64{0.9, 1.5, 20} {
			want := v.original.DualBound(v.original.DualPoint(net), factor*v.original.Gamma)
			if got := v.changed.DualBound(v.changed.DualPoint(changed), factor*v.changed.Gamma); apart(got, v.scale*want, 1e-8) {
				t.Errorf("%s: the dual point proves %v for h = %vγ, want %v", v.name, got, factor, v.scale*want)
			}
			if !(v.scale*want <= v.scale*objective) && factor >= 20 {
				t.Errorf("%s: the bound %v is above the objective %v", v.name, want, objective)
			}
		}
	}
}

// trainedGap is the gap to which the problems of these tests are trained.
const trainedGap = 0.03

// TestTrainFollowsTheLawsOfLosses: networks and verified bounds of both problems are those of one problem.
func TestTrainFollowsTheLawsOfLosses(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	for _, v := range variants() {
		if v.scale < 1 {
			continue // the law of every network is enough for a factor of everything
		}
		var results [2]*engine.Result
		for k, p := range []problem.Problem{v.original, v.changed} {
			r, err := engine.Train(t.Context(), p, engine.Options{Gap: trainedGap, Threads: 1, TimeLimit: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != engine.GapReached {
				t.Errorf("%s: %v with a gap of %v", v.name, r.Status, r.RelativeGap)
			}
			results[k] = r
		}
		original, changed := results[0], results[1]
		if got, want := changed.UpperBound, v.scale*original.UpperBound; apart(got, want, trainedGap) {
			t.Errorf("%s: objective %v, want %v", v.name, got, want)
		}
		if !(changed.LowerBound <= v.scale*original.UpperBound*(1+rounding)) || !(v.scale*original.LowerBound <= changed.UpperBound*(1+rounding)) {
			t.Errorf("%s: bounds %v and %v contradict the networks of %v and %v", v.name, original.LowerBound, changed.LowerBound, original.UpperBound, changed.UpperBound)
		}
		// The network of one is as good for the other.
		if got, _ := v.changed.Objective(v.network(original.Weights)); apart(got, v.scale*original.UpperBound, rounding) {
			t.Errorf("%s: the network has the objective %v, want %v", v.name, got, v.scale*original.UpperBound)
		}
	}
}
