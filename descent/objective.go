package descent

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

// objective evaluates F and its gradient without allocating.
//
// The weights are one slice theta of length (d+c)·m: the d×m matrix Uᵀ, then the
// c×m matrix Vᵀ, both row-major.  Neurons run along the rows, so every kernel
// works on contiguous runs of length m.
type objective struct {
	n, d, c, m int
	gamma      float64
	x, y       blas64.General // n×d, n×c
	h          blas64.General // n×m, X Uᵀ, then (X Uᵀ)₊
	dh         blas64.General // n×m, the gradient with respect to h
	r          blas64.General // n×c, output − Y
	calls      int
}

// newObjective makes the work space for networks of width m on (x, y).
func newObjective(x, y blas64.General, gamma float64, m int) *objective {
	n, d, c := x.Rows, x.Cols, y.Cols
	return &objective{
		n: n, d: d, c: c, m: m, gamma: gamma, x: x, y: y,
		h: general(n, m), dh: general(n, m), r: general(n, c),
	}
}

// value returns F(theta) and, unless grad is nil, writes ∇F(theta) to grad.  On
// a kink the gradient is that of the inactive side.
func (o *objective) value(theta, grad []float64) float64 {
	o.calls++
	u, v := o.split(theta)
	gemm(blas.NoTrans, blas.NoTrans, o.x, u, o.h)
	for i, t := range o.h.Data {
		if t <= 0 {
			o.h.Data[i] = 0
		}
	}
	gemm(blas.NoTrans, blas.Trans, o.h, v, o.r)
	for i := range o.n {
		row := o.r.Data[i*o.r.Stride : i*o.r.Stride+o.c]
		floats.Sub(row, o.y.Data[i*o.y.Stride:i*o.y.Stride+o.c])
	}
	f := 0.5*floats.Dot(o.r.Data, o.r.Data) + 0.5*o.gamma*floats.Dot(theta, theta)
	if grad == nil {
		return f
	}
	gu, gv := o.split(grad)
	gemm(blas.Trans, blas.NoTrans, o.r, o.h, gv)
	gemm(blas.NoTrans, blas.NoTrans, o.r, v, o.dh)
	for i, t := range o.h.Data {
		if t <= 0 {
			o.dh.Data[i] = 0
		}
	}
	gemm(blas.Trans, blas.NoTrans, o.x, o.dh, gu)
	floats.AddScaled(grad, o.gamma, theta)
	return f
}

// split views theta as Uᵀ (d×m) and Vᵀ (c×m).
func (o *objective) split(theta []float64) (u, v blas64.General) {
	k := o.d * o.m
	return blas64.General{Rows: o.d, Cols: o.m, Stride: o.m, Data: theta[:k:k]},
		blas64.General{Rows: o.c, Cols: o.m, Stride: o.m, Data: theta[k:]}
}

// smallProduct is the number of multiplications below which a product is done
// by gonum's own kernel: there a foreign BLAS costs more in calls and locks
// than it saves, above all under concurrent restarts.
const smallProduct = 1 << 17

// gemm computes c = op(a) op(b).
func gemm(ta, tb blas.Transpose, a, b, c blas64.General) {
	k := a.Cols
	if ta == blas.Trans {
		k = a.Rows
	}
	if c.Rows*c.Cols*k < smallProduct {
		gonum.Implementation{}.Dgemm(ta, tb, c.Rows, c.Cols, k, 1,
			a.Data, a.Stride, b.Data, b.Stride, 0, c.Data, c.Stride)
		return
	}
	blas64.Gemm(ta, tb, 1, a, b, 0, c)
}

func general(rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: max(cols, 1), Data: make([]float64, rows*cols)}
}

// pack lays weights out as theta.
func pack(w lift.Weights, theta []float64) {
	m := w.Width()
	if m == 0 {
		return
	}
	_, d := w.U.Dims()
	_, c := w.V.Dims()
	for j := range m {
		for k := range d {
			theta[k*m+j] = w.U.At(j, k)
		}
		for k := range c {
			theta[(d+k)*m+j] = w.V.At(j, k)
		}
	}
}

// unpack is the inverse of pack.
func unpack(theta []float64, m, d, c int) lift.Weights {
	if m == 0 {
		return lift.Weights{}
	}
	w := lift.Weights{U: mat.NewDense(m, d, nil), V: mat.NewDense(m, c, nil)}
	for j := range m {
		for k := range d {
			w.U.Set(j, k, theta[k*m+j])
		}
		for k := range c {
			w.V.Set(j, k, theta[(d+k)*m+j])
		}
	}
	return w
}
