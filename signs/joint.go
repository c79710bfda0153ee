package signs

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/problem"
	"github.com/relift/relift/signs/leaf"
)

// jointStart is how far inside the dual feasible set the joint program starts, relative to γ/h(W).
const jointStart = 0.8

// Joint frees W: it solves the relaxation of training over the leaves that the tree has now, starting from the tree's W and
// multipliers, and returns a tree of the same cones for the better W, whose LowerBound and Derivation are those of the
// relaxation.  It is worth its time while the leaves are few; on the leaves of a closed tree there is nothing to gain.  w is a
// network whose neurons say how large the moments are.  The result is nil where nothing better came out.
func (t *Tree) Joint(ctx context.Context, w problem.Weights) *Tree {
	value := t.Value()
	if math.IsInf(value, 1) {
		return nil
	}
	in := t.in
	out := &Tree{in: in.copy(), options: t.options, root: copyTree(t.root, nil), leaves: t.leaves, best: t.best, planted: true}
	out.options.Close = 1
	out.closed = 1
	nodes := out.frontierNodes()
	start := jointStart / value
	j := leaf.Joint{Algebra: in.problem.Algebra(), Gamma: in.gamma, Targets: new(mat.Dense)}
	j.Algebra.Mul(j.Targets, in.problem.Y, in.outputs)
	scale := in.scales(w, nodes)
	for k, nd := range nodes {
		j.Cones = append(j.Cones, in.jointCone(nd, start, scale[k]))
	}
	w0 := new(mat.Dense)
	j.Algebra.Mul(w0, in.w, in.outputs)
	w0.Scale(start, w0)
	o := t.leafOptions()
	r := leaf.SolveJoint(ctx, j, w0, o)
	if r.W == nil {
		return nil
	}
	full := new(mat.Dense)
	j.Algebra.Mul(full, r.W, in.outputs.T())
	for i, k := range in.reduced.MergedInto {
		if k < 0 {
			full.SetRow(i, in.problem.Y.RawRowView(i))
		}
	}
	out.in.w = full
	out.in.weigh()
	for k, nd := range nodes {
		nd.multipliers, nd.bound = &r.Multipliers[k], 1
	}
	if !(out.LowerBound() > t.LowerBound()) {
		return nil
	}
	return out
}

// copy returns an instance that can get another W.
func (in *instance) copy() *instance {
	out := *in
	return &out
}

// frontierNodes lists the leaves of the tree that have an interior.
func (t *Tree) frontierNodes() (nodes []*node) {
	var visit func(nd *node)
	visit = func(nd *node) {
		switch {
		case nd.children[0] != nil:
			visit(nd.children[0])
			visit(nd.children[1])
		case nd.empty == nil:
			nodes = append(nodes, nd)
		}
	}
	visit(t.root)
	return nodes
}

// jointCone describes a leaf for the joint program.
func (in *instance) jointCone(nd *node, start, scale float64) leaf.JointCone {
	l := in.layout(nd)
	samples := in.jointSamples(nd, l)
	n, _ := in.w.Dims()
	k := leaf.JointCone{Problem: in.program(l, samples), Lines: make([]int, n), Factors: make([]float64, n), Scale: scale}
	side := 1.0
	if l.v < 0 {
		side = -1
	}
	for i, rep := range in.reduced.MergedInto {
		k.Lines[i] = -1
		if rep < 0 {
			continue
		}
		s := in.reduced.MergeScale[i] * in.reduced.RowScale[rep]
		k.Factors[i] = side * math.Abs(s)
		switch sign := l.signs[rep]; {
		case sign == 0 && s > 0:
			k.Lines[i] = leaf.Alpha(l.place[rep])
		case sign == 0:
			k.Lines[i] = leaf.Beta(len(l.open), l.place[rep])
		case (sign > 0) == (s > 0):
			k.Lines[i] = leaf.Fixed(len(l.open), l.place[rep])
		}
	}
	k.Start = nd.multipliers.Scaled(start)
	return k
}

// jointSamples draws directions inside a leaf's cone.
func (in *instance) jointSamples(nd *node, l *layout) *mat.Dense {
	rng := newRand(uint64(nd.depth), uint64(len(l.lines)))
	var starts [][]float64
	if nd.start != nil {
		starts = in.inside(l, nd.start)
	}
	if len(starts) == 0 && len(l.lines) > 0 {
		starts = [][]float64{newMargin(l.lines).centre}
	}
	return sample(l.lines, starts, samplesPerOrder*(len(l.open)+in.d+in.c), walkFresh, in.d, rng)
}

// leastScale is the least share of a leaf in the moments, relative to that of the average leaf.
const leastScale = 0.05

// scales divides the size of a network, Σ‖u_j‖‖v_j‖, among the leaves in which its neurons lie.
func (in *instance) scales(w problem.Weights, nodes []*node) []float64 {
	out := make([]float64, len(nodes))
	layouts := make([]*layout, len(nodes))
	for k, nd := range nodes {
		layouts[k] = in.layout(nd)
	}
	total := 0.0
	for j := range w.Width() {
		u := make([]float64, in.d)
		for k, v := range w.U.RawRowView(j) {
			axpy(u, v, in.reduced.Basis.RawRowView(k))
		}
		v := make([]float64, in.c)
		for q, x := range w.V.RawRowView(j) {
			axpy(v, x, in.outputs.RawRowView(q))
		}
		size := norm(u) * norm(v)
		total += size
		for k, l := range layouts {
			inside := l.v == 0 || v[0]*float64(l.v) > 0
			for _, a := range l.lines {
				inside = inside && dot(a, u) >= 0
			}
			if inside {
				out[k] += size
				break
			}
		}
	}
	if total == 0 {
		total = 1
	}
	for k := range out {
		out[k] = max(out[k], leastScale*total/float64(len(out)))
	}
	return out
}
