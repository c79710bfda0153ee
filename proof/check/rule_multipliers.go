package check

import (
	"context"
	"fmt"
	"math"
)

// multipliers is a leaf: (2) of the package comment follows from S ⪰ 0, where S is the
// matrix of
//
//	uᵀGu + 2uᵀFv + vᵀHv + τ(‖u‖² − ‖v‖²) − 2vᵀ Σ_{i∈I} (P_iα_i + N_iβ_i)
//	     − 2 Σ_{k<l} M_kl ℓ_kℓ_l − Σ_i ψ_i α_iβ_i
//
// in z = (α of the open rows, u, v), with β_i = α_i − r_iᵀu, and with α_i = r_iᵀu, β_i = 0
// for rows whose sign in K is positive, α_i = 0, β_i = −r_iᵀu for negative ones.
type multipliers struct {
	rows  *rows
	claim claim
	node  int64 // its number in the file
	open  []int // rows of I without a sign in K, ascending
	signs map[int]float64
	k, c  int
	sigma float64 // sign of v where c = 1, 0 if it has none

	pairs    []int64   // 2 for each
	values   []float64 // M
	psi      []float64
	circuits []circuit
	balls    []ball
	radial   radial // where there are balls
	tau      float64
	slack    float64

	// coupled are the open rows (by position) that S has a coordinate for; the others
	// occur in no line that is used and have ψ < 0: they are eliminated exactly.
	coupled []int
	place   []int // of each open row among the coupled ones, −1 for eliminated
}

// readMultipliers reads a leaf.
//
// Integers: the numbers of pairs, circuits and balls; the pairs (k, l) with k < l in
// ascending order; for each circuit its target, the number of its terms and the terms;
// for each ball the number of its rows and the rows (positions among the open ones).
// Reals: τ, ε, ψ of the open rows, M of the pairs, λ of the circuits; where there are balls and c > 1 q, μ and N
// (rule_radial.go); p and s of each ball.
func (w *walker) readMultipliers(c claim) (leaf, error) {
	l := &multipliers{rows: w.rows, claim: c, node: w.steps.nodes, k: w.rows.r.cols, c: w.rows.p.cols, sigma: c.signOfV(w.rows.p.cols)}
	l.signs = c.signs()
	for _, i := range c.rows {
		if l.signs[i] == 0 {
			l.open = append(l.open, i)
		}
	}
	return l, w.readLeaf(l)
}

func (w *walker) readLeaf(l *multipliers) error {
	const many = math.MaxInt32
	var counts [3]int
	var err error
	for i, what := range []string{"the number of pairs", "the number of circuits", "the number of balls"} {
		if counts[i], err = w.steps.count(what, many); err != nil {
			return err
		}
	}
	if counts[2] > 0 && !l.claim.balanced {
		return w.fail("ball line", "the claim is not balanced")
	}
	if counts[2] > 0 && l.c == 1 && l.sigma == 0 {
		return w.fail("ball line", "v has no sign")
	}
	if l.pairs, err = w.steps.integers(2 * counts[0]); err != nil {
		return err
	}
	for range counts[1] {
		circuit, err := w.readCircuit(l)
		if err != nil {
			return err
		}
		l.circuits = append(l.circuits, circuit)
	}
	for range counts[2] {
		ball, err := w.readBall(l)
		if err != nil {
			return err
		}
		l.balls = append(l.balls, ball)
	}
	scalars, err := w.steps.numbers(2)
	if err != nil {
		return err
	}
	l.tau, l.slack = scalars[0], scalars[1]
	if l.tau != 0 && !l.claim.balanced {
		return w.fail("multipliers", "τ is %v, and the claim is not balanced", l.tau)
	}
	if l.psi, err = w.steps.numbers(len(l.open)); err != nil {
		return err
	}
	if l.values, err = w.steps.numbers(counts[0]); err != nil {
		return err
	}
	if err := w.checkPairs(l); err != nil {
		return err
	}
	for i := range l.circuits {
		if err := w.readLambda(&l.circuits[i]); err != nil {
			return err
		}
	}
	if counts[2] > 0 {
		if err := w.readRadial(l); err != nil {
			return err
		}
	}
	for i := range l.balls {
		if err := w.readRadius(&l.balls[i], l.k); err != nil {
			return err
		}
	}
	l.couple()
	return nil
}

// checkPairs holds that M is what it has to be.
func (w *walker) checkPairs(l *multipliers) error {
	open, basic := int64(len(l.open)), int64(2*len(l.open)+len(l.claim.u)+len(l.claim.v))
	lines := basic + int64(len(l.circuits)+len(l.balls))
	for i, v := range l.values {
		k, o := l.pairs[2*i], l.pairs[2*i+1]
		switch {
		case k < 0 || o >= lines || k >= o:
			return w.fail("multipliers", "pair (%d, %d) is not of two lines below %d in order", k, o, lines)
		case i > 0 && (k < l.pairs[2*i-2] || k == l.pairs[2*i-2] && o <= l.pairs[2*i-1]):
			return w.fail("multipliers", "the pairs do not ascend at (%d, %d)", k, o)
		case k < open && o == k+open:
			return w.fail("multipliers", "pair (%d, %d) is α and β of one row, which is for ψ", k, o)
		case !(v >= 0):
			return w.fail("multipliers", "pair (%d, %d) has the multiplier %v, expected it not to be negative", k, o, v)
		}
	}
	return nil
}

// couple finds the open rows that S needs.
func (l *multipliers) couple() {
	used := make([]bool, len(l.open))
	basic := int64(2 * len(l.open))
	use := func(t int64) {
		if t < basic {
			used[int(t)%len(l.open)] = true
		}
	}
	for i := range l.pairs {
		use(l.pairs[i])
	}
	for _, c := range l.circuits {
		use(int64(c.target))
		for _, t := range c.terms {
			use(t)
		}
	}
	for _, b := range l.balls {
		for _, t := range b.rows {
			use(t)
		}
	}
	l.place = make([]int, len(l.open))
	for i := range l.open {
		l.place[i] = -1
		if used[i] || !(l.psi[i] < 0) {
			l.place[i] = len(l.coupled)
			l.coupled = append(l.coupled, i)
		}
	}
}

func (l *multipliers) order() int { return len(l.coupled) + l.k + l.c }

// lines bounds how many lines are used.
func (l *multipliers) lines() float64 {
	return float64(2*len(l.coupled) + len(l.claim.u) + len(l.claim.v) + len(l.circuits) + len(l.balls))
}

func (l *multipliers) work() float64 {
	n, x := float64(l.order()), float64(l.k+l.c)
	work := n*n*n/3 + float64(len(l.values))*4*x + (l.lines()+float64(len(l.claim.rows)))*4*x*x
	for _, c := range l.circuits {
		work += float64(len(c.terms)+2) * 8 * x
	}
	work += math.Pow(float64(l.c), 3)/3 + 4*float64(len(l.radial.n)+len(l.radial.mu))*float64(l.c*l.c)
	for _, b := range l.balls {
		work += float64((len(b.rows)+2)*(len(b.rows)+2)) * 8 * x
	}
	return work
}

func (l *multipliers) memory() float64 {
	n, x := float64(l.order()), float64(l.k+l.c)
	return 8 * (2*n*n + 6*l.lines()*x + 2*float64(len(l.values)+len(l.open)))
}

func (l *multipliers) prove(ctx context.Context) (charge, error) {
	if err := l.radial.prove(ctx, l); err != nil {
		return charge{}, fmt.Errorf("ball line: %w", err)
	}
	lines, pairs, err := l.usedLines()
	if err != nil {
		return charge{}, err
	}
	charged := l.approximations(lines, pairs)
	s, err := l.form(ctx, lines, pairs)
	if err != nil {
		return charge{}, err
	}
	d, err := s.deficit(ctx, l.slack, l.floor(), l.rows.room)
	if err != nil {
		if ctx.Err() != nil {
			return charge{}, err
		}
		return charge{}, fmt.Errorf("the matrix of order %d could not be proved positive semidefinite: %w", l.order(), err)
	}
	out := d.charge(l.k, l.c, len(l.coupled))
	rows := 0.0
	for at, i := range l.coupled {
		r := l.rows.norms[l.open[i]]
		rows += d.inverse[at] * r * r
	}
	out.u = up(out.u + up(d.epsilon*up(rows)))
	out = out.plus(charged)
	if l.claim.balanced {
		out = out.balance()
	}
	return out, nil
}

// approximations charges the lines that are not quite nonnegative: where ℓ_k ≥ −b_k‖u‖
// and |ℓ_k| ≤ A_k‖u‖ + B_k‖v‖ for all lines,
//
//	2ℓ_kℓ_l ≥ −2b_k‖u‖(A_l‖u‖ + B_l‖v‖) − 2b_l‖u‖(A_k‖u‖ + B_k‖v‖),
//
// because a product is negative only if exactly one factor is; and 2‖u‖‖v‖ is at most
// ‖u‖² + ‖v‖².
func (l *multipliers) approximations(lines []line, pairs []int) charge {
	var u, v float64
	for i, m := range l.values {
		p, q := &lines[pairs[2*i]], &lines[pairs[2*i+1]]
		if p.below == 0 && q.below == 0 {
			continue
		}
		square := p.below*q.inU + q.below*p.inU
		mixed := p.below*q.inV + q.below*p.inV
		u += m * (2*square + mixed)
		v += m * mixed
	}
	return charge{up(u), up(v)}
}

// floor is what the diagonal of S is scaled by at least.
func (l *multipliers) floor() []float64 {
	out := make([]float64, 0, l.order())
	u := l.rows.floor(false)
	for _, i := range l.coupled {
		r := l.rows.norms[l.open[i]]
		out = append(out, u/(r*r))
	}
	for range l.k {
		out = append(out, u)
	}
	for range l.c {
		out = append(out, l.rows.floor(true))
	}
	return out
}
