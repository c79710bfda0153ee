package leaf

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// keep records the multipliers of the iterate when its bound is the best.
func (r *Result) keep(it *iterate, ms measures) {
	r.Primal = ms.primal
	if !(ms.bound < r.Bound) {
		return
	}
	r.Bound = ms.bound
	mul := Multipliers{TauU: it.tau[0] - ms.margin, TauV: it.tau[1] - ms.margin, Psi: append([]float64(nil), it.psi...)}
	mul.Pairs = make([]Pair, len(it.pairs))
	for j, p := range it.pairs {
		mul.Pairs[j] = Pair{int(p.a), int(p.b), it.mul[j]}
	}
	width := it.width()
	for k, q := range it.cones {
		z := it.coneMul[k*width : (k+1)*width]
		direction := make([]float64, it.d)
		for j, v := range z[1:] {
			short.Axpy(v, it.project.RawRowView(j), direction)
		}
		mul.Cones = append(mul.Cones, Cone{Line: q.line, Fold: q.fold, Scale: z[0], Direction: direction})
	}
	r.Multipliers = mul
}

// describe records what the last iterate says about splitting and about directions.
func (r *Result) describe(it *iterate) {
	t := lift(it.algebra, it.lines, it.z)
	length := it.lengths(t)
	r.Alpha, r.Beta = make([]float64, it.m), make([]float64, it.m)
	for i := range it.m {
		r.Alpha[i], r.Beta[i] = max(0, t.At(i, i)), max(0, t.At(it.m+i, it.m+i))
	}
	r.Slack = make([]float64, len(r.Multipliers.Pairs))
	for j, p := range r.Multipliers.Pairs {
		r.Slack[j] = math.Abs(t.At(p.A, p.B)) / (length[p.A] * length[p.B])
	}
	width := it.width()
	r.ConeSlack = make([]float64, len(r.Multipliers.Cones))
	for k := range r.ConeSlack {
		s := it.coneSlack[k*width : (k+1)*width]
		r.ConeSlack[k] = (s[0] - short.Norm(s[1:])) / (length[it.cones[k].line] * length[it.base-1])
	}
	r.Directions, r.Second = it.directions()
}

// directions returns ±the parts in u of the leading eigenvectors of Z and of Z_uu, and the second one of Z_uu.
func (it *iterate) directions() (all *mat.Dense, second []float64) {
	var rows []float64
	add := func(u []float64) {
		if size := short.Norm(u); size > 1e-9 {
			for _, sign := range [2]float64{1, -1} {
				for _, v := range u {
					rows = append(rows, sign*v/size)
				}
			}
		}
	}
	if _, q, ok := it.algebra.EigenRange(symmetric(it.z), it.n-1, it.n, true); ok {
		add(mat.Col(nil, 0, q)[it.m : it.m+it.d])
	}
	part := mat.DenseCopyOf(it.z.Slice(it.m, it.m+it.d, it.m, it.m+it.d))
	if _, q, ok := it.algebra.EigenRange(symmetric(part), max(0, it.d-2), it.d, true); ok {
		_, k := q.Dims()
		for j := range k {
			add(mat.Col(nil, j, q))
		}
		if k > 1 {
			second = mat.Col(nil, 0, q)
		}
	}
	if len(rows) == 0 {
		return nil, second
	}
	return mat.NewDense(len(rows)/it.d, it.d, rows), second
}

// Reprice returns multipliers that were found for another Objective as multipliers of p, with the bound that they prove: τ is shifted until
// S is positive semidefinite.  The bound is +Inf where no shift does that.
func Reprice(p Problem, m Multipliers) (Multipliers, float64) {
	it := newIterate(p, Options{})
	it.tau, it.psi = [2]float64{m.TauU, m.TauV}, m.Psi
	for _, q := range m.Pairs {
		it.pairs = append(it.pairs, pair{int32(q.A), int32(q.B)})
		it.mul = append(it.mul, q.M)
	}
	it.project = span(it.algebra, m.Cones)
	it.warmCones(m.Cones, 0)
	margin := it.margin(it.slackMatrix(it.tau, it.unknowns(), it.multipliers()))
	m.TauU, m.TauV = m.TauU-margin, m.TauV-margin
	return m, m.TauU + m.TauV
}
