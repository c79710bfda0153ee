package signs

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
	"github.com/relift/relift/signs/leaf"
)

// keptSamples is how many directions of a node its children start from, relative to d.
const keptSamples = 4

// found is a direction with its value.
type found struct {
	u     []float64
	value float64
}

// examine bounds a node: it closes the empty ones, fixes implied rows, solves the leaf's program and chooses the split.
// It returns the best direction that the solution leads to.
func (in *instance) examine(ctx context.Context, nd *node, from *inherited, o leaf.Options, seed uint64) found {
	rng := rand.New(rand.NewPCG(seed, uint64(nd.depth)))
	nd.bound = math.Inf(1)
	if nd.parent != nil {
		nd.bound = nd.parent.bound
	}
	if nd.empty != nil {
		nd.bound, nd.status = 0, leaf.Closed
		return found{}
	}
	l := in.layout(nd)
	starts := in.inside(l, from)
	if len(starts) == 0 {
		mg := newMargin(l.lines)
		if mg.emptiness(l.lines) {
			nd.empty, nd.bound, nd.status = &mg, 0, leaf.Closed
			return found{}
		}
		starts = [][]float64{mg.centre}
		if mg.size() == 0 {
			starts = [][]float64{scaled(l.lines[0], 1)}
		}
	}
	steps := walkKnown
	if len(starts) < 2*in.d {
		steps = walkFresh
	}
	samples := sample(l.lines, starts, samplesPerOrder*(len(l.open)+in.d+in.c), steps, in.d, rng)
	l = in.imply(nd, l, samples)
	r := leaf.Solve(ctx, in.program(l, samples), in.inherit(from, l), o)
	if r.Status == leaf.Numerical && !(r.Bound <= o.Close) && from != nil {
		if again := leaf.Solve(ctx, in.program(l, samples), nil, o); again.Bound < r.Bound {
			r = again
		}
	}
	nd.status = r.Status
	if r.Bound < nd.bound || nd.parent == nil {
		nd.bound = r.Bound
	}
	switch {
	case nd.parent != nil && nd.parent.multipliers != nil && !(r.Bound <= nd.parent.bound):
		// The parent's multipliers prove its bound here too.
		nd.multipliers = in.inherit(&inherited{multipliers: nd.parent.multipliers, layout: from.layout}, l)
	case !math.IsInf(r.Bound, 1):
		nd.multipliers = &r.Multipliers
	}
	best := in.climbFrom(r.Directions)
	if nd.bound <= o.Close {
		return best
	}
	nd.next = &splitting{row: in.splitRow(l, r)}
	if nd.next.row < 0 {
		if nd.next.plane = r.Second; nd.next.plane == nil {
			nd.next.plane = between(samples)
		}
	}
	nd.start = &inherited{layout: l}
	if !math.IsInf(r.Bound, 1) {
		nd.start.multipliers = nearlyActive(r)
	}
	count, _ := samples.Dims()
	for s := range min(count, keptSamples*in.d+16) {
		nd.start.samples = append(nd.start.samples, append([]float64(nil), samples.RawRowView(s)...))
	}
	return best
}

// between returns the normal of a hyperplane that separates two of the directions in the rows of samples, far ones; nil where they are all
// the same.
func between(samples *mat.Dense) []float64 {
	count, d := samples.Dims()
	farthest := func(from int) int {
		best, at := 1.0, from
		for s := range count {
			if c := short.Dot(samples.RawRowView(from), samples.RawRowView(s)); c < best {
				best, at = c, s
			}
		}
		return at
	}
	a := farthest(0)
	b := farthest(a)
	normal := make([]float64, d)
	copy(normal, samples.RawRowView(a))
	short.Axpy(-1, samples.RawRowView(b), normal)
	if short.Norm(normal) < emptyBelow {
		return nil
	}
	normalise(normal)
	return normal
}

// inside returns the parent's directions that are inside the cone.
func (in *instance) inside(l *layout, from *inherited) [][]float64 {
	if len(l.lines) == 0 {
		u := make([]float64, in.d)
		u[0] = 1
		return [][]float64{u}
	}
	if from == nil {
		return nil
	}
	var out [][]float64
	for _, u := range from.samples {
		ok := true
		for _, a := range l.lines {
			ok = ok && short.Dot(a, u) > 0
		}
		if ok {
			out = append(out, u)
		}
	}
	return out
}

// imply fixes the open rows of which all directions of the cone are on one side.
func (in *instance) imply(nd *node, l *layout, samples *mat.Dense) *layout {
	if len(l.lines) == 0 || len(l.open) == 0 {
		return l
	}
	count, _ := samples.Dims()
	for _, i := range l.open {
		x := in.x.RawRowView(i)
		up, down := false, false
		for s := range count {
			t := short.Dot(x, samples.RawRowView(s))
			up, down = up || t > 0, down || t < 0
			if up && down {
				break
			}
		}
		if up && down {
			continue
		}
		side := int8(1)
		if down {
			side = -1
		}
		a := append(append([][]float64(nil), l.lines...), scaled(x, -float64(side)))
		mg := newMargin(a)
		if !mg.emptiness(a) {
			continue
		}
		nd.implied = append(nd.implied, void{row: i, side: side, proof: mg})
		l = l.fix(in, i, side)
	}
	return l
}

// climbFrom climbs from each direction and returns the best local maximum.
func (in *instance) climbFrom(directions *mat.Dense) (best found) {
	if directions == nil {
		return best
	}
	k, _ := directions.Dims()
	for j := range k {
		u := append([]float64(nil), directions.RawRowView(j)...)
		if v := in.climb(u); v > best.value {
			best = found{u, v}
		}
	}
	return best
}
