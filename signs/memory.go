package signs

// size estimates the bytes that a node holds.
func (nd *node) size() uint64 {
	const overhead = 256
	sum := uint64(overhead)
	if nd.multipliers != nil {
		sum += nd.multipliers.Size()
	}
	return sum + nd.start.size()
}

func (s *inherited) size() uint64 {
	if s == nil {
		return 0
	}
	sum := uint64(0)
	for _, u := range s.samples {
		sum += 8*uint64(len(u)) + 24
	}
	if s.multipliers != nil {
		sum += s.multipliers.Size()
	}
	if s.layout != nil {
		for _, a := range s.layout.lines {
			sum += 8*uint64(len(a)) + 24
		}
		sum += 17 * uint64(len(s.layout.place))
	}
	return sum
}

// held is what the leaves of a tree hold, in bytes.
func (t *Tree) held() uint64 {
	sum := uint64(0)
	var visit func(nd *node)
	visit = func(nd *node) {
		sum += nd.size()
		for _, child := range nd.children {
			if child != nil {
				visit(child)
			}
		}
	}
	visit(t.root)
	return sum
}

// relievedEvery is how many leaves are added between two looks at the memory, relative to those that there are.
const relievedEvery = 0.1

// full reports whether the leaves hold more than Options.Bytes, after what can be made again was dropped: the directions and the
// multipliers in another order from which the children of leaves start that are not next.
func (t *Tree) full() bool {
	if t.options.Bytes == 0 || float64(t.leaves) < float64(t.weighed)*(1+relievedEvery) {
		return false
	}
	t.weighed = t.leaves
	if t.held() <= t.options.Bytes {
		return false
	}
	next := t.open[0].bound
	for _, nd := range t.open {
		if nd.bound < next {
			nd.start = nil
		}
	}
	return t.held() > t.options.Bytes
}

// starting returns what the children of a node start from, made again where it was dropped.
func (t *Tree) starting(nd *node) *inherited {
	if nd.start == nil && nd.multipliers != nil {
		return &inherited{layout: t.in.layout(nd), multipliers: nd.multipliers}
	}
	return nd.start
}
