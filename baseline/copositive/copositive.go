// Package copositive solves the relaxation over activation patterns of A.
// Sahiner, T. Ergen, J. Pauly and M. Pilanci (Vector-output ReLU neural network
// problems are copositive programs, ICLR 2021).
//
// # Problem
//
// With the activation patterns D_i of cells K_i = {u : (2D_i − I)Xu ≥ 0},
//
//	min over U_i ⪰ 0  ½ tr Yᵀ(I + 2 Σ_i D_iXU_iXᵀD_i)⁻¹Y + β² Σ_i tr U_i
//	subject to        (2D_i − I)XU_iXᵀ(2D_i − I) ≥ 0 entrywise.
//
// # Regulariser
//
// It relaxes the training problem of package problem with γ = β: there, with
// A = Σ_j (Xu_j)₊(Xu_j)₊ᵀ, the optimal second layer leaves
//
//	(γ/2) [tr Yᵀ(A + γI)⁻¹Y + Σ_j ‖u_j‖²]
//
// (package lift).  The neurons in the cell K_i have moments M_i = Σ u_ju_jᵀ,
// A = Σ_i D_iXM_iXᵀD_i, and xᵀM_iz ≥ 0 for any two of the signed rows.  With
// M_i = 2γU_i this is
//
//	½ tr Yᵀ(I + A/γ)⁻¹Y + (γ/2) Σ tr M_i = ½ tr Yᵀ(I + 2ΣD_iXU_iXᵀD_i)⁻¹Y + γ² Σ tr U_i,
//
// the objective above with β = γ, in the same units.
//
// So with all patterns its value is at most p*, and at least that of the
// relaxation over the lifted matrix, which does not know the cells.  In the
// plane a cell has two rays and a doubly nonnegative 2×2 matrix is completely
// positive: the value is p*.  With patterns left out it is neither bound.
//
// # Method and certificate
//
// An augmented Lagrangian in M_i = F_iF_iᵀ with L-BFGS inside.  With
// W = (I + A/γ)⁻¹Y, signed rows C_i and multipliers N_i ≥ 0 of C_iM_iC_iᵀ ≥ 0 the
// dual is
//
//	max ⟨W, Y⟩ − ½‖W‖²  subject to  (1/γ)B_iᵀB_i + 2C_iᵀN_iC_i ⪯ γI,  B_i = WᵀD_iX.
//
// (tW, t²N) is feasible for t² ≤ γ/λ_max, which turns any W, N into the lower
// bound Result.Bound on the relaxation's value (up to rounding).
package copositive

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/baseline/arrangement"
	"github.com/relift/relift/descent"
	"github.com/relift/relift/problem"
)

// Options steer Solve.  The zero value means the defaults.
type Options struct {
	Cells      int     // number of directions that sample cells where d > 2; 0 means 200
	Seed       uint64  // of the sample and of the start
	Tolerance  float64 // of (Value − Bound)/Value and of the relative violation; 0 means 1e-5
	Outer      int     // limit of multiplier updates; 0 means 40
	Inner      int     // limit of L-BFGS iterations for each; 0 means 1000
	TimeLimit  time.Duration
	Iterations func(outer int, value, bound, violation float64) // progress, may be nil
}

// Result is the outcome of Solve.
type Result struct {
	// Value is the objective at U, whose entrywise constraints hold up to Violation.
	Value float64
	// Bound is the best lower bound on the optimal value of the relaxation over
	// the listed cells; with Complete it bounds p* too.
	Bound float64
	// Violation is the largest −(C_iU_iC_iᵀ)_{ab} over scaled rows (1 at the cell's
	// centre or so), relative to the largest trace of a U_i.
	Violation float64
	Complete  bool // all cells were listed (d ≤ 2)
	Cells     []arrangement.Cell
	U         []*mat.Dense // d×d, one for each cell, in the units of the problem above
	Outer     int
	Inner     int // L-BFGS iterations, all together
	Converged bool
	Stopped   bool // by the context or the time limit
	Elapsed   time.Duration
}

// Solve solves the relaxation for the data of p with β = p.Gamma.
func Solve(ctx context.Context, p problem.Problem, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	switch {
	case o.Cells < 0 || o.Outer < 0 || o.Inner < 0 || o.TimeLimit < 0:
		return nil, fmt.Errorf("copositive: Cells, Outer, Inner and TimeLimit are %d, %d, %d and %v, expected none below 0", o.Cells, o.Outer, o.Inner, o.TimeLimit)
	case !(o.Tolerance >= 0):
		return nil, fmt.Errorf("copositive: Tolerance is %v, expected 0 (1e-5) or a positive number", o.Tolerance)
	}
	setDefault(&o.Cells, 200)
	setDefault(&o.Outer, 40)
	setDefault(&o.Inner, 1000)
	if o.Tolerance == 0 {
		o.Tolerance = 1e-5
	}
	begin := time.Now()
	if o.TimeLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.TimeLimit)
		defer cancel()
	}
	cells, complete, err := arrangement.Cells(p.X, o.Cells, o.Seed)
	if err != nil {
		return nil, err
	}
	s := newSolver(p, cells)
	r := &Result{Complete: complete, Cells: cells}
	s.solve(ctx, o, r)
	r.U = s.moments()
	r.Elapsed = time.Since(begin)
	return r, nil
}

func setDefault(x *int, v int) {
	if *x == 0 {
		*x = v
	}
}

// solver is the augmented Lagrangian in the moments M_i = F_iF_iᵀ.
type solver struct {
	p       problem.Problem
	n, d, c int
	cells   []arrangement.Cell
	basis   []*mat.Dense // d×d, S_i: F_i = S_iL_i
	signed  []*mat.Dense // q_i×d, C_i, the rows of (2D_i − I)X that matter, scaled
	dual    []*mat.Dense // q_i×q_i, N_i
	rho     float64
	l       []float64 // all L_i, d×d each
	w       *mat.Dense
	value   float64 // objective without the augmentation at the last evaluation
}

func newSolver(p problem.Problem, cells []arrangement.Cell) *solver {
	n, d, c := p.Dims()
	s := &solver{p: p, n: n, d: d, c: c, cells: cells, w: mat.NewDense(n, c, nil)}
	for _, cell := range cells {
		basis, rows := coordinates(p.X, cell)
		s.basis = append(s.basis, basis)
		s.signed = append(s.signed, rows)
		q, _ := rows.Dims()
		s.dual = append(s.dual, mat.NewDense(max(q, 1), max(q, 1), nil))
	}
	s.l = make([]float64, len(cells)*d*d)
	return s
}

// coordinates returns the basis S in which the moments of a cell are written and
// the rows C that bound the cell.  In the plane S holds the two rays, C = S⁻¹, and
// CMCᵀ are the moments of the rays' coefficients: cells may be very thin, and so
// they do no harm.  Otherwise S is the identity and C has all rows ±x_i that are
// not zero, scaled to 1 at the cell's centre (as far as that is reasonable).
func coordinates(x *mat.Dense, cell arrangement.Cell) (basis, rows *mat.Dense) {
	n, d := x.Dims()
	if cell.Rays != nil {
		var inverse mat.Dense
		basis = mat.DenseCopyOf(cell.Rays.T())
		a, b := cell.Rays.RawRowView(0), cell.Rays.RawRowView(1)
		if floats.Dot(a, b) > -0.999999 { // not a half plane
			var condition mat.Condition
			if err := inverse.Inverse(basis); err == nil || errors.As(err, &condition) {
				return basis, &inverse
			}
		}
	}
	basis = mat.NewDense(d, d, nil)
	for k := range d {
		basis.Set(k, k, 1)
	}
	var data []float64
	for i := range n {
		row := append([]float64(nil), x.RawRowView(i)...)
		norm := floats.Norm(row, 2)
		if norm == 0 {
			continue
		}
		scale := 1 / (norm * math.Max(math.Abs(floats.Dot(row, cell.Center))/norm, 1e-3))
		if !cell.Active[i] {
			scale = -scale
		}
		floats.Scale(scale, row)
		data = append(data, row...)
	}
	if len(data) == 0 {
		return basis, &mat.Dense{}
	}
	return basis, mat.NewDense(len(data)/d, d, data)
}

// solve runs the outer iterations and fills in r.
func (s *solver) solve(ctx context.Context, o Options, r *Result) {
	rng := rand.New(rand.NewPCG(o.Seed, 0xa54ff53a5f1d36f1))
	for i := range s.l {
		s.l[i] = 0.1 * rng.NormFloat64()
	}
	s.rho = s.p.Gamma
	last := math.Inf(1)
	for outer := 1; outer <= o.Outer; outer++ {
		r.Outer = outer
		var its int
		s.l, _, its = descent.Minimize(s.lagrangian, s.l, nil, o.Inner, func() bool { return ctx.Err() != nil })
		r.Inner += its
		s.lagrangian(s.l, nil)
		r.Value = s.value
		violation, largest := s.update()
		r.Violation = violation / math.Max(largest, math.SmallestNonzeroFloat64)
		multipliers := s.dual
		s.dual = cloneAll(s.dual) // bound may replace them by better ones for its W
		r.Bound = math.Max(r.Bound, s.bound())
		s.dual = multipliers
		if o.Iterations != nil {
			o.Iterations(outer, r.Value, r.Bound, r.Violation)
		}
		if math.Abs(r.Value-r.Bound) <= o.Tolerance*r.Value && r.Violation <= o.Tolerance {
			r.Converged = true
			return
		}
		if ctx.Err() != nil {
			r.Stopped = true
			return
		}
		s.stir(rng)
		if violation > 0.5*last {
			s.rho *= 3
		}
		last = violation
	}
}

func cloneAll(a []*mat.Dense) []*mat.Dense {
	out := make([]*mat.Dense, len(a))
	for i := range a {
		out[i] = mat.DenseCopyOf(a[i])
	}
	return out
}

// block views L_i.
func (s *solver) block(l []float64, i int) *mat.Dense {
	k := s.d * s.d
	return mat.NewDense(s.d, s.d, l[i*k:(i+1)*k])
}

// factor returns F_i = S_iL_i.
func (s *solver) factor(l []float64, i int) *mat.Dense {
	var f mat.Dense
	s.p.Algebra().Mul(&f, s.basis[i], s.block(l, i))
	return &f
}

// lagrangian returns the augmented Lagrangian at l and, unless grad is nil, its
// gradient.  It leaves W in s.w and the objective in s.value.
func (s *solver) lagrangian(l, grad []float64) float64 {
	gamma := s.p.Gamma
	// A + γI, lower triangle not needed.
	a := blas64.Symmetric{N: s.n, Stride: s.n, Uplo: blas.Upper, Data: make([]float64, s.n*s.n)}
	masked, factors := make([]*mat.Dense, len(s.cells)), make([]*mat.Dense, len(s.cells))
	decay := 0.0
	for i, cell := range s.cells {
		h := mat.NewDense(s.n, s.d, nil) // D_iXF_i
		factors[i] = s.factor(l, i)
		f := factors[i].RawMatrix().Data
		decay += floats.Dot(f, f)
		s.p.Algebra().Mul(h, s.p.X, factors[i])
		for k, on := range cell.Active {
			if !on {
				clear(h.RawRowView(k))
			}
		}
		masked[i] = h
		s.p.Algebra().Syrk(blas.NoTrans, 1, h.RawMatrix(), 1, a)
	}
	for k := range s.n {
		a.Data[k*s.n+k] += gamma
	}
	if !s.p.Algebra().Cholesky(a.Uplo, s.n, a.Data, a.Stride) {
		return math.Inf(1)
	}
	s.w.Scale(gamma, s.p.Y)
	s.p.Algebra().CholeskySolve(a.Uplo, s.n, s.c, a.Data, a.Stride, s.w.RawMatrix().Data, s.c)
	fit := 0.0
	for k := range s.n {
		fit += floats.Dot(s.w.RawRowView(k), s.p.Y.RawRowView(k))
	}
	s.value = fit/2 + gamma/2*decay
	total := s.value
	for i := range s.cells {
		fi := factors[i]
		var cf, t, p mat.Dense
		if !s.signed[i].IsEmpty() {
			s.p.Algebra().Mul(&cf, s.signed[i], fi)
			s.p.Algebra().Mul(&t, &cf, cf.T())
			p.Apply(func(a, b int, v float64) float64 { return math.Max(0, s.dual[i].At(a, b)-s.rho*v) }, &t)
			np, nn := mat.Norm(&p, 2), mat.Norm(s.dual[i], 2)
			total += (np*np - nn*nn) / (2 * s.rho)
		}
		if grad == nil {
			continue
		}
		// ∇_F = 2(γ/2 I − BᵀB/(2γ) − CᵀPC)F with BF = Wᵀ D X F, ∇_L = Sᵀ∇_F.
		g := mat.NewDense(s.d, s.d, nil)
		g.Scale(gamma, fi)
		var bf mat.Dense
		s.p.Algebra().Mul(&bf, s.w.T(), masked[i])
		b := s.maskedProduct(i)
		var up mat.Dense
		s.p.Algebra().Mul(&up, b.T(), &bf)
		up.Scale(-1/gamma, &up)
		g.Add(g, &up)
		if !s.signed[i].IsEmpty() {
			var pc mat.Dense
			s.p.Algebra().Mul(&pc, &p, &cf)
			s.p.Algebra().Mul(&up, s.signed[i].T(), &pc)
			up.Scale(-2, &up)
			g.Add(g, &up)
		}
		s.block(grad, i).Mul(s.basis[i].T(), g)
	}
	return total
}

// maskedProduct returns B_i = WᵀD_iX (c×d).
func (s *solver) maskedProduct(i int) *mat.Dense {
	b := mat.NewDense(s.c, s.d, nil)
	for k, on := range s.cells[i].Active {
		if on {
			x := s.p.X.RawRowView(k)
			for q, w := range s.w.RawRowView(k) {
				floats.AddScaled(b.RawRowView(q), w, x)
			}
		}
	}
	return b
}

// update replaces the multipliers by (N − ρCMCᵀ)₊ and returns the largest
// violation and the largest trace of a moment matrix.
func (s *solver) update() (violation, largest float64) {
	for i := range s.cells {
		fi := s.factor(s.l, i)
		norm := mat.Norm(fi, 2)
		largest = math.Max(largest, norm*norm)
		if s.signed[i].IsEmpty() {
			continue
		}
		var cf, t mat.Dense
		s.p.Algebra().Mul(&cf, s.signed[i], fi)
		s.p.Algebra().Mul(&t, &cf, cf.T())
		violation = math.Max(violation, -mat.Min(&t))
		s.dual[i].Apply(func(a, b int, v float64) float64 { return math.Max(0, v-s.rho*t.At(a, b)) }, s.dual[i])
	}
	return violation, largest
}

// bound is the dual value of the best feasible multiple of W and the
// multipliers; see the package comment.
func (s *solver) bound() float64 {
	gamma, top := s.p.Gamma, 0.0
	for i, cell := range s.cells {
		if cell.Rays != nil {
			if q, _ := s.signed[i].Dims(); q == 2 {
				s.bestMultiplier(i)
			}
		}
		largest, ok := s.largestEigenvalue(i)
		if !ok {
			return 0
		}
		top = math.Max(top, largest)
	}
	wy, ww := 0.0, 0.0
	for k := range s.n {
		w := s.w.RawRowView(k)
		wy += floats.Dot(w, s.p.Y.RawRowView(k))
		ww += floats.Dot(w, w)
	}
	if ww == 0 {
		return 0
	}
	t := math.Max(wy/ww, 0)
	if top > 0 {
		t = math.Min(t, math.Sqrt(gamma/top))
	}
	return math.Max(t*wy-t*t*ww/2, 0)
}

// largestEigenvalue returns λ_max((1/γ)B_iᵀB_i + 2C_iᵀN_iC_i); the cell's dual
// constraint is that it is at most γ.
func (s *solver) largestEigenvalue(i int) (float64, bool) {
	m := mat.NewSymDense(s.d, nil)
	s.p.Algebra().SymOuterK(m, 1/s.p.Gamma, s.maskedProduct(i).T())
	if !s.signed[i].IsEmpty() {
		var nc, cnc mat.Dense
		s.p.Algebra().Mul(&nc, s.dual[i], s.signed[i])
		s.p.Algebra().Mul(&cnc, s.signed[i].T(), &nc)
		for a := range s.d {
			for b := a; b < s.d; b++ {
				m.SetSym(a, b, m.At(a, b)+cnc.At(a, b)+cnc.At(b, a))
			}
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(m, false) {
		return 0, false
	}
	return floats.Max(eig.Values(nil)), true
}

// bestMultiplier replaces the multipliers of a cell in the plane by those that
// serve the current W best: of the constraint between the two rays, the only one
// that the positive semidefinite M does not fulfil by itself, the n ≥ 0 that
// minimises the largest eigenvalue, a convex function of n.
func (s *solver) bestMultiplier(i int) {
	s.dual[i].Zero()
	at := func(n float64) float64 {
		s.dual[i].Set(0, 1, n)
		s.dual[i].Set(1, 0, n)
		value, ok := s.largestEigenvalue(i)
		if !ok {
			return math.Inf(1)
		}
		return value
	}
	zero := at(0)
	lo, hi := 0.0, 1e-9*(zero+s.p.Gamma)
	for last := zero; ; hi *= 4 {
		value := at(hi)
		if !(value < last) {
			break
		}
		lo, last = hi/16, value
	}
	golden := (math.Sqrt(5) - 1) / 2
	a, b := hi-golden*(hi-lo), lo+golden*(hi-lo)
	fa, fb := at(a), at(b)
	for range 80 {
		if fa < fb {
			hi, b, fb = b, a, fa
			a = hi - golden*(hi-lo)
			fa = at(a)
		} else {
			lo, a, fa = a, b, fb
			b = lo + golden*(hi-lo)
			fb = at(b)
		}
	}
	if n := (lo + hi) / 2; at(n) >= zero {
		at(0)
	}
}

// stir adds a little noise to moments that have become zero although the cell's
// dual constraint is violated: L-BFGS would see no slope there.
func (s *solver) stir(rng *rand.Rand) {
	k := s.d * s.d
	size := 1e-3 * floats.Norm(s.l, 2) / math.Sqrt(float64(len(s.cells)))
	for i := range s.cells {
		if floats.Norm(s.l[i*k:(i+1)*k], 2) > size {
			continue
		}
		if top, ok := s.largestEigenvalue(i); ok && top > s.p.Gamma*(1+1e-9) {
			for j := range k {
				s.l[i*k+j] += size * rng.NormFloat64()
			}
		}
	}
}

// moments returns U_i = M_i/(2γ).
func (s *solver) moments() []*mat.Dense {
	out := make([]*mat.Dense, len(s.cells))
	for i := range s.cells {
		fi := s.factor(s.l, i)
		out[i] = mat.NewDense(s.d, s.d, nil)
		s.p.Algebra().Mul(out[i], fi, fi.T())
		out[i].Scale(1/(2*s.p.Gamma), out[i])
	}
	return out
}
