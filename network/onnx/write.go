package onnx

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"

	"google.golang.org/protobuf/proto"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/network"
	"github.com/relift/relift/network/onnx/internal/onnxpb"
)

// The versions that are written.
const (
	IRVersion    = 8
	OpsetVersion = 17
	MLVersion    = 3 // of ai.onnx.ml, for text categories
)

// Names of metadata.
const (
	keyModel = "relift.model"
	prefix   = "relift."
)

// Precision is the type of the numbers of a file: of its inputs, its weights and
// its scores.
type Precision int

const (
	// Double is what relift computes in.  The file gives the model back.
	Double Precision = iota
	// Single is what runtimes on small machines and on most accelerators take.
	// Weights are rounded; the file says what was proved about the network
	// before that, and is no model of relift's any more.
	Single
)

// documentation is the text that goes into a file.
var documentation = map[Precision]string{
	Double: "Two-layer ReLU network trained by relift. Missing or unknown values give scores of NaN or an error.",
	Single: "Two-layer ReLU network trained by relift, rounded to single precision; objective and bound in the metadata are from before that. Missing or unknown values give scores of NaN or an error.",
}

// Save writes the model as an ONNX file at path, whole or not at all.
func Save(path string, m *network.Model, precision Precision) error {
	content, err := encode(m, precision)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// Write writes the model in the ONNX format; equal models are equal bytes.
func Write(w io.Writer, m *network.Model, precision Precision) error {
	content, err := encode(m, precision)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

func encode(m *network.Model, precision Precision) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	metadata, err := metadataOf(m, precision)
	if err != nil {
		return nil, err
	}
	graph, ml, err := graphOf(m, precision)
	if err != nil {
		return nil, err
	}
	file := &onnxpb.ModelProto{
		IrVersion: proto.Int64(IRVersion), ProducerName: proto.String("relift"), DocString: proto.String(documentation[precision]),
		Graph:         graph,
		OpsetImport:   []*onnxpb.OperatorSetIdProto{{Version: proto.Int64(OpsetVersion)}},
		MetadataProps: metadata,
	}
	if m.Provenance.Version != "" {
		file.ProducerVersion = proto.String(m.Provenance.Version)
	}
	if ml {
		file.OpsetImport = append(file.OpsetImport, &onnxpb.OperatorSetIdProto{Domain: proto.String(mlDomain), Version: proto.Int64(MLVersion)})
	}
	return encodeMessage(file)
}

// header is the model file without its weights.
type header struct {
	Format     string          `json:"format"`
	Version    int             `json:"version"`
	Width      int             `json:"width"`
	Encoding   json.RawMessage `json:"encoding"`
	Provenance json.RawMessage `json:"provenance"`
}

func metadataOf(m *network.Model, precision Precision) ([]*onnxpb.StringStringEntryProto, error) {
	var file bytes.Buffer
	if err := m.Write(&file); err != nil {
		return nil, err
	}
	h := header{Width: m.Weights.Width()}
	width := h.Width
	if err := json.Unmarshal(file.Bytes(), &h); err != nil {
		return nil, err
	}
	h.Width = width
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	p := m.Provenance
	var features []string
	for _, f := range inputsOf(m.Encoding) {
		features = append(features, f.Name)
	}
	names, err := json.Marshal(features)
	if err != nil {
		return nil, err
	}
	outputs, err := json.Marshal(m.Encoding.ScoreNames())
	if err != nil {
		return nil, err
	}
	var pairs []*onnxpb.StringStringEntryProto
	add := func(key, value string) {
		pairs = append(pairs, &onnxpb.StringStringEntryProto{Key: proto.String(key), Value: proto.String(value)})
	}
	if precision == Double { // of rounded weights it is not the model
		add(keyModel, string(text))
	}
	add(prefix+"features", string(names))
	add(prefix+"outputs", string(outputs))
	for _, n := range []struct {
		key   string
		value float64
	}{
		{"gamma", p.Gamma}, {"objective", p.UpperBound}, {"lower_bound", p.LowerBound}, {"upper_bound", p.UpperBound},
		{"relative_gap", p.RelativeGap()}, {"data_loss", p.DataLoss},
	} {
		if !math.IsNaN(n.value) && !math.IsInf(n.value, 0) {
			add(prefix+n.key, strconv.FormatFloat(n.value, 'g', -1, 64))
		}
	}
	for _, t := range []struct{ key, value string }{
		{"version", p.Version}, {"source", p.Source}, {"data_sha256", p.DataDigest}, {"method", p.Method}, {"status", p.Status},
	} {
		if t.value != "" {
			add(prefix+t.key, t.value)
		}
	}
	return pairs, nil
}
