// Package weights reads two-layer ReLU networks from files of named arrays: NPZ
// archives, safetensors files and state dicts of PyTorch.
//
// Such a file says neither which array is what nor how the matrices lie.  A
// caller names the arrays (Names); otherwise they are U, V, b1 and b2, or the two
// matrices and their biases where the file holds nothing else.  Names such as
// fc1.weight (PyTorch), kernel (Keras) and coefs_0 (scikit-learn) say how the
// matrices lie; where nothing does, foreign.Network.Orientation is unknown and
// the shapes decide.
//
// Files are not trusted: numbers are read when they are needed and only as many
// as the file has, and of a PyTorch file nothing is run.
package weights

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/network/weights/internal/safetensors"
	"github.com/relift/relift/network/weights/internal/stored"
	"github.com/relift/relift/network/weights/internal/torch"
	"github.com/relift/relift/table"
)

// Load reads the network in the file at path.  Its warnings say which arrays were
// taken for what if the caller did not.  Errors match table.ErrInput.
func Load(path string, names Names) (*foreign.Network, error) {
	f, err := os.Open(path)
	if err != nil {
		problem := "cannot be read"
		if errors.Is(err, fs.ErrNotExist) {
			problem = "no such file; expected the weights of a network"
		}
		return nil, &table.InputError{File: path, Problem: problem, Err: err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, &table.InputError{File: path, Problem: "is no file; expected the weights of a network", Err: err}
	}
	n, err := Read(f, info.Size(), names)
	if err != nil {
		return nil, &table.InputError{File: path, Problem: err.Error(), Err: err}
	}
	for i, text := range n.Warnings {
		n.Warnings[i] = path + ": " + text
	}
	return n, nil
}

// Read reads the network in a file of that many bytes.
func Read(r io.ReaderAt, size int64, names Names) (*foreign.Network, error) {
	arrays, producer, err := list(r, size)
	if err != nil {
		return nil, err
	}
	guessed := names == Names{}
	if guessed {
		if names, err = guess(arrays); err != nil {
			return nil, err
		}
	}
	n, err := network(arrays, names)
	if err != nil {
		return nil, err
	}
	n.Producer = producer
	if guessed && names.U != "U" {
		n.Warnings = append(n.Warnings, "took the weights "+printable.Line(names.String())+"; --weights names others")
	}
	if others := len(arrays) - len(names.all()); others > 0 && names.U != "U" {
		n.Warnings = append(n.Warnings, fmt.Sprintf("%d further arrays are not used", others))
	}
	return n, n.Finish()
}

// list returns the arrays of a file of whatever kind, and the kind.
func list(r io.ReaderAt, size int64) (arrays []stored.Array, producer string, err error) {
	first := make([]byte, min(size, 64))
	if _, err := r.ReadAt(first, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, "", err
	}
	switch {
	case torch.Legacy(first):
		return nil, "", fmt.Errorf("%w: it has the form of PyTorch before 1.6; expected one of torch.save today", torch.ErrFormat)
	case safetensors.Recognises(first):
		arrays, err = safetensors.Read(r, size)
		return arrays, "safetensors", err
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, "", errors.New("is no file of weights that is known; expected .npz, .safetensors or PyTorch's state dict")
	}
	if torch.Recognises(archive) {
		arrays, err = torch.Read(archive)
		return arrays, "PyTorch", err
	}
	arrays, err = npz(r, size)
	return arrays, "NumPy", err
}

// npz lists the arrays of a NumPy archive.
func npz(r io.ReaderAt, size int64) ([]stored.Array, error) {
	// Deflated zeros shrink a thousandfold; weights do not.
	archive, err := npy.ReadArchive(r, size, min(stored.MaxBytes, 64<<20+100*size))
	if err != nil {
		return nil, err
	}
	var out []stored.Array
	for _, name := range archive.Names() {
		a, err := archive.Array(name)
		if err != nil {
			return nil, err
		}
		out = append(out, stored.Array{Name: name, Shape: a.Shape, Real: a.Kind == npy.Float64, Read: func() ([]float64, error) { return a.Float64, nil }})
	}
	return out, nil
}

// network reads the arrays that are named.
func network(arrays []stored.Array, names Names) (*foreign.Network, error) {
	n := &foreign.Network{Orientation: orientationOf(names.U)}
	if orientationOf(names.V) != n.Orientation {
		n.Orientation = foreign.OrientationUnknown
	}
	for _, layer := range []struct {
		name string
		to   **mat.Dense
	}{{names.U, &n.U}, {names.V, &n.V}} {
		shape, numbers, err := read(arrays, layer.name, 2)
		if err != nil {
			return nil, err
		}
		*layer.to = mat.NewDense(shape[0], shape[1], numbers)
	}
	for _, biases := range []struct {
		name string
		to   *[]float64
	}{{names.B1, &n.B}, {names.B2, &n.A}} {
		if biases.name == "" {
			continue
		}
		var err error
		if _, *biases.to, err = read(arrays, biases.name, 1); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// read returns the numbers of the array of that name, which has as many axes.
func read(arrays []stored.Array, name string, axes int) ([]int, []float64, error) {
	var have []string
	for _, a := range arrays {
		if a.Name != name {
			if len(have) < listed {
				have = append(have, printable.Short(a.Name, 60))
			}
			continue
		}
		what := map[int]string{1: "vector", 2: "matrix"}[axes]
		count, err := stored.Count(a.Shape)
		if err != nil || !a.Real || len(a.Shape) != axes || count == 0 {
			return nil, nil, fmt.Errorf("%s has the shape %v; expected a %s of floating-point numbers", printable.Short(name, 60), a.Shape, what)
		}
		numbers, err := a.Read()
		if err != nil {
			return nil, nil, fmt.Errorf("%s %w", printable.Short(name, 60), err)
		}
		for _, v := range numbers {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, nil, fmt.Errorf("%s holds %v; expected finite weights", printable.Short(name, 60), v)
			}
		}
		return a.Shape, numbers, nil
	}
	return nil, nil, fmt.Errorf("has no array %q; expected one of %s", printable.Short(name, 60), strings.Join(have, ", "))
}
