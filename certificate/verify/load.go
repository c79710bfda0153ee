package verify

import (
	"fmt"

	"github.com/relift/relift/internal/metadata"
	"github.com/relift/relift/internal/npy"
)

// The names of the arrays of a certificate file.
const (
	nameX, nameY, nameGamma             = "X", "Y", "gamma"
	nameRepresentatives, nameMergedInto = "representatives", "merged_into"
	nameMergeScale, nameW               = "merge_scale", "W"
	namePhi, nameOmega, namePsi         = "Phi", "Omega", "Psi"
	nameLowerBound, nameMeta            = "lower_bound", "meta"
)

// Format and FormatVersion identify a certificate file by its meta data.
const (
	Format        = "relift certificate"
	FormatVersion = 1
)

// reader takes arrays out of an archive until the first error.
type reader struct {
	archive *npy.Archive
	err     error
}

// FromArchive takes the arrays out of an archive in memory; contents that can be read are not judged, which is [Verify]'s work.
func FromArchive(archive *npy.Archive) (*Claims, error) {
	r := &reader{archive: archive}
	c := &Claims{
		X: r.matrix(nameX), Y: r.matrix(nameY), Gamma: r.scalar(nameGamma),
		Representatives: r.integers(nameRepresentatives), MergedInto: r.integers(nameMergedInto),
		MergeScale: r.vector(nameMergeScale), W: r.matrix(nameW),
		Phi: r.matrix(namePhi), Omega: r.matrix(nameOmega), Psi: r.matrix(namePsi),
		LowerBound: r.scalar(nameLowerBound),
	}
	if archive.Has(nameMeta) {
		c.Meta = r.text(nameMeta)
	}
	if r.err != nil {
		return nil, r.err
	}
	return c, c.known()
}

// known refuses meta data of other formats.  They are optional, but a newer version may mean other things by its arrays.
func (c *Claims) known() error {
	meta, err := metadata.Parse(c.Meta)
	if err != nil {
		return err
	}
	format, err := meta.Text("format")
	if err != nil || format != "" && format != Format {
		return fmt.Errorf("its meta data have format = %.80s, expected %q", meta["format"], Format)
	}
	version, stated, err := meta.Integer("format_version")
	switch {
	case err != nil:
		return err
	case stated && version < 1:
		return fmt.Errorf("it has format version %d, expected %d", version, FormatVersion)
	case version > FormatVersion:
		return fmt.Errorf("it has format version %d and this program knows versions up to %d: use a newer relift", version, FormatVersion)
	}
	return nil
}

// array returns the named array if it has the kind and number of dimensions.
func (r *reader) array(name string, kind npy.Kind, dimensions int) (a npy.Array, ok bool) {
	if r.err != nil {
		return a, false
	}
	a, r.err = r.archive.Array(name)
	if r.err == nil && (a.Kind != kind || len(a.Shape) != dimensions) {
		r.err = fmt.Errorf("array %q is %v, expected %v with %d dimensions", name, a, kind, dimensions)
	}
	return a, r.err == nil
}

func (r *reader) matrix(name string) Matrix {
	a, ok := r.array(name, npy.Float64, 2)
	if !ok {
		return Matrix{}
	}
	return Matrix{Rows: a.Shape[0], Cols: a.Shape[1], Data: a.Float64}
}

func (r *reader) vector(name string) []float64 {
	a, _ := r.array(name, npy.Float64, 1)
	return a.Float64
}

func (r *reader) integers(name string) []int64 {
	a, _ := r.array(name, npy.Int64, 1)
	return a.Int64
}

func (r *reader) scalar(name string) float64 {
	a, ok := r.array(name, npy.Float64, 0)
	if !ok {
		return 0
	}
	return a.Float64[0]
}

func (r *reader) text(name string) string {
	a, _ := r.array(name, npy.Text, 0)
	return a.Text
}
