package blocks

import (
	"context"
	"errors"
	"fmt"

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
// those that they have.  It reports false where the blocks cannot be solved that way: the rows of each have to span the columns of X.
func together(ctx context.Context, red *lift.Reduced, made []*block, gamma float64, o Options) (bool, error) {
	parts := make([]*lift.Reduced, len(made))
	before := 0.0
	for b, at := range made {
		inner, err := at.presolve(red, gamma)
		if err != nil {
			return false, err
		}
		parts[b] = inner
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
			at.form = formOf(solved.Form, gamma, parts[b])
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
	if errors.Is(err, relax.ErrApart) {
		return false, nil
	}
	if best > before {
		for _, at := range made {
			at.bound = best / float64(len(made))
		}
	}
	return best > before || ctx.Err() != nil, err
}

// presolve returns the block as a problem of its own with the share gamma.
func (b *block) presolve(red *lift.Reduced, gamma float64) (*lift.Reduced, error) {
	part := red.Part(b.groups)
	part.Problem.Gamma = gamma
	inner, err := lift.Presolve(part.Problem)
	if err != nil {
		return nil, err
	}
	if len(inner.Representatives) != len(b.groups) {
		return nil, fmt.Errorf("%d representatives of %d", len(inner.Representatives), len(b.groups))
	}
	return inner, nil
}

// formOf splits a form in (û, v), with û in the coordinates of a block whose basis is square, into the parts of a form of package proof.
func formOf(all *mat.SymDense, gamma float64, red *lift.Reduced) proof.Form {
	_, r := red.Basis.Dims()
	c := all.SymmetricDim() - r
	out := proof.Form{U: gamma, V: gamma, G: mat.NewSymDense(r, nil), F: mat.NewDense(r, c, nil), H: mat.NewSymDense(c, nil)}
	for i := range r {
		for j := i; j < r; j++ {
			out.G.SetSym(i, j, all.At(i, j))
		}
		out.G.SetSym(i, i, out.G.At(i, i)-gamma)
		for k := range c {
			out.F.Set(i, k, all.At(i, r+k))
		}
	}
	for k := range c {
		for l := k; l < c; l++ {
			out.H.SetSym(k, l, all.At(r+k, r+l))
		}
		out.H.SetSym(k, k, out.H.At(k, k)-gamma)
	}
	return out
}
