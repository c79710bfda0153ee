package metamorphic

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// change is a change of a problem of n rows, d features and c outputs into one of n', d' and c'.
type change struct {
	name    string
	problem problem.Problem // the changed one
	// columns (d×d') has orthonormal rows: a direction u of the original is columnsᵀu in the changed problem.
	columns mat.Matrix
	// toU (d×d') and toV (c×c') make weights of the changed problem from weights of the original.
	toU, toV mat.Matrix
	// W' = rows·W·outputs + addW (n'×n, c×c', n'×c') is feasible for the changed dual problem where W was.
	rows, outputs mat.Matrix
	addW          *mat.Dense // nil for zero
	// multipliers is the factor of Φ, Ω and Ψ, and gamma that of γ and of h(W).
	multipliers, gamma float64
	// scale and constant are the law: v of the original's objective is scale·v + constant.
	scale, constant float64
	// sameRows says that the rows and the order of their targets stay, so that a partition of them does.
	sameRows bool
	// exact says that the changed problem and W' come without rounding, whatever the original is.
	exact bool
	// apart says that rows have to be merged to see the law.
	apart bool
}

// law is what a value of the original's objective, or a bound of it, is in the changed problem.
func (c change) law(v float64) float64 { return c.scale*v + c.constant }

// network is the network of the changed problem that one of the original becomes.
func (c change) network(w problem.Weights) problem.Weights {
	return problem.Weights{U: product(w.U, c.toU), V: product(w.V, c.toV)}
}

// dual is what W of the original becomes.
func (c change) dual(w *mat.Dense) *mat.Dense {
	out := product(product(c.rows, w), c.outputs)
	if c.addW != nil {
		out.Add(out, c.addW)
	}
	return out
}

// problem returns n rows of d features and c outputs, with a zero row, a row that occurs twice, and one that is −2
// times another where n is at least 6.
func randomProblem(seed uint64, n, d, c int, gamma float64) problem.Problem {
	rng := rand.New(rand.NewPCG(seed, 2))
	x, y := mat.NewDense(n, d, nil), mat.NewDense(n, c, nil)
	for i := range n {
		for j := range d {
			x.Set(i, j, rng.NormFloat64())
		}
		for k := range c {
			y.Set(i, k, math.Abs(x.At(i, k%d))-0.5*x.At(i, 0)+0.3*rng.NormFloat64())
		}
	}
	if n >= 6 {
		clear(x.RawRowView(1))
		x.SetRow(3, x.RawRowView(2))
		for j, v := range x.RawRowView(4) {
			x.Set(5, j, -2*v)
		}
	}
	return problem.Problem{X: x, Y: y, Gamma: gamma}
}

// changes are the changes of p that the tests go through.
func changes(p problem.Problem) []change {
	n, d, c := p.Dims()
	rng := rand.New(rand.NewPCG(5, uint64(n)))
	list := []change{
		{name: "rows permuted", rows: permutation(rng, n), exact: true},
		{name: "columns permuted", columns: permutation(rng, d), sameRows: true, exact: true},
		{name: "a column's sign flipped", columns: flipped(d, rng.IntN(d)), sameRows: true, exact: true},
		{name: "X rotated", columns: rotation(rng, d), sameRows: true},
		{name: "a column of zeros", columns: identity(d, d+1), sameRows: true, exact: true},
		{name: "a column in two, each over √2", columns: twice(d, rng.IntN(d)), sameRows: true},
		{name: "outputs permuted", outputs: permutation(rng, c), exact: true},
		{name: "outputs rotated", outputs: rotation(rng, c)},
		{name: "an output of zeros", outputs: identity(c, c+1), sameRows: true, exact: true},
		scaled("X and γ times 4", p, 4, 1),
		scaled("X and γ times 3", p, 3, 1),
		scaled("Y and γ times 1/8", p, 1, 0.125),
		scaled("Y and γ times 10", p, 1, 10),
		scaled("X times 1/16, Y times 4, γ times 1/4", p, 1.0/16, 4),
		withZeroRow(rng, p),
		split("a row in four, each half of it", p, rng.IntN(n), 0),
		split("a row in four, each half of it, with other targets", p, n-1, 0.25),
	}
	for i := range list {
		list[i].complete(p)
	}
	return list
}

// complete sets what is the identity or one, or follows from the matrices.
func (c *change) complete(p problem.Problem) {
	n, d, outputs := p.Dims()
	for _, factor := range []*float64{&c.scale, &c.multipliers, &c.gamma} {
		if *factor == 0 {
			*factor = 1
		}
	}
	for _, of := range []struct {
		matrix   *mat.Matrix
		fallback mat.Matrix
	}{{&c.columns, identity(d, d)}, {&c.outputs, identity(outputs, outputs)}, {&c.rows, identity(n, n)}} {
		if *of.matrix == nil {
			*of.matrix = of.fallback
		}
	}
	if c.toU == nil {
		c.toU, c.toV = c.columns, c.outputs
	}
	if c.problem.X == nil {
		c.problem = problem.Problem{
			X:     product(product(c.rows, p.X), c.columns),
			Y:     product(product(c.rows, p.Y), c.outputs),
			Gamma: p.Gamma,
		}
	}
}

// scaled is X' = sX, Y' = rY, γ' = srγ.  With √(r/s)U and √(r/s)V a network's outputs grow by r, and ‖U‖² + ‖V‖² by r/s,
// so that both parts of the objective grow by r².  ‖W'ᵀ(X'u)₊‖ with W' = rW grows by sr, as γ does, and so
// does S with multipliers times r/s.
func scaled(name string, p problem.Problem, s, r float64) change {
	_, d, c := p.Dims()
	var x, y, u, v, w mat.Dense
	x.Scale(s, p.X)
	y.Scale(r, p.Y)
	u.Scale(math.Sqrt(r/s), identity(d, d))
	v.Scale(math.Sqrt(r/s), identity(c, c))
	w.Scale(r, identity(c, c))
	return change{
		name: name, problem: problem.Problem{X: &x, Y: &y, Gamma: s * r * p.Gamma},
		toU: &u, toV: &v, outputs: &w, multipliers: r / s, gamma: s * r, scale: r * r,
		sameRows: true, exact: power(s) && power(r),
	}
}

// withZeroRow appends a row of X that is zero: ½‖y‖² is added whatever the network, and W = y is best there.
func withZeroRow(rng *rand.Rand, p problem.Problem) change {
	n, d, c := p.Dims()
	x, y, w := mat.NewDense(n+1, d, nil), mat.NewDense(n+1, c, nil), mat.NewDense(n+1, c, nil)
	x.Copy(p.X)
	y.Copy(p.Y)
	added := 0.0
	for k := range c {
		v := math.Round(8*rng.NormFloat64()) / 8
		y.Set(n, k, v)
		w.Set(n, k, v)
		added += v * v / 2
	}
	return change{
		name: "a row of zeros", problem: problem.Problem{X: x, Y: y, Gamma: p.Gamma},
		rows: identity(n+1, n), addW: w, constant: added, exact: true,
	}
}

// split replaces row i by four times half of it, with targets ½y ± δ, twice each: the sum of their squares is
// ‖f − y‖² + 4‖δ‖², and W_k = ½w ± δ have Σ W_k(½xᵀu)₊ = w(xᵀu)₊.
func split(name string, p problem.Problem, i int, delta float64) change {
	n, d, c := p.Dims()
	x, y, w := mat.NewDense(n+3, d, nil), mat.NewDense(n+3, c, nil), mat.NewDense(n+3, c, nil)
	rows := mat.NewDense(n+3, n, nil)
	x.Copy(p.X)
	y.Copy(p.Y)
	rows.Copy(identity(n, n))
	for part, k := range []int{i, n, n + 1, n + 2} {
		sign := delta
		if part%2 == 1 {
			sign = -delta
		}
		rows.Set(k, i, 0.5)
		for j, v := range p.X.RawRowView(i) {
			x.Set(k, j, v/2)
		}
		for q, v := range p.Y.RawRowView(i) {
			y.Set(k, q, v/2+sign)
			w.Set(k, q, sign)
		}
	}
	return change{
		name: name, problem: problem.Problem{X: x, Y: y, Gamma: p.Gamma},
		rows: rows, addW: w, constant: 2 * delta * delta * float64(c), apart: delta != 0,
	}
}

func identity(rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	for i := range min(rows, cols) {
		m.Set(i, i, 1)
	}
	return m
}

func permutation(rng *rand.Rand, n int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i, j := range rng.Perm(n) {
		m.Set(i, j, 1)
	}
	return m
}

func flipped(n, j int) *mat.Dense {
	m := identity(n, n)
	m.Set(j, j, -1)
	return m
}

// rotation is an orthogonal matrix.
func rotation(rng *rand.Rand, n int) *mat.Dense {
	g := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			g.Set(i, j, rng.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(g)
	var q mat.Dense
	qr.QTo(&q)
	return &q
}

// twice is the d×(d+1) matrix that replaces column j by two, each over √2: its rows are orthonormal.
func twice(d, j int) *mat.Dense {
	m := identity(d, d+1)
	m.Set(j, j, math.Sqrt2/2)
	m.Set(j, d, math.Sqrt2/2)
	return m
}

// power reports whether v is a power of two.
func power(v float64) bool {
	fraction, _ := math.Frexp(v)
	return fraction == 0.5
}

func product(a, b mat.Matrix) *mat.Dense {
	var out mat.Dense
	out.Mul(a, b)
	return &out
}
