package verify

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"

	"github.com/relift/relift/internal/metadata"
)

// Digest returns "sha256:" and the SHA-256, in lower-case hexadecimal, of the
// arrays X, Y, gamma, representatives, merged_into, merge_scale, W, Phi, Omega,
// Psi and lower_bound in that order: for each one the line
// "name type rows cols\n" with type f8 or i8 (a vector has one column, a scalar
// one row and column) and then its numbers in row-major order, eight bytes each,
// little-endian.
func Digest(c *Claims) string { return digest(context.Background(), c) }

// digest is Digest; what it returns when ctx ends is no digest.
func digest(ctx context.Context, c *Claims) string {
	h := hasher{sha256.New(), ctx}
	matrix := func(name string, m Matrix) { h.floats(name, m.Rows, m.Cols, m.Data) }
	matrix("X", c.X)
	matrix("Y", c.Y)
	h.floats("gamma", 1, 1, []float64{c.Gamma})
	h.ints("representatives", c.Representatives)
	h.ints("merged_into", c.MergedInto)
	h.floats("merge_scale", len(c.MergeScale), 1, c.MergeScale)
	matrix("W", c.W)
	matrix("Phi", c.Phi)
	matrix("Omega", c.Omega)
	matrix("Psi", c.Psi)
	h.floats("lower_bound", 1, 1, []float64{c.LowerBound})
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// hasher hashes arrays until its context ends.
type hasher struct {
	hash.Hash
	ctx context.Context
}

func (h hasher) floats(name string, rows, cols int, data []float64) {
	fmt.Fprintf(h, "%s f8 %d %d\n", name, rows, cols)
	buffer := make([]byte, 0, 8*1024)
	for len(data) > 0 && h.ctx.Err() == nil {
		part := data[:min(len(data), 1024)]
		data = data[len(part):]
		buffer = buffer[:0]
		for _, v := range part {
			buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(v))
		}
		h.Write(buffer)
	}
}

func (h hasher) ints(name string, data []int64) {
	fmt.Fprintf(h, "%s i8 %d 1\n", name, len(data))
	for _, v := range data {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(v)))
	}
}

// metaProblem compares the digest that the meta data hold with that of the arrays.  Both results are empty when there is
// nothing to compare.
func (c *Claims) metaProblem(ctx context.Context) (note, problem string) {
	meta, err := metadata.Parse(c.Meta)
	if err != nil {
		return "", err.Error()
	}
	stated, err := meta.Text("digest")
	if err != nil {
		return "", err.Error()
	}
	if stated == "" {
		return "", ""
	}
	if got := digest(ctx, c); got != stated {
		return "", fmt.Sprintf("the arrays have digest %s and the meta data say %.80q", got, stated)
	}
	return "the arrays are those that the meta data's digest was taken of", ""
}
