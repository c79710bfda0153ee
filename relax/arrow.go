package relax

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/internal/short"
)

// arrow is a positive definite model of ∇²φ that is an arrow matrix: the k×k blocks D_i of the
// rows of F, their coupling −x_iᵀ ⊗ C_i to G, and the block of G, without the coupling between
// rows of F.  It is factored by the Schur complement of G, of order rk,
//
//	2γI + Σ_i x_i x_iᵀ ⊗ (E_i − C_iᵀ D_i⁻¹ C_i).
//
// With curvature_a = 2σ Σ_b [M⁺_ab > 0] l_b l_bᵀ for the lines l of L,
//
//	D_i = curvature_i + curvature_m+i + 2σ(f hᵀ + h fᵀ) + 4|ψ|I,
//	C_i = curvature_m+i + 2σ h fᵀ + 2|ψ|I,   E_i = curvature_m+i + |ψ|I,
//
// where f, h are the lines i and m+i, the terms with σ complete the square of dN_ii, and those
// with the negative part ψ of Ψ_ii that of −4Ψ_ii dα_i dβ_i; what is left over of the latter is
// indefinite and dropped.
type arrow struct {
	algebra linalg.Algebra
	m, r, k int
	factors []float64 // m blocks k×k: lower Cholesky factors of D_i
	solved  []float64 // m blocks k×k: D_i⁻¹ C_i
	schur   []float64 // (rk)×(rk), lower Cholesky factor
	x       *mat.Dense
}

func (al *lagrangian) arrow(pt *point) *arrow {
	m, r := al.m, al.r
	n := 2 * m
	_, k := pt.f.Dims()
	kk := k * k
	pre := &arrow{
		algebra: al.algebra,
		m:       m, r: r, k: k, x: al.red.X,
		factors: make([]float64, m*kk), solved: make([]float64, m*kk), schur: make([]float64, r*k*r*k),
	}
	plus := pt.plus.RawMatrix().Data
	curvature := mat.NewDense(n, kk, nil)
	if pt.pattern != nil {
		al.algebra.Parallel(n, 32, func(lo, hi int) {
			for a := lo; a < hi; a++ {
				row := curvature.RawRowView(a)
				for _, b := range pt.pattern.col[pt.pattern.start[a]:pt.pattern.start[a+1]] {
					l := pt.lines.RawRowView(int(b))
					for i, v := range l {
						short.Axpy(2*al.sigma*v, l, row[i*k:(i+1)*k])
					}
				}
			}
		})
	} else {
		al.denseCurvature(pt, curvature)
	}
	// The fit's curvature, at most 2 weight² VVᵀ in the rows that are fitted.
	vvt := mat.NewDense(k, k, nil)
	al.algebra.Mul(vvt, pt.v, pt.v.T())
	for _, fit := range al.red.Fits {
		linalg.Axpy(2*fit.Weight*fit.Weight, vvt.RawMatrix().Data, curvature.RawRowView(slot(fit, m)))
	}
	pieces := mat.NewDense(m, kk, nil)
	pairs := mat.NewDense(m, r*r, nil)
	al.algebra.Parallel(m, 4, func(lo, hi int) {
		cross := make([]float64, kk)
		for i := lo; i < hi; i++ {
			up, down := curvature.RawRowView(i), curvature.RawRowView(m+i)
			f, h := pt.lines.RawRowView(i), pt.lines.RawRowView(m+i)
			psi := math.Abs(min(0, plus[i*n+m+i]))
			d, e := pre.factors[i*kk:(i+1)*kk], pieces.RawRowView(i)
			var trace float64
			for a := range k {
				trace += up[a*k+a] + down[a*k+a]
			}
			for a := range k {
				for b := range k {
					d[a*k+b] = up[a*k+b] + down[a*k+b] + 2*al.sigma*(f[a]*h[b]+h[a]*f[b])
					cross[a*k+b] = down[a*k+b] + 2*al.sigma*h[a]*f[b]
					e[a*k+b] = down[a*k+b]
				}
				d[a*k+a] += 4*psi + 1e-10*trace
				cross[a*k+a] += 2 * psi
				e[a*k+a] += psi
			}
			smallCholesky(d, k)
			s := pre.solved[i*kk : (i+1)*kk]
			copy(s, cross)
			forwardRows(d, s, k)
			// E − (L⁻¹C)ᵀ(L⁻¹C)
			for a := range k {
				row := s[a*k : (a+1)*k]
				for p := range k {
					short.Axpy(-row[p], row, e[p*k:(p+1)*k])
				}
			}
			backwardRows(d, s, k)
			x, row := al.red.X.RawRowView(i), pairs.RawRowView(i)
			for a := range r {
				for b := range r {
					row[a*r+b] = x[a] * x[b]
				}
			}
		}
	})
	var sum mat.Dense
	al.algebra.Mul(&sum, pairs.T(), pieces) // Σ_i x_i x_iᵀ ⊗ piece_i
	rk := r * k
	base := make([]float64, rk*rk)
	for a := range r {
		for b := range r {
			row := sum.RawRowView(a*r + b)
			for i := range k {
				copy(base[(a*k+i)*rk+b*k:(a*k+i)*rk+(b+1)*k], row[i*k:(i+1)*k])
			}
		}
	}
	var top float64
	for i := range rk {
		base[i*rk+i] += 2 * al.gamma
		top = max(top, base[i*rk+i])
	}
	for boost := 1e-13; ; boost *= 100 {
		copy(pre.schur, base)
		for i := range rk {
			pre.schur[i*rk+i] += boost * top
		}
		if al.algebra.Cholesky(blas.Lower, rk, pre.schur, rk) {
			return pre
		}
	}
}

// solve returns the model's solution (zf, zg) for the right-hand side (rf, rg).
func (pre *arrow) solve(rf, rg *mat.Dense) (zf, zg *mat.Dense) {
	m, r, k := pre.m, pre.r, pre.k
	kk := k * k
	zf = mat.DenseCopyOf(rf)
	t := mat.NewDense(m, k, nil)
	pre.algebra.Parallel(m, 32, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			z, d := zf.RawRowView(i), pre.factors[i*kk:(i+1)*kk]
			// t_i = C_iᵀ D_i⁻¹ rf_i
			s, out, src := pre.solved[i*kk:(i+1)*kk], t.RawRowView(i), rf.RawRowView(i)
			for a := range k {
				short.Axpy(src[a], s[a*k:(a+1)*k], out)
			}
			smallSolve(d, z, k)
		}
	})
	zg = new(mat.Dense)
	pre.algebra.Mul(zg, pre.x.T(), t)
	zg.Add(zg, rg)
	pre.algebra.CholeskySolve(blas.Lower, r*k, 1, pre.schur, r*k, zg.RawMatrix().Data, 1)
	var xz mat.Dense
	pre.algebra.Mul(&xz, pre.x, zg)
	pre.algebra.Parallel(m, 32, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			z, y, s := zf.RawRowView(i), xz.RawRowView(i), pre.solved[i*kk:(i+1)*kk]
			for a := range k {
				z[a] += short.Dot(s[a*k:(a+1)*k], y)
			}
		}
	})
	return zf, zg
}

// smallCholesky replaces the k×k matrix a by its lower factor; a pivot that is not positive is
// taken as the largest so far.
func smallCholesky(a []float64, k int) {
	var top float64
	for j := range k {
		row := a[j*k : j*k+k]
		d := row[j] - short.Dot(row[:j], row[:j])
		top = max(top, d)
		if !(d > 1e-14*top) {
			d = max(top, math.SmallestNonzeroFloat32)
		}
		d = math.Sqrt(d)
		row[j] = d
		for i := j + 1; i < k; i++ {
			other := a[i*k : i*k+k]
			other[j] = (other[j] - short.Dot(other[:j], row[:j])) / d
		}
	}
}

// forwardRows solves L·S = S for the k×k right-hand side s, row by row.
func forwardRows(l, s []float64, k int) {
	for i := range k {
		row := s[i*k : (i+1)*k]
		for j := range i {
			short.Axpy(-l[i*k+j], s[j*k:(j+1)*k], row)
		}
		for j := range row {
			row[j] /= l[i*k+i]
		}
	}
}

// backwardRows solves Lᵀ·S = S.
func backwardRows(l, s []float64, k int) {
	for i := k - 1; i >= 0; i-- {
		row := s[i*k : (i+1)*k]
		for j := i + 1; j < k; j++ {
			short.Axpy(-l[j*k+i], s[j*k:(j+1)*k], row)
		}
		for j := range row {
			row[j] /= l[i*k+i]
		}
	}
}

// smallSolve solves L Lᵀ z = z.
func smallSolve(l, z []float64, k int) {
	for i := range k {
		z[i] = (z[i] - short.Dot(l[i*k:i*k+i], z[:i])) / l[i*k+i]
	}
	for i := k - 1; i >= 0; i-- {
		z[i] /= l[i*k+i]
		short.Axpy(-z[i], l[i*k:i*k+i], z[:i])
	}
}

// denseCurvature sets the rows of curvature, curvature_a = 2σ Σ_b [M⁺_ab > 0] l_b l_bᵀ, by products
// of matrices.
func (al *lagrangian) denseCurvature(pt *point, curvature *mat.Dense) {
	n, kk := curvature.Dims()
	m, k := al.m, pt.rank()
	plus := pt.plus.RawMatrix().Data
	outer := mat.NewDense(n, kk, nil)
	al.algebra.Parallel(n, 64, func(lo, hi int) {
		for a := lo; a < hi; a++ {
			l, o := pt.lines.RawRowView(a), outer.RawRowView(a)
			for i := range k {
				for j := range k {
					o[i*k+j] = l[i] * l[j]
				}
			}
		}
	})
	for lo := 0; lo < n; lo += al.panel {
		hi := min(n, lo+al.panel)
		mask := al.work.Slice(0, hi-lo, 0, n).(*mat.Dense)
		al.algebra.Parallel(hi-lo, 32, func(first, last int) {
			for i := first; i < last; i++ {
				row, line := mask.RawRowView(i), plus[(lo+i)*n:(lo+i+1)*n]
				for b, v := range line {
					row[b] = 0
					if v > 0 {
						row[b] = 1
					}
				}
				row[(lo+i+m)%n] = 1
			}
		})
		al.algebra.Gemm(blas.NoTrans, blas.NoTrans, 2*al.sigma, mask.RawMatrix(), outer.RawMatrix(), 0, curvature.Slice(lo, hi, 0, kk).(*mat.Dense).RawMatrix())
	}
}
