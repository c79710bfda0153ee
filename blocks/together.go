package blocks

import (
	"context"
	"fmt"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/relax"
)

// keptGain is the relative gain of the bound from which multipliers are kept before the end.
const keptGain = 1e-3

// families solves sets of blocks, each with common moments, in equal parts of the time; those of which that proves nothing are solved
// apart.  Every family has blocks from everywhere, so that it is as hard to fit as the whole.
func families(ctx context.Context, red *lift.Reduced, made []*block, gamma float64, o Options) error {
	count := min(max(1, o.Families), len(made))
	steps, sum := 0, 0.0
	for _, b := range made {
		sum += b.bound
	}
	for f := range count {
		var family []*block
		for b := f; b < len(made); b += count {
			family = append(family, made[b])
		}
		before := boundOf(family)
		limited, cancel := share(ctx, count-f)
		last := 0
		progress := func(step int, bound float64) {
			last = step
			if o.Progress != nil {
				o.Progress(steps+step, sum-before+bound)
			}
		}
		proved, err := together(limited, red, family, gamma, o.Parallel, progress)
		cancel()
		if err == nil && !proved && ctx.Err() == nil {
			err = apart(ctx, red, family, gamma, Options{Parallel: o.Parallel, Progress: progress})
		}
		if err != nil {
			return fmt.Errorf("blocks with common moments, family %d of %d: %w", f+1, count, err)
		}
		steps, sum = steps+last, sum-before+boundOf(family)
	}
	return nil
}

// share is a context that ends when 1/parts of the time that ctx leaves has passed.
func share(ctx context.Context, parts int) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok || parts == 1 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(parts))
}

// boundOf is the sum of the blocks' bounds.
func boundOf(blocks []*block) float64 {
	sum := 0.0
	for _, b := range blocks {
		sum += b.bound
	}
	return sum
}

// together solves blocks with common moments of (u, v), and puts what that proves into blocks whose bounds add up to more than
// those that they have.  It reports whether it proved anything.
func together(ctx context.Context, red *lift.Reduced, made []*block, gamma float64, parallel int, progress func(step int, bound float64)) (bool, error) {
	parts := make([]*lift.Reduced, len(made))
	for b, at := range made {
		part := red.Part(at.groups)
		part.Problem.Gamma = gamma
		parts[b] = part.Reduced()
	}
	before := boundOf(made)
	best := before
	keep := func(it relax.BlocksIterate) {
		if !(it.Bound() > best) {
			return
		}
		best = it.Bound()
		for b, solved := range it.Blocks() {
			at := made[b]
			at.w, at.leaf = solved.Multipliers.W, proof.FromMultipliers(solved.Multipliers)
			at.form = formOf(solved.Form, gamma, red.Basis)
		}
	}
	_, err := relax.SolveBlocks(ctx, parts, relax.BlocksOptions{Parallel: parallel, Record: func(it relax.BlocksIterate) (stop bool) {
		solved := it.Value-it.Bound() <= accuracy*it.Value
		if solved || ctx.Err() != nil || it.Bound() > best*(1+keptGain) {
			keep(it)
		}
		progress(it.Outer, best)
		return solved
	}})
	if best > before {
		for _, at := range made {
			at.bound = best / float64(len(made))
		}
	}
	return best > before, err
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
