package signs

import (
	"container/heap"
	"context"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/signs/leaf"
)

// NewTreeFrom prepares the tree for another residual on the same data: it starts with the leaves of an earlier tree, each
// with the multipliers that it had there.
func NewTreeFrom(old *Tree, p problem.Problem, w *mat.Dense, o Options) (*Tree, error) {
	t, err := NewTree(p, w, o)
	if err != nil || old.root == nil || old.in.c != t.in.c || old.signed() != t.signed() {
		return t, err
	}
	t.root, t.leaves = copyTree(old.root, nil), old.leaves
	return t, nil
}

// copyTree copies a tree; only its leaves keep their bounds, which were those of another W.
func copyTree(nd, parent *node) *node {
	out := &node{
		parent: parent, cut: nd.cut, depth: nd.depth, implied: nd.implied, empty: nd.empty, bound: nd.bound,
		multipliers: nd.multipliers, start: nd.start, next: nd.next,
	}
	for k, child := range nd.children {
		if child != nil {
			out.children[k], out.bound = copyTree(child, out), infinite
		}
	}
	return out
}

// closable is the bound for the earlier W up to which a leaf may be closed for the new one, without a split.
const closable = 1.01

// replant bounds the leaves of a copied tree by the multipliers that they have: a new W differs little from the one before, and many closed
// leaves stay closed.  Of the others those that were nearly closed are solved again when it is their turn, and those that were not are split.
func (t *Tree) replant(ctx context.Context) {
	var nodes []*node
	var visit func(nd *node)
	visit = func(nd *node) {
		if nd.children[0] != nil {
			visit(nd.children[0])
			visit(nd.children[1])
			return
		}
		nodes = append(nodes, nd)
	}
	visit(t.root)
	t.leaves = len(nodes)
	t.each(len(nodes), func(job int) { t.in.reprice(ctx, nodes[job]) })
	for _, nd := range nodes {
		if nd.bound > t.options.Close {
			heap.Push(&t.open, nd)
		}
	}
}

// reprice bounds a leaf of a copied tree by its multipliers.  After the end of the context it leaves that to refresh; cones without an
// interior are bounded for every W.
func (in *instance) reprice(ctx context.Context, nd *node) {
	if nd.empty != nil {
		return
	}
	late := ctx.Err() != nil
	nd.stale = late || nd.next == nil || nd.bound < closable
	nd.bound = infinite
	if late || nd.multipliers == nil {
		return
	}
	if moved, bound := leaf.Reprice(in.program(in.layout(nd), nil), *nd.multipliers); bound < infinite {
		nd.multipliers, nd.bound = &moved, bound
	}
}

// refresh bounds a stale leaf anew; the multipliers that it has stay where they are better.
func (in *instance) refresh(ctx context.Context, nd *node, o leaf.Options, seed uint64) found {
	bound, multipliers := nd.bound, nd.multipliers
	from := &inherited{layout: in.layout(nd), multipliers: multipliers}
	if nd.start != nil {
		from.samples = nd.start.samples
	}
	nd.stale, nd.next, nd.start, nd.multipliers = false, nil, nil, nil
	best := in.examine(ctx, nd, from, o, seed)
	if !(nd.bound < bound) {
		nd.bound, nd.multipliers = bound, multipliers
	}
	return best
}
