package blocks

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof"
)

const (
	diagonalSteps = 40
	panelRows     = 4096 // of X at a time
	floorShare    = 1e-6 // of the mean that is added to the moments of a row
	claimMargin   = 1e-9 // by which the claim exceeds the eigenvalue that was computed
)

// Diagonal returns a derivation with the multipliers ψ alone for the W (n×c) of a network, its dual point (problem.Problem), and about the bound that it
// proves; nil if W proves nothing.  It needs about forty passes over X, each of n(d+c)² operations, and memory beside X for a few
// thousand rows; when ctx ends the best δ so far is taken.
func Diagonal(ctx context.Context, p problem.Problem, w *mat.Dense) (*proof.Derivation, float64, error) {
	if !(p.DualBound(w, 0) > p.DualBound(w, math.Inf(1))) {
		return nil, 0, nil // no multiple of W proves anything
	}
	n, d, c := p.Dims()
	g := &diagonal{algebra: p.Algebra(), x: p.X, w: w, n: n, d: d, c: c, delta: make([]float64, n), panel: mat.NewDense(min(n, panelRows), d+c, nil)}
	moments := mat.NewDense(d+c, d+c, nil) // of the (u, v) that violate most
	for k := range d + c {
		moments.Set(k, k, 1)
	}
	var best []float64
	least := math.Inf(1)
	for step := range diagonalSteps {
		g.choose(moments)
		form := g.form()
		values, vectors, ok := g.algebra.EigenSym(form, true)
		if !ok {
			return nil, 0, fmt.Errorf("blocks: the eigenvalues of the form did not converge")
		}
		top := values[d+c-1]
		if top < least {
			least, best = top, append(best[:0], g.delta...)
		}
		if ctx.Err() != nil || !(top > 0) {
			break
		}
		// The moments of the soft maximum of the eigenvalues, averaged over the steps.
		weight := 2 / float64(step+3)
		moments.Scale(1-weight, moments)
		temperature := top * 0.3 / float64(step+3)
		total := 0.0
		for _, v := range values {
			total += math.Exp((v - top) / temperature)
		}
		for j, v := range values {
			share := weight * math.Exp((v-top)/temperature) / total
			if share < 1e-12 {
				continue
			}
			column := vectors.ColView(j)
			moments.RankOne(moments, share, column, column)
		}
	}
	if best == nil {
		return nil, 0, fmt.Errorf("blocks: the form is not finite")
	}
	leaf := &proof.Multipliers{}
	for i, v := range best {
		if !short.IsZero(p.X.RawRowView(i)) {
			leaf.Psi = append(leaf.Psi, -v)
		}
	}
	claim := least * (1 + claimMargin)
	return &proof.Derivation{Problem: p, W: w, Claim: proof.Form{U: claim, V: claim}, Root: leaf}, p.DualBound(w, claim), nil
}

// diagonal holds the rows and their δ.
type diagonal struct {
	algebra linalg.Algebra
	x, w    *mat.Dense
	n, d, c int
	delta   []float64
	panel   *mat.Dense // rows z_i = (√δ_i x_i/2, w_i/√δ_i), whose squares sum to the form
}

// choose sets the δ that are best for the moments E of (u, v): 2√(wᵀE_vv w / xᵀE_uu x).
func (g *diagonal) choose(moments *mat.Dense) {
	p, q := g.squares(g.x, moments.Slice(0, g.d, 0, g.d)), g.squares(g.w, moments.Slice(g.d, g.d+g.c, g.d, g.d+g.c))
	for i := range g.delta {
		g.delta[i] = 2 * math.Sqrt(q[i]/p[i])
	}
}

// squares returns aᵢᵀEaᵢ for the rows of a, with a small part of the mean added.
func (g *diagonal) squares(a *mat.Dense, e mat.Matrix) []float64 {
	n, k := a.Dims()
	out := make([]float64, n)
	sum := 0.0
	var product mat.Dense
	for from := 0; from < n; from += panelRows {
		to := min(n, from+panelRows)
		part := a.Slice(from, to, 0, k).(*mat.Dense)
		product.Reset()
		g.algebra.Mul(&product, part, e)
		for i := from; i < to; i++ {
			row := product.RawRowView(i - from)
			s := 0.0
			for j, v := range a.RawRowView(i) {
				s += v * row[j]
			}
			out[i] = max(s, 0)
			sum += out[i]
		}
	}
	floor := floorShare*sum/float64(n) + math.SmallestNonzeroFloat64
	for i := range out {
		out[i] += floor
	}
	return out
}

// form returns Σ z_i z_iᵀ.
func (g *diagonal) form() *mat.SymDense {
	order := g.d + g.c
	sum := mat.NewDense(order, order, nil)
	for from := 0; from < g.n; from += panelRows {
		rows := min(g.n-from, panelRows)
		part := g.panel.Slice(0, rows, 0, order).(*mat.Dense)
		for i := range rows {
			z, root := part.RawRowView(i), math.Sqrt(g.delta[from+i])
			for j, v := range g.x.RawRowView(from + i) {
				z[j] = v * root / 2
			}
			for j, v := range g.w.RawRowView(from + i) {
				z[g.d+j] = v / root
			}
		}
		g.algebra.Gemm(blas.Trans, blas.NoTrans, 1, part.RawMatrix(), part.RawMatrix(), 1, sum.RawMatrix())
	}
	out := mat.NewSymDense(order, nil)
	for i := range order {
		for j := i; j < order; j++ {
			out.SetSym(i, j, sum.At(i, j))
		}
	}
	return out
}

// products returns ⟨W,Y⟩ and ‖W‖².
func products(w, y *mat.Dense) (linear, square float64) {
	n, _ := w.Dims()
	for i := range n {
		b := y.RawRowView(i)
		for j, v := range w.RawRowView(i) {
			linear += v * b[j]
			square += v * v
		}
	}
	return linear, square
}
