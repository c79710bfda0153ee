package signs

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"runtime"
	"sort"
	"time"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/proof"
	"github.com/relift/relift/signs/leaf"
)

// Options configure a tree.  The zero value asks for the defaults.
type Options struct {
	// Close is the value of h/γ from which a leaf needs no further work; 0 means what Gap allows where Objective is known, and at least
	// 1 + 5e-5.
	Close float64
	// Objective is that of the best network known; with it the tree stops at the gap, and when a direction shows that the
	// gap is out of reach of W.  0 means unknown.
	Objective float64
	// Gap is the relative gap (Objective − LowerBound)/Objective to stop at; 0 means 1e-4.
	Gap float64
	// Leaves limits the number of leaves; 0 means no limit.
	Leaves int
	// Bytes limits the memory of the leaves; 0 means no limit.
	Bytes uint64
	// Seed drives the random directions inside cones.
	Seed uint64
	// Threads is how many leaves are bounded side by side; 0 means one for each processor.
	Threads int
	// NoSign leaves the sign of v out also where there is one output.
	NoSign bool
	// NoCones leaves out the second-order cones.
	NoCones bool
	// Work limits the operations of Root, about, in the units of RootWork: what would need more gets by with fewer products; 0 means no limit.
	Work float64
	// Rooted says that Root has bounded the first leaves with W free, so that Solve does so over more leaves only.
	Rooted bool
	// Quadrants lets Root divide v into quadrants where W has two outputs, for about QuadrantsWork times the time.
	Quadrants bool
	// NoJoint keeps W fixed in Solve also while the leaves are few.
	NoJoint bool
	// Progress, when set, is called after each batch of leaves.
	Progress func(Progress)

	tolerance float64 // of the programs of the leaves; 0 means that of leaf.Defaults
	unknowns  int     // of the leaves' systems; 0 means the default
}

// Progress is a snapshot of a tree.
type Progress struct {
	Leaves, Open int     // leaves so far, and those that are not closed
	Value        float64 // proven bound of h/γ
	LowerBound   float64 // of the objective of every network
	Direction    float64 // largest ‖Wᵀ(Xu)₊‖/γ seen
	Elapsed      time.Duration
	// Derivation is the proof of Value; it can be called during the call of Options.Progress only.
	Derivation func() (*proof.Derivation, error)
}

// Status says why a tree ended.
type Status int

// The ways a tree can end.
const (
	// Closed: no leaf is above Options.Close, or above the largest direction found.
	Closed Status = iota + 1
	// GapReached: the relative gap is at most Options.Gap.
	GapReached
	// Improvable: a direction was found with ‖Wᵀ(Xu)₊‖ so far above γ that the gap is out of reach: W has to change.
	Improvable
	// LeafLimit: Options.Leaves was reached.
	LeafLimit
	// Interrupted: the context ended.
	Interrupted
	// Stalled: the worst leaf cannot be split any further.
	Stalled
	// MemoryLimit: the leaves hold more than Options.Bytes.
	MemoryLimit
)

// String returns the status as it is printed.
func (s Status) String() string {
	names := [...]string{"closed", "gap_reached", "improvable", "leaf_limit", "interrupted", "stalled", "memory_limit"}
	if s < 1 || int(s) > len(names) {
		return fmt.Sprintf("Status(%d)", int(s))
	}
	return names[s-1]
}

// infinite is the bound of what has not been bounded.
var infinite = math.Inf(1)

// Tree is a branch and bound for one W.  At every moment its leaves cover all directions.
type Tree struct {
	in       *instance
	options  Options
	together linalg.Algebra // of what has all leaves at once
	root     *node
	planted  bool    // the first leaves are bounded
	settled  float64 // value of the best direction with which it was decided to go on with this W
	open     frontier
	leaves   int
	weighed  int     // leaves when their memory was last looked at
	closed   float64 // value up to which leaves are done: Options.Close, or what the best direction allows
	best     found
	started  time.Time
}

// NewTree prepares the tree for the residual W (n×c) of a network; Run grows it.
func NewTree(p problem.Problem, w *mat.Dense, o Options) (*Tree, error) {
	in, err := newInstance(p.On(p.Algebra().WithThreads(1)), w) // leaves are beside each other
	if err != nil {
		return nil, err
	}
	if o.Threads < 1 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Gap == 0 {
		o.Gap = defaultGap
	}
	t := &Tree{in: in, options: o, together: p.Algebra()}
	if o.Close == 0 {
		t.options.Close = t.enough()
	}
	t.closed = t.options.Close
	return t, nil
}

// closeShare is the part of the gap that closed leaves may cost.
const closeShare = 0.8

// mostClose is the largest value at which leaves are closed.
const mostClose = 2

// enough is the value of h/γ at which leaves are closed: the largest that leaves closeShare of the gap, but at least that of leaf.Defaults.
func (t *Tree) enough() float64 {
	least := leaf.Defaults().Close
	excess := sort.Search(1<<20, func(k int) bool { return t.gap(least+(mostClose-least)*float64(k)/(1<<20)) > closeShare*t.options.Gap }) - 1
	return least + (mostClose-least)*float64(max(excess, 0))/(1<<20)
}

// defaultGap is the relative gap to stop at.
const defaultGap = 1e-4

// aboveDirection is how far above the largest direction a leaf is done, relative.
const aboveDirection = 2e-5

// signed reports whether the tree starts with the signs of v.
func (t *Tree) signed() bool { return t.in.c == 1 && !t.options.NoSign }

func (t *Tree) leafOptions() leaf.Options {
	o := leaf.Defaults()
	o.Close = t.closed
	if t.options.tolerance > 0 {
		o.Tolerance = t.options.tolerance
	}
	if t.options.unknowns > 0 {
		o.Unknowns = min(o.Unknowns, t.options.unknowns)
	}
	_, outputs := t.in.w.Dims()
	o.Cones = !t.options.NoCones && outputs == 1 // a ball line bounds u by the length of v, which has a sign only there
	return o
}

// plant makes the root, or the two sides of v, unless the cones of an earlier tree are there.
func (t *Tree) plant(ctx context.Context) {
	if t.root != nil {
		t.replant(ctx)
		return
	}
	t.root = &node{}
	first := []*node{t.root}
	if t.signed() {
		for k, side := range [2]int8{1, -1} {
			t.root.children[k] = &node{parent: t.root, cut: cut{row: -1, side: side}, depth: 1}
		}
		first = t.root.children[:]
		t.root.bound = infinite
	}
	t.examine(ctx, first, make([]*inherited, len(first)))
	t.leaves = len(first)
}

// examine bounds nodes side by side and puts those that are not closed on the frontier.
func (t *Tree) examine(ctx context.Context, nodes []*node, from []*inherited) {
	results := make([]found, len(nodes))
	first := uint64(t.leaves)
	t.each(len(nodes), func(job int) {
		nd, seed := nodes[job], t.options.Seed^(first+uint64(job)+1)*0x9e3779b97f4a7c15
		if nd.stale {
			results[job] = t.in.refresh(ctx, nd, t.leafOptions(), seed)
		} else {
			results[job] = t.in.examine(ctx, nd, from[job], t.leafOptions(), seed)
		}
	})
	for job, nd := range nodes {
		if results[job].value > t.best.value {
			t.best = results[job]
			t.closed = max(t.closed, t.best.value*(1+aboveDirection))
		}
		if nd.bound > t.options.Close {
			heap.Push(&t.open, nd)
		}
	}
}

// each calls f(0) … f(n−1) side by side, and returns when all are done.
func (t *Tree) each(n int, f func(job int)) {
	var group errgroup.Group
	group.SetLimit(t.options.Threads)
	for job := range n {
		group.Go(func() error { f(job); return nil })
	}
	_ = group.Wait() // jobs have no errors
}

// Run grows the tree, a batch of the worst leaves at a time, until it is closed, the context ends, the number of leaves is
// reached or a direction shows that W is not that of an optimal network.
func (t *Tree) Run(ctx context.Context) Status {
	if t.started.IsZero() {
		t.started = time.Now()
	}
	if !t.planted {
		t.plant(ctx)
		t.planted = true
		t.report()
	}
	for {
		switch {
		case t.gap(t.Value()) <= t.options.Gap:
			return GapReached
		case ctx.Err() == nil && t.best.value > t.settled && t.options.Objective > 0 && t.gap(max(1, t.best.value)) > improvableShare*t.options.Gap:
			return Improvable
		case len(t.open) == 0 || t.open[0].bound <= t.closed:
			return Closed
		case ctx.Err() != nil:
			return Interrupted
		case t.options.Leaves > 0 && t.leaves >= t.options.Leaves:
			return LeafLimit
		case t.full():
			return MemoryLimit
		}
		var parents, nodes []*node
		var from []*inherited
		for range min(t.options.Threads, len(t.open)) {
			nd := heap.Pop(&t.open).(*node)
			if nd.stale {
				nodes, from = append(nodes, nd), append(from, nil)
				continue
			}
			if nd.next == nil || nd.next.row < 0 && nd.next.plane == nil {
				heap.Push(&t.open, nd)
				break
			}
			for k, side := range [2]int8{1, -1} {
				nd.children[k] = &node{parent: nd, cut: cut{row: nd.next.row, plane: nd.next.plane, side: side}, depth: nd.depth + 1}
				nodes, from = append(nodes, nd.children[k]), append(from, t.starting(nd))
			}
			parents = append(parents, nd)
			t.leaves++
		}
		if len(nodes) == 0 {
			return Stalled
		}
		t.examine(ctx, nodes, from)
		for _, nd := range parents {
			nd.start, nd.multipliers = nil, nil
		}
		t.report()
	}
}

// Value returns the proven bound of h(W)/γ.
func (t *Tree) Value() float64 {
	if !t.planted {
		return infinite
	}
	if len(t.open) > 0 {
		return max(t.options.Close, t.open[0].bound)
	}
	return t.options.Close
}

// improvableShare is the part of the gap that the largest direction may cost.
const improvableShare = 0.5

// sufficientShare is the part of the gap that the largest direction may cost where W is not that of the best network any more: a new
// W costs the bounds of all leaves.
const sufficientShare = 0.9

// suffices reports whether W is good enough for the gap, as far as the directions show.
func (t *Tree) suffices() bool {
	return t.gap(max(1, t.best.value)*(1+aboveDirection)) <= sufficientShare*t.options.Gap
}

// settle goes on with this W until a better direction is found.
func (t *Tree) settle() { t.settled = t.best.value * (1 + settledMargin) }

// settledMargin is by how much, relative, a direction has to be better than the one with which a tree went on.
const settledMargin = 1e-6

// gap returns the relative gap for h(W) = value·γ, +Inf where no objective is known.
func (t *Tree) gap(value float64) float64 {
	if t.options.Objective <= 0 || math.IsInf(value, 1) {
		return infinite
	}
	return (t.options.Objective - t.in.problem.DualBound(t.in.w, value*t.in.gamma)) / t.options.Objective
}

// LowerBound returns the proven lower bound of the objective of every network.
func (t *Tree) LowerBound() float64 {
	return t.in.problem.DualBound(t.in.w, t.Value()*t.in.gamma)
}

// Leaves returns the number of leaves.
func (t *Tree) Leaves() int { return t.leaves }

// Direction returns the best direction seen, in the columns of X, with its ‖Wᵀ(Xu)₊‖/γ; nil before the first leaf.
func (t *Tree) Direction() ([]float64, float64) {
	if t.best.u == nil {
		return nil, 0
	}
	return t.in.original(t.best.u), t.best.value
}

func (t *Tree) report() {
	if t.options.Progress == nil {
		return
	}
	t.options.Progress(Progress{
		Leaves: t.leaves, Open: len(t.open), Value: t.Value(), LowerBound: t.LowerBound(), Direction: t.best.value,
		Elapsed: time.Since(t.started), Derivation: t.Derivation,
	})
}

// frontier is the heap of open leaves, the largest bound first and of equal ones the deepest.
type frontier []*node

func (f frontier) Len() int { return len(f) }

func (f frontier) Less(i, j int) bool {
	if f[i].bound != f[j].bound {
		return f[i].bound > f[j].bound
	}
	return f[i].depth > f[j].depth
}

func (f frontier) Swap(i, j int) { f[i], f[j] = f[j], f[i] }

// Push appends a leaf; see heap.Push.
func (f *frontier) Push(x any) { *f = append(*f, x.(*node)) }

// Pop removes the last leaf; see heap.Pop.
func (f *frontier) Pop() any {
	old := *f
	nd := old[len(old)-1]
	*f = old[:len(old)-1]
	return nd
}
