package blocks

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/relax"
)

const (
	dualFeasible = 1e-7 // dual infeasibility, relative to γ_b, that the repair of the leaves is left with
	keptGain     = 1e-3 // relative gain of the bound from which an iterate is kept
)

// together solves the blocks with common moments of (u, v), and puts what that proves into blocks whose bounds add up to more than
// those that they have.  It reports false where it proved nothing.
func together(ctx context.Context, red *lift.Reduced, made []*block, gamma float64, o Options) (bool, error) {
	parts := make([]*lift.Reduced, len(made))
	before := 0.0
	for b, at := range made {
		part := red.Part(at.groups)
		part.Problem.Gamma = gamma
		parts[b] = part.Reduced()
		before += at.bound
	}
	best := before
	keep := func(it relax.BlocksIterate) {
		if !(it.DualError <= dualFeasible && it.Bound() > best) {
			return
		}
		best = it.Bound()
		for b, solved := range it.Blocks() {
			at := made[b]
			at.w, at.leaf = solved.Multipliers.W, proof.FromMultipliers(solved.Multipliers)
			at.form = formOf(solved.Form, gamma, red.Basis)
		}
	}
	_, err := relax.SolveBlocks(ctx, parts, relax.BlocksOptions{Parallel: o.Parallel, Record: func(it relax.BlocksIterate) (stop bool) {
		solved := it.Value-it.Bound() <= accuracy*it.Value
		if solved || ctx.Err() != nil || it.Bound() > best*(1+keptGain) {
			keep(it)
		}
		if o.Progress != nil {
			o.Progress(it.Outer, best)
		}
		return solved && it.DualError <= dualFeasible
	}})
	if best > before {
		for _, at := range made {
			at.bound = best / float64(len(made))
		}
	}
	return best > before || ctx.Err() != nil, err
}

// formOf splits a form in (û, v), û being coordinates of the row space with the given basis, into the parts of a form in (u, v) of
// package proof.
func formOf(all *mat.SymDense, gamma float64, basis *mat.Dense) proof.Form {
	d, r := basis.Dims()
	n := all.SymmetricDim()
	c := n - r
	rest := mat.NewSymDense(n, nil) // what the form has beside γI
	rest.CopySym(all)
	for i := range n {
		rest.SetSym(i, i, rest.At(i, i)-gamma)
	}
	out := proof.Form{U: gamma, V: gamma, G: mat.NewSymDense(d, nil), F: mat.NewDense(d, c, nil), H: mat.NewSymDense(c, nil)}
	var half, g mat.Dense
	half.Mul(basis, rest.SliceSym(0, r))
	g.Mul(&half, basis.T())
	for i := range d {
		for j := i; j < d; j++ {
			out.G.SetSym(i, j, (g.At(i, j)+g.At(j, i))/2)
		}
	}
	cross := mat.NewDense(r, c, nil)
	for k := range c {
		for i := range r {
			cross.Set(i, k, rest.At(i, r+k))
		}
		for l := k; l < c; l++ {
			out.H.SetSym(k, l, rest.At(r+k, r+l))
		}
	}
	out.F.Mul(basis, cross)
	return out
}
