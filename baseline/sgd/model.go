package sgd

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// model evaluates the objective for weights theta: Uᵀ (d×m), then Vᵀ (c×m), both
// row-major.
type model struct {
	algebra    linalg.Algebra
	n, d, c, m int
	gamma      float64
	x, y       blas64.General // n×d, n×c
	h, dh      blas64.General // n×m, activations and their gradient
	r          blas64.General // n×c, output − Y
}

func newModel(p problem.Problem, m int) *model {
	n, d, c := p.Dims()
	general := func(rows, cols int) blas64.General {
		return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
	}
	return &model{
		algebra: p.Algebra(),
		n:       n, d: d, c: c, m: m, gamma: p.Gamma, x: p.X.RawMatrix(), y: p.Y.RawMatrix(),
		h: general(n, m), dh: general(n, m), r: general(n, c),
	}
}

// value returns the objective at theta and writes its gradient to grad.  The
// derivative of relu at 0 is taken to be 0.
func (o *model) value(theta, grad []float64) float64 {
	view := func(x []float64) (u, v blas64.General) {
		return blas64.General{Rows: o.d, Cols: o.m, Stride: o.m, Data: x[:o.d*o.m]},
			blas64.General{Rows: o.c, Cols: o.m, Stride: o.m, Data: x[o.d*o.m:]}
	}
	u, v := view(theta)
	gu, gv := view(grad)
	o.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, o.x, u, 0, o.h)
	for i, t := range o.h.Data {
		o.h.Data[i] = max(t, 0)
	}
	o.algebra.Gemm(blas.NoTrans, blas.Trans, 1, o.h, v, 0, o.r)
	f := 0.0
	for i := range o.n {
		for k := range o.c {
			o.r.Data[i*o.c+k] -= o.y.Data[i*o.y.Stride+k]
			f += o.r.Data[i*o.c+k] * o.r.Data[i*o.c+k]
		}
	}
	o.algebra.Gemm(blas.Trans, blas.NoTrans, 1, o.r, o.h, 0, gv)
	o.algebra.Gemm(blas.NoTrans, blas.NoTrans, 1, o.r, v, 0, o.dh)
	for i, t := range o.h.Data {
		if t <= 0 {
			o.dh.Data[i] = 0
		}
	}
	o.algebra.Gemm(blas.Trans, blas.NoTrans, 1, o.x, o.dh, 0, gu)
	for i, t := range theta {
		f += o.gamma * t * t
		grad[i] += o.gamma * t
	}
	return f / 2
}
