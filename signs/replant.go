package signs

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
)

// NewTreeFrom prepares the tree for another residual on the same data: it starts with the leaves of an earlier tree, each
// from the multipliers that it had there.
func NewTreeFrom(old *Tree, p problem.Problem, w *mat.Dense, o Options) (*Tree, error) {
	t, err := NewTree(p, w, o)
	if err != nil || old.root == nil || old.in.c != t.in.c || old.signed() != t.signed() {
		return t, err
	}
	t.root, t.leaves = copyTree(old.root, nil), old.leaves
	return t, nil
}

// copyTree copies the cones of a tree without their bounds.
func copyTree(nd, parent *node) *node {
	out := &node{
		parent: parent, cut: nd.cut, depth: nd.depth, implied: nd.implied, empty: nd.empty, bound: infinite,
		multipliers: nd.multipliers, start: nd.start,
	}
	for k, child := range nd.children {
		if child != nil {
			out.children[k] = copyTree(child, out)
		}
	}
	return out
}

// replant bounds all the leaves of a copied tree.
func (t *Tree) replant(ctx context.Context) {
	var nodes []*node
	var from []*inherited
	var visit func(nd *node)
	visit = func(nd *node) {
		if nd.children[0] != nil {
			visit(nd.children[0])
			visit(nd.children[1])
			return
		}
		start := &inherited{layout: t.in.layout(nd), multipliers: nd.multipliers}
		if nd.start != nil {
			start.samples = nd.start.samples
		}
		nd.multipliers, nd.start = nil, nil
		nodes, from = append(nodes, nd), append(from, start)
	}
	visit(t.root)
	t.leaves = len(nodes)
	t.examine(ctx, nodes, from)
}
