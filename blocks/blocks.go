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
	"github.com/relift/relift/proof"
	"github.com/relift/relift/relax"
)

// Options of Prove.
type Options struct {
	Count    int        // blocks, at least 1
	Seed     uint64     // of the partition
	Parallel int        // blocks solved at a time; 0 means 1
	W        *mat.Dense // n×c, the residual of a network: what blocks have before they are solved; nil for zero
	// Solved is called after each block, from one goroutine at a time, with the number of blocks that are
	// done and the sum of their bounds.
	Solved func(done int, bound float64)
}

// Prove returns a derivation of a bound by row blocks, and about the bound that it proves.  When ctx ends, blocks that
// were not solved have the bound of diagonal multipliers for W, or the best of the iterates that there were.
func Prove(ctx context.Context, red *lift.Reduced, o Options) (*proof.Derivation, float64, error) {
	if o.Count < 1 {
		return nil, 0, fmt.Errorf("blocks: %d blocks, expected at least 1", o.Count)
	}
	if !red.Source.IsPlain() {
		return nil, 0, fmt.Errorf("blocks: %w: expected the squared loss without weights and intercept", lift.ErrInvalid)
	}
	parts := Partition(red, o.Count, o.Seed)
	gamma := red.Source.Gamma / float64(len(parts))
	for gamma*float64(len(parts)) > red.Source.Gamma {
		gamma = math.Nextafter(gamma, 0)
	}
	made := make([]*block, len(parts))
	var group errgroup.Group
	group.SetLimit(max(1, o.Parallel))
	var mu sync.Mutex
	done, sum := 0, 0.0
	for b, groups := range parts {
		group.Go(func() error {
			solved, err := solve(ctx, red, groups, gamma, o.W)
			if err != nil {
				return fmt.Errorf("block %d of %d: %w", b+1, len(parts), err)
			}
			mu.Lock()
			defer mu.Unlock()
			made[b] = solved
			done, sum = done+1, sum+solved.bound
			if o.Solved != nil {
				o.Solved(done, sum)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	d := derivation(red, made, gamma)
	if err := d.Repair(); err != nil {
		return nil, 0, err
	}
	return d, sum, nil
}

// block is a block that was solved.
type block struct {
	groups []int      // representatives
	rows   []int      // of the whole
	w      *mat.Dense // rows × c
	leaf   *proof.Multipliers
	bound  float64
}

// solve solves the relaxation of a block until its certified bound arrives, or ctx ends.
func solve(ctx context.Context, red *lift.Reduced, groups []int, gamma float64, w *mat.Dense) (*block, error) {
	part := red.Part(groups)
	part.Problem.Gamma = gamma
	out := &block{groups: groups, rows: part.Rows()}
	if err := out.begin(ctx, red, part.Problem, w); err != nil || ctx.Err() != nil {
		return out, err
	}
	inner, err := lift.Presolve(part.Problem)
	if err != nil {
		return nil, err
	}
	if len(inner.Representatives) != len(groups) {
		return nil, fmt.Errorf("%d representatives of %d", len(inner.Representatives), len(groups))
	}
	repairer, err := certificate.NewRepairer(part.Problem, inner.Grouping)
	if err != nil {
		return nil, err
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
	if err != nil || best == nil || !(best.LowerBound > out.bound) {
		return out, err
	}
	out.w, out.leaf, out.bound = best.W, proof.FromMultipliers(best.Multipliers), best.LowerBound
	return out, nil
}

// begin sets the bound that diagonal multipliers give for the block's part of w, where that is worth anything and no
// rows are merged, and else that of W = 0.
func (b *block) begin(ctx context.Context, red *lift.Reduced, p lift.Problem, w *mat.Dense) error {
	_, _, c := p.Dims()
	b.w = mat.NewDense(len(b.rows), c, nil)
	b.leaf = &proof.Multipliers{Psi: make([]float64, len(b.groups))}
	for i := range b.leaf.Psi {
		b.leaf.Psi[i] = -p.Gamma / float64(len(b.groups)) / rowSquare(red, b.groups[i])
	}
	if w == nil || len(b.rows) != len(b.groups) {
		return nil
	}
	part := mat.NewDense(len(b.rows), c, nil)
	for k, i := range b.rows {
		part.SetRow(k, w.RawRowView(i))
	}
	d, bound, err := Diagonal(ctx, p, part)
	if err != nil || d == nil || !(bound > 0) {
		return err
	}
	linear, square := products(part, p.Y)
	t := min(p.Gamma/d.Claim.U, linear/square)
	b.w.Scale(t, part)
	b.leaf = d.Root.(*proof.Multipliers)
	for i := range b.leaf.Psi {
		b.leaf.Psi[i] *= t
	}
	b.bound = bound
	return nil
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
		node.Blocks = append(node.Blocks, proof.Block{Rows: rows, Form: proof.Form{U: gamma, V: gamma}, Node: b.leaf})
	}
	d.Root = node
	if len(blocks) == 1 {
		d.Root = blocks[0].leaf
	}
	return d
}
