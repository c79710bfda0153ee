package descent

import (
	"context"
	"math"
	"sort"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// Gap holds the two values that bound the optimum of a convex problem.
type Gap struct {
	Primal, Dual float64
}

// Relative returns (Primal − Dual)/max(|Primal|, tiny).
func (g Gap) Relative() float64 {
	return (g.Primal - g.Dual) / math.Max(math.Abs(g.Primal), math.SmallestNonzeroFloat64)
}

// RefitOutput returns the best network whose first-layer weights are positive
// multiples of the rows of directions (k×d), and the duality gap it was found
// with.  With unit directions û_j, A = (XÛᵀ)₊ and neurons balanced to
// ‖u_j‖ = ‖v_j‖ the training problem becomes the convex group lasso
//
//	min over T (k×c)  ½‖A T − Y‖_F² + γ Σ_j ‖t_j‖,
//	dual: max ⟨W, Y⟩ − ½‖W‖²  subject to  ‖Wᵀa_j‖ ≤ γ for all j,
//
// solved by block coordinate descent on a growing working set and Newton steps
// on its support.  Neurons with t_j = 0 are left out, so the network may be
// narrower than k, and of width 0.  The dual value bounds only networks with
// these directions.
//
// Rows may have weights and the network an intercept.  For other losses than the squared one there is no dual value, −Inf, and the refit ends
// when its steps gain little.
//
// When ctx ends, the best weights so far come back with a larger gap.
func RefitOutput(ctx context.Context, p problem.Problem, directions mat.Matrix) (problem.Weights, Gap, error) {
	if err := checkDirections(p, directions); err != nil {
		return problem.Weights{}, Gap{}, err
	}
	tol, rounds := refitTolerance, 100
	if !p.IsSquared() {
		tol, rounds = refitLossTolerance, refitLossRounds
	}
	w, gap := refit(ctx, p, directions, problem.Weights{}, tol, rounds)
	return p.WithIntercept(w), gap, nil
}

// refit is RefitOutput to the relative gap tol, or as far as the given number of
// working sets and of rounds on each goes, without the checks.  Where warm has the same directions
// as its first rows, their output weights are the starting point.  The network comes without its intercept.
func refit(ctx context.Context, p problem.Problem, directions mat.Matrix, warm problem.Weights, tol float64, rounds int) (problem.Weights, Gap) {
	if !p.IsSquared() {
		return refitLoss(ctx, p, directions, warm, tol, rounds)
	}
	l := newGroupLasso(p, directions)
	l.tol, l.rounds = tol, rounds
	l.begin(warm)
	gap := l.solve(ctx)
	return l.weights(), gap
}

// begin sets t to the output weights of a network whose directions are the first ones.
func (l *groupLasso) begin(warm problem.Weights) {
	for j := range min(warm.Width(), l.k) {
		s := floats.Norm(warm.U.RawRowView(j), 2)
		for q := range l.c {
			l.t[j*l.c+q] = s * warm.V.At(j, q)
		}
	}
}

// groupLasso is the convex problem of RefitOutput.
type groupLasso struct {
	algebra    linalg.Algebra
	n, d, c, k int
	gamma, tol float64        // tol: relative duality gap to stop at
	unit       *mat.Dense     // k×d, unit directions (zero rows stay zero)
	a          blas64.General // n×k
	y          blas64.General // n×c
	t          []float64      // k×c
	r          blas64.General // n×c, Y − A T
	corr       blas64.General // k×c, Aᵀ r
	rounds     int            // limit of working sets, and of rounds on each
	rough      bool           // a step of a majorization, of which no more than a part of what it can gain is asked
	sq         []float64      // k, ‖a_j‖²
	set        []int          // working set
	pos        []int          // k, index in set or −1
	cols       blas64.General // n×|set|, A_set
	gram       *mat.Dense     // A_setᵀ A_set
	e          []float64      // c×|set|, rᵀ A_set
	z          []float64      // c
}

func newGroupLasso(p problem.Problem, directions mat.Matrix) *groupLasso {
	n, d, c := p.Dims()
	k, _ := directions.Dims()
	l := &groupLasso{
		algebra: p.Algebra(),
		n:       n, d: d, c: c, k: k, gamma: p.Gamma, y: p.Y.RawMatrix(),
		a: general(n, k), t: make([]float64, k*c), r: general(n, c), corr: general(k, c),
		sq: make([]float64, k), pos: make([]int, k), z: make([]float64, c),
	}
	if !p.IsPlain() {
		l.y = blas64.General{Rows: n, Cols: c, Stride: c, Data: append([]float64(nil), linalg.RowMajor(p.Y)...)}
		makePlain(p, l.y)
	}
	if k == 0 {
		return l
	}
	l.unit = mat.NewDense(k, d, nil)
	for j := range k {
		row := l.unit.RawRowView(j)
		mat.Row(row, j, directions)
		normalise(row)
		l.pos[j] = -1
	}
	l.algebra.Gemm(blas.NoTrans, blas.Trans, 1, p.X.RawMatrix(), l.unit.RawMatrix(), 0, l.a)
	for i := range n {
		row := l.a.Data[i*l.a.Stride : i*l.a.Stride+k]
		for j, h := range row {
			row[j] = max(h, 0)
		}
	}
	if !p.IsPlain() {
		makePlain(p, l.a)
	}
	for i := range n {
		for j, h := range l.a.Data[i*l.a.Stride : i*l.a.Stride+k] {
			l.sq[j] += h * h
		}
	}
	return l
}

// makePlain turns activations, or targets, of a squared loss with weights and an intercept into those of a squared loss without: rows
// are multiplied by √w_i and, as the best intercept takes the mean out of the residual, columns made orthogonal to √w.
func makePlain(p problem.Problem, a blas64.General) {
	means, total := make([]float64, a.Cols), 0.0
	for i := range a.Rows {
		w := 1.0
		if p.Weights != nil {
			w = p.Weights[i]
		}
		total += w
		floats.AddScaled(means, w, a.Data[i*a.Stride:i*a.Stride+a.Cols])
	}
	floats.Scale(1/total, means)
	for i := range a.Rows {
		row := a.Data[i*a.Stride : i*a.Stride+a.Cols]
		if p.Intercept {
			floats.Sub(row, means)
		}
		if p.Weights != nil {
			floats.Scale(math.Sqrt(p.Weights[i]), row)
		}
	}
}

// normalise scales x to unit norm in place; zero stays zero.
func normalise(x []float64) {
	if s := floats.Norm(x, math.Inf(1)); s > 0 {
		floats.Scale(1/s, x)
		floats.Scale(1/floats.Norm(x, 2), x)
	}
}

// primal recomputes r from t and returns the primal objective.
func (l *groupLasso) primal() float64 {
	for i := range l.n {
		copy(l.r.Data[i*l.c:(i+1)*l.c], l.y.Data[i*l.y.Stride:i*l.y.Stride+l.c])
	}
	support, penalty := l.support(), 0.0
	for _, j := range support {
		penalty += floats.Norm(l.t[j*l.c:(j+1)*l.c], 2)
	}
	for i := range l.n {
		if len(support) == 0 {
			break
		}
		row, out := l.a.Data[i*l.a.Stride:], l.r.Data[i*l.c:(i+1)*l.c]
		for _, j := range support {
			if h := row[j]; h != 0 {
				floats.AddScaled(out, -h, l.t[j*l.c:(j+1)*l.c])
			}
		}
	}
	return floats.Dot(l.r.Data, l.r.Data)/2 + l.gamma*penalty
}

// residual recomputes r and corr from t and returns the gap.
func (l *groupLasso) residual() Gap {
	primal, worst := l.primal(), 0.0
	if l.k > 0 {
		l.algebra.Gemm(blas.Trans, blas.NoTrans, 1, l.a, l.r, 0, l.corr)
	}
	for j := range l.k {
		worst = math.Max(worst, l.violation(j))
	}
	return l.gap(primal, worst)
}

// gap bounds the optimum over columns of which the largest ‖a_jᵀr‖ is worst, by
// the multiple of r that is dual feasible and best.
func (l *groupLasso) gap(primal, worst float64) Gap {
	g := Gap{Primal: primal}
	fit, rr := 0.0, floats.Dot(l.r.Data, l.r.Data)
	for i := range l.n {
		fit += floats.Dot(l.r.Data[i*l.c:(i+1)*l.c], l.y.Data[i*l.y.Stride:i*l.y.Stride+l.c])
	}
	if rr > 0 {
		s := math.Min(math.Max(fit/rr, 0), l.gamma/math.Max(worst, l.gamma))
		g.Dual = s*fit - s*s*rr/2
	}
	return g
}

func (l *groupLasso) support() []int {
	var s []int
	for j := range l.k {
		if nonzero(l.t[j*l.c : (j+1)*l.c]) {
			s = append(s, j)
		}
	}
	return s
}

func nonzero(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return true
		}
	}
	return false
}

// refitTolerance is the relative duality gap at which RefitOutput stops.
const refitTolerance = 1e-13

// solve grows the working set until no column violates the dual constraint.
func (l *groupLasso) solve(ctx context.Context) Gap {
	gap := l.residual()
	l.extend(l.support())
	last := math.Inf(1)
	for round := 0; round < l.rounds; round++ {
		if gap.Relative() <= l.tol || ctx.Err() != nil {
			break
		}
		var violated []int
		for j := range l.k {
			if l.pos[j] < 0 && l.sq[j] > 0 && floats.Norm(l.corr.Data[j*l.c:(j+1)*l.c], 2) > l.gamma*(1+1e-12) {
				violated = append(violated, j)
			}
		}
		sort.SliceStable(violated, func(x, y int) bool { return l.violation(violated[x]) > l.violation(violated[y]) })
		if limit := max(32, len(l.set)); len(violated) > limit {
			violated = violated[:limit]
		}
		if len(violated) == 0 && !(gap.Primal < last) {
			break
		}
		last = gap.Primal
		l.extend(violated)
		l.solveSet(ctx)
		gap = l.residual()
	}
	return gap
}

// violation ranks columns by ‖corr_j‖.
func (l *groupLasso) violation(j int) float64 {
	return floats.Norm(l.corr.Data[j*l.c:(j+1)*l.c], 2)
}

// extend adds columns to the working set.
func (l *groupLasso) extend(columns []int) {
	old := len(l.set)
	for _, j := range columns {
		if l.pos[j] < 0 && l.sq[j] > 0 {
			l.pos[j] = len(l.set)
			l.set = append(l.set, j)
		}
	}
	s := len(l.set)
	if s == old {
		return
	}
	l.cols = general(l.n, s)
	for i := range l.n {
		for q, j := range l.set {
			l.cols.Data[i*s+q] = l.a.Data[i*l.a.Stride+j]
		}
	}
	l.gram = mat.NewDense(s, s, nil)
	l.algebra.Gemm(blas.Trans, blas.NoTrans, 1, l.cols, l.cols, 0, l.gram.RawMatrix())
	l.e = make([]float64, s*l.c)
}

// roughly is the change of a group, relative to that in the first sweep, which ends a rough solve.
const roughly = 0.01

// solveSet solves the problem on the working set, to a tenth of the tolerance.
func (l *groupLasso) solveSet(ctx context.Context) {
	best := math.Inf(1)
	idle := 0
	for round := 0; round < l.rounds && ctx.Err() == nil; round++ {
		l.correlations()
		sweeps := 3
		if round == 0 {
			sweeps = 10
		}
		least := 1e-15
		for k := range sweeps {
			change := l.sweep(false)
			if l.rough && k == 0 {
				least = roughly * change
			}
			for range 10 {
				if !(l.sweep(true) > least) {
					break
				}
			}
			if change <= least {
				break
			}
		}
		if l.rough {
			return
		}
		l.correlations()
		l.newton()
		gap := l.setGap()
		if gap.Relative() <= 0.1*l.tol {
			return
		}
		if gap.Primal < best*(1-1e-15) {
			best, idle = gap.Primal, 0
		} else if idle++; idle >= 3 {
			return
		}
	}
}

// setGap is the gap of the problem on the working set only.
func (l *groupLasso) setGap() Gap {
	primal, worst := l.correlations(), 0.0
	for q := range l.set {
		sum := 0.0
		for b := range l.c {
			sum += l.e[b*len(l.set)+q] * l.e[b*len(l.set)+q]
		}
		worst = math.Max(worst, math.Sqrt(sum))
	}
	return l.gap(primal, worst)
}

// correlations recomputes r and e, free of the sweeps' drift, and returns the
// primal objective.
func (l *groupLasso) correlations() float64 {
	primal := l.primal()
	if len(l.set) > 0 {
		l.algebra.Gemm(blas.Trans, blas.NoTrans, 1, l.r, l.cols, 0, blas64.General{Rows: l.c, Cols: len(l.set), Stride: len(l.set), Data: l.e})
	}
	return primal
}

// sweep minimises over one group after another, in closed form
//
//	t_j ← (1 − γ/‖z‖)₊ z/‖a_j‖²,   z = a_jᵀ(r + a_j t_j),
//
// and returns the largest change of a group relative to its size.
func (l *groupLasso) sweep(supportOnly bool) float64 {
	largest := 0.0
	s := len(l.set)
	for q, j := range l.set {
		t := l.t[j*l.c : (j+1)*l.c]
		if supportOnly && !nonzero(t) {
			continue
		}
		norm := 0.0
		for b := range l.z {
			l.z[b] = l.e[b*s+q] + l.sq[j]*t[b]
			norm += l.z[b] * l.z[b]
		}
		norm = math.Sqrt(norm)
		shrink := math.Max(0, 1-l.gamma/norm) / l.sq[j]
		if norm == 0 {
			shrink = 0
		}
		floats.Scale(shrink, l.z)
		floats.Sub(l.z, t)
		if !nonzero(l.z) {
			continue
		}
		floats.Add(t, l.z)
		if shrink == 0 {
			clear(t)
		}
		largest = math.Max(largest, floats.Norm(l.z, 2)/math.Max(floats.Norm(t, 2), 1e-300+floats.Norm(l.z, 2)))
		row := l.gram.RawRowView(q)
		for b, z := range l.z {
			floats.AddScaled(l.e[b*s:(b+1)*s], -z, row)
		}
	}
	return largest
}

// newtonLimit is the largest Newton system that is formed.
const newtonLimit = 1600

// newton makes one damped Newton step on the support, where the problem is
// smooth: Hessian G⊗I + γ blockdiag((I − t̂t̂ᵀ)/‖t‖).  It returns the largest
// component of the step relative to its group.
func (l *groupLasso) newton() float64 {
	var support []int // positions in set
	for q, j := range l.set {
		if nonzero(l.t[j*l.c : (j+1)*l.c]) {
			support = append(support, q)
		}
	}
	size := len(support) * l.c
	if size == 0 || size > newtonLimit {
		return 0
	}
	hess, grad := mat.NewSymDense(size, nil), make([]float64, size)
	trace := 0.0
	for i, q := range support {
		t := l.t[l.set[q]*l.c : (l.set[q]+1)*l.c]
		norm := floats.Norm(t, 2)
		for k := i; k < len(support); k++ {
			g := l.gram.At(q, support[k])
			for b := range l.c {
				hess.SetSym(i*l.c+b, k*l.c+b, g)
			}
		}
		for b := range l.c {
			grad[i*l.c+b] = l.e[b*len(l.set)+q] - l.gamma*t[b]/norm
			for b2 := b; b2 < l.c; b2++ {
				v := -l.gamma / norm * (t[b] / norm) * (t[b2] / norm)
				if b == b2 {
					v += l.gamma / norm
				}
				hess.SetSym(i*l.c+b, i*l.c+b2, hess.At(i*l.c+b, i*l.c+b2)+v)
			}
			trace += hess.At(i*l.c+b, i*l.c+b)
		}
	}
	step, _, ok := solveShifted(l.algebra, hess, grad, 1e-13*trace/float64(size))
	if !ok {
		return 0
	}
	// The model is wrong where a group passes zero.  Each group that wants to
	// is stopped on the way; it is left to the sweeps to make it vanish.
	largest, tau := 0.0, 1.0
	stops := make([]float64, len(support))
	for i, q := range support {
		t := l.t[l.set[q]*l.c : (l.set[q]+1)*l.c]
		move := step[i*l.c : (i+1)*l.c]
		norm := floats.Norm(t, 2)
		largest = math.Max(largest, floats.Norm(move, 2)/norm)
		stops[i] = 1
		if s := -floats.Dot(t, move) / (norm * norm); s > 0.9 {
			stops[i] = 0.9 / s
			tau = math.Min(tau, stops[i])
		}
	}
	before := l.primal()
	old := append([]float64(nil), l.t...)
	try := func(length func(i int) float64) bool {
		for i, q := range support {
			j := l.set[q]
			floats.AddScaledTo(l.t[j*l.c:(j+1)*l.c], old[j*l.c:(j+1)*l.c], length(i), step[i*l.c:(i+1)*l.c])
		}
		return l.primal() <= before*(1+1e-15)
	}
	if try(func(i int) float64 { return stops[i] }) {
		return largest
	}
	for range 20 {
		if try(func(int) float64 { return tau }) {
			return largest
		}
		tau /= 4
	}
	copy(l.t, old)
	return 0
}

// weights returns the balanced network of the support: with t_j = ‖t_j‖ t̂_j,
// u_j = √‖t_j‖ û_j and v_j = √‖t_j‖ t̂_j.
func (l *groupLasso) weights() problem.Weights {
	support := l.support()
	if len(support) == 0 {
		return problem.Weights{}
	}
	w := problem.Weights{U: mat.NewDense(len(support), l.d, nil), V: mat.NewDense(len(support), l.c, nil)}
	for q, j := range support {
		t := l.t[j*l.c : (j+1)*l.c]
		s := math.Sqrt(floats.Norm(t, 2))
		floats.ScaleTo(w.U.RawRowView(q), s, l.unit.RawRowView(j))
		floats.ScaleTo(w.V.RawRowView(q), 1/s, t)
	}
	return w
}
