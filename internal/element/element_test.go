package element

import (
	"slices"
	"testing"
)

// TestTypes decodes bytes that NumPy (and PyTorch for bfloat16) wrote.
func TestTypes(t *testing.T) {
	for _, c := range []struct {
		kind   Type
		raw    string
		reals  []float64
		wholes []int64
	}{
		{kind: Float64, raw: "\x00\x00\x00\x00\x00\x00\xf8\xbf\x00\x00\x00\x00\x00\x00\x00\x40", reals: []float64{-1.5, 2}},
		{kind: Float32, raw: "\x00\x00\xc0\xbf\x00\x00\x00\x40", reals: []float64{-1.5, 2}},
		{kind: Float16, raw: "\x00\xbe\x00\x40", reals: []float64{-1.5, 2}},
		{kind: BFloat16, raw: "\xc0\xbf\x00\x40", reals: []float64{-1.5, 2}},
		{kind: Int64, raw: "\xfe\xff\xff\xff\xff\xff\xff\xff\x03\x00\x00\x00\x00\x00\x00\x00", wholes: []int64{-2, 3}},
		{kind: Int32, raw: "\xfe\xff\xff\xff\x03\x00\x00\x00", wholes: []int64{-2, 3}},
		{kind: Int16, raw: "\xfe\xff\x03\x00", wholes: []int64{-2, 3}},
		{kind: Int8, raw: "\xfe\x03", wholes: []int64{-2, 3}},
		{kind: Uint32, raw: "\xfe\xff\xff\xff\x03\x00\x00\x00", wholes: []int64{1<<32 - 2, 3}},
		{kind: Uint16, raw: "\xfe\xff\x03\x00", wholes: []int64{1<<16 - 2, 3}},
		{kind: Uint8, raw: "\xfe\x03", wholes: []int64{254, 3}},
		{kind: Bool, raw: "\x00\x01", wholes: []int64{0, 1}},
	} {
		if n := len(c.raw) / c.kind.Size(); n != 2 {
			t.Errorf("%v: %d numbers in the bytes, want 2", c.kind, n)
		}
		if c.kind.Real() != (c.reals != nil) {
			t.Fatalf("%v: Real is %v", c.kind, c.kind.Real())
		}
		if c.kind.Real() {
			if got := c.kind.Reals([]byte(c.raw)); !slices.Equal(got, c.reals) {
				t.Errorf("%v: %v, want %v", c.kind, got, c.reals)
			}
		} else if got := c.kind.Wholes([]byte(c.raw)); !slices.Equal(got, c.wholes) {
			t.Errorf("%v: %v, want %v", c.kind, got, c.wholes)
		}
	}
	if Type(99).Size() != 0 {
		t.Error("an unknown type has a size")
	}
}
