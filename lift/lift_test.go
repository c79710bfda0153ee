package lift

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

func gaussian(seed uint64, rows, cols int) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 1))
	a := mat.NewDense(rows, cols, nil)
	a.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, a)
	return a
}

// warty has a zero row, duplicates, parallel and antiparallel rows and rank 2 in 3 columns.
func warty() problem.Problem {
	x := gaussian(1, 10, 3)
	for i := range 10 {
		x.Set(i, 2, x.At(i, 0)+x.At(i, 1))
	}
	scale := func(to, from int, s float64) {
		for j := range 3 {
			x.Set(to, j, s*x.At(from, j))
		}
	}
	scale(2, 0, 1)
	scale(3, 0, 0.5)
	scale(4, 0, -2)
	scale(5, 1, -1)
	scale(6, 1, 0)
	return problem.Problem{X: x, Y: gaussian(2, 10, 2), Gamma: 0.3}
}

func TestPresolveGroups(t *testing.T) {
	p := warty()
	red, err := Presolve(p)
	if err != nil {
		t.Fatal(err)
	}
	m, rank, q := red.Dims()
	if m != 5 || rank != 2 || q != 7 {
		t.Errorf("m, rank, fits = %d, %d, %d; expected 5, 2, 7", m, rank, q)
	}
	if red.MergedInto[6] != -1 {
		t.Errorf("zero row is merged into %d", red.MergedInto[6])
	}
	for i, k := range red.MergedInto {
		if k < 0 {
			continue
		}
		for j := range 3 {
			if p.X.At(i, j) != red.MergeScale[i]*p.X.At(red.Representatives[k], j) {
				t.Errorf("row %d is not %v times its representative", i, red.MergeScale[i])
			}
		}
	}
	for k, i := range red.Representatives {
		if red.MergedInto[i] != k || red.MergeScale[i] != 1 {
			t.Errorf("representative %d is not its own", k)
		}
		if !(math.Abs(mat.Norm(red.X.RowView(k), 2)-1) <= 1e-12) {
			t.Errorf("row %d of the reduced X has norm %v", k, mat.Norm(red.X.RowView(k), 2))
		}
	}
}

func TestInexactlyParallelRowsStaySeparate(t *testing.T) {
	x := mat.NewDense(2, 2, []float64{0.1, 0.3, 0.1, math.Nextafter(0.3, 1)})
	red, err := Presolve(problem.Problem{X: x, Y: gaussian(3, 2, 1), Gamma: 1})
	if err != nil {
		t.Fatal(err)
	}
	if m, _, _ := red.Dims(); m != 2 {
		t.Errorf("rows that differ in the last bit were merged")
	}
}

// TestReductionKeepsObjective compares the reduced value of a network's factor with the
// unreduced kernel ridge regression on all rows.
func TestReductionKeepsObjective(t *testing.T) {
	p := warty()
	red, err := Presolve(p)
	if err != nil {
		t.Fatal(err)
	}
	// Neurons in the row space: only there ‖û‖ = ‖u‖.
	var u mat.Dense
	u.Mul(gaussian(4, 4, 2), red.Basis.T())
	w := problem.Weights{U: &u, V: gaussian(5, 4, 2)}
	f := red.FactorOf(w)
	value, residual := red.Value(f)

	h := w.Activations(p.X)
	n, _, c := p.Dims()
	k := mat.NewSymDense(n, nil)
	k.SymOuterK(1, h)
	for i := range n {
		k.SetSym(i, i, k.At(i, i)+p.Gamma)
	}
	var chol mat.Cholesky
	chol.Factorize(k)
	var qy mat.Dense
	if err := chol.SolveTo(&qy, p.Y); err != nil {
		t.Fatal(err)
	}
	want := p.Gamma / 2 * mat.Norm(&u, 2) * mat.Norm(&u, 2)
	for i := range n {
		for j := range c {
			want += p.Gamma / 2 * qy.At(i, j) * p.Y.At(i, j)
		}
	}
	if !(math.Abs(value-want) <= 1e-12*want) {
		t.Errorf("reduced value %.15g, on all rows %.15g", value, want)
	}
	// The multiplier of the fit is the residual γ(K+γI)⁻¹Y on all rows.
	m := len(red.Representatives)
	zero := mat.NewDense(m, m, nil)
	mu := red.Multipliers(residual, zero, zero, zero)
	qy.Scale(p.Gamma, &qy)
	if !mat.EqualApprox(mu.W, &qy, 1e-12) {
		t.Errorf("W and the residual on all rows differ")
	}
	// The published factor of a network holds its own activations.
	full := red.PublishedFactor(f)
	if !mat.EqualApprox(full.Slice(0, n, 0, 4), h, 1e-12) {
		t.Errorf("α of the published factor and the activations differ")
	}
	if !mat.EqualApprox(red.Directions(f), &u, 1e-12) {
		t.Errorf("directions and first-layer weights differ")
	}
}

// TestPart takes two groups of four and puts multipliers of theirs into the whole.
func TestPart(t *testing.T) {
	x := mat.NewDense(7, 2, []float64{
		1, 2,
		0, 0,
		3, 1,
		-2, -4, // with row 0
		1, 1,
		6, 2, // with row 2
		1, -1,
	})
	y := mat.NewDense(7, 1, []float64{1, 2, 3, 4, 5, 6, 7})
	whole, err := Presolve(problem.Problem{X: x, Y: y, Gamma: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	part := whole.Part([]int{0, 3})
	want := mat.NewDense(3, 2, []float64{1, 2, -2, -4, 1, -1})
	if !mat.Equal(part.Problem.X, want) || !mat.Equal(part.Problem.Y, mat.NewDense(3, 1, []float64{1, 4, 7})) {
		t.Fatalf("rows %v", part.Problem)
	}
	red, err := Presolve(part.Problem)
	if err != nil {
		t.Fatal(err)
	}
	if len(red.Representatives) != 2 {
		t.Fatalf("%d representatives", len(red.Representatives))
	}
}

// Multipliers that are given as matrices come back symmetric, without what is negative.
func TestSparseMultipliers(t *testing.T) {
	square := func(a, b, c, d float64) *mat.Dense { return mat.NewDense(2, 2, []float64{a, b, c, d}) }
	mu := SparseMultipliers(mat.NewDense(2, 1, []float64{1, 2}), square(5, 1, 3, 5), square(-4, 5, -6, 7), square(8, -9, -9, 1))
	if want := []Pair{{0, 1, 2}, {0, 3, 5}}; !slices.Equal(mu.Pairs, want) || !slices.Equal(mu.Psi, []float64{-8, 14}) {
		t.Errorf("pairs %v and ψ %v, expected %v and [−8 14]", mu.Pairs, mu.Psi, want)
	}
	phi, psi, omega := mu.Dense()
	if !mat.Equal(phi, square(0, 2, 2, 0)) || !mat.Equal(psi, square(-4, 5, 0, 7)) || !mat.Equal(omega, square(0, 0, 0, 0)) {
		t.Errorf("Φ %v, Ψ %v, Ω %v", mat.Formatted(phi), mat.Formatted(psi), mat.Formatted(omega))
	}
	again := SparseMultipliers(mu.W, phi, psi, omega)
	if !slices.Equal(again.Pairs, mu.Pairs) || !slices.Equal(again.Psi, mu.Psi) {
		t.Errorf("there and back: %v, expected %v", again, mu)
	}
}
