package forgery

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/relift/relift/certificate/verify"
	cones "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/npy"
)

// honestMultipliers is a true certificate in which every number is exact.
//
// The rows are x₀ = e₁, x₁ = e₂, x₂ = 2x₀, x₃ = −x₀, x₄ = 0, and γ = 4.  With
// Ψ = −2I, Φ = Ω = 0 the matrix K = [[4I, −2I, V], [·, 4I, −Gᵀ], [·, ·, 4]] is
// positive definite, because its leading block has the smallest eigenvalue 2 and
// ‖(V, −Gᵀ)‖²/4 < 1.
//
// W = Y would give the bound ½‖Y‖² = 9.5, which is false: ‖Wᵀ(Xe₁)₊‖ = 7 > γ, so
// that the network with the neuron e₁ is better than the network 0.
func honestMultipliers() *verify.Claims {
	return &verify.Claims{
		X:               verify.Matrix{Rows: 5, Cols: 2, Data: []float64{1, 0, 0, 1, 2, 0, -1, 0, 0, 0}},
		Y:               verify.Matrix{Rows: 5, Cols: 1, Data: []float64{1, 2, 3, 1, 2}},
		Gamma:           4,
		Representatives: []int64{0, 1},
		MergedInto:      []int64{0, 1, 0, 0, -1},
		MergeScale:      []float64{1, 1, 2, -1, 0},
		W:               verify.Matrix{Rows: 5, Cols: 1, Data: []float64{0.25, 0.5, 0.5, 0.25, 2}},
		Phi:             verify.Matrix{Rows: 2, Cols: 2, Data: make([]float64, 4)},
		Omega:           verify.Matrix{Rows: 2, Cols: 2, Data: make([]float64, 4)},
		Psi:             verify.Matrix{Rows: 2, Cols: 2, Data: []float64{-2, 0, 0, -2}},
		LowerBound:      4.6875, // 7 − 4.625/2
	}
}

// overclaim gives c the false W = Y with the bound ½‖Y‖².
func overclaim(c *verify.Claims) {
	copy(c.W.Data, c.Y.Data)
	c.LowerBound = 9.5
}

// honestCones is a true certificate for X = I (d×d, d ≤ 3), which is tight to
// 1e-12: Wᵀ(Xu)₊ = Σ w_i (u_i)₊ has the maximum ‖w‖ over unit u for w ≥ 0, and so
//
//	p* = γ‖y‖ − γ²/2    for y ≥ 0 with ‖y‖ ≥ γ.
//
// W = Y = (3, 4, 12) or its beginning, of norm 3, 5, 13, and γ = 1.
func honestCones(d int) *cones.Claims {
	norm := []float64{3, 5, 13}[d-1]
	c := &cones.Claims{
		X: identity(d), Y: cones.Matrix{Rows: d, Cols: 1, Data: []float64{3, 4, 12}[:d:d]},
		Gamma: 1, H: norm * (1 + 1e-12), LowerBound: (norm - 0.5) * (1 - 1e-11),
	}
	c.W = cones.Matrix{Rows: d, Cols: 1, Data: append([]float64(nil), c.Y.Data...)}
	if d > 2 {
		c.Frame = identity(d)
		c.Tree, c.TreeBits = []uint64{0}, 1<<d
	}
	return c
}

func identity(d int) cones.Matrix {
	m := cones.Matrix{Rows: d, Cols: d, Data: make([]float64, d*d)}
	for k := range d {
		m.Data[k*d+k] = 1
	}
	return m
}

// sealMultipliers returns the file of c with meta data that fit its arrays.
func sealMultipliers(c *verify.Claims) []byte { return archive(multiplierEntries(c, nil, nil)) }

// multiplierEntries lists the arrays of c's file; settings and solver are parts of
// its meta data.
func multiplierEntries(c *verify.Claims, settings, solver any) []npy.Entry {
	matrix := func(m verify.Matrix) npy.Array { return table(m.Rows, m.Cols, m.Data) }
	integers := func(v []int64) npy.Array { return npy.Array{Shape: []int{len(v)}, Kind: npy.Int64, Int64: v} }
	return []npy.Entry{
		{Name: "X", Array: matrix(c.X)}, {Name: "Y", Array: matrix(c.Y)}, {Name: "gamma", Array: npy.Scalar(c.Gamma)},
		{Name: "representatives", Array: integers(c.Representatives)}, {Name: "merged_into", Array: integers(c.MergedInto)},
		{Name: "merge_scale", Array: npy.Vector(c.MergeScale)}, {Name: "W", Array: matrix(c.W)},
		{Name: "Phi", Array: matrix(c.Phi)}, {Name: "Omega", Array: matrix(c.Omega)}, {Name: "Psi", Array: matrix(c.Psi)},
		{Name: "lower_bound", Array: npy.Scalar(c.LowerBound)}, {Name: "meta", Array: npy.String(multiplierMeta(c, settings, solver))},
	}
}

// multiplierMeta is the meta data of c's file.
func multiplierMeta(c *verify.Claims, settings, solver any) string {
	meta := map[string]any{
		"format": verify.Format, "format_version": verify.FormatVersion, "created_by": "forgery", "digest": verify.Digest(c),
	}
	if settings != nil {
		meta["settings"] = settings
	}
	if solver != nil {
		meta["solver"] = solver
	}
	return text(meta)
}

func table(rows, columns int, data []float64) npy.Array {
	return npy.Array{Shape: []int{rows, columns}, Kind: npy.Float64, Float64: data}
}

// sealCones returns the file of c with meta data that fit its arrays.
func sealCones(c *cones.Claims) []byte {
	c.Meta = coneMeta(c)
	return archive(coneEntries(c))
}

// coneEntries lists the arrays of c's file.
func coneEntries(c *cones.Claims) []npy.Entry {
	matrix := func(m cones.Matrix) npy.Array { return table(m.Rows, m.Cols, m.Data) }
	entries := []npy.Entry{
		{Name: "X", Array: matrix(c.X)}, {Name: "Y", Array: matrix(c.Y)}, {Name: "W", Array: matrix(c.W)},
		{Name: "gamma", Array: npy.Scalar(c.Gamma)}, {Name: "H", Array: npy.Scalar(c.H)},
		{Name: "lower_bound", Array: npy.Scalar(c.LowerBound)},
	}
	if c.Basis.Rows > 0 {
		entries = append(entries, npy.Entry{Name: "basis", Array: matrix(c.Basis)})
	}
	if c.Frame.Rows > 0 {
		words := make([]int64, len(c.Tree))
		for i, v := range c.Tree {
			words[i] = int64(v)
		}
		entries = append(entries,
			npy.Entry{Name: "frame", Array: matrix(c.Frame)},
			npy.Entry{Name: "tree", Array: npy.Array{Shape: []int{len(words)}, Kind: npy.Int64, Int64: words}},
			npy.Entry{Name: "tree_bits", Array: npy.Array{Kind: npy.Int64, Int64: []int64{c.TreeBits}}})
	}
	return append(entries, npy.Entry{Name: "meta", Array: npy.String(c.Meta)})
}

func coneMeta(c *cones.Claims) string {
	return text(cones.Meta{Format: cones.Format, FormatVersion: cones.FormatVersion, CreatedBy: "forgery", Digest: cones.Digest(c)})
}

func text(v any) string {
	out, err := json.Marshal(v)
	if err != nil { // strings and numbers always marshal
		panic(err)
	}
	return string(out)
}

func archive(entries []npy.Entry) []byte {
	var buffer bytes.Buffer
	if err := npy.WriteArchive(&buffer, entries); err != nil { // a buffer does not fail
		panic(fmt.Sprintf("forgery: %v", err))
	}
	return buffer.Bytes()
}
