package engine

import (
	"math"

	"github.com/relift/relift/relax"
)

const (
	// togetherShare and apartShare are the parts of the time, where that is limited, that blocks are expected to take.  Estimates are
	// good to a factor of two.  With common moments a third of the work proves more than blocks apart in the end, so that
	// they are begun up to hurriedShare.
	togetherShare = 0.7
	hurriedShare  = 2
	apartShare    = 0.5
	// fewestTogether and fewestApart are the least numbers of rows of a block.
	fewestTogether = 24
	fewestApart    = 16
	// memoryShare is the part of the free memory for the systems of blocks with common moments.
	memoryShare = 0.5
	// mostFamilies is the largest number of families, and fewestBlocks the least number of blocks of one.
	mostFamilies = 50
	fewestBlocks = 4
)

// partition says how rows are divided into blocks.
type partition struct {
	count    int
	families int  // sets of blocks that have common moments
	apart    bool // every block is a problem of its own
}

// partition picks blocks whose relaxations are expected to be solved until the share of the time limit: where there is time for blocks with common
// moments, those in as few families as fit into memory, and of these as few as possible; else as few as possible.
func (s *state) partition(share float64) partition {
	n, d, c := s.problem.Dims()
	r := min(n, d)
	work := s.work(share)
	within := func(part float64) float64 {
		if s.budget.Limit == 0 {
			return work
		}
		return part * work
	}
	if relax.Shares(r, c) <= relax.MostShared {
		memory := memoryShare * s.freeMemory()
		for _, part := range []float64{togetherShare, hurriedShare} {
			best := partition{families: mostFamilies + 1}
			for size := n / 2; size >= fewestTogether && best.families > 1; size -= max(1, size/20) {
				count := (n + size - 1) / size
				if relax.BlocksWork(count, size, r, c) > within(part) {
					continue
				}
				families := max(1, math.Ceil(float64(relax.BlocksMemory(count, size, r, c))/memory))
				if families < float64(best.families) && families*fewestBlocks <= float64(max(count, fewestBlocks)) {
					best = partition{count: count, families: int(families)}
				}
			}
			if best.count > 0 {
				return best
			}
		}
	}
	for size := n; size > fewestApart; size -= max(1, size/20) {
		count := (n + size - 1) / size
		if w := relax.WorkFor(size, c); w <= relax.MostWork && float64(count)*w <= within(apartShare) {
			return partition{count: count, apart: true}
		}
	}
	return partition{count: max(1, n/fewestApart), apart: true}
}

// freeMemory is what is left of the memory that is allowed, in bytes.
func (s *state) freeMemory() float64 {
	if s.budget.Bytes == 0 {
		return math.Inf(1)
	}
	return max(0, float64(s.budget.Bytes)-float64(heapInUse()))
}

// memory estimates the bytes of the relaxations of n rows in the blocks of p, of which some are solved at a time.
func (p partition) memory(n, d, c, parallel int) uint64 {
	size, r := (n+p.count-1)/p.count, min(n, d)
	order := uint64(size + min(size, d))
	dense := 8 * squareMatrices * order * order
	if !p.apart {
		return relax.BlocksMemory((p.count+p.families-1)/p.families, size, r, c) + uint64(parallel)*dense
	}
	return uint64(min(parallel, p.count)) * (dense + relax.Memory(size, c))
}
