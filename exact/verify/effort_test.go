package verify

import (
	"testing"

	"github.com/relift/relift/internal/effort"
)

// sized are claims of these sizes without their numbers: a tree has nodes inner
// nodes and leaves.
func sized(n, d, outputs int, nodes int64) (c *Claims, fileBytes int64) {
	orthants := int64(1) << d
	edges, width := int64(d*(d-1)/2), int64(0)
	for edges-1 >= 1<<width {
		width++
	}
	c = &Claims{X: Matrix{Rows: n, Cols: d}, Y: Matrix{Rows: n, Cols: outputs}, W: Matrix{Rows: n, Cols: outputs}, Frame: Matrix{Rows: d, Cols: d}}
	c.TreeBits = (nodes-orthants)/2*(2+width) + orthants
	return c, int64(8*n*(d+2*outputs)) + c.TreeBits/8
}

// TestHonestProofsAreWithinTheLimit: trees as large as those of the reference
// problems pass; in a file of a few kilobytes those that take minutes do not.
func TestHonestProofsAreWithinTheLimit(t *testing.T) {
	for _, size := range []struct {
		name          string
		n, d, outputs int
		nodes         int64
		minutes       bool
	}{
		{"bank notes, 10⁷ cones", 1372, 5, 1, 10_000_000, true},
		{"bank notes, one-hot", 1372, 5, 2, 10_000_000, true},
		{"iris", 150, 5, 3, 1_000_000, false},
		{"many rows", 40_000, 6, 1, 500_000, true},
	} {
		c, bytes := sized(size.n, size.d, size.outputs, size.nodes)
		if problem := c.effort(60).Problem(effort.Effort{Operations: effort.Limit(bytes), Bytes: 16 << 30}); problem != "" {
			t.Errorf("%s, %d bytes: %s", size.name, bytes, problem)
		}
		if problem := c.effort(60).Problem(effort.Effort{Operations: effort.Limit(5000)}); (problem != "") != size.minutes {
			t.Errorf("%s in 5 KB: %q", size.name, problem)
		}
	}
}
