package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/network"
	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/network/onnx"
	"github.com/relift/relift/network/weights"
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

// arrayFiles are the extensions of files of named arrays.
var arrayFiles = []string{".npz", ".safetensors", ".pt", ".pth", ".ckpt", ".bin"}

// loadNetwork reads the network of relift audit: a model file, an ONNX model, a
// file of named arrays, or U and V in two NPY files.
func loadNetwork(paths []string, names []string) (*foreign.Network, error) {
	path := paths[0]
	extension := strings.ToLower(filepath.Ext(path))
	arrays := len(paths) == 1 && slices.Contains(arrayFiles, extension)
	if len(names) > 0 && !arrays {
		return nil, badInputf("--weights: %s has no arrays to name; expected an .npz, .safetensors or PyTorch file", path)
	}
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
	case arrays:
		parsed, err := weights.ParseNames(names)
		if err != nil {
			return nil, badInputf("--weights: %w", err)
		}
		n, err := weights.Load(path, parsed)
		return n, badInput(err)
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
	m, err := a.AsMatrix()
	if err != nil {
		return nil, badInput(fmt.Errorf("%s: %w", path, err))
	}
	for _, v := range m.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, badInputf("%s: holds %v; expected finite weights", path, v)
		}
	}
	return m, nil
}

// oriented returns the network in each orientation that fits d inputs and c
// outputs: the one that is asked for or that the file says, else all.
func oriented(n *foreign.Network, asked string, d, c int) map[foreign.Orientation]*foreign.Network {
	candidates := foreign.Orientations()
	ones := true // a column of U may be the biases
	switch {
	case asked != "auto":
		candidates = []foreign.Orientation{foreign.Orientation(asked)}
	case n.Orientation != foreign.OrientationUnknown:
		candidates, ones = []foreign.Orientation{n.Orientation}, false
	}
	fits := map[foreign.Orientation]*foreign.Network{}
	for _, o := range candidates {
		if turned, ok := n.Oriented(o, d, c, ones); ok {
			fits[o] = turned
		}
	}
	return fits
}
