package proof

import (
	"fmt"
	"io"
	"math"
	"math/big"
	"slices"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/problem/loss"
	"gonum.org/v1/gonum/mat"
)

// The codes of the rules in a file.
const (
	codeSplitRow = iota + 1
	codeSplitU
	codeSplitV
	codeBlocks
	codeWeaken
	codeBalance
	codeMultipliers
	codeEmpty
	codeCones
	codeImplied
	codeForget
)

// version is the format version of the files that this package writes.
const version = 2

// chunk is how many numbers a pair of arrays of steps has at least before the next one
// begins.
const chunk = 1 << 20

// Write writes d as a file in format version 2 (docs/proof-format.md) with the claim that
// no network's objective is below bound.  meta is JSON for the reader; nothing in it is
// part of the proof.  Equal derivations give equal bytes.
func (d *Derivation) Write(w io.Writer, bound float64, meta string) error {
	archive := npy.NewArchiveWriter(w)
	if err := d.emit(bound, meta, archive.Write); err != nil {
		return err
	}
	return archive.Close()
}

// entries returns the arrays of the file in their order.
func (d *Derivation) entries(bound float64, meta string) ([]npy.Entry, error) {
	var entries []npy.Entry
	err := d.emit(bound, meta, func(e npy.Entry) error {
		entries = append(entries, e)
		return nil
	})
	return entries, err
}

// emit hands over the arrays of the file in their order, the steps as they come, so that no more of these than a pair of arrays is in
// memory.
func (d *Derivation) emit(bound float64, meta string, to func(npy.Entry) error) error {
	if meta == "" {
		meta = "{}"
	}
	p := &d.Problem
	n, features, c := p.Dims()
	integer := func(v int) npy.Array { return npy.Array{Kind: npy.Int64, Int64: []int64{int64(v)}} }
	intercept := 0
	if p.Intercept {
		intercept = 1
	}
	l := loss.OrSquared(p.Loss)
	entries := []npy.Entry{
		{Name: "derivation_version", Array: integer(version)},
		{Name: "lower_bound", Array: npy.Scalar(bound)},
		{Name: "gamma", Array: npy.Scalar(p.Gamma)},
		{Name: "loss", Array: npy.String(l.Name())},
		{Name: "delta", Array: npy.Scalar(loss.Delta(l))},
		{Name: "intercept", Array: integer(intercept)},
		{Name: "X", Array: npy.Matrix(p.X)},
		{Name: "Y", Array: npy.Matrix(p.Y)},
		{Name: "W", Array: npy.Matrix(d.W)},
	}
	add := func(name string, a npy.Array) { entries = append(entries, npy.Entry{Name: name, Array: a}) }
	if p.Weights != nil {
		add("weights", npy.Vector(p.Weights))
	}
	e := &encoder{k: features, c: c, to: to}
	e.x, e.w = exponentOf(p.X), exponentOf(d.W)
	if d.Rows != nil {
		e.x = exponentOf(d.Rows.R)
		e.k = d.Rows.R.RawMatrix().Cols
	}
	add("x_exponent", integer(e.x))
	add("w_exponent", integer(e.w))
	if r := d.Rows; r != nil {
		scaled := mat.DenseCopyOf(r.R)
		scaled.Apply(func(_, _ int, v float64) float64 { return math.Ldexp(v, -e.x) }, scaled)
		add("rows", npy.Matrix(scaled))
		add("row_of", npy.Ints(r.Of))
		add("row_scale", npy.Vector(r.Scale))
		if r.V != nil {
			add("basis", npy.Matrix(r.V))
		}
		if len(r.Of) != n || len(r.Scale) != n {
			return fmt.Errorf("proof: Rows are of %d and %d rows, expected %d", len(r.Of), len(r.Scale), n)
		}
	}
	if d.Claim.F != nil || d.Claim.H != nil {
		return fmt.Errorf("proof: the form of the root has an F or an H, which prove nothing about ‖Wᵀ(Xu)₊‖")
	}
	add("claim_u", npy.Scalar(e.square(d.Claim.U)))
	add("claim_v", npy.Scalar(e.square(d.Claim.V)))
	if d.Claim.G != nil {
		add("claim_g", npy.Matrix(e.dense(d.Claim.G)))
		add("claim_in_x", npy.Scalar(e.square(d.ClaimInX)))
	}
	add("meta", npy.String(meta))
	for _, entry := range entries {
		if err := to(entry); err != nil {
			return err
		}
	}
	if err := e.node(d.Root, path{}); err != nil {
		return err
	}
	return e.flush()
}

// exponentOf returns the power of two that brings the largest entry of m to order one,
// 0 where it is near enough.
func exponentOf(m *mat.Dense) int {
	largest := 0.0
	for _, v := range m.RawMatrix().Data {
		largest = max(largest, math.Abs(v))
	}
	_, e := math.Frexp(largest)
	if largest == 0 || e > -20 && e < 20 {
		return 0
	}
	return e
}

// encoder writes nodes in preorder.  The file's units are those in which X is 2^−x and W
// is 2^−w times what the derivation says.
type encoder struct {
	x, w, k, c int
	ints       []int64
	reals      []float64
	to         func(npy.Entry) error
	count      int
}

// path is what the encoder knows of the way to a node: whether each line of K in u is a
// row's sign, and how many lines there are in v.
type path struct {
	rows []bool
	v    int
}

func (e *encoder) square(v float64) float64 { return math.Ldexp(v, -e.x-e.w) }

func (e *encoder) dense(m mat.Matrix) *mat.Dense {
	out := mat.DenseCopyOf(m)
	out.Apply(func(_, _ int, v float64) float64 { return e.square(v) }, out)
	return out
}

// flush ends a pair of arrays.
func (e *encoder) flush() error {
	if len(e.ints) == 0 {
		return nil
	}
	for _, entry := range []npy.Entry{
		{Name: fmt.Sprintf("steps_%d_int", e.count), Array: npy.Array{Shape: []int{len(e.ints)}, Kind: npy.Int64, Int64: e.ints}},
		{Name: fmt.Sprintf("steps_%d_real", e.count), Array: npy.Vector(e.reals)},
	} {
		if err := e.to(entry); err != nil {
			return err
		}
	}
	e.ints, e.reals = nil, nil
	e.count++
	return nil
}

func (e *encoder) integers(v ...int) {
	for _, i := range v {
		e.ints = append(e.ints, int64(i))
	}
}

// node writes a node and all below it.
func (e *encoder) node(n Node, on path) error {
	if len(e.ints)+len(e.reals) > chunk {
		if err := e.flush(); err != nil {
			return err
		}
	}
	with := func(row bool) path { return path{append(on.rows[:len(on.rows):len(on.rows)], row), on.v} }
	both := func(a, b Node, on path) error {
		if err := e.node(a, on); err != nil {
			return err
		}
		return e.node(b, on)
	}
	switch n := n.(type) {
	case *SplitRow:
		e.integers(codeSplitRow, n.Row)
		return both(n.Active, n.Inactive, with(true))
	case *SplitU:
		e.integers(codeSplitU)
		e.reals = append(e.reals, n.Normal...)
		return both(n.Positive, n.Negative, with(false))
	case *SplitV:
		e.integers(codeSplitV)
		e.reals = append(e.reals, n.Normal...)
		return both(n.Positive, n.Negative, path{on.rows, on.v + 1})
	case *Blocks:
		e.integers(codeBlocks, len(n.Blocks))
		for _, b := range n.Blocks {
			e.form(b.Form)
			e.integers(len(b.Rows))
			e.integers(b.Rows...)
		}
		for _, b := range n.Blocks {
			if err := e.node(b.Node, on); err != nil {
				return err
			}
		}
		return nil
	case *Weaken:
		e.integers(codeWeaken)
		e.form(n.Form)
		return e.node(n.Node, on)
	case *Balance:
		e.integers(codeBalance)
		return e.node(n.Node, on)
	case *Forget:
		return e.forget(n, on)
	case *Implied:
		e.implied(n, on)
		return e.node(n.Node, on)
	case *Multipliers:
		return e.multipliers(n, on)
	case *Empty:
		return e.empty(n)
	case *Cones:
		e.integers(codeCones, n.Bits)
		for _, v := range n.Tree[:(n.Bits+63)/64] {
			e.ints = append(e.ints, int64(v))
		}
		return nil
	}
	return fmt.Errorf("proof: there is no rule %T", n)
}

// forget writes a node.
func (e *encoder) forget(n *Forget, on path) error {
	e.integers(codeForget, len(n.U))
	e.integers(n.U...)
	e.integers(len(n.V))
	e.integers(n.V...)
	below := path{v: len(n.V)}
	for _, k := range n.U {
		if k < 0 || k >= len(on.rows) {
			return fmt.Errorf("proof: line %d in u is kept, expected one of %d", k, len(on.rows))
		}
		below.rows = append(below.rows, on.rows[k])
	}
	return e.node(n.Node, below)
}

// implied writes a node; λ_k counts in the units of the row and of its line.
func (e *encoder) implied(n *Implied, on path) {
	e.integers(codeImplied, len(n.Signs))
	for _, s := range n.Signs {
		negative := 0
		if s.Negative {
			negative = 1
		}
		e.integers(s.Row, negative, len(s.Lines))
		e.integers(s.Lines...)
		for i, v := range s.Lambda {
			if !on.rows[s.Lines[i]] {
				v = math.Ldexp(v, -e.x)
			}
			e.reals = append(e.reals, v)
		}
	}
}

// form writes a form.
func (e *encoder) form(f Form) {
	present := 0
	e.reals = append(e.reals, e.square(f.U), e.square(f.V))
	put := func(bit int, m mat.Matrix) {
		present |= bit
		e.reals = append(e.reals, e.dense(m).RawMatrix().Data...)
	}
	if f.G != nil {
		put(1, f.G)
	}
	if f.F != nil {
		put(2, f.F)
	}
	if f.H != nil {
		put(4, f.H)
	}
	e.integers(present)
}

// multipliers writes a leaf.  α, β and signs of rows have a unit: they are 2^x times what
// they are in the file; a circuit has that of its target.
func (e *encoder) multipliers(n *Multipliers, on path) error {
	open := len(n.Psi)
	circuits := 2*open + len(on.rows) + on.v // number of the first circuit
	var unit func(line int) int
	unit = func(line int) int {
		switch {
		case line < 2*open, line < 2*open+len(on.rows) && on.rows[line-2*open]:
			return e.x
		case line >= circuits && line < circuits+len(n.Circuits):
			return unit(n.Circuits[line-circuits].Target)
		}
		return 0
	}
	for _, c := range n.Circuits {
		if c.Target < 0 || c.Target >= circuits {
			return fmt.Errorf("proof: a circuit has target %d, expected a basic line below %d", c.Target, circuits)
		}
	}
	pairs := slices.Clone(n.Pairs)
	slices.SortFunc(pairs, func(a, b Pair) int {
		if a.K != b.K {
			return a.K - b.K
		}
		return a.L - b.L
	})
	e.integers(codeMultipliers, len(pairs), len(n.Circuits), len(n.Balls))
	for _, p := range pairs {
		e.integers(p.K, p.L)
	}
	for _, c := range n.Circuits {
		e.integers(c.Target, len(c.Terms))
		e.integers(c.Terms...)
	}
	for _, b := range n.Balls {
		e.integers(len(b.Rows))
		e.integers(b.Rows...)
	}
	e.reals = append(e.reals, e.square(n.Tau), n.Slack)
	for _, v := range n.Psi {
		e.reals = append(e.reals, math.Ldexp(v, e.x-e.w))
	}
	for _, p := range pairs {
		e.reals = append(e.reals, math.Ldexp(p.Value, unit(p.K)+unit(p.L)-e.x-e.w))
	}
	for _, c := range n.Circuits {
		for i, v := range c.Lambda {
			e.reals = append(e.reals, math.Ldexp(v, unit(c.Terms[i])-unit(c.Target)))
		}
	}
	if len(n.Balls) > 0 && e.c > 1 {
		if n.Radial == nil {
			return fmt.Errorf("proof: balls for %d outputs have no q", e.c)
		}
		e.reals = append(append(append(e.reals, n.Radial.Q...), n.Radial.Mu...), n.Radial.N...)
	}
	for _, b := range n.Balls {
		e.reals = append(e.reals, b.P...)
		for _, v := range b.S {
			e.reals = append(e.reals, math.Ldexp(v, e.x))
		}
	}
	return nil
}

// empty writes a leaf: each λ as digits in base 2⁵³.
func (e *encoder) empty(n *Empty) error {
	const bits = 53
	parts := 1
	for _, v := range n.Lambda {
		if v.Sign() < 0 {
			return fmt.Errorf("proof: a factor of an empty cone is negative")
		}
		parts = max(parts, (v.BitLen()+bits-1)/bits)
	}
	inV := 0
	if n.InV {
		inV = 1
	}
	e.integers(codeEmpty, inV, parts)
	mask := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), bits), big.NewInt(1))
	for _, v := range n.Lambda {
		for i := parts - 1; i >= 0; i-- {
			digit := new(big.Int).Rsh(v, uint(bits*i))
			e.reals = append(e.reals, float64(digit.And(digit, mask).Int64()))
		}
	}
	return nil
}
