package verify

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/relift/relift/internal/metadata"
	"github.com/relift/relift/internal/npy"
)

// Format and FormatVersion identify a certificate file by its meta data.
const (
	Format        = "relift-exact-certificate"
	FormatVersion = 1
)

// Matrix is a dense row-major matrix; the zero value is no matrix.
type Matrix struct {
	Rows, Cols int
	Data       []float64
}

// Row returns row i; it shares memory.
func (m Matrix) Row(i int) []float64 { return m.Data[i*m.Cols : (i+1)*m.Cols : (i+1)*m.Cols] }

// Claims are the arrays of a certificate file.
type Claims struct {
	X, Y, W    Matrix  // n×D, n×c, n×c
	Gamma      float64 // γ > 0
	H          float64 // ≥ h(W)
	LowerBound float64
	Basis      Matrix   // D×r, or none when r = D
	Frame      Matrix   // r×r, or none when r ≤ 2
	Tree       []uint64 // bits, lowest first; none when r ≤ 2
	TreeBits   int64
	Meta       string // JSON
}

// Meta is the JSON text in a certificate file.  Nothing in it is part of the proof.
type Meta struct {
	Format        string `json:"format"`
	FormatVersion int    `json:"format_version"`
	CreatedBy     string `json:"created_by"`
	Cones         int64  `json:"cones"`  // leaves and inner nodes of the tree
	Digest        string `json:"digest"` // of every array, see Digest
}

// Digest returns "sha256:" and the SHA-256 over every array in the order of
// Claims: its name, a zero byte, rows and columns and the numbers as
// little-endian 64-bit words (a scalar is 1×1, the tree 1×words).
func Digest(c *Claims) string { return digest(context.Background(), c) }

// digest is Digest; what it returns when ctx ends is no digest.
func digest(ctx context.Context, c *Claims) string {
	h := sha256.New()
	word := func(v uint64) {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], v)
		h.Write(b[:])
	}
	matrix := func(name string, m Matrix) {
		h.Write(append([]byte(name), 0))
		word(uint64(m.Rows))
		word(uint64(m.Cols))
		for i, v := range m.Data {
			if i%4096 == 0 && ctx.Err() != nil {
				return
			}
			word(math.Float64bits(v))
		}
	}
	scalar := func(name string, v float64) { matrix(name, Matrix{1, 1, []float64{v}}) }
	matrix("X", c.X)
	matrix("Y", c.Y)
	matrix("W", c.W)
	scalar("gamma", c.Gamma)
	scalar("H", c.H)
	scalar("lower_bound", c.LowerBound)
	matrix("basis", c.Basis)
	matrix("frame", c.Frame)
	h.Write([]byte("tree\x00"))
	word(1)
	word(uint64(len(c.Tree)))
	for i, v := range c.Tree {
		if i%4096 == 0 && ctx.Err() != nil {
			break
		}
		word(v)
	}
	h.Write([]byte("tree_bits\x00"))
	word(uint64(c.TreeBits))
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// Recognises reports whether the archive's meta data name this format.
func Recognises(archive *npy.Archive) bool {
	a, err := archive.Array("meta")
	if err != nil {
		return false
	}
	text, err := a.AsText()
	if err != nil {
		return false
	}
	meta, err := metadata.Parse(text)
	if err != nil {
		return false
	}
	format, err := meta.Text("format")
	return err == nil && format == Format
}

// FromArchive takes the arrays out of an archive in memory.
func FromArchive(archive *npy.Archive) (*Claims, error) {
	r := reader{archive: archive}
	c := &Claims{
		Meta: r.text("meta"),
		X:    r.matrix("X", true), Y: r.matrix("Y", true), W: r.matrix("W", true),
		Gamma: r.scalar("gamma"), H: r.scalar("H"), LowerBound: r.scalar("lower_bound"),
		Basis: r.matrix("basis", false), Frame: r.matrix("frame", false),
	}
	if r.err == nil && c.Frame.Rows > 0 {
		words := r.integers("tree", 1)
		c.Tree = make([]uint64, len(words))
		for i, v := range words {
			c.Tree[i] = uint64(v)
		}
		if count := r.integers("tree_bits", 0); len(count) == 1 {
			c.TreeBits = count[0]
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return c, c.known()
}

// known refuses meta data of other formats.
func (c *Claims) known() error {
	meta, err := metadata.Parse(c.Meta)
	if err != nil {
		return err
	}
	if format, err := meta.Text("format"); err != nil || format != Format {
		return fmt.Errorf("its meta data have format = %.80s, expected %q", meta["format"], Format)
	}
	if version, _, err := meta.Integer("format_version"); err != nil || version != FormatVersion {
		return fmt.Errorf("it has format version %.80s, this program knows version %d", meta["format_version"], FormatVersion)
	}
	return nil
}

// reader takes arrays out of an archive until the first error.
type reader struct {
	archive *npy.Archive
	err     error
}

func (r *reader) array(name string, kind npy.Kind, dimensions int) (npy.Array, bool) {
	if r.err != nil {
		return npy.Array{}, false
	}
	a, err := r.archive.Array(name)
	if err == nil && (a.Kind != kind || len(a.Shape) != dimensions) {
		err = fmt.Errorf("array %q is %v, expected %v with %d dimensions", name, a, kind, dimensions)
	}
	r.err = err
	return a, err == nil
}

func (r *reader) matrix(name string, needed bool) Matrix {
	if !needed && !r.archive.Has(name) {
		return Matrix{}
	}
	a, ok := r.array(name, npy.Float64, 2)
	if !ok {
		return Matrix{}
	}
	return Matrix{a.Shape[0], a.Shape[1], a.Float64}
}

func (r *reader) scalar(name string) float64 {
	if a, ok := r.array(name, npy.Float64, 0); ok {
		return a.Float64[0]
	}
	return math.NaN()
}

func (r *reader) integers(name string, dimensions int) []int64 {
	a, _ := r.array(name, npy.Int64, dimensions)
	return a.Int64
}

func (r *reader) text(name string) string {
	a, _ := r.array(name, npy.Text, 0)
	return a.Text
}
