package proof

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// The tests in this file try to break the rules: random derivations with every rule and
// every kind of line, whose multipliers are then varied for the smallest γ_eff that the
// rules allow.  If a rule were unsound the search would find a γ_eff below the true
// maximum of ‖Wᵀ(Xu)₊‖/‖u‖.

// reach returns a lower estimate of h(W) = max ‖Wᵀ(Xu)₊‖/‖u‖ that is nearly exact for
// few features: ascent from many directions.
func reach(rng *rand.Rand, x, w *mat.Dense) float64 {
	n, d := x.Dims()
	_, c := w.Dims()
	best := 0.0
	u, f, g := make([]float64, d), make([]float64, c), make([]float64, d)
	for start := range 400 {
		for i := range u {
			u[i] = rng.NormFloat64()
		}
		if d == 2 && start < 2*n { // a kink
			r, sign := x.RawRowView(start/2), float64(1-2*(start%2))
			u[0], u[1] = -sign*r[1], sign*r[0]
		}
		for range 60 {
			clear(f)
			clear(g)
			length := short.Norm(u)
			if length == 0 {
				break
			}
			for i := range n {
				if t := short.Dot(x.RawRowView(i), u) / length; t > 0 {
					for q := range c {
						f[q] += t * w.At(i, q)
					}
				}
			}
			value := short.Norm(f)
			best = max(best, value)
			if value == 0 {
				break
			}
			for i := range n {
				if row := x.RawRowView(i); short.Dot(row, u) > 0 {
					t := short.Dot(w.RawRowView(i), f) / value
					for j := range g {
						g[j] += t * row[j]
					}
				}
			}
			copy(u, g)
			if short.Norm(u) == 0 {
				break
			}
		}
	}
	return best
}

// builder makes random derivations.
type builder struct {
	rng    *rand.Rand
	leaves int
	sloppy bool // makes circuits with large residuals
}

// tree returns a random tree for a claim.
func (b *builder) tree(at view, depth int) Node {
	rng := b.rng
	_, k := at.r.Dims()
	_, c := at.p.Dims()
	vector := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return v
	}
	descend := func(first, second *Node, make func(Node, Node) Node) Node {
		probe := make(&Empty{}, &Empty{})
		children := []view{}
		_ = walkChildren(probe, at, &children)
		*first, *second = b.tree(children[0], depth+1), b.tree(children[1], depth+1)
		return make(*first, *second)
	}
	var first, second Node
	if depth < 5 {
		switch open := at.open(); {
		case rng.IntN(3) == 0 && len(open) > 0:
			row := open[rng.IntN(len(open))]
			return descend(&first, &second, func(a, b Node) Node { return &SplitRow{Row: row, Active: a, Inactive: b} })
		case rng.IntN(5) == 0:
			a := vector(k)
			return descend(&first, &second, func(x, y Node) Node { return &SplitU{Normal: a, Positive: x, Negative: y} })
		case rng.IntN(3) == 0 && len(at.v) < 2:
			a := vector(c)
			return descend(&first, &second, func(x, y Node) Node { return &SplitV{Normal: a, Positive: x, Negative: y} })
		case rng.IntN(2) == 0 && !at.balanced && at.form.G == nil && at.form.U == at.form.V:
			at.balanced = true
			return &Balance{b.tree(at, depth+1)}
		case rng.IntN(3) == 0 && len(at.rows) > 1 && at.form.F == nil:
			return b.blocks(at, depth)
		case rng.IntN(2) == 0 && len(open) > 0 && len(at.u) > 0 && b.sloppy:
			return b.implied(at, depth, open[rng.IntN(len(open))])
		case rng.IntN(3) == 0 && b.sloppy:
			return b.weaken(at, depth)
		case rng.IntN(4) == 0 && len(at.u)+len(at.v) > 0:
			forget := &Forget{}
			child := at
			child.u, child.v = nil, nil
			for k, a := range at.u {
				if rng.IntN(2) == 0 {
					forget.U, child.u = append(forget.U, k), append(child.u, a)
				}
			}
			for k, a := range at.v {
				if rng.IntN(2) == 0 {
					forget.V, child.v = append(forget.V, k), append(child.v, a)
				}
			}
			forget.Node = b.tree(child, depth+1)
			return forget
		}
	}
	return b.leaf(at)
}

// walkChildren collects the claims of the two children of a split.
func walkChildren(n Node, at view, to *[]view) error {
	switch n := n.(type) {
	case *SplitRow:
		n.Active, n.Inactive = &Multipliers{}, &Multipliers{}
	case *SplitU:
		n.Positive, n.Negative = &Multipliers{}, &Multipliers{}
	case *SplitV:
		n.Positive, n.Negative = &Multipliers{}, &Multipliers{}
	}
	return walk(n, at, func(_ *Multipliers, v view) error {
		*to = append(*to, v)
		return nil
	})
}

// implied gives a row a sign that K implies hardly ever, so that much is charged.
func (b *builder) implied(at view, depth, row int) Node {
	s := Sign{Row: row, Negative: b.rng.IntN(2) == 0}
	for k := range at.u {
		if b.rng.IntN(2) == 0 {
			s.Lines, s.Lambda = append(s.Lines, k), append(s.Lambda, b.rng.ExpFloat64())
		}
	}
	signs := map[int]float64{row: 1}
	if s.Negative {
		signs[row] = -1
	}
	for i, v := range at.sign {
		signs[i] = v
	}
	at.sign = signs
	return &Implied{[]Sign{s}, b.tree(at, depth+1)}
}

// weaken goes on with a form that is a little larger than the claim's, which is charged.
func (b *builder) weaken(at view, depth int) Node {
	_, k := at.r.Dims()
	_, c := at.p.Dims()
	symmetric := func(n int) *mat.SymDense {
		out := mat.NewSymDense(n, nil)
		for i := range n {
			for j := range i + 1 {
				out.SetSym(i, j, 1e-7*b.rng.NormFloat64())
			}
		}
		return out
	}
	f := Form{U: at.form.U * (1 - 1e-6), V: at.form.V * (1 - 1e-6), F: at.form.F, G: symmetric(k), H: symmetric(c)}
	if at.form.G != nil || at.form.H != nil {
		f.G, f.H = at.form.G, at.form.H
	}
	at.form = f
	return &Weaken{f, b.tree(at, depth+1)}
}

// blocks divides the rows in two, with the linear half of the other rows moved by F.
func (b *builder) blocks(at view, depth int) Node {
	_, k := at.r.Dims()
	_, c := at.p.Dims()
	move := mat.NewDense(k, c, nil)
	for i := range k {
		for q := range c {
			move.Set(i, q, 0.1*b.rng.NormFloat64())
		}
	}
	opposite := mat.NewDense(k, c, nil)
	opposite.Scale(-1, move)
	cut := 1 + b.rng.IntN(len(at.rows)-1)
	share := 0.2 + 0.6*b.rng.Float64()
	blocks := []Block{
		{Rows: at.rows[:cut], Form: Form{U: at.form.U * share, V: at.form.V * share, F: move}},
		{Rows: at.rows[cut:], Form: Form{U: at.form.U * (1 - share), V: at.form.V * (1 - share), F: opposite}},
	}
	for i := range blocks {
		child := at
		child.rows, child.form = blocks[i].Rows, blocks[i].Form
		blocks[i].Node = b.tree(child, depth+1)
	}
	return &Blocks{blocks}
}

// leaf returns a leaf with random lines and no multipliers.
func (b *builder) leaf(at view) Node {
	rng := b.rng
	b.leaves++
	open := at.open()
	leaf := &Multipliers{Psi: make([]float64, len(open))}
	lines := Lines{Open: len(open), U: len(at.u), V: len(at.v)}
	basic := leaf.lines(at, open)
	directions := lines.InV(0)
	for range rng.IntN(3) {
		if c, ok := b.circuit(basic[:directions], at, len(open)); ok {
			leaf.Circuits = append(leaf.Circuits, c)
		}
	}
	_, c := at.p.Dims()
	if c == 2 && at.balanced && len(at.v) > 1 {
		leaf.Radial, _ = Sector(at.v, 0, 1)
	}
	if at.balanced && (c == 1 && len(at.v) > 0 || leaf.Radial != nil) {
		for range rng.IntN(4) {
			leaf.Balls = append(leaf.Balls, b.ball(at, open))
		}
	}
	for i := range leaf.Psi {
		leaf.Psi[i] = -1
	}
	return leaf
}

// circuit writes the direction of one line as a combination of others.  A sloppy builder
// leaves out what has a negative factor, so that ρ is large.
func (b *builder) circuit(basic []function, at view, open int) (Circuit, bool) {
	rng := b.rng
	if len(basic) < 2 {
		return Circuit{}, false
	}
	_, k := at.r.Dims()
	direction := func(line int) []float64 {
		out := make([]float64, k)
		if line < open {
			copy(out, at.r.RawRowView(at.open()[line]))
			return out
		}
		for i, where := range basic[line].at {
			if where >= open {
				out[where-open] += basic[line].value[i]
			}
		}
		return out
	}
	c := Circuit{Target: rng.IntN(len(basic))}
	order := rng.Perm(len(basic))
	var chosen []int
	for _, t := range order {
		if t != c.Target && len(chosen) < k {
			chosen = append(chosen, t)
		}
	}
	if len(chosen) < k && !b.sloppy {
		return c, false
	}
	a := mat.NewDense(k, len(chosen), nil)
	for j, t := range chosen {
		a.SetCol(j, direction(t))
	}
	var solution mat.Dense
	if solution.Solve(a, mat.NewDense(k, 1, direction(c.Target))) != nil {
		return c, false
	}
	type term struct {
		line   int
		lambda float64
	}
	var terms []term
	for j, t := range chosen {
		v := solution.At(j, 0)
		switch {
		case v > 1e-9:
			terms = append(terms, term{t, v})
		case v < -1e-9 && t < 2*open: // the other one of α and β has the opposite direction
			if other := (t + open) % (2 * open); other != c.Target && !slices.Contains(chosen, other) {
				terms = append(terms, term{other, -v})
			} else if !b.sloppy {
				return c, false
			}
		case v < -1e-9 && !b.sloppy:
			return c, false
		}
	}
	for i := range terms {
		for j := range i {
			if terms[j].line > terms[i].line {
				terms[i], terms[j] = terms[j], terms[i]
			}
		}
	}
	for _, t := range terms {
		c.Terms, c.Lambda = append(c.Terms, t.line), append(c.Lambda, t.lambda)
	}
	return c, true
}

// ball returns a line as long as it may be, with up to two folded rows.
func (b *builder) ball(at view, open []int) Ball {
	rng := b.rng
	_, k := at.r.Dims()
	out := Ball{P: make([]float64, k)}
	for i := range out.P {
		out.P[i] = rng.NormFloat64()
	}
	for i := range open {
		if len(out.Rows) < 2 && rng.IntN(3) == 0 {
			out.Rows, out.S = append(out.Rows, i), append(out.S, rng.Float64())
		}
	}
	square := short.Dot(out.P, out.P)
	for i, a := range out.Rows {
		r := at.r.RawRowView(open[a])
		square += 2 * out.S[i] * math.Abs(short.Dot(out.P, r))
		for j, o := range out.Rows {
			square += out.S[i] * out.S[j] * math.Abs(short.Dot(r, at.r.RawRowView(open[o])))
		}
	}
	t := (1 - 1e-13) / math.Sqrt(square)
	for i := range out.P {
		out.P[i] *= t
	}
	for i := range out.S {
		out.S[i] *= t
	}
	return out
}

// least returns the smallest g for which S + (g − 1)·(u, v part of share) ⪰ 0, where share
// is the leaf's form for g = 1.
func least(leaf *Multipliers, at view) float64 {
	s, err := leaf.matrix(at)
	if err != nil {
		panic(err)
	}
	p := len(at.open())
	_, k := at.r.Dims()
	n := s.SymmetricDim()
	try := mat.NewSymDense(n, nil)
	ok := func(g float64) bool {
		try.CopySym(s)
		for i := p; i < n; i++ {
			scale := at.form.U
			if i >= p+k {
				scale = at.form.V
			}
			try.SetSym(i, i, s.At(i, i)+(g-1)*scale)
		}
		var f mat.Cholesky
		return f.Factorize(try)
	}
	low, high := 0.0, 1.0
	for !ok(high) {
		if high > 1e6 {
			return math.Inf(1)
		}
		low, high = high, 2*high
	}
	for range 40 {
		if middle := (low + high) / 2; ok(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// tighten varies the multipliers of a leaf for the smallest g.
func (b *builder) tighten(leaf *Multipliers, at view, steps int) float64 {
	rng := b.rng
	lines := Lines{Open: len(leaf.Psi), U: len(at.u), V: len(at.v), Circuits: len(leaf.Circuits), Balls: len(leaf.Balls)}
	count := lines.Count()
	pairs := map[[2]int]float64{}
	store := func() {
		leaf.Pairs = leaf.Pairs[:0]
		for k := range count {
			for l := k + 1; l < count; l++ {
				if v := pairs[[2]int{k, l}]; v > 0 {
					leaf.Pairs = append(leaf.Pairs, Pair{K: k, L: l, Value: v})
				}
			}
		}
	}
	best := least(leaf, at)
	size := 1.0
	for range steps {
		size = math.Pow(10, -3*rng.Float64())
		switch kind := rng.IntN(4); {
		case kind == 0 && len(leaf.Psi) > 0:
			i := rng.IntN(len(leaf.Psi))
			old := leaf.Psi[i]
			leaf.Psi[i] += size * rng.NormFloat64() * (1 + math.Abs(old))
			if g := least(leaf, at); g < best {
				best = g
			} else {
				leaf.Psi[i] = old
			}
		case kind == 1 && at.balanced:
			old := leaf.Tau
			leaf.Tau += size * rng.NormFloat64() * at.form.U
			if g := least(leaf, at); g < best {
				best = g
			} else {
				leaf.Tau = old
			}
		case count > 1:
			k, l := rng.IntN(count), rng.IntN(count)
			if k > l {
				k, l = l, k
			}
			if k == l || l == k+lines.Open && k < lines.Open {
				continue
			}
			old := pairs[[2]int{k, l}]
			pairs[[2]int{k, l}] = max(0, old+size*rng.NormFloat64()*(1+old))
			store()
			if g := least(leaf, at); g < best {
				best = g
			} else {
				pairs[[2]int{k, l}] = old
				store()
			}
		}
	}
	return best
}

// scaleForms multiplies all scalar forms of a tree by g; dense parts stay.
func scaleForms(n Node, g float64) {
	switch n := n.(type) {
	case *SplitRow:
		scaleForms(n.Active, g)
		scaleForms(n.Inactive, g)
	case *SplitU:
		scaleForms(n.Positive, g)
		scaleForms(n.Negative, g)
	case *SplitV:
		scaleForms(n.Positive, g)
		scaleForms(n.Negative, g)
	case *Balance:
		scaleForms(n.Node, g)
	case *Implied:
		scaleForms(n.Node, g)
	case *Weaken:
		n.Form.U, n.Form.V = n.Form.U*g, n.Form.V*g
		scaleForms(n.Node, g)
	case *Blocks:
		for i := range n.Blocks {
			n.Blocks[i].Form.U *= g
			n.Blocks[i].Form.V *= g
			scaleForms(n.Blocks[i].Node, g)
		}
	}
}

// random returns a random derivation whose multipliers were tightened.
func random(rng *rand.Rand, n, k, c, steps int, sloppy bool) *Derivation {
	d := &Derivation{
		Problem: Problem{X: gaussian(rng, n, k), Y: gaussian(rng, n, c), Gamma: 0.5 + rng.Float64()},
		W:       gaussian(rng, n, c),
		Claim:   Form{U: 1, V: 1},
	}
	if rng.IntN(3) == 0 { // a row that is a multiple of another one
		d.Rows = &Rows{R: mat.DenseCopyOf(d.Problem.X.Slice(0, n-1, 0, k)), Of: make([]int, n), Scale: make([]float64, n)}
		for i := range n {
			d.Rows.Of[i], d.Rows.Scale[i] = i, 1
		}
		s := []float64{-1, -0.5, 2}[rng.IntN(3)]
		d.Rows.Of[n-1], d.Rows.Scale[n-1] = 0, s
		for j := range k {
			d.Problem.X.Set(n-1, j, s*d.Problem.X.At(0, j))
		}
	}
	b := &builder{rng: rng, sloppy: sloppy}
	d.Root = b.tree(d.root(), 0)
	worst := 0.0
	if err := d.each(func(leaf *Multipliers, at view) error {
		worst = max(worst, b.tighten(leaf, at, steps/b.leaves))
		return nil
	}); err != nil {
		panic(err)
	}
	d.Claim.U, d.Claim.V = worst*(1+1e-9), worst*(1+1e-9)
	scaleForms(d.Root, worst*(1+1e-9))
	return d
}

func TestNoDerivationProvesTooMuch(t *testing.T) {
	closest, accepted := math.Inf(1), 0
	used := map[string]int{} // how often each rule and kind of line occurs
	for seed := uint64(1); seed <= 40; seed++ {
		rng := newRand(seed)
		sloppy := seed%4 == 0
		d := repaired(t, random(rng, 2+rng.IntN(4), 1+rng.IntN(3), 1+rng.IntN(2), 900, sloppy))
		truth := reach(rng, d.Problem.X, d.W)
		report := mustCheck(t, d)
		if !report.OK() {
			t.Errorf("seed %d: an honest derivation was refused\n%v", seed, report)
			continue
		}
		accepted++
		for _, word := range []string{"SplitRow", "SplitU", "SplitV", "Blocks", "Weaken", "Implied", "Balance", "Target:", "{P:"} {
			used[word] += strings.Count(describe(d.Root, ""), word)
		}
		if !(report.Effective >= truth*(1-1e-12)) {
			t.Errorf("seed %d: γ_eff = %v was proved, and ‖Wᵀ(Xu)₊‖ reaches %v\n%s", seed, report.Effective, truth, describe(d.Root, ""))
		}
		if !sloppy && report.Effective > d.Claim.U*(1+1e-6) {
			t.Errorf("seed %d: γ_eff = %v, the derivation is for %v", seed, report.Effective, d.Claim.U)
		}
		closest = min(closest, report.Effective/truth)
		// The checker, asked for less and less, must not accept what is false either.
		for range 12 {
			d.Claim.U, d.Claim.V = d.Claim.U*0.8, d.Claim.V*0.8
			scaleForms(d.Root, 0.8)
			if r := mustCheck(t, d); r.OK() && !(r.Effective >= truth*(1-1e-12)) {
				t.Errorf("seed %d: γ_eff = %v was accepted, and ‖Wᵀ(Xu)₊‖ reaches %v", seed, r.Effective, truth)
			}
		}
	}
	for word, count := range used {
		if count < 3 {
			t.Errorf("%q occurs %d times only", word, count)
		}
	}
	if !(closest < 1.01) {
		t.Errorf("the tightest derivation has γ_eff/h = %v, so that the test shows little", closest)
	}
	t.Logf("%d derivations, the tightest within %.2e; %v", accepted, closest-1, used)
}

// describe lists the rules of a tree.
func describe(n Node, indent string) string {
	sub := func(children ...Node) string {
		text := ""
		for _, c := range children {
			text += describe(c, indent+"  ")
		}
		return text
	}
	head := fmt.Sprintf("%s%T", indent, n)
	switch n := n.(type) {
	case *SplitRow:
		return fmt.Sprintln(head, n.Row) + sub(n.Active, n.Inactive)
	case *SplitU:
		return fmt.Sprintln(head, n.Normal) + sub(n.Positive, n.Negative)
	case *SplitV:
		return fmt.Sprintln(head, n.Normal) + sub(n.Positive, n.Negative)
	case *Balance:
		return fmt.Sprintln(head) + sub(n.Node)
	case *Weaken:
		return fmt.Sprintln(head, n.Form.U, n.Form.V) + sub(n.Node)
	case *Implied:
		return fmt.Sprintln(head, n.Signs) + sub(n.Node)
	case *Blocks:
		text := fmt.Sprintln(head)
		for _, b := range n.Blocks {
			text += fmt.Sprintln(indent, b.Rows, b.Form.U, b.Form.V) + sub(b.Node)
		}
		return text
	}
	return fmt.Sprintf("%s %+v\n", head, n)
}
