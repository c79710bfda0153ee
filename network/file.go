package network

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/atomicfile"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/recipe"
)

// FormatName and FormatVersion are what a model file says it is.  Version 2 has an intercept, another loss than the squared one, or two classes in one
// output; a model without these is written as version 1, which programs before it read.
const (
	FormatName    = "relift model"
	FormatVersion = 2
	plainVersion  = 1
)

// version is that of the model's file.
func (m *Model) version() int {
	if m.Weights.B == nil && m.lossName() == "" && m.Encoding.Coding == recipe.CodingOneHot {
		return plainVersion
	}
	return FormatVersion
}

// lossName is what the file calls the loss; empty for the squared one.
func (m *Model) lossName() string {
	if l := loss.OrSquared(m.Provenance.Loss); l != (loss.Squared{}) {
		return l.Name()
	}
	return ""
}

// file is the JSON object.
type file struct {
	Format     string          `json:"format"`
	Version    int             `json:"version"`
	Encoding   *recipe.Recipe  `json:"encoding"`
	Weights    *fileWeights    `json:"weights"`
	Provenance *fileProvenance `json:"provenance"`
}

type fileWeights struct {
	Width   int `json:"width"`
	Inputs  int `json:"inputs"`
	Outputs int `json:"outputs"`
	// Pointers, because a null in an array of float64 would be read as 0.
	U [][]*float64 `json:"U"`
	V [][]*float64 `json:"V"`
	B []*float64   `json:"B"` // nothing without an intercept
}

// fileProvenance has null for a number that is unknown.
type fileProvenance struct {
	Gamma       float64           `json:"gamma"`
	Loss        string            `json:"loss,omitempty"`  // "" is squared
	Delta       float64           `json:"delta,omitempty"` // of the Huber loss
	LowerBound  *float64          `json:"lower_bound"`
	UpperBound  *float64          `json:"upper_bound"`
	RelativeGap *float64          `json:"relative_gap"`
	DataLoss    *float64          `json:"data_loss"`
	DataDigest  string            `json:"data_sha256,omitempty"`
	Source      string            `json:"source,omitempty"`
	Rows        int               `json:"rows"`
	Status      string            `json:"status,omitempty"`
	Method      string            `json:"method,omitempty"`
	Version     string            `json:"relift_version,omitempty"`
	Seed        uint64            `json:"seed"`
	Settings    map[string]string `json:"settings,omitempty"`
}

// Save writes the model file at path, whole or not at all.
func (m *Model) Save(path string) error {
	if err := m.Validate(); err != nil {
		return err
	}
	return atomicfile.Write(path, m.Write)
}

// Write writes the model as JSON, one neuron to a line.
func (m *Model) Write(to io.Writer) error {
	if err := m.Validate(); err != nil {
		return err
	}
	p := m.Provenance
	provenance := fileProvenance{
		Gamma: p.Gamma, Loss: m.lossName(), Delta: loss.Delta(m.Provenance.Loss), LowerBound: known(p.LowerBound), UpperBound: known(p.UpperBound), RelativeGap: known(p.RelativeGap()),
		DataLoss: known(p.DataLoss), DataDigest: p.DataDigest, Source: p.Source, Rows: p.Rows,
		Status: p.Status, Method: p.Method, Version: p.Version, Seed: p.Seed, Settings: p.Settings,
	}
	d, c := m.Encoding.Dims()
	w := &writer{to: bufio.NewWriter(to)}
	w.printf("{\n  \"format\": %q,\n  \"version\": %d,\n  \"encoding\": ", FormatName, m.version())
	w.value(m.Encoding)
	w.printf(",\n  \"weights\": {\n    \"width\": %d,\n    \"inputs\": %d,\n    \"outputs\": %d,\n    \"U\": ", m.Weights.Width(), d, c)
	w.rows(m.Weights.U)
	w.printf(",\n    \"V\": ")
	w.rows(m.Weights.V)
	if m.Weights.B != nil {
		w.printf(",\n    \"B\": ")
		w.value(m.Weights.B)
	}
	w.printf("\n  },\n  \"provenance\": ")
	w.value(provenance)
	w.printf("\n}\n")
	if w.err != nil {
		return w.err
	}
	return w.to.Flush()
}

// writer keeps the first error.
type writer struct {
	to  *bufio.Writer
	err error
}

func (w *writer) printf(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.to, format, args...)
	}
}

func (w *writer) value(v any) {
	text, err := json.MarshalIndent(v, "  ", "  ")
	if w.err == nil {
		w.err = err
	}
	w.printf("%s", text)
}

// rows writes a matrix, one row to a line.
func (w *writer) rows(m *mat.Dense) {
	if m == nil || m.IsEmpty() {
		w.printf("[]")
		return
	}
	n, _ := m.Dims()
	for i := range n {
		text, err := json.Marshal(m.RawRowView(i))
		if w.err == nil {
			w.err = err
		}
		separator := ","
		if i == 0 {
			separator = "["
		}
		w.printf("%s\n      %s", separator, text)
	}
	w.printf("\n    ]")
}

// Load reads the model file at path.  An error that the file causes matches
// table.ErrInput.
func Load(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		problem := "cannot be read"
		switch {
		case errors.Is(err, fs.ErrNotExist):
			problem = "no such file; expected a model file"
		case errors.Is(err, fs.ErrPermission):
			problem = "no permission to read it"
		}
		return nil, &table.InputError{File: path, Problem: problem, Err: err}
	}
	defer f.Close()
	return Read(path, f)
}

// Read reads a model.  The name is for messages.
func Read(name string, r io.Reader) (*Model, error) {
	bad := func(cause error, format string, args ...any) (*Model, error) {
		return nil, &table.InputError{File: name, Problem: fmt.Sprintf(format, args...), Err: cause}
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return bad(err, "cannot be read: %v", rootCause(err))
	}
	var syntax *json.SyntaxError
	var header struct {
		Format  any `json:"format"`
		Version any `json:"version"`
	}
	if err := json.Unmarshal(text, &header); err != nil {
		if !looksLikeModel(text) {
			return bad(err, "not a model file; expected the JSON that relift train writes with -o")
		}
		if errors.As(err, &syntax) {
			return bad(err, "the model file is cut short or damaged at byte %d of %d", syntax.Offset, len(text))
		}
		return bad(err, "the model file is damaged: %v", err)
	}
	if header.Format != FormatName {
		return bad(nil, "not a model file (its \"format\" is not %q); expected the JSON that relift train writes with -o", FormatName)
	}
	version, ok := header.Version.(float64)
	switch {
	case !ok || version < 1 || version != math.Trunc(version):
		return bad(nil, "the model file has no valid format version; expected %d to %d", plainVersion, FormatVersion)
	case version > FormatVersion:
		return bad(nil, "the model file has format version %.0f and this program reads up to %d; expected an older file or a newer relift", version, FormatVersion)
	}
	var content file
	if err := json.Unmarshal(text, &content); err != nil {
		return bad(err, "the model file is damaged: %v", err)
	}
	m, err := content.model()
	if err != nil {
		return bad(err, "the model file is damaged: %v", err)
	}
	return m, nil
}

// looksLikeModel tells a damaged model file from a foreign one.
func looksLikeModel(text []byte) bool {
	const start = "{\n  \"format\": \"" + FormatName + "\""
	n := min(len(text), len(start))
	return n > 0 && string(text[:n]) == start[:n]
}

func rootCause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func (f *file) model() (*Model, error) {
	switch {
	case f.Encoding == nil:
		return nil, errors.New(`no "encoding"`)
	case f.Weights == nil:
		return nil, errors.New(`no "weights"`)
	case f.Provenance == nil:
		return nil, errors.New(`no "provenance"`)
	}
	var w problem.Weights
	var err error
	if w.U, err = matrix("U", f.Weights.U, f.Weights.Width, f.Weights.Inputs); err != nil {
		return nil, err
	}
	if w.V, err = matrix("V", f.Weights.V, f.Weights.Width, f.Weights.Outputs); err != nil {
		return nil, err
	}
	for k, v := range f.Weights.B {
		if v == nil {
			return nil, fmt.Errorf("weights: B[%d] is null; expected a number", k)
		}
		w.B = append(w.B, *v)
	}
	p := f.Provenance
	var l loss.Loss
	if p.Loss != "" {
		if l, err = loss.Named(p.Loss, p.Delta); err != nil {
			return nil, err
		}
	}
	return New(w, f.Encoding, Provenance{
		Gamma: p.Gamma, Loss: l, LowerBound: orNaN(p.LowerBound), UpperBound: orNaN(p.UpperBound), DataLoss: orNaN(p.DataLoss),
		DataDigest: p.DataDigest, Source: p.Source, Rows: p.Rows,
		Status: p.Status, Method: p.Method, Version: p.Version, Seed: p.Seed, Settings: p.Settings,
	})
}

// matrix checks the shape that the file claims against what it has.
func matrix(name string, rows [][]*float64, n, cols int) (*mat.Dense, error) {
	if len(rows) != n {
		return nil, fmt.Errorf("%s has %d rows; expected the width %d", name, len(rows), n)
	}
	if n == 0 {
		return nil, nil
	}
	if cols <= 0 {
		return nil, fmt.Errorf("%s has %d columns; expected at least one", name, cols)
	}
	var data []float64
	for i, row := range rows {
		if len(row) != cols {
			return nil, fmt.Errorf("row %d of %s has %d numbers; expected %d", i+1, name, len(row), cols)
		}
		for k, v := range row {
			if v == nil {
				return nil, fmt.Errorf("%s[%d,%d] is null; expected a number", name, i, k)
			}
			data = append(data, *v)
		}
	}
	return mat.NewDense(n, cols, data), nil
}

// known is nil, JSON's null, for a number that is not finite.
func known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
