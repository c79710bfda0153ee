package exact

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
)

// column is one neuron direction of the restricted problem.
type column struct {
	u    []float64 // d, unit
	a    []float64 // n, (Xu)₊
	size float64   // η ≥ 0: at the optimum ‖v‖
}

// master solves the problem restricted to fixed directions, the group lasso
//
//	min_V ½‖A V − Y‖² + γ Σ_j ‖v_j‖,   A = [(Xu_1)₊ … (Xu_m)₊]  (n×m).
//
// With ‖v‖ = min_η ½(‖v‖²/η + η) and V eliminated it becomes the smooth convex
// problem over η ≥ 0 in R^m, whatever the number of outputs,
//
//	f(η) = (γ/2) [tr Yᵀ G Y + Σ η_j],   G = (A diag(η) Aᵀ + γI)⁻¹,
//	∂f/∂η_j = (γ/2)(1 − ‖a_jᵀGY‖²),
//	∂²f/∂η_i∂η_j = γ (a_iᵀ G a_j)(a_iᵀGY · a_jᵀGY),
//
// solved by a primal-dual interior-point method.  W = γGY is the residual and
// ‖a_jᵀW‖ ≤ γ are the optimality conditions.
type master struct {
	in      *instance
	columns []*column
	w       []float64 // n×c, residual at the solution
	v       []float64 // m×c
	value   float64   // ½‖W‖² + γΣ‖v_j‖, without the instance's constant
}

// masterTolerance is the smallest relative duality gap of the restricted
// problem that its solver aims at.
const masterTolerance = 1e-10

// solve finds η, V and W for the present columns, to the relative duality gap given
// unless the context ends before.
func (ms *master) solve(ctx context.Context, tolerance float64) {
	in, m := ms.in, len(ms.columns)
	n, c := in.n, in.c
	if m == 0 {
		ms.w = append([]float64(nil), in.y...)
		ms.v = nil
		ms.value = squared(in.y) / 2
		return
	}
	a := mat.NewDense(n, m, nil)
	for j, col := range ms.columns {
		for i, t := range col.a {
			a.Set(i, j, t)
		}
	}
	y := mat.NewDense(n, c, append([]float64(nil), in.y...))
	// Outside the columns' span G acts as 1/γ: with A = QR only QᵀA = R and QᵀY matter.
	ar, yr := a, y
	if n > m {
		var qr mat.QR
		qr.Factorize(a)
		var q, r mat.Dense
		qr.QTo(&q)
		qr.RTo(&r)
		ar = mat.DenseCopyOf(r.Slice(0, m, 0, m))
		yr = mat.NewDense(m, c, nil)
		in.algebra.Mul(yr, q.Slice(0, n, 0, m).T(), y)
	}
	eta := make([]float64, m)
	scale := 0.0
	for _, col := range ms.columns {
		scale = max(scale, col.size)
	}
	for j, col := range ms.columns {
		if scale > 0 {
			eta[j] = max(col.size, 1e-2*scale)
		} else {
			eta[j] = short.Norm(in.y) / (short.Norm(col.a) * math.Sqrt(float64(m)))
		}
		if !(eta[j] > 0) || math.IsInf(eta[j], 0) {
			eta[j] = 1
		}
	}
	interiorPoint(ctx, in.algebra, ar, yr, in.gamma, eta, tolerance)

	st := newMasterState(in.algebra, ar, yr, in.gamma)
	if !st.at(eta) {
		clear(eta)
	}
	ms.v = make([]float64, m*c)
	for j, col := range ms.columns {
		for k := range c {
			ms.v[j*c+k] = eta[j] * st.agy.At(j, k)
		}
		col.size = short.Norm(ms.v[j*c : (j+1)*c])
	}
	ms.w = append(ms.w[:0], in.y...)
	ms.value = 0
	for j, col := range ms.columns {
		vj := ms.v[j*c : (j+1)*c]
		ms.value += in.gamma * col.size
		for i, t := range col.a {
			if t > 0 {
				short.Axpy(-t, vj, ms.w[i*c:(i+1)*c])
			}
		}
	}
	ms.value += squared(ms.w) / 2
}

// masterState evaluates f, its gradient and Hessian at a point η.
type masterState struct {
	algebra linalg.Algebra
	a, y    *mat.Dense // rows×m, rows×c
	gamma   float64
	k       *mat.SymDense     // A diag(η) Aᵀ + γI
	factor  blas64.Triangular // U, K = UᵀU
	scaled  *mat.Dense        // A diag(√η)
	gy      *mat.Dense        // GY
	agy     *mat.Dense        // AᵀGY (m×c)
	f       float64
	grad    []float64
	root    []float64  // √η
	half    *mat.Dense // U⁻ᵀA with K = UᵀU
	hessian *mat.SymDense
}

func newMasterState(algebra linalg.Algebra, a, y *mat.Dense, gamma float64) *masterState {
	rows, m := a.Dims()
	_, c := y.Dims()
	return &masterState{
		algebra: algebra, a: a, y: y, gamma: gamma,
		k: mat.NewSymDense(rows, nil), scaled: mat.NewDense(rows, m, nil),
		gy: mat.NewDense(rows, c, nil), agy: mat.NewDense(m, c, nil),
		grad: make([]float64, m), root: make([]float64, m), half: mat.NewDense(rows, m, nil), hessian: mat.NewSymDense(m, nil),
	}
}

// at computes f and its gradient; it reports false when K is numerically not
// positive definite or something overflowed.
func (st *masterState) at(eta []float64) bool {
	rows, m := st.a.Dims()
	sum := 0.0
	for j, e := range eta {
		sum += e
		st.root[j] = math.Sqrt(e)
	}
	for i := range rows {
		from, to := st.a.RawRowView(i), st.scaled.RawRowView(i)
		for j, s := range st.root {
			to[j] = s * from[j]
		}
	}
	st.algebra.SymOuterK(st.k, 1, st.scaled)
	for i := range rows {
		st.k.SetSym(i, i, st.k.At(i, i)+st.gamma)
	}
	k, gy := st.k.RawSymmetric(), st.gy.RawMatrix()
	if !st.algebra.Cholesky(k.Uplo, rows, k.Data, k.Stride) {
		return false
	}
	st.factor = blas64.Triangular{Uplo: k.Uplo, Diag: blas.NonUnit, N: rows, Data: k.Data, Stride: k.Stride}
	st.gy.Copy(st.y)
	st.algebra.CholeskySolve(k.Uplo, rows, gy.Cols, k.Data, k.Stride, gy.Data, gy.Stride)
	st.algebra.Mul(st.agy, st.a.T(), st.gy)
	trace := short.Dot(st.gy.RawMatrix().Data, st.y.RawMatrix().Data)
	st.f = st.gamma / 2 * (trace + sum)
	for j := range m {
		st.grad[j] = st.gamma / 2 * (1 - squared(st.agy.RawRowView(j)))
	}
	return !math.IsNaN(st.f) && !math.IsInf(st.f, 0)
}

// second computes the Hessian at the point of the last at.
func (st *masterState) second() {
	st.half.Copy(st.a)
	st.algebra.Trsm(blas.Left, blas.Trans, 1, st.factor, st.half.RawMatrix())
	m := len(st.grad)
	st.algebra.SymOuterK(st.hessian, 1, st.half.T())
	raw := st.hessian.RawSymmetric()
	for i := range m {
		gi, row := st.agy.RawRowView(i), raw.Data[i*raw.Stride:i*raw.Stride+m]
		for j := i; j < m; j++ {
			row[j] *= st.gamma * short.Dot(gi, st.agy.RawRowView(j))
		}
	}
}

// gap returns f(η) minus the value of the feasible dual point tW with
// W = γGY and t = min(t*, 1/max_j ‖a_jᵀGY‖).
func (st *masterState) gap() float64 {
	worst := 1.0
	m := len(st.grad)
	for j := range m {
		worst = max(worst, short.Norm(st.agy.RawRowView(j)))
	}
	wy := st.gamma * short.Dot(st.gy.RawMatrix().Data, st.y.RawMatrix().Data)
	ww := st.gamma * st.gamma * squared(st.gy.RawMatrix().Data)
	t := 1 / worst
	if ww > 0 {
		t = min(t, wy/ww)
	}
	return st.f - (t*wy - t*t*ww/2)
}

// interiorPoint minimises f over η ≥ 0, starting from eta > 0, in place, until
// the relative duality gap is at most the tolerance or the context ends.
func interiorPoint(ctx context.Context, algebra linalg.Algebra, a, y *mat.Dense, gamma float64, eta []float64, tolerance float64) {
	m := len(eta)
	st, trial := newMasterState(algebra, a, y, gamma), newMasterState(algebra, a, y, gamma)
	if !st.at(eta) {
		return
	}
	mu := 0.0
	dual := make([]float64, m)
	for j := range eta {
		mu += eta[j] * max(math.Abs(st.grad[j]), 0.05*gamma)
	}
	mu /= float64(m)
	for j := range eta {
		dual[j] = max(st.grad[j], mu/eta[j])
	}
	system := mat.NewSymDense(m, nil)
	step, next := mat.NewVecDense(m, nil), make([]float64, m)
	rhs := mat.NewVecDense(m, nil)
	stalled := 0
	for range 100 {
		if ctx.Err() != nil || st.gap() <= tolerance*st.f {
			return
		}
		st.second()
		system.CopySym(st.hessian)
		complement := 0.0
		for j := range eta {
			complement += eta[j] * dual[j]
		}
		mu = 0.1 * complement / float64(m)
		if stalled > 0 {
			mu = complement / float64(m)
		}
		for j := range eta {
			system.SetSym(j, j, system.At(j, j)+dual[j]/eta[j])
			rhs.SetVec(j, mu/eta[j]-st.grad[j])
		}
		raw := system.RawSymmetric()
		if !algebra.Cholesky(raw.Uplo, m, raw.Data, raw.Stride) {
			return
		}
		step.CopyVec(rhs)
		algebra.CholeskySolve(raw.Uplo, m, 1, raw.Data, raw.Stride, step.RawVector().Data, 1)
		primal, dualStep := 1.0, 1.0
		slope := 0.0
		for j := range eta {
			d := step.AtVec(j)
			slope -= d * rhs.AtVec(j)
			if d < 0 {
				primal = min(primal, -0.99*eta[j]/d)
			}
			ds := mu/eta[j] - dual[j] - dual[j]/eta[j]*d
			if ds < 0 {
				dualStep = min(dualStep, -0.99*dual[j]/ds)
			}
		}
		before := st.f - mu*sumLog(eta)
		accepted := false
		for range 30 {
			for j := range eta {
				next[j] = eta[j] + primal*step.AtVec(j)
			}
			if trial.at(next) {
				after := trial.f - mu*sumLog(next)
				if after <= before+1e-4*primal*slope+1e-14*math.Abs(before) {
					accepted = true
					break
				}
			}
			primal /= 2
		}
		if !accepted {
			stalled++
			if stalled > 3 {
				return
			}
			for j := range eta {
				dual[j] = mu / eta[j]
			}
			continue
		}
		stalled = 0
		for j := range eta {
			ds := mu/eta[j] - dual[j] - dual[j]/eta[j]*step.AtVec(j)
			dual[j] += dualStep * ds
		}
		copy(eta, next)
		st, trial = trial, st
		for j := range eta {
			// keep the multiplier within a factor of the central path (Wächter & Biegler 2006, equation 16)
			dual[j] = min(max(dual[j], mu/(1e10*eta[j])), 1e10*mu/eta[j])
		}
	}
}

func sumLog(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += math.Log(x)
	}
	return s
}
