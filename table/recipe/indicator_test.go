package recipe

import (
	"slices"
	"testing"
)

// TestMissingIndicator adds a feature for each column with missing entries.
func TestMissingIndicator(t *testing.T) {
	e, data := mustFit(t, mustRead(t, "a,b,colour,y\n1,5,red,u\n,6,blue,v\n3,7,,u\n"), Options{Missing: MissingIndicator, Scale: ScaleNone})
	if want := []string{"a", "a is missing", "b", "colour=blue", "colour=red", "colour is missing"}; !slices.Equal(e.FeatureNames(), want) {
		t.Fatalf("features %q, want %q", e.FeatureNames(), want)
	}
	for i, want := range [][]float64{{1, 0, 5, 0, 1, 0}, {2, 1, 6, 1, 0, 0}, {3, 0, 7, 1, 0, 1}} {
		if got := data.X.RawRowView(i); !slices.Equal(got, want) {
			t.Errorf("row %d is %v, want %v", i, got, want)
		}
	}
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
}
