// Package frankwolfe trains two-layer ReLU networks by the Frank–Wolfe algorithm
// of A. Sahiner, T. Ergen, J. Pauly and M. Pilanci (Vector-output ReLU neural
// network problems are copositive programs, ICLR 2021, section 4.1) on the convex
// problem over activation patterns D_i,
//
//	min over V_i  ½‖Σ_i D_iXV_i − Y‖_F²  subject to  Σ_i ‖V_i‖_{K_i,*} ≤ t,
//
// whose norm is the least Σ_j ‖u_j‖‖v_j‖ over V_i = Σ_j u_jv_jᵀ with u_j in the
// cell K_i = {u : (2D_i − I)Xu ≥ 0}.  The linear minimisation oracle looks for
// the u, ‖u‖ ≤ 1, in some K_i with the largest ‖Rᵀ D_iXu‖, R the residual: a
// nonnegative principal component in each cell.
//
// # Regulariser
//
// With balanced neurons, (γ/2) Σ (‖u_j‖² + ‖v_j‖²) = γ Σ ‖u_j‖‖v_j‖, so the
// training problem of package problem is the penalised form
//
//	min ½‖Σ_i D_iXV_i − Y‖_F² + γ s  subject to  Σ_i ‖V_i‖_{K_i,*} ≤ s,
//
// and the constrained one has the same solutions for t = s at its optimum.  The
// published experiments take t as given.  Budget = 0 solves the penalised form
// directly: by Frank–Wolfe over (V, s) with s ≤ F/γ, F the objective reached so
// far (every solution fulfils that), and exact line search.
//
// # Oracle
//
// The maximum of uᵀMu over a cell is found exactly where d ≤ 2 (the leading
// eigenvector if it lies in the cell, otherwise an extreme ray).  For larger d,
// where the problem is NP-hard, u ← projection of Mu onto K_i, normalised, climbs
// to a local maximum from a few starts, and cells are sampled; cells whose largest
// eigenvalue cannot beat the best so far are skipped, and in each iteration at
// most 20 are searched.
package frankwolfe

import (
	"context"
	"fmt"
	"math"
	"sort"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/baseline/arrangement"
	"github.com/relift/relift/problem"
)

// Options steer Train.  The zero value means the defaults.
type Options struct {
	// Budget is t.  0 means the penalised form with exact line search; with a
	// positive Budget the published step 2/(2 + k) is taken.
	Budget     float64
	Iterations int // 0 means 1000
	// Corrections is the number of coordinate descent sweeps over the
	// coefficients of all atoms after each step of the penalised form.  0 is the
	// plain algorithm, whose error falls like 1/k; with some it becomes the fully
	// corrective variant, which is much faster per iteration.
	Corrections int
	Cells       int    // number of directions that sample cells where d > 2; 0 means 500
	Seed        uint64 // of the sample
	// Tolerance stops the run when (objective − Bound)/objective is below it, where
	// the oracle is exact and Budget is 0; 0 means never.
	Tolerance float64
	TimeLimit time.Duration // 0 means none
}

// Result is the outcome of Train.
type Result struct {
	Weights problem.Weights
	// Objective is that of the training problem at Weights.
	Objective float64
	// History holds ½‖R‖² + γs before each iteration, s the sum of the norms of
	// the atoms in use, and after the last.
	History []float64
	// Bound is the best lower bound on the optimum of the training problem found,
	// up to rounding, from R scaled to dual feasibility.  It holds only where
	// Exact is true; otherwise it is a bound for the listed cells at best.
	Bound float64
	// Exact tells that all cells were listed and the oracle is exact (d ≤ 2).
	Exact      bool
	CellCount  int
	Iterations int
	Stopped    bool // by the context or the time limit
	Elapsed    time.Duration
}

// Train runs the algorithm from V = 0.
func Train(ctx context.Context, p problem.Problem, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	switch {
	case !(o.Budget >= 0) || math.IsInf(o.Budget, 0):
		return nil, fmt.Errorf("frankwolfe: Budget is %v, expected 0 (penalised form) or a positive finite number", o.Budget)
	case !(o.Tolerance >= 0):
		return nil, fmt.Errorf("frankwolfe: Tolerance is %v, expected 0 or a positive number", o.Tolerance)
	case o.Corrections < 0 || o.Corrections > 0 && o.Budget > 0:
		return nil, fmt.Errorf("frankwolfe: Corrections is %d with Budget %v, expected 0 or, without a budget, a positive number", o.Corrections, o.Budget)
	case o.Iterations < 0 || o.Cells < 0 || o.TimeLimit < 0:
		return nil, fmt.Errorf("frankwolfe: Iterations, Cells and TimeLimit are %d, %d and %v, expected none below 0", o.Iterations, o.Cells, o.TimeLimit)
	}
	if o.Iterations == 0 {
		o.Iterations = 1000
	}
	if o.Cells == 0 {
		o.Cells = 500
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
	s := newState(p, cells)
	r := &Result{Exact: complete, CellCount: len(cells)}
	for it := 0; ; it++ {
		r.Iterations = it
		f := s.objective()
		r.History = append(r.History, f)
		r.Stopped = ctx.Err() != nil
		if it == o.Iterations || r.Stopped {
			break
		}
		atom := s.oracle()
		r.Bound = math.Max(r.Bound, s.bound(atom.value))
		if o.Budget == 0 {
			if complete && o.Tolerance > 0 && f-r.Bound <= o.Tolerance*f {
				break
			}
			moved := s.searchStep(atom)
			before := s.objective()
			s.correct(o.Corrections)
			if !moved && !(s.objective() < before) {
				break
			}
		} else {
			s.step(atom, o.Budget, 2/(2+float64(it)))
		}
	}
	r.Weights = s.weights()
	r.Objective, _ = p.Objective(r.Weights)
	r.Elapsed = time.Since(begin)
	return r, nil
}

// atom is u vᵀ with unit u in a cell and unit v.
type atom struct {
	cell  int
	u, v  []float64
	value float64 // ‖Wᵀ D X u‖, W = Y − output
}

// state is a convex combination of atoms.
type state struct {
	p         problem.Problem
	n, d, c   int
	cells     []arrangement.Cell
	atoms     []atom
	coeff     []float64
	residual  *mat.Dense // n×c, Y − output
	activated []float64  // n, work space
}

func newState(p problem.Problem, cells []arrangement.Cell) *state {
	n, d, c := p.Dims()
	return &state{p: p, n: n, d: d, c: c, cells: cells, residual: mat.DenseCopyOf(p.Y), activated: make([]float64, n)}
}

func (s *state) size() float64 { return floats.Sum(s.coeff) }

func (s *state) objective() float64 {
	r := s.residual.RawMatrix().Data
	return floats.Dot(r, r)/2 + s.p.Gamma*s.size()
}

// bound is the dual value max over τ ≤ γ/h of τ⟨W, Y⟩ − ½τ²‖W‖² for W = R and h
// the largest ‖Rᵀ(Xu)₊‖.
func (s *state) bound(h float64) float64 {
	w := s.residual.RawMatrix().Data
	ww := floats.Dot(w, w)
	if ww == 0 {
		return 0
	}
	wy := 0.0
	for i := range s.n {
		wy += floats.Dot(s.residual.RawRowView(i), s.p.Y.RawRowView(i))
	}
	tau := math.Max(wy/ww, 0)
	if h > 0 {
		tau = math.Min(tau, s.p.Gamma/h)
	}
	return math.Max(tau*wy-tau*tau*ww/2, 0)
}

// localSearches limits the cells that are searched in one iteration where the
// search is local anyway.
const localSearches = 20

// oracle returns the best atom over all cells.
func (s *state) oracle() atom {
	type bounded struct {
		cell int
		m    *mat.SymDense
		top  float64
		eig  []float64 // leading eigenvector
	}
	list := make([]bounded, len(s.cells))
	for k, cell := range s.cells {
		// M = BᵀB with B = Rᵀ D X.
		b := s.project(cell)
		m := mat.NewSymDense(s.d, nil)
		m.SymOuterK(1, b.T())
		list[k] = bounded{cell: k, m: m}
		list[k].top, list[k].eig = leading(m)
	}
	sort.SliceStable(list, func(a, b int) bool { return list[a].top > list[b].top })
	best := atom{cell: -1}
	square := 0.0
	for searched, l := range list {
		if l.top <= square || s.d > 2 && searched >= localSearches {
			break
		}
		if u, value := s.nonnegativePCA(s.cells[l.cell], l.m, l.eig); value > square {
			square = value
			best = atom{cell: l.cell, u: u}
		}
	}
	if best.cell < 0 {
		return best
	}
	best.v = make([]float64, s.c)
	g := mat.NewVecDense(s.c, best.v)
	g.MulVec(s.project(s.cells[best.cell]), mat.NewVecDense(s.d, best.u))
	best.value = mat.Norm(g, 2)
	if best.value > 0 {
		g.ScaleVec(1/best.value, g)
	}
	return best
}

// project returns Rᵀ D X (c×d).
func (s *state) project(cell arrangement.Cell) *mat.Dense {
	b := mat.NewDense(s.c, s.d, nil)
	for i, on := range cell.Active {
		if on {
			x := s.p.X.RawRowView(i)
			for k, r := range s.residual.RawRowView(i) {
				floats.AddScaled(b.RawRowView(k), r, x)
			}
		}
	}
	return b
}

// activations returns D X u for an atom, valid until the next call.
func (s *state) activations(a atom) []float64 {
	for i, on := range s.cells[a.cell].Active {
		s.activated[i] = 0
		if on {
			s.activated[i] = floats.Dot(s.p.X.RawRowView(i), a.u)
		}
	}
	return s.activated
}

// step moves to (1 − tau)·current + tau·budget·a.
func (s *state) step(a atom, budget, tau float64) {
	if a.cell < 0 {
		return
	}
	act := s.activations(a)
	for i := range s.n {
		y, r := s.p.Y.RawRowView(i), s.residual.RawRowView(i)
		for k := range r {
			r[k] = y[k] - (1-tau)*(y[k]-r[k]) - tau*budget*act[i]*a.v[k]
		}
	}
	floats.Scale(1-tau, s.coeff)
	s.atoms = append(s.atoms, a)
	s.coeff = append(s.coeff, tau*budget)
}

// searchStep makes a step of the penalised form with exact line search, towards
// the atom at full budget or, if it does not pay, towards zero.  It reports
// whether anything moved.
func (s *state) searchStep(a atom) bool {
	budget := s.objective() / s.p.Gamma
	if a.cell < 0 || a.value <= s.p.Gamma {
		budget = 0
	}
	// ½‖W + tau·(S − budget·A)‖² + γ(s + tau·(budget − s)), W = Y − S.
	linear, quadratic := s.p.Gamma*(budget-s.size()), 0.0
	var act []float64
	if budget > 0 {
		act = s.activations(a)
	}
	for i := range s.n {
		y, w := s.p.Y.RawRowView(i), s.residual.RawRowView(i)
		for k := range w {
			move := y[k] - w[k]
			if budget > 0 {
				move -= budget * act[i] * a.v[k]
			}
			linear += w[k] * move
			quadratic += move * move
		}
	}
	if !(linear < 0) || quadratic == 0 {
		return false
	}
	tau := math.Min(1, -linear/quadratic)
	if budget == 0 {
		for i := range s.n {
			y, w := s.p.Y.RawRowView(i), s.residual.RawRowView(i)
			for k := range w {
				w[k] = y[k] - (1-tau)*(y[k]-w[k])
			}
		}
		floats.Scale(1-tau, s.coeff)
		return true
	}
	s.step(a, budget, tau)
	return true
}

// correct minimises the penalised form over one coefficient ≥ 0 after another and
// drops the atoms whose coefficient becomes zero.
func (s *state) correct(sweeps int) {
	if sweeps == 0 {
		return
	}
	active := make([][]float64, len(s.atoms))
	for k, a := range s.atoms {
		active[k] = append([]float64(nil), s.activations(a)...)
	}
	for range sweeps {
		for k, a := range s.atoms {
			norm := floats.Dot(active[k], active[k])
			if norm == 0 {
				continue
			}
			slope := -s.p.Gamma
			for i, h := range active[k] {
				if h != 0 {
					slope += h * floats.Dot(s.residual.RawRowView(i), a.v)
				}
			}
			next := math.Max(0, s.coeff[k]+slope/norm)
			if step := next - s.coeff[k]; step != 0 {
				s.coeff[k] = next
				for i, h := range active[k] {
					if h != 0 {
						floats.AddScaled(s.residual.RawRowView(i), -step*h, a.v)
					}
				}
			}
		}
	}
	kept := 0
	for k, a := range s.atoms {
		if s.coeff[k] > 0 {
			s.atoms[kept], s.coeff[kept] = a, s.coeff[k]
			kept++
		}
	}
	s.atoms, s.coeff = s.atoms[:kept], s.coeff[:kept]
}

// weights returns the balanced network of the atoms, those with the same u in
// one neuron.
func (s *state) weights() problem.Weights {
	var us, vs [][]float64
	for k, a := range s.atoms {
		if s.coeff[k] <= 0 {
			continue
		}
		at := -1
		for q, u := range us {
			if floats.Dot(u, a.u) > 1-1e-15 {
				at = q
				break
			}
		}
		if at < 0 {
			us, vs = append(us, a.u), append(vs, make([]float64, s.c))
			at = len(us) - 1
		}
		floats.AddScaled(vs[at], s.coeff[k], a.v)
	}
	var u, v []float64
	for q := range us {
		if norm := floats.Norm(vs[q], 2); norm > 0 {
			for _, t := range us[q] {
				u = append(u, t*math.Sqrt(norm))
			}
			for _, t := range vs[q] {
				v = append(v, t/math.Sqrt(norm))
			}
		}
	}
	if len(u) == 0 {
		return problem.Weights{}
	}
	return problem.Weights{U: mat.NewDense(len(u)/s.d, s.d, u), V: mat.NewDense(len(v)/s.c, s.c, v)}
}
