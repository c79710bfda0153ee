package verify

import (
	"context"
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
func measure(ctx context.Context, c *Claims, r int) (layout, string) {
	b := bitReader{words: c.Tree, end: c.TreeBits}
	edges := r * (r - 1) / 2
	width := bits.Len(uint(edges - 1))
	var out layout
	for range 1 << r {
		out.starts = append(out.starts, b.at)
		pending := []int{0} // depths of the nodes still to come
		for len(pending) > 0 {
			if out.nodes%4096 == 0 && ctx.Err() != nil {
				return out, "interrupted"
			}
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
// All generators lie on ‖z‖₁ = 1 and are computed as midpoints: after D levels each
// has an error of at most Dε in the norm ‖·‖₁.  Let R_j = max_k Σ_l |x_jl B_lk|,
// S = Σ_j ‖w_j‖R_j, β the largest norm of a column of B, and ν ≤ ‖Bz‖ for ‖z‖₁ = 1.
//
//   - The value t of row j at a generator is off by at most (2r+D+2)εR_j, and
//     (·)₊ is 1-Lipschitz, so that F(p_k) is off by at most (n+3r+D+6)εS in norm,
//     sums of rows and of equal rows included.  A chord of any share α between 0 and 1
//     is above (·)₊; its values are off by as much again.  The reflection, orthogonal
//     for the axis as it is, rounds each vector by at most (6c+20)ε of its norm.  So
//     boxes are off by at most 2(n+D+3r+6c+30)εS in each of c coordinates, and F(u),
//     for u = Bz with ‖z‖₁ = 1, by √c times that, which is below ρ = 4c(D+4)(n+r+c+8)εS:
//     it costs ρ/ν in h.
//   - Where the test of a leaf passes, C_kk ≥ 0 bounds a box by √κ‖p_k‖, so that the
//     entries of C are sums of products of size at most κβ².  They are off by at
//     most (3r+2D+5)ε (generators and their inner products) plus (c+1)ε (boxes) of
//     that, and the elimination is exact for entries off by another (r+3)ε (its pivots
//     are positive, so that it does not grow).  Over Σλ = 1 this is at most
//     (4r+2D+c+9)εκβ² ≤ (4r+2D+c+9)ε(β/ν)²·κ‖u‖², half of which relative amount is
//     factor's part; factor is 4(D+r²+2c+8)ε(β/ν)².
//
// Fused operations round less often, and none of this depends on the order of sums.
func (p *problem) inflation(b []float64, reach float64, depth int) (factor, shift float64, ok bool) {
	r := p.r
	widest := 0.0
	for k := range r {
		column := make([]float64, r)
		for l := range r {
			column[l] = b[l*r+k]
		}
		widest = max(widest, length(column))
	}
	narrow := leastStretch(b, r) / math.Sqrt(float64(r))
	if !(narrow > 0) {
		return 0, 0, false
	}
	n, d, c, levels := float64(p.terms), float64(r), float64(p.c), float64(depth)
	shift = (4*c*(levels+4)*(n+d+c+8)*epsilon*reach + tiny) / narrow
	ratio := widest / narrow
	factor = 4 * (levels + d*d + 2*c + 8) * epsilon * ratio * ratio
	return factor, shift, factor < 0.5
}

// leastStretch returns a lower bound on ‖Bz‖/‖z‖, from an approximate inverse C
// by Gauss–Jordan elimination: ‖Bz‖ ≥ (1 − ‖I − CB‖)‖z‖/‖C‖; 0 when that fails.
// What underflow and the change of unit do to B is far below the last line's margin,
// unless the result is so small that inflation refuses it.
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

// cones walks the tree and tests every leaf for max ‖Wᵀ(X̃z)₊‖/‖z‖ ≤ target.  It
// returns the first problem.
func (p *problem) cones(ctx context.Context, c *Claims, plan layout, target float64) string {
	r := p.r
	b := shifted(c.Frame.Data, -exponent(largest(c.Frame.Data)))
	// rows of X̃B, and S
	rows := make([]float64, p.n*r)
	reach := 0.0
	for i := range p.n {
		most := 0.0
		for k := range r {
			s, size := 0.0, 0.0
			for l, v := range p.row(i) {
				s += v * b[l*r+k]
				size += math.Abs(v * b[l*r+k])
			}
			rows[i*r+k] = s
			most = max(most, size)
		}
		reach += most * p.size[i]
	}
	reach *= 1 + 8*float64(p.terms+r)*epsilon
	factor, shift, ok := p.inflation(b, reach, plan.depth)
	if !ok {
		return "the frame is singular or too ill-conditioned"
	}
	threshold := (target - shift) / (1 + factor) * (1 - 8*epsilon)
	if !(threshold >= leastH) {
		return disproportionate(c)
	}

	problems := make([]string, len(plan.starts))
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(plan.starts)) {
		wg.Go(func() {
			w := newWalker(ctx, p, rows, b, threshold)
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
			return problem
		}
	}
	return ""
}
