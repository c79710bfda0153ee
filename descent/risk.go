package descent

import (
	"context"
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
)

// risk evaluates
//
//	F(U, V) = Σ_i w_i ℓ(Σ_j (x_iᵀu_j)₊ v_j, y_i) + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)
//
// and its gradient in one pass over blocks of rows that stay in the cache, in the precision T.  Its memory is
// that of a few blocks and of the gradients; it holds no copy of the data.
//
// With an intercept F is the minimum over b of the same with + b in ℓ.  Its gradient is that at the best b (variable projection), which
// needs the outputs of all rows first: they are held, and the gradient takes a second pass.
//
// The weights are one slice theta of length (d+c)·m: the d×m matrix Uᵀ, then the c×m matrix Vᵀ, both
// row-major.  Neurons run along the rows, so that every kernel works on contiguous runs.
type risk[T linalg.Real] struct {
	algebra linalg.Algebra // one thread: the workers are beside each other
	n, d, c int
	x       []T       // n×d
	y       []float64 // n×c
	weights []float64 // n, or nil for 1
	loss    loss.Loss
	gamma   float64
	b       []float64 // c, the best intercept of the last evaluation; nil where there is none
	slopes  []float64 // n×c with an intercept, the outputs and then the slopes of the loss
	workers []*worker[T]
	passes  float64 // rows that were worked on, in units of n
}

// worker has the work space of one goroutine.
type worker[T linalg.Real] struct {
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

// newRisk makes the work space for the problem p with the rows x (n×d) in place of its own and the targets y (n×c), in another order of rows
// perhaps, which is that of the weights, for at most threads goroutines.
func newRisk[T linalg.Real](p problem.Problem, x []T, y, weights []float64, threads int) *risk[T] {
	_, d, c := p.Dims()
	r := &risk[T]{algebra: p.Algebra().WithThreads(1), n: len(y) / c, d: d, c: c, x: x, y: y, weights: weights, loss: loss.OrSquared(p.Loss), gamma: p.Gamma}
	if p.Intercept {
		r.b, r.slopes = make([]float64, c), make([]float64, len(y))
	}
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
	work := pass{gradient: grad != nil}
	projected := 0.0
	if r.b != nil {
		if !r.pass(ctx, theta, lo, hi, pass{outputs: true}) {
			return math.Inf(1)
		}
		projected = r.project(lo, hi)
		work.projected = true
	}
	if r.b == nil || work.gradient {
		if !r.pass(ctx, theta, lo, hi, work) {
			return math.Inf(1)
		}
	}
	parts := r.parts(m, hi-lo)
	scale, sum := float64(r.n)/float64(hi-lo), projected
	if r.b == nil {
		for _, w := range r.workers[:parts] {
			sum += w.loss
		}
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

// project finds the best intercept for the outputs of the rows lo ≤ i < hi, puts the slopes of their losses in the place of the outputs and
// returns the loss.
func (r *risk[T]) project(lo, hi int) float64 {
	f, y := r.slopes[lo*r.c:hi*r.c], r.y[lo*r.c:hi*r.c]
	var weights []float64
	if r.weights != nil {
		weights = r.weights[lo:hi]
	}
	r.b = loss.Intercept(r.loss, f, y, r.c, weights, r.b)
	for k := range f {
		f[k] += r.b[k%r.c]
	}
	return r.loss.Gradient(f, y, r.c, weights)
}

// parts is the number of workers that share rows for m neurons.
func (r *risk[T]) parts(m, rows int) int {
	return min(len(r.workers), max(1, rows*r.d*m/sharedWork))
}

// pass says what a pass over the rows is for.
type pass struct {
	outputs   bool // to hold them, and nothing else
	projected bool // the slopes are known
	gradient  bool
}

// pass works on the rows lo ≤ i < hi; false where ctx ended before.
func (r *risk[T]) pass(ctx context.Context, theta []T, lo, hi int, what pass) bool {
	m := len(theta) / (r.d + r.c)
	parts := r.parts(m, hi-lo)
	var wait sync.WaitGroup
	for p := range parts {
		w := r.workers[p]
		from, to := lo+p*(hi-lo)/parts, lo+(p+1)*(hi-lo)/parts
		run := func() { r.rows(ctx, w, theta, m, from, to, what) }
		if p == parts-1 {
			run()
		} else {
			wait.Go(run)
		}
	}
	wait.Wait()
	r.passes += float64(hi-lo) / float64(r.n)
	for _, w := range r.workers[:parts] {
		if w.stopped {
			return false
		}
	}
	return true
}

// rows works on the rows from ≤ i < to, block by block.
func (r *risk[T]) rows(ctx context.Context, w *worker[T], theta []T, m, from, to int, what pass) {
	w.fit(m, r.d, r.c)
	u, v := theta[:r.d*m], theta[r.d*m:]
	w.loss, w.stopped = 0, false
	beta := T(0)
	if what.gradient && from >= to {
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
		linalg.Product(r.algebra, blas.NoTrans, blas.NoTrans, b, m, r.d, x, u, 0, h)
		linalg.Relu(h)
		if what.projected {
			f = r.slopes[lo*r.c : (lo+b)*r.c]
		} else {
			linalg.Product(r.algebra, blas.NoTrans, blas.Trans, b, r.c, m, h, v, 0, out)
			if what.outputs {
				f = r.slopes[lo*r.c : (lo+b)*r.c]
			}
			for i, t := range out {
				f[i] = float64(t)
			}
			if what.outputs {
				continue
			}
			var weights []float64
			if r.weights != nil {
				weights = r.weights[lo : lo+b]
			}
			w.loss += r.loss.Gradient(f, r.y[lo*r.c:(lo+b)*r.c], r.c, weights)
		}
		if !what.gradient {
			continue
		}
		for i, t := range f {
			out[i] = T(t)
		}
		linalg.Product(r.algebra, blas.Trans, blas.NoTrans, r.c, m, b, out, h, beta, w.gradV)
		dh := w.dh[:b*m]
		if r.c == 1 {
			for i, t := range out { // v_j follows below, once for all rows
				linalg.FillPositive(dh[i*m:(i+1)*m], t, h[i*m:(i+1)*m])
			}
		} else {
			linalg.Product(r.algebra, blas.NoTrans, blas.NoTrans, b, m, r.c, out, v, 0, dh)
			linalg.MaskPositive(dh, h)
		}
		linalg.Product(r.algebra, blas.Trans, blas.NoTrans, r.d, m, b, x, dh, beta, w.gradU)
		beta = 1
	}
	if what.gradient && r.c == 1 {
		for i := range r.d {
			for j, t := range v {
				w.gradU[i*m+j] *= t
			}
		}
	}
}

// alone is r on the same data with work space of its own for one goroutine.
func (r *risk[T]) alone() *risk[T] {
	alone := *r
	alone.workers, alone.passes = []*worker[T]{{}}, 0
	if r.b != nil {
		alone.b, alone.slopes = make([]float64, r.c), make([]float64, len(r.y))
	}
	return &alone
}
