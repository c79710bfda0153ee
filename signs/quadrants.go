package signs

// quadrants returns the leaf of t as a tree of four, the quadrants of v in the two outputs that W has, each with the multipliers of the leaf, which prove the same bound there: products of
// lines of v with α and β are conditions that W can be freed under, see Joint.  It is nil for a tree of several leaves and for another number of outputs.
func (t *Tree) quadrants() *Tree {
	if t.in.c != 2 || t.root.children[0] != nil {
		return nil
	}
	root := &node{bound: infinite}
	t.in.halve(root, t.root, []float64{1, 0}, []float64{0, 1})
	return &Tree{in: t.in, options: t.options, together: t.together, root: root, leaves: 4, closed: t.closed, best: t.best, planted: true}
}

// halve divides nd by the signs of v along the first of the outputs, and the halves along those that are left; leaves get what is known of the leaf from.
func (in *instance) halve(nd, from *node, outputs ...[]float64) {
	if len(outputs) == 0 {
		nd.bound, nd.status, nd.multipliers = from.bound, from.status, from.multipliers
		return
	}
	for k, side := range [2]int8{1, -1} {
		nd.children[k] = &node{parent: nd, cut: cut{row: -1, output: outputs[0], side: side}, depth: nd.depth + 1, bound: infinite}
		in.halve(nd.children[k], from, outputs[1:]...)
	}
}
