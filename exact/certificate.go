package exact

import (
	"context"
	"encoding/json"
	"fmt"
	"math/bits"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/effort"
	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem"
)

// Certificate is what proves a lower bound: W, H ≥ h(W) and, for rank(X) ≥ 3,
// the tree of cones that proves H.  Package verify checks it independently and
// documents the format.
type Certificate struct {
	Problem    problem.Problem
	W          *mat.Dense // n×c
	H          float64    // ≥ max over ‖u‖ = 1 of ‖Wᵀ(Xu)₊‖
	LowerBound float64

	basis *mat.Dense
	tree  *tree
}

// tree is the branching of the cones, one preorder list of marks per orthant of
// the frame's coordinates (see explorer).
type tree struct {
	frame    *frame
	orthants [][]byte
	nodes    int64
}

func newCertificate(p problem.Problem, in *instance, w *mat.Dense, h, bound float64, t *tree) *Certificate {
	return &Certificate{Problem: p, W: w, H: h, LowerBound: bound, basis: in.basis, tree: t}
}

// Claims returns the certificate as the arrays the verifier takes.
func (c *Certificate) Claims() *verify.Claims {
	out := &verify.Claims{
		X: plain(c.Problem.X), Y: plain(c.Problem.Y), W: plain(c.W),
		Gamma: c.Problem.Gamma, H: c.H, LowerBound: c.LowerBound,
	}
	if c.basis != nil {
		out.Basis = plain(c.basis)
	}
	var cones int64
	if c.tree != nil {
		d := c.tree.frame.in.d
		out.Frame = verify.Matrix{Rows: d, Cols: d, Data: c.tree.frame.b}
		out.Tree, out.TreeBits = packTree(c.tree.orthants, d)
		cones = c.tree.nodes
	}
	meta, err := json.Marshal(verify.Meta{
		Format: verify.Format, FormatVersion: verify.FormatVersion,
		CreatedBy: "relift", Cones: cones, Digest: verify.Digest(out),
	})
	if err != nil { // strings and an integer always marshal
		panic(fmt.Sprintf("exact: meta data: %v", err))
	}
	out.Meta = string(meta)
	return out
}

// Verify is VerifyContext without an end.
func (c *Certificate) Verify() verify.Report { return verify.Verify(c.Claims()) }

// VerifyContext runs the independent verifier on the certificate; the error is that
// of ctx, which ended.
func (c *Certificate) VerifyContext(ctx context.Context) (verify.Report, error) {
	return verify.VerifyContext(ctx, c.Claims(), effort.Effort{})
}

// packTree turns the marks into the bits of the file format.
func packTree(orthants [][]byte, d int) (words []uint64, count int64) {
	number := make([]uint64, d*d)
	edges := uint64(0)
	for a := range d {
		for b := a + 1; b < d; b++ {
			number[a*d+b] = edges
			edges++
		}
	}
	width := int64(bits.Len64(edges - 1))
	put := func(v uint64, n int64) {
		for i := range n {
			if count&63 == 0 {
				words = append(words, 0)
			}
			words[count>>6] |= v >> i & 1 << (count & 63)
			count++
		}
	}
	for _, marks := range orthants {
		for _, m := range marks {
			if m == leafMark {
				put(0, 1)
			} else {
				put(1|number[m]<<1, 1+width)
			}
		}
	}
	return words, count
}

func plain(m *mat.Dense) verify.Matrix {
	rows, cols := m.Dims()
	return verify.Matrix{Rows: rows, Cols: cols, Data: linalg.RowMajor(m)}
}
