package signs

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
)

// instance is h(W) in the coordinates of the reduced rows: m different directions of unit norm in the row space of X, and
// as many outputs as W has rank.
type instance struct {
	problem problem.Problem
	reduced *lift.Reduced
	w       *mat.Dense // n×c, of all rows
	gamma   float64

	m, d, c int
	x       *mat.Dense // m×d, unit rows
	outputs *mat.Dense // c_full×c, orthonormal columns
	// Wᵀ(Xu)₊ = outputs·(Σ plus_i α_i + minus_i β_i), α and β of the unit rows.
	plus, minus *mat.Dense // m×c
}

// ErrNoRows says that every row of X is zero, so that there is nothing to bound.
var ErrNoRows = errors.New("signs: every row of X is zero")

func newInstance(p problem.Problem, w *mat.Dense) (*instance, error) {
	reduced, err := lift.Presolve(p)
	if err != nil {
		return nil, err
	}
	if reduced.X == nil {
		return nil, ErrNoRows
	}
	n, _, c := p.Dims()
	if rows, cols := w.Dims(); rows != n || cols != c {
		return nil, fmt.Errorf("signs: W is %d×%d, expected %d×%d as Y", rows, cols, n, c)
	}
	in := &instance{problem: p, reduced: reduced, w: w, gamma: p.Gamma, x: reduced.X}
	in.m, in.d = in.x.Dims()
	in.outputs, err = rowSpace(p.Algebra(), w)
	if err != nil {
		return nil, err
	}
	_, in.c = in.outputs.Dims()
	in.weigh()
	return in, nil
}

// weigh computes plus and minus from W.
func (in *instance) weigh() {
	_, c := in.w.Dims()
	plus, minus := mat.NewDense(in.m, c, nil), mat.NewDense(in.m, c, nil)
	for i, k := range in.reduced.MergedInto {
		if k < 0 {
			continue
		}
		side, s := plus, in.reduced.MergeScale[i]*in.reduced.RowScale[k]
		if s < 0 {
			side, s = minus, -s
		}
		row := side.RawRowView(k)
		for j, v := range in.w.RawRowView(i) {
			row[j] += s * v
		}
	}
	in.plus, in.minus = new(mat.Dense), new(mat.Dense)
	in.problem.Algebra().Mul(in.plus, plus, in.outputs)
	in.problem.Algebra().Mul(in.minus, minus, in.outputs)
}

// rankTolerance is the singular value, relative to the largest, under which an output direction of W is left out.
const rankTolerance = 1e-12

// rowSpace returns an orthonormal basis of the row space of w as columns; the identity where the rank is full.
func rowSpace(algebra linalg.Algebra, w *mat.Dense) (*mat.Dense, error) {
	_, c := w.Dims()
	identity := mat.NewDense(c, c, nil)
	for k := range c {
		identity.Set(k, k, 1)
	}
	if c == 1 {
		return identity, nil
	}
	_, values, v, ok := algebra.SVD(w)
	if !ok {
		return nil, fmt.Errorf("signs: singular values of W did not converge")
	}
	rank := linalg.Rank(values, rankTolerance)
	if rank == c || rank == 0 {
		return identity, nil
	}
	return mat.DenseCopyOf(v.Slice(0, c, 0, rank)), nil
}

// value returns ‖Wᵀ(Xu)₊‖/γ of a unit direction.
func (in *instance) value(u []float64) float64 {
	return short.Norm(in.response(u)) / in.gamma
}

// response returns the outputs' Σ plus_i α_i + minus_i β_i.
func (in *instance) response(u []float64) []float64 {
	f := make([]float64, in.c)
	for i := range in.m {
		t := short.Dot(in.x.RawRowView(i), u)
		if t > 0 {
			short.Axpy(t, in.plus.RawRowView(i), f)
		} else {
			short.Axpy(-t, in.minus.RawRowView(i), f)
		}
	}
	return f
}

// Limits of climb.
const (
	climbSteps  = 60
	climbHalves = 12 // of one step
)

// climb moves u upwards to a local maximum of the value, about, and returns it.  On every cone of signs the function is
// convex, so that its gradient, normalised, is a better direction there; where kinks are in the way, a part of the step is
// taken.
func (in *instance) climb(u []float64) float64 {
	best := in.value(u)
	g, next := make([]float64, in.d), make([]float64, in.d)
	for range climbSteps {
		in.gradient(g, u)
		normalise(g)
		value, part := best, 1.0
		for range climbHalves {
			for j := range next {
				next[j] = u[j] + part*(g[j]-u[j])
			}
			normalise(next)
			if value = in.value(next); value > best {
				break
			}
			part /= 2
		}
		if !(value > best) {
			break
		}
		done := value <= best*(1+1e-14)
		best = value
		copy(u, next)
		if done {
			break
		}
	}
	return best
}

// gradient writes a multiple of the gradient of the value at u.
func (in *instance) gradient(g, u []float64) {
	f := in.response(u)
	clear(g)
	for i := range in.m {
		x := in.x.RawRowView(i)
		if short.Dot(x, u) > 0 {
			short.Axpy(short.Dot(in.plus.RawRowView(i), f), x, g)
		} else {
			short.Axpy(-short.Dot(in.minus.RawRowView(i), f), x, g)
		}
	}
}

// original returns the direction in the columns of X.
func (in *instance) original(u []float64) []float64 {
	full, _ := in.reduced.Basis.Dims()
	out := make([]float64, full)
	for k := range out {
		out[k] = short.Dot(in.reduced.Basis.RawRowView(k), u)
	}
	return out
}
