package blocks

import (
	"cmp"
	"math/rand/v2"
	"slices"

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
