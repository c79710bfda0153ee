package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"

	"github.com/relift/relift/internal/npy"
)

// Version is the format version of the files that this package checks.
const Version = 2

// Options are limits, and who listens.  The zero value is usable.
type Options struct {
	// WorkLimit is the most floating-point operations that a check may need, estimated
	// from sizes before any is done; 0 stands for DefaultWorkLimit.
	WorkLimit float64
	// MemoryLimit is the most bytes that the leaves that are checked at the same time
	// may need; 0 stands for DefaultMemoryLimit.
	MemoryLimit float64
	// Workers is how many leaves are checked at the same time; 0 stands for GOMAXPROCS.
	Workers int
	// ForOthers takes every bound on rounding errors twice as large as it is, so that what is proved is proved by verifiers with
	// other bounds as well.  It is for those who write derivations.
	ForOthers bool
	// Progress is called after every leaf, from one goroutine at a time.
	Progress func(done, leaves int64)
}

// The limits that hold unless Options has others.
const (
	DefaultWorkLimit   = 2e12    // about an hour on one core
	DefaultMemoryLimit = 4 << 30 // bytes
)

// Recognises reports whether an archive is a derivation, of this or a later version.
func Recognises(archive *npy.Archive) bool { return archive.Has("derivation_version") }

// Matrix is a dense row-major matrix.
type Matrix struct {
	Rows, Cols int
	Data       []float64
}

func exported(m matrix) Matrix { return Matrix{m.rows, m.cols, m.data} }

// Claims are a derivation as it lies in its file, with what it says that it is about.
// Nothing of it has been checked.
type Claims struct {
	X, Y      Matrix
	Gamma     float64
	Loss      string
	Delta     float64   // δ of the Huber loss
	Weights   []float64 // of the rows; nil for ones
	Intercept bool
	Meta      string // JSON; nothing in it is part of the proof

	arrays *arrays
}

// Open finds out what a derivation is about.  An error says that the archive is none, or
// one of a later version.
func Open(archive *npy.Archive) (*Claims, error) {
	a := newArrays(archive)
	if v := a.integer("derivation_version"); a.err == nil && v != Version {
		return nil, fmt.Errorf("it has format version %d, this program knows version %d: use a newer relift", v, Version)
	}
	if err := checkNames(archive.Names()); err != nil {
		return nil, err
	}
	c := &Claims{
		X: exported(a.matrix("X")), Y: exported(a.matrix("Y")), Gamma: a.scalar("gamma"), Loss: a.text("loss"),
		Delta: a.scalar("delta"), Intercept: a.flag("intercept"), Meta: a.text("meta"), arrays: a,
	}
	if a.has("weights") {
		c.Weights = a.vector("weights")
	}
	return c, a.err
}

// AtRoot reports whether the proof is one leaf of multipliers, at the root.
func (c *Claims) AtRoot() bool {
	a := c.arrays.again()
	steps := a.integers("steps_0_int")
	return a.err == nil && len(steps) > 0 && steps[0] == codeMultipliers
}

// Check checks the derivation.  An error says that an array is missing or of the wrong
// kind, or that ctx ended; what is wrong with its contents is in the report.
func (c *Claims) Check(ctx context.Context, o Options) (*Report, error) {
	if o.WorkLimit == 0 {
		o.WorkLimit = DefaultWorkLimit
	}
	if o.MemoryLimit == 0 {
		o.MemoryLimit = DefaultMemoryLimit
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	r := &Report{ProvenBound: math.Inf(-1)}
	return r, r.run(ctx, c.arrays.again(), o)
}

// File checks the derivation in the file at path.  An error begins with the path.
func File(ctx context.Context, path string, o Options) (*Report, error) {
	archive, err := npy.OpenMembers(ctx, path)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	c, err := Open(archive)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read as a derivation: %w", path, err)
	}
	r, err := c.Check(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// run goes through the checks until one fails.
func (r *Report) run(ctx context.Context, a *arrays, o Options) error {
	claimed, meta := a.scalar("lower_bound"), a.text("meta")
	if a.err != nil {
		return a.err
	}
	r.ClaimedBound, r.Meta = claimed, meta
	p, err := loadProblem(a)
	if err != nil {
		return r.outcome(ctx, "problem", err)
	}
	r.Problem = p
	r.pass("problem", p.String())
	s, err := loadRows(a, p)
	if err != nil {
		return r.outcome(ctx, "rows", err)
	}
	d, err := newDual(p)
	if err != nil {
		r.refuse("dual", err)
		return nil
	}
	r.dual = d
	r.pass("dual", "W is in the domain of the loss")
	return r.derivation(ctx, a, s, o)
}

// derivation checks the rows and the tree.
func (r *Report) derivation(ctx context.Context, a *arrays, s *rows, o Options) error {
	if o.ForOthers {
		s.room = room
	}
	work := s.work(r.Problem)
	if !(work <= o.WorkLimit) {
		r.refuse("work", fmt.Errorf("the rows need about %.1e operations, the limit is %.1e (--work-limit)", work, o.WorkLimit))
		return nil
	}
	if err := s.compute(ctx, r.Problem); err != nil {
		return r.outcome(ctx, "rows", err)
	}
	r.pass("rows", fmt.Sprintf("%d rows with %d coordinates stand for those of X; what that costs is %.1e", s.r.rows, s.r.cols, s.moved))

	// First pass: structure, work and memory.
	var most float64
	plan := walker{ctx: ctx, rows: s, steps: &steps{arrays: a}, structure: true, work: work}
	plan.visit = func(l leaf, node int64, _ *region) error {
		r.Leaves++
		plan.work += l.work()
		most = max(most, l.memory())
		if !(plan.work <= o.WorkLimit) {
			return fmt.Errorf("%w: the first %d leaves need more than %.1e floating-point operations (--work-limit)", errLimit, r.Leaves, o.WorkLimit)
		}
		if !(most <= o.MemoryLimit) {
			return fmt.Errorf("%w: node %d needs about %.1e bytes of memory, the limit is %.1e (--memory-limit)", errLimit, node, most, o.MemoryLimit)
		}
		return nil
	}
	if err := plan.tree(&region{}); err != nil {
		if errors.Is(err, errLimit) {
			r.refuse("work", err)
			return nil
		}
		return r.outcome(ctx, "derivation", err)
	}
	r.Nodes, r.Work = plan.steps.nodes, plan.work
	r.pass("work", fmt.Sprintf("%d nodes, %d leaves, about %.1e operations", r.Nodes, r.Leaves, r.Work))

	// Second pass: the leaves.
	whole := &region{}
	workers := o.Workers
	for workers > 1 && float64(workers)*most > o.MemoryLimit {
		workers--
	}
	var done int64
	err := sideBySide(ctx, a, s, whole, workers, leaf.prove, func() {
		if done++; o.Progress != nil {
			o.Progress(done, r.Leaves)
		}
	})
	if err != nil {
		return r.outcome(ctx, "derivation", err)
	}
	total := whole.total()
	u := above(s.claimInX + up(total.u*s.stretch))
	v := above(s.claim.v + total.v)
	effective := above(math.Sqrt(above(u * v)))
	effective = math.Ldexp(above(effective+s.moved), s.xExponent+s.wExponent)
	if !(effective > 0) || !isFinite(effective) {
		r.refuse("derivation", fmt.Errorf("it proves ‖Wᵀ(Xu)₊‖ ≤ %v‖u‖ only", effective))
		return nil
	}
	r.Effective = above(effective)
	r.pass("derivation", fmt.Sprintf("‖Wᵀ(Xu)₊‖ ≤ %.12g‖u‖ for every u", r.Effective))
	r.bound()
	return nil
}

// errLimit is wrapped by refusals of too much work.
var errLimit = errors.New("too much work")

// outcome turns an error into a failed check, but for the end of ctx.
func (r *Report) outcome(ctx context.Context, check string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.refuse(check, err)
	return nil
}

// tree walks from the root to the end of the steps.
func (w *walker) tree(to *region) error {
	root := claim{form: w.rows.claim}
	for i, v := range w.rows.norms {
		if v > 0 {
			root.rows = append(root.rows, i)
		}
	}
	if err := w.node(root, 0, to); err != nil {
		return err
	}
	return w.steps.end()
}
