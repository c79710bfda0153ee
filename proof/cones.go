package proof

import (
	"fmt"
	"math/bits"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/exact/verify"
)

// FromCones returns the derivation that a certificate of cones of format version 1 amounts
// to.  Its tree is made for coordinates z with Vᵀu = Bz, V the basis of the row space and B
// the frame: the rows are r = BᵀVᵀx, the claim is h‖Bz‖², and z = (VB⁻ᵀ)ᵀu.  The claim is relaxed by the relative
// margin, because the leaves of the certificate hold up to the rounding errors of the verifier of version 1 only.
func FromCones(c *verify.Claims, margin float64) (*Derivation, error) {
	dense := func(m verify.Matrix) *mat.Dense { return mat.NewDense(m.Rows, m.Cols, m.Data) }
	problem := Problem{X: dense(c.X), Y: dense(c.Y), Gamma: c.Gamma}
	w := dense(c.W)
	n, d := problem.X.Dims()
	rows := &Rows{Of: make([]int, n), Scale: make([]float64, n)}
	var kept []int // rows that are not zero, equal ones once
	known := map[string]int{}
	for j := range n {
		rows.Of[j] = -1
		x := problem.X.RawRowView(j)
		if mat.Norm(problem.X.RowView(j), 2) == 0 {
			continue
		}
		key := fmt.Sprint(x)
		i, seen := known[key]
		if !seen {
			i = len(kept)
			known[key] = i
			kept = append(kept, j)
		}
		rows.Of[j], rows.Scale[j] = i, 1
	}
	if len(kept) == 0 {
		return Arcs(problem, w, &Rows{R: mat.NewDense(1, 1, []float64{1}), V: mat.NewDense(d, 1, nil), Of: rows.Of, Scale: rows.Scale})
	}
	x := mat.NewDense(len(kept), d, nil)
	for i, j := range kept {
		x.SetRow(i, problem.X.RawRowView(j))
	}
	rows.R = x
	if c.Basis.Rows > 0 {
		rows.V = dense(c.Basis)
		rows.R = new(mat.Dense)
		rows.R.Mul(x, rows.V)
	}
	_, k := rows.R.Dims()
	if k <= 2 {
		return Arcs(problem, w, rows)
	}
	if c.Frame.Rows != k {
		return nil, fmt.Errorf("proof: the frame of the cones has order %d, and directions have %d coordinates", c.Frame.Rows, k)
	}
	frame := dense(c.Frame)
	var inverse, r mat.Dense
	if err := inverse.Inverse(frame); err != nil {
		return nil, fmt.Errorf("proof: the frame of the cones is singular: %w", err)
	}
	r.Mul(rows.R, frame)
	rows.R = &r
	v := mat.DenseCopyOf(inverse.T())
	if rows.V != nil {
		var narrow mat.Dense
		narrow.Mul(rows.V, v) // d×k, of fewer coordinates than features
		v = &narrow
	}
	rows.V = v
	h := c.H * (1 + margin)
	form := mat.NewSymDense(k, nil)
	form.SymOuterK(h, frame.T())
	// The scalar part, of which a claim has to have one, is small, so that it takes no digits from thin directions.
	scalar := h
	for i := range k {
		scalar = max(min(scalar, form.At(i, i)/2), leastScalar)
	}
	for i := range k {
		form.SetSym(i, i, form.At(i, i)-scalar)
	}
	tree, err := orthants(k, &bitSource{words: c.Tree, end: int(c.TreeBits)})
	if err != nil {
		return nil, err
	}
	return &Derivation{
		Problem: problem, W: w, Rows: rows,
		Claim: Form{U: scalar, V: h, G: form}, ClaimInX: h * (1 + margin),
		Root: tree,
	}, nil
}

// leastScalar is the smallest scalar part of the root's form.
const leastScalar = 0x1p-40

// bitSource reads the bits of a tree.
type bitSource struct {
	words   []uint64
	at, end int
}

func (b *bitSource) take() (uint64, error) {
	if b.at >= b.end || b.at>>6 >= len(b.words) {
		return 0, fmt.Errorf("proof: the tree of cones ends before it covers all directions")
	}
	v := b.words[b.at>>6] >> (b.at & 63) & 1
	b.at++
	return v, nil
}

// orthants returns splits by the signs of all k coordinates; at each orthant is the next
// tree of the bits.  In format version 1 the orthants come in the order of the numbers
// whose bit i says that coordinate i is negative.
func orthants(k int, from *bitSource) (Node, error) {
	leaves := make([]Node, 1<<k)
	for o := range leaves {
		leaf, err := nextTree(k, from)
		if err != nil {
			return nil, err
		}
		leaves[o] = leaf
	}
	if from.at != from.end {
		return nil, fmt.Errorf("proof: the tree of cones has %d bits and %d were needed", from.end, from.at)
	}
	for axis := k - 1; axis >= 0; axis-- { // join the halves with respect to the last axis left
		half := len(leaves) / 2
		normal := make([]float64, k)
		normal[axis] = 1
		for o := range half {
			leaves[o] = &SplitU{Normal: normal, Positive: leaves[o], Negative: leaves[o+half]}
		}
		leaves = leaves[:half]
	}
	return leaves[0], nil
}

// nextTree copies the bits of one tree.
func nextTree(k int, from *bitSource) (*Cones, error) {
	width := bits.Len(uint(k*(k-1)/2 - 1))
	out := &Cones{}
	copyBit := func() (uint64, error) {
		v, err := from.take()
		if out.Bits&63 == 0 {
			out.Tree = append(out.Tree, 0)
		}
		out.Tree[out.Bits>>6] |= v << (out.Bits & 63)
		out.Bits++
		return v, err
	}
	for pending := 1; pending > 0; pending-- {
		split, err := copyBit()
		if err != nil {
			return nil, err
		}
		if split == 0 {
			continue
		}
		for range width {
			if _, err := copyBit(); err != nil {
				return nil, err
			}
		}
		pending += 2
	}
	return out, nil
}
