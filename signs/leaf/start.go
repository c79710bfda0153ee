package leaf

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
)

// Constants of the start.
const (
	startRidge = 0.1 // added to the moments of the samples, relative
	coldTau    = 1.3 // τ at a cold start, relative to the least feasible,
	coldMargin = 0.3 // but at least this above it
	warmBlend  = 0.1 // least part of the cold multipliers in a warm start
	warmFloor  = 0.2 // least multiplier in a warm start, in μ/slack
	warmSlack  = 5   // largest slack in a warm start, in μ/M
)

// cold returns ψ and τ that make S positive definite without any product.
func (it *iterate) cold() (psi []float64, tau [2]float64, ok bool) {
	psi = make([]float64, it.m)
	if it.m > 0 {
		head := it.problem.Objective.Slice(0, it.m, 0, it.c)
		size := mat.Norm(head, 2)
		spread := 1.0
		if values, ok := it.algebra.SingularValues(it.problem.Open); ok {
			spread = values[0]
		}
		for i := range psi {
			psi[i] = -(math.Sqrt2*size/max(spread, 1e-9) + 1e-3)
		}
	}
	pairs := make([]pair, it.m)
	for i := range pairs {
		pairs[i] = pair{int32(i), int32(it.m + i)}
	}
	low := it.margin(it.slackMatrix([2]float64{}, pairs, psi))
	if !finite(low) {
		return nil, tau, false
	}
	t := max(-coldTau*low, -low+coldMargin)
	return psi, [2]float64{t, t}, true
}

// start sets the first iterate, from the multipliers of a parent where they are given; ok is false where the arithmetic
// fails.
func (it *iterate) start(from *Multipliers) (ok bool) {
	psi, tau, ok := it.cold()
	if !ok {
		return false
	}
	it.z = it.problem.moments()
	for blend := warmBlend; from != nil && blend < 1; blend *= 2 {
		if it.warm(from, psi, tau, blend) {
			return true
		}
	}
	it.psi, it.tau = psi, tau
	it.pairs, it.mul, it.slack = nil, nil, nil
	it.cones, it.coneMul, it.coneSlack = nil, nil, nil
	it.s = it.slackMatrix(it.tau, it.unknowns(), it.multipliers())
	return true
}

// warm blends a parent's multipliers with the cold ones, of which blend is the part, and reports whether S is positive
// definite there.
func (it *iterate) warm(from *Multipliers, psi []float64, tau [2]float64, blend float64) bool {
	it.pairs, it.mul, it.slack = nil, nil, nil
	it.cones, it.coneMul, it.coneSlack, it.project = nil, nil, nil, nil
	it.psi = make([]float64, it.m)
	for i := range psi {
		it.psi[i] = (1-blend)*from.Psi[i] + blend*psi[i]
	}
	it.tau = [2]float64{(1-blend)*from.TauU + blend*tau[0], (1-blend)*from.TauV + blend*tau[1]}
	for _, p := range from.Pairs {
		it.pairs = append(it.pairs, pair{int32(p.A), int32(p.B)})
		it.mul = append(it.mul, (1-blend)*p.M)
	}
	it.warmCones(from.Cones, blend)
	it.s = it.slackMatrix(it.tau, it.unknowns(), it.multipliers())
	if reachFrom(it.algebra, it.s, mat.NewDense(it.n, it.n, nil)) == 0 {
		return false
	}
	it.settle(short.Dot(it.z.RawMatrix().Data, it.s.RawMatrix().Data) / float64(it.n))
	return true
}

// settle sets the slacks of all conditions and raises their multipliers to a part of μ/slack.
func (it *iterate) settle(mu float64) {
	t := lift(it.algebra, it.lines, it.z)
	length := it.lengths(t)
	raise := make([]float64, len(it.pairs))
	it.slack = make([]float64, len(it.pairs))
	for j, p := range it.pairs {
		a, b := int(p.a), int(p.b)
		it.slack[j] = max(t.At(a, b), slackLeast*length[a]*length[b])
		raise[j] = max(it.mul[j], warmFloor*mu/it.slack[j]) - it.mul[j]
	}
	width, sign := it.width(), it.base-1
	raiseCone := make([]float64, len(it.coneMul))
	for k, q := range it.cones {
		x := it.coneValue(q)
		x[0] = max(x[0], short.Norm(x[1:])+slackLeast*length[q.line]*length[sign])
		it.coneSlack = append(it.coneSlack, x...)
		inv := make([]float64, width)
		invert(inv, x)
		for j, v := range inv {
			raiseCone[k*width+j] = warmFloor * mu * v
		}
	}
	scale := it.affordable(it.pairs, raise, it.cones, raiseCone)
	linalg.Axpy(scale, raise, it.mul)
	linalg.Axpy(scale, raiseCone, it.coneMul)
	for j := range it.slack {
		if it.mul[j] > 0 {
			it.slack[j] = min(it.slack[j], warmSlack*mu/it.mul[j])
		}
	}
	it.s = it.slackMatrix(it.tau, it.unknowns(), it.multipliers())
}

// warmCones takes over the parent's cones, shrunk towards the axis so that they are inside.
func (it *iterate) warmCones(cones []Cone, blend float64) {
	if len(cones) == 0 {
		return
	}
	if it.project == nil {
		it.project = it.leading()
	}
	if it.project == nil {
		return
	}
	q, _ := it.project.Dims()
	place := map[cone]int{}
	for _, k := range cones {
		key := cone{k.Line, k.Fold}
		at, known := place[key]
		if !known {
			at = len(it.coneMul)
			place[key] = at
			it.cones = append(it.cones, key)
			it.coneMul = append(it.coneMul, make([]float64, q+1)...)
			it.addFold(k.Fold)
		}
		it.coneMul[at] += (1 - blend) * k.Scale
		for j := range q {
			it.coneMul[at+1+j] += (1 - blend) * (1 - blend) * short.Dot(it.project.RawRowView(j), k.Direction)
		}
	}
}

// span returns an orthonormal basis of the cones' directions as rows; nil where there are none.
func span(algebra linalg.Algebra, cones []Cone) *mat.Dense {
	if len(cones) == 0 {
		return nil
	}
	d := len(cones[0].Direction)
	all := mat.NewDense(len(cones), d, nil)
	for i, c := range cones {
		all.SetRow(i, c.Direction)
	}
	_, values, v, ok := algebra.SVD(all)
	if !ok {
		return nil
	}
	rank := max(linalg.Rank(values, 1e-10), 1)
	return mat.DenseCopyOf(v.Slice(0, d, 0, rank).T())
}

// basis returns the projection of a joint program's cones: the identity in small dimensions, else one that holds what is there of cones and then, as far as the
// rank allows, the directions; nil where there is nothing.
func (it *iterate) basis(cones []Cone, directions *mat.Dense) *mat.Dense {
	if !it.allow || it.d <= it.rank {
		return it.leading()
	}
	out := span(it.algebra, cones)
	if directions == nil {
		return out
	}
	count, _ := directions.Dims()
	for k := range count {
		q := 0
		if out != nil {
			q, _ = out.Dims()
		}
		if q >= it.rank {
			break
		}
		next := append([]float64(nil), directions.RawRowView(k)...)
		for range 2 {
			for j := range q {
				short.Axpy(-short.Dot(next, out.RawRowView(j)), out.RawRowView(j), next)
			}
		}
		size := short.Norm(next)
		if size < newDirection {
			continue
		}
		grown := mat.NewDense(q+1, it.d, nil)
		if out != nil {
			grown.Copy(out)
		}
		for j, v := range next {
			grown.Set(q, j, v/size)
		}
		out = grown
	}
	return out
}

// newDirection is the part of a unit direction outside of the projection from which on it is worth a row.
const newDirection = 0.1
