package certificate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/reduce"
	"gonum.org/v1/gonum/mat"
)

// Claims returns the certificate as the arrays that the verifier takes.  They
// share memory with the certificate where the layout allows it.
func (c *Certificate) Claims() *verify.Claims {
	meta, err := json.Marshal(c.Meta)
	if err != nil { // a RawMessage that is not JSON: the verifier will say so
		meta = []byte(fmt.Sprintf("invalid meta data: %v", err))
	}
	phi, psi, omega := c.Dense()
	return &verify.Claims{
		X: PlainMatrix(c.X), Y: PlainMatrix(c.Y), Gamma: c.Gamma,
		Representatives: int64s(c.Representatives), MergedInto: int64s(c.MergedInto), MergeScale: c.MergeScale,
		W: PlainMatrix(c.W), Phi: PlainMatrix(phi), Omega: PlainMatrix(omega), Psi: PlainMatrix(psi),
		LowerBound: c.LowerBound, Meta: string(meta),
	}
}

// fromClaims is the inverse of Claims; the shapes of v must agree.
func fromClaims(v *verify.Claims, meta Meta) *Certificate {
	return &Certificate{
		X: gonumMatrix(v.X), Y: gonumMatrix(v.Y), Gamma: v.Gamma,
		Grouping:    reduce.Grouping{Representatives: ints(v.Representatives), MergedInto: ints(v.MergedInto), MergeScale: v.MergeScale},
		Multipliers: lift.SparseMultipliers(gonumMatrix(v.W), gonumMatrix(v.Phi), gonumMatrix(v.Psi), gonumMatrix(v.Omega)),
		LowerBound:  v.LowerBound, Meta: meta,
	}
}

// Seal completes the meta data: format, creator if there is none, and digests of
// the arrays as they are now.
func (c *Certificate) Seal() {
	c.Meta.Format, c.Meta.FormatVersion = Format, FormatVersion
	if c.Meta.CreatedBy == "" {
		c.Meta.CreatedBy = creator()
	}
	c.Meta.DataDigest = DataDigest(c.X, c.Y)
	c.Meta.Digest = verify.Digest(c.Claims())
}

// DataDigest returns "sha256:" and the SHA-256 of the shape and numbers of X and
// then Y: rows and columns as eight bytes each, then the numbers in row-major
// order, all little-endian.
func DataDigest(x, y *mat.Dense) string {
	h := sha256.New()
	for _, m := range []*mat.Dense{x, y} {
		rows, cols := m.Dims()
		head := binary.LittleEndian.AppendUint64(nil, uint64(rows))
		h.Write(binary.LittleEndian.AppendUint64(head, uint64(cols)))
		for i := range rows {
			line := make([]byte, 0, 8*cols)
			for _, v := range m.RawRowView(i) {
				line = binary.LittleEndian.AppendUint64(line, math.Float64bits(v))
			}
			h.Write(line)
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// PlainMatrix returns m as [verify.VerifyTable] takes it, in row-major order
// without gaps.  It shares memory with m where the layout allows it.
func PlainMatrix(m *mat.Dense) verify.Matrix {
	if m == nil || m.IsEmpty() {
		return verify.Matrix{}
	}
	raw := m.RawMatrix()
	if raw.Stride != raw.Cols {
		raw = mat.DenseCopyOf(m).RawMatrix()
	}
	return verify.Matrix{Rows: raw.Rows, Cols: raw.Cols, Data: raw.Data}
}

func gonumMatrix(m verify.Matrix) *mat.Dense {
	if m.Rows == 0 || m.Cols == 0 {
		return new(mat.Dense)
	}
	return mat.NewDense(m.Rows, m.Cols, m.Data)
}

func int64s(a []int) []int64 {
	out := make([]int64, len(a))
	for i, v := range a {
		out[i] = int64(v)
	}
	return out
}

func ints(a []int64) []int {
	out := make([]int, len(a))
	for i, v := range a {
		out[i] = int(v)
	}
	return out
}
