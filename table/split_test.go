package table

import (
	"slices"
	"testing"
)

// TestNumPyPermutation compares with numpy.random.RandomState(seed).permutation(n)
// of NumPy 1.24.2.
func TestNumPyPermutation(t *testing.T) {
	for _, test := range []struct {
		seed uint32
		n    int
		want []int // the first entries
	}{
		{0, 1, []int{0}},
		{1, 2, []int{0, 1}},
		{0, 10, []int{2, 8, 4, 9, 1, 6, 7, 3, 0, 5}},
		{7, 33, []int{2, 28, 1, 9, 13, 5, 20, 16, 29, 17, 21, 11, 15, 12, 18, 0, 32, 6, 26, 30, 10, 24, 8, 27, 14, 31, 7, 23, 19, 3, 22, 25, 4}},
		{42, 150, []int{73, 18, 118, 78, 76, 31, 64, 141, 68, 82, 110, 12, 36, 9, 19, 56, 104, 69, 55, 132, 29, 127, 26, 128, 131, 145, 108, 143, 45, 30, 22, 15, 65, 11, 42, 146, 51, 27, 4, 32, 142, 85, 86, 16, 10, 81, 133, 137, 75, 109, 96, 105, 66, 0, 122, 67, 28, 40, 44, 60, 123, 24, 25, 23, 94, 39, 95, 117, 47, 97, 113, 33, 138, 101, 62, 84, 148, 53, 5, 93, 111, 49, 35, 80, 77, 34, 114, 7, 43, 70, 98, 120, 83, 134, 135, 89, 8, 13, 119, 125, 3, 17, 38, 72, 136, 6, 112, 100, 2, 63, 54, 126, 50, 115, 46, 139, 61, 147, 79, 59, 91, 41, 58, 90, 48, 88, 107, 124, 21, 57, 144, 129, 37, 140, 1, 52, 130, 103, 99, 116, 87, 74, 121, 149, 20, 71, 106, 14, 92, 102}},
		{42, 1372, []int{430, 588, 296, 184, 244, 590, 78, 708, 411, 43, 1033, 1176}},
		{4294967295, 65536, []int{11690, 64025, 45242, 9385, 5951, 37464, 19729, 12384, 19176, 45331, 49353, 55134}},
		{5, 65537, []int{4701, 28770, 26417, 15862, 57176, 28331, 63647, 29005, 50230, 39815, 49912, 28030}},
	} {
		got := NumPyPermutation(test.n, test.seed)
		if !slices.Equal(got[:len(test.want)], test.want) {
			t.Errorf("seed %d, n %d: %v, want %v", test.seed, test.n, got[:len(test.want)], test.want)
		}
		slices.Sort(got)
		for i, v := range got {
			if i != v {
				t.Fatalf("seed %d, n %d: no permutation", test.seed, test.n)
			}
		}
	}
}

func TestSklearnSplitSizes(t *testing.T) {
	for _, test := range []struct {
		n        int
		fraction float64
		nTest    int
	}{{150, 0.5, 75}, {767, 0.5, 384}, {10, 0.25, 3}, {10, 0.2, 2}, {3, 0.01, 1}} {
		train, held := SklearnSplit(test.n, 42, test.fraction)
		if len(held) != test.nTest || len(train) != test.n-test.nTest {
			t.Errorf("n %d, fraction %v: %d test rows, want %d", test.n, test.fraction, len(held), test.nTest)
		}
	}
}

func TestSplitTextForm(t *testing.T) {
	for _, text := range []string{"sklearn:42:0.5", "holdout:18446744073709551615:0.125"} {
		split, err := ParseSplit(text)
		if err != nil || split.String() != text {
			t.Errorf("%s came back as %s (%v)", text, split, err)
		}
	}
}
