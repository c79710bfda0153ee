package reduce

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

func gaussian(rng *rand.Rand, rows, cols int) *mat.Dense {
	out := mat.NewDense(rows, cols, nil)
	out.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, out)
	return out
}

// reductions are all implementations, on problems that they are for, and one after the other.
func reductions(rng *rand.Rand) map[string][]Reduction {
	const n, d, c = 7, 12, 2
	plain := lift.Problem{X: gaussian(rng, n, d), Y: gaussian(rng, n, c), Gamma: 0.4}
	plain.X.SetRow(2, make([]float64, d))
	plain.X.SetRow(4, plain.X.RawRowView(1)) // of rank n−2
	weighted := plain
	for range n {
		weighted.Weights = append(weighted.Weights, 3*rng.Float64())
	}
	weighted.Weights[3] = 0
	scales := NewRowScales(weighted)
	return map[string][]Reduction{
		"row space":             {NewRowSpace(plain)},
		"row scales":            {scales},
		"weighted row space":    {NewRowSpace(weighted)},
		"scales and then space": {scales, NewRowSpace(scales.Reduced())},
	}
}

// TestReductions holds the laws of Reduction for every implementation, and for one upon the other.
func TestReductions(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for name, chain := range reductions(rng) {
		source, reduced := chain[0].Source(), chain[len(chain)-1].Reduced()
		invert := func(w lift.Weights) lift.Weights {
			for k := len(chain) - 1; k >= 0; k-- {
				w = chain[k].Invert(w)
			}
			return w
		}
		apply := func(w lift.Weights) lift.Weights {
			for _, r := range chain {
				w = r.Apply(w)
			}
			return w
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
			w := lift.Weights{U: gaussian(rng, trial+1, narrow), V: gaussian(rng, trial+1, c)}
			of, _ := reduced.Objective(w)
			back := invert(w)
			got, _ := source.Objective(back)
			same("the objective of the network taken back", got, of)
			again, _ := reduced.Objective(apply(back))
			same("its objective there and back", again, of)

			w = lift.Weights{U: gaussian(rng, trial+1, wide), V: gaussian(rng, trial+1, c)}
			of, _ = source.Objective(w)
			if got, _ := reduced.Objective(apply(w)); !(got <= of*(1+1e-12)) {
				t.Errorf("%s: a network's objective rises from %v to %v", name, of, got)
			}

			// Multipliers: the same ‖Wᵀ(Xu)₊‖ in every direction, the same bound.
			dual := reduced.DualPoint(apply(w))
			taken := dual
			for k := len(chain) - 1; k >= 0; k-- {
				taken = InvertMultipliers(chain[k], taken)
			}
			directions := lift.Weights{U: gaussian(rng, 3, narrow), V: mat.NewDense(3, c, nil)}
			responses := func(p lift.Problem, at lift.Weights, w *mat.Dense) *mat.Dense {
				var out mat.Dense
				out.Mul(at.Activations(p.X).T(), w)
				return &out
			}
			if a, b := responses(reduced, directions, dual), responses(source, invert(directions), taken); !mat.EqualApprox(a, b, 1e-10) {
				t.Errorf("%s: Wᵀ(Xu)₊ is %v, taken back %v", name, mat.Formatted(a), mat.Formatted(b))
			}
			for _, h := range []float64{0.2, 1, 10} {
				same(fmt.Sprintf("the bound with h = %v", h), source.DualBound(taken, h), reduced.DualBound(dual, h))
			}
		}
		same("the objective without a neuron", objectiveOfNothing(source), objectiveOfNothing(reduced))
		if got := invert(lift.Weights{}); got.Width() != 0 {
			t.Errorf("%s: no network becomes one of width %d", name, got.Width())
		}
	}
}

func objectiveOfNothing(p lift.Problem) float64 {
	total, _ := p.Objective(lift.Weights{})
	return total
}

// TestRows holds what Basis and Factors say of the rows.
func TestRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for name, chain := range reductions(rng) {
		for _, r := range chain {
			want := mat.DenseCopyOf(r.Source().X)
			for i, f := range r.Factors() {
				row := want.RawRowView(i)
				for j := range row {
					row[j] *= f
				}
			}
			got := r.Reduced().X
			if basis := r.Basis(); basis != nil {
				var wide mat.Dense
				wide.Mul(got, basis.T())
				got = &wide
			}
			if !mat.EqualApprox(got, want, 1e-12) {
				t.Errorf("%s: the rows are not those of the source", name)
			}
		}
	}
}

func TestTallHasNoRowSpace(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	if r := NewRowSpace(lift.Problem{X: gaussian(rng, 5, 5), Y: gaussian(rng, 5, 1), Gamma: 1}); r != nil {
		t.Error("a square X was reduced")
	}
}
