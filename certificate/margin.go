package certificate

import (
	"math"

	"github.com/relift/relift/lift"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"
)

// slacks are the relative enlargements of κ that are tried, in this order, when
// the test of certify fails at κ itself.
var slacks = [...]float64{1e-12, 1e-10, 1e-8, 1e-6, 1e-4}

// withMargin returns the best certificate that passes the test of certify at δ
// shifted by growing multiples of the rounding error, with κ recomputed and
// enlarged by the slacks; nil when none does.  Both margins matter: the shift
// covers errors in A, the slack those in C, whose effect on κ is the larger the
// more nearly parallel rows are.
func (b *blocks) withMargin(mu lift.Multipliers, delta []float64) *Certificate {
	_, k := b.q.x.Dims()
	order := float64(b.q.m + k + b.q.c)
	gamma := b.q.problem.Gamma
	trial := make([]float64, len(delta))
	for margin := order * 0x1p-51; margin < 1; margin *= 32 {
		for i, s := range delta {
			trial[i] = s + margin*(math.Abs(b.a.At(i, i)+2*s)+gamma*0x1p-20)
		}
		v, ok := b.evaluate(trial)
		if !ok {
			continue
		}
		for _, slack := range slacks {
			eta := gamma * (max(v.kappa, 0)*(1+slack) + margin*0x1p-20)
			if c := b.certify(mu, trial, eta); c != nil {
				return c
			}
		}
	}
	return nil
}

// certify builds the certificate with Ψ − diag δ and t = √(γ/η), and returns nil
// unless K of the package comment, formed anew from the arrays of the
// certificate, passes a shifted Cholesky test.
func (b *blocks) certify(mu lift.Multipliers, delta []float64, eta float64) *Certificate {
	q := b.q
	linear, square := q.linearAndSquare(b.plus, b.minus)
	t := bestScale(eta/q.problem.Gamma, linear, square)
	t -= t * 0x1p-50
	tt := t * t

	out := lift.Multipliers{Pairs: make([]lift.Pair, len(mu.Pairs)), Psi: make([]float64, q.m)}
	for i, p := range mu.Pairs {
		out.Pairs[i] = lift.Pair{K: p.K, L: p.L, Value: tt * p.Value}
	}
	for i, v := range mu.Psi {
		out.Psi[i] = tt * (v - math.Ldexp(delta[i], 1-2*q.exponent[i]))
	}
	var plus, minus *mat.Dense
	if b.plus != nil {
		plus = mat.DenseCopyOf(b.plus)
		plus.Scale(t, plus)
	}
	if b.minus != nil {
		minus = mat.DenseCopyOf(b.minus)
		minus.Scale(t, minus)
	}
	out.W = q.scatter(plus, minus)
	if !q.passes(out) {
		return nil
	}
	c := &Certificate{X: q.problem.X, Y: q.problem.Y, Gamma: q.problem.Gamma, Grouping: q.grouping, Multipliers: out}
	c.finish()
	if math.IsNaN(c.LowerBound) || math.IsInf(c.LowerBound, 0) {
		return nil
	}
	return c
}

// passes reports whether K for mu, scaled by powers of two to a diagonal in
// [½, 2), stays positive definite when its diagonal is lowered by twice the error
// bound of a floating-point Cholesky factorization, (order+1)ε·tr K.
func (q *condensed) passes(mu lift.Multipliers) bool {
	m, c := q.m, q.c
	_, d := q.x.Dims()
	order := m + d + c
	gamma := q.problem.Gamma
	k := mat.NewDense(order, order, nil)

	au, ou := q.products(mu, k.Slice(0, m, 0, m).(*mat.Dense))
	k.Slice(0, m, m, m+d).(*mat.Dense).Copy(au)
	weights := k.Slice(m, m+d, m, m+d).(*mat.Dense)
	q.algebra.Mul(weights, q.x.T(), ou)
	weights.Scale(-1, weights)

	outputs := k.Slice(0, m, m+d, order).(*mat.Dense)
	cross := k.Slice(m, m+d, m+d, order).(*mat.Dense)
	for _, s := range []*side{&q.positive, &q.negative} {
		v := q.gather(mu.W, s)
		if v == nil {
			continue
		}
		for r := range m {
			row := v.RawRowView(r)
			for j := range row {
				row[j] = math.Ldexp(row[j], q.exponent[r])
			}
		}
		outputs.Add(outputs, v)
		if s == &q.negative {
			q.algebra.Mul(cross, q.x.T(), v)
			cross.Scale(-1, cross)
		}
	}
	for i := range d + c {
		k.Set(m+i, m+i, k.At(m+i, m+i)+gamma)
	}

	scale := make([]int, order)
	trace := 0.0
	for i := range scale {
		v := k.At(i, i)
		if !(v > 0) || math.IsInf(v, 0) {
			return false
		}
		_, e := math.Frexp(v)
		scale[i] = -e / 2
		trace += math.Ldexp(v, 2*scale[i])
	}
	shift := 2 * float64(order+1) * 0x1p-53 * trace
	for i := range order {
		row := k.RawRowView(i)
		for j := i; j < order; j++ {
			row[j] = math.Ldexp(row[j], scale[i]+scale[j])
		}
		row[i] -= shift
	}
	ok := q.algebra.Cholesky(blas.Upper, order, k.RawMatrix().Data, order)
	return ok
}
