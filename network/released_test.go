package network

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/relift/relift/table/read"
)

// TestReleasedModelFiles reads a model file of each format version that was
// released, and predicts what the program that wrote it predicted.
func TestReleasedModelFiles(t *testing.T) {
	m, err := Load("testdata/model-1.json")
	if err != nil {
		t.Fatal(err)
	}
	const later = "width;colour;depth\n1,25;blue;6\n-3,5;red;-\n"
	frame, err := read.ReadContext(t.Context(), "new.csv", strings.NewReader(later), m.Encoding.Reading)
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Predict(frame)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Labels, []string{"yes", "no"}) {
		t.Errorf("labels %q", p.Labels)
	}
	for i, row := range [][]float64{{0.199001881259238, 0.4858225262960083}, {1.747261471192231, -0.20555542182561704}} {
		for k, want := range row {
			if got := p.Scores.At(i, k); !(math.Abs(got-want) <= 1e-14) {
				t.Errorf("row %d, %s: %v, want %v", i, p.Outputs[k], got, want)
			}
		}
	}
}
