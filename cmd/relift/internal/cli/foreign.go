package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/network"
	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/network/onnx"
)

// isONNX reports whether the path is that of an ONNX model.
func isONNX(path string) bool { return strings.EqualFold(filepath.Ext(path), ".onnx") }

// loadModel reads a model that relift wrote, in either of its formats.
func loadModel(path string) (*network.Model, error) {
	if !isONNX(path) {
		m, err := network.Load(path)
		return m, badInput(err)
	}
	n, err := onnx.Load(path)
	if err != nil {
		return nil, badInput(err)
	}
	if n.Model == nil {
		return nil, badInputf("%s: does not say what its columns mean; expected a model that relift wrote, or what relift convert makes of this one", path)
	}
	return n.Model, nil
}

// loadNetwork reads the network of relift audit: a model file, an ONNX model, an
// NPZ archive with U and V (b1 and b2 where there are biases), or U and V in two
// NPY files.
func loadNetwork(paths []string) (*foreign.Network, error) {
	path := paths[0]
	extension := strings.ToLower(filepath.Ext(path))
	switch {
	case len(paths) == 2:
		u, err := loadArray(path)
		if err != nil {
			return nil, err
		}
		v, err := loadArray(paths[1])
		if err != nil {
			return nil, err
		}
		return &foreign.Network{U: u, V: v}, nil
	case extension == ".npy":
		return nil, badInputf("%s: is one matrix; expected two, relift audit U.npy V.npy DATA", path)
	case extension == ".npz":
		return loadLayers(path)
	case isONNX(path):
		n, err := onnx.Load(path)
		return n, badInput(err)
	}
	m, err := network.Load(path)
	if err != nil {
		return nil, badInput(err)
	}
	return foreign.FromModel(m), nil
}

// maxArray is the most bytes of an array of weights.
const maxArray = 1 << 30

func loadArray(path string) (*mat.Dense, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, badInputf("%s: no such file; expected a matrix of weights in NumPy's format", path)
	}
	if err != nil {
		return nil, badInput(err)
	}
	defer f.Close()
	a, err := npy.Read(f, maxArray)
	if err != nil {
		return nil, badInput(fmt.Errorf("%s: %w", path, err))
	}
	return weights(path, a)
}

func weights(name string, a npy.Array) (*mat.Dense, error) {
	m, err := a.AsMatrix()
	if err != nil {
		return nil, badInput(fmt.Errorf("%s: %w", name, err))
	}
	for _, v := range m.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, badInputf("%s: holds %v; expected finite weights", name, v)
		}
	}
	return m, nil
}

func loadLayers(path string) (*foreign.Network, error) {
	archive, err := npy.OpenArchive(path)
	if err != nil {
		return nil, badInput(err)
	}
	n := &foreign.Network{}
	for name, to := range map[string]**mat.Dense{"U": &n.U, "V": &n.V} {
		a, err := archive.Array(name)
		if err != nil {
			return nil, badInputf("%s: %w; expected the weights U and V (and the biases b1 and b2 where there are any)", path, err)
		}
		if *to, err = weights(path+": "+name, a); err != nil {
			return nil, err
		}
	}
	for name, to := range map[string]*[]float64{"b1": &n.B, "b2": &n.A} {
		if !archive.Has(name) {
			continue
		}
		a, err := archive.Array(name)
		if err == nil {
			*to, err = a.AsVector()
		}
		if err != nil {
			return nil, badInputf("%s: %s: %w", path, name, err)
		}
		for _, v := range *to {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, badInputf("%s: %s holds %v; expected finite biases", path, name, v)
			}
		}
	}
	return n, nil
}

// orient turns the layers to m×d and m×c.  Libraries differ: PyTorch has m×d and
// c×m, scikit-learn d×m and m×c.  With ones the first layer may have one more
// column, for an input that is always 1.
func orient(n *foreign.Network, d, c int, ones bool) (*foreign.Network, bool) {
	turned := func(m *mat.Dense, turn bool) *mat.Dense {
		if turn {
			return mat.DenseCopyOf(m.T())
		}
		return m
	}
	for _, turn := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
		u, v := turned(n.U, turn[0]), turned(n.V, turn[1])
		m, inputs := u.Dims()
		rows, outputs := v.Dims()
		column := ones && !n.HasBias() && inputs == d+1
		if rows != m || outputs != c || inputs != d && !column || n.B != nil && len(n.B) != m || n.A != nil && len(n.A) != c {
			continue
		}
		out := *n
		out.U, out.V = u, v
		if column {
			out.B = mat.Col(nil, d, u)
			out.U = mat.DenseCopyOf(u.Slice(0, m, 0, d))
		}
		return &out, true
	}
	return nil, false
}
