package check

import (
	"context"
	"math"
)

// sums is a block of sums in twice the precision of float64: value + low stands for the
// exact sum, with the size of its terms.
type sums struct {
	cols             int
	value, low, size []float64
}

func newSums(rows, cols int) *sums {
	n := rows * cols
	return &sums{cols, make([]float64, n), make([]float64, n), make([]float64, n)}
}

// add adds x + rest to entry (i, j).
func (s *sums) add(i, j int, x, rest float64) {
	at := i*s.cols + j
	s.value[at], s.low[at] = twofold(s.value[at], s.low[at], x, rest)
	s.size[at] += math.Abs(x)
}

// addRow adds (t + rest)·x to row i.
func (s *sums) addRow(i int, t, rest float64, x []float64) { s.addAfter(i, 0, t, rest, x) }

// addAfter adds (t + rest)·x to row i behind its first skip entries.
func (s *sums) addAfter(i, skip int, t, rest float64, x []float64) {
	value, low, size := s.part(i, skip, s.cols)
	for j, v := range x {
		p, e := product(t, v)
		value[j], low[j] = twofold(value[j], low[j], p, e+rest*v)
		size[j] += math.Abs(p)
	}
}

// subtract subtracts t times row i of o from row to of s, in its first cols columns.
func (s *sums) subtract(to int, t float64, o *sums, i, cols int) {
	value, low, size := s.part(to, 0, cols)
	v, l, z := o.part(i, 0, cols)
	a := math.Abs(t)
	for j := range value {
		p, e := product(-t, v[j])
		value[j], low[j] = twofold(value[j], low[j], p, e-t*l[j])
		size[j] += a * z[j]
	}
}

// part returns columns from up to to of row i.
func (s *sums) part(i, from, to int) (value, low, size []float64) {
	a, b := i*s.cols+from, i*s.cols+to
	return s.value[a:b], s.low[a:b], s.size[a:b]
}

// product returns xy as an unevaluated sum, exact but for underflow.  The conversion rounds: without it a
// compiler may fuse what is done with p later with the product.
func product(x, y float64) (p, e float64) {
	p = float64(x * y)
	return p, math.FMA(x, y, -p)
}

// twofold adds x + rest to value + low (Knuth's sum with its error); x must not be a product that could be fused.
func twofold(value, low, x, rest float64) (float64, float64) {
	s := value + x
	z := s - value
	return s, low + (((value - (s - z)) + (x - z)) + rest)
}

// rounded returns entry (i, j), and a bound on its error after the number of operations: those in
// low are with numbers of at most γ_operations·size, or terms themselves are wrong by as much.
func (s *sums) rounded(i, j, operations int) (value, err float64) {
	at := i*s.cols + j
	value = s.value[at] + s.low[at]
	g := roundings(4*operations + 16)
	return value, unit*math.Abs(value) + 64*g*g*s.size[at] + tiny
}

// form computes S with bounds on the errors of its entries.
func (l *multipliers) form(ctx context.Context, lines []line, pairs []int) (*symmetric, error) {
	q, k, c := len(l.coupled), l.k, l.c
	r := k + c
	xx, ax := newSums(r, r), newSums(q, r) // S on (u, v), and on α × (u, v)
	l.addForm(xx)
	if err := l.addRows(ctx, xx, ax); err != nil {
		return nil, err
	}

	// T_k = Σ_l M_kl x_l for the parts x in (u, v), with pairs counted both ways.
	products := newSums(len(lines), r)
	degree := make([]int, len(lines))
	s := newSymmetric(q + r)
	for i, m := range l.values {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		a, b := pairs[2*i], pairs[2*i+1]
		degree[a]++
		degree[b]++
		products.addRow(a, m, 0, lines[b].x)
		products.addRow(b, m, 0, lines[a].x)
		l.addProducts(s, m, &lines[a], &lines[b])
	}
	touched, uses := make([]int, q), make([]int, q)
	for i := range lines {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if degree[i] == 0 {
			continue
		}
		for a, v := range lines[i].x {
			if v != 0 {
				xx.subtract(a, v, products, i, a+1)
			}
		}
		for j, at := range lines[i].at {
			place := l.place[at]
			ax.subtract(place, lines[i].value[j], products, i, r)
			touched[place] += degree[i]
			uses[place]++
		}
	}
	for i, at := range l.coupled {
		psi := l.psi[at]
		s.entries[i*s.order+i] -= psi
		s.errors[i] += math.Abs(psi)
		ax.addRow(i, psi/2, 0, l.rows.r.row(l.open[at]))
	}
	most := 0
	for _, d := range degree {
		most = max(most, d)
	}
	for _, d := range touched {
		most = max(most, d)
	}
	// An entry is a sum of at most three terms for each row, one for each line or most for
	// its pairs, and a few of the form; a factor of a line's term is a sum of at most
	// most terms.
	operations := 2*most + len(lines) + 3*len(l.claim.rows) + 32
	for i := range r {
		for j := range i + 1 {
			value, err := xx.rounded(i, j, operations)
			s.set(q+i, q+j, value, err)
		}
		for j := range q {
			value, err := ax.rounded(j, i, operations)
			s.set(q+i, j, value, err)
		}
	}
	s.roundProducts(uses)
	return s, nil
}

// roundProducts makes errors of the sizes of the entries on α × α: entry (i, j) is a sum of at most
// one product for each pair of a line that has α_i and one that has α_j, and of ψ.
func (s *symmetric) roundProducts(uses []int) {
	most := 0
	for _, u := range uses {
		most = max(most, u)
	}
	relative := roundings(most*most + 4)
	for i := range uses {
		for j := range i {
			s.entries[j*s.order+i] *= relative
		}
		s.errors[i] *= relative
	}
}

// addForm adds the form of the claim and τ.
func (l *multipliers) addForm(xx *sums) {
	k, c, f := l.k, l.c, l.claim.form
	for i := range k {
		xx.add(i, i, f.u, 0)
		xx.add(i, i, l.tau, 0)
		for j := range i + 1 {
			if f.g != nil {
				xx.add(i, j, f.g[i*k+j], 0)
			}
		}
	}
	for i := range c {
		xx.add(k+i, k+i, f.v, 0)
		xx.add(k+i, k+i, -l.tau, 0)
		for j := range k {
			if f.f != nil {
				xx.add(k+i, j, f.f[j*c+i], 0)
			}
		}
		for j := range i + 1 {
			if f.h != nil {
				xx.add(k+i, k+j, f.h[i*c+j], 0)
			}
		}
	}
}

// addRows adds −2vᵀ Σ (P_iα_i + N_iβ_i).  An eliminated row has the coordinate α_i in
// (−ψ)α² + 2αbᵀ(u, v) only, b = (ψr_i/2, −P_i − N_i), whose minimum over α is
// −(bᵀ(u, v))²/(−ψ):
//
//	δ/4 (r_iᵀu)² + (r_iᵀu)((P_i + N_i)ᵀv) + ((P_i + N_i)ᵀv)²/δ,   δ = −ψ,
//
// with a minus sign.
func (l *multipliers) addRows(ctx context.Context, xx, ax *sums) error {
	k, c := l.k, l.c
	// (aᵀu)(bᵀv) with the factor 2t, a power of two, goes to (v, u).
	bilinear := func(t float64, a, b []float64) {
		for i, y := range b {
			if y != 0 {
				xx.addRow(k+i, t*y, 0, a)
			}
		}
	}
	both, rest := make([]float64, c), make([]float64, c) // P_i + N_i
	open := 0
	for count, i := range l.claim.rows {
		if count%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		a, p, n := l.rows.r.row(i), l.rows.p.row(i), l.rows.n.row(i)
		if open == len(l.open) || l.open[open] != i {
			if l.signs[i] > 0 {
				bilinear(-1, a, p)
			} else {
				bilinear(1, a, n)
			}
			continue
		}
		at := l.place[open]
		psi := l.psi[open]
		open++
		bilinear(1, a, n) // N_iβ_i = N_iα_i − N_i r_iᵀu
		if at >= 0 {
			for j := range c {
				ax.add(at, k+j, -p[j], 0)
				ax.add(at, k+j, -n[j], 0)
			}
			continue
		}
		for j := range c {
			both[j], rest[j] = twofold(p[j], 0, n[j], 0)
		}
		delta := -psi
		for j, v := range a {
			if v != 0 {
				t, e := product(-delta/4, v)
				xx.addRow(j, t, e, a[:j+1])
			}
		}
		bilinear(-0.5, a, p)
		bilinear(-0.5, a, n)
		for j, v := range both {
			if v != 0 {
				t := -v / delta
				e := (math.FMA(-t, delta, -v) - rest[j]) / delta
				xx.addAfter(k+j, k, t, e, both[:j+1])
				for o, x := range rest[:j+1] {
					xx.add(k+j, k+o, float64(t*x), 0)
				}
			}
		}
	}
	return nil
}

// addProducts subtracts M(ℓ_aℓ_bᵀ + ℓ_bℓ_aᵀ) on α × α.
func (l *multipliers) addProducts(s *symmetric, m float64, a, b *line) {
	for x, i := range a.at {
		for y, j := range b.at {
			value := m * a.value[x] * b.value[y]
			p, o := l.place[i], l.place[j]
			switch {
			case p == o:
				s.entries[p*s.order+p] -= 2 * value
				s.errors[p] += 2 * math.Abs(value)
			default:
				p, o = max(p, o), min(p, o)
				s.entries[p*s.order+o] -= value
				s.entries[o*s.order+p] += math.Abs(value)
			}
		}
	}
}
