package verify

import (
	"testing"

	"github.com/relift/relift/internal/effort"
)

// TestHonestProofsAreWithinTheLimit: certificates as large as those of the
// reference problems pass; in a file of a few kilobytes those that take minutes do
// not.
func TestHonestProofsAreWithinTheLimit(t *testing.T) {
	for _, size := range []struct {
		name       string
		n, m, d, c int
		minutes    bool
	}{
		{"MNIST, 20 rows", 20, 20, 784, 10, false},
		{"MNIST, 1000 rows of 20 numbers", 1000, 1000, 20, 10, false},
		{"MNIST, 1000 rows", 1000, 1000, 784, 10, true},
		{"3000 rows", 3000, 3000, 30, 1, false},
		{"10000 rows", 10_000, 10_000, 30, 1, true},
		{"12×6000", 12, 12, 6000, 1, false},
		{"2×200000", 2, 2, 200_000, 1, false},
	} {
		c := &Claims{X: Matrix{Rows: size.n, Cols: size.d}, Y: Matrix{Rows: size.n, Cols: size.c}, Representatives: make([]int64, size.m)}
		bytes := int64(8 * (size.n*(size.d+2*size.c+2) + 3*size.m*size.m))
		if problem := c.Effort().Problem(effort.Effort{Operations: effort.Limit(bytes), Bytes: 4 << 30}); problem != "" {
			t.Errorf("%s, %d bytes: %s", size.name, bytes, problem)
		}
		if problem := c.Effort().Problem(effort.Effort{Operations: effort.Limit(5000)}); (problem != "") != size.minutes {
			t.Errorf("%s in 5 KB: %q", size.name, problem)
		}
	}
}
