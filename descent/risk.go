package descent

import (
	"context"
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"

	"github.com/relift/relift/internal/dense"
	"github.com/relift/relift/problem/loss"
)

// risk evaluates
//
//	F(U, V) = Σ_i w_i ℓ(Σ_j (x_iᵀu_j)₊ v_j, y_i) + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)
//
// and its gradient in one pass over blocks of rows that stay in the cache, in the precision T.  Its memory is
// that of a few blocks and of the gradients; it holds no copy of the data.
//
// The weights are one slice theta of length (d+c)·m: the d×m matrix Uᵀ, then the c×m matrix Vᵀ, both
// row-major.  Neurons run along the rows, so that every kernel works on contiguous runs.
type risk[T dense.Real] struct {
	n, d, c int
	x       []T       // n×d
	y       []float64 // n×c
	weights []float64 // n, or nil for 1
	loss    loss.Loss
	gamma   float64
	workers []*worker[T]
	passes  float64 // rows that were worked on, in units of n
}

// worker has the work space of one goroutine.
type worker[T dense.Real] struct {
	block   int       // rows of a block
	h, dh   []T       // block×m
	out     []T       // block×c
	f       []float64 // block×c
	gradU   []T       // d×m, of this worker's rows
	gradV   []T       // c×m
	loss    float64
	stopped bool
}

// blockBytes is what the activations of a block of rows may take: they are to stay in the cache of the second level.
const blockBytes = 1 << 18

// sharedWork is the number of multiplications of a product below which a second goroutine does not pay.
const sharedWork = 200_000

// newRisk makes the work space on the rows x (n×d) and y (n×c) for at most threads goroutines.
func newRisk[T dense.Real](x []T, y []float64, d, c int, gamma float64, l loss.Loss, weights []float64, threads int) *risk[T] {
	r := &risk[T]{n: len(y) / c, d: d, c: c, x: x, y: y, weights: weights, loss: l, gamma: gamma}
	for range max(threads, 1) {
		r.workers = append(r.workers, &worker[T]{})
	}
	return r
}

// fit makes room for m neurons.
func (w *worker[T]) fit(m, d, c int) {
	var t T
	size := 8
	if _, single := any(t).(float32); single {
		size = 4
	}
	w.block = min(max(blockBytes/(size*max(m, 1))&^7, 32), 1024)
	w.h, w.dh = room(w.h, w.block*m), room(w.dh, w.block*m)
	w.out, w.f = room(w.out, w.block*c), room(w.f, w.block*c)
	w.gradU, w.gradV = room(w.gradU, d*m), room(w.gradV, c*m)
}

// room returns x with the length n, new where it is too small.
func room[T any](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n)
	}
	return x[:n]
}

// value returns F(theta), estimated from the rows lo ≤ i < hi by scaling their loss up, and unless grad is nil
// writes the gradient to grad.  On a kink the gradient is that of the inactive side.  When ctx ends, it returns +Inf.
func (r *risk[T]) value(ctx context.Context, theta, grad []T, lo, hi int) float64 {
	m := len(theta) / (r.d + r.c)
	parts := min(len(r.workers), max(1, (hi-lo)*r.d*m/sharedWork))
	var wait sync.WaitGroup
	for p := range parts {
		w := r.workers[p]
		from, to := lo+p*(hi-lo)/parts, lo+(p+1)*(hi-lo)/parts
		run := func() { r.rows(ctx, w, theta, m, from, to, grad != nil) }
		if p == parts-1 {
			run()
		} else {
			wait.Go(run)
		}
	}
	wait.Wait()
	r.passes += float64(hi-lo) / float64(r.n)
	scale, sum := float64(r.n)/float64(hi-lo), 0.0
	for _, w := range r.workers[:parts] {
		if w.stopped {
			return math.Inf(1)
		}
		sum += w.loss
	}
	square := 0.0
	for _, t := range theta {
		square += float64(t) * float64(t)
	}
	if grad == nil {
		return scale*sum + r.gamma/2*square
	}
	k, gamma, s := r.d*m, T(r.gamma), T(scale)
	for p, w := range r.workers[:parts] {
		gu, gv := grad[:k], grad[k:]
		if p == 0 {
			for i, t := range theta[:k] {
				gu[i] = gamma*t + s*w.gradU[i]
			}
			for i, t := range theta[k:] {
				gv[i] = gamma*t + s*w.gradV[i]
			}
			continue
		}
		for i, t := range w.gradU {
			gu[i] += s * t
		}
		for i, t := range w.gradV {
			gv[i] += s * t
		}
	}
	return scale*sum + r.gamma/2*square
}

// rows works on the rows from ≤ i < to, block by block.
func (r *risk[T]) rows(ctx context.Context, w *worker[T], theta []T, m, from, to int, gradient bool) {
	w.fit(m, r.d, r.c)
	u, v := theta[:r.d*m], theta[r.d*m:]
	w.loss, w.stopped = 0, false
	beta := T(0)
	if gradient && from >= to {
		clear(w.gradU)
		clear(w.gradV)
	}
	for lo := from; lo < to; lo += w.block {
		if ctx.Err() != nil {
			w.stopped = true
			return
		}
		b := min(w.block, to-lo)
		x, h, out, f := r.x[lo*r.d:(lo+b)*r.d], w.h[:b*m], w.out[:b*r.c], w.f[:b*r.c]
		dense.Product(blas.NoTrans, blas.NoTrans, b, m, r.d, x, u, 0, h)
		dense.Relu(h)
		dense.Product(blas.NoTrans, blas.Trans, b, r.c, m, h, v, 0, out)
		for i, t := range out {
			f[i] = float64(t)
		}
		var weights []float64
		if r.weights != nil {
			weights = r.weights[lo : lo+b]
		}
		w.loss += r.loss.Gradient(f, r.y[lo*r.c:(lo+b)*r.c], r.c, weights)
		if !gradient {
			continue
		}
		for i, t := range f {
			out[i] = T(t)
		}
		dense.Product(blas.Trans, blas.NoTrans, r.c, m, b, out, h, beta, w.gradV)
		dh := w.dh[:b*m]
		if r.c == 1 {
			for i, t := range out { // v_j follows below, once for all rows
				dense.FillPositive(dh[i*m:(i+1)*m], t, h[i*m:(i+1)*m])
			}
		} else {
			dense.Product(blas.NoTrans, blas.NoTrans, b, m, r.c, out, v, 0, dh)
			dense.MaskPositive(dh, h)
		}
		dense.Product(blas.Trans, blas.NoTrans, r.d, m, b, x, dh, beta, w.gradU)
		beta = 1
	}
	if gradient && r.c == 1 {
		for i := range r.d {
			for j, t := range v {
				w.gradU[i*m+j] *= t
			}
		}
	}
}

// alone is r on the same data with work space of its own for one goroutine.
func (r *risk[T]) alone() *risk[T] {
	return newRisk(r.x, r.y, r.d, r.c, r.gamma, r.loss, r.weights, 1)
}
