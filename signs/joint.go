package signs

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/signs/leaf"
)

// jointRank is the largest number of rows of the cones' projection in the joint program, which is solved once where leaves are many.  Gaps of the first two leaves with
// W free and processor seconds for it with 3 rows, 10 and all: 100 rows of Pima Indians (d = 9) 9.8 %, 3.5, and 7.9 %, 3.8; 60 rows of ionosphere
// (d = 34) 2.0 %, 1.3, 1.8 %, 2.2, and 1.5 %, 9.1.
const jointRank = 10

// jointStart is how far inside the dual feasible set the joint program starts, relative to γ/h(W).
const jointStart = 0.8

// Joint frees W: it solves the relaxation of training over the leaves that the tree has now, starting from the tree's W and
// multipliers, and returns a tree of the same cones for the better W, whose LowerBound and Derivation are those of the
// relaxation.  It is worth its time while the leaves are few; on the leaves of a closed tree there is nothing to gain.  w is a
// network whose neurons say how large the moments are.  The result is nil where nothing better came out, and for losses whose dual is not
// smooth in the interior of its domain.
func (t *Tree) Joint(ctx context.Context, w problem.Weights) *Tree {
	in := t.in
	if math.IsInf(t.Value(), 1) || !in.frees() {
		return nil
	}
	out := &Tree{in: in.copy(), options: t.options, root: copyTree(t.root, nil), leaves: t.leaves, best: t.best, planted: true, together: t.together}
	out.options.Close = 1
	out.closed = 1
	nodes := out.frontierNodes()
	start := jointStart / highest(nodes)
	rows := in.freeRows()
	j := leaf.Joint{Algebra: t.together, Gamma: in.gamma, Loss: loss.OrSquared(in.problem.Loss).(loss.Smooth), Balanced: in.problem.Intercept}
	if j.Loss.Linked() {
		j.Targets, j.Outputs = problem.Rows(in.problem.Y, rows), in.outputs
	} else {
		j.Targets = in.turned(in.problem.Y, rows)
	}
	if all := in.problem.Weights; all != nil {
		for _, i := range rows {
			j.Weights = append(j.Weights, all[i])
		}
	}
	neurons := in.neurons(w)
	scale := in.scales(neurons, nodes)
	j.Directions = neurons.directions
	j.Objective, _ = in.problem.Objective(w)
	w0 := in.turned(in.w, rows)
	w0.Scale(start, w0)
	o := t.leafOptions()
	o.ConeRank = jointRank
	o.Tolerance = leaf.Defaults().Tolerance
	var r *leaf.JointResult
	for _, all := range [2]bool{false, true} {
		j.Cones = nil
		for k, nd := range nodes {
			cone := in.jointCone(nd, rows, all, start, scale[k])
			cone.Problem.Algebra = t.together.WithThreads(max(1, t.together.Threads()/len(nodes))) // cones are beside each other
			cone.Neurons = in.within(neurons, nd)
			j.Cones = append(j.Cones, cone)
		}
		if r = leaf.SolveJoint(ctx, j, w0, o); r.W != nil {
			break
		}
	}
	if r.W == nil {
		return nil
	}
	out.in.w = in.restored(r.W, rows)
	out.in.weigh()
	for k, nd := range nodes {
		nd.multipliers, nd.bound = &r.Multipliers[k], 1
	}
	if !(out.LowerBound() > t.LowerBound()) {
		return nil
	}
	return out
}

// frees reports whether W can be freed: the dual of the loss has to be smooth, and the outputs of W all that the loss knows, of which there is one less where its
// rows sum to zero; under the squared loss those of W will do.
func (in *instance) frees() bool {
	_, outputs := in.w.Dims()
	if loss.OrSquared(in.problem.Loss).Linked() {
		outputs--
	}
	return Frees(in.problem) && (in.problem.IsSquared() || in.c == outputs)
}

// freeRows lists the rows whose multipliers matter: without an intercept those that are zero have none, and those of no weight never.
func (in *instance) freeRows() (rows []int) {
	for i, rep := range in.reduced.MergedInto {
		if (rep >= 0 || in.problem.Intercept) && (in.problem.Weights == nil || in.problem.Weights[i] > 0) {
			rows = append(rows, i)
		}
	}
	return rows
}

// turned returns rows of a (n×c) in the coordinates of the outputs.
func (in *instance) turned(a *mat.Dense, rows []int) *mat.Dense {
	out := new(mat.Dense)
	in.problem.Algebra().Mul(out, problem.Rows(a, rows), in.outputs)
	return out
}

// restored returns the multipliers of all rows from those of some in the coordinates of the outputs, with columns that sum to zero exactly where there is an intercept.
func (in *instance) restored(w *mat.Dense, rows []int) *mat.Dense {
	back, full := new(mat.Dense), mat.DenseCopyOf(in.w)
	in.problem.Algebra().Mul(back, w, in.outputs.T())
	for k, i := range rows {
		full.SetRow(i, back.RawRowView(k))
	}
	_, c := full.Dims()
	loss.Settle(loss.OrSquared(in.problem.Loss), full.RawMatrix().Data, mat.DenseCopyOf(in.problem.Y).RawMatrix().Data, c, in.problem.Weights, in.problem.Intercept)
	return full
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

// highest is the largest bound of leaves, at least 1.
func highest(nodes []*node) float64 {
	value := 1.0
	for _, nd := range nodes {
		value = max(value, nd.bound)
	}
	return value
}

// jointCone describes a leaf for the joint program of some rows, with start times its multipliers, all of them or those of the conditions that are nearly active.
func (in *instance) jointCone(nd *node, rows []int, all bool, start, scale float64) leaf.JointCone {
	l := in.layout(nd)
	samples := in.jointSamples(nd, l)
	k := leaf.JointCone{Problem: in.program(l, samples), Lines: make([]int, len(rows)), Factors: make([]float64, len(rows)), Scale: scale}
	side := 1.0
	if l.v < 0 {
		side = -1
	}
	for at, i := range rows {
		rep := in.reduced.MergedInto[i]
		k.Lines[at] = -1
		if rep < 0 {
			continue
		}
		s := in.reduced.MergeScale[i] * in.reduced.RowScale[rep]
		k.Factors[at] = side * math.Abs(s)
		switch sign := l.signs[rep]; {
		case sign == 0 && s > 0:
			k.Lines[at] = leaf.Alpha(l.place[rep])
		case sign == 0:
			k.Lines[at] = leaf.Beta(len(l.open), l.place[rep])
		case (sign > 0) == (s > 0):
			k.Lines[at] = leaf.Fixed(len(l.open), l.place[rep])
		}
	}
	if all || nd.start == nil || nd.start.multipliers == nil {
		k.Start = nd.multipliers.Scaled(start)
	} else {
		k.Start = nd.start.multipliers.Scaled(start)
	}
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

// neurons are those of a network in the coordinates of an instance, the largest first.
type neurons struct {
	directions *mat.Dense // k×d, unit; nil for none
	outputs    *mat.Dense // k×c, v, unit
	sizes      []float64  // k, ‖u‖‖v‖
}

func (in *instance) neurons(w problem.Weights) neurons {
	var out neurons
	var u, v mat.Dense
	if w.Width() == 0 {
		return out
	}
	in.problem.Algebra().Mul(&u, w.U, in.reduced.Basis)
	in.problem.Algebra().Mul(&v, w.V, in.outputs)
	order, size := make([]int, w.Width()), make([]float64, w.Width())
	for j := range order {
		order[j], size[j] = j, short.Norm(u.RawRowView(j))*short.Norm(v.RawRowView(j))
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size[b], size[a]) })
	for _, j := range order {
		if !(size[j] > 0) {
			break
		}
		normalise(u.RawRowView(j))
		normalise(v.RawRowView(j))
		out.sizes = append(out.sizes, size[j])
		if out.directions == nil {
			out.directions, out.outputs = mat.NewDense(1, in.d, nil), mat.NewDense(1, in.c, nil)
		} else {
			out.directions, out.outputs = out.directions.Grow(1, 0).(*mat.Dense), out.outputs.Grow(1, 0).(*mat.Dense)
		}
		out.directions.SetRow(len(out.sizes)-1, u.RawRowView(j))
		out.outputs.SetRow(len(out.sizes)-1, v.RawRowView(j))
	}
	return out
}

// inside reports whether neuron j lies in a leaf.
func (of neurons) inside(j int, l *layout) bool {
	if l.v != 0 && !(of.outputs.At(j, 0)*float64(l.v) > 0) {
		return false
	}
	for _, b := range l.sides {
		if short.Dot(b, of.outputs.RawRowView(j)) < 0 {
			return false
		}
	}
	for _, a := range l.lines {
		if short.Dot(a, of.directions.RawRowView(j)) < 0 {
			return false
		}
	}
	return true
}

// within lists the neurons in a leaf for its program, (u, v) with ‖u‖ = ‖v‖ (k×(d+c)); nil where there are none.
func (in *instance) within(of neurons, nd *node) *mat.Dense {
	l := in.layout(nd)
	var rows []float64
	for j, size := range of.sizes {
		if !of.inside(j, l) {
			continue
		}
		side := 1.0
		if l.v < 0 {
			side = -1
		}
		rows = append(rows, scaled(of.directions.RawRowView(j), math.Sqrt(size))...)
		rows = append(rows, scaled(of.outputs.RawRowView(j), side*math.Sqrt(size))...)
	}
	if rows == nil {
		return nil
	}
	return mat.NewDense(len(rows)/(in.d+in.c), in.d+in.c, rows)
}

// scales divides the size of a network, Σ‖u_j‖‖v_j‖, among the leaves in which its neurons lie.
func (in *instance) scales(of neurons, nodes []*node) []float64 {
	out := make([]float64, len(nodes))
	layouts := make([]*layout, len(nodes))
	for k, nd := range nodes {
		layouts[k] = in.layout(nd)
	}
	total := 0.0
	for j, size := range of.sizes {
		total += size
		for k, l := range layouts {
			if of.inside(j, l) {
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
