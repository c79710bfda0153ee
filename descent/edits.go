package descent

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// edits knows the objectives of the networks that differ from one network by one or two neurons, each at the cost of the output of
// these, not of the network.
type edits struct {
	p       problem.Problem
	n, d, c int
	w       problem.Weights
	a       *mat.Dense     // m×n, activations of each neuron
	r       blas64.General // n×c, output − Y; the output for a problem that is not plain
	changed []float64      // n×c, outputs of such a problem after an edit
	decay   float64        // Σ (‖u_j‖² + ‖v_j‖²)
	f       float64        // objective of w
	column  []float64      // n, activations of a new neuron
}

// editsFit says whether edits of m neurons are worth their memory, n·m numbers.
func editsFit(p problem.Problem, m int) bool {
	n, _, _ := p.Dims()
	return n*m <= mostActivations
}

func newEdits(p problem.Problem, w problem.Weights) *edits {
	e := &edits{p: p}
	e.n, e.d, e.c = p.Dims()
	e.column = make([]float64, e.n)
	e.set(w)
	return e
}

// set makes w the network to be edited.
func (e *edits) set(w problem.Weights) {
	e.w, e.decay = w, w.SquaredNorm()
	e.a = mat.NewDense(max(w.Width(), 1), e.n, nil)
	e.r = general(e.n, e.c)
	y := e.p.Y.RawMatrix()
	for i := range e.n {
		if row := e.r.Data[i*e.c : (i+1)*e.c]; e.p.IsPlain() {
			floats.ScaleTo(row, -1, y.Data[i*y.Stride:i*y.Stride+e.c])
		} else {
			copy(row, w.B)
		}
	}
	if w.Width() > 0 {
		e.p.Algebra().Gemm(blas.NoTrans, blas.Trans, 1, w.U.RawMatrix(), e.p.X.RawMatrix(), 0, e.a.RawMatrix())
		for i, t := range e.a.RawMatrix().Data {
			e.a.RawMatrix().Data[i] = max(t, 0)
		}
		e.p.Algebra().Gemm(blas.Trans, blas.NoTrans, 1, e.a.RawMatrix(), w.V.RawMatrix(), 1, e.r)
	}
	if e.p.IsPlain() {
		e.f = floats.Dot(e.r.Data, e.r.Data)/2 + e.p.Gamma/2*e.decay
		return
	}
	e.changed = make([]float64, len(e.r.Data))
	e.f = e.loss(func(int, []float64) {}) + e.p.Gamma/2*e.decay
}

// loss is the loss of a problem that is not plain after each row's output was changed; the intercept stays as it is.
func (e *edits) loss(change func(i int, output []float64)) float64 {
	copy(e.changed, e.r.Data)
	for i := range e.n {
		change(i, e.changed[i*e.c:(i+1)*e.c])
	}
	return loss.OrSquared(e.p.Loss).Gradient(e.changed, linalg.RowMajor(e.p.Y), e.c, e.p.Weights)
}

// without is the objective without neuron j.
func (e *edits) without(j int) float64 {
	u, v, a := e.w.U.RawRowView(j), e.w.V.RawRowView(j), e.a.RawRowView(j)
	decay := e.p.Gamma / 2 * (e.decay - floats.Dot(u, u) - floats.Dot(v, v))
	if !e.p.IsPlain() {
		return e.loss(func(i int, output []float64) { floats.AddScaled(output, -a[i], v) }) + decay
	}
	sum := 0.0
	for i, h := range a {
		for q, r := range e.r.Data[i*e.c : (i+1)*e.c] {
			r -= h * v[q]
			sum += r * r
		}
	}
	return sum/2 + decay
}

// merged returns the neuron that replaces neurons j and k, the leading singular pair of u_jv_jᵀ + u_kv_kᵀ turned
// towards u_j + u_k, and the objective with it.
func (e *edits) merged(j, k int) (u, v []float64, f float64) {
	uj, uk := e.w.U.RawRowView(j), e.w.U.RawRowView(k)
	vj, vk := e.w.V.RawRowView(j), e.w.V.RawRowView(k)
	u, v = leadingPair(uj, vj, uk, vk)
	x := e.p.X.RawMatrix()
	e.p.Algebra().Gemv(blas.NoTrans, 1, x, u, 0, e.column)
	aj, ak := e.a.RawRowView(j), e.a.RawRowView(k)
	decay := e.decay + floats.Dot(u, u) + floats.Dot(v, v)
	for _, gone := range [][]float64{uj, uk, vj, vk} {
		decay -= floats.Dot(gone, gone)
	}
	if !e.p.IsPlain() {
		return u, v, e.p.Gamma/2*decay + e.loss(func(i int, output []float64) {
			floats.AddScaled(output, max(e.column[i], 0), v)
			floats.AddScaled(output, -aj[i], vj)
			floats.AddScaled(output, -ak[i], vk)
		})
	}
	sum := 0.0
	for i, t := range e.column {
		h, hj, hk := max(t, 0), aj[i], ak[i]
		for q, r := range e.r.Data[i*e.c : (i+1)*e.c] {
			r += h*v[q] - hj*vj[q] - hk*vk[q]
			sum += r * r
		}
	}
	return u, v, sum/2 + e.p.Gamma/2*decay
}

// withMerged returns the network with the neuron (u, v) in the place of j, without k, k > j.
func (e *edits) withMerged(j, k int, u, v []float64) problem.Weights {
	out := without(e.w, k)
	out.U.SetRow(j, u)
	out.V.SetRow(j, v)
	return out
}

// leadingPair returns u and v, ‖u‖ = ‖v‖, with uvᵀ the best approximation of rank one to M = u₁v₁ᵀ + u₂v₂ᵀ, and uᵀ(u₁ + u₂) ≥ 0.  The
// left singular vectors of M are combinations U₂y of the columns of U₂ = [u₁ u₂], with y an eigenvector of
// V₂ᵀV₂U₂ᵀU₂, V₂ = [v₁ v₂].
func leadingPair(u1, v1, u2, v2 []float64) (u, v []float64) {
	g11, g12, g22 := floats.Dot(u1, u1), floats.Dot(u1, u2), floats.Dot(u2, u2)
	h11, h12, h22 := floats.Dot(v1, v1), floats.Dot(v1, v2), floats.Dot(v2, v2)
	p11, p12 := h11*g11+h12*g12, h11*g12+h12*g22
	p21, p22 := h12*g11+h22*g12, h12*g12+h22*g22
	top := (p11+p22)/2 + math.Sqrt(max((p11-p22)*(p11-p22)/4+p12*p21, 0))
	y1, y2 := p12, top-p11
	if b1, b2 := top-p22, p21; math.Hypot(b1, b2) > math.Hypot(y1, y2) {
		y1, y2 = b1, b2
	}
	if y1 == 0 && y2 == 0 {
		y1 = 1 // M has two equal singular values: any pair will do
	}
	u, v = make([]float64, len(u1)), make([]float64, len(v1))
	floats.AddScaledTo(u, u, y1, u1)
	floats.AddScaled(u, y2, u2)
	norm := floats.Norm(u, 2)
	if norm == 0 {
		return u, v // M is zero
	}
	floats.Scale(1/norm, u)
	floats.AddScaled(v, floats.Dot(u1, u), v1)
	floats.AddScaled(v, floats.Dot(u2, u), v2)
	sigma := floats.Norm(v, 2)
	if sigma == 0 {
		return u, v
	}
	if floats.Dot(u, u1)+floats.Dot(u, u2) < 0 {
		floats.Scale(-1, u)
		floats.Scale(-1, v)
	}
	root := math.Sqrt(sigma)
	floats.Scale(root, u)
	floats.Scale(root/sigma, v)
	return u, v
}
