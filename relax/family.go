package relax

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/lift"
)

// family is the interior-point method for blocks of rows that have their own activations but one matrix of moments of
// (û, v) between them: the relaxation of the whole without the conditions on products of activations of different blocks,
//
//	minimise  Σ_b ½‖W_b‖² + (γ/2) tr Λ  subject to the conditions of every block on Z_b,  E(Z_b) = Λ,
//
// E being the part of (û, v).  Its dual splits γI among the blocks: block b has the form (γ/B)I − T_b with Σ T_b = 0, T_b being
// the multipliers of E(Z_b) = Λ.  With T = 0 the blocks are problems of their own.
//
// The multipliers T come last in the factored Schur complement K_b of a block, so that their part of K_b⁻¹ is at hand: with dΛ
// given every block is solved by itself, dy_b = K_b⁻¹(rhs_b + dΛ), and Σ dT_b = 0 is a system of the order (r+c)(r+c+1)/2 for dΛ.
type family struct {
	blocks   []*interior
	moments  []float64 // Λ, in the order of the shares
	parallel int
	proved   *proved // the best dual point so far
}

// proved is a dual point whose S are positive definite.
type proved struct {
	y     [][]float64 // by block; conditions that were added later have none
	s     []*mat.Dense
	bound float64
}

// Block is what SolveBlocks knows of one of the blocks.
type Block struct {
	Multipliers lift.Multipliers
	// Form is γI/B − T_b, of order r+c in (û, v): the multipliers prove 2vᵀW_bᵀ(X_bu)₊ ≤ (û,v)ᵀForm(û,v).
	Form *mat.SymDense
}

// BlocksIterate is the state after an outer iteration of SolveBlocks.
type BlocksIterate struct {
	Outer      int
	Value      float64 // objective of the relaxation, constant included
	DualityGap float64 // estimate of the distance between Value and the dual value
	Residual   float64 // relative size of what should be zero
	Violation  float64 // as in Iterate
	Conditions int     // sign conditions of all blocks
	Seconds    float64 // since SolveBlocks began

	blocks func() []Block
	bound  float64
}

// Blocks returns the multipliers that prove Bound.  Valid during the call of Record only.
func (it BlocksIterate) Blocks() []Block { return it.blocks() }

// Bound is the largest dual objective so far of multipliers that prove it, constant included.
func (it BlocksIterate) Bound() float64 { return it.bound }

// BlocksOptions of SolveBlocks.
type BlocksOptions struct {
	Tolerance float64 // as in Options; 0 means 1e-4
	MaxOuter  int     // 0 means 300
	Parallel  int     // blocks at a time; 0 means 1
	Record    func(BlocksIterate) (stop bool)
}

// MostShared is the largest number of moments that blocks can share: it adds to the order of every block's system.
const MostShared = 1500

// Shares is the number of moments of (û, v) for rank r and c outputs.
func Shares(r, c int) int { return (r + c) * (r + c + 1) / 2 }

// BlocksWork estimates the work on count blocks of n rows each, as WorkFor.
func BlocksWork(count, n, r, c int) float64 {
	order := 1.35*float64(unknownsOf(n, 0, c)) + float64(n*c+Shares(r, c))
	return float64(count) * workSteps * workShare * order * order * order / 3
}

// BlocksMemory estimates the bytes of the systems of count blocks of n rows each, which exist at the same time.
func BlocksMemory(count, n, r, c int) uint64 {
	shares := uint64(Shares(r, c))
	order := uint64(n*c+unknownsOf(n, 0, c)*5/3) + shares
	dense := uint64(12 * (n + r + c) * (n + r + c)) // Z, S, their directions and lifts
	return 8 * uint64(count) * (order*order + shares*shares + dense)
}

// ErrApart says that blocks cannot share moments: their rows are not given in the same coordinates, or there are more than MostShared.
var ErrApart = errors.New("relax: the blocks cannot share moments")

// SolveBlocks solves the relaxation of blocks of rows that share the moments of (u, v).  Each block has γ/B for its own γ, and they are
// in the same coordinates û, as those of lift.Part.Reduced are.
func SolveBlocks(ctx context.Context, blocks []*lift.Reduced, opts BlocksOptions) (Status, error) {
	if opts.Tolerance == 0 {
		opts.Tolerance = 1e-4
	}
	if opts.MaxOuter == 0 {
		opts.MaxOuter = 300
	}
	fm := &family{blocks: make([]*interior, len(blocks)), parallel: max(1, opts.Parallel)}
	for _, red := range blocks {
		if red.X == nil || red.Basis != blocks[0].Basis && !mat.Equal(red.Basis, blocks[0].Basis) {
			return Stalled, fmt.Errorf("%w: they have different coordinates", ErrApart)
		}
	}
	_, r := blocks[0].X.Dims()
	_, c := blocks[0].Y.Dims()
	if Shares(r, c) > MostShared {
		return Stalled, fmt.Errorf("%w: %d of them, expected at most %d", ErrApart, Shares(r, c), MostShared)
	}
	if err := fm.each(func(b int) (err error) {
		fm.blocks[b], err = newBlock(blocks[b], true)
		return err
	}); err != nil {
		return Stalled, err
	}
	first := fm.blocks[0]
	fm.moments = make([]float64, first.shares)
	for _, ip := range fm.blocks {
		linalg.Axpy(1/float64(len(blocks)), ip.values(ip.lift(ip.z))[ip.fits:ip.free()], fm.moments)
	}
	fm.proved = fm.zero()
	return fm.solve(ctx, opts), nil
}

// zero is the dual point W = 0 with the multipliers γ/(Bm) of N_ii = 0, which for unit rows keep S ⪰ ¼γ/B in û.
func (fm *family) zero() *proved {
	out := &proved{y: make([][]float64, len(fm.blocks)), s: make([]*mat.Dense, len(fm.blocks))}
	for b, ip := range fm.blocks {
		y := make([]float64, len(ip.pairs))
		for i := range ip.m {
			y[ip.free()+i] = ip.gamma / float64(ip.m)
		}
		out.y[b], out.s[b] = y, new(mat.Dense)
		out.s[b].Sub(ip.half, ip.adjoint(y))
	}
	out.bound = fm.dual(out.y)
	return out
}

// each calls f for every block, some at a time.
func (fm *family) each(f func(b int) error) error {
	var group errgroup.Group
	group.SetLimit(fm.parallel)
	for b := range fm.blocks {
		group.Go(func() error { return f(b) })
	}
	return group.Wait()
}

// all are the measures of the blocks and their sums.
type all struct {
	blocks                             []*measures
	primal, gap                        float64
	primalError, slackError, dualError float64
	violation                          float64
	degree, conditions                 int
}

func (fm *family) measure(tol float64) *all {
	sum := &all{blocks: make([]*measures, len(fm.blocks))}
	fm.each(func(b int) error {
		sum.blocks[b] = fm.blocks[b].measure(tol)
		return nil
	})
	largest := 0.0
	for _, v := range fm.moments {
		largest = max(largest, math.Abs(v))
	}
	for b, ms := range sum.blocks {
		ip := fm.blocks[b]
		sum.primal += ms.primal + ip.red.Constant
		sum.gap += ms.gap
		for i, v := range ms.values[ip.fits:ip.free()] {
			ms.primalError = max(ms.primalError, math.Abs(v-fm.moments[i])/largest)
		}
		sum.primalError = max(sum.primalError, ms.primalError)
		sum.slackError, sum.dualError, sum.violation = max(sum.slackError, ms.slackError), max(sum.dualError, ms.dualError), max(sum.violation, ms.violation)
		sum.degree += ip.n + ip.signs()
		sum.conditions += ip.signs()
	}
	return sum
}

// solve iterates like interior.solve.
func (fm *family) solve(ctx context.Context, opts BlocksOptions) Status {
	defer func() {
		for _, ip := range fm.blocks {
			ip.release()
		}
	}()
	begin := time.Now()
	best, bestAt, extended := math.Inf(1), 0, 0
	for iter := 1; iter <= opts.MaxOuter; iter++ {
		sum := fm.measure(opts.Tolerance)
		relative := sum.gap / sum.primal
		fm.improve(sum)
		stop := opts.Record != nil && opts.Record(BlocksIterate{
			Outer: iter, Value: sum.primal, DualityGap: sum.gap, Residual: max(sum.primalError, sum.dualError),
			Violation: sum.violation, Conditions: sum.conditions, Seconds: time.Since(begin).Seconds(), blocks: fm.describe, bound: fm.proved.bound,
		})
		merit := max(relative, sum.primalError, sum.dualError, sum.violation)
		if merit < best {
			best, bestAt = merit, iter
		}
		switch {
		case merit <= opts.Tolerance:
			return Optimal
		case stop:
			return Stopped
		case ctx.Err() != nil:
			return Interrupted
		case iter >= max(bestAt, extended)+patienceSteps && relative < addBelow:
			return Stalled
		}
		if relative < addBelow && sum.dualError < addFeasible && iter >= extended+addEvery {
			for b, ms := range sum.blocks {
				if len(ms.broken) > 0 && fm.blocks[b].extend(ms) > 0 {
					extended, best = iter, math.Inf(1)
				}
			}
		}
		if !(fm.step(sum) > shortestStep) {
			return Stalled
		}
	}
	return IterationLimit
}

// dual is the dual objective of a point, constants included.
func (fm *family) dual(y [][]float64) float64 {
	sum := 0.0
	for b, ip := range fm.blocks {
		w := y[b][:ip.fits]
		sum += ip.red.Constant + linalg.Dot(w, ip.targets) - linalg.Dot(w, w)/2
	}
	return sum
}

// improve moves the best dual point towards the iterate, as far as its S = ½∇ − Σ y_i A_i, which need not be those of the iterate, stay
// positive definite: between two dual points the objective is concave.
func (fm *family) improve(sum *all) {
	y, s := make([][]float64, len(fm.blocks)), make([]*mat.Dense, len(fm.blocks))
	for b, ip := range fm.blocks {
		y[b], s[b] = slices.Clone(ip.y), new(mat.Dense)
		s[b].Add(ip.s, sum.blocks[b].infeasible)
	}
	for part := 1.0; part > leastPart; part *= shorterPart {
		at := &proved{y: y, s: s}
		if part < 1 {
			at = fm.between(y, s, part)
		}
		if at.bound = fm.dual(at.y); !(at.bound > fm.proved.bound) {
			continue
		}
		if fm.each(func(b int) error {
			_, n := at.s[b].Dims()
			if factor := mat.DenseCopyOf(at.s[b]); !fm.blocks[b].algebra.Cholesky(blas.Lower, n, factor.RawMatrix().Data, n) {
				return errSingular
			}
			return nil
		}) == nil {
			fm.proved = at
			return
		}
	}
}

const (
	shorterPart = 0.8  // by which a part of the way to the iterate is shortened,
	leastPart   = 0.01 // down to this
)

// between is the point at a part of the way from the best dual point to another.
func (fm *family) between(y [][]float64, s []*mat.Dense, part float64) *proved {
	out := &proved{y: make([][]float64, len(y)), s: make([]*mat.Dense, len(s))}
	for b := range y {
		out.y[b], out.s[b] = make([]float64, len(y[b])), mat.DenseCopyOf(s[b])
		linalg.Axpy(part, y[b], out.y[b])
		linalg.Axpy(1-part, fm.proved.y[b], out.y[b][:len(fm.proved.y[b])])
		out.s[b].Scale(part, out.s[b])
		linalg.Axpy(1-part, fm.proved.s[b].RawMatrix().Data, out.s[b].RawMatrix().Data)
	}
	return out
}

// describe returns the blocks at the best dual point.
func (fm *family) describe() []Block {
	out := make([]Block, len(fm.blocks))
	for b, ip := range fm.blocks {
		y := make([]float64, len(ip.pairs))
		copy(y, fm.proved.y[b])
		k := ip.r + ip.c
		form, at := mat.NewSymDense(k, nil), ip.fits
		for i := range k {
			for j := range i + 1 {
				t := y[at]
				if i == j {
					t = 2*t - ip.gamma
				}
				form.SetSym(i, j, -t)
				at++
			}
		}
		out[b] = Block{ip.multipliers(y), form}
	}
	return out
}

// step makes one predictor–corrector step of all blocks together.
func (fm *family) step(sum *all) float64 {
	systems := make([]*system, len(fm.blocks))
	if fm.each(func(b int) error {
		var ok bool
		if systems[b], ok = fm.blocks[b].prepare(sum.blocks[b]); !ok {
			return errSingular
		}
		return nil
	}) != nil {
		return 0
	}
	coupling := mat.NewDense(len(fm.moments), len(fm.moments), nil)
	for _, sys := range systems {
		coupling.Add(coupling, sys.inner)
	}
	couple, ok := factorSystem(fm.blocks[0].algebra, func() *mat.Dense { return mat.DenseCopyOf(coupling) })
	if !ok {
		return 0
	}
	predictor, _ := fm.newton(systems, couple, 0, nil)
	primal, dual := fm.lengths(predictor, 1)
	after := 0.0
	for b, ip := range fm.blocks {
		after += ip.gapAfter(predictor[b], primal, dual)
	}
	sigma := centring(after/sum.gap, min(primal, dual))
	if max(sum.primalError, sum.slackError) > sum.gap/sum.primal {
		sigma = 1
	}
	d, moments := fm.newton(systems, couple, sigma*sum.gap/float64(sum.degree), predictor)
	primal, dual = fm.lengths(d, 1/boundary)
	primal, dual = min(1, boundary*primal), min(1, boundary*dual)
	for b, ip := range fm.blocks {
		ip.advance(d[b], primal, dual)
	}
	linalg.Axpy(primal, moments, fm.moments)
	return max(primal, dual)
}

var errSingular = errors.New("relax: a block's system is singular")

// newton returns the blocks' directions to the target μ and dΛ.
func (fm *family) newton(systems []*system, couple func([]float64), mu float64, predictor []*direction) ([]*direction, []float64) {
	out, rights, free := make([]*direction, len(systems)), make([][]float64, len(systems)), make([][]float64, len(systems))
	fm.each(func(b int) error {
		sys := systems[b]
		var before *direction
		if predictor != nil {
			before = predictor[b]
		}
		out[b], rights[b] = sys.begin(mu, before)
		linalg.Axpy(1, fm.moments, rights[b][sys.fits:sys.free()])
		free[b] = sys.solve(rights[b])
		return nil
	})
	// Σ T_b = 0 after the step.
	change := make([]float64, len(fm.moments))
	for b, sys := range systems {
		linalg.Axpy(-1, free[b][sys.fits:sys.free()], change)
		linalg.Axpy(-1, sys.y[sys.fits:sys.free()], change)
	}
	couple(change)
	fm.each(func(b int) error {
		sys := systems[b]
		right := make([]float64, len(rights[b]))
		copy(right[sys.fits:], change)
		out[b].y = sys.solve(right)
		linalg.Axpy(1, free[b], out[b].y)
		return nil
	})
	// What the solutions lack of exactness must not add up to a larger γ.
	mean := make([]float64, len(change))
	for b, sys := range systems {
		linalg.Axpy(1/float64(len(systems)), out[b].y[sys.fits:sys.free()], mean)
		linalg.Axpy(1/float64(len(systems)), sys.y[sys.fits:sys.free()], mean)
	}
	fm.each(func(b int) error {
		linalg.Axpy(-1, mean, out[b].y[systems[b].fits:systems[b].free()])
		systems[b].finish(out[b])
		return nil
	})
	return out, change
}

// lengths returns the steps that all blocks allow.
func (fm *family) lengths(d []*direction, limit float64) (primal, dual float64) {
	p, q := make([]float64, len(d)), make([]float64, len(d))
	fm.each(func(b int) error {
		p[b], q[b] = fm.blocks[b].lengths(d[b], limit)
		return nil
	})
	primal, dual = limit, limit
	for b := range d {
		primal, dual = min(primal, p[b]), min(dual, q[b])
	}
	return primal, dual
}

// factorShares factors the Schur complement with the shares last, and returns their part of its inverse.
func (ip *interior) factorShares(lifted, inverseLifted *mat.Dense, diagonal []float64) (solve func([]float64), inner *mat.Dense, ok bool) {
	order := make([]int, 0, len(ip.pairs)) // of the factor
	for i := range ip.pairs {
		if i < ip.fits || i >= ip.free() {
			order = append(order, i)
		}
	}
	for i := ip.fits; i < ip.free(); i++ {
		order = append(order, i)
	}
	pairs := make([]pair, len(order))
	for k, i := range order {
		pairs[k] = ip.pairs[i]
	}
	h := ip.square(len(order))
	var scale []float64
	factored, ok := factorSystem(ip.algebra, func() *mat.Dense {
		ip.schur(h, pairs, lifted, inverseLifted)
		scale = make([]float64, ip.shares)
		for k, i := range order {
			v := h.At(k, k) + diagonal[i]
			h.Set(k, k, v)
			if at := k - (len(order) - ip.shares); at >= 0 {
				scale[at] = 1 / math.Sqrt(v)
			}
		}
		return h
	})
	if !ok {
		return nil, nil, false
	}
	last := len(order) - ip.shares
	lower := mat.DenseCopyOf(block(h, last, len(order), last, len(order)))
	inner = identity(ip.shares)
	ip.algebra.CholeskySolve(blas.Lower, ip.shares, ip.shares, lower.RawMatrix().Data, ip.shares, inner.RawMatrix().Data, ip.shares)
	inner.Apply(func(i, j int, v float64) float64 { return v * scale[i] * scale[j] }, inner)
	balance(ip.algebra, inner)
	turned := make([]float64, len(order))
	return func(b []float64) {
		for k, i := range order {
			turned[k] = b[i]
		}
		factored(turned)
		for k, i := range order {
			b[i] = turned[k]
		}
	}, inner, true
}
