package descent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// Refine improves w and returns the best weights seen, whose objective is never
// above that of w.  Neurons that do not pay are removed; neurons are added only
// with Options.GrowRounds, and removed beyond need only with Options.Width.
// Status.Stationarity says how close to a local minimiser the result is; the
// residual of the network is about as accurate, relative to its own size.
//
// Errors are those of bad input.  When ctx ends, Refine returns what it has.
func Refine(ctx context.Context, p problem.Problem, w problem.Weights, o Options) (problem.Weights, Status, error) {
	o, err := o.withDefaults()
	if err != nil {
		return problem.Weights{}, Status{}, err
	}
	if err := checkPlain(p, w); err != nil {
		return problem.Weights{}, Status{}, err
	}
	start := time.Now()
	limited, cancel := withLimit(ctx, o.TimeLimit)
	defer cancel()
	w, st := refine(limited, p, w, o)
	if o.GrowRounds > 0 {
		w, st = growAndRefine(limited, p, w, st, o)
	}
	if o.Width > 0 && w.Width() > o.Width {
		w, st = narrow(limited, p, w, st, o)
	}
	st.finish(ctx, limited, start)
	return w, st, nil
}

// withLimit is context.WithTimeout where 0 means no limit.
func withLimit(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, limit)
}

// finish sets the time and tells a cancelled caller from an own time limit.
func (s *Status) finish(caller, limited context.Context, start time.Time) {
	s.Elapsed = time.Since(start)
	if s.Reason == Interrupted && caller.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) ||
		s.Reason == Interrupted && errors.Is(caller.Err(), context.DeadlineExceeded) {
		s.Reason = TimeLimit
	}
}

// checkPlain validates a plain problem and weights for it.
func checkPlain(p problem.Problem, w problem.Weights) error {
	if err := p.ValidatePlain(); err != nil {
		return err
	}
	return checkWeights(p, w)
}

// checkWeights validates a problem and weights for it.
func checkWeights(p problem.Problem, w problem.Weights) error {
	if err := p.Validate(); err != nil {
		return err
	}
	m := w.Width()
	_, d, c := p.Dims()
	if w.B != nil && len(w.B) != c {
		return fmt.Errorf("descent: the intercept has %d entries and Y %d columns, expected the same number", len(w.B), c)
	}
	if m == 0 {
		return nil
	}
	if _, cols := w.U.Dims(); cols != d {
		return fmt.Errorf("descent: U has %d columns and X has %d, expected the same number", cols, d)
	}
	if w.V == nil {
		return fmt.Errorf("descent: U has %d rows and V none, expected the same number", m)
	}
	if rows, cols := w.V.Dims(); rows != m || cols != c {
		return fmt.Errorf("descent: V is %d×%d, expected %d×%d (neurons × outputs)", rows, cols, m, c)
	}
	for _, part := range []struct {
		name string
		m    *mat.Dense
	}{{"U", w.U}, {"V", w.V}} {
		_, cols := part.m.Dims()
		for j := range m {
			for k := range cols {
				if v := part.m.At(j, k); math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("descent: %s[%d,%d] is %v, expected a finite number", part.name, j, k, v)
				}
			}
		}
	}
	return nil
}

// better keeps the better of two networks; ties and NaN keep the first.
func better(p problem.Problem, a problem.Weights, fa float64, b problem.Weights) (problem.Weights, float64) {
	if fb, _ := p.Objective(b); fb < fa {
		return b, fb
	}
	return a, fa
}

// refine alternates L-BFGS, the convex refit and Newton.
func refine(ctx context.Context, p problem.Problem, w problem.Weights, o Options) (problem.Weights, Status) {
	const round = 250 // L-BFGS iterations between refits
	st := Status{Stationarity: math.NaN(), Reason: IterationLimit}
	stop := func() bool { return ctx.Err() != nil }
	best := Balance(w)
	st.Objective, _ = p.Objective(best)
	if f, _ := p.Objective(w); f < st.Objective {
		best, st.Objective = w, f
	}
	consider := func(w problem.Weights) { best, st.Objective = better(p, best, st.Objective, w) }
	refitted := func() {
		if !editsFit(p, best.Width()) {
			return
		}
		w, _ := refit(ctx, p, directionsOf(best), best, 1e-8, 2)
		consider(w)
	}
	refitted()
	axes, ok := newCoordinates(ctx, p.Algebra(), p.X)
	if !ok {
		st.Reason = Interrupted
		return best, st
	}
	left, newtonLeft := o.Iterations, o.NewtonIterations
	for turn := 0; ; turn++ {
		if stop() {
			st.Reason = Interrupted
			return best, st
		}
		before := st.Objective
		if budget := min(round, left); budget > 0 {
			w, its, calls := runLBFGS(ctx, p, axes, best, budget)
			left -= its
			st.Iterations += its
			st.Evaluations += calls
			consider(w)
			refitted()
		}
		slow := !(before-st.Objective > 1e-5*math.Abs(before))
		if newtonLeft > 0 && newtonFits(p, best) && (slow || left <= 0) && !stop() {
			w, steps, stationarity, reason := runNewton(p, best, newtonLeft, o.Tolerance, stop)
			newtonLeft -= max(steps, 1)
			st.NewtonIterations += steps
			if f, _ := p.Objective(w); f <= st.Objective*(1+1e-15) {
				best, st.Objective = w, f
				st.Stationarity, st.Reason = stationarity, reason
			}
			if reason == Stationary {
				return best, st
			}
			refitted()
		}
		if !(before-st.Objective > 1e-13*math.Abs(before)) || left <= 0 && newtonLeft <= 0 {
			if st.Reason != Stationary && (left > 0 || newtonLeft > 0) {
				st.Reason = Stalled
			}
			if math.IsNaN(st.Stationarity) || st.Reason == Stalled {
				st.Stationarity = stationarityOf(p, best)
			}
			return best, st
		}
	}
}

// directionsOf returns U, or an empty matrix for width 0.
func directionsOf(w problem.Weights) mat.Matrix {
	if w.Width() == 0 {
		return &mat.Dense{}
	}
	return w.U
}

// runLBFGS improves w in coordinates in which XᵀX is diagonal, where those are cheap.
func runLBFGS(ctx context.Context, p problem.Problem, s *coordinates, w problem.Weights, limit int) (out problem.Weights, its, calls int) {
	if w.Width() == 0 {
		return w, 0, 0
	}
	n, _, c := p.Dims()
	d := len(s.lambda)
	r := newRisk(s.problem(p), linalg.RowMajor(s.x), linalg.RowMajor(p.Y), nil, 1)
	f := func(theta, grad []float64) float64 {
		calls++
		return r.value(ctx, theta, grad, 0, n)
	}
	theta := s.into(w)
	inverse := inverseCurvature(theta, s.lambda, activationSquares(r.algebra, r.x, theta, n, n, d, c), p.Gamma)
	l := newLBFGS(f, func() bool { return ctx.Err() != nil }, theta, inverse)
	its = l.run(limit, 1e-30)
	return s.out(l.x, c), its, calls
}

// principalAxes returns the eigenvectors (columns) and eigenvalues of XᵀX.
func principalAxes(a linalg.Algebra, x *mat.Dense) (*mat.Dense, []float64) {
	_, d := x.Dims()
	gram := mat.NewSymDense(d, nil)
	a.SymOuterK(gram, 1, x.T())
	lambda, q, ok := a.EigenSym(gram, true)
	if !ok { // cannot fail for finite input; any rotation is valid
		lambda, q = make([]float64, d), mat.NewDense(d, d, nil)
		for i := range d {
			q.Set(i, i, 1)
			lambda[i] = gram.At(i, i)
		}
		return q, lambda
	}
	for i := range lambda {
		lambda[i] = math.Max(lambda[i], 0)
	}
	return q, lambda
}

// activationSquares estimates ‖(Xu_j)₊‖² from the first of n rows of x (n×d).
func activationSquares[T linalg.Real](a linalg.Algebra, x []T, theta []float64, n, rows, d, c int) []float64 {
	m := len(theta) / (d + c)
	u := make([]T, d*m)
	for i := range u {
		u[i] = T(theta[i])
	}
	squares := make([]float64, m)
	const block = 256
	h := make([]T, block*m)
	for lo := 0; lo < rows; lo += block {
		b := min(block, rows-lo)
		linalg.Product(a, blas.NoTrans, blas.NoTrans, b, m, d, x[lo*d:(lo+b)*d], u, 0, h)
		linalg.Relu(h[:b*m])
		for i := range b {
			for j, v := range h[i*m : (i+1)*m] {
				squares[j] += float64(v) * float64(v)
			}
		}
	}
	for j := range squares {
		squares[j] *= float64(n) / float64(rows)
	}
	return squares
}

// inverseCurvature models the diagonal of the inverse Hessian, each neuron on its own
// and active on half of the rows:
//
//	∂²F/∂u² ≈ ½‖v_j‖² diag(λ) + γ,   ∂²F/∂v² = ‖α_j‖² + γ.
//
// squares are the ‖α_j‖².
func inverseCurvature(theta, lambda, squares []float64, gamma float64) []float64 {
	m, d := len(squares), len(lambda)
	inverse := make([]float64, len(theta))
	vv := make([]float64, m)
	for i := d * m; i < len(theta); i++ {
		vv[i%m] += theta[i] * theta[i]
	}
	for i := range inverse {
		if row := i / m; row < d {
			inverse[i] = 1 / (0.5*vv[i%m]*lambda[row] + gamma)
		} else {
			inverse[i] = 1 / (squares[i%m] + gamma)
		}
	}
	return inverse
}

// newtonFits tells whether the Newton system of w is small enough to form.
func newtonFits(p problem.Problem, w problem.Weights) bool {
	_, d, c := p.Dims()
	return w.Width() > 0 && w.Width()*(d+c) <= newtonLimit
}

// runNewton improves w by active-set Newton steps.
func runNewton(p problem.Problem, w problem.Weights, limit int, tol float64, stop func() bool) (problem.Weights, int, float64, Reason) {
	w = Balance(w)
	s := newNewton(p, w, stop)
	if s == nil {
		return w, 0, 0, Stationary
	}
	s.identify(1e-7)
	steps, stationarity, reason := s.run(limit, tol)
	return s.weights(), steps, stationarity, reason
}

// mostKinkBases is the largest number of entries that the bases of all neurons' kinks may have together.
const mostKinkBases = 20_000_000

// stationarityOf measures w as it is, with rows within rounding of their kink on
// it.  It is NaN where that would take too much memory.
func stationarityOf(p problem.Problem, w problem.Weights) float64 {
	if _, d, _ := p.Dims(); w.Width()*d*d > mostKinkBases || !editsFit(p, w.Width()) {
		return math.NaN()
	}
	s := newNewton(p, w, func() bool { return false })
	if s == nil {
		return 0
	}
	s.identify(1e-13)
	return s.stationarity()
}
