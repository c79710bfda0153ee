package relax

import (
	"context"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
)

// algebra is what RELIFT_BLAS names, as in the program.
var algebra = func() linalg.Algebra {
	a, err := linalg.FromEnvironment()
	if err != nil {
		panic(err)
	}
	return a
}()

// gaussian returns a problem with standard normal entries.
func gaussian(t testing.TB, seed uint64, n, d, c int, gamma float64) problem.Problem {
	t.Helper()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	fill := func(rows, cols int) *mat.Dense {
		a := mat.NewDense(rows, cols, nil)
		a.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, a)
		return a
	}
	return problem.Problem{X: fill(n, d), Y: fill(n, c), Gamma: gamma}
}

func presolve(t testing.TB, p problem.Problem) *lift.Reduced {
	t.Helper()
	red, err := lift.Presolve(p.On(algebra))
	if err != nil {
		t.Fatal(err)
	}
	return red
}

func solve(t testing.TB, red *lift.Reduced, opts Options) *Result {
	t.Helper()
	res, err := Solve(context.Background(), red, opts)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// merged returns a problem with a duplicate, a parallel, two antiparallel and a zero row.
func merged(t testing.TB) problem.Problem {
	p := gaussian(t, 5, 12, 2, 2, 0.2)
	for j := range 2 {
		p.X.Set(3, j, p.X.At(0, j))
		p.X.Set(4, j, 2*p.X.At(1, j))
		p.X.Set(5, j, -0.5*p.X.At(1, j))
		p.X.Set(6, j, -p.X.At(2, j))
		p.X.Set(7, j, 0)
	}
	return p
}

// somewhere returns an interior-point iterate in the middle of a solve.
func somewhere(t testing.TB, p problem.Problem) *interior {
	ip, err := newInterior(presolve(t, p))
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		ms := ip.measure(1e-6)
		ip.extend(ms)
		if ip.step(ms) == 0 {
			t.Fatal("no step")
		}
	}
	return ip
}

func TestSchurComplementMatchesItsOperator(t *testing.T) {
	for _, p := range []problem.Problem{gaussian(t, 1, 6, 2, 3, 0.3), merged(t)} {
		ip := somewhere(t, p)
		inv, ok := inverse(algebra, ip.s)
		if !ok {
			t.Fatal("S is not positive definite")
		}
		h := mat.NewDense(len(ip.pairs), len(ip.pairs), nil)
		ip.schur(h, ip.pairs, ip.lift(ip.z), ip.lift(inv))
		for j := range ip.pairs {
			unit := make([]float64, len(ip.pairs))
			unit[j] = 1
			column := ip.values(ip.lift(triple(algebra, ip.z, ip.adjoint(unit), inv)))
			for i := j; i < len(ip.pairs); i++ {
				if diff := math.Abs(column[i] - h.At(i, j)); !(diff <= 1e-10*math.Sqrt(h.At(i, i)*h.At(j, j))) {
					t.Fatalf("entry (%d,%d): operator %g, assembled %g", i, j, column[i], h.At(i, j))
				}
			}
		}
	}
}

// TestEliminationSolvesTheSystem compares with the assembled system, in which TᵀT is replaced by its
// diagonal: nothing else is approximated, and with one output nothing at all.
func TestEliminationSolvesTheSystem(t *testing.T) {
	one := merged(t)
	one.Y = mat.DenseCopyOf(one.Y.ColView(0))
	for _, p := range []problem.Problem{one, gaussian(t, 1, 9, 2, 3, 0.3), merged(t)} {
		ip := somewhere(t, p)
		inv, ok := inverse(algebra, ip.s)
		if !ok {
			t.Fatal("S is not positive definite")
		}
		lz, ls := ip.lift(ip.z), ip.lift(inv)
		order := len(ip.pairs)
		diagonal := make([]float64, order)
		for i := range diagonal {
			diagonal[i] = 1
			if i >= ip.fits {
				diagonal[i] = ip.t[i-ip.fits] / ip.y[i]
			}
		}
		el, ok := newElimination(ip.conditions, ip.z, inv, lz, ls, diagonal,
			mat.NewDense(ip.signs(), ip.signs(), nil), newEliminationWork(ip.conditions))
		if !ok {
			t.Fatal("no factor")
		}
		h := mat.NewDense(order, order, nil)
		ip.schur(h, ip.pairs, lz, ls)
		mirror(algebra, h)
		var back, square mat.Dense
		if err := back.Inverse(el.turn); err != nil {
			t.Fatal(err)
		}
		square.Mul(el.turn.T(), el.turn)
		square.Apply(func(i, j int, v float64) float64 {
			if i != j {
				return 0
			}
			return v
		}, &square)
		identity := product(algebra, back.T(), product(algebra, &square, &back))
		if ip.c == 1 && math.Abs(identity.At(0, 0)-1) > 1e-12 {
			t.Errorf("with one output the identity is %g", identity.At(0, 0))
		}
		for i := range order {
			if i >= ip.fits {
				h.Set(i, i, h.At(i, i)+diagonal[i])
				continue
			}
			for k := range ip.c {
				j := i/ip.c*ip.c + k
				h.Set(i, j, h.At(i, j)+identity.At(i%ip.c, k))
			}
		}
		rnd := rand.New(rand.NewPCG(5, 5))
		x := mat.NewVecDense(order, nil)
		for i := range order {
			x.SetVec(i, rnd.NormFloat64()/math.Sqrt(h.At(i, i)))
		}
		var rhs, diff mat.VecDense
		rhs.MulVec(h, x)
		el.solve(rhs.RawVector().Data)
		diff.SubVec(&rhs, x)
		if !(mat.Norm(&diff, 2) <= 1e-8*mat.Norm(x, 2)) {
			t.Errorf("%d outputs: the solution is wrong by %g of %g", ip.c, mat.Norm(&diff, 2), mat.Norm(x, 2))
		}
	}
}

// TestEliminationReachesTheSameOptimum solves with the entries of W as unknowns and eliminated.
func TestEliminationReachesTheSameOptimum(t *testing.T) {
	for _, p := range []problem.Problem{gaussian(t, 11, 24, 3, 3, 0.2), merged(t)} {
		red := presolve(t, p)
		want := solve(t, red, Options{Method: InteriorPoint})
		ip, err := newInterior(red)
		if err != nil {
			t.Fatal(err)
		}
		ip.eliminated = newEliminationWork(ip.conditions)
		got := ip.solve(context.Background(), Options{Tolerance: 1e-6, MaxOuter: 200}, time.Now())
		if got.Status != Optimal || !(math.Abs(got.Value-want.Value) <= 3e-6*want.Value) {
			t.Errorf("%v at %g, without elimination %g", got.Status, got.Value, want.Value)
		}
	}
}

// TestConditionsAreGenerated solves with the set that the method makes and checks the conditions
// outside of it, and that the multipliers are feasible for all of them.
func TestConditionsAreGenerated(t *testing.T) {
	for _, p := range []problem.Problem{gaussian(t, 11, 24, 3, 2, 0.2), gaussian(t, 12, 30, 2, 1, 0.05)} {
		red := presolve(t, p)
		var last Iterate
		res := solve(t, red, Options{Method: InteriorPoint, Record: func(it Iterate) bool { last = it; return false }})
		m, r, _ := red.Dims()
		if all := m * (2*m - 1); last.Conditions > all/2 {
			t.Errorf("%d of %d conditions were needed", last.Conditions, all)
		}
		al := newLagrangian(red)
		k := res.Factor.Columns()
		lines := mat.NewDense(2*m, k, nil)
		al.stack(lines, res.Factor.Alpha, res.Factor.U)
		var signs mat.Dense
		signs.Mul(lines, lines.T())
		for a := range 2 * m {
			for b := range 2 * m {
				length := math.Sqrt(signs.At(a, a) * signs.At(b, b))
				v := signs.At(a, b)
				if (a+m)%(2*m) == b {
					v = -math.Abs(v)
				}
				if a != b && !(v >= -2e-6*length) {
					t.Errorf("T[%d,%d] = %g at lengths %g", a, b, signs.At(a, b), length)
				}
			}
		}
		w := mat.DenseCopyOf(res.Multipliers.W)
		scaled := func(a *mat.Dense) *mat.Dense {
			out := mat.DenseCopyOf(a)
			out.Apply(func(i, j int, v float64) float64 { return v * red.RowScale[i] * red.RowScale[j] }, out)
			return out
		}
		phi, psi, omega := res.Multipliers.Dense()
		s := slackMatrix(red, w, scaled(phi), scaled(psi), scaled(omega))
		var eig mat.EigenSym
		if !eig.Factorize(s, false) {
			t.Fatal("eigenvalues did not converge")
		}
		if values := eig.Values(nil); !(values[0] >= -1e-8*values[m+r-1]) {
			t.Errorf("smallest eigenvalue of S %g, largest %g", values[0], values[m+r-1])
		}
	}
}

// TestSparseProduct compares the product with the Hessian entry by entry with that by matrices.
func TestSparseProduct(t *testing.T) {
	red := presolve(t, gaussian(t, 13, 40, 3, 2, 0.3))
	al := newLagrangian(red)
	al.sigma = 2
	f, g := firstFactor(red, lift.Factor{}, 5, 1)
	df, dg := firstFactor(red, lift.Factor{}, 5, 2)
	// A point with few negative entries of T.
	for i := range 4 {
		f.Set(i, 0, f.At(i, 0)-0.3)
	}
	pt := al.at(f, g, nil)
	wf, wg := al.hessian(pt, df, dg)
	denseModel := al.arrow(pt)
	if pt.pattern = al.newPattern(pt); pt.pattern == nil {
		t.Fatal("the pattern is not sparse")
	}
	hf, hg := al.hessian(pt, df, dg)
	if !mat.EqualApprox(hf, wf, 1e-10*mat.Norm(wf, 2)) || !mat.EqualApprox(hg, wg, 1e-10*mat.Norm(wg, 2)) {
		t.Error("the sparse product differs from the dense one")
	}
	sparseModel := al.arrow(pt)
	zf, _ := denseModel.solve(df, dg)
	yf, _ := sparseModel.solve(df, dg)
	if !mat.EqualApprox(zf, yf, 1e-8*mat.Norm(zf, 2)) {
		t.Error("the preconditioner from the pattern differs from the dense one")
	}
}

func TestAugmentedLagrangianDerivatives(t *testing.T) {
	for _, p := range []problem.Problem{gaussian(t, 2, 9, 3, 2, 0.3), merged(t)} {
		red := presolve(t, p)
		al := newLagrangian(red)
		al.sigma = 3
		for i := range al.mult.RawMatrix().Data {
			al.mult.RawMatrix().Data[i] = 0.3
		}
		for a := range 2 * al.m {
			al.mult.Set(a, a, 0)
		}
		f, g := firstFactor(red, lift.Factor{}, 4, 1)
		df, dg := firstFactor(red, lift.Factor{}, 4, 2)
		pt := al.at(f, g, nil)
		step := func(h float64) *point {
			f2, g2 := mat.DenseCopyOf(f), mat.DenseCopyOf(g)
			linalg.Axpy(h, df.RawMatrix().Data, f2.RawMatrix().Data)
			linalg.Axpy(h, dg.RawMatrix().Data, g2.RawMatrix().Data)
			return al.at(f2, g2, nil)
		}
		const h = 1e-5
		up, down := step(h), step(-h)
		want, got := (up.value-down.value)/(2*h), inner2(df, dg, pt.gf, pt.gg)
		if !(math.Abs(want-got) <= 1e-6*math.Abs(want)) {
			t.Errorf("slope %g, by differences %g", got, want)
		}
		hf, hg := al.hessian(pt, df, dg)
		for _, part := range []struct{ up, down, got *mat.Dense }{{up.gf, down.gf, hf}, {up.gg, down.gg, hg}} {
			var numeric mat.Dense
			numeric.Sub(part.up, part.down)
			numeric.Scale(1/(2*h), &numeric)
			numeric.Sub(&numeric, part.got)
			if !(mat.Norm(&numeric, 2) <= 1e-6*mat.Norm(part.got, 2)) {
				t.Errorf("Hessian product is off by %g of %g", mat.Norm(&numeric, 2), mat.Norm(part.got, 2))
			}
		}
		// ∇φ = 2SR ties the gradient to the certificate's S.
		phi, psi, omega := al.blocks(pt)
		s := slackMatrix(red, pt.w, phi, psi, omega)
		var r, sr, grad mat.Dense
		r.Stack(f, g)
		sr.Mul(s, &r)
		sr.Scale(2, &sr)
		grad.Stack(pt.gf, pt.gg)
		sr.Sub(&sr, &grad)
		if !(mat.Norm(&sr, 2) <= 1e-10*mat.Norm(&grad, 2)) {
			t.Errorf("2SR and the gradient differ by %g of %g", mat.Norm(&sr, 2), mat.Norm(&grad, 2))
		}
	}
}

func TestArrowIsSymmetricPositiveDefinite(t *testing.T) {
	// Conjugate gradients need a preconditioner whose inverse is symmetric and positive definite:
	// both are checked on the inverse, column by column.
	red := presolve(t, gaussian(t, 3, 7, 3, 2, 0.3))
	al := newLagrangian(red)
	f, g := firstFactor(red, lift.Factor{}, 3, 1)
	pt := al.at(f, g, nil)
	pre := al.arrow(pt)
	m, r, k := al.m, al.r, 3
	n := (m + r) * k
	inverse := mat.NewDense(n, n, nil)
	for v := range n {
		rf, rg := mat.NewDense(m, k, nil), mat.NewDense(r, k, nil)
		if v < m*k {
			rf.RawMatrix().Data[v] = 1
		} else {
			rg.RawMatrix().Data[v-m*k] = 1
		}
		zf, zg := pre.solve(rf, rg)
		for u := range n {
			if u < m*k {
				inverse.Set(u, v, zf.RawMatrix().Data[u])
			} else {
				inverse.Set(u, v, zg.RawMatrix().Data[u-m*k])
			}
		}
	}
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			if diff := math.Abs(inverse.At(i, j) - inverse.At(j, i)); !(diff <= 1e-9*math.Sqrt(inverse.At(i, i)*inverse.At(j, j))) {
				t.Fatalf("not symmetric at (%d,%d): %g and %g", i, j, inverse.At(i, j), inverse.At(j, i))
			}
			sym.SetSym(i, j, inverse.At(i, j))
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(sym) {
		t.Error("the preconditioner is not positive definite")
	}
}

func TestMethodsAgree(t *testing.T) {
	for _, p := range []problem.Problem{gaussian(t, 4, 10, 2, 2, 0.3), gaussian(t, 5, 12, 4, 1, 0.5), merged(t)} {
		red := presolve(t, p)
		interior := solve(t, red, Options{Method: InteriorPoint})
		low := solve(t, red, Options{Method: LowRank, MaxOuter: 40, Tolerance: 1e-5})
		if !(math.Abs(interior.Value-low.Value) <= 1e-4*interior.Value) {
			t.Errorf("interior-point %.8f (%v), low-rank %.8f (%v)", interior.Value, interior.Status, low.Value, low.Status)
		}
	}
}

// TestPublishedConstraints rebuilds the paper's Λ and checks every published constraint.
func TestPublishedConstraints(t *testing.T) {
	problems := []problem.Problem{gaussian(t, 6, 9, 3, 2, 0.2), merged(t)}
	for _, p := range problems {
		red := presolve(t, p)
		res := solve(t, red, Options{Method: InteriorPoint})
		lambda := red.Lambda(res.Factor)
		n, d, c := p.Dims()
		size := 2*n + d + c
		top := mat.Max(lambda)
		tol := 1e-6 * top
		var eig mat.EigenSym
		if !eig.Factorize(lambda, false) {
			t.Fatal("eigenvalues did not converge")
		}
		if low := eig.Values(nil)[0]; !(low >= -tol) {
			t.Errorf("smallest eigenvalue of Λ is %g", low)
		}
		for i := range 2 * n {
			for j := range 2 * n {
				if !(lambda.At(i, j) >= -tol) {
					t.Fatalf("Λ[%d,%d] = %g is negative", i, j, lambda.At(i, j))
				}
			}
		}
		for i := range n {
			if v := lambda.At(i, n+i); !(math.Abs(v) <= tol) {
				t.Errorf("diag Λ_αβ[%d] = %g", i, v)
			}
		}
		m := mat.NewDense(n, size, nil)
		for i := range n {
			m.Set(i, i, -1)
			m.Set(i, n+i, 1)
			for j := range d {
				m.Set(i, 2*n+j, p.X.At(i, j))
			}
		}
		var ml, mlm mat.Dense
		ml.Mul(m, lambda)
		mlm.Mul(&ml, m.T())
		if v := mat.Norm(&mlm, 2); !(v <= tol) {
			t.Errorf("‖MΛMᵀ‖ = %g", v)
		}
		// The published objective.
		fit := mat.DenseCopyOf(lambda.SliceSym(0, size).(*mat.SymDense))
		var rest mat.Dense
		rest.Sub(fit.Slice(0, n, 2*n+d, size), p.Y)
		norm := mat.Norm(&rest, 2)
		objective := norm * norm / 2
		for i := 2 * n; i < size; i++ {
			objective += p.Gamma / 2 * lambda.At(i, i)
		}
		if !(math.Abs(objective-res.Value) <= 1e-6*res.Value) {
			t.Errorf("published objective %.9f, reduced value %.9f", objective, res.Value)
		}
	}
}

// TestReference compares with the reference optima of the shared random problems.  They are good
// to 4e-6: on problem 3 with γ = 0.1 the reference is 8.0454937, and a verified certificate proves
// 8.0455205 for a primal value of 8.0455211.
func TestReference(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "..", "shared", "data", "random", "reference.csv"))
	if err != nil {
		t.Skipf("shared data are not here: %v", err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = 8
	}
	for row := 1; row < len(records); row += step {
		rec := records[row]
		trial, _ := strconv.Atoi(rec[0])
		gamma, _ := strconv.ParseFloat(rec[1], 64)
		want, _ := strconv.ParseFloat(rec[2], 64)
		name := filepath.Join("random", "random"+strconv.Itoa(1000 + trial)[1:]+".csv")
		res := solve(t, presolve(t, shared(t, name, 5, gamma)), Options{})
		if !(math.Abs(res.Value-want) <= 1e-5*want) {
			t.Errorf("%s, γ=%g: value %.8f, reference %.8f", name, gamma, res.Value, want)
		}
	}
}

func TestSolveEdgeCases(t *testing.T) {
	// Nothing but zero rows.
	p := problem.Problem{X: mat.NewDense(2, 1, nil), Y: mat.NewDense(2, 1, []float64{3, 4}), Gamma: 1}
	if res := solve(t, presolve(t, p), Options{}); res.Value != 12.5 || res.Status != Optimal {
		t.Errorf("zero rows: value %v, status %v", res.Value, res.Status)
	}
	// A weight decay so large that the zero network is optimal.
	q := gaussian(t, 7, 5, 2, 1, 1e4)
	norm := mat.Norm(q.Y, 2)
	for _, method := range []Method{InteriorPoint, LowRank} {
		res := solve(t, presolve(t, q), Options{Method: method, MaxOuter: 40, Tolerance: 1e-5})
		if !(math.Abs(res.Value-norm*norm/2) <= 1e-5*norm*norm) {
			t.Errorf("%v: value %g, expected ½‖Y‖² = %g", method, res.Value, norm*norm/2)
		}
	}
	// One row.
	one := gaussian(t, 8, 1, 3, 2, 0.1)
	solve(t, presolve(t, one), Options{})
	if _, err := Solve(context.Background(), presolve(t, one), Options{Tolerance: math.NaN()}); err == nil {
		t.Error("a tolerance of NaN was accepted")
	}
}

func TestInterruptionAndDeterminism(t *testing.T) {
	red := presolve(t, gaussian(t, 9, 14, 3, 2, 0.2))
	for _, method := range []Method{InteriorPoint, LowRank} {
		ctx, cancel := context.WithCancel(context.Background())
		res, err := Solve(ctx, red, Options{Method: method, Record: func(it Iterate) bool {
			if it.Outer == 2 {
				cancel()
			}
			return false
		}})
		cancel()
		if err != nil || res.Status != Interrupted || res.Multipliers.W == nil || res.Factor.Columns() == 0 {
			t.Errorf("%v interrupted: status %v, error %v", method, res.Status, err)
		}
		a := solve(t, red, Options{Method: method, MaxOuter: 4, Seed: 3})
		b := solve(t, red, Options{Method: method, MaxOuter: 4, Seed: 3})
		if a.Value != b.Value || !slices.Equal(a.Multipliers.Psi, b.Multipliers.Psi) {
			t.Errorf("%v: two runs with one seed differ", method)
		}
	}
}

func TestLargest(t *testing.T) {
	for _, c := range []int{1, 3, 10, 40} {
		k := Largest(c, math.Inf(1))
		if k < 10 || unknownsOf(k, k*c, c) > InteriorLimit {
			t.Errorf("%d outputs: %d rows", c, k)
		}
		if more := Largest(c, 2*workOf(k, k*c, c)); more != k {
			t.Errorf("%d outputs: %d rows with limited work, %d without a limit", c, more, k)
		}
		if none := Largest(c, 0); none != 0 {
			t.Errorf("%d outputs: %d rows without work", c, none)
		}
	}
	if k := Largest(2, WorkFor(30, 2)); k != 30 {
		t.Errorf("the work of 30 rows is enough for %d", k)
	}
	if Memory(5000, 10) != Memory(Largest(10, MostWork), 10) {
		t.Error("a problem that is too large needs the memory of its largest sample")
	}
}
