package signs

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/exact"
	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem"
)

// patterns returns max ‖Wᵀ(Xu)₊‖ over the unit circle by going through all activation patterns: between two
// neighbouring kinks the value is ‖Mᵀu‖ with one matrix M, largest at M's leading direction or at an end.
func patterns(p problem.Problem, w *mat.Dense) float64 {
	n, _, c := p.Dims()
	value := func(angle float64) float64 {
		u := [2]float64{math.Cos(angle), math.Sin(angle)}
		f := make([]float64, c)
		for i := range n {
			x := p.X.RawRowView(i)
			short.Axpy(max(0, x[0]*u[0]+x[1]*u[1]), w.RawRowView(i), f)
		}
		return short.Norm(f)
	}
	var kinks []float64
	for i := range n {
		x := p.X.RawRowView(i)
		a := math.Atan2(x[0], -x[1])
		kinks = append(kinks, math.Mod(a+4*math.Pi, 2*math.Pi), math.Mod(a+3*math.Pi, 2*math.Pi))
	}
	slices.Sort(kinks)
	best := 0.0
	for k, a := range kinks {
		b := kinks[(k+1)%len(kinks)]
		if b <= a {
			b += 2 * math.Pi
		}
		middle := (a + b) / 2
		u := [2]float64{math.Cos(middle), math.Sin(middle)}
		var g00, g01, g11 float64
		m := mat.NewDense(2, c, nil)
		for i := range n {
			if x := p.X.RawRowView(i); x[0]*u[0]+x[1]*u[1] > 0 {
				short.Axpy(x[0], w.RawRowView(i), m.RawRowView(0))
				short.Axpy(x[1], w.RawRowView(i), m.RawRowView(1))
			}
		}
		g00, g01, g11 = short.Dot(m.RawRowView(0), m.RawRowView(0)), short.Dot(m.RawRowView(0), m.RawRowView(1)), short.Dot(m.RawRowView(1), m.RawRowView(1))
		top := math.Atan2(2*g01, g00-g11) / 2
		best = max(best, value(a), value(b))
		for _, turn := range [4]float64{-2 * math.Pi, -math.Pi, 0, math.Pi} {
			for _, more := range [2]float64{0, 2 * math.Pi} {
				if t := top + turn + more; t > a && t < b {
					best = max(best, value(t))
				}
			}
		}
	}
	return best
}

// The tree's bound of h(W) is right and tight for any W, not only for residuals of networks.
func TestTreeAgainstPatterns(t *testing.T) {
	for seed := range uint64(6) {
		c := 1 + int(seed)%2
		p := gaussianProblem(9, 2, c, 1, seed)
		w := gaussianProblem(9, 1, c, 1, seed+100).Y
		h := patterns(p, w)
		p.Gamma = h // so that leaves close at the true value
		tree, err := NewTree(p, w, Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		tree.Run(context.Background())
		if v := tree.Value(); v < 1-1e-9 || v > 1+1e-4 {
			t.Errorf("seed %d, %d outputs: the tree says %.8f times the true value", seed, c, v)
		}
		p.Gamma = h / 1.3 // the tree must not close below the true value
		tree, _ = NewTree(p, w, Options{Seed: seed})
		if status := tree.Run(context.Background()); status != Closed || tree.Value() < 1.3-1e-6 || tree.Value() > 1.31 {
			t.Errorf("seed %d, %d outputs: status %v, the tree says %.6f where 1.3 is right", seed, c, status, tree.Value())
		}
	}
}

// In three dimensions the value lies between the best direction and the tree's bound.
func TestTreeAgainstClimbing(t *testing.T) {
	for seed := range uint64(4) {
		c := 1 + int(seed)%2
		p := gaussianProblem(12, 3, c, 1, seed)
		w := gaussianProblem(12, 1, c, 1, seed+50).Y
		tree, err := NewTree(p, w, Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		best := 0.0
		u := make([]float64, 3)
		for range 3000 {
			gaussian(u, rng)
			normalise(u)
			best = max(best, tree.in.climb(u))
		}
		status := tree.Run(context.Background())
		if v := tree.Value(); v < best || v > max(1, best)*(1+1e-3) {
			t.Errorf("seed %d: %v after %d leaves, bound %.6f, best direction %.6f", seed, status, tree.Leaves(), v, best)
		}
	}
}

func TestSolveAgainstCones(t *testing.T) {
	for _, c := range []int{1, 2} {
		p := gaussianProblem(14, 3, c, 0.5, uint64(c))
		want, err := exact.Solve(context.Background(), p, exact.Options{Gap: 1e-5})
		if err != nil {
			t.Fatal(err)
		}
		got, err := Solve(context.Background(), p, problem.Weights{}, Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got.Status != GapReached && got.Status != Closed || got.Gap() > 2e-4 {
			t.Errorf("status %v with a gap of %g", got.Status, got.Gap())
		}
		if got.LowerBound > want.UpperBound*(1+1e-9) || got.UpperBound < want.LowerBound*(1-1e-9) {
			t.Errorf("signs: [%.8f, %.8f], cones: [%.8f, %.8f]", got.LowerBound, got.UpperBound, want.LowerBound, want.UpperBound)
		}
	}
}

// A network planted in the data is optimal for its own outputs plus what its neurons lack: with Y = f(X) + W and W
// scaled so that h(W) = γ at the planted direction, the optimum is known.
func TestPlantedNetwork(t *testing.T) {
	p := gaussianProblem(12, 3, 1, 1, 9)
	w := gaussianProblem(12, 1, 1, 1, 10).Y
	probe, err := NewTree(p, w, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 4))
	var top []float64
	best := 0.0
	for range 3000 {
		u := make([]float64, 3)
		gaussian(u, rng)
		normalise(u)
		if v := probe.in.climb(u); v > best {
			best, top = v, u
		}
	}
	p.Gamma = best
	neuron := problem.Weights{U: mat.NewDense(1, 3, scaled(top, 0.8)), V: mat.NewDense(1, 1, nil)}
	response := probe.in.response(top)[0]
	neuron.V.Set(0, 0, math.Copysign(0.8, response))
	p.Y.Add(neuron.Output(p.X, 1), w)
	optimum, _ := p.Objective(neuron)
	r, err := Solve(context.Background(), p, problem.Weights{}, Options{Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(r.UpperBound-optimum) > 1e-6*optimum || r.LowerBound > optimum*(1+1e-9) || r.LowerBound < optimum*(1-2e-4) {
		t.Errorf("proven %.8f, network %.8f, planted %.8f", r.LowerBound, r.UpperBound, optimum)
	}
}

// Parallel rows share an α; a zero row changes nothing but the constant.
func TestMergedRows(t *testing.T) {
	p := gaussianProblem(10, 3, 1, 0.5, 3)
	x, y := mat.NewDense(13, 3, nil), mat.NewDense(13, 1, nil)
	x.Slice(0, 10, 0, 3).(*mat.Dense).Copy(p.X)
	y.Slice(0, 10, 0, 1).(*mat.Dense).Copy(p.Y)
	x.SetRow(10, scaled(p.X.RawRowView(2), -2))
	x.SetRow(11, scaled(p.X.RawRowView(4), 0.5))
	for i := 10; i < 13; i++ {
		y.Set(i, 0, float64(i)/10)
	}
	merged := problem.Problem{X: x, Y: y, Gamma: 0.5}
	want, err := exact.Solve(context.Background(), merged, exact.Options{Gap: 1e-5})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Solve(context.Background(), merged, want.Weights, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Gap() > 2e-4 || got.LowerBound > want.UpperBound*(1+1e-9) {
		t.Errorf("signs: [%.8f, %.8f], cones: [%.8f, %.8f]", got.LowerBound, got.UpperBound, want.LowerBound, want.UpperBound)
	}
	requireProof(t, got.Tree, 1e-7)
}

// Whenever a run is interrupted, what it has proven holds.
func TestInterruption(t *testing.T) {
	p := gaussianProblem(14, 4, 1, 0.5, 12)
	w := p.Residual(trained(t, p))
	full, err := NewTree(p, w, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	full.Run(context.Background())
	proofs := 0
	for _, looks := range []int{0, 1, 3, 10, 30, 100} {
		ctx, cancel := context.WithCancel(context.Background())
		tree, err := NewTree(p, w, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		tree.Run(&watched{Context: ctx, left: looks, cancel: cancel})
		cancel()
		if tree.LowerBound() > full.LowerBound()*(1+1e-4) {
			t.Errorf("after %d looks at the context: %.8f is above %.8f of the whole tree", looks, tree.LowerBound(), full.LowerBound())
		}
		if math.IsInf(tree.Value(), 1) {
			if _, err := tree.Derivation(); !errors.Is(err, ErrNoProof) {
				t.Errorf("a tree without bounds has a derivation: %v", err)
			}
			continue
		}
		proofs++
		requireProof(t, tree, 1e-7)
		if status := tree.Run(context.Background()); status != Closed {
			t.Errorf("a tree that goes on ends with %v", status)
		}
	}
	if proofs < 2 {
		t.Errorf("%d of the runs proved something before they were interrupted", proofs)
	}
}

// watched is a context that ends after some looks at it.
type watched struct {
	context.Context
	left   int
	cancel context.CancelFunc
}

func (w *watched) Err() error {
	if w.left--; w.left < 0 {
		w.cancel()
	}
	return w.Context.Err()
}

func TestTreeIsDeterministic(t *testing.T) {
	p := gaussianProblem(14, 4, 1, 0.5, 12)
	w := p.Residual(trained(t, p))
	var courses [2][]float64
	for k := range courses {
		tree, err := NewTree(p, w, Options{Threads: 2, Seed: 7, Progress: func(s Progress) { courses[k] = append(courses[k], s.Value) }})
		if err != nil {
			t.Fatal(err)
		}
		tree.Run(context.Background())
	}
	if !slices.Equal(courses[0], courses[1]) {
		t.Errorf("two runs differ: %v and %v", courses[0], courses[1])
	}
}
