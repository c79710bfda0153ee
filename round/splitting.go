package round

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// SplittingOptions steer Splitting.  The zero value means the published
// settings.
type SplittingOptions struct {
	Columns    int     // R, the number of columns of W; 0 means 300
	Iterations int     // 0 means 1000 (the paper takes 10000 for MNIST)
	Step       float64 // τ‖Λ̃‖_F; 0 means 0.75 (the paper takes 0.1 for MNIST)
	// Every is how many iterations lie between two records; 0 means 1.
	Every int
	// Record, if not nil, is given the iterates 1, 1+Every, …  The weights are
	// the callback's to keep.
	Record func(Iterate)
}

// Iterate is a point of the splitting.
type Iterate struct {
	Iteration int             // from 1
	Weights   problem.Weights // u and v blocks of W, one neuron per column that is not zero
	Fit       float64         // ½‖WWᵀ − Λ̃‖_F²
	// Sign is the distance ‖W − projection of W onto {α, β ≥ 0, αᵢβᵢ = 0}‖_F;
	// M W = 0 holds up to rounding.
	Sign float64
}

// ErrDiverged is returned when the iterates of the splitting overflow.
var ErrDiverged = errors.New("the three-operator splitting diverged; a smaller step such as 0.1 helps")

// Splitting rounds Λ̃ = factor·factorᵀ by the published method and returns its
// last iterate.  The rows of factor (p×k, p = 2n+d+c) are α (n), β (n), u (d) and
// v (c); they satisfy α − β = Xu, as every feasible point of the relaxation does.
// When ctx ends, the last iterate so far is returned without an error.
func Splitting(ctx context.Context, p problem.Problem, factor mat.Matrix, o SplittingOptions) (Iterate, error) {
	if err := o.complete(); err != nil {
		return Iterate{}, err
	}
	s, err := newSplitting(p, factor, o.Columns)
	if err != nil {
		return Iterate{}, err
	}
	if s.w.Cols == 0 {
		return Iterate{}, nil
	}
	last := Iterate{}
	for it := 1; it <= o.Iterations; it++ {
		if ctx.Err() != nil && it > 1 {
			break
		}
		s.iterate(o.Step / s.norm)
		record := o.Record != nil && (it-1)%o.Every == 0
		if record || it == o.Iterations || ctx.Err() != nil || it%50 == 0 {
			last = s.current(it)
			if math.IsNaN(last.Fit) || math.IsInf(last.Fit, 0) {
				return Iterate{}, fmt.Errorf("rounding, iteration %d: %w", it, ErrDiverged)
			}
		}
		if record {
			o.Record(last)
			last.Weights = cloneWeights(last.Weights)
		}
	}
	return last, nil
}

func (o *SplittingOptions) complete() error {
	switch {
	case o.Columns < 0:
		return fmt.Errorf("rounding: Columns is %d, expected 0 (300) or a positive number", o.Columns)
	case o.Iterations < 0:
		return fmt.Errorf("rounding: Iterations is %d, expected 0 (1000) or a positive number", o.Iterations)
	case o.Every < 0:
		return fmt.Errorf("rounding: Every is %d, expected 0 (1) or a positive number", o.Every)
	case !(o.Step >= 0) || math.IsInf(o.Step, 0):
		return fmt.Errorf("rounding: Step is %v, expected 0 (0.75) or a positive finite number", o.Step)
	}
	if o.Columns == 0 {
		o.Columns = 300
	}
	if o.Iterations == 0 {
		o.Iterations = 1000
	}
	if o.Every == 0 {
		o.Every = 1
	}
	if o.Step == 0 {
		o.Step = 0.75
	}
	return nil
}

// splitting is the state of the method.  All matrices are row-major and those
// named after points have as many columns as W has columns that are not zero for
// ever.
//
// W and Λ̃ lie in null(M), the range of T with T(β, u, v) = (β + Xu, β, u, v).  With
// m = n+d+c, W = TY and Λ̃ = TGTᵀ the products of the gradient need m rows instead
// of p: (WWᵀ − Λ̃)W = T(Y(WᵀW) − G(TᵀW)) and WᵀW = Yᵀ(TᵀW).  Y is the last m rows
// of W.
type splitting struct {
	algebra linalg.Algebra
	n, d, c int
	x       blas64.General // n×d
	null    *nullSpace
	core    blas64.General // m×k, the last m rows of the factor of Λ̃
	g       blas64.General // m×m, core·coreᵀ; empty where the two factors are cheaper
	norm    float64        // ‖Λ̃‖_F
	z, w, v blas64.General // p×r
	gradW   blas64.General // p×r, (WWᵀ − Λ̃)W
	tw      blas64.General // m×r, TᵀW
	gtw     blas64.General // m×r, G TᵀW
	wtw     blas64.General // r×r, WᵀW
	ctw     blas64.General // k×r, coreᵀTᵀW; used where g is empty
}

func newSplitting(p problem.Problem, factor mat.Matrix, columns int) (*splitting, error) {
	if err := p.ValidatePlain(); err != nil {
		return nil, err
	}
	n, d, c := p.Dims()
	rows, k := factor.Dims()
	if rows != 2*n+d+c {
		return nil, fmt.Errorf("rounding: the factor of Λ has %d rows, expected 2n+d+c = %d", rows, 2*n+d+c)
	}
	f := mat.DenseCopyOf(factor)
	for _, v := range f.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("rounding: the factor of Λ has the entry %v, expected finite numbers", v)
		}
	}
	if err := inNullSpace(p.Algebra(), p.X, f); err != nil {
		return nil, err
	}
	z, norm := leading(p.Algebra(), f, min(columns, k))
	r := z.Cols
	s := &splitting{algebra: p.Algebra(), n: n, d: d, c: c, x: p.X.RawMatrix(), norm: norm, z: z}
	s.core = f.Slice(n, rows, 0, k).(*mat.Dense).RawMatrix()
	null, err := newNullSpace(p.Algebra(), p.X)
	if err != nil {
		return nil, err
	}
	s.null = null
	s.w, s.v, s.gradW = general(rows, r), general(rows, r), general(rows, r)
	m := rows - n
	s.tw, s.gtw, s.wtw = general(m, r), general(m, r), general(r, r)
	if 2*k > m {
		s.g = general(m, m)
		s.algebra.Gemm(blas.NoTrans, blas.Trans, 1, s.core, s.core, 0, s.g)
	} else {
		s.ctw = general(k, r)
	}
	return s, nil
}

// inNullSpace says whether the rows of f satisfy α − β = Xu up to rounding.
func inNullSpace(algebra linalg.Algebra, x, f *mat.Dense) error {
	n, d := x.Dims()
	_, k := f.Dims()
	var t mat.Dense
	algebra.Mul(&t, x, f.Slice(2*n, 2*n+d, 0, k))
	t.Add(&t, f.Slice(n, 2*n, 0, k))
	scale := math.Max(mat.Norm(f, 2), mat.Norm(&t, 2))
	t.Sub(&t, f.Slice(0, n, 0, k))
	if off := mat.Norm(&t, 2); !(off <= 1e-9*scale) {
		return fmt.Errorf("rounding: the factor of Λ has ‖α − β − Xu‖ = %.3g beside a norm of %.3g, expected 0 up to rounding", off, scale)
	}
	return nil
}

// leading returns the leading eigenvectors of FFᵀ times the roots of their
// eigenvalues, without those that vanish (p×r, r ≤ columns), and ‖FFᵀ‖_F.
func leading(algebra linalg.Algebra, f *mat.Dense, columns int) (blas64.General, float64) {
	rows, k := f.Dims()
	gram := mat.NewSymDense(k, nil)
	algebra.SymOuterK(gram, 1, f.T())
	norm := mat.Norm(gram, 2)
	if !(norm > 0) {
		return general(rows, 0), norm
	}
	values, q, ok := algebra.EigenSym(gram, true)
	if !ok {
		return general(rows, 0), norm
	}
	order := make([]int, k)
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return values[order[a]] > values[order[b]] })
	r := 0
	for r < columns && values[order[r]] > 1e-14*values[order[0]] {
		r++
	}
	turn := mat.NewDense(k, max(r, 1), nil)
	for b := range r {
		for a := range k {
			turn.Set(a, b, q.At(a, order[b]))
		}
	}
	z := mat.NewDense(rows, max(r, 1), nil)
	algebra.Mul(z, f, turn) // F q_i = √λ_i times an eigenvector of FFᵀ
	return z.RawMatrix(), norm
}

// iterate makes one step with the length tau.
func (s *splitting) iterate(tau float64) {
	copy(s.w.Data, s.z.Data)
	s.null.project(s.w)
	s.gradient()
	for i, w := range s.w.Data {
		s.v.Data[i] = 2*w - s.z.Data[i] - 2*tau*s.gradW.Data[i]
	}
	projectSigns(s.v, s.n)
	for i, w := range s.w.Data {
		s.z.Data[i] += s.v.Data[i] - w
	}
}

// gradient sets gradW = T(Y(WᵀW) − G(TᵀW)), and tw, gtw and wtw on the way.
func (s *splitting) gradient() {
	n, d, r := s.n, s.d, s.w.Cols
	y := lower(s.w, n)
	copy(s.tw.Data, y.Data)
	floats.Add(s.tw.Data[:n*r], s.w.Data[:n*r])
	s.algebra.Gemm(blas.Trans, blas.NoTrans, 1, s.x, upper(s.w, n), 1, block(s.tw, n, d))

	s.algebra.Gemm(blas.Trans, blas.NoTrans, 1, y, s.tw, 0, s.wtw)
	if s.g.Rows > 0 {
		s.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, s.g, s.tw, 0, s.gtw)
	} else {
		s.algebra.Gemm(blas.Trans, blas.NoTrans, 1, s.core, s.tw, 0, s.ctw)
		s.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, s.core, s.ctw, 0, s.gtw)
	}
	g := lower(s.gradW, n)
	copy(g.Data, s.gtw.Data)
	s.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, y, s.wtw, -1, g)
	alpha := upper(s.gradW, n)
	copy(alpha.Data, g.Data[:n*r])
	s.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, s.x, block(g, n, d), 1, alpha)
}

// upper is the first k rows of m, lower those after them, and block k rows from
// the given one.
func upper(m blas64.General, k int) blas64.General { return block(m, 0, k) }
func lower(m blas64.General, k int) blas64.General { return block(m, k, m.Rows-k) }
func block(m blas64.General, from, k int) blas64.General {
	return blas64.General{Rows: k, Cols: m.Cols, Stride: m.Stride, Data: m.Data[from*m.Stride : (from+k)*m.Stride]}
}

// current describes the last W, which gradient has seen.
func (s *splitting) current(iteration int) Iterate {
	// ‖WWᵀ − Λ̃‖² = ‖WᵀW‖² − 2⟨W, Λ̃W⟩ + ‖Λ̃‖².
	ww := floats.Norm(s.wtw.Data, 2)
	out := Iterate{Iteration: iteration, Fit: 0.5 * (ww*ww - 2*floats.Dot(s.tw.Data, s.gtw.Data) + s.norm*s.norm)}
	if out.Fit < 0 {
		out.Fit = 0 // cancellation
	}
	copy(s.v.Data, s.w.Data)
	projectSigns(s.v, s.n)
	floats.Sub(s.v.Data, s.w.Data)
	out.Sign = floats.Norm(s.v.Data, 2)
	out.Weights = s.weights()
	return out
}

// weights reads the neurons off the u and v blocks of W.
func (s *splitting) weights() problem.Weights {
	r := s.w.Cols
	var keep []int
	for j := range r {
		u, v := 0.0, 0.0
		for i := range s.d {
			u = math.Max(u, math.Abs(s.w.Data[(2*s.n+i)*r+j]))
		}
		for i := range s.c {
			v = math.Max(v, math.Abs(s.w.Data[(2*s.n+s.d+i)*r+j]))
		}
		if u > 0 && v > 0 || math.IsNaN(u) || math.IsNaN(v) {
			keep = append(keep, j)
		}
	}
	if len(keep) == 0 {
		return problem.Weights{}
	}
	w := problem.Weights{U: mat.NewDense(len(keep), s.d, nil), V: mat.NewDense(len(keep), s.c, nil)}
	for q, j := range keep {
		for i := range s.d {
			w.U.Set(q, i, s.w.Data[(2*s.n+i)*r+j])
		}
		for i := range s.c {
			w.V.Set(q, i, s.w.Data[(2*s.n+s.d+i)*r+j])
		}
	}
	return w
}

// projectSigns projects the columns of m onto {α, β ≥ 0, αᵢβᵢ = 0}: of each pair
// the larger is kept if it is positive, the other becomes zero.
func projectSigns(m blas64.General, n int) {
	for i := range n {
		alpha := m.Data[i*m.Stride : i*m.Stride+m.Cols]
		beta := m.Data[(n+i)*m.Stride : (n+i)*m.Stride+m.Cols]
		for j, a := range alpha {
			if b := beta[j]; a >= b {
				alpha[j], beta[j] = max(a, 0), 0
			} else {
				alpha[j], beta[j] = 0, max(b, 0)
			}
		}
	}
}

func cloneWeights(w problem.Weights) problem.Weights {
	if w.Width() == 0 {
		return problem.Weights{}
	}
	return problem.Weights{U: mat.DenseCopyOf(w.U), V: mat.DenseCopyOf(w.V)}
}

func general(rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: max(cols, 1), Data: make([]float64, rows*cols)}
}
