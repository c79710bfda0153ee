package verify

import (
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
)

// maxRank and maxDepth bound what a file can make the verifier do.
const (
	maxRank  = 16
	maxDepth = 500
)

// bitReader reads the tree.
type bitReader struct {
	words []uint64
	at    int64
	end   int64
	over  bool
}

func (b *bitReader) take(count int) int {
	v := 0
	for i := range count {
		if b.at >= b.end {
			b.over = true
			return 0
		}
		v |= int(b.words[b.at>>6]>>(b.at&63)&1) << i
		b.at++
	}
	return v
}

// layout is what one pass over the tree's bits finds.
type layout struct {
	starts []int64 // of each orthant
	nodes  int64
	depth  int
}

// measure walks the tree without geometry: where each orthant starts, how many
// nodes there are and how deep they go.
func measure(c *Claims, r int) (layout, string) {
	b := bitReader{words: c.Tree, end: c.TreeBits}
	edges := r * (r - 1) / 2
	width := bits.Len(uint(edges - 1))
	var out layout
	for range 1 << r {
		out.starts = append(out.starts, b.at)
		pending := []int{0} // depths of the nodes still to come
		for len(pending) > 0 {
			depth := pending[len(pending)-1]
			pending = pending[:len(pending)-1]
			out.nodes++
			out.depth = max(out.depth, depth)
			split := b.take(1) == 1
			if split && b.take(width) >= edges {
				return out, fmt.Sprintf("node %d of the tree names an edge that does not exist", out.nodes)
			}
			if b.over {
				return out, "the tree ends before it covers all directions"
			}
			if split {
				if depth >= maxDepth {
					return out, fmt.Sprintf("the tree is deeper than %d", maxDepth)
				}
				pending = append(pending, depth+1, depth+1)
			}
		}
	}
	if b.at != b.end {
		return out, fmt.Sprintf("the tree has %d bits and %d were needed", b.end, b.at)
	}
	return out, ""
}

// inflation returns the constants of H ≥ h·(1+factor) + shift: if the leaves
// pass in floating point for the threshold h, then ‖Wᵀ(X̃Bz)₊‖ ≤ H‖Bz‖ exactly.
//
// All generators lie on ‖z‖₁ = 1 and are computed as midpoints, with an error of
// at most ε per level in each coordinate.  With S = Σ_j ‖w_j‖ max_k Σ_l |x_jl B_lk|,
// n+r+c+8 operations behind every sum, D levels and (·)₊ 1-Lipschitz, the
// computed F(p_k), chords and boxes are within ρ = 4c(D+4)(n+r+c+8)εS of exact
// ones; the entries of the matrix C tested are at most κ max‖u‖² in size and
// within 8(D+r²+2c+8)ε of that, elimination included.
func (p *problem) inflation(b []float64, reach float64, depth int) (factor, shift float64, ok bool) {
	r := p.r
	widest := 0.0
	for k := range r {
		s := 0.0
		for l := range r {
			s += b[l*r+k] * b[l*r+k]
		}
		widest = max(widest, math.Sqrt(s))
	}
	narrow := leastStretch(b, r) / math.Sqrt(float64(r))
	if !(narrow > 0) {
		return 0, 0, false
	}
	n, d, c, levels := float64(p.terms), float64(r), float64(p.c), float64(depth)
	shift = 4 * c * (levels + 4) * (n + d + c + 8) * epsilon * reach / narrow
	ratio := widest / narrow
	factor = 4 * (levels + d*d + 2*c + 8) * epsilon * ratio * ratio
	return factor, shift, factor < 0.5
}

// leastStretch returns a lower bound on ‖Bz‖/‖z‖, from an approximate inverse C
// by Gauss–Jordan elimination: ‖Bz‖ ≥ (1 − ‖I − CB‖)‖z‖/‖C‖; 0 when that fails.
func leastStretch(b []float64, r int) float64 {
	a := append([]float64(nil), b...)
	inv := make([]float64, r*r)
	for k := range r {
		inv[k*r+k] = 1
	}
	for k := range r {
		pivot := k
		for i := k + 1; i < r; i++ {
			if math.Abs(a[i*r+k]) > math.Abs(a[pivot*r+k]) {
				pivot = i
			}
		}
		if a[pivot*r+k] == 0 {
			return 0
		}
		for j := range r {
			a[k*r+j], a[pivot*r+j] = a[pivot*r+j], a[k*r+j]
			inv[k*r+j], inv[pivot*r+j] = inv[pivot*r+j], inv[k*r+j]
		}
		scale := 1 / a[k*r+k]
		for j := range r {
			a[k*r+j] *= scale
			inv[k*r+j] *= scale
		}
		for i := range r {
			if f := a[i*r+k]; i != k && f != 0 {
				for j := range r {
					a[i*r+j] -= f * a[k*r+j]
					inv[i*r+j] -= f * inv[k*r+j]
				}
			}
		}
	}
	rest := 0.0
	for i := range r {
		for j := range r {
			s := 0.0
			for k := range r {
				s += inv[i*r+k] * b[k*r+j]
			}
			if i == j {
				s--
			}
			rest += s * s
		}
	}
	size := length(inv)
	miss := math.Sqrt(rest) + 4*float64(r*r)*epsilon*size*length(b)
	if !(miss < 0.5) || !(size > 0) || math.IsInf(size, 0) {
		return 0
	}
	return (1 - miss) / size * (1 - 1e-12)
}

// cones walks the tree and tests every leaf for max ‖Wᵀ(X̃z)₊‖/‖z‖ ≤ target.
func (p *problem) cones(c *Claims, target float64) (nodes int64, depth int, problem string) {
	r := p.r
	plan, problem := measure(c, r)
	if problem != "" {
		return plan.nodes, plan.depth, problem
	}
	b := c.Frame.Data
	// rows of X̃B, and S
	rows := make([]float64, p.n*r)
	reach := 0.0
	for i := range p.n {
		largest := 0.0
		for k := range r {
			s, size := 0.0, 0.0
			for l, v := range p.row(i) {
				s += v * b[l*r+k]
				size += math.Abs(v * b[l*r+k])
			}
			rows[i*r+k] = s
			largest = max(largest, size)
		}
		reach += largest * p.size[i]
	}
	reach *= 1 + 8*float64(p.terms+r)*epsilon
	factor, shift, ok := p.inflation(b, reach, plan.depth)
	if !ok {
		return plan.nodes, plan.depth, "the frame is singular or too ill-conditioned"
	}
	threshold := (target - shift) / (1 + factor) * (1 - 8*epsilon)
	if !(threshold > 0) {
		return plan.nodes, plan.depth, fmt.Sprintf("the claimed H = %v is below the rounding errors", c.H)
	}

	problems := make([]string, len(plan.starts))
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(plan.starts)) {
		wg.Go(func() {
			w := newWalker(p, rows, b, threshold)
			for !failed.Load() {
				o := int(next.Add(1)) - 1
				if o >= len(plan.starts) {
					return
				}
				w.bits = bitReader{words: c.Tree, at: plan.starts[o], end: c.TreeBits}
				w.begin(o)
				if problem := w.walk(0); problem != "" {
					problems[o] = fmt.Sprintf("orthant %d: %s", o, problem)
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	for _, problem := range problems {
		if problem != "" {
			return plan.nodes, plan.depth, problem
		}
	}
	return plan.nodes, plan.depth, ""
}
