package check

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// randomLeaf returns a leaf with every part of a form, rows with signs and of all sizes, pairs of
// lines, circuits, and rows that are eliminated.
func randomLeaf(rng *rand.Rand) *multipliers {
	m, k, c := 3+rng.IntN(5), 1+rng.IntN(4), 1+rng.IntN(3)
	wide := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = math.Ldexp(rng.NormFloat64(), rng.IntN(30)-15)
		}
		return out
	}
	symmetric := func(n int) []float64 {
		s := wide(n * n)
		for i := range n {
			for j := range i {
				s[i*n+j] = s[j*n+i]
			}
		}
		return s
	}
	s := &rows{r: matrix{m, k, wide(m * k)}, p: matrix{m, c, wide(m * c)}, n: matrix{m, c, wide(m * c)}, norms: make([]float64, m)}
	l := &multipliers{rows: s, k: k, c: c, signs: map[int]float64{}, tau: rng.NormFloat64()}
	l.claim.form = form{u: rng.Float64(), v: rng.Float64(), g: symmetric(k), f: wide(k * c), h: symmetric(c)}
	for i := range m {
		s.norms[i] = norm(s.r.row(i))
		l.claim.rows = append(l.claim.rows, i)
		if rng.IntN(4) == 0 {
			l.signs[i] = float64(1 - 2*rng.IntN(2))
			continue
		}
		l.open = append(l.open, i)
		l.psi = append(l.psi, -math.Ldexp(1+rng.Float64(), rng.IntN(30)-15))
	}
	l.claim.u = []lineU{{normal: wide(k), row: -1}}
	l.claim.v = [][]float64{wide(c)}
	open := int64(len(l.open))
	if open > 2 {
		l.circuits = []circuit{{target: 0, terms: []int64{1, open, 2 * open}, lambda: []float64{0.3, 1.7, 0.01}}}
	}
	lines := 2*open + 2 + int64(len(l.circuits))
	for a := range lines {
		for b := a + 1; b < lines; b++ {
			// The last open row occurs in no pair and is eliminated.
			if last := open - 1; rng.IntN(2) == 0 && !(a < open && b == a+open) && a != last && a != last+open && b != last && b != last+open {
				l.pairs, l.values = append(l.pairs, a, b), append(l.values, math.Exp(8*rng.NormFloat64()))
			}
		}
	}
	l.couple()
	return l
}

// exactForm returns the matrix of the package comment in rational arithmetic, of the lines as they are used.
func exactForm(l *multipliers, lines []line, pairs []int) [][]*big.Rat {
	q, k, c := len(l.coupled), l.k, l.c
	n := q + k + c
	s := make([][]*big.Rat, n)
	for i := range s {
		s[i] = make([]*big.Rat, n)
		for j := range s[i] {
			s[i][j] = new(big.Rat)
		}
	}
	exact := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	product := func(x ...*big.Rat) *big.Rat {
		p := big.NewRat(1, 1)
		for _, v := range x {
			p.Mul(p, v)
		}
		return p
	}
	// add adds t·(aᵀz)(bᵀz) for sparse a, b.
	type term map[int]*big.Rat
	add := func(t *big.Rat, a, b term) {
		half := new(big.Rat).Mul(t, big.NewRat(1, 2))
		for i, x := range a {
			for j, y := range b {
				s[i][j].Add(s[i][j], product(half, x, y))
				s[j][i].Add(s[j][i], product(half, x, y))
			}
		}
	}
	vector := func(first int, x []float64) term {
		t := term{}
		for i, v := range x {
			t[first+i] = exact(v)
		}
		return t
	}
	unit := func(i int) term { return term{i: big.NewRat(1, 1)} }
	f := l.claim.form
	for i := range k {
		add(exact(f.u), unit(q+i), unit(q+i))
		add(exact(l.tau), unit(q+i), unit(q+i))
		for j := range k {
			add(exact(f.g[i*k+j]), unit(q+i), unit(q+j))
		}
		for j := range c {
			add(exact(2*f.f[i*c+j]), unit(q+i), unit(q+k+j))
		}
	}
	for i := range c {
		add(exact(f.v), unit(q+k+i), unit(q+k+i))
		add(exact(-l.tau), unit(q+k+i), unit(q+k+i))
		for j := range c {
			add(exact(f.h[i*c+j]), unit(q+k+i), unit(q+k+j))
		}
	}
	position := map[int]int{}
	for at, i := range l.open {
		position[i] = at
	}
	two := big.NewRat(-2, 1)
	for _, i := range l.claim.rows {
		r, p, n := vector(q, l.rows.r.row(i)), vector(q+k, l.rows.p.row(i)), vector(q+k, l.rows.n.row(i))
		switch {
		case l.signs[i] > 0:
			add(two, r, p)
		case l.signs[i] < 0:
			add(big.NewRat(2, 1), r, n)
		default:
			at := position[i]
			add(big.NewRat(2, 1), r, n)
			psi := exact(l.psi[at])
			both := term{}
			for j := range c {
				both[q+k+j] = new(big.Rat).Add(p[q+k+j], n[q+k+j])
			}
			if place := l.place[at]; place >= 0 {
				add(two, unit(place), both)
				add(new(big.Rat).Neg(psi), unit(place), unit(place))
				add(psi, unit(place), r)
				continue
			}
			// The minimum over α of −ψα² + ψα rᵀu − 2α both.
			linear := term{}
			for j, v := range r {
				linear[j] = product(psi, v)
			}
			for j, v := range both {
				linear[j] = product(two, v)
			}
			add(new(big.Rat).Quo(big.NewRat(1, 4), psi), linear, linear)
		}
	}
	of := func(l2 *line) term {
		t := vector(q, l2.x)
		for j, at := range l2.at {
			i := l.place[at]
			if t[i] == nil {
				t[i] = new(big.Rat)
			}
			t[i].Add(t[i], exact(l2.value[j]))
		}
		return t
	}
	for i, v := range l.values {
		add(product(two, exact(v)), of(&lines[pairs[2*i]]), of(&lines[pairs[2*i+1]]))
	}
	return s
}

// Every entry of S is as near to the exact one as is said, and that is near.
func TestFormIsSharp(t *testing.T) {
	for seed := uint64(1); seed <= 150; seed++ {
		l := randomLeaf(rand.New(rand.NewPCG(seed, 3)))
		lines, pairs, err := l.usedLines()
		if err != nil {
			t.Fatal(err)
		}
		s, err := l.form(context.Background(), lines, pairs)
		if err != nil {
			t.Fatal(err)
		}
		exact := exactForm(l, lines, pairs)
		n, q := s.order, len(l.coupled)
		largest := 0.0
		for i := range n {
			largest = max(largest, math.Abs(s.entries[i*n+i]))
		}
		for i := range n {
			for j := range i + 1 {
				bound := s.errors[i]
				if i != j {
					bound = s.entries[j*n+i]
				}
				have := s.entries[i*n+j]
				missed := new(big.Rat).Sub(new(big.Rat).SetFloat64(have), exact[i][j])
				size, _ := missed.Abs(missed).Float64()
				if !(size <= bound) {
					t.Fatalf("seed %d: S[%d,%d] = %v is %v away from the exact one, expected at most %v", seed, i, j, have, size, bound)
				}
				if i >= q && bound > 2*unit*math.Abs(have)+1e-22*largest {
					t.Fatalf("seed %d: S[%d,%d] = %v is only known to %v", seed, i, j, have, bound)
				}
			}
		}
	}
}
