package onnx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/relift/relift/internal/element"
	"github.com/relift/relift/network"
	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/network/onnx/internal/onnxpb"
	"github.com/relift/relift/table"
)

// maxSize is the most bytes a file may have.
const maxSize = 1 << 30

// Load reads the ONNX file at path.  Numbers that it keeps in other files are read
// from its folder, and from nowhere else.  Errors match table.ErrInput.
func Load(path string) (*foreign.Network, error) {
	f, err := os.Open(path)
	if err != nil {
		problem := "cannot be read"
		switch {
		case errors.Is(err, fs.ErrNotExist):
			problem = "no such file; expected an ONNX model"
		case errors.Is(err, fs.ErrPermission):
			problem = "no permission to read it"
		}
		return nil, &table.InputError{File: path, Problem: problem, Err: err}
	}
	defer f.Close()
	return readFrom(path, filepath.Dir(path), f)
}

// Read reads an ONNX model that is in one file.  The name is for messages.
func Read(name string, r io.Reader) (*foreign.Network, error) { return readFrom(name, "", r) }

func readFrom(name, folder string, r io.Reader) (*foreign.Network, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, &table.InputError{File: name, Problem: fmt.Sprintf("cannot be read: %v", err), Err: err}
	}
	if len(content) > maxSize {
		return nil, &table.InputError{File: name, Problem: "is larger than 1 GiB; expected a two-layer network"}
	}
	file, err := decode(content)
	if err != nil {
		return nil, &table.InputError{File: name, Problem: err.Error(), Err: err}
	}
	var warnings []string
	for _, p := range file.MetadataProps {
		if p.GetKey() != keyModel {
			continue
		}
		m, err := restore(name, file, p.GetValue())
		if err == nil {
			return foreign.FromModel(m), nil
		}
		warnings = append(warnings, fmt.Sprintf("%s: relift's metadata are not used: %v", name, err))
		break
	}
	n, err := interpret(file, folder, len(content))
	if err != nil {
		return nil, &table.InputError{File: name, Problem: err.Error(), Err: err}
	}
	n.Warnings = append(warnings, n.Warnings...)
	return n, nil
}

// restore makes the model of a file that this package wrote.  A graph that
// another program changed is not the model's any more, whatever the metadata
// say: the graph of the restored model has to be the file's, byte for byte.
func restore(name string, file *onnxpb.ModelProto, text string) (*network.Model, error) {
	var h header
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", keyModel, err)
	}
	layers := map[string]*onnxpb.TensorProto{}
	for _, t := range file.Graph.Initializer {
		layers[t.GetName()] = t
	}
	errChanged := errors.New("the graph is not the one that was written with them")
	u, okU := rows(layers["/U"])
	v, okV := rows(layers["/V"])
	if !okU || !okV || len(u) != len(v) || h.Width < 0 || max(1, h.Width) != len(u) {
		return nil, errChanged
	}
	if bias := layers["/bias"]; bias != nil {
		b := doubles(bias)
		if len(b) != len(u) {
			return nil, errChanged
		}
		for j := range u {
			u[j] = append(slices.Clone(u[j]), b[j])
		}
	}
	inputs, outputs := len(u[0]), len(v[0])
	u, v = u[:h.Width], v[:h.Width]
	weights := map[string]any{"width": h.Width, "inputs": inputs, "outputs": outputs, "U": u, "V": v}
	if intercept := layers["/intercept"]; intercept != nil {
		weights["B"] = doubles(intercept)
	}
	model, err := json.Marshal(map[string]any{
		"format": h.Format, "version": h.Version, "encoding": h.Encoding, "provenance": h.Provenance, "weights": weights,
	})
	if err != nil { // a weight that is not finite
		return nil, errChanged
	}
	m, err := network.Read(name, strings.NewReader(string(model)))
	if err != nil {
		if e, ok := errors.AsType[*table.InputError](err); ok {
			return nil, errors.New(e.Problem)
		}
		return nil, err
	}
	graph, _, err := graphOf(m, Double)
	if err != nil {
		return nil, err
	}
	want, errWant := encodeMessage(graph)
	got, errGot := encodeMessage(file.Graph)
	if errWant != nil || errGot != nil || !bytes.Equal(want, got) {
		return nil, errChanged
	}
	return m, nil
}

// doubles returns the numbers of a tensor of doubles that this package wrote, nil
// for anything else.
func doubles(t *onnxpb.TensorProto) []float64 {
	if t.GetDataType() != int32(onnxpb.TensorProto_DOUBLE) || t.GetDataLocation() != onnxpb.TensorProto_DEFAULT || len(t.GetRawData())%8 != 0 {
		return nil
	}
	return element.Float64.Reals(t.RawData)
}

// rows returns the rows of a matrix of doubles; ok is false for anything else.
func rows(t *onnxpb.TensorProto) (out [][]float64, ok bool) {
	numbers := doubles(t)
	if len(numbers) == 0 || len(t.Dims) != 2 {
		return nil, false
	}
	size, err := count(t.Dims)
	if err != nil || size != len(numbers) {
		return nil, false
	}
	k := int(t.Dims[1])
	for at := 0; at < len(numbers); at += k {
		out = append(out, numbers[at:at+k])
	}
	return out, true
}
