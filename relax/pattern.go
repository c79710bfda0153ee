package relax

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/short"
)

// pattern holds the entries of M⁺ that ∇²φ sees, the positive ones and the equalities N_ii, in
// compressed rows.  Near the solution they are a few per row of the 2m, so that a product with
// them costs a small part of the dense one.
type pattern struct {
	start []int   // 2m+1
	col   []int32 // of each entry
	plus  []float64
}

// sparseShare is the part of nonzero entries below which products go entry by entry; chosen by
// measurement against the dense product.
const sparseShare = 0.1

// newPattern returns nil where M⁺ has too many entries to gain anything.
func (al *lagrangian) newPattern(pt *point) *pattern {
	n := 2 * al.m
	counts := make([]int, n+1)
	each(al.algebra, n, func(a, lo, hi int) {
		count := 0
		for _, v := range pt.plus.RawMatrix().Data[lo:hi] {
			if v > 0 {
				count++
			}
		}
		if pt.plus.At(a, (a+al.m)%n) <= 0 {
			count++
		}
		counts[a+1] = count
	})
	for a := range n {
		counts[a+1] += counts[a]
	}
	total := counts[n]
	if float64(total) > sparseShare*float64(n)*float64(n) {
		return nil
	}
	p := &pattern{start: counts, col: make([]int32, total), plus: make([]float64, total)}
	each(al.algebra, n, func(a, lo, hi int) {
		free, at := (a+al.m)%n, p.start[a]
		for b, v := range pt.plus.RawMatrix().Data[lo:hi] {
			if v > 0 || b == free {
				p.col[at], p.plus[at] = int32(b), v
				at++
			}
		}
	})
	return p
}

// curve sets out to the part of ∇²φ·dL that the pattern has: −2 M⁺ dL + 2σ (dT on the pattern) L.
func (al *lagrangian) curve(pt *point, dl, out *mat.Dense) {
	n, k := dl.Dims()
	if pt.pattern != nil {
		al.algebra.Parallel(n, 64, func(lo, hi int) {
			for a := lo; a < hi; a++ {
				l, d, o := pt.lines.RawRowView(a), dl.RawRowView(a), out.RawRowView(a)
				for e := pt.pattern.start[a]; e < pt.pattern.start[a+1]; e++ {
					b := int(pt.pattern.col[e])
					lb, db := pt.lines.RawRowView(b), dl.RawRowView(b)
					w := 2 * al.sigma * (short.Dot(l, db) + short.Dot(d, lb))
					p := -2 * pt.pattern.plus[e]
					for i := range o {
						o[i] += w*lb[i] + p*db[i]
					}
				}
			}
		})
		return
	}
	left, right := mat.NewDense(n, 2*k, nil), mat.NewDense(n, 2*k, nil)
	for a := range n {
		l, d := left.RawRowView(a), right.RawRowView(a)
		copy(l[:k], dl.RawRowView(a))
		copy(l[k:], pt.lines.RawRowView(a))
		copy(d[:k], pt.lines.RawRowView(a))
		copy(d[k:], dl.RawRowView(a))
	}
	al.algebra.Gemm(blas.NoTrans, blas.NoTrans, -2, pt.plus.RawMatrix(), dl.RawMatrix(), 0, out.RawMatrix())
	// dT = dL Lᵀ + L dLᵀ is symmetric: a panel has its columns up to the diagonal block, whose
	// part left of that block also stands, transposed, above it.
	for lo := 0; lo < n; lo += al.panel {
		hi := min(n, lo+al.panel)
		work := block(al.work, 0, hi-lo, 0, hi)
		al.algebra.Gemm(blas.NoTrans, blas.Trans, 1, block(left, lo, hi, 0, 2*k).RawMatrix(), block(right, 0, hi, 0, 2*k).RawMatrix(), 0, work.RawMatrix())
		al.algebra.Parallel(hi-lo, 32, func(first, last int) {
			for i := first; i < last; i++ {
				al.mask(work.RawRowView(i), pt.plus, lo+i)
			}
		})
		al.algebra.Gemm(blas.NoTrans, blas.NoTrans, 2*al.sigma, work.RawMatrix(), block(pt.lines, 0, hi, 0, k).RawMatrix(), 1, block(out, lo, hi, 0, k).RawMatrix())
		if lo > 0 {
			al.algebra.Gemm(blas.Trans, blas.NoTrans, 2*al.sigma, block(work, 0, hi-lo, 0, lo).RawMatrix(), block(pt.lines, lo, hi, 0, k).RawMatrix(), 1, block(out, 0, lo, 0, k).RawMatrix())
		}
	}
}
