package reduce

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

func gaussian(rng *rand.Rand, rows, cols int) *mat.Dense {
	out := mat.NewDense(rows, cols, nil)
	out.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, out)
	return out
}

// warty are n rows with zero ones and parallel ones of both signs, the first positive.
func warty(rng *rand.Rand, n, d int) *mat.Dense {
	x := gaussian(rng, n, d)
	x.SetRow(2, make([]float64, d))
	for i, s := range map[int]float64{3: 2, 4: -0.5, 5: 1, n - 1: -3} {
		for j := range d {
			x.Set(i, j, s*x.At(1, j))
		}
	}
	return x
}

// stacks are all reductions, alone and upon others, on problems that they change.
func stacks(rng *rand.Rand) map[string]*Stack {
	const n, d, c = 9, 12, 2
	wide := problem.Problem{X: warty(rng, n, d), Y: gaussian(rng, n, c), Gamma: 0.4}
	tall := wide
	tall.X = warty(rng, n, 3)
	tall.X.SetCol(2, make([]float64, n)) // of rank 2
	weighted := func(p problem.Problem) problem.Problem {
		for range n {
			p.Weights = append(p.Weights, 3*rng.Float64())
		}
		p.Weights[7] = 0
		return p
	}
	huber, intercept := tall, tall
	huber.Loss, intercept.Intercept = loss.Huber{Delta: 0.3}, true
	of := func(p problem.Problem) Step { return ParallelRows(Group(p.X)) }
	return map[string]*Stack{
		"nothing":                  New(tall),
		"wide":                     New(wide, Wide),
		"row space":                New(tall, RowSpace),
		"row space of a wide X":    New(wide, RowSpace),
		"weighted row space":       New(weighted(wide), Wide),
		"row scales":               New(weighted(wide), RowScales),
		"scales and then space":    New(weighted(tall), RowScales, RowSpace),
		"zero rows":                New(tall, ZeroRows),
		"zero rows, Huber":         New(weighted(huber), ZeroRows, RowSpace),
		"intercept":                New(weighted(intercept), ZeroRows, of(tall), RowScales, RowSpace),
		"parallel rows":            New(tall, of(tall)),
		"weighted parallel rows":   New(weighted(wide), of(wide)),
		"all":                      New(tall, of(tall), ZeroRows, RowScales, RowSpace),
		"all, weighted":            New(weighted(wide), of(wide), ZeroRows, RowScales, Wide, RowSpace),
		"all, of nothing but zero": New(problem.Problem{X: mat.NewDense(3, 2, nil), Y: gaussian(rng, 3, c), Gamma: 1}, ZeroRows, RowScales, Wide, RowSpace),
	}
}

// TestStepsChangeWhatTheyAreFor counts the reductions of each stack.
func TestStepsChangeWhatTheyAreFor(t *testing.T) {
	counts := map[string]int{
		"nothing": 0, "scales and then space": 2, "zero rows, Huber": 2, "intercept": 1, "all": 4, "all, weighted": 5, // the rank is below that of Wide
	}
	for name, s := range stacks(rand.New(rand.NewPCG(3, 4))) {
		want, ok := counts[name]
		if !ok {
			want = 1
		}
		if len(s.Parts()) != want {
			t.Errorf("%s: %d reductions, expected %d", name, len(s.Parts()), want)
		}
	}
}

// TestReductions holds the laws of Reduction for each of them and for stacks.
func TestReductions(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for name, s := range stacks(rng) {
		source, reduced := s.Source(), s.Reduced()
		if reduced.X.IsEmpty() {
			continue
		}
		_, narrow, c := reduced.Dims()
		_, wide, _ := source.Dims()
		same := func(what string, got, want float64) {
			t.Helper()
			if !(math.Abs(got-want) <= 1e-12*(1+math.Abs(want))) {
				t.Errorf("%s: %s is %v, expected %v", name, what, got, want)
			}
		}
		for trial := range 5 {
			w := problem.Weights{U: gaussian(rng, trial+1, narrow), V: gaussian(rng, trial+1, c)}
			of, _ := reduced.Objective(w)
			back := s.Invert(w)
			got, _ := source.Objective(back)
			same("the objective of the network taken back", got, of+s.Constant())
			again, _ := reduced.Objective(s.Apply(back))
			same("its objective there and back", again, of)

			w = problem.Weights{U: gaussian(rng, trial+1, wide), V: gaussian(rng, trial+1, c)}
			of, _ = source.Objective(w)
			if got, _ := reduced.Objective(s.Apply(w)); !(got+s.Constant() <= of*(1+1e-12)) {
				t.Errorf("%s: a network's objective rises from %v to %v", name, of, got+s.Constant())
			}

			// Multipliers: the same ‖Wᵀ(Xu)₊‖ in every direction, the same dual objective but for the constant.
			dual := reduced.DualPoint(s.Apply(w))
			taken := s.InvertMultipliers(dual)
			directions := problem.Weights{U: gaussian(rng, 3, narrow), V: mat.NewDense(3, c, nil)}
			responses := func(p problem.Problem, at problem.Weights, w *mat.Dense) *mat.Dense {
				var out mat.Dense
				out.Mul(at.Activations(p.X).T(), w)
				return &out
			}
			if a, b := responses(reduced, directions, dual), responses(source, s.Invert(directions), taken); !mat.EqualApprox(a, b, 1e-10) {
				t.Errorf("%s: Wᵀ(Xu)₊ is %v, taken back %v", name, mat.Formatted(a), mat.Formatted(b))
			}
			same("the dual objective", dualObjective(source, taken), dualObjective(reduced, dual)+s.Constant())
		}
		same("the objective without a neuron", objectiveOfNothing(source), objectiveOfNothing(reduced)+s.Constant())
		if got := s.Invert(problem.Weights{}); got.Width() != 0 {
			t.Errorf("%s: no network becomes one of width %d", name, got.Width())
		}
	}
}

// dualObjective is D(W).
func dualObjective(p problem.Problem, w *mat.Dense) float64 {
	_, c := w.Dims()
	return loss.OrSquared(p.Loss).Dual(slices.Clone(w.RawMatrix().Data), mat.DenseCopyOf(p.Y).RawMatrix().Data, c, p.Weights, 1)
}

func objectiveOfNothing(p problem.Problem) float64 {
	total, _ := p.Objective(problem.Weights{})
	return total
}

// TestOnlyZeroRows: what is left of them is a constant, and multipliers that have it for their dual objective.
func TestOnlyZeroRows(t *testing.T) {
	s := stacks(rand.New(rand.NewPCG(3, 4)))["all, of nothing but zero"]
	want := objectiveOfNothing(s.Source())
	if got := dualObjective(s.Source(), s.InvertMultipliers(nil)); !(math.Abs(got-want) <= 1e-15*want) || s.Constant() != want {
		t.Errorf("constant %v and dual objective %v, expected %v", s.Constant(), got, want)
	}
}

// TestRows holds what Rows says of the rows, for each reduction and for the stack.
func TestRows(t *testing.T) {
	for name, s := range stacks(rand.New(rand.NewPCG(5, 6))) {
		for k, r := range slices.Concat(s.Parts(), []Reduction{s}) {
			t.Run(fmt.Sprint(name, k), func(t *testing.T) {
				x, rows := r.Reduced().X, r.Rows()
				if rows.Basis != nil && !x.IsEmpty() {
					var wide mat.Dense
					wide.Mul(x, rows.Basis.T())
					x = &wide
				}
				n, d, _ := r.Source().Dims()
				for i := range n {
					if rows.Of[i] < 0 {
						if rows.Scale[i] != 0 || r.Source().Weight(i) != 0 && mat.Norm(r.Source().X.RowView(i), 2) != 0 {
							t.Errorf("row %d, of scale %v, has no part", i, rows.Scale[i])
						}
						continue
					}
					for j := range d {
						if got := rows.Scale[i] * x.At(rows.Of[i], j); math.Abs(got-r.Source().X.At(i, j)) > 1e-12 {
							t.Errorf("row %d is not the source's in column %d: %v, expected %v", i, j, got, r.Source().X.At(i, j))
						}
					}
				}
			})
		}
	}
}

func TestTallIsNotWide(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	p := problem.Problem{X: gaussian(rng, 5, 5), Y: gaussian(rng, 5, 1), Gamma: 1}
	if s := New(p, Wide, RowSpace, ZeroRows, RowScales, ParallelRows(Group(p.X))); len(s.Parts()) != 0 {
		t.Errorf("a square X of full rank without weights was reduced %d times", len(s.Parts()))
	}
}
