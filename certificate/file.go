package certificate

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/internal/npy"
)

// Save writes the certificate to path as an NPZ file, after sealing a copy of its
// meta data.  The file appears whole or not at all.  Its arrays are float64 X
// (n×d), Y (n×c), scalar gamma, int64 representatives (m), int64 merged_into (n),
// float64 merge_scale (n), float64 W (n×c), Phi, Omega, Psi (m×m), scalar
// lower_bound, and the JSON string meta.
func (c *Certificate) Save(path string) error {
	sealed := *c
	sealed.Seal()
	return atomicfile.Write(path, sealed.write)
}

func (c *Certificate) write(w io.Writer) error {
	entries, err := c.Archive()
	if err != nil {
		return err
	}
	return npy.WriteArchive(w, entries)
}

// Archive returns the arrays of the file in their order; call Seal before.
func (c *Certificate) Archive() ([]npy.Entry, error) {
	meta, err := json.Marshal(c.Meta)
	if err != nil {
		return nil, fmt.Errorf("the certificate's meta data: %w", err)
	}
	matrix := func(m verify.Matrix) npy.Array {
		return npy.Array{Shape: []int{m.Rows, m.Cols}, Kind: npy.Float64, Float64: m.Data}
	}
	v := c.Claims()
	return []npy.Entry{
		{Name: "X", Array: matrix(v.X)},
		{Name: "Y", Array: matrix(v.Y)},
		{Name: "gamma", Array: npy.Scalar(v.Gamma)},
		{Name: "representatives", Array: npy.Ints(c.Representatives)},
		{Name: "merged_into", Array: npy.Ints(c.MergedInto)},
		{Name: "merge_scale", Array: npy.Vector(v.MergeScale)},
		{Name: "W", Array: matrix(v.W)},
		{Name: "Phi", Array: matrix(v.Phi)},
		{Name: "Omega", Array: matrix(v.Omega)},
		{Name: "Psi", Array: matrix(v.Psi)},
		{Name: "lower_bound", Array: npy.Scalar(v.LowerBound)},
		{Name: "meta", Array: npy.String(string(meta))},
	}, nil
}

// Load reads a certificate file.  It refuses what is not one, what was written in
// a newer format, and arrays whose shapes do not fit together; it does not verify.
// An error is one line that begins with the path.
func Load(path string) (*Certificate, error) {
	v, err := verify.Load(path)
	if err != nil {
		return nil, err
	}
	meta, err := parseMeta(v.Meta)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if problem := verify.ShapeProblem(v); problem != "" {
		return nil, fmt.Errorf("%s: not a certificate: %s", path, problem)
	}
	return fromClaims(v, meta), nil
}
