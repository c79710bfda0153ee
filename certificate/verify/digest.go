package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"math"
	"strings"
)

// Digest returns "sha256:" and the SHA-256, in lower-case hexadecimal, of the
// arrays X, Y, gamma, representatives, merged_into, merge_scale, W, Phi, Omega,
// Psi and lower_bound in that order: for each one the line
// "name type rows cols\n" with type f8 or i8 (a vector has one column, a scalar
// one row and column) and then its numbers in row-major order, eight bytes each,
// little-endian.
func Digest(c *Claims) string {
	h := sha256.New()
	matrix := func(name string, m Matrix) { hashFloats(h, name, m.Rows, m.Cols, m.Data) }
	matrix("X", c.X)
	matrix("Y", c.Y)
	hashFloats(h, "gamma", 1, 1, []float64{c.Gamma})
	hashInts(h, "representatives", c.Representatives)
	hashInts(h, "merged_into", c.MergedInto)
	hashFloats(h, "merge_scale", len(c.MergeScale), 1, c.MergeScale)
	matrix("W", c.W)
	matrix("Phi", c.Phi)
	matrix("Omega", c.Omega)
	matrix("Psi", c.Psi)
	hashFloats(h, "lower_bound", 1, 1, []float64{c.LowerBound})
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func hashFloats(h hash.Hash, name string, rows, cols int, data []float64) {
	fmt.Fprintf(h, "%s f8 %d %d\n", name, rows, cols)
	buffer := make([]byte, 0, 8*1024)
	for len(data) > 0 {
		part := data[:min(len(data), 1024)]
		data = data[len(part):]
		buffer = buffer[:0]
		for _, v := range part {
			buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(v))
		}
		h.Write(buffer)
	}
}

func hashInts(h hash.Hash, name string, data []int64) {
	fmt.Fprintf(h, "%s i8 %d 1\n", name, len(data))
	for _, v := range data {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(v)))
	}
}

// digestProblem compares the digest that the meta data hold with the arrays.
// Both results are empty when there is none.
func (c *Claims) digestProblem() (note, problem string) {
	if strings.TrimSpace(c.Meta) == "" {
		return "", ""
	}
	var meta struct {
		Digest string `json:"digest"`
	}
	if err := json.Unmarshal([]byte(c.Meta), &meta); err != nil {
		return "", fmt.Sprintf("the meta data are not valid JSON: %v", err)
	}
	if meta.Digest == "" {
		return "", ""
	}
	if got := Digest(c); got != meta.Digest {
		return "", fmt.Sprintf("the arrays have digest %s and the meta data say %s", got, meta.Digest)
	}
	return "the arrays are those that the meta data's digest was taken of", ""
}
