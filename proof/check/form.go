package check

import (
	"context"
	"math"
)

// sums is a block of sums with the sizes of their terms.
type sums struct {
	cols        int
	value, size []float64
}

func newSums(rows, cols int) *sums {
	return &sums{cols, make([]float64, rows*cols), make([]float64, rows*cols)}
}

func (s *sums) add(i, j int, x float64) {
	s.value[i*s.cols+j] += x
	s.size[i*s.cols+j] += math.Abs(x)
}

// addRow adds t·x to row i.
func (s *sums) addRow(i int, t float64, x []float64) { s.addAfter(i, 0, t, x) }

// addAfter adds t·x to row i behind its first skip entries.
func (s *sums) addAfter(i, skip int, t float64, x []float64) {
	value, size := s.value[i*s.cols+skip:(i+1)*s.cols], s.size[i*s.cols+skip:(i+1)*s.cols]
	for j, v := range x {
		p := t * v
		value[j] += p
		size[j] += math.Abs(p)
	}
}

// subtract subtracts t times row i of o from row to of s, in its first cols columns.
func (s *sums) subtract(to int, t float64, o *sums, i, cols int) {
	value, size := s.value[to*s.cols:to*s.cols+cols], s.size[to*s.cols:to*s.cols+cols]
	v, z := o.value[i*o.cols:i*o.cols+cols], o.size[i*o.cols:i*o.cols+cols]
	a := math.Abs(t)
	for j := range value {
		value[j] -= t * v[j]
		size[j] += a * z[j]
	}
}

// form computes S.  No entry has a relative error, in the size of its terms, of more
// than that of the number of operations returned.
func (l *multipliers) form(ctx context.Context, lines []line, pairs []int) (*symmetric, int, error) {
	q, k, c := len(l.coupled), l.k, l.c
	r := k + c
	xx, ax := newSums(r, r), newSums(q, r) // S on (u, v), and on α × (u, v)
	l.addForm(xx)
	if err := l.addRows(ctx, xx, ax); err != nil {
		return nil, 0, err
	}

	// T_k = Σ_l M_kl x_l for the parts x in (u, v), with pairs counted both ways.
	products := newSums(len(lines), r)
	degree := make([]int, len(lines))
	s := newSymmetric(q + r)
	for i, m := range l.values {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		a, b := pairs[2*i], pairs[2*i+1]
		degree[a]++
		degree[b]++
		products.addRow(a, m, lines[b].x)
		products.addRow(b, m, lines[a].x)
		l.addProducts(s, m, &lines[a], &lines[b])
	}
	touched := make([]int, q)
	for i := range lines {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
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
		}
	}
	for i, at := range l.coupled {
		psi := l.psi[at]
		s.entries[i*s.order+i] -= psi
		s.sizes[i] += math.Abs(psi)
		ax.addRow(i, psi/2, l.rows.r.row(l.open[at]))
	}
	for i := range r {
		for j := range i + 1 {
			s.set(q+i, q+j, xx.value[i*r+j], xx.size[i*r+j])
		}
		for j := range q {
			s.set(q+i, j, ax.value[j*r+i], ax.size[j*r+i])
		}
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
	return s, 2*most + len(lines) + 3*len(l.claim.rows) + 32, nil
}

// addForm adds the form of the claim and τ.
func (l *multipliers) addForm(xx *sums) {
	k, c, f := l.k, l.c, l.claim.form
	for i := range k {
		xx.add(i, i, f.u)
		xx.add(i, i, l.tau)
		for j := range i + 1 {
			if f.g != nil {
				xx.add(i, j, f.g[i*k+j])
			}
		}
	}
	for i := range c {
		xx.add(k+i, k+i, f.v)
		xx.add(k+i, k+i, -l.tau)
		for j := range k {
			if f.f != nil {
				xx.add(k+i, j, f.f[j*c+i])
			}
		}
		for j := range i + 1 {
			if f.h != nil {
				xx.add(k+i, k+j, f.h[i*c+j])
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
	// (aᵀu)(bᵀv) with the factor 2t goes to (v, u).
	bilinear := func(t float64, a, b []float64) {
		for i, y := range b {
			if y != 0 {
				xx.addRow(k+i, t*y, a)
			}
		}
	}
	both := make([]float64, c)
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
				ax.add(at, k+j, -p[j])
				ax.add(at, k+j, -n[j])
			}
			continue
		}
		for j := range c {
			both[j] = p[j] + n[j]
		}
		delta := -psi
		for j, v := range a {
			if v != 0 {
				xx.addRow(j, -delta/4*v, a[:j+1])
			}
		}
		bilinear(-0.5, a, p)
		bilinear(-0.5, a, n)
		for j, v := range both {
			if v != 0 {
				xx.addAfter(k+j, k, -v/delta, both[:j+1])
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
				s.sizes[p] += 2 * math.Abs(value)
			default:
				p, o = max(p, o), min(p, o)
				s.entries[p*s.order+o] -= value
				s.entries[o*s.order+p] += math.Abs(value)
			}
		}
	}
}
