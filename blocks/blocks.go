package blocks

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/relax"
)

// Options of Prove.
type Options struct {
	Count    int        // blocks, at least 1
	Seed     uint64     // of the partition
	Parallel int        // blocks solved at a time; 0 means 1
	W        *mat.Dense // n×c, the residual of a network: what blocks have before they are solved; nil for zero
	// Apart solves every block as a problem of its own, where otherwise blocks have common moments of (u, v) if those are not too many.
	Apart bool
	// Families is the number of sets of blocks that are solved one after the other, each with common moments of its own; 0 means 1.
	// The memory is that of the largest.
	Families int
	// Progress is called from one goroutine at a time, with the sum of the bounds: apart after each block, with the number of blocks
	// that are done, and together after each step of the solver.
	Progress func(done int, bound float64)
}

// Prove returns a derivation of a bound by row blocks, and about the bound that it proves.  When ctx ends, blocks that
// were not solved have the bound of diagonal multipliers for W, or the best of the iterates that there were.
func Prove(ctx context.Context, red *lift.Reduced, o Options) (*proof.Derivation, float64, error) {
	if o.Count < 1 {
		return nil, 0, fmt.Errorf("blocks: %d blocks, expected at least 1", o.Count)
	}
	if !red.Source.IsPlain() {
		return nil, 0, fmt.Errorf("blocks: %w: expected the squared loss without weights and intercept", problem.ErrInvalid)
	}
	_, r, _ := red.Dims()
	_, _, c := red.Source.Dims()
	share := !o.Apart && o.Count > 1 && relax.Shares(r, c) <= relax.MostShared
	divide := Partition
	if share {
		divide = Bundles
	}
	parts := divide(red, o.Count, o.Seed)
	gamma := red.Source.Gamma / float64(len(parts))
	for gamma*float64(len(parts)) > red.Source.Gamma {
		gamma = math.Nextafter(gamma, 0)
	}
	if o.Parallel > 1 { // the blocks are beside each other
		apart := *red
		apart.Source = red.Source.On(red.Algebra().WithThreads(1))
		red = &apart
	}
	made := make([]*block, len(parts))
	if err := each(len(parts), o.Parallel, func(b int) (err error) {
		made[b], err = begin(ctx, red, parts[b], gamma, o.W)
		return err
	}); err != nil {
		return nil, 0, err
	}
	solve := apart
	if share {
		solve = families
	}
	if err := solve(ctx, red, made, gamma, o); err != nil {
		return nil, 0, err
	}
	sum := 0.0
	for _, b := range made {
		sum += b.bound
	}
	d := derivation(red, made, gamma)
	if err := d.Repair(); err != nil {
		return nil, 0, err
	}
	return d, sum, nil
}

// each calls f for the blocks 0 … n−1, some at a time.
func each(n, parallel int, f func(b int) error) error {
	var group errgroup.Group
	group.SetLimit(max(1, parallel))
	for b := range n {
		group.Go(func() error {
			if err := f(b); err != nil {
				return fmt.Errorf("block %d of %d: %w", b+1, n, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// block is a block with what is proved of it.
type block struct {
	groups []int      // representatives
	rows   []int      // of the whole
	w      *mat.Dense // rows × c
	form   proof.Form
	leaf   *proof.Multipliers
	bound  float64
}

// apart solves the blocks one by one.
func apart(ctx context.Context, red *lift.Reduced, made []*block, gamma float64, o Options) error {
	var mu sync.Mutex
	done, sum := 0, 0.0
	return each(len(made), o.Parallel, func(b int) error {
		if err := made[b].solve(ctx, red, gamma); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		done, sum = done+1, sum+made[b].bound
		if o.Progress != nil {
			o.Progress(done, sum)
		}
		return nil
	})
}

// solve solves the relaxation of a block until its certified bound arrives, or ctx ends.
func (b *block) solve(ctx context.Context, red *lift.Reduced, gamma float64) error {
	if ctx.Err() != nil {
		return nil
	}
	part := red.Part(b.groups)
	part.Problem.Gamma = gamma
	inner, err := lift.Presolve(part.Problem)
	if err != nil {
		return err
	}
	if len(inner.Representatives) != len(b.groups) {
		return fmt.Errorf("%d representatives of %d", len(inner.Representatives), len(b.groups))
	}
	repairer, err := certificate.NewRepairer(inner.Source, inner.Grouping)
	if err != nil {
		return err
	}
	var best *certificate.Certificate
	var failed error
	_, err = relax.Solve(ctx, inner, relax.Options{Record: func(it relax.Iterate) (stop bool) {
		c, err := repairer.Repair(ctx, it.Multipliers(), certificate.Quick)
		if err != nil {
			failed = err
			return true
		}
		if best == nil || c.LowerBound > best.LowerBound {
			best = c
		}
		return it.Value-c.LowerBound <= accuracy*it.Value
	}})
	if err == nil {
		err = failed
	}
	if err != nil || best == nil || !(best.LowerBound > b.bound) {
		return err
	}
	b.w, b.leaf, b.bound = best.W, proof.FromMultipliers(best.Multipliers), best.LowerBound
	return nil
}

// begin returns a block with the bound that diagonal multipliers give for its part of w, where that is worth anything and no
// rows are merged, and else that of W = 0.
func begin(ctx context.Context, red *lift.Reduced, groups []int, gamma float64, w *mat.Dense) (*block, error) {
	whole := red.Part(groups)
	p := whole.Problem
	p.Gamma = gamma
	_, _, c := p.Dims()
	b := &block{groups: groups, rows: whole.Rows(), form: proof.Form{U: gamma, V: gamma}}
	b.w = mat.NewDense(len(b.rows), c, nil)
	b.leaf = &proof.Multipliers{Psi: make([]float64, len(b.groups))}
	for i := range b.leaf.Psi {
		b.leaf.Psi[i] = -gamma / float64(len(b.groups)) / rowSquare(red, b.groups[i])
	}
	if w == nil || len(b.rows) != len(b.groups) {
		return b, nil
	}
	part := mat.NewDense(len(b.rows), c, nil)
	for k, i := range b.rows {
		part.SetRow(k, w.RawRowView(i))
	}
	d, bound, err := Diagonal(ctx, p, part)
	if err != nil || d == nil || !(bound > 0) {
		return b, err
	}
	linear, square := products(part, p.Y)
	t := min(p.Gamma/d.Claim.U, linear/square)
	b.w.Scale(t, part)
	b.leaf = d.Root.(*proof.Multipliers)
	for i := range b.leaf.Psi {
		b.leaf.Psi[i] *= t
	}
	b.bound = bound
	return b, nil
}

// accuracy is the relative distance of a block's bound from the relaxation's value at which it is solved: far
// below what the partition costs.
const accuracy = 1e-3

// rowSquare is the squared norm of a representative's row.
func rowSquare(red *lift.Reduced, group int) float64 {
	s := 0.0
	for _, v := range red.Source.X.RawRowView(red.Representatives[group]) {
		s += v * v
	}
	return s
}

// derivation puts the blocks together.
func derivation(red *lift.Reduced, blocks []*block, gamma float64) *proof.Derivation {
	p := red.Source
	n, _, c := p.Dims()
	d := &proof.Derivation{
		Problem: p,
		W:       mat.DenseCopyOf(p.Y), // of zero rows: they are free
		Claim:   proof.Form{U: p.Gamma, V: p.Gamma},
	}
	numbers := red.Representatives // of the rows r_i: those of X themselves where none are merged or zero
	if len(red.Representatives) < n {
		d.Rows, numbers = proof.RowsOf(p.X, red.Grouping), nil
	}
	for i := range n {
		if red.MergedInto[i] >= 0 {
			clear(d.W.RawRowView(i))
		}
	}
	node := &proof.Blocks{}
	for _, b := range blocks {
		for k, i := range b.rows {
			copy(d.W.RawRowView(i)[:c], b.w.RawRowView(k))
		}
		rows := slices.Clone(b.groups)
		if numbers != nil {
			for k, g := range b.groups {
				rows[k] = numbers[g]
			}
		}
		node.Blocks = append(node.Blocks, proof.Block{Rows: rows, Form: b.form, Node: b.leaf})
	}
	d.Root = node
	if len(blocks) == 1 {
		d.Root = blocks[0].leaf
	}
	return d
}
