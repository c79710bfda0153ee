package leaf

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
)

// Constants of the separation, chosen by measurement on the problems of docs/signs.
const (
	addShare      = 0.5  // products added in one step, relative to N,
	addLeast      = 60   // but at least
	addBelow      = 0.3  // violation from which a product is added, relative to the tolerance
	slackViolated = 5.0  // slack of a new condition, in violations,
	slackLeast    = 0.05 // but at least, relative to the lengths of its lines
	keepDefinite  = 0.5  // part of S that new multipliers may use up
	conesPerStep  = 15
	conesPerLine  = 1    // two double the time of a leaf and save few leaves
	conesFrom     = 2    // first step with cones
	projectFrom   = 5    // first step with cones where the projection has to be found
	coneTolerance = 3e-3 // violation of a cone
	shortest      = 1e-2 // length of a line that counts, relative to the longest
)

// lengths returns the root of E[ℓ²] of every line, from T = L Z Lᵀ; lines that are nearly zero count as longer.
func (it *iterate) lengths(t *mat.Dense) []float64 {
	k, _ := t.Dims()
	out := make([]float64, k)
	longest := 0.0
	for i := range out {
		out[i] = math.Sqrt(max(t.At(i, i), 1e-14))
		if i < it.base {
			longest = max(longest, out[i])
		}
	}
	for i := range out {
		out[i] = max(out[i], shortest*longest)
	}
	return out
}

// violations are the largest of the conditions that are not in the set, relative to the lengths of the lines.
type violations struct{ pairs, cones float64 }

// extend adds violated products and cones, the larger ones from the tolerance times addBelow, and returns the largest
// violations.  t is L Z Lᵀ; it becomes out of date where changed is true.
func (it *iterate) extend(t *mat.Dense, step int, tolerance, mu float64) (worst violations, changed bool) {
	length := it.lengths(t)
	pairs, slack, worstPair := it.violated(t, length, tolerance)
	worst.pairs = worstPair
	var fresh []cone
	if it.allow && step >= conesFrom {
		if it.project == nil && (it.d <= it.rank || step >= projectFrom) {
			it.project = it.leading()
		}
		if it.project != nil {
			fresh, worst.cones = it.violatedCones(t, length, tolerance/1e-3*coneTolerance)
		}
	}
	if len(pairs) == 0 && len(fresh) == 0 {
		return worst, false
	}
	mul := make([]float64, len(pairs))
	for j, s := range slack {
		mul[j] = mu / s
	}
	conesBefore := len(it.cones)
	coneSlack, coneMul := it.enter(fresh, length, mu)
	scale := it.affordable(pairs, mul, fresh, coneMul)
	for j := range mul {
		mul[j] *= scale
	}
	for j := range coneMul {
		coneMul[j] *= scale
	}
	it.pairs, it.mul, it.slack = append(it.pairs, pairs...), append(it.mul, mul...), append(it.slack, slack...)
	it.cones = append(it.cones[:conesBefore], fresh...)
	it.coneMul, it.coneSlack = append(it.coneMul, coneMul...), append(it.coneSlack, coneSlack...)
	it.s = it.slackMatrix(it.tau, it.unknowns(), it.multipliers())
	return worst, true
}

// violated finds the products to add with their first slacks.
func (it *iterate) violated(t *mat.Dense, length []float64, tolerance float64) (pairs []pair, slack []float64, worst float64) {
	k := it.base
	known := make([]bool, k*k)
	for i := range it.m {
		known[i*k+it.m+i] = true
	}
	for _, p := range it.pairs {
		known[min(p.a, p.b)*int32(k)+max(p.a, p.b)] = true
	}
	type candidate struct {
		pair
		v float64
	}
	var found []candidate
	for a := range k {
		row := t.RawRowView(a)
		for b := a + 1; b < k; b++ {
			if v := row[b]; v < 0 && !known[a*k+b] {
				v /= length[a] * length[b]
				worst = max(worst, -v)
				if v < -addBelow*tolerance {
					found = append(found, candidate{pair{int32(a), int32(b)}, v})
				}
			}
		}
	}
	limit := min(max(addLeast, int(addShare*float64(it.n))), it.room())
	if len(found) > limit {
		slices.SortStableFunc(found, func(x, y candidate) int {
			switch {
			case x.v < y.v:
				return -1
			case x.v > y.v:
				return 1
			default:
				return 0
			}
		})
		found = found[:limit]
	}
	for _, f := range found {
		pairs = append(pairs, f.pair)
		slack = append(slack, max(-slackViolated*f.v, slackLeast)*length[f.a]*length[f.b])
	}
	return pairs, slack, worst
}

// room is how many more products the system may get.
func (it *iterate) room() int { return max(0, it.most-it.m-len(it.pairs)-len(it.coneMul)) }

// leading returns the projection of the cones: the leading eigenvectors of Z_uu, or the identity in small dimensions.
func (it *iterate) leading() *mat.Dense {
	q := min(it.d, it.rank)
	out := mat.NewDense(q, it.d, nil)
	if q == it.d {
		for j := range q {
			out.Set(j, j, 1)
		}
		return out
	}
	part := mat.NewSymDense(it.d, nil)
	for i := range it.d {
		for j := i; j < it.d; j++ {
			part.SetSym(i, j, it.z.At(it.m+i, it.m+j))
		}
	}
	_, vectors, ok := it.algebra.EigenRange(part, it.d-q, it.d, true)
	if !ok {
		return nil
	}
	out.Copy(vectors.T())
	return out
}

// violatedCones finds the cones ‖E[ℓ Pρ_k(u)]‖² = ‖P E[ℓu]‖² + … ≤ E[ℓv]² to add: for each line the identity or the open
// row with the largest product E[ℓα_k]E[ℓβ_k], by which reflecting lengthens E[ℓu].
func (it *iterate) violatedCones(t *mat.Dense, length []float64, tolerance float64) (fresh []cone, worst float64) {
	sign := it.base - 1
	var lu mat.Dense // E[ℓu], base×d
	lz := mat.NewDense(it.base, it.n, nil)
	it.algebra.Mul(lz, it.lines.Slice(0, it.base, 0, it.n), it.z)
	it.algebra.Mul(&lu, lz.Slice(0, it.base, it.m, it.m+it.d), it.project.T())
	count := map[int]int{}
	known := map[cone]bool{}
	for _, k := range it.cones {
		count[k.line]++
		known[k] = true
	}
	type candidate struct {
		cone
		v float64
	}
	var found []candidate
	q, _ := it.project.Dims()
	image := make([]float64, q)
	for l := range it.base {
		row := t.RawRowView(l)
		fold, gain := -1, 0.0
		for k := range it.m {
			if a, b := row[k], row[it.m+k]; a > 0 && b > 0 && a*b > gain {
				fold, gain = k, a*b
			}
		}
		copy(image, lu.RawRowView(l))
		plain := short.Norm(image)
		if fold >= 0 {
			x := it.problem.Open.RawRowView(fold)
			for j := range q {
				image[j] += 2 * short.Dot(it.project.RawRowView(j), x) * row[it.m+fold]
			}
		}
		value := short.Norm(image)
		if plain >= value {
			fold, value = -1, plain
		}
		v := (value - row[sign]) / (length[l] * length[sign])
		key := cone{l, fold}
		if count[l] >= conesPerLine || known[key] {
			continue
		}
		worst = max(worst, v)
		if v > addBelow*tolerance {
			found = append(found, candidate{key, v})
		}
	}
	slices.SortStableFunc(found, func(x, y candidate) int {
		switch {
		case x.v > y.v:
			return -1
		case x.v < y.v:
			return 1
		default:
			return 0
		}
	})
	for _, f := range found[:min(len(found), conesPerStep, it.room()/it.width())] {
		fresh = append(fresh, f.cone)
	}
	return fresh, worst
}

// enter makes the lines of new cones and returns their first slacks, moved inside the cone, and multipliers μs⁻¹.
func (it *iterate) enter(fresh []cone, length []float64, mu float64) (slack, mul []float64) {
	if len(fresh) == 0 {
		return nil, nil
	}
	for _, k := range fresh {
		it.addFold(k.fold)
	}
	width, sign := it.width(), it.base-1
	for _, k := range fresh {
		x := it.coneValue(k)
		tail := short.Norm(x[1:])
		x[0] = max(x[0], tail) + slackLeast*length[k.line]*length[sign] + slackViolated/2*max(0, tail-x[0])
		slack = append(slack, x...)
		inv := make([]float64, width)
		invert(inv, x)
		for _, v := range inv {
			mul = append(mul, mu*v)
		}
	}
	return slack, mul
}

// coneValue returns (E[ℓv], E[ℓ Pρ(u)]) at Z.
func (it *iterate) coneValue(k cone) []float64 {
	left := mat.NewVecDense(it.n, nil)
	left.MulVec(it.z, mat.NewVecDense(it.n, it.lines.RawRowView(k.line)))
	x := make([]float64, it.width())
	x[0] = short.Dot(left.RawVector().Data, it.lines.RawRowView(it.base-1))
	first := it.folds[k.fold]
	for j := 1; j < len(x); j++ {
		x[j] = short.Dot(left.RawVector().Data, it.lines.RawRowView(first+j-1))
	}
	return x
}

// affordable returns the factor, at most 1, by which new multipliers have to be scaled so that S keeps half of itself.
func (it *iterate) affordable(pairs []pair, mul []float64, cones []cone, coneMul []float64) float64 {
	probe := &iterate{problem: it.problem, algebra: it.algebra, m: 0, base: it.base, lines: it.lines, project: it.project, folds: it.folds, pairs: pairs, mul: mul, cones: cones, coneMul: coneMul}
	change := adjoint(it.algebra, it.lines, probe.unknowns(), probe.multipliers())
	change.Scale(-1, change)
	return min(1, keepDefinite*reachFrom(it.algebra, it.s, change))
}

// reachFrom returns the largest step t with a + t·change ⪰ 0.
func reachFrom(algebra linalg.Algebra, a, change *mat.Dense) float64 {
	n, _ := a.Dims()
	c := mat.DenseCopyOf(a)
	raw := c.RawMatrix()
	if !algebra.Cholesky(blas.Lower, n, raw.Data, raw.Stride) {
		return 0
	}
	x := mat.DenseCopyOf(change)
	tri := blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: n, Stride: raw.Stride, Data: raw.Data}
	algebra.Trsm(blas.Left, blas.NoTrans, 1, tri, x.RawMatrix())
	algebra.Trsm(blas.Right, blas.Trans, 1, tri, x.RawMatrix())
	low, ok := smallest(algebra, symmetric(x))
	switch {
	case !ok:
		return 0
	case low >= 0:
		return math.Inf(1)
	default:
		return -1 / low
	}
}
