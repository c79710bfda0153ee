package blocks

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

// Partition deals the representatives of red out to count blocks that are alike: in the order of their targets, with
// random order among equal ones, every count-th goes to the same block.  Each block is ascending.
func Partition(red *lift.Reduced, count int, seed uint64) [][]int {
	m := len(red.Representatives)
	_, _, c := red.Source.Dims()
	rng := rand.New(rand.NewPCG(seed, 0x626c6f636b73))
	order := rng.Perm(m)
	slices.SortStableFunc(order, func(a, b int) int {
		y, z := red.Source.Y.RawRowView(red.Representatives[a]), red.Source.Y.RawRowView(red.Representatives[b])
		for k := range c {
			if o := cmp.Compare(y[k], z[k]); o != 0 {
				return o
			}
		}
		return 0
	})
	out := make([][]int, min(count, m))
	for at, g := range order {
		b := at % len(out)
		out[b] = append(out[b], g)
	}
	for _, block := range out {
		slices.Sort(block)
	}
	return out
}

// Bundles divides the representatives of red into count blocks of about the same size whose lines, up to orientation, lie close together:
// sets of rows are halved, again and again, by which of two far rows of theirs a row is closer to.  The conditions on products of
// activations matter most for rows that are nearly parallel, and blocks with common moments keep those of a block.  Each block is ascending.
func Bundles(red *lift.Reduced, count int, seed uint64) [][]int {
	m := len(red.Representatives)
	rng := rand.New(rand.NewPCG(seed, 0x62756e646c65))
	all := make([]int, m)
	for i := range all {
		all[i] = i
	}
	var out [][]int
	var divide func(rows []int, parts int)
	divide = func(rows []int, parts int) {
		if parts == 1 {
			slices.Sort(rows)
			out = append(out, rows)
			return
		}
		closeness := func(at int) []float64 {
			c := make([]float64, len(rows))
			for k, i := range rows {
				c[k] = math.Abs(mat.Dot(red.X.RowView(i), red.X.RowView(at)))
			}
			return c
		}
		farthest := func(from []float64) int { return rows[slices.Index(from, slices.Min(from))] }
		a := farthest(closeness(rows[rng.IntN(len(rows))]))
		toA := closeness(a)
		toB := closeness(farthest(toA))
		order := make([]int, len(rows))
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(toB[x]-toA[x], toB[y]-toA[y]) })
		sorted := make([]int, len(rows))
		for k, at := range order {
			sorted[k] = rows[at]
		}
		left := parts / 2
		cut := len(rows) * left / parts
		divide(sorted[:cut:cut], left)
		divide(sorted[cut:], parts-left)
	}
	divide(all, min(count, m))
	return out
}
