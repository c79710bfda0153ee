package onnx

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/relift/relift/dataset"
	"github.com/relift/relift/network"
	"github.com/relift/relift/network/onnx/internal/wire"
)

// maxSize is the most bytes a file may have.
const maxSize = 1 << 30

// Load reads the ONNX file at path.  Errors match dataset.ErrInput.
func Load(path string) (*Network, error) {
	f, err := os.Open(path)
	if err != nil {
		problem := "cannot be read"
		switch {
		case errors.Is(err, fs.ErrNotExist):
			problem = "no such file; expected an ONNX model"
		case errors.Is(err, fs.ErrPermission):
			problem = "no permission to read it"
		}
		return nil, &dataset.InputError{File: path, Problem: problem, Err: err}
	}
	defer f.Close()
	return Read(path, f)
}

// Read reads an ONNX model.  The name is for messages.
func Read(name string, r io.Reader) (*Network, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, &dataset.InputError{File: name, Problem: fmt.Sprintf("cannot be read: %v", err), Err: err}
	}
	if len(content) > maxSize {
		return nil, &dataset.InputError{File: name, Problem: "is larger than 1 GiB; expected a two-layer network"}
	}
	file, err := wire.Decode(content)
	if err != nil {
		return nil, &dataset.InputError{File: name, Problem: err.Error(), Err: err}
	}
	var warnings []string
	for _, p := range file.Metadata {
		if p.Key != keyModel {
			continue
		}
		m, err := restore(name, file, p.Value)
		if err == nil {
			return fromModel(m), nil
		}
		warnings = append(warnings, fmt.Sprintf("%s: relift's metadata are not used: %v", name, err))
		break
	}
	n, err := interpret(file)
	if err != nil {
		return nil, &dataset.InputError{File: name, Problem: err.Error(), Err: err}
	}
	n.Warnings = append(warnings, n.Warnings...)
	return n, nil
}

// restore makes the model of a file that this package wrote.  A graph that
// another program changed is not the model's any more, whatever the metadata
// say: the graph of the restored model has to be the file's, byte for byte.
func restore(name string, file *wire.Model, text string) (*network.Model, error) {
	var h header
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", keyModel, err)
	}
	layers := map[string]*wire.Tensor{}
	for i := range file.Graph.Initializers {
		t := &file.Graph.Initializers[i]
		layers[t.Name] = t
	}
	errChanged := errors.New("the graph is not the one that was written with them")
	u, okU := rows(layers["/U"])
	v, okV := rows(layers["/V"])
	if !okU || !okV || len(u) != len(v) || h.Width < 0 || max(1, h.Width) != len(u) {
		return nil, errChanged
	}
	if bias := layers["/bias"]; bias != nil {
		if len(bias.Numbers) != len(u) {
			return nil, errChanged
		}
		for j := range u {
			u[j] = append(slices.Clone(u[j]), bias.Numbers[j])
		}
	}
	inputs, outputs := len(u[0]), len(v[0])
	u, v = u[:h.Width], v[:h.Width]
	model, err := json.Marshal(map[string]any{
		"format": h.Format, "version": h.Version, "encoding": h.Encoding, "provenance": h.Provenance,
		"weights": map[string]any{"width": h.Width, "inputs": inputs, "outputs": outputs, "U": u, "V": v},
	})
	if err != nil { // a weight that is not finite
		return nil, errChanged
	}
	m, err := network.Read(name, strings.NewReader(string(model)))
	if err != nil {
		if e, ok := errors.AsType[*dataset.InputError](err); ok {
			return nil, errors.New(e.Problem)
		}
		return nil, err
	}
	b := &builder{model: m}
	if string(b.graph().Encode()) != string(file.Graph.Encode()) {
		return nil, errChanged
	}
	return m, nil
}

// rows returns the rows of a matrix of doubles; ok is false for anything else.
func rows(t *wire.Tensor) (out [][]float64, ok bool) {
	if t == nil || t.Type != wire.Double || t.External || len(t.Dims) != 2 || len(t.Numbers) == 0 {
		return nil, false
	}
	k := int(t.Dims[1])
	for at := 0; at < len(t.Numbers); at += k {
		out = append(out, t.Numbers[at:at+k])
	}
	return out, true
}
