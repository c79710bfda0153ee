package forgery

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"math"

	"github.com/relift/relift/certificate/verify"
	cones "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/npy"
)

// workFiles are small files that claim little and would keep a verifier busy for
// minutes, or take more memory than there is.
func workFiles() []File {
	var files []File
	add := func(name, what string, contents []byte) {
		files = append(files, File{"work-" + name + ".npz", Work, what, true, contents})
	}
	outputs := zeros(1, 1)
	for _, m := range []*verify.Matrix{&outputs.Y, &outputs.W} {
		m.Cols, m.Data = 60000, make([]float64, 60000)
	}
	add("outputs", "K has the order 60002, because Y has 60000 columns of zeros", deflated(multiplierEntries(outputs, nil, nil)))
	add("rationals", "the sign of K is lost in rounding errors, and exact arithmetic would take integers of 10⁵ bits", sealMultipliers(rationals()))

	tree := honestCones(3)
	tree.LowerBound = 0
	grow(tree, 21, 3000)
	add("tree", "a tree of four million nodes for 3000 rows, all of it below one repeated pattern", deflated(sealed(tree)))

	orthants := &cones.Claims{X: cones.Matrix{Rows: 4000, Cols: 16, Data: make([]float64, 4000*16)}, Gamma: 1, H: 1}
	for i := range orthants.X.Data {
		orthants.X.Data[i] = float64(i / 16 >> (i % 16) & 1)
	}
	orthants.Y = cones.Matrix{Rows: 4000, Cols: 1, Data: make([]float64, 4000)}
	orthants.W = small(4000)
	orthants.Frame = identity(16)
	orthants.Tree, orthants.TreeBits = make([]uint64, 1<<16/64), 1<<16
	add("orthants", "65536 orthants in 16 dimensions for 4000 rows", deflated(sealed(orthants)))
	return files
}

func sealed(c *cones.Claims) []npy.Entry {
	c.Meta = coneMeta(c)
	return coneEntries(c)
}

// zeros is a certificate of the bound 0 for m rows and d columns that are zero but
// for what makes the rows representatives.
func zeros(m, d int) *verify.Claims {
	matrix := func(rows, cols int) verify.Matrix {
		return verify.Matrix{Rows: rows, Cols: cols, Data: make([]float64, rows*cols)}
	}
	c := &verify.Claims{X: matrix(m, d), Y: matrix(m, 1), W: matrix(m, 1), Phi: matrix(m, m), Omega: matrix(m, m), Psi: matrix(m, m), Gamma: 1}
	for i := range m {
		c.Representatives = append(c.Representatives, int64(i))
		c.MergedInto = append(c.MergedInto, int64(i))
		c.MergeScale = append(c.MergeScale, 1)
	}
	return c
}

// rationals is a certificate whose K has a leading block of rank one with entries
// from 2⁻⁵⁰⁰ to 2⁵⁰⁰: Φ cancels the Ψ of its diagonal, up to a product of w.
func rationals() *verify.Claims {
	const m = 36
	c := zeros(m, 1)
	c.LowerBound = 1
	for i := range m {
		c.X.Data[i] = math.Ldexp(1+float64(i)*0x1p-40, -900)
		size := math.Ldexp(1+float64(i+1)*0x1p-45, 28*(i-m/2))
		c.W.Data[i] = size
		c.Y.Data[i] = size
		c.Psi.Data[i*m+i] = -size * size / 2
	}
	return c
}

// grow gives c n different rows and a tree that splits its first orthant along
// the edges in turn, depth levels deep everywhere.
func grow(c *cones.Claims, depth, n int) {
	c.X = cones.Matrix{Rows: n, Cols: 3, Data: make([]float64, 0, 3*n)}
	for i := range n {
		c.X.Data = append(c.X.Data, float64(i%16)-8.5, float64(i/16%16)-8.5, float64(i/256)+0.5)
	}
	c.Y = cones.Matrix{Rows: n, Cols: 1, Data: make([]float64, n)}
	c.W = small(n)
	var bits []byte
	var split func(level int)
	split = func(level int) {
		if level == depth {
			bits = append(bits, 0)
			return
		}
		edge := level % 3
		bits = append(bits, 1, byte(edge&1), byte(edge>>1))
		split(level + 1)
		split(level + 1)
	}
	split(0)
	bits = append(bits, 0, 0, 0, 0, 0, 0, 0)
	c.Tree, c.TreeBits = pack(bits), int64(len(bits))
}

// small is a W (n×1) so small that every leaf passes.
func small(n int) cones.Matrix {
	w := cones.Matrix{Rows: n, Cols: 1, Data: make([]float64, n)}
	for i := range w.Data {
		w.Data[i] = 0x1p-40
	}
	return w
}

// deflated is archive with compressed members.
func deflated(entries []npy.Entry) []byte {
	var buffer bytes.Buffer
	z := zip.NewWriter(&buffer)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.Name + ".npy", Method: zip.Deflate})
		if err == nil {
			err = npy.Write(w, e.Array)
		}
		if err != nil { // a buffer does not fail
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return buffer.Bytes()
}
